"""How fairly a plan treats the participants, read from problem and solution alone.

The share of participant c is ``s_c = granted / min(demand, entitlement)`` in thousandths, at most 1000.
Jain's index is ``(sum s)^2 / (n sum s^2)`` (Jain, Chiu, Hawe, DEC-TR-301, 1984). Who envies whom is told up
to one session and in proportion to what each is due: envy up to one good (Budish, Journal of Political
Economy 119(6), 2011), weighted (Chakraborty, Igarashi, Suksompong, Zick, ACM TEAC 9(3), 2021). None of these
figures decides anything; the aim of a search is leximin of the shares.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import NonNegativeInt

from solver.envy import Envy, envies
from solver.problem import Frozen, Problem
from solver.rules import parsed
from solver.rules.fair_share import FairShareParams
from solver.solution import Placement, PlanFigures, Solution


@dataclass(frozen=True, slots=True)
class BadTimes:
    """Meetings that nobody wants: those that end after an hour of the day, and those of some weekdays."""

    evening_from_minutes: int = 18 * 60
    weekdays: frozenset[int] = frozenset({5, 6})


class ParticipantFairness(Frozen):
    """What one participant asked for, was due, and got, in learner-minutes.

    Attributes
    ----------
    due_minutes
        The smaller of demand and entitlement.
    raised_minutes
        Part of the entitlement that makes good for earlier terms.
    bad_minutes
        Granted at bad times.
    travel_minutes, attendances
        Time on the road one way of all learners, and how many times one of them comes to a session.
    """

    participant: str
    demand_minutes: NonNegativeInt
    entitlement_minutes: NonNegativeInt
    raised_minutes: NonNegativeInt = 0
    due_minutes: NonNegativeInt
    granted_minutes: NonNegativeInt
    share_permille: NonNegativeInt
    bad_minutes: NonNegativeInt
    travel_minutes: NonNegativeInt
    attendances: NonNegativeInt


class ClassLoss(Frozen):
    """Learner-minutes of a priority class that the fairness stage gave up; negative: it gained."""

    name: str
    lost_minutes: int


class PriceOfFairness(Frozen):
    """What the plan gave up against the best plan before the fairness stage, and what that gained.

    `rest_lost` is in the weighted units of the score; negative: the rest became better.
    """

    classes: tuple[ClassLoss, ...]
    rest_lost: int
    worst_off_before_permille: NonNegativeInt


class FairnessReport(Frozen):
    """Fairness of one plan; participants with the least share first.

    Attributes
    ----------
    bound_permille
        Proved: no plan that serves what this one had to serve gives every participant more. None: nothing
        is proved.
    best_within_session
        The worst-off participant is proved to be within one of its sessions of that.
    envies
        Who would get more than a session more with another's places.
    price
        None: the search did not come to the stage of fairness.
    """

    participants: tuple[ParticipantFairness, ...]
    jain_permille: NonNegativeInt
    gini_permille: NonNegativeInt
    bound_permille: NonNegativeInt | None = None
    best_within_session: bool = False
    envies: tuple[Envy, ...] = ()
    price: PriceOfFairness | None = None


def report(problem: Problem, solution: Solution, bad: BadTimes | None = None) -> FairnessReport:
    """Return the fairness of a solution; `bad` says which times are a burden."""
    found = participants_of(problem, solution.placements, bad or BadTimes())
    shares = [one.share_permille for one in found]
    stage = None if solution.report is None else solution.report.fairness_stage
    bound = None if stage is None else stage.bound_permille
    due = {one.participant: one.due_minutes for one in found}
    return FairnessReport(
        participants=found,
        jain_permille=jain_permille(shares),
        gini_permille=gini_permille(shares),
        bound_permille=bound,
        best_within_session=bound is not None and _within_session(problem, found, bound),
        envies=tuple(envies(problem, solution.placements, due)),
        price=price(problem, solution),
    )


def participants_of(
    problem: Problem, placements: Iterable[Placement], bad: BadTimes
) -> tuple[ParticipantFairness, ...]:
    """Return what every participant that asks for something got, the least share first."""
    due = _due(problem)
    granted: dict[str, int] = defaultdict(int)
    at_bad: dict[str, int] = defaultdict(int)
    travel: dict[str, int] = defaultdict(int)
    attendances: dict[str, int] = defaultdict(int)
    for placement in placements:
        activity = problem.activity_by_id[placement.activity]
        who = problem.request_by_id[activity.request].participant
        granted[who] += activity.learner_minutes
        attendances[who] += activity.size * len(placement.meetings)
        travel[who] += travel_minutes(problem, placement)
        length = sum(end - start for start, end in placement.meetings)
        unwanted = sum(end - start for start, end in placement.meetings if _is_bad(problem, bad, start, end))
        at_bad[who] += activity.learner_minutes * unwanted // length
    found = []
    for name, (demand, entitlement, raised) in due.items():
        target = min(demand, entitlement)
        found.append(
            ParticipantFairness(
                participant=name,
                demand_minutes=demand,
                entitlement_minutes=entitlement,
                raised_minutes=raised,
                due_minutes=target,
                granted_minutes=granted[name],
                share_permille=share_permille(granted[name], target),
                bad_minutes=at_bad[name],
                travel_minutes=travel[name],
                attendances=attendances[name],
            )
        )
    return tuple(sorted(found, key=lambda one: (one.share_permille, one.participant)))


def figures(problem: Problem, name: str, placements: Collection[Placement]) -> PlanFigures:
    """Return what a plan comes to; `name` is kept with it."""
    placed = {p.activity for p in placements}
    served = dict.fromkeys(problem.priorities, 0)
    granted: dict[str, int] = defaultdict(int)
    whole = none = 0
    for request in problem.requests:
        activities = problem.activities_of[request.id]
        inside = [a for a in activities if a.id in placed]
        minutes = sum(a.learner_minutes for a in inside)
        served[request.priority] += minutes
        granted[request.participant] += minutes
        whole += len(inside) == len(activities)
        none += not inside
    shares = {
        who: share_permille(granted[who], min(demand, entitlement))
        for who, (demand, entitlement, _) in _due(problem).items()
    }
    worst = min(shares, key=lambda who: (shares[who], who), default=None)
    return PlanFigures(
        name=name,
        placed=len(placed),
        served_minutes=served,
        requests_whole=whole,
        requests_none=none,
        travel_minutes=sum(travel_minutes(problem, p) for p in placements),
        worst_off=worst,
        worst_off_permille=1000 if worst is None else shares[worst],
        jain_permille=jain_permille(list(shares.values())),
    )


def price(problem: Problem, solution: Solution) -> PriceOfFairness | None:
    """Return what fairness cost, None when the solution's report does not tell of that stage."""
    stage = None if solution.report is None else solution.report.fairness_stage
    if stage is None:
        return None
    served = dict.fromkeys(problem.priorities, 0)
    for placement in solution.placements:
        activity = problem.activity_by_id[placement.activity]
        served[problem.request_by_id[activity.request].priority] += activity.learner_minutes
    rest = sum(term.value * term.weight for term in solution.score.stage("rest"))
    return PriceOfFairness(
        classes=tuple(
            ClassLoss(name=name, lost_minutes=stage.served_minutes.get(name, 0) - served[name])
            for name in problem.priorities
        ),
        rest_lost=rest - stage.rest,
        worst_off_before_permille=stage.worst_off_permille,
    )


