from collections.abc import Callable
from typing import Any

from solver.plan import Plan
from solver.problem import Problem
from solver.rules import kind, parsed
from solver.rules.examples import example, options, room, session
from solver.solution import Placement


def test_what_stands_somewhere_stands_together(codes: Callable[..., list[str]]) -> None:
    problem = kind("same_place").example()  # a, crane: p1; b, press: p2; drone: nowhere
    assert codes(problem, x=((8, 10), {"room": "a", "equipment": "crane"})) == []
    assert codes(problem, x=((8, 10), {"room": "a", "equipment": "press"})) == ["apart"]
    assert codes(problem, x=((8, 10), {"room": "b", "equipment": "drone"})) == []


def test_who_stands_apart_from_whom() -> None:
    problem = kind("same_place").example()
    ((rule, meaning, params),) = parsed(problem)
    used = {"room": "a", "equipment": "press"}
    plan = Plan(problem, [Placement(activity="x", meetings=((8, 10),), resources=used)])
    (breach,) = meaning.check(problem, rule, params, plan)
    assert breach.facts == {"activity_id": "x", "first_id": "a", "second_id": "press"}


def test_all_requests_or_none(codes: Callable[..., list[str]]) -> None:
    def problem(params: dict[str, Any]) -> Problem:
        return example(
            "same_place",
            params,
            resources=(room("a"), room("press", "p2")),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a",), "tools": ("press",)},
            activities=(session("x", "t", {"room": "rooms", "equipment": "tools"}),),
        )

    at = ((8, 10), {"room": "a", "equipment": "press"})
    assert codes(problem({"all": True}), x=at) == ["apart"]
    assert codes(problem({}), x=at) == []
