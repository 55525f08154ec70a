"""What a finished run found, checked by itself: violations, the score, fairness, what stayed unplaced."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.bridge.check import breach_of
from scheduler.bridge.repair import repair_of
from scheduler.errors import Breach
from solver.checker import check, score
from solver.codec import load_problem, load_solution
from solver.errors import InvalidProblem
from solver.fairness import FairnessReport, figures
from solver.fairness import report as fairness_of
from solver.plan import Plan
from solver.problem import Problem
from solver.rules import parsed
from solver.rules.guaranteed_share import GuaranteedShareParams, standing, told
from solver.solution import Reason, Solution
from solver.words import describe, named, title

BREACHES_TOLD = 20
ENVIES_TOLD = 5
HAND = "hand"
"""Name of the plan that a person would make first come, first served."""


@dataclass(frozen=True, slots=True)
class UnplacedDraft:
    """An activity without a place, its reasons as data and in words."""

    activity: str
    request: str
    learner_minutes: int
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the parent makes of a child's solution.

    Attributes
    ----------
    fault
        Why the solution cannot be used, None: it can.
    report
        A `scheduler.domain.run.RunReport` as JSON, with participants' codes in place of references.
    """

    fault: str | None
    breaches: tuple[Breach, ...]
    report: dict[str, Any]
    unplaced: tuple[UnplacedDraft, ...]


def inspect(problem_content: bytes, problem_sha256: str, solution_content: bytes) -> Inspection:
    """Read, check and measure a solution, independently of the search; work of a second at most."""
    problem = load_problem(problem_content)
    try:
        solution = load_solution(solution_content)
    except InvalidProblem as error:
        return Inspection(f"unreadable solution: {error}", (), {}, ())
    if solution.problem_sha256 != problem_sha256:
        return Inspection("the solution belongs to another problem", (), {}, ())
    violations = check(problem, solution, limit=BREACHES_TOLD)
    if violations:
        breaches = tuple(breach_of(problem, violation) for violation in violations)
        return Inspection("the solution breaks rules", breaches, {}, ())
    claimed = {(t.rule, t.name): t.value for t in solution.score.terms}
    measured = {(t.rule, t.name): t.value for t in score(problem, solution).terms}
    if claimed != measured:
        return Inspection("the solution states another score than it has", (), {}, ())
    return Inspection(None, (), _report(problem, solution), _unplaced(problem, solution))


def _unplaced(problem: Problem, solution: Solution) -> tuple[UnplacedDraft, ...]:
    found = []
    owed = _guaranteed(problem)
    plan = Plan(problem, solution.placements)
    for unplaced in solution.unplaced:
        activity = problem.activity_by_id[unplaced.activity]
        reasons = {_identity(reason): reason for reason in reversed(unplaced.reasons)}
        first = unplaced.reasons[0]
        kept = [r for r in reversed(reasons.values()) if r is first or r.options or r.holders]
        stood = None if owed is None else told(problem, owed, plan, activity)
        kept += [] if stood is None else [stood]
        found.append(
            UnplacedDraft(
                activity=activity.id,
                request=activity.request,
                learner_minutes=activity.learner_minutes,
                reasons=[_reason(problem, reason) for reason in kept],
            )
        )
    return tuple(found)


def _guaranteed(problem: Problem) -> GuaranteedShareParams | None:
    found = (p.params for p in parsed(problem) if isinstance(p.params, GuaranteedShareParams))
    return next(found, None)


def _guarantees(problem: Problem, solution: Solution) -> list[dict[str, Any]]:
    """Return what every class was guaranteed, got and asked for, competency by competency."""
    owed = _guaranteed(problem)
    if owed is None:
        return []
    return [
        kept.model_dump(exclude={"name", "owner", "competency"})
        | {
            "name": kept.name,
            "priority_class": kept.owner.partition(":")[2],
            "title": problem.label(kept.owner),
            "title_en": named(problem, kept.owner, "en"),
            "competency": problem.label(kept.competency),
            "competency_en": named(problem, kept.competency, "en"),
            "source": owed.source,
        }
        for kept in standing(problem, owed, Plan(problem, solution.placements))
    ]


def _identity(reason: Reason) -> tuple[Any, ...]:
    return (reason.rule, reason.code, *sorted(reason.facts.items()))


def _reason(problem: Problem, reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "code": reason.code,
        "facts": dict(reason.facts),
        "holders": list(reason.holders),
        "options": reason.options,
        "ru": describe(problem, reason, "ru"),
        "en": describe(problem, reason, "en"),
    }


