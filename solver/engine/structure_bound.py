"""Proved lower bounds on what a plan in which everything takes place pays in the terms of the rest.

A structure counts meetings of some activities alone. What it costs at least follows from these activities:
their times, who of them cannot be in two places at once, and the hard rules between them. Each is one small
exact model; rooms and whatever else an activity may choose are left out, which can only make the bound
weaker. Linear costs are added up activity by activity. What the structures of a term cost at least is a
bound on their sum, whatever the others do.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from solver.engine.lowering import Cost, Lowered, Structured, TermKey
from solver.engine.partner import RestAtLeast
from solver.engine.peer import Peer
from solver.primitives import AMOUNT
from solver.problem import Activity, Problem
from solver.solution import Solution
from solver.structure import Concurrent, DayShape, PairTime

_SHARE = 0.06
"""Share of a partner's time that proving may take."""
_LARGEST = 60
"""Activities of a structure beyond which there is no time for its model."""
_EACH_S = 2.0
_SAFETY = 1e-6


def prove(problem: Problem, lowered: Lowered, peer: Peer, seconds: float) -> None:
    """Tell the other side what every whole plan pays at least, in a part of the seconds that there are."""
    until = time.monotonic() + _SHARE * seconds
    peer.send(RestAtLeast(rest_of_all_at_least(problem, lowered, lambda: time.monotonic() > until)))


def rest_of_all_at_least(problem: Problem, lowered: Lowered, over: Callable[[], bool]) -> dict[TermKey, int]:
    """Return what terms of the rest come to at least in every plan that places all activities.

    Structures for which there was no time, or that are too large, count as nothing; `over` is asked between
    them.
    """
    found: dict[TermKey, int] = defaultdict(int)
    rules = problem.rules
    for activity in problem.activities:
        for cost in lowered.costs.get(activity.id, ()):
            if cost.stage == "rest":
                found[rules[cost.rule_position].id, cost.linear.term] += _least(problem, activity, cost)
    soft = [s for s in lowered.structures if s.weight is not None and s.stage == "rest"]
    for structured in soft:
        found.setdefault((rules[structured.rule_position].id, AMOUNT), 0)
    certain = _Certain(problem)
    for structured in soft:
        if over():
            break
        subjects = certain.subjects(structured.primitive)
        if subjects is not None and 0 < len(subjects) <= _LARGEST:
            key = rules[structured.rule_position].id, AMOUNT
            found[key] += _amount_at_least(problem, lowered, structured, subjects, certain)
    return dict(found)


class Proofs:
    """What is proved of the terms of a timetable.

    Attributes
    ----------
    done
        The plan that was told last places everything, and pays as little as is proved of every term.
    """

    def __init__(self, problem: Problem, lowered: Lowered) -> None:
        self._bounds: Mapping[TermKey, int] = rest_of_all_at_least(problem, lowered, lambda: True)
        self._plan: Solution | None = None
        self.done = False

    def hear(self, peer: Peer) -> None:
        """Take over what the other side has proved."""
        proved = peer.take(RestAtLeast)
        if proved is not None:
            self.know(proved.bounds)

    def know(self, bounds: Mapping[TermKey, int]) -> None:
        """Go by these bounds from now on."""
        self._bounds = bounds
        self._judge()

    def told(self, plan: Solution) -> None:
        """Note that a plan went out."""
        self._plan = plan
        self._judge()

    def _judge(self) -> None:
        self.done = self._plan is not None and self.are_met(self._plan)

    def are_met(self, plan: Solution) -> bool:
        """Tell whether a plan places everything and each of its terms is proved to be the least."""
        return not plan.unplaced and all(t.value == (t.bound or 0) for t in self.on(plan).score.terms)

    def on(self, plan: Solution) -> Solution:
        """Return a plan with what is proved of its terms, if it places everything."""
        if plan.unplaced:
            return plan
        terms = []
        for term in plan.score.terms:
            bound = self._bounds.get((term.rule, term.name))
            known = term.bound if bound is None else min(term.value, bound)
            terms.append(term.model_copy(update={"bound": known}))
        return plan.model_copy(update={"score": plan.score.model_copy(update={"terms": tuple(terms)})})


def _least(problem: Problem, activity: Activity, cost: Cost) -> int:
    """Return what an activity pays at least of a linear cost at any of its spots."""
    linear = cost.linear
    options = problem.option_sets[activity.times]
    times = min((linear.by_meetings.get(o.meetings, linear.other_meetings) for o in options), default=0)
    most = max((len(o.meetings) for o in options), default=1)
    total = times
    for requirement in activity.requirements:
        candidates = problem.candidate_sets[requirement.candidates]
        least = min(
            (linear.by_resource.get((requirement.role, c.resource), 0) for c in candidates), default=0
        )
        total += least * (most if linear.per_meeting and least < 0 else 1)
    return total


class _Certain:
    """Who uses what wherever it is."""

    def __init__(self, problem: Problem) -> None:
        self._users: dict[str, list[str]] = defaultdict(list)
        self._maybe: set[str] = set()
        for activity in problem.activities:
            for requirement in activity.requirements:
                candidates = problem.candidate_sets[requirement.candidates]
                for candidate in candidates:
                    if len(candidates) == 1:
                        self._users[candidate.resource].append(activity.id)
                    else:
                        self._maybe.add(candidate.resource)

    def subjects(self, primitive: Any) -> list[str] | None:
        """Return the activities that a structure counts; None: that depends on the plan."""
        match primitive:
            case DayShape() if primitive.measure != "moves":
                if self._maybe.intersection(primitive.resources):
                    return None
                users = [name for r in primitive.resources for name in self._users[r]]
                return list(dict.fromkeys([*primitive.activities, *users]))
            case PairTime() if not primitive.travel and primitive.relation != "reachable":
                return list(dict.fromkeys(primitive.activities))
            case Concurrent():
                return list(dict.fromkeys(primitive.activities))
        return None


def _amount_at_least(
    problem: Problem, lowered: Lowered, structured: Structured, subjects: Sequence[str], certain: _Certain
) -> int:
    """Return the least amount of one structure."""
    # A partner mostly proves: the search itself waits for no exact solver to be imported.
    from ortools.sat.python import cp_model

    from solver.engine.exact.domains import Rest
    from solver.engine.exact.facts import Facts
    from solver.engine.exact.indexed import IndexedModel

    among = set(subjects)
    activities = tuple(
        a.model_copy(
            update={
                "requirements": tuple(
                    r for r in a.requirements if len(problem.candidate_sets[r.candidates]) == 1
                )
            }
        )
        for a in problem.activities
        if a.id in among
    )
    hard = [
        s
        for s in lowered.structures
        if s.weight is None and (there := certain.subjects(s.primitive)) and among.issuperset(there)
    ]
    alone = replace(
        lowered, costs={}, quotas=[], shares=[], structures=[*hard, replace(structured, weight=1)]
    )
    part = problem.model_copy(update={"activities": activities})
    facts = Facts(part, alone)
    model = IndexedModel(facts, activities, Rest(facts, ()), ("rest",))
    if model.lost or not model.levels:
        return 0
    for name in subjects:
        model.model.add_bool_or([model.present(name)])
    (level,) = model.levels
    model.model.minimize(level.expression)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = _EACH_S
    status = solver.solve(model.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
        return 0
    return max(0, ceil(solver.best_objective_bound - _SAFETY) + level.constant)
