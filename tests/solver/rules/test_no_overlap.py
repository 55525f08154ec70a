from collections.abc import Callable

from solver.rules import kind


def test_clean_up_separates_two_uses(codes: Callable[..., list[str]]) -> None:
    problem = kind("no_overlap").example()
    a, b = {"room": "a"}, {"room": "b"}
    assert codes(problem, x=((8, 10), a), y=((11, 12), a)) == []
    assert codes(problem, x=((8, 10), a), y=((10, 12), a)) == ["gap"]
    assert codes(problem, x=((8, 10), a), y=((9, 10), a)) == ["overlap"]
    assert codes(problem, x=((8, 10), b), y=((10, 12), b)) == []
    assert codes(problem, x=((8, 10), a), y=((8, 10), b)) == []


def test_a_long_use_clashes_with_all_that_it_covers(codes: Callable[..., list[str]]) -> None:
    problem = kind("no_overlap").example()
    assert codes(problem, x=((8, 20), {"room": "b"}), y=(((9, 10), (12, 13)), {"room": "b"})) == [
        "overlap",
        "overlap",
    ]
