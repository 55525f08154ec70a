"""Solving with the compiled search: small problems to their best, the same again, and an end when told."""

import random
import time
from collections.abc import Callable
from itertools import product

import pytest

from solver import checker
from solver.codec import dump_solution, sha256_of
from solver.engine.budget import Budget
from solver.engine.local import solve_locally, suits
from solver.engine.lowering import lower
from solver.errors import StoppedEarly
from solver.options import SolveOptions
from solver.problem import (
    Activity,
    Candidate,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Placement, ProgressPoint, Solution

DAYS, HOURS = 5, 6


def school(groups: int, lessons: int, rng: random.Random, rooms: int = 3) -> Problem:
    """Return groups with a lesson of some subjects each: few holes, days apart, cheap rooms."""
    times = tuple(
        TimeOption(meetings=((d * HOURS + h, d * HOURS + h + 1),)) for d in range(DAYS) for h in range(HOURS)
    )
    people = [f"group{g}" for g in range(groups)] + [f"teacher{t}" for t in range(max(2, groups - 1))]
    requests, activities = [], []
    for g in range(groups):
        for s in range(lessons // 2):
            name = f"g{g}s{s}"
            teacher = f"teacher{rng.randrange(max(2, groups - 1))}"
            requests.append(Request(id=name, participant="p", priority="only"))
            activities += [
                Activity(
                    id=f"{name}/{k}",
                    request=name,
                    chain=name,
                    index=k,
                    times="all",
                    size=1,
                    contact_minutes=45,
                    requirements=(
                        Requirement(role="room", candidates=f"rooms{rng.randrange(2)}"),
                        Requirement(role="group", candidates=f"group{g}"),
                        Requirement(role="teacher", candidates=teacher),
                    ),
                )
                for k in range(2)
            ]
    names = [r.id for r in requests]
    return Problem(
        name="school",
        grid=TimeGrid(slot_minutes=60, slots_per_day=HOURS, days_per_week=DAYS, weeks=1),
        resources=(
            *(Resource(id=f"room{r}", kind="room") for r in range(rooms)),
            *(Resource(id=name, kind="people") for name in people),
        ),
        option_sets={"all": times},
        candidate_sets={
            **{name: (Candidate(resource=name),) for name in people},
            **{
                f"rooms{k}": tuple(
                    Candidate(resource=f"room{r}", penalty=(r + k) % rooms) for r in range(rooms)
                )
                for k in range(2)
            },
        },
        requests=tuple(requests),
        activities=tuple(activities),
        rules=(
            Rule(
                id="once",
                kind="no_overlap",
                params={"resources": [f"room{r}" for r in range(rooms)] + people},
            ),
            Rule(id="served", kind="coverage", weight=1),
            Rule(id="rooms", kind="preference", weight=1),
            Rule(
                id="days",
                kind="relation",
                params={"relations": [{"requests": [n], "relation": "different_days"} for n in names]},
            ),
            Rule(
                id="holes",
                kind="day_shape",
                params={
                    "shapes": [
                        {"resources": people[:groups], "measure": "gaps", "period": "week", "at_most": 1}
                    ]
                },
            ),
            Rule(
                id="used",
                kind="day_shape",
                weight=3,
                params={
                    "shapes": [
                        {"resources": people[:groups], "measure": "isolated", "period": "day", "at_most": 0}
                    ]
                },
            ),
        ),
    )


def run(
    problem: Problem,
    options: SolveOptions,
    should_stop: Callable[[], bool],
    on_progress: Callable[[ProgressPoint], None] = lambda _: None,
) -> Solution:
    lowered = lower(problem)
    assert suits(problem, lowered)
    budget = Budget(options.time_limit_s, options.deterministic_units, should_stop)
    return solve_locally(problem, lowered, options, budget, on_progress, lambda _: None)


def solved(problem: Problem, *, deterministic_units: int, seed: int = 1) -> Solution:
    options = SolveOptions(deterministic_units=deterministic_units, seed=seed)
    return run(problem, options, lambda: False)


def rest_of(problem: Problem, solution: Solution) -> int:
    return sum(t.value * t.weight for t in checker.score(problem, solution).stage("rest"))


def tiny(rng: random.Random) -> Problem:
    """Return three lessons on two days of three hours, with a hard and a soft rule."""
    problem = school(2, 2, rng, rooms=2)
    activities = problem.activities[:3]
    names = {a.request for a in activities}
    times = problem.option_sets["all"]
    few = tuple(t for t in times if t.meetings[0][0] in (0, 1, 2, HOURS, HOURS + 2))
    rules = [
        r.model_copy(
            update={"params": {"relations": [p for p in r.params["relations"] if p["requests"][0] in names]}}
        )
        if r.id == "days"
        else r
        for r in problem.rules
    ]
    return problem.model_copy(
        update={
            "activities": activities,
            "requests": tuple(r for r in problem.requests if r.id in names),
            "option_sets": {"all": few},
            "rules": tuple(rules),
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_small_problems_are_solved_as_well_as_by_trying_all(seed: int) -> None:
    problem = tiny(random.Random(seed))
    ways = [
        [
            Placement(
                activity=a.id,
                meetings=option.meetings,
                resources={r.role: c.resource for r, c in zip(a.requirements, chosen, strict=True)},
            )
            for option in problem.option_sets[a.times]
            for chosen in product(*(problem.candidate_sets[r.candidates] for r in a.requirements))
        ]
        for a in problem.activities
    ]
    best = None
    for placements in product(*ways):
        plan = Solution(problem_sha256=sha256_of(problem), placements=placements)
        if not checker.check(problem, plan, limit=1):
            worth = rest_of(problem, plan)
            best = worth if best is None else min(best, worth)
    assert best is not None
    found = solved(problem, deterministic_units=1)
    assert not found.unplaced
    assert not checker.check(problem, found)
    assert rest_of(problem, found) == best


def test_equal_problems_give_equal_bytes() -> None:
    problem = school(4, 12, random.Random(5))
    one, other = (dump_solution(solved(problem, deterministic_units=1, seed=7)) for _ in range(2))
    assert one == other
    assert b'"seconds":null' in one.replace(b" ", b"")


def test_all_that_can_be_placed_is_placed() -> None:
    problem = school(4, 12, random.Random(1))
    found = solved(problem, deterministic_units=2)
    assert not found.unplaced
    assert not checker.check(problem, found)


def test_what_has_no_room_stays_out_with_a_reason() -> None:
    problem = school(6, 12, random.Random(2), rooms=2)  # 72 lessons, 60 places
    found = solved(problem, deterministic_units=2)
    assert len(found.unplaced) >= 12
    # No search is needed to see why: there are fewer places than lessons, or others are there.
    assert all(u.reasons[0].rule != "search" for u in found.unplaced)
    assert not checker.check(problem, found)


def test_it_ends_soon_after_it_is_told() -> None:
    problem = school(12, 30, random.Random(3), rooms=12)
    solved(school(2, 2, random.Random(1)), deterministic_units=1)  # compiled by now
    told_at: list[float] = []
    points: list[ProgressPoint] = []
    begun = time.monotonic()

    def stop() -> bool:
        if not told_at and points and time.monotonic() - begun > 1.0:
            told_at.append(time.monotonic())
        return bool(told_at)

    options = SolveOptions(time_limit_s=60, workers=1)
    found = run(problem, options, stop, points.append)
    assert time.monotonic() - told_at[0] < 2.0
    assert found.report is not None
    assert found.report.status == "stopped"
    assert not checker.check(problem, found)


def test_told_at_once_there_is_no_plan() -> None:
    problem = school(2, 4, random.Random(1))
    with pytest.raises(StoppedEarly):
        run(problem, SolveOptions(time_limit_s=5, workers=1), lambda: True)
