from collections.abc import Callable

from solver.rules import kind


def guest(room: str) -> dict[str, str]:
    return {"room": room, "learners:1": "g"}


def own(room: str) -> dict[str, str]:
    return {"room": room, "learners:1": "own"}


def test_guests_come_in_the_windows_that_the_owner_opened(codes: Callable[..., list[str]]) -> None:
    problem = kind("terms").example()  # a: [8, 12) and [32, 36) for guests; b: never
    assert codes(problem, x=((10, 12), guest("a"))) == []
    assert codes(problem, x=((11, 13), guest("a"))) == ["closed"]
    assert codes(problem, x=((8, 10), guest("b"))) == ["closed"]
    assert codes(problem, z=((11, 13), own("a"))) == []
    assert codes(problem, z=((11, 13), own("b"))) == []


def test_guests_share_the_hours_of_a_week(codes: Callable[..., list[str]]) -> None:
    problem = kind("terms").example()  # a: 3 hours a week for all guests together
    assert codes(problem, x=((8, 10), guest("a")), y=((10, 11), guest("a"))) == []
    assert codes(problem, x=((8, 10), guest("a")), y=((32, 34), guest("a"))) == ["week"]
    assert codes(problem, x=((8, 10), guest("a")), z=((10, 12), own("a"))) == []
