"""Random structures for small random problems: every primitive of `solver.structure` in all its shapes."""

import random
from typing import Any, get_args

from solver.problem import Interval, Problem
from solver.structure import (
    AwayDay,
    Concurrent,
    DayShape,
    Distinct,
    Excess,
    Makespan,
    Measure,
    PairResource,
    PairTime,
    Relation,
    Rest,
    Structure,
)


def _windows(rng: random.Random, problem: Problem) -> tuple[Interval, ...]:
    days = range(problem.grid.weeks * 7)
    found = []
    for day in days:
        if rng.random() < 0.8:
            start = day * 24 + rng.choice((7, 9, 11, 20))
            found.append((start, start + rng.choice((1, 2, 5))))
    return tuple(found) or ((0, 24),)


def structure(rng: random.Random, problem: Problem) -> Structure:
    """Return a structure over some of a problem's activities and resources."""
    activities = tuple(a.id for a in problem.activities if rng.random() < 0.8)
    people = [r.id for r in problem.resources if r.kind in ("trainer", "learners")]
    resources = tuple(name for name in people if rng.random() < 0.6)
    limit = rng.choice((0, 1, 2, 3, 5, 26))
    role = rng.choice(("room", "trainer"))
    kind = rng.randrange(9)
    if kind == 0:
        return PairTime(
            rng.choice(get_args(Relation)),
            activities,
            limit=limit,
            pauses=_windows(rng, problem) if rng.random() < 0.5 else (),
            travel=rng.random() < 0.5,
        )
    if kind == 1:
        return PairResource(activities, role, rng.random() < 0.5)
    if kind == 2:
        return Distinct(activities, role, rng.choice((0, 1, 2)))
    if kind == 3:
        return Concurrent(
            activities,
            _windows(rng, problem),
            at_most=rng.choice((None, 0, 1)),
            at_least=rng.choice((0, 0, 1)),
            or_none=rng.random() < 0.5,
        )
    if kind == 4:
        return Rest(rng.choice(people), rng.choice((10, 24, 40)))
    if kind == 5:
        period: Any = rng.choice(("day", "week", "horizon"))
        measure: Any = rng.choice(("clock_slots", "contact_minutes", "activities"))
        return Excess(period, measure, limit, resources)
    if kind == 6:
        return Makespan(activities)
    if kind == 7:
        return AwayDay(rng.choice(people), "north", rng.choice((1, 2)), rng.choice((60, 120)))
    most = rng.choice((None, 0, 1, 2, 4))
    return DayShape(
        rng.choice(get_args(Measure)),
        rng.choice(("day", "week", "horizon")),
        at_most=most,
        at_least=rng.choice((None, 1, 2, 3)) if most is not None else rng.choice((1, 2, 3)),
        resources=resources if rng.random() < 0.5 else (),
        activities=activities if rng.random() < 0.7 else (),
        within=_windows(rng, problem) if rng.random() < 0.4 else (),
        pauses=_windows(rng, problem) if rng.random() < 0.4 else (),
        fold=rng.random() < 0.3,
        join=rng.choice((0, 1, 2)),
        longer_than=rng.choice((1, 2, 3)),
    )
