"""On small problems no plan has a smaller D than a repair: moves, and hours that are lost."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.checker import check
from solver.engine import solve
from solver.options import SolveOptions
from solver.problem import Problem, Rule
from solver.repair import RepairOptions, repair
from solver.repair_report import RepairReport
from solver.solution import Placement, Solution
from solver.stability import changes, missing_cost
from tests.solver.engine.exhaustive import plans, small
from tests.solver.engine.random_problems import make

SEEDS = st.integers(min_value=0, max_value=100_000)


def disrupted(problem: Problem, plan: Solution, rng: random.Random) -> Problem:
    """Close something that is used for a while, or take capacity, a request's time, or an activity away."""
    placement = rng.choice(plan.placements)
    name = rng.choice(sorted(placement.resources.values()))
    match rng.randrange(4):
        case 0 | 1:
            start, end = placement.meetings[0]
            hours = rng.choice((0, 12, 72))
            windows = [w for w in ((0, start - hours), (end + hours, 24 * 14)) if 0 <= w[0] < w[1]]
            return _and(problem, "availability", {"calendars": [{"resources": [name], "windows": windows}]})
        case 2:
            pooled = [r for r in problem.resources if r.mode == "pooled" and r.capacity > 1]
            if not pooled:
                return _and(
                    problem, "availability", {"calendars": [{"resources": [name], "windows": [(0, 1)]}]}
                )
            less = rng.choice(pooled)
            capacity = less.capacity - rng.randint(1, less.capacity - 1)
            smaller = less.model_copy(update={"capacity": capacity, "units": less.units[:capacity]})
            return problem.model_copy(
                update={"resources": tuple(smaller if r.id == less.id else r for r in problem.resources)}
            )
        case _:
            mask = {"requests": [rng.choice(problem.requests).id], "windows": [(0, rng.randrange(30, 200))]}
            return _and(problem, "allowed_time", {"masks": [mask]})


def _and(problem: Problem, kind: str, params: Mapping[str, Any]) -> Problem:
    return problem.model_copy(update={"rules": (*problem.rules, Rule(id="new", kind=kind, params=params))})


def solved(problem: Problem) -> Solution:
    return solve(problem, SolveOptions(deterministic_units=1), lambda _: None, lambda _: None, lambda: False)


def repaired(problem: Problem, previous: Solution, freeze: int, epsilon: int = 0) -> Solution:
    options = RepairOptions(freeze, epsilon, time_limit_s=120, deterministic_units=60)
    return repair(problem, previous, options, lambda _: None, lambda _: None, lambda: False)


def report_of(solution: Solution) -> RepairReport:
    assert solution.report is not None
    assert solution.report.repair is not None
    return solution.report.repair


def allowed(problem: Problem, previous: Solution, freeze: int) -> Iterator[tuple[int, int, int]]:
    """Yield ``(lost learner-minutes, D, changes)`` of every plan a repair may return, but for what waits."""
    was = previous.placement_of
    waiting = {u.activity for u in previous.unplaced}
    early = {name for name, p in was.items() if p.meetings[0][0] < freeze}
    hit = {name for name in early if name not in _steady(problem, was)}
    for plan in plans(problem):
        now = {p.activity: p for p in plan}
        if now.keys() & waiting:
            continue
        if all(
            _may_be(name, now.get(name), was.get(name), freeze, name in early - hit)
            for name in problem.activity_by_id
        ):
            lost = [a for a in problem.activities if a.id not in now and a.id not in waiting]
            changed = changes(problem, was, now, from_slot=freeze)
            change = sum(c.change for c in changed)
            change += sum(missing_cost(problem, a) for a in lost if a.id not in was)
            yield sum(a.learner_minutes for a in lost), change, len(changed)


def _may_be(name: str, now: Placement | None, was: Placement | None, freeze: int, frozen: bool) -> bool:
    if frozen:
        return now is not None and was is not None and _same(now, was)
    if now is None or (was is not None and now.meetings == was.meetings):
        return True
    since = freeze if was is None else min(freeze, was.meetings[0][0])
    return now.meetings[0][0] >= since


def _same(one: Placement, other: Placement) -> bool:
    return (one.meetings, one.resources) == (other.meetings, other.resources)


def _steady(problem: Problem, was: Mapping[str, Placement]) -> set[str]:
    """Return the activities that can all stay, when each that can stay alone can stay with the others."""
    return {name for name, p in was.items() if name in problem.activity_by_id and _alone(problem, p)}


def _alone(problem: Problem, placement: Placement) -> bool:
    from tests.solver.engine.random_problems import breaks, places_of

    activity = problem.activity_by_id[placement.activity]
    if not any(_same(p, placement) for p in places_of(problem, activity)):
        return False
    return not [b for b in breaks(problem, (placement,)) if not b.startswith("all_or_none")]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_plan_loses_less_or_changes_less(seed: int) -> None:
    rng = random.Random(seed)
    problem = make(seed, 4)
    if not small(problem) or any(r.kind == "pin" for r in problem.rules):
        return
    previous = solved(problem)
    if not previous.placements:
        return
    after = disrupted(problem, previous, rng)
    freeze = rng.choice((0, 0, 24, 60))
    found = repaired(after, previous, freeze)
    report = report_of(found)
    assert check(after, found) == []

    possible = list(allowed(after, previous, freeze))
    if not possible:
        # What is frozen breaks a rule together: which of it is hit is the repair's choice.
        return
    least = min(change for _, change, _ in possible)
    assert report.change_minimum == report.change_bound == least
    assert report.lost_minutes_bound <= min(lost for lost, *_ in possible)
    as_good = [n for lost, change, n in possible if lost <= report.lost_minutes and change <= least]
    assert report.moves_bound == min(as_good) <= report.moves
