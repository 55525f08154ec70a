"""Compiles the compiled searches before anybody waits for them."""

import time

from solver.engine import jit
from solver.engine.budget import Budget
from solver.engine.compile import compile_problem
from solver.engine.construct import fill_all
from solver.engine.local import solve_locally
from solver.engine.lowering import lower
from solver.engine.weekly import solve_weekly, suits
from solver.engine.workbench import workbench
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

_UNITS = 2
"""Counted work at which every compiled function has been called."""


_STRUCTURES = ("relation", "day_shape")


def warm_cluster() -> float:
    """Compile the search of a cluster's shared year alone; see `warm`."""
    begun = time.monotonic()
    # The shared year of a cluster has none of the structures of a school's week.
    week = _week()
    plain = tuple(rule for rule in week.rules if rule.kind not in _STRUCTURES)
    model = compile_problem(week.model_copy(update={"rules": plain}))
    from solver.engine.cluster.compiled import PACKAGE

    bench = workbench(model, 1)
    fill_all(bench.fill, model.templates, lambda: False)
    bench.begin()
    bench.run(1, 0.0)
    bench.take(bench.best())
    jit.settle(PACKAGE)
    return time.monotonic() - begun


def warm() -> float:
    """Compile what is not compiled yet, for this version and this machine; return the seconds it took.

    What is compiled is kept in the user's cache folder; otherwise the first solve of each kind waits for
    it, about a minute.
    """
    begun = time.monotonic()
    warm_cluster()
    problem = _week()
    lowered = lower(problem)
    options = SolveOptions(deterministic_units=_UNITS, workers=1)
    for search in (solve_locally, solve_weekly) if suits(problem, lowered) else (solve_locally,):
        budget = Budget(options.time_limit_s, options.deterministic_units, lambda: False)
        search(problem, lowered, options, budget, lambda _: None, lambda _: None)
    # Brings in CP-SAT, which nothing else here needs.
    from solver.engine.exact import project

    project.warm()
    return time.monotonic() - begun


def _week() -> Problem:
    """Six lessons of two groups in a week of five days, without holes."""
    options = tuple(TimeOption(meetings=((at, at + 1),)) for at in range(20))
    people = ("one", "other")
    return Problem(
        name="week",
        grid=TimeGrid(slot_minutes=60, slots_per_day=4, days_per_week=5, weeks=1),
        resources=(
            Resource(id="hall", kind="room"),
            Resource(id="attic", kind="room"),
            *(Resource(id=name, kind="people") for name in people),
        ),
        option_sets={"all": options},
        candidate_sets={
            "rooms": (Candidate(resource="hall"), Candidate(resource="attic", penalty=1)),
            **{name: (Candidate(resource=name),) for name in people},
        },
        requests=(Request(id="week", participant="school", priority="only"),),
        activities=tuple(
            Activity(
                id=f"{name}{at}",
                request="week",
                chain=name,
                index=at,
                times="all",
                size=1,
                contact_minutes=45,
                requirements=(
                    Requirement(role="room", candidates="rooms"),
                    Requirement(role="people", candidates=name),
                ),
            )
            for name in people
            for at in range(3)
        ),
        rules=(
            Rule(id="once", kind="no_overlap", params={"resources": ["hall", "attic", *people]}),
            Rule(id="served", kind="coverage", weight=1),
            Rule(id="rooms", kind="preference", weight=1),
            Rule(
                id="apart",
                kind="relation",
                params={
                    "relations": [
                        {"activities": ["one0", "one1"], "relation": "different_days"},
                    ]
                },
            ),
            Rule(
                id="holes",
                kind="day_shape",
                params={"shapes": [{"resources": people, "measure": "gaps", "period": "week", "at_most": 0}]},
            ),
            Rule(
                id="days",
                kind="day_shape",
                params={
                    "shapes": [{"resources": people, "measure": "used", "period": "week", "at_least": 3}]
                },
                weight=1,
            ),
        ),
    )
