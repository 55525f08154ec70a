"""An activity that the problem itself gives no time or no resource: that is the reason, and it is proved."""

import json
from pathlib import Path
from typing import Any

import pytest

from solver.codec import load_problem
from solver.engine import solve
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Reason
from solver.words import describe, title

TINY = Path(__file__).parents[3] / "fixtures" / "solver" / "tiny.problem.json"
OPTIONS = SolveOptions(time_limit_s=2, workers=1, deterministic_units=2)


def first_reasons(problem: Problem) -> dict[str, Reason]:
    plan = solve(problem, OPTIONS, lambda _: None, lambda _: None, lambda: False)
    return {left.activity: left.reasons[0] for left in plan.unplaced}


@pytest.fixture
def tiny() -> Any:
    return json.loads(TINY.read_bytes())


def test_no_times(tiny: Any) -> None:
    tiny["option_sets"]["none"] = []
    tiny["activities"][0]["times"] = "none"
    problem = load_problem(json.dumps(tiny).encode())
    reason = first_reasons(problem)["R1/1/0"]
    assert (reason.rule, reason.code, reason.proof) == ("choice", "no_times", "counting")
    assert describe(problem, reason, "ru") == "для занятия не предложено ни одного варианта времени"
    assert title(reason.rule).en == "Nothing to choose from"


def test_no_candidates(tiny: Any) -> None:
    tiny["candidate_sets"]["nobody"] = []
    tiny["activities"][0]["requirements"][1]["candidates"] = "nobody"
    problem = load_problem(json.dumps(tiny).encode())
    reason = first_reasons(problem)["R1/1/0"]
    assert (reason.rule, reason.code, reason.proof) == ("choice", "no_candidates", "counting")
    assert describe(problem, reason, "ru") == "на роль «преподаватель» не предложено ни одного ресурса"
