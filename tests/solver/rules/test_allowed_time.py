from collections.abc import Callable

from solver.rules import kind


def test_all_meetings_lie_in_the_mask(codes: Callable[..., list[str]]) -> None:
    problem = kind("allowed_time").example()  # [0, 20)
    a = {"room": "a"}
    assert codes(problem, x=((8, 20), a)) == []
    assert codes(problem, x=((8, 21), a)) == ["outside"]
    assert codes(problem, x=(((8, 10), (32, 34)), a)) == ["outside"]
