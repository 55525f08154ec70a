from collections.abc import Callable

from solver.rules import kind, parsed
from solver.words import describe


def test_a_workshop_holds_the_list_for_every_workplace_taken(codes: Callable[..., list[str]]) -> None:
    problem = kind("infrastructure").example()  # x takes four workplaces, y two
    assert codes(problem, x=((8, 10), {"room": "a"})) == []
    assert codes(problem, x=((8, 10), {"room": "b"})) == ["lacks"]  # three lathes
    assert codes(problem, y=((8, 10), {"room": "b"})) == []
    assert codes(problem, y=((8, 10), {"room": "c"})) == ["lacks"]  # no tester
    assert codes(problem, y=((8, 10), {"room": "d"})) == ["lacks", "lacks"]


def test_the_reason_says_what_is_missing_where_least_is() -> None:
    problem = kind("infrastructure").example()
    ((_, rule, params),) = parsed(problem)
    x = problem.activities[0]
    short = rule.reason(problem, params, x, {"room": ["b", "d"]})
    assert short.code == "short"
    assert dict(short.facts) == {
        "season": "2027",
        "equipment_ids": "lathe",
        "count": 1,
        "each": 1,
        "workplaces": 4,
        "needed": 4,
        "resource_id": "b",
        "there": 3,
    }
    assert describe(problem, short, "en") == (
        "infrastructure list “2027”: needs 1 (lathe) for 1 workplace, 4 for 4; “b” has 3"
    )
    assert rule.reason(problem, params, x, {"room": ["a"]}).code == "excluded"
