from collections.abc import Callable

from solver.rules import kind


def test_one_missing_breaks_it(codes: Callable[..., list[str]]) -> None:
    problem = kind("all_or_none").example()
    at = ((8, 10), {"room": "a"})
    assert codes(problem, x=at, y=at) == []
    assert codes(problem, x=at) == ["partly"]
    assert codes(problem, y=at, z=at) == ["partly"]
    assert codes(problem, z=at) == []
    assert codes(problem) == []
