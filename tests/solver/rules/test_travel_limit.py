from collections.abc import Callable

from solver.rules import kind, parsed


def test_the_limit_itself_is_near_enough(codes: Callable[..., list[str]]) -> None:
    problem = kind("travel_limit").example()  # 2 hours from the north; b is 2 away, c is 3
    assert codes(problem, x=((8, 10), {"room": "b"})) == []
    assert codes(problem, x=((8, 10), {"room": "c"})) == ["far"]
    assert codes(problem, x=((8, 10), {"room": "nowhere"})) == []


def test_other_sessions_are_free(codes: Callable[..., list[str]]) -> None:
    problem = kind("travel_limit").example()
    assert codes(problem, y=((8, 10), {"room": "c"})) == []


def test_who_goes_by_bus_has_other_ways(codes: Callable[..., list[str]]) -> None:
    problem = kind("travel_limit").example()  # z: the way to b takes 3 hours, not 2
    assert codes(problem, z=((8, 10), {"room": "a"})) == []
    assert codes(problem, z=((8, 10), {"room": "b"})) == ["far"]


def test_the_reason_names_the_nearest() -> None:
    problem = kind("travel_limit").example()
    ((_, rule, params),) = parsed(problem)
    x = problem.activities[0]
    too_far = rule.reason(problem, params, x, {"room": ["c"]})
    assert too_far.code == "too_far"
    assert dict(too_far.facts) == {"nearest_id": "c", "travel_slots": 3, "limit_slots": 2}
    assert rule.reason(problem, params, x, {"room": ["b", "c"]}).code == "excluded"
    z = problem.activities[2]
    assert rule.reason(problem, params, z, {"room": ["b", "c"]}).facts["travel_slots"] == 3
