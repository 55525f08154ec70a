"""Names of units in a repaired plan: what stayed keeps those that it had."""

from solver.engine.repair_ground import Ground
from solver.engine.units import Take, assign
from solver.solution import Solution


def units_of(ground: Ground, previous: Solution) -> dict[tuple[int, str], tuple[str, ...]]:
    """Return units by activity and role; what cannot have any leaves the plan.

    Uses of a resource keep their units if all of them can; else all of its units are given anew.
    """
    resources = ground.problem.resources
    named = {i for i, r in enumerate(resources) if r.units}
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for resource in sorted(named):
        takes = _takes(ground, resource)
        given = _kept(ground, previous, resource, takes)
        while given is None:
            given = assign(resources[resource], takes)
            if given is None:
                least = min(takes, key=lambda t: (ground.template(t.activity).worth, t.activity))
                ground.state.remove(least.activity)
                takes = [t for t in takes if t.activity != least.activity]
        found.update(given)
    return found


def _takes(ground: Ground, resource: int) -> list[Take]:
    takes = []
    for activity, spot in enumerate(ground.state.at):
        if spot is None:
            continue
        template = ground.template(activity)
        for role, position in zip(template.roles, spot[1], strict=True):
            if role.seats[position].resource == resource:
                takes.append(Take(activity, role.name, role.amount, template.bits.meetings[spot[0]]))
    return takes


def _kept(
    ground: Ground, previous: Solution, at: int, takes: list[Take]
) -> dict[tuple[int, str], tuple[str, ...]] | None:
    """Return the units that every use had, and free ones for new uses; None when that does not work out."""
    resource = ground.problem.resources[at]
    busy: dict[str, list[tuple[int, int]]] = {unit: [] for unit in resource.units}
    given: dict[tuple[int, str], tuple[str, ...]] = {}
    fresh: list[Take] = []
    for take in takes:
        was = previous.placement_of.get(ground.problem.activities[take.activity].id)
        units = () if was is None or was.meetings != take.meetings else tuple(was.units.get(take.role, ()))
        if was is None or was.resources.get(take.role) != resource.id or len(units) != take.amount:
            fresh.append(take)
        elif not _hold(resource.setup_slots, resource.cleanup_slots, take, units, busy):
            return None
        else:
            given[take.activity, take.role] = units
    for take in sorted(fresh, key=lambda t: (t.meetings[0][0], t.activity)):
        free = [
            u for u in resource.units if _free(resource.setup_slots, resource.cleanup_slots, take, busy[u])
        ]
        units = tuple(free[: take.amount])
        if len(units) < take.amount:
            return None
        _hold(resource.setup_slots, resource.cleanup_slots, take, units, busy)
        given[take.activity, take.role] = units
    return given


def _held(setup: int, cleanup: int, take: Take) -> list[tuple[int, int]]:
    return [(start - setup, end + cleanup) for start, end in take.meetings]


def _free(setup: int, cleanup: int, take: Take, busy: list[tuple[int, int]]) -> bool:
    return not any(a < end and start < b for a, b in busy for start, end in _held(setup, cleanup, take))


def _hold(
    setup: int, cleanup: int, take: Take, units: tuple[str, ...], busy: dict[str, list[tuple[int, int]]]
) -> bool:
    """Note that a use holds units; False when one does not exist or is not free."""
    if any(u not in busy or not _free(setup, cleanup, take, busy[u]) for u in units):
        return False
    for unit in units:
        busy[unit] += _held(setup, cleanup, take)
    return True
