"""Names of units in a repaired plan: what stayed keeps those that it had."""

from solver.engine.repair_ground import Ground
from solver.engine.units import Take, assign, held_before
from solver.solution import Solution


def units_of(ground: Ground, previous: Solution) -> dict[tuple[int, str], tuple[str, ...]]:
    """Return units by activity and role; what cannot have any leaves the plan.

    Uses of a resource keep their units if all of them can; else what is frozen does, if that can be.
    """
    resources, was = ground.problem.resources, previous.placement_of
    named = {i for i, r in enumerate(resources) if r.units}
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for resource in sorted(named):
        takes = _takes(ground, resource)
        held = held_before(ground.problem, resources[resource], takes, was)
        frozen = {use: units for use, units in held.items() if use[0] in ground.frozen}
        given = assign(resources[resource], takes, held)
        if given is None:
            given = assign(resources[resource], takes, frozen)
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
