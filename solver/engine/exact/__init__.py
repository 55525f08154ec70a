"""Exact search with CP-SAT, over a whole problem or a neighbourhood of a plan.

Made from the lowered primitives alone; every plan that it returns has passed the checker.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ortools.sat.python import cp_model

from solver import checker
from solver.engine.budget import Budget
from solver.engine.exact.aims import STAGES, Level, nothing
from solver.engine.exact.climb import Climb, Clock, Outcome
from solver.engine.exact.core import Prover
from solver.engine.exact.domains import Rest
from solver.engine.exact.facts import facts_of
from solver.engine.exact.indexed import IndexedModel, TooLarge
from solver.engine.exact.plans import as_solution, faults
from solver.engine.exact.project import ProjectSearch, project_of
from solver.problem import Problem
from solver.solution import Placement

_TAKE_OVER_SHARE = 0.2
"""Share of the time that may go into taking over the plan to start from."""


@dataclass(frozen=True, slots=True)
class AimValue:
    """What a plan comes to in one aim, and a proved lower bound; smaller is better.

    `name` is the stage, followed for coverage by ``:`` and the class (for what is owed before it by
    ``guarantee:`` and the group), for fairness by how many of the worst-off are summed (in thousandths that
    they lack) or ``all``. `bound` holds for plans that are as good
    in all aims before it, within their tolerances; None: nothing was proved.
    """

    name: str
    value: int
    bound: int | None


@dataclass(frozen=True, slots=True)
class Exact:
    """Result of an exact search.

    Attributes
    ----------
    status
        ``optimal``: best in every aim; ``feasible``: a plan; ``infeasible``: proved that what must be placed
        cannot all be; ``unknown``: no plan found in the time.
    placements
        The whole plan by activity, what did not move included; empty without a plan.
    aims
        In order; empty without a plan.
    core
        Of ``infeasible``: activities that cannot all be placed, each of them needed for that; empty: what
        stays breaks a rule by itself.
    """

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    placements: dict[str, Placement]
    aims: tuple[AimValue, ...] = ()
    core: tuple[str, ...] = ()


def solve_exact(
    problem: Problem,
    *,
    seconds: float,
    workers: int = 1,
    seed: int = 1,
    start: Mapping[str, Placement] | None = None,
    free: Collection[str] | None = None,
    aims: Sequence[str] = STAGES,
    must: Collection[str] = (),
    on_better: Callable[[dict[str, Placement]], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    give_up: bool = True,
) -> Exact:
    """Search for the best plan in the order of the aims.

    Parameters
    ----------
    seconds
        Time limit by the clock. Presolve may overrun it: who needs certainty runs this in a child process.
    start
        A plan to start from; what it says of activities that may move is a hint.
    free
        Activities that may move; all others stay as in `start`, placed or unplaced. None: all.
    must
        Activities among those that may move that have to be placed.
    on_better
        Called with better plans, at most about once a second, from another thread of the solver.
    should_stop
        Asked ten times a second; ends the search with the best plan so far.
    give_up
        Later aims may give up the tolerances of earlier ones. A search that calls this again and again on
        parts of a plan says False, or every call gives up as much.

    Raises
    ------
    UnknownRule, InvalidProblem
        The problem's rules cannot be read.
    ValueError
        An aim is not known, or something in `must` may not move.
    TooLarge
        So much is free that the model would not fit into memory; a ValueError too.
    """
    clock = Clock(time.monotonic() + seconds, should_stop)
    facts = facts_of(problem)
    known = dict(start or {})
    movable = [a for a in problem.activities if free is None or a.id in free]
    names = {a.id for a in movable}
    if strangers := [name for name in must if name not in names]:
        raise ValueError(f"{strangers[0]!r} must be placed but may not move")
    rest = Rest(facts, [p for name, p in known.items() if name not in names])

    def valid(plan: Mapping[str, Placement]) -> bool:
        return not faults(problem, plan)

    def tell(plan: dict[str, Placement]) -> None:
        if on_better is not None and valid(plan):
            on_better(plan)

    if len(movable) == len(problem.activities) and tuple(aims)[:1] == ("coverage",) and "rest" in aims:
        budget = Budget(seconds, None, should_stop or (lambda: False))
        found = _project(problem, budget, _Manner(workers, seed, known, tell), aims)
        if found is not None and valid(found.placements):
            return found
    model = IndexedModel(facts, movable, rest, aims)

    if not give_up:
        for level in model.levels:
            level.slack = nothing
    climb = Climb(
        problem,
        model,
        clock,
        workers=workers,
        seed=seed,
        tell=tell if on_better is not None else None,
    )
    unplaceable = [name for name in must if name in model.lost]
    if unplaceable:
        return Exact("infeasible", {}, core=(unplaceable[0],))
    bare = model.model.clone() if must else None
    for name in must:
        model.model.add_bool_or([model.present(name)])
    first = None
    if names & known.keys():
        first = climb.begin(list(model.hints(known)), clock.left_s * _TAKE_OVER_SHARE)
    outcome = climb.run(first)
    if outcome.plan is not None and valid(outcome.plan):
        return _result(problem, outcome, model.levels)
    if outcome.status == cp_model.INFEASIBLE:
        if bare is not None:
            model.model = bare
            core = Prover(climb, model, valid).core(list(must))
            if core:
                return Exact("infeasible", {}, core=core)
        if not must and not valid(rest.placements):
            return Exact("infeasible", {})
    return Exact("unknown", {})


class _Manner(NamedTuple):
    """How a project is searched."""

    workers: int
    seed: int
    start: Mapping[str, Placement]
    tell: Callable[[dict[str, Placement]], None]


def _project(problem: Problem, budget: Budget, options: _Manner, aims: Sequence[str]) -> Exact | None:
    """Search a project by its own means; None: it is none, or no plan places everything."""
    facts = facts_of(problem)
    project = project_of(facts)
    if project is None:
        return None
    search = ProjectSearch(project, budget, workers=options.workers, seed=options.seed, tell=options.tell)
    plan = search.run(options.start)
    if plan is None:
        return None
    weight = facts.structures[0].weight or 1
    names = [f"coverage:{name}" for name in problem.priorities] if "coverage" in aims else []
    values = [AimValue(name, 0, 0) for name in names]
    values.append(AimValue("rest", plan.end * weight, plan.bound * weight))
    return Exact("optimal" if plan.bound >= plan.end else "feasible", plan.placements, tuple(values))


def _result(problem: Problem, outcome: Outcome, levels: Sequence[Level]) -> Exact:
    assert outcome.plan is not None
    bounds = {(r.stage, r.name): r.bound for r in outcome.reached}
    terms = checker.score(problem, as_solution(problem, outcome.plan)).terms
    lacks = sorted((t.value for t in terms if t.stage == "fairness"), reverse=True)
    owed: dict[str, list[int]] = defaultdict(list)
    lacking = {t.name: t.value for t in terms if t.stage == "guarantee"}
    for quota in facts_of(problem).lowered.quotas:
        owed[f"{quota.before_class}:{quota.group}"].append(lacking[quota.term])
    found = []
    for level in levels:
        name = level.stage
        if level.stage == "coverage":
            value = sum(t.value for t in terms if t.stage == "coverage" and t.name == level.name)
            name = f"coverage:{level.name}"
        elif level.stage == "guarantee":
            value = sum(owed.get(level.name, ()))
            name = f"guarantee:{level.name}"
        elif level.stage == "fairness":
            worst = len(lacks) if level.name == "all" else int(level.name)
            value = sum(lacks[:worst])
            name = f"fairness:{level.name}"
        else:
            value = sum(t.value * t.weight for t in terms if t.stage == level.stage)
        found.append(AimValue(name, value, bounds.get((level.stage, level.name))))
    done = outcome.complete and outcome.status == cp_model.OPTIMAL
    return Exact("optimal" if done else "feasible", outcome.plan, tuple(found))


__all__ = ["AimValue", "Exact", "TooLarge", "solve_exact"]
