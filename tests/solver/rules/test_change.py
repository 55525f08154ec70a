from collections.abc import Callable

from solver.rules import kind


def test_moves_are_weighted_by_kind_and_people(terms: Callable[..., dict[str, int]]) -> None:
    problem = kind("change").example()  # x was at [8, 10) in a with anna, for 5 people
    assert terms(problem, x=((8, 10), {"room": "a", "trainer": "anna"})) == {"moves": 0}
    assert terms(problem, x=((8, 10), {"room": "a", "trainer": "boris"})) == {"moves": 1 * 5}
    assert terms(problem, x=((8, 10), {"room": "b", "trainer": "anna"})) == {"moves": 3 * 5}
    assert terms(problem, x=((10, 12), {"room": "b", "trainer": "anna"})) == {"moves": 13 * 5}
    # Out of the plan it has moved, and two academic hours are lost.
    assert terms(problem, y=((8, 10), {"room": "b", "trainer": "anna"})) == {"moves": 30 * 5}
