"""The largest numbers that a problem may hold: every engine adds them up without an overflow."""

import json
from pathlib import Path
from typing import Any

import pytest

from solver.checker import check, score
from solver.codec import load_problem
from solver.engine import solve
from solver.engine.exact import solve_exact
from solver.options import SolveOptions
from solver.problem import MOST_NUMBER, MOST_SUM, MOST_WEIGHT, Problem
from solver.repair import RepairOptions, repair
from solver.rules import parsed
from solver.solution import Solution

TINY = Path(__file__).parents[3] / "fixtures" / "solver" / "tiny.problem.json"


def largest(*more: dict[str, Any]) -> Problem:
    """Return a problem whose worth, costs and weights are as large as they may be, or nearly."""
    tiny = json.loads(TINY.read_bytes())
    number = len(tiny["activities"])
    for activity in tiny["activities"]:
        activity |= {"size": MOST_NUMBER, "contact_minutes": MOST_SUM // MOST_NUMBER // number}
    for options in (*tiny["option_sets"].values(), *tiny["candidate_sets"].values()):
        for at, option in enumerate(options):
            option["penalty"] = MOST_NUMBER - at
    was = {"meetings": [[1500, 1518]], "resources": {"room": "cnc"}}
    previous = [{**was, "activity": a["id"], "people": MOST_NUMBER // 8} for a in tiny["activities"]]
    for rule in tiny["rules"]:
        if rule["kind"] in ("travel", "fair_share"):
            rule["weight"] = MOST_WEIGHT
    tiny["rules"] += [
        {"id": "wishes", "kind": "preference", "weight": MOST_SUM // (MOST_NUMBER * number * 4)},
        {"id": "was", "kind": "change", "weight": 1, "params": {"previous": previous}},
        *more,
    ]
    problem = load_problem(json.dumps(tiny).encode())
    costs = [p.kind.most(problem, p.params) * (p.rule.weight or 0) for p in parsed(problem)]
    assert max(costs) > MOST_SUM * 9 // 10
    return problem


STRUCTURES: tuple[dict[str, Any], ...] = (
    {
        "id": "apart",
        "kind": "relation",
        "params": {"relations": [{"requests": ["R1", "R2"], "relation": "different_days"}]},
    },
    {
        "id": "gaps",
        "kind": "day_shape",
        "weight": MOST_WEIGHT,
        "params": {"shapes": [{"resources": ["anna", "boris"], "measure": "gaps", "at_most": 0}]},
    },
    {"id": "end", "kind": "makespan", "weight": MOST_WEIGHT, "params": {"all": True}},
)


@pytest.mark.parametrize("more", [(), STRUCTURES], ids=["cluster", "structures"])
@pytest.mark.parametrize("units", [2, None], ids=["counted", "timed"])
def test_the_largest_numbers_are_searched(more: tuple[dict[str, Any], ...], units: int | None) -> None:
    problem = largest(*more)
    options = SolveOptions(time_limit_s=2, workers=1, deterministic_units=units)
    plan = solve(problem, options, lambda _: None, lambda _: None, lambda: False)
    assert_true(problem, plan)
    exact = solve_exact(problem, seconds=5)
    assert exact.status == "optimal"
    repaired = repair(
        problem, plan, RepairOptions(time_limit_s=2), lambda _: None, lambda _: None, lambda: False
    )
    assert_true(problem, repaired)


def assert_true(problem: Problem, plan: Solution) -> None:
    assert plan.placements
    assert check(problem, plan) == []
    again = {(t.rule, t.name): t.value for t in score(problem, plan).terms}
    assert {(t.rule, t.name): t.value for t in plan.score.terms} == again
    assert all(t.bound is None or t.bound <= t.value for t in plan.score.terms)
