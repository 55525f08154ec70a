from collections.abc import Callable

from solver.rules import kind


def test_penalties_add_up(terms: Callable[..., dict[str, int]]) -> None:
    problem = kind("preference").example()
    missed = 4  # y
    assert terms(problem) == {"penalties": missed}
    assert terms(problem, x=((8, 10), {"room": "a", "trainer": "anna"})) == {"penalties": missed}
    assert terms(problem, x=((18, 20), {"room": "b", "trainer": "boris"})) == {
        "penalties": missed + 5 + 3 + 7
    }
    assert terms(problem, x=((9, 11), {"room": "b", "trainer": "anna"})) == {"penalties": missed + 3}
    assert terms(problem, y=((8, 10), {"room": "a", "trainer": "anna"})) == {"penalties": 0}
