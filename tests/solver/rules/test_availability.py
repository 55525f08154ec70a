from collections.abc import Callable

from solver.rules import kind


def test_a_meeting_fills_a_window_and_no_more(codes: Callable[..., list[str]]) -> None:
    problem = kind("availability").example()  # rooms: [8, 10) and [10, 12); anna: [8, 11)
    a = {"room": "a"}
    assert codes(problem, x=((8, 10), a)) == []
    assert codes(problem, x=((10, 12), a)) == []
    assert codes(problem, x=((10, 13), a)) == ["closed"]
    assert codes(problem, x=((7, 9), a)) == ["closed"]
    assert codes(problem, x=((9, 11), a)) == ["closed"], "two windows that touch are two"
    assert codes(problem, x=(((8, 9), (12, 13)), a)) == ["closed"]


def test_every_resource_has_its_own_calendar(codes: Callable[..., list[str]]) -> None:
    problem = kind("availability").example()
    assert codes(problem, y=((10, 11), {"room": "b", "trainer": "anna"})) == []
    assert codes(problem, y=((10, 12), {"room": "b", "trainer": "anna"})) == ["closed"]
