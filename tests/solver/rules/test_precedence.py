from collections.abc import Callable

from solver.rules import kind


def test_sessions_of_a_chain_follow_each_other(codes: Callable[..., list[str]]) -> None:
    problem = kind("precedence").example()
    a = {"room": "a"}
    assert codes(problem, x1=((8, 9), a), x2=((9, 10), a)) == []
    assert codes(problem, x1=((9, 10), a), x2=((8, 9), a)) == ["order"]
    assert codes(problem, x1=((8, 9), a), x2=((8, 9), a)) == ["order"]
    assert codes(problem, x2=((8, 9), a)) == []


def test_a_lag_of_an_hour_after_all_of_the_stage(codes: Callable[..., list[str]]) -> None:
    problem = kind("precedence").example()
    a = {"room": "a"}
    assert codes(problem, x1=((8, 9), a), y=((10, 12), a)) == []
    assert codes(problem, x1=((8, 9), a), y=((9, 10), a)) == ["lag"]
    assert codes(problem, x1=((8, 9), a), x2=((9, 10), a), y=((10, 12), a)) == ["lag"]
    assert codes(problem, x1=(((8, 9), (12, 13)), a), y=((10, 12), a)) == ["order"]
