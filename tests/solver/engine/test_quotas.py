"""What a class is guaranteed it gets, whatever the other classes could have had instead."""

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.checker import check
from solver.engine import solve
from solver.engine.compile import compile_problem
from solver.engine.construct import reserve
from solver.engine.model import Model
from solver.engine.objective import Aim, Worth, quotas_met
from solver.engine.workbench import Interpreted, Workbench, workbench
from solver.options import SolveOptions
from solver.problem import Problem, Rule
from solver.solution import Placement, Solution
from tests.solver.engine.exhaustive import plans_with_pins, small
from tests.solver.engine.random_problems import CLASSES, make

SEEDS = st.integers(min_value=0, max_value=100_000)


def guaranteed(problem: Problem, rng: random.Random, *, before: str | None = None) -> tuple[Problem, int]:
    """Return the problem with a guarantee for a random class, and its target in learner-minutes."""
    owner = rng.choice([r.priority for r in problem.requests])
    requests = [r.id for r in problem.requests if r.priority == owner]
    asked = sum(a.learner_minutes for r in requests for a in problem.activities_of[r])
    offered, share = asked * rng.choice((1, 2)), rng.choice((200, 500, 1000))
    guarantee = {
        "name": f"{owner}:any",
        "owner": owner,
        "competency": "any",
        "requests": requests,
        "offered_minutes": offered,
        "share_permille": share,
    }
    rule = Rule(
        id="guaranteed_share",
        kind="guaranteed_share",
        weight=1,
        params={"guarantees": [guarantee], "before": before},
    )
    return problem.model_copy(update={"rules": (*problem.rules, rule)}), min(asked, offered * share // 1000)


def minutes_of(problem: Problem, placements: tuple[Placement, ...]) -> int:
    """Return the learner-minutes that count for the guarantee."""
    (rule,) = [rule for rule in problem.rules if rule.kind == "guaranteed_share"]
    wanted = {a.id for r in rule.params["guarantees"][0]["requests"] for a in problem.activities_of[r]}
    return sum(problem.activity_by_id[p.activity].learner_minutes for p in placements if p.activity in wanted)


def solved(problem: Problem, units: int = 1) -> Solution:
    options = SolveOptions(deterministic_units=units)
    return solve(problem, options, lambda _: None, lambda _: None, lambda: False)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_class_gets_its_share_or_all_that_has_a_place_at_all(seed: int) -> None:
    problem, target = guaranteed(make(seed, 4), random.Random(seed))
    if not small(problem):
        return
    solution = solved(problem)
    alone = max(minutes_of(problem, plan) for plan in plans_with_pins(problem, solution))

    assert check(problem, solution) == []
    got = minutes_of(problem, solution.placements)
    assert got >= min(alone, target)
    (term,) = solution.score.stage("guarantee")
    assert term.value == max(0, target - got)


def contested(before: str | None) -> Problem:
    """Return a problem of one room for one hour: the first class wants it, the last is guaranteed it."""
    seed = next(
        s
        for s in range(1000)
        if {r.priority for r in make(s, 4).requests} >= {CLASSES[0], CLASSES[1]} and not _extra(make(s, 4))
    )
    problem = make(seed, 4)
    first, second = (
        next(r for r in problem.requests if r.priority == name) for name in (CLASSES[0], CLASSES[1])
    )
    a, b = (problem.activities_of[request.id][0] for request in (first, second))
    option = problem.option_sets[a.times][:1]
    problem = problem.model_copy(
        update={
            "requests": (first, second),
            "activities": (a, b.model_copy(update={"times": a.times, "requirements": a.requirements})),
            "option_sets": {a.times: option},
            "rules": tuple(r for r in problem.rules if r.kind in ("coverage", "presence")),
        }
    )
    guarantee = {
        "name": "second:any",
        "owner": CLASSES[1],
        "competency": "any",
        "requests": [second.id],
        "offered_minutes": 10_000,
        "share_permille": 1000,
    }
    rule = Rule(
        id="guaranteed_share",
        kind="guaranteed_share",
        weight=1,
        params={"guarantees": [guarantee], "before": before},
    )
    return problem.model_copy(update={"rules": (*problem.rules, rule)})


def _extra(problem: Problem) -> bool:
    return any(r.kind in ("pin", "precedence", "all_or_none") for r in problem.rules)


def test_it_comes_before_the_classes_it_is_set_before_and_after_the_others() -> None:
    for before, winner in ((None, CLASSES[1]), (CLASSES[0], CLASSES[1]), (CLASSES[1], CLASSES[0])):
        problem = contested(before)
        placed = solved(problem).placements
        assert [
            problem.request_by_id[problem.activity_by_id[p.activity].request].priority for p in placed
        ] == [winner]


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from([workbench, Interpreted]))
def test_what_is_counted_while_searching_is_what_the_rule_counts(
    seed: int, make_bench: Callable[[Model, int], Workbench]
) -> None:
    problem, target = guaranteed(make(seed, 8), random.Random(seed))
    model = compile_problem(problem)
    bench = make_bench(model, seed)
    reserve(bench, model, lambda: False)
    wanted = {
        a.id for r in problem.rules[-1].params["guarantees"][0]["requests"] for a in problem.activities_of[r]
    }
    placed = [problem.activities[i] for i, at in enumerate(bench.now()) if at is not None]
    reserved = sum(a.learner_minutes for a in placed if a.id in wanted)
    assert [met for _, met in bench.worth().owed] == [min(target, reserved)]
    assert quotas_met(model, bench.worth()) == (reserved >= target) == (not bench.lacks(0))
    bench.clear()
    assert [met for _, met in bench.worth().owed] == [0]


def test_plans_are_compared_by_quotas_before_the_class_that_they_precede() -> None:
    better = Worth((10, 5), (), 0, 0, ((1, 7),))
    worse = Worth((10, 90), (), 0, 0, ((1, 6),))
    assert Aim()(better) > Aim()(worse)
    assert Aim()(better)[0] == (0, 10, 7, 5)
    assert Aim((9, 4))(better)[0] == (0, 9, 7, 4)
    assert Aim()(better._replace(lacks=-1)) < Aim()(worse)
