from collections.abc import Callable

from solver.rules import kind


def test_sessions_lie_apart_whatever_their_order(codes: Callable[..., list[str]]) -> None:
    problem = kind("min_gap").example()  # nine hours, one a day
    a = {"room": "a"}
    assert codes(problem, x0=((14, 16), a), x1=((25, 26), a)) == []
    assert codes(problem, x0=((14, 17), a), x1=((25, 26), a)) == ["close"]
    assert codes(problem, x1=((14, 17), a), x0=((25, 26), a)) == ["close"]
    assert codes(problem, x0=((14, 17), a), y=((25, 26), a)) == []


def test_one_session_a_day(codes: Callable[..., list[str]]) -> None:
    problem = kind("min_gap").example()
    a = {"room": "a"}
    assert codes(problem, x0=((1, 2), a), x1=((23, 25), a)) == ["same_day"]
    assert codes(problem, x0=((1, 2), a), x1=((24, 25), a)) == []
    assert codes(problem, x0=(((1, 2), (3, 4)), a)) == [], "meetings of one session may share a day"
