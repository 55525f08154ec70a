"""Single units by name, where counting them is not enough."""

from __future__ import annotations

from solver.engine.exact.choices import Choices
from solver.engine.exact.parts import Item, Part, add_at_most, crowds


def add_units(choices: Choices, resource: str, parts: list[Part]) -> None:
    """Let every use take units of its own, the same ones in all its meetings.

    Uses of one meeting are intervals, for which the amounts in use say enough; with several meetings they
    do not.
    """
    r = choices.facts.problem.resource_by_id[resource]
    rest = choices.rest
    several = any(not part.chosen.domain.table.single for part in parts) or any(
        len(rest.placements[use.activity].meetings) > 1 for use in rest.uses.get(resource, ())
    )
    if not r.units or not several:
        return
    items: list[list[Item]] = [[] for _ in r.units]
    for part in parts:
        role = part.chosen.roles[part.role]
        for option, lit in choices.use(*part):
            mine = [choices.bool() for _ in r.units]
            choices.model.add(sum(mine) == role.amount * lit)
            for u, at in enumerate(mine):
                for start, end in part.chosen.options[option]:
                    items[u].append(Item(start - r.setup_slots, end + r.cleanup_slots, at, 1))
    for name in dict.fromkeys(use.activity for use in rest.uses.get(resource, ())):
        placement = rest.placements[name]
        for requirement in choices.facts.problem.activity_by_id[name].requirements:
            if placement.resources.get(requirement.role) != resource:
                continue
            mine = [choices.bool() for _ in r.units]
            choices.model.add(sum(mine) == requirement.amount)
            for u, lit in enumerate(mine):
                for start, end in placement.meetings:
                    items[u].append(Item(start - r.setup_slots, end + r.cleanup_slots, lit, 1))
    for there in items:
        for crowd in crowds(there):
            add_at_most(choices, [(item.lit, 1) for item in crowd], 1)
