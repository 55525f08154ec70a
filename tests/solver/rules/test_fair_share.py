from collections.abc import Callable

from solver.rules import kind


def test_shares_are_capped_and_rounded_down(terms: Callable[..., dict[str, int]]) -> None:
    problem = kind("fair_share").example()  # c1: min(720, 500), c2: min(360, 9000), c3 wants nothing
    at = ((8, 10), {"room": "a"})
    assert terms(problem) == {"c1": 1000, "c2": 1000}
    assert terms(problem, x=at) == {"c1": 1000 - 720, "c2": 1000}
    assert terms(problem, x=at, y=at, z=at) == {"c1": 0, "c2": 0}


def test_a_share_that_does_not_divide_is_rounded_down(terms: Callable[..., dict[str, int]]) -> None:
    problem = kind("fair_share").example()
    (rule,) = problem.rules
    params = {"participants": {"c2": {"demand": 1081, "entitlement": 2000}}}
    changed = problem.model_copy(update={"rules": (rule.model_copy(update={"params": params}),)})
    assert terms(changed, z=((8, 10), {"room": "a"})) == {"c2": 1000 - 333}
