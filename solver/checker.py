"""Whether a plan keeps every hard rule, and what it is worth: read from problem and solution alone.

Shares no code with the searches and needs no OR-Tools.
"""

from collections import Counter
from collections.abc import Container, Iterator
from itertools import chain, islice

from solver.plan import Plan
from solver.problem import Activity, Problem, Resource
from solver.rules import parsed
from solver.rules.pin import Pin, PinParams
from solver.solution import Fact, Placement, Score, Solution, Term, Violation
from solver.words import describe

STAGES = ("guarantee", "coverage", "fairness", "rest", "change")

_STRUCTURE = "structure"


def check(
    problem: Problem,
    solution: Solution,
    *,
    among: Container[str] | None = None,
    rules: Container[str] | None = None,
    limit: int = 10_000,
) -> list[Violation]:
    """Return every fault of structure and every breach of a hard rule, at most `limit` of them.

    Empty if and only if the plan is valid. Faults of structure come first: an activity that is unknown,
    missing or repeated, roles that do not fit, a resource that is no candidate or a time that is no
    option (unless pinned so), wrong or doubly used units. With `among` the solution tells of these
    activities alone, and no other is missing; with `rules`, by their ids, no others are asked.

    Raises
    ------
    InvalidProblem, UnknownRule
        The problem's rules cannot be read.
    """
    plan = _plan(problem, solution)
    breaches = (
        found.kind.check(problem, found.rule, found.params, plan)
        for found in parsed(problem)
        if found.stage == "hard" and (rules is None or found.rule.id in rules)
    )
    return list(islice(chain(_structure(problem, solution, among), chain.from_iterable(breaches)), limit))


def score(problem: Problem, solution: Solution) -> Score:
    """Return all terms in the order of the aims, within one aim in the order of the problem's rules."""
    plan = _plan(problem, solution)
    terms: dict[str, list[Term]] = {stage: [] for stage in STAGES}
    for found in parsed(problem):
        if found.stage != "hard":
            terms[found.stage].extend(found.kind.cost(problem, found.rule, found.params, plan))
    return Score(terms=tuple(chain.from_iterable(terms.values())))


def _plan(problem: Problem, solution: Solution) -> Plan:
    """Lay the solution out once for `check` and `score`."""
    plan: Plan | None = solution.__dict__.get("_plan")
    if plan is None or plan.problem is not problem:
        plan = solution.__dict__["_plan"] = Plan(problem, solution.placements)
    return plan


def _fault(
    code: str, activities: tuple[str, ...] = (), resources: tuple[str, ...] = (), **facts: Fact
) -> Violation:
    return Violation(
        rule=_STRUCTURE,
        kind=_STRUCTURE,
        code=code,
        activities=activities,
        resources=resources,
        facts=facts,
    )


def _structure(problem: Problem, solution: Solution, among: Container[str] | None) -> Iterator[Violation]:
    named = Counter(p.activity for p in solution.placements)
    named.update(u.activity for u in solution.unplaced)
    asked = problem.activities
    if among is not None:
        asked = tuple(activity for activity in asked if activity.id in among)
    for activity in asked:
        times = named.pop(activity.id, 0)
        if times != 1:
            one = (activity.id,)
            if times:
                yield _fault("repeated", one, activity_id=activity.id, times=times)
            else:
                yield _fault("missing", one, activity_id=activity.id)
    for name in named:
        yield _fault("unknown_activity", activity_id=name)
    pins = {
        pin.activity: pin
        for _, _, params in parsed(problem)
        if isinstance(params, PinParams)
        for pin in params.pins
    }
    units: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    counted = {r.id for r in problem.resources if r.units}
    for placement in solution.placements:
        found = problem.activity_by_id.get(placement.activity)
        if found is not None:
            yield from _placement(problem, found, placement, pins.get(found.id))
            if placement.units or not counted.isdisjoint(placement.resources.values()):
                yield from _units(problem, found, placement, units)
    for (resource, unit), held in units.items():
        yield from _unit_clashes(problem.resource_by_id[resource], unit, held)


def _placement(
    problem: Problem, activity: Activity, placement: Placement, pin: Pin | None
) -> Iterator[Violation]:
    one, used = (activity.id,), placement.resources
    options = problem.penalty_of_option[activity.times]
    if placement.meetings not in options and (pin is None or pin.meetings != placement.meetings):
        start = max(placement.meetings[0][0], 0)
        yield _fault("meetings", one, activity_id=activity.id, from_slot=start)
    fitting = 0
    for requirement in activity.requirements:
        role = requirement.role
        name = used.get(role)
        if name is None:
            continue
        fitting += 1
        if name in problem.penalty_of_candidate[requirement.candidates]:
            continue
        if name not in problem.resource_by_id:
            yield _fault("unknown_resource", one, activity_id=activity.id, resource_id=name)
        elif pin is None or pin.resources.get(role) != name:
            yield _fault("candidate", one, (name,), activity_id=activity.id, resource_id=name, role_id=role)
    if fitting != len(activity.requirements) or fitting != len(used):
        yield _fault(
            "roles",
            one,
            activity_id=activity.id,
            used_ids=",".join(sorted(used)),
            needed_ids=",".join(sorted(r.role for r in activity.requirements)),
        )


def _units(
    problem: Problem,
    activity: Activity,
    placement: Placement,
    units: dict[tuple[str, str], list[tuple[int, int, str]]],
) -> Iterator[Violation]:
    """Yield faults of an activity's units; note in `units` from when until when each is held."""
    one = (activity.id,)
    unexpected = set(placement.units)
    for requirement in activity.requirements:
        resource = problem.resource_by_id.get(placement.resources.get(requirement.role, ""))
        if resource is None or not resource.units:
            continue
        unexpected.discard(requirement.role)
        names = placement.units.get(requirement.role, ())
        if len(set(names)) != requirement.amount or len(names) != requirement.amount:
            yield _fault(
                "unit_count",
                one,
                (resource.id,),
                activity_id=activity.id,
                resource_id=resource.id,
                named=len(set(names)),
                needed=requirement.amount,
            )
        for unit in dict.fromkeys(names):
            if unit not in resource.units:
                yield _fault(
                    "unknown_unit",
                    one,
                    (resource.id,),
                    activity_id=activity.id,
                    resource_id=resource.id,
                    unit_id=unit,
                )
            held = units.setdefault((resource.id, unit), [])
            for start, end in placement.meetings:
                held.append((start - resource.setup_slots, end + resource.cleanup_slots, activity.id))
    for role in sorted(unexpected):
        resource_id = placement.resources.get(role, role)
        yield _fault(
            "unit_count",
            one,
            activity_id=activity.id,
            resource_id=resource_id,
            named=len(placement.units[role]),
            needed=0,
        )


def _unit_clashes(resource: Resource, unit: str, held: list[tuple[int, int, str]]) -> Iterator[Violation]:
    latest, holder = None, ""
    for start, end, name in sorted(held):
        if latest is not None and start < latest:
            yield _fault(
                "unit_taken",
                (holder, name),
                (resource.id,),
                resource_id=resource.id,
                unit_id=unit,
                activity_id=name,
                from_slot=max(start + resource.setup_slots, 0),
                other_id=holder,
            )
        if latest is None or end > latest:
            latest, holder = end, name


__all__ = ["STAGES", "check", "describe", "score"]
