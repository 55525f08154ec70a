"""Constraints on what resources are used for: one at a time, amounts, travel between uses."""

from __future__ import annotations

from collections import defaultdict

from solver.engine.exact.choices import Choices, Lit
from solver.engine.exact.facts import Context
from solver.engine.exact.parts import Item, Part, add_at_most, context_of, crowds, meetings_of
from solver.engine.exact.sums import add_sum, add_tagged_windows
from solver.engine.exact.units import add_units


def add_usage(choices: Choices) -> None:
    """Add all constraints on resources."""
    by_group: dict[int, list[Part]] = defaultdict(list)
    for chosen in choices.chosen:
        for r, role in enumerate(chosen.roles):
            for k, seat in enumerate(role.seats):
                by_group[seat.group].append(Part(chosen, r, k))
    for group, parts in by_group.items():
        members = choices.groups[group].members
        resource = members[0]
        if resource in choices.facts.exclusive:
            _exclusive(choices, group, parts)
            if choices.facts.travels(resource):
                _travel(choices, resource, parts)
        if resource in choices.facts.capacity:
            _pooled(choices, resource, parts)
            add_units(choices, resource, parts)
    by_resource = {choices.groups[group].first: parts for group, parts in by_group.items()}
    add_tagged_windows(choices, by_resource)
    for _, total in choices.facts.lowered.sums:
        add_sum(choices, total, by_resource)


def _exclusive(choices: Choices, group: int, parts: list[Part]) -> None:
    members, gap = choices.groups[group].members, choices.groups[group].gap
    if len({id(part.chosen) for part in parts}) == len(parts) <= len(members):
        # Every use can have a member of its own, however the uses lie.
        return
    items = [
        Item(start, end + gap, lit, 1) for part in parts for (start, end), lit in meetings_of(choices, part)
    ]
    for crowd in crowds(items):
        add_at_most(choices, [(item.lit, 1) for item in crowd], len(members))


def _pooled(choices: Choices, resource: str, parts: list[Part]) -> None:
    r = choices.facts.problem.resource_by_id[resource]
    capacity = choices.facts.capacity[resource]
    items = [
        Item(start - r.setup_slots, end + r.cleanup_slots, lit, part.chosen.roles[part.role].amount)
        for part in parts
        for (start, end), lit in meetings_of(choices, part)
    ]
    items += [
        Item(use.start - r.setup_slots, use.end + r.cleanup_slots, None, use.amount)
        for use in choices.rest.uses.get(resource, ())
    ]
    _within(choices, items, capacity)


def _within(choices: Choices, items: list[Item], capacity: int) -> None:
    for crowd in crowds(items):
        fixed = sum(item.amount for item in crowd if item.lit is None)
        free = [(item.lit, item.amount) for item in crowd if item.lit is not None]
        if free:
            add_at_most(choices, free, capacity - fixed)


# --- travel --------------------------------------------------------------------------------------


def _travel(choices: Choices, resource: str, parts: list[Part]) -> None:
    """Keep uses apart whose gap depends on where they are; the common gap is kept already."""
    facts = choices.facts
    near = facts.gap(resource)
    contexts: set[Context] = set()
    for part in parts:
        contexts.update(context for context, _ in _where(choices, part))
    fixed = [
        (use.start, use.end, context_of(choices, use.activity)) for use in choices.rest.uses.get(resource, ())
    ]
    contexts.update(context for _, _, context in fixed)
    wide = {(a, b): gap for a in contexts for b in contexts if (gap := facts.between(resource, a, b)) > near}
    if not wide:
        return
    there: dict[tuple[int, int, Context], list[list[Lit]]] = defaultdict(list)
    for part in parts:
        sole = len(part.chosen.roles[part.role].seats) == 1
        for context, lits in _where(choices, part):
            for option, lit in choices.use(*part):
                if lits is None:
                    ways = [[lit]]
                elif sole:
                    ways = [[h] for h in lits.get(option, ())]
                else:
                    ways = [[lit, h] for h in lits.get(option, ())]
                for start, end in part.chosen.options[option]:
                    there[start, end, context] += ways
    lit_of: dict[tuple[int, int, Context], Lit] = {}
    for key, ways in there.items():
        if len(ways) == 1 and len(ways[0]) == 1:
            lit_of[key] = ways[0][0]
        else:
            lit_of[key] = choices.bool()
            for way in ways:
                choices.model.add_bool_or([*(~lit for lit in way), lit_of[key]])
    _keep_apart(choices, lit_of, fixed, wide, near)


def _where(choices: Choices, part: Part) -> list[tuple[Context, dict[int, list[Lit]] | None]]:
    """Contexts of a use, with the literals by option that it is there; None: it always is."""
    role = part.chosen.roles[part.role]
    if role.hosts:
        resource = choices.facts.problem.resource_by_id[role.seats[part.seat].resource]
        return [(choices.facts.context(resource), None)]
    return choices.contexts(part.chosen)


def _keep_apart(
    choices: Choices,
    lit_of: dict[tuple[int, int, Context], Lit],
    fixed: list[tuple[int, int, Context]],
    wide: dict[tuple[Context, Context], int],
    near: int,
) -> None:
    furthest = max(wide.values())
    ordered = sorted(lit_of, key=lambda key: key[:2])
    taken = dict.fromkeys(fixed)
    everything: list[tuple[tuple[int, int, Context], Lit | None]] = [(key, lit_of[key]) for key in ordered]
    everything += [(key, None) for key in taken]
    everything.sort(key=lambda row: row[0][:2])
    for i, ((_, end, context), lit) in enumerate(everything):
        later: list[tuple[int, int, Lit]] = []
        for (start_b, end_b, context_b), lit_b in everything[i + 1 :]:
            if start_b >= end + furthest:
                break
            gap = wide.get((context, context_b), 0)
            if end + near <= start_b < end + gap:
                if lit is not None and lit_b is not None:
                    later.append((start_b, end_b, lit_b))
                elif lit is not None:
                    choices.model.add_bool_or([~lit])
                elif lit_b is not None:
                    choices.model.add_bool_or([~lit_b])
        for crowd in crowds(Item(s, e, other, 1) for s, e, other in later):
            add_at_most(choices, [(lit, 1), *((item.lit, 1) for item in crowd)], 1)
