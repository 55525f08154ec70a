"""What a finished run found, checked by itself: violations, the score, fairness, what stayed unplaced."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from scheduler.bridge.check import breach_of
from scheduler.domain.fairness import gini_permille, jain_permille
from scheduler.errors import Breach
from solver.checker import check, score
from solver.codec import load_problem, load_solution
from solver.errors import InvalidProblem
from solver.problem import Problem
from solver.solution import Reason, Solution
from solver.words import describe

BREACHES_TOLD = 20


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
    for unplaced in solution.unplaced:
        activity = problem.activity_by_id[unplaced.activity]
        reasons = {_identity(reason): reason for reason in reversed(unplaced.reasons)}
        first = unplaced.reasons[0]
        kept = [r for r in reversed(reasons.values()) if r is first or r.options or r.holders]
        found.append(
            UnplacedDraft(
                activity=activity.id,
                request=activity.request,
                learner_minutes=activity.learner_minutes,
                reasons=[_reason(problem, reason) for reason in kept],
            )
        )
    return tuple(found)


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
    asked: dict[str, int] = defaultdict(int)
    granted: dict[str, int] = defaultdict(int)
    demand: dict[str, int] = defaultdict(int)
    served: dict[str, int] = defaultdict(int)
    whole = none = 0
    for request in problem.requests:
        activities = problem.activities_of[request.id]
        inside = [activity for activity in activities if activity.id in placed]
        minutes = sum(activity.learner_minutes for activity in activities)
        got = sum(activity.learner_minutes for activity in inside)
        asked[request.participant] += minutes
        granted[request.participant] += got
        demand[request.priority] += minutes
        served[request.priority] += got
        whole += len(inside) == len(activities)
        none += not inside
    bounds = {t.name: t.bound for t in solution.score.stage("coverage")}
    known = [bounds.get(name) for name in problem.priorities]
    participants = _participants(problem, solution, dict(asked), dict(granted))
    shares = [entry["share_permille"] for entry in participants]
    run = solution.report
    return {
        "status": run.status if run is not None else "feasible",
        "activities": len(problem.activities),
        "placed": len(solution.placements),
        "unplaced": len(solution.unplaced),
        "requests": len(problem.requests),
        "requests_whole": whole,
        "requests_none": none,
        "asked_minutes": sum(asked.values()),
        "granted_minutes": sum(granted.values()),
        "unserved_bound": None if None in known else sum(bound for bound in known if bound is not None),
        "travel_minutes": sum(entry["travel_minutes"] for entry in participants),
        "classes": [
            {
                "name": name,
                "demand_minutes": demand[name],
                "served_minutes": served[name],
                "unserved_bound": bounds.get(name),
            }
            for name in problem.priorities
        ],
        "participants": participants,
        "jain_permille": jain_permille(shares),
        "gini_permille": gini_permille(shares),
        "terms": [term.model_dump() for term in solution.score.terms],
        "seconds": None if run is None else run.seconds,
        "first_plan_seconds": None if run is None else run.first_plan_seconds,
    }


def _participants(
    problem: Problem, solution: Solution, asked: dict[str, int], granted: dict[str, int]
) -> list[dict[str, Any]]:
    """Return what every participant asked for and got, worst-off first."""
    fair: dict[str, Any] = next(
        (dict(rule.params["participants"]) for rule in problem.rules if rule.kind == "fair_share"), {}
    )
    unfairness = {t.name: t.value for t in solution.score.stage("fairness")}
    travel = _travel(problem, solution)
    found = []
    for name, minutes in asked.items():
        share = 1000 - unfairness[name] if name in unfairness else granted[name] * 1000 // max(1, minutes)
        found.append(
            {
                "participant": name,
                "asked_minutes": minutes,
                "granted_minutes": granted[name],
                "entitlement_minutes": fair[name]["entitlement"] if name in fair else minutes,
                "share_permille": min(1000, share),
                "travel_minutes": travel.get(name, 0),
            }
        )
    return sorted(found, key=lambda entry: (entry["share_permille"], entry["participant"]))


def _travel(problem: Problem, solution: Solution) -> dict[str, int]:
    """Return learner-minutes of travel one way, by participant."""
    found: dict[str, int] = defaultdict(int)
    for placement in solution.placements:
        activity = problem.activity_by_id[placement.activity]
        role = problem.place_role_of[activity.id]
        if role is None:
            continue
        place = problem.resource_by_id[placement.resources[role]].place
        for name in placement.resources.values():
            learners = problem.resource_by_id[name]
            if learners.size and learners.home is not None:
                slots = problem.travel_from(learners.home, place) * len(placement.meetings)
                participant = problem.request_by_id[activity.request].participant
                found[participant] += slots * learners.size * problem.grid.slot_minutes
    return dict(found)