def share_permille(granted: int, due: int) -> int:
    """Return the share of what is due, at most 1000; whoever is due nothing is satisfied.

    >>> share_permille(30, 90), share_permille(90, 30), share_permille(0, 0)
    (333, 1000, 1000)
    """
    return min(1000, granted * 1000 // due) if due else 1000


def jain_permille(shares: Sequence[int]) -> int:
    """Return Jain's index in thousandths: 1000 when all are equal.

    >>> jain_permille([1000, 1000]), jain_permille([1000, 0])
    (1000, 500)
    """
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 * 1000 // (len(shares) * squares) if squares else 1000


def gini_permille(shares: Sequence[int]) -> int:
    """Return the Gini coefficient in thousandths: 0 when all are equal.

    >>> gini_permille([1000, 1000]), gini_permille([1000, 0])
    (0, 500)
    """
    total = sum(shares)
    apart = sum(abs(a - b) for a in shares for b in shares)
    return apart * 1000 // (2 * len(shares) * total) if total else 0


def travel_minutes(problem: Problem, placement: Placement) -> int:
    """Return the learner-minutes on the road that a placement costs, one way, for every meeting."""
    role = problem.place_role_of[placement.activity]
    if role is None:
        return 0
    place = problem.resource_by_id[placement.resources[role]].place
    slots = 0
    for name in placement.resources.values():
        learners = problem.resource_by_id[name]
        if learners.size and learners.home is not None:
            slots += problem.travel_from(learners.home, place) * learners.size
    return slots * len(placement.meetings) * problem.grid.slot_minutes


def _due(problem: Problem) -> Mapping[str, tuple[int, int, int]]:
    """Return demand, entitlement, and how much of it makes good for earlier terms, by participant.

    Whoever no rule speaks of is entitled to what it asks for.
    """
    asked: dict[str, int] = defaultdict(int)
    for activity in problem.activities:
        asked[problem.request_by_id[activity.request].participant] += activity.learner_minutes
    due = {name: (minutes, minutes, 0) for name, minutes in asked.items()}
    for _, _, params in parsed(problem):
        if isinstance(params, FairShareParams):
            due |= {
                name: (share.demand, share.entitlement, share.raised)
                for name, share in params.participants.items()
            }
    return due


def _is_bad(problem: Problem, bad: BadTimes, start: int, end: int) -> bool:
    grid = problem.grid
    if grid.day_of(start) % grid.days_per_week in bad.weekdays:
        return True
    midnight = grid.day_of(start) * grid.slots_per_day
    return (end - midnight) * grid.slot_minutes > bad.evening_from_minutes


def _within_session(problem: Problem, found: Sequence[ParticipantFairness], bound_permille: int) -> bool:
    """Whether the worst-off would pass the bound with one more of its largest sessions."""
    if not found:
        return True
    worst = found[0]
    largest = max(
        (
            activity.learner_minutes
            for activity in problem.activities
            if problem.request_by_id[activity.request].participant == worst.participant
        ),
        default=0,
    )
    return share_permille(worst.granted_minutes + largest, worst.due_minutes) >= bound_permille