def _report(problem: Problem, solution: Solution) -> dict[str, Any]:
    placed = solution.placement_of
    demand: dict[str, int] = defaultdict(int)
    served: dict[str, int] = defaultdict(int)
    whole = none = 0
    for request in problem.requests:
        activities = problem.activities_of[request.id]
        inside = [activity for activity in activities if activity.id in placed]
        minutes = sum(activity.learner_minutes for activity in activities)
        got = sum(activity.learner_minutes for activity in inside)
        demand[request.priority] += minutes
        served[request.priority] += got
        whole += len(inside) == len(activities)
        none += not inside
    bounds = {t.name: t.bound for t in solution.score.stage("coverage")}
    fair = fairness_of(problem, solution)
    run = solution.report
    return {
        "status": run.status if run is not None else "feasible",
        "repair": None if run is None or run.repair is None else repair_of(problem, run.repair),
        "activities": len(problem.activities),
        "placed": len(solution.placements),
        "unplaced": len(solution.unplaced),
        "requests": len(problem.requests),
        "requests_whole": whole,
        "requests_none": none,
        "asked_minutes": sum(demand.values()),
        "granted_minutes": sum(served.values()),
        "unserved_bound": _unserved_at_least(solution, [bounds.get(name) for name in problem.priorities]),
        "travel_minutes": sum(one.travel_minutes for one in fair.participants),
        "classes": [
            {
                "name": name,
                "demand_minutes": demand[name],
                "served_minutes": served[name],
                "unserved_bound": bounds.get(name),
            }
            for name in problem.priorities
        ],
        "guarantees": _guarantees(problem, solution),
        "participants": _participants(fair),
        "jain_permille": fair.jain_permille,
        "gini_permille": fair.gini_permille,
        "fairness": _fairness(fair),
        "plans": _plans(problem, solution),
        "refusals": _refusals(problem, solution),
        "meetings": sum(len(placement.meetings) for placement in solution.placements),
        "terms": [term.model_dump() for term in solution.score.terms],
        "seconds": None if run is None else run.seconds,
        "first_plan_seconds": None if run is None else run.first_plan_seconds,
    }


def _unserved_at_least(solution: Solution, of_class: Sequence[int | None]) -> int | None:
    """Return the learner-minutes proved to stay unserved: class by class, or together where that is more."""
    known = [bound for bound in of_class if bound is not None]
    proved = [sum(known)] if len(known) == len(of_class) else []
    run = solution.report
    # The points of a repair tell what it loses.
    if run is not None and run.repair is None:
        proved += [point.bound for point in run.history[-1:] if point.bound is not None]
    return max(proved, default=None)


def _refusals(problem: Problem, solution: Solution) -> list[dict[str, Any]]:
    sessions: dict[str, int] = defaultdict(int)
    minutes: dict[str, int] = defaultdict(int)
    for unplaced in solution.unplaced:
        rule = unplaced.reasons[0].rule
        sessions[rule] += 1
        minutes[rule] += problem.activity_by_id[unplaced.activity].learner_minutes
    told = {rule: title(rule) for rule in sessions}
    return [
        {
            "rule": rule,
            "ru": told[rule].ru,
            "en": told[rule].en,
            "sessions": sessions[rule],
            "learner_minutes": minutes[rule],
        }
        for rule in sorted(sessions, key=lambda rule: (-minutes[rule], rule))
    ]


def _participants(found: FairnessReport) -> list[dict[str, Any]]:
    """Return what every participant asked for and got, worst-off first."""
    return [
        {
            "participant": one.participant,
            "asked_minutes": one.demand_minutes,
            "granted_minutes": one.granted_minutes,
            "entitlement_minutes": one.entitlement_minutes,
            "raised_minutes": one.raised_minutes,
            "share_permille": one.share_permille,
            "travel_minutes": one.travel_minutes,
            "bad_minutes": one.bad_minutes,
            "attendances": one.attendances,
        }
        for one in found.participants
    ]


def _fairness(found: FairnessReport) -> dict[str, Any]:
    envies = sorted(found.envies, key=lambda envy: (-envy.gain_minutes, envy.participant, envy.of))
    price = found.price
    return {
        "bound_permille": found.bound_permille,
        "best_within_session": found.best_within_session,
        "envies": [envy.model_dump() for envy in envies[:ENVIES_TOLD]],
        "envies_more": len(envies[ENVIES_TOLD:]),
        "lost_minutes": None if price is None else {c.name: c.lost_minutes for c in price.classes},
        "rest_lost": None if price is None else price.rest_lost,
        "worst_off_before_permille": None if price is None else price.worst_off_before_permille,
    }


def _plans(problem: Problem, solution: Solution) -> list[dict[str, Any]]:
    """Return the figures of this plan and of those that a person would make; none alone."""
    others = () if solution.report is None else solution.report.baselines
    ours = (figures(problem, "ours", solution.placements),) if others else ()
    return [plan.model_dump() for plan in (*ours, *sorted(others, key=lambda plan: plan.name != HAND))]
