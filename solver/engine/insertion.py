"""Where to put one more session: the routine that every order and every search shares."""

import random
from collections.abc import Callable
from heapq import nsmallest
from operator import itemgetter

from solver.engine.company import never, take_back, together
from solver.engine.model import Choice, Model, Template
from solver.engine.state import State
from solver.engine.times import OptionBits, lowest

_COST = 0.002
"""What a unit of the weighted rest, for each learner, weighs against how much a place is wanted."""
_LOOKED_AT = 6
"""Places of which the soft structures are asked, the best ones without them."""


class Inserter:
    """Chooses among the places that are free now.

    A place is good when it leaves little idle time beside it, takes resources that few others want and
    costs little. `noise` of 0 makes the choice certain.

    Attributes
    ----------
    settled
        Coverage is no longer sought: of two places the one with the better shaped days is taken, although
        the other leaves less idle time.
    hurried
        Once it says so, no place is made by placing others beside.
    tried
        Sessions for which a place was looked for: the unit in which a search counts its work.
    """

    def __init__(self, state: State, pressure: list[float], rng: random.Random) -> None:
        self.state = state
        self.pressure = pressure
        self.rng = rng
        self.noise = 0.0
        self.settled = False
        self.hurried: Callable[[], bool] = never
        self.tried = 0
        self._static: list[dict[Choice, float]] = [{} for _ in state.model.templates]
        self._host = [
            next((i for i, role in enumerate(t.roles) if role.hosts), -1) for t in state.model.templates
        ]

    def _price(self, template: Template, choice: Choice) -> float:
        kept = self._static[template.index]
        found = kept.get(choice)
        if found is None:
            found = 0.0
            for role, position in zip(template.roles, choice, strict=True):
                if len(role.seats) > 1:
                    seat = role.seats[position]
                    once = seat.cost + seat.cost_per_meeting
                    found += self.pressure[seat.resource] + _COST * once / template.size
            kept[choice] = found
        return found

    def find(self, template: Template) -> tuple[int, Choice] | None:
        """Return the best option and choice for one more activity of the template, or None."""
        self.tried += 1
        state = self.state
        bits = template.bits
        host = self._host[template.index]
        noise = self.noise
        best: tuple[float, int, Choice] | None = None
        good: list[tuple[float, int, Choice]] = []
        beside: dict[int, int] = {}
        for choice, mask in state.feasible(template):
            score = self._price(template, choice)
            if host >= 0:
                seat = template.roles[host].seats[choice[host]]
                node = state.model.exclusive_of[seat.resource]
                if node is not None:
                    near = beside.get(seat.resource)
                    if near is None:
                        near = beside[seat.resource] = node.beside(bits, seat.context)
                    if mask & near:
                        mask &= near
                    else:
                        score += 0.3
            if noise:
                score += noise * self.rng.random()
                option = self._any(mask)
            else:
                option = lowest(mask)
            if best is None or (score, option) < best[:2]:
                best = (score, option, choice)
            if state.shaped:
                good.append((score, option, choice))
                if self.settled:
                    good.append((score, self._any(mask), choice))
        if best is not None and good:
            best = self._well_shaped(template, good)
        return None if best is None else best[1:]

    def _well_shaped(
        self, template: Template, good: list[tuple[float, int, Choice]]
    ) -> tuple[float, int, Choice]:
        """Return the best of those that seem good when soft structures count too."""
        activity = self.state.waiting[template.index][-1]
        priced = [
            (score + _COST * self.state.shape_price(activity, option, choice) / template.size, option, choice)
            for score, option, choice in nsmallest(_LOOKED_AT, good, key=itemgetter(0, 1))
        ]
        return min(priced, key=itemgetter(0, 1))

    def _any(self, mask: int) -> int:
        # A random bit without listing all of them: the first at or above a random position.
        start = int(self.rng.random() * mask.bit_length())
        above = mask >> start
        return lowest(above) + start if above else lowest(mask)

    def fill(self, template: Template) -> int:
        """Place as many of the template's waiting activities as fit; return how many."""
        if template.bundle >= 0:
            return self.bundle(template.bundle)
        waiting = self.state.waiting[template.index]
        placed = 0
        while waiting:
            if not self.put(template):
                break
            placed += 1
        return placed

    def put(self, template: Template) -> bool:
        """Place one more activity of a template, with others where it needs them; tell whether it is."""
        found = self.find(template)
        if found is not None:
            self.state.place(self.state.waiting[template.index][-1], *found)
            return True
        start = self.rng.random() if self.noise else 0.0
        return together(self.state, template, start, self.hurried)

    def one(self, template: Template) -> int:
        """Place one more activity of a template, of an all-or-none group the whole; return how many."""
        waiting = self.state.waiting[template.index]
        if template.bundle >= 0:
            return self.bundle(template.bundle) if waiting else 0
        return int(bool(waiting) and self.put(template))

    def bundle(self, bundle: int) -> int:
        """Place all activities of an all-or-none group, or none; return how many."""
        state, model = self.state, self.state.model
        missing = [a for a in model.bundles[bundle] if state.at[a] is None]
        mark = len(state.trail)
        for index in dict.fromkeys(model.template_of[activity] for activity in missing):
            while state.waiting[index]:
                if not self.put(model.templates[index]):
                    take_back(state, mark)
                    return 0
        return len(missing)


class EarliestFirst(Inserter):
    """Puts a session at the earliest time that is free anywhere, with the first candidates on the lists."""

    def find(self, template: Template) -> tuple[int, Choice] | None:
        """Return the earliest option and a choice that has it, or None."""
        self.tried += 1
        best: tuple[int, Choice] | None = None
        for choice, mask in self.state.feasible(template):
            option = lowest(mask)
            if best is None or (option, choice) < best:
                best = (option, choice)
        return best


def pressures(model: Model) -> list[float]:
    """How much each resource is wanted: slots asked of it, shared among the candidates, per slot it offers.

    Returns
    -------
    list of float
        About 1 where demand meets the offer.
    """
    asked = [0.0] * len(model.bindings)
    offered = [0] * len(model.bindings)
    reach: dict[tuple[int, int], int] = {}
    bits_at = {t.bits.index: t.bits for t in model.templates}
    for template in model.templates:
        if template.dead:
            continue
        length = sum(end - start for start, end in template.bits.meetings[0]) * len(template.activities)
        for role in template.roles:
            for seat in role.seats:
                pool = model.pooled_of[seat.resource]
                part = 1.0 if pool is None else role.amount / max(1, pool.capacity)
                asked[seat.resource] += length * part / len(role.seats)
                key = (seat.resource, template.bits.index)
                reach[key] = reach.get(key, 0) | (seat.mask & template.base)
    day = model.problem.grid.slots_per_day
    by_day = {index: _by_day(bits, day) for index, bits in bits_at.items()}
    days: list[set[int]] = [set() for _ in model.bindings]
    for (resource, index), mask in reach.items():
        days[resource].update(on for on, there in by_day[index].items() if there & mask)
    for resource, found in enumerate(days):
        offered[resource] = len(found) * day // 3
    return [a / o if o else 0.0 for a, o in zip(asked, offered, strict=True)]


def _by_day(bits: OptionBits, slots_per_day: int) -> dict[int, int]:
    """Options by the day on which they begin."""
    found: dict[int, int] = {}
    for i, meetings in enumerate(bits.meetings):
        day = meetings[0][0] // slots_per_day
        found[day] = found.get(day, 0) | 1 << i
    return found
