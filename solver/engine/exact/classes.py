"""Interchangeable resources: one class with a count in the model, told apart in the plan afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass

from solver.engine.exact.domains import Domain, Rest, Seat
from solver.engine.exact.facts import Facts
from solver.structure import AwayDay, DayShape, Distinct, Excess, PairResource
from solver.structure import Rest as NightRest


@dataclass(frozen=True, slots=True)
class Group:
    """Resources that nothing tells apart; `gap` slots lie between two uses of one of them."""

    members: tuple[str, ...]
    gap: int

    @property
    def first(self) -> str:
        """The member that stands for all."""
        return self.members[0]


def groups_of(facts: Facts, domains: Iterable[Domain], rest: Rest) -> list[Group]:
    """Sort the candidates of these activities into classes and note the class of every seat.

    Only exclusive resources whose uses are single meetings with gaps that no context changes are put
    together: for them a count at every moment is enough, since the uses are intervals.
    """
    found = list(domains)
    wanted: dict[str, list[Hashable]] = defaultdict(list)
    alone: set[str] = set()
    for i, domain in enumerate(found):
        name = domain.activity.id
        for number, role in enumerate(domain.roles):
            for seat in role.seats:
                wanted[seat.resource].append((i, number))
                if not domain.table.single:
                    alone.add(seat.resource)
        for cost in facts.lowered.costs.get(name, ()):
            for (role_name, resource), price in cost.linear.by_resource.items():
                if price and resource in wanted:
                    wanted[resource].append((i, role_name, cost.stage, price * cost.weight))
    alone |= _told_apart(facts, wanted.keys(), {d.activity.id: d for d in found})
    by_key: dict[Hashable, list[str]] = defaultdict(list)
    for resource, rows in wanted.items():
        r = facts.problem.resource_by_id[resource]
        single = resource in alone or resource in rest.uses or bool(r.units)
        single = single or facts.travels(resource) or resource in facts.capacity
        key: Hashable = resource
        if not single:
            key = (
                tuple(sorted(map(repr, rows))),
                facts.context(r),
                facts.gap(resource) if resource in facts.exclusive else -1,
                r.tags & facts.mean_tags,
                tuple(facts.windows_of_resource.get(resource, ())),
            )
        by_key[key].append(resource)
    groups: list[Group] = []
    position: dict[str, int] = {}
    for members in by_key.values():
        for resource in members:
            position[resource] = len(groups)
        groups.append(Group(tuple(members), facts.gap(members[0])))
    for domain in found:
        for role in domain.roles:
            kept: dict[int, Seat] = {}
            for seat in role.seats:
                seat.group = position[seat.resource]
                kept.setdefault(seat.group, seat)
            role.seats = list(kept.values())
    return groups


def _told_apart(facts: Facts, resources: Collection[str], domains: dict[str, Domain]) -> set[str]:
    """Resources that some primitive names for themselves, or counts by their identity."""
    alone: set[str] = set()
    for _, total in facts.lowered.sums:
        alone.update(total.resources)
    for structure in facts.structures:
        primitive = structure.primitive
        match primitive:
            case PairResource() | Distinct():
                for name in primitive.activities:
                    if name in domains:
                        for role in domains[name].roles:
                            if role.name == primitive.role:
                                alone.update(seat.resource for seat in role.seats)
            case DayShape() | Excess():
                alone.update(primitive.resources)
            case NightRest() | AwayDay():
                alone.add(primitive.resource)
    return alone & set(resources)


def colour(members: tuple[str, ...], gap: int, uses: list[tuple[int, int, int]]) -> list[str]:
    """Give every use ``(start, end, number)`` a member for as long as it lasts, and `gap` after it.

    At no moment more uses are under way than there are members, which the model made sure of.
    """
    free = list(reversed(members))
    busy: list[tuple[int, str]] = []
    given: dict[int, str] = {}
    for start, end, number in sorted(uses):
        for until, member in [row for row in busy if row[0] <= start]:
            busy.remove((until, member))
            free.append(member)
        given[number] = free.pop()
        busy.append((end + gap, given[number]))
    return [given[number] for _, _, number in sorted(uses, key=lambda u: u[2])]
