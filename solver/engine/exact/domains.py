"""Where an activity can be at all: options and candidates that neither a rule nor the fixed rest excludes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from solver.engine.exact.facts import Facts, Mask, Meetings, Spans, Table
from solver.problem import Activity, Requirement
from solver.solution import Placement


@dataclass(slots=True)
class Seat:
    """A candidate and the options at which it can be used, whatever else is chosen.

    `group` is the position of its class of interchangeable resources, -1 before classes are made.
    """

    resource: str
    mask: Mask
    group: int = -1


@dataclass(slots=True)
class Role:
    """A requirement and the candidates that are left for it; `hosts`: it gives the activity its place."""

    name: str
    amount: int
    hosts: bool
    seats: list[Seat]


@dataclass(slots=True)
class Domain:
    """An activity with the options and candidates that are left."""

    activity: Activity
    table: Table
    mask: Mask
    roles: list[Role]

    @property
    def dead(self) -> bool:
        """No placement is left."""
        return not self.mask.any() or any(not role.seats for role in self.roles)

    def settle(self) -> None:
        """Drop options without a candidate for every role, and candidates without an option."""
        while True:
            for role in self.roles:
                anyone = np.zeros_like(self.mask)
                for seat in role.seats:
                    seat.mask = seat.mask & self.mask
                    anyone |= seat.mask
                self.mask = self.mask & anyone
            before = sum(len(role.seats) for role in self.roles)
            for role in self.roles:
                role.seats = [s for s in role.seats if (s.mask & self.mask).any()]
            if sum(len(role.seats) for role in self.roles) == before:
                return


class FixedUse(NamedTuple):
    """A meeting on a resource that stays as it is."""

    start: int
    end: int
    activity: str
    amount: int


class Rest:
    """Placements that stay as they are, by resource."""

    def __init__(self, facts: Facts, placements: Iterable[Placement]) -> None:
        self.placements: dict[str, Placement] = {p.activity: p for p in placements}
        self.uses: dict[str, list[FixedUse]] = defaultdict(list)
        for name, placement in self.placements.items():
            for requirement in facts.problem.activity_by_id[name].requirements:
                taken = placement.resources.get(requirement.role)
                if taken is not None:
                    self.uses[taken].extend(
                        FixedUse(start, end, name, requirement.amount) for start, end in placement.meetings
                    )
        self._spans: dict[tuple[str, int], Spans] = {}
        self._facts = facts

    def span(self, activity: str) -> tuple[int, int] | None:
        """First start and last end of a placed activity."""
        placement = self.placements.get(activity)
        if placement is None:
            return None
        return min(s for s, _ in placement.meetings), max(e for _, e in placement.meetings)

    def taken(self, resource: str, amount: int) -> Spans | None:
        """Stretches that meetings of this amount must not share a slot with; None: there are none."""
        uses = self.uses.get(resource)
        exclusive = resource in self._facts.exclusive
        capacity = self._facts.capacity.get(resource)
        if not uses or not (exclusive or capacity is not None):
            return None
        key = (resource, amount)
        if key not in self._spans:
            found: list[tuple[int, int]] = []
            if exclusive:
                gap = self._facts.gap(resource)
                found += [(u.start - gap, u.end + gap) for u in uses]
            if capacity is not None:
                found += self._full(resource, uses, capacity - amount)
            self._spans[key] = Spans(found)
        return self._spans[key]

    def _full(self, resource: str, uses: list[FixedUse], limit: int) -> Iterable[tuple[int, int]]:
        """Stretches in which more than `limit` is in use, widened by the buffers of a further use."""
        r = self._facts.problem.resource_by_id[resource]
        steps: dict[int, int] = defaultdict(int)
        for use in uses:
            steps[use.start - r.setup_slots] += use.amount
            steps[use.end + r.cleanup_slots] -= use.amount
        level, since = 0, None
        for moment in sorted(steps):
            if since is not None:
                yield since - r.cleanup_slots, moment + r.setup_slots
            level += steps[moment]
            since = moment if level > limit else None


class Domains:
    """Makes the domains of the activities that may move."""

    def __init__(self, facts: Facts, rest: Rest) -> None:
        self._facts = facts
        self._rest = rest
        self._bounds = self._orders()

    def _orders(self) -> Mapping[str, list[tuple[int, int]]]:
        """For every activity the stretches of time that its span must not share a slot with."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        placed = self._rest.placements
        if not placed:
            return found
        far = self._facts.problem.grid.horizon_slots + 1
        for _, sequence in self._facts.lowered.sequences:
            spans = [
                [span for name in stage if (span := self._rest.span(name)) is not None]
                for stage in sequence.stages
            ]
            if not any(spans):
                continue
            lag = sequence.min_lag_slots
            for i, stage in enumerate(sequence.stages):
                ends = [e for there in spans[:i] for _, e in there]
                starts = [s for there in spans[i + 1 :] for s, _ in there]
                bound = []
                if ends:
                    # Starting before `max(ends) + lag` is the same as sharing a slot with all before it.
                    bound.append((-far, max(ends) + lag))
                if starts:
                    bound.append((min(starts) - lag, far))
                if bound:
                    for name in stage:
                        if name not in placed:
                            found[name].extend(bound)
        for _, distance in self._facts.lowered.distances:
            spans_of = [span for name in distance.activities if (span := self._rest.span(name)) is not None]
            if spans_of:
                bound = [(s - distance.min_slots, e + distance.min_slots) for s, e in spans_of]
                for name in distance.activities:
                    if name not in placed:
                        found[name].extend(bound)
        return found

    def of(self, activity: Activity) -> Domain:
        """Return the domain of one activity."""
        facts = self._facts
        table = facts.table(activity)
        mask: Mask = np.ones(len(table.meetings), dtype=np.bool_)
        for window in facts.windows_of_activity.get(activity.id, ()):
            if not facts.lowered.windows[window][1].on_tags:
                mask &= facts.inside(table, window)
        pins = [pin for _, pin in facts.lowered.fixed.get(activity.id, ())]
        if any(pin.meetings != pins[0].meetings for pin in pins):
            mask[:] = False
        if bounds := self._bounds.get(activity.id):
            mask &= Spans(bounds).miss(table.span_starts, table.span_ends)
        host = facts.problem.place_role_of[activity.id]
        roles = []
        for requirement in activity.requirements:
            seats = self._seats(activity, requirement, table, mask)
            roles.append(Role(requirement.role, requirement.amount, requirement.role == host, seats))
        domain = Domain(activity, table, mask, roles)
        domain.settle()
        return domain

    def _seats(self, activity: Activity, requirement: Requirement, table: Table, mask: Mask) -> list[Seat]:
        facts, role = self._facts, requirement.role
        names = [c.resource for c in facts.problem.candidate_sets[requirement.candidates]]
        wanted = {
            pin.resources[role]
            for _, pin in facts.lowered.fixed.get(activity.id, ())
            if role in pin.resources
        }
        if wanted:
            # A pin may name a resource that is no candidate.
            names = [*wanted] if len(wanted) == 1 else []
        forbidden = {
            name
            for _, f in facts.lowered.forbidden.get(activity.id, ())
            if f.role == role
            for name in f.resources
        }
        seats = []
        for name in names:
            if name in forbidden or requirement.amount > facts.capacity.get(name, requirement.amount):
                continue
            here = mask
            for window in facts.windows_of_resource.get(name, ()):
                if not facts.lowered.windows[window][1].on_tags:
                    here = here & facts.inside(table, window)
            if name in facts.exclusive and not table.single:
                here = here & table.spaced(facts.gap(name))
            taken = self._rest.taken(name, requirement.amount)
            if taken is not None:
                here = here & table.clear_of(taken)
            if here.any():
                seats.append(Seat(name, here))
        return seats


def fixed_domain(facts: Facts, activity: Activity, placement: Placement) -> Domain:
    """Return the domain of an activity that stays where it is."""
    table = Table([placement.meetings])
    one: Mask = np.ones(1, dtype=np.bool_)
    host = facts.problem.place_role_of[activity.id]
    roles = [
        Role(r.role, r.amount, r.role == host, [Seat(placement.resources[r.role], one)])
        for r in activity.requirements
        if r.role in placement.resources
    ]
    return Domain(activity, table, one, roles)


__all__ = ["Domain", "Domains", "FixedUse", "Meetings", "Rest", "Role", "Seat", "fixed_domain"]
