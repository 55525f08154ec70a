from collections.abc import Callable

from solver.rules import kind, parsed

FIRST, SECOND = ((33, 39), (57, 63)), ((57, 63), (81, 87))  # Tuesday and Wednesday, Wednesday and Thursday


def test_beds_are_in_the_town_of_the_workshop(codes: Callable[..., list[str]]) -> None:
    problem = kind("away_block").example()  # a and the inn in the north, b and the hut in the south
    assert codes(problem, x=(FIRST, {"stay": "inn", "room": "a"})) == []
    assert codes(problem, x=(FIRST, {"stay": "hut", "room": "b"})) == []
    assert codes(problem, x=(FIRST, {"stay": "hut", "room": "a"})) == ["elsewhere"]


def test_blocks_share_the_beds_of_every_night_from_the_eve_on(codes: Callable[..., list[str]]) -> None:
    problem = kind("away_block").example()  # x needs three beds of the inn's six, y four
    at_inn = {"stay": "inn", "room": "a"}
    assert codes(problem, y=(FIRST, at_inn)) == []
    assert set(codes(problem, x=(FIRST, at_inn), y=(FIRST, at_inn))) == {"beds"}
    # They have the night to Wednesday in common.
    assert set(codes(problem, x=(FIRST, at_inn), y=(SECOND, at_inn))) == {"beds"}


def test_a_hostel_has_too_few_beds_for_one_block(codes: Callable[..., list[str]]) -> None:
    problem = kind("away_block").example()
    assert set(codes(problem, y=(FIRST, {"stay": "hut", "room": "b"}))) == {"beds"}


def test_the_reason_says_how_many_beds_are_short() -> None:
    problem = kind("away_block").example()
    ((_, rule, params),) = parsed(problem)
    x, y = problem.activities
    short = rule.reason(problem, params, y, {"stay": ["hut"]})
    assert short.code == "beds_short"
    assert dict(short.facts) == {"needed": 4, "nights": 2, "largest_id": "hut", "beds": 3}
    assert rule.reason(problem, params, x, {"stay": ["hut"]}).code == "excluded"


def test_a_block_finds_room_where_the_beds_that_it_lacks_are_added(codes: Callable[..., list[str]]) -> None:
    problem = kind("away_block").example()
    ((stored, rule, params),) = parsed(problem)
    more, _ = rule.relaxations(problem, stored, params, problem.activities[1:])
    assert (more.code, dict(more.facts)) == ("more_places", {"more": 1, "resource_id": "hut", "capacity": 4})
    amended = more.amendment.applied(problem)
    assert codes(amended, y=(FIRST, {"stay": "hut", "room": "b"})) == []
