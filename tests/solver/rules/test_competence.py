from collections.abc import Callable

import pytest

from solver.errors import InvalidProblem
from solver.plan import Plan
from solver.problem import Activity
from solver.rules import kind, parsed
from solver.rules.examples import example, options, room, session
from solver.solution import Placement


def test_every_tag_is_needed(codes: Callable[..., list[str]]) -> None:
    problem = kind("competence").example()  # x needs a lathe, x and y a trainer of turning
    assert codes(problem, x=((8, 10), {"room": "b", "trainer": "anna"})) == []
    assert codes(problem, x=((8, 10), {"room": "a", "trainer": "anna"})) == ["lacks"]
    assert codes(problem, y=((8, 10), {"room": "a", "trainer": "anna"})) == []
    assert codes(problem, y=((8, 10), {"room": "a", "trainer": "boris"})) == ["lacks"]


def test_only_what_is_lacking_is_named() -> None:
    problem = kind("competence").example()
    ((rule, meaning, params),) = parsed(problem)
    in_a = {"room": "a", "trainer": "anna"}
    plan = Plan(problem, [Placement(activity="x", meetings=((8, 10),), resources=in_a)])
    (breach,) = meaning.check(problem, rule, params, plan)
    assert breach.facts["tag_ids"] == "equipment:lathe"


def test_the_reason_names_the_need_that_nobody_meets() -> None:
    problem = kind("competence").example()
    ((_, rule, params),) = parsed(problem)
    x, y = problem.activities

    def tags(activity: Activity, rooms: str, trainers: str) -> str | int:
        left = {"room": rooms.split(), "trainer": trainers.split()}
        return rule.reason(problem, params, activity, left).facts["tag_ids"]

    assert tags(x, "a", "anna") == "competency:06,equipment:lathe"
    assert tags(x, "a b", "boris") == "competency:06"
    assert tags(y, "a", "anna boris") == "competency:06"
    assert tags(x, "a b", "anna") == "competency:06,equipment:lathe", "all, when each can be met"


def test_a_role_that_no_activity_has_is_a_fault() -> None:
    problem = example(
        "competence",
        {"needs": [{"requests": ["r1"], "role": "trainer", "tags": ["competency:06"]}]},
        resources=(room("a"),),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a",)},
        activities=(session("x", "t", {"room": "rooms"}),),
    )
    with pytest.raises(InvalidProblem, match=r"rules\[competence\]\.params\.needs\.0: .*“trainer”"):
        parsed(problem)
