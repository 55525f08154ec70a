"""Units for a placement that names none: the first that are free at its meetings."""

from collections.abc import Iterable

from solver.problem import Interval, Problem, Resource
from solver.solution import Placement


def with_units(problem: Problem, placement: Placement, others: Iterable[Placement]) -> Placement:
    """Return the placement with units for every role whose resource has some and that names none.

    Free units come first; where too few are free, taken ones fill up, for the checker to find.
    """
    activity = problem.activity_by_id.get(placement.activity)
    if activity is None:
        return placement
    wanted: dict[str, tuple[Resource, int]] = {}
    for requirement in activity.requirements:
        resource = problem.resource_by_id.get(placement.resources.get(requirement.role, ""))
        if resource is not None and resource.units and requirement.role not in placement.units:
            wanted[requirement.role] = resource, requirement.amount
    if not wanted:
        return placement
    taken = _taken(problem, placement, others, {resource.id for resource, _ in wanted.values()})
    units = dict(placement.units)
    for role, (resource, amount) in wanted.items():
        used = {unit for named in units.values() for unit in named}
        free = [u for u in resource.units if (resource.id, u) not in taken and u not in used]
        busy = [u for u in resource.units if (resource.id, u) in taken and u not in used]
        units[role] = tuple((free + busy)[:amount])
    return placement.model_copy(update={"units": units})


def _taken(
    problem: Problem, placement: Placement, others: Iterable[Placement], resources: set[str]
) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for other in others:
        if other.activity == placement.activity or not other.units:
            continue
        for role, named in other.units.items():
            resource = problem.resource_by_id.get(other.resources.get(role, ""))
            if resource is None or resource.id not in resources:
                continue
            gap = resource.setup_slots + resource.cleanup_slots
            if _near(placement.meetings, other.meetings, gap):
                found.update((resource.id, unit) for unit in named)
    return found


def _near(a: Iterable[Interval], b: tuple[Interval, ...], gap: int) -> bool:
    return any(start < end_b + gap and start_b < end + gap for start, end in a for start_b, end_b in b)
