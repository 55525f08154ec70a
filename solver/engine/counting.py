"""Counting checks: where the sessions that can only be held in some places need more time than these have.

Take a set of places and all templates whose every candidate place is among them. Sessions on an exclusive
place lie apart, and each lies within the slots that some option of some of these templates reaches there; so
the slots of all placed sessions together are at most those reached slots. What is beyond must stay
unplaced: at least as much as the sessions with the least worth a slot would give up. On places that are
shared by amounts, each session counts as often as it takes workplaces, and a slot as often as the amounts
asked for can fill it at all. Sets of different components of the graph of templates and places have no
session in common, so their bounds add up.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import ceil

from solver.engine.model import Model, Template
from solver.engine.times import bits_of


@dataclass(frozen=True, slots=True)
class Overload:
    """A set of places that is asked for more time than it has; `unserved` learner-minutes stay out.

    With `shared`, the time of every workplace counts by itself.
    """

    places: frozenset[int]
    shared: bool
    needed_slots: int
    offered_slots: int
    unserved: int


def unserved_at_least(model: Model) -> int:
    """Return learner-minutes that stay unplaced in any plan: by counting, and of what fits nowhere at all."""
    nowhere = sum(t.worth * len(t.activities) for t in model.templates if t.dead)
    return nowhere + sum(overload.unserved for overload in overloads(model))


def overloads(model: Model) -> list[Overload]:
    """Return the worst overload of every component that has one."""
    worst: dict[int, Overload] = {}
    users = _users(model)
    component = _components(users)
    for places in users:
        found = _within(model, users, places)
        if found is None:
            continue
        root = component[next(iter(found.places))]
        if root not in worst or found.unserved > worst[root].unserved:
            worst[root] = found
    return [worst[root] for root in sorted(worst)]


class Overloads:
    """Overloads of places that are all the places of some template, counted when first asked for."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._users = _users(model)
        self._ordered = sorted(self._users, key=lambda places: (len(places), sorted(places)))
        self._counted: dict[frozenset[int], Overload | None] = {}

    def fewest(self, places: frozenset[int]) -> Overload | None:
        """Return the overload of the fewest places that these are among; None: there is none."""
        wider = (other for other in self._ordered if places <= other)
        return next((found for other in wider if (found := self._of(other)) is not None), None)

    def _of(self, places: frozenset[int]) -> Overload | None:
        if places not in self._counted:
            self._counted[places] = _within(self._model, self._users, places)
        return self._counted[places]


def _users(model: Model) -> dict[frozenset[int], list[Template]]:
    users: dict[frozenset[int], list[Template]] = defaultdict(list)
    for template in model.templates:
        places = places_of(model, template)
        if places:
            users[places].append(template)
    return users


def _within(
    model: Model, users: dict[frozenset[int], list[Template]], places: frozenset[int]
) -> Overload | None:
    return _overload(model, places, [t for other, its in users.items() if other <= places for t in its])


def places_of(model: Model, template: Template) -> frozenset[int]:
    """Return the places that a template could have; none when only some of them are shared by amounts."""
    host = next((role for role in template.roles if role.hosts), None)
    if template.dead or host is None:
        return frozenset()
    found = frozenset(seat.resource for seat in host.seats)
    for nodes in (model.exclusive_of, model.pooled_of):
        if all(nodes[place] is not None for place in found):
            return found
    return frozenset()


def _fill(capacity: int, amounts: set[int]) -> int:
    """Return the most that these amounts, each as often as wanted, fill of a capacity."""
    filled = {0}
    for amount in sorted(amounts):
        for level in range(capacity - amount + 1):
            if level in filled:
                filled.add(level + amount)
    return max(filled)


def _components(users: dict[frozenset[int], list[Template]]) -> dict[int, int]:
    """Return for every place the least place that templates join it with."""
    root: dict[int, int] = {}

    def find(place: int) -> int:
        while root.setdefault(place, place) != place:
            place = root[place]
        return place

    for places in users:
        first, *rest = sorted(places)
        for other in rest:
            a, b = sorted((find(first), find(other)))
            root[b] = a
        find(first)
    return {place: find(place) for place in list(root)}


def _overload(model: Model, places: frozenset[int], templates: list[Template]) -> Overload | None:
    shared = any(model.exclusive_of[place] is None for place in places)
    reached: dict[int, set[int]] = defaultdict(set)
    seen: set[tuple[int, int, int]] = set()
    amounts: set[int] = set()
    loads: list[tuple[float, int]] = []
    for template in templates:
        host = next(role for role in template.roles if role.hosts)
        options = 0
        for seat in host.seats:
            mask = seat.mask & template.base
            options |= mask
            if (key := (seat.resource, template.bits.index, mask)) not in seen:
                seen.add(key)
                for option in bits_of(mask):
                    for start, end in template.bits.meetings[option]:
                        reached[seat.resource].update(range(start, end))
        lengths = (sum(end - start for start, end in template.bits.meetings[o]) for o in bits_of(options))
        shortest = min(lengths, default=0) * (host.amount if shared else 1)
        if shortest:
            amounts.add(host.amount)
            loads.append((template.worth / shortest, len(template.activities) * shortest))
    needed = sum(load[1] for load in loads)
    offered = sum(len(slots) * _filled(model, place, amounts) for place, slots in reached.items())
    beyond = needed - offered
    if beyond <= 0:
        return None
    unserved = 0.0
    for rate, slots in sorted(loads):
        out = min(slots, beyond)
        unserved += rate * out
        beyond -= out
        if not beyond:
            break
    return Overload(places, shared, needed, offered, max(0, ceil(unserved - 1e-6)))


def _filled(model: Model, place: int, amounts: set[int]) -> int:
    pool = model.pooled_of[place]
    return 1 if pool is None else _fill(pool.capacity, amounts)
