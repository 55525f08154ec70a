"""How far one plan is from another: D = sum of people x notice x kind, what moved, whom it touches.

What loses its place counts for its academic hours, too: D tells how much moving a kept hour is worth.

A plan is compared with the one that people already know, activity by activity: an activity keeps its name
in their calendars, so two sessions that change places have both moved.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from solver.problem import Activity, Problem, Rule
from solver.repair_report import Changed, ChangeKind, Position, Touched
from solver.rules import parsed
from solver.rules.change import ChangeParams
from solver.solution import Placement, Reason, Solution, Unplaced

NOTICE_DAYS: tuple[tuple[int, int], ...] = ((7, 3), (21, 2))
"""A time that is left less than so many days after the freeze counts so many times; any other once."""

RULE_ID = "change:repair"


def weights_of(problem: Problem) -> ChangeParams:
    """Return the problem's rule `change` with its weights, the defaults when it has none."""
    found = [p.params for p in parsed(problem) if isinstance(p.params, ChangeParams)]
    return found[0] if found else ChangeParams(previous=())


def missing_cost(problem: Problem, activity: Activity) -> int:
    """Return what it adds to D that an activity that nobody knew yet finds no place."""
    weights = weights_of(problem)
    return activity.size * (weights.unplaced_weight(activity.contact_minutes) - weights.time_weight)


def previous_of(problem: Problem) -> Solution:
    """Return the plan that the problem's rule `change` names; all other activities wait in it."""
    entries = [
        entry
        for found in parsed(problem)
        if isinstance(found.params, ChangeParams)
        for entry in found.params.previous
    ]
    there = {entry.activity for entry in entries}
    waits = Reason(rule="search", code="not_found")
    return Solution(
        problem_sha256="",
        placements=tuple(
            Placement(activity=e.activity, meetings=e.meetings, resources=e.resources) for e in entries
        ),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=(waits,)) for a in problem.activities if a.id not in there
        ),
    )


def notice_factor(problem: Problem, placement: Placement, from_slot: int) -> int:
    """Return how much a change of this placement weighs by how soon after `from_slot` it begins."""
    days = (placement.meetings[0][0] - from_slot) / problem.grid.slots_per_day
    return next((factor for within, factor in NOTICE_DAYS if days < within), 1)


def change_rule(problem: Problem, previous: Mapping[str, Placement], from_slot: int) -> Rule:
    """Return the rule whose cost is D against the previous placements of activities that still exist."""
    weights = weights_of(problem)
    entries = [
        {
            "activity": activity.id,
            "meetings": was.meetings,
            "resources": {
                r.role: was.resources[r.role] for r in activity.requirements if r.role in was.resources
            },
            "people": activity.size * notice_factor(problem, was, from_slot),
        }
        for activity in problem.activities
        if (was := previous.get(activity.id)) is not None
    ]
    return Rule(
        id=RULE_ID,
        kind="change",
        weight=1,
        params={
            "previous": entries,
            "time_weight": weights.time_weight,
            "place_weight": weights.place_weight,
            "resource_weight": weights.resource_weight,
            "hour_weight": weights.hour_weight,
        },
    )


def changes(
    problem: Problem,
    previous: Mapping[str, Placement],
    now: Mapping[str, Placement],
    *,
    from_slot: int = 0,
    hit: Collection[str] = (),
) -> tuple[Changed, ...]:
    """Return what differs between two plans among the activities of the problem, in its order.

    The sum of their `change` is D, and equals the cost of `change_rule`. Units are no part of it.
    """
    weights = weights_of(problem)
    found = []
    for activity in problem.activities:
        was, placed = previous.get(activity.id), now.get(activity.id)
        if was is None:
            continue
        kinds = tuple(dict.fromkeys(_kinds(problem, activity, was, placed)))
        if not kinds:
            continue
        notice = notice_factor(problem, was, from_slot)
        by_kind = {
            "time": weights.time_weight,
            "unplaced": weights.unplaced_weight(activity.contact_minutes),
            "place": weights.place_weight,
            "resource": weights.resource_weight,
        }
        weight = sum(by_kind[kind] for kind in _kinds(problem, activity, was, placed))
        found.append(
            Changed(
                activity=activity.id,
                request=activity.request,
                participant=problem.request_by_id[activity.request].participant,
                kinds=kinds,
                hit=activity.id in hit,
                before=_position(was),
                after=None if placed is None else _position(placed),
                people=activity.size,
                notice=notice,
                change=activity.size * notice * weight,
            )
        )
    return tuple(found)


def touched(problem: Problem, changed: Iterable[Changed]) -> Touched:
    """Return the participants, people and resources that changes concern."""
    participants: set[str] = set()
    learners: dict[str, int] = {}
    resources: set[str] = set()
    for one in changed:
        participants.add(one.participant)
        before = set(one.before.resources.values())
        after = set() if one.after is None else set(one.after.resources.values())
        for name in before | after:
            resource = problem.resource_by_id.get(name)
            if resource is not None and resource.size:
                learners[name] = resource.size
        if not any(name in learners for name in before | after):
            learners[one.activity] = one.people
        whole = "time" in one.kinds or one.after is None
        resources |= before | after if whole else before ^ after
    return Touched(
        participants=tuple(sorted(participants)),
        people=sum(learners.values()),
        resources=tuple(sorted(resources)),
    )


def _kinds(
    problem: Problem, activity: Activity, was: Placement, placed: Placement | None
) -> Iterator[ChangeKind]:
    """Yield the kind of every difference; several roles may differ in the same way."""
    if placed is None:
        yield "unplaced"
        return
    if placed.meetings != was.meetings:
        yield "time"
    place_role = problem.place_role_of[activity.id]
    for requirement in activity.requirements:
        role = requirement.role
        if role in was.resources and placed.resources.get(role) != was.resources[role]:
            yield "place" if role == place_role else "resource"


def _position(placement: Placement) -> Position:
    return Position(meetings=placement.meetings, resources=placement.resources)
