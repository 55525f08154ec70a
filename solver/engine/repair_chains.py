"""Places for what a disruption hit: free ones first, then by chains of moves, the cheapest first.

Cost is D; a chain is a depth-first search with a budget, over a few of the cheapest spots at each step.
"""

from collections.abc import Iterable
from itertools import islice, product
from math import tanh
from typing import NamedTuple

import numpy as np

from solver.engine.budget import Budget
from solver.engine.model import Choice, Template
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_prices import Prices
from solver.engine.repair_walls import INFINITE, Costs, Walls, as_array, evicted

_MOST_CHOICES = 600
_BREADTH = (1, 5, 8, 14)
"""Spots that are tried where so many further links may follow."""

_LOOKED = 0.004
"""Work of looking at the spots of one activity, in about seconds of one processor."""

DEEPEST = len(_BREADTH) - 1


class Candidate(NamedTuple):
    """A spot, and at least what it adds to D together with what must leave it."""

    cost: float
    option: int
    choice: Choice


class Chains:
    """Moves activities in a ground's state."""

    def __init__(self, ground: Ground, prices: Prices, budget: Budget, until: float) -> None:
        self.ground = ground
        self.state = ground.state
        self.prices = prices
        self.walls = Walls(ground, prices.give)
        self._budget = budget
        self._until = until
        self._ties: dict[int, Costs] = {}

    def settle(self, activity: int, budget: float, deepest: int = DEEPEST) -> float | None:
        """Place an activity that is out with the least D found within the budget; return it, or None.

        Chains get longer only while nothing is found. When the time is over nothing is sought.
        """
        if self._over():
            return None
        for depth in range(deepest + 1):
            self.state.trail.clear()
            cost = self._force(activity, budget, depth, set())
            if cost is not None:
                for moved in {a for a, *_ in self.state.trail}:
                    self.prices.refresh(moved)
                self.state.trail.clear()
                return cost
            if self._over():
                break
        return None

    def _over(self) -> bool:
        return self._budget.over(self._until)

    def candidates(self, activity: int, budget: float, count: int) -> list[Candidate]:
        """Return some of the cheapest spots within a budget, by what clearing them costs at least."""
        template = self.ground.template(activity)
        if not template.base or any(not role.seats for role in template.roles):
            return []
        self._budget.spend(_LOOKED)
        tie = self._tie(activity, template)
        found: list[tuple[float, float, int, Choice]] = []
        for choice in self._choices(template):
            mask = self.state.fixed_mask(template, choice)
            if not mask or not self.state.possible(template, choice):
                continue
            total = np.where(as_array(mask, template.bits.size), self._seats(template, choice), INFINITE)
            total = total + np.asarray(template.change)
            for line in self.state.footprint(template, choice):
                total = total + self.walls.of(line, template.bits)
            total[total > budget] = INFINITE
            ranked = total + tie
            for option in _least(ranked, count):
                found.append(
                    (
                        float(ranked[option]) + self._rest(template, choice),
                        float(total[option]),
                        option,
                        choice,
                    )
                )
        found.sort()
        return [Candidate(cost, option, choice) for _, cost, option, choice in found[:count]]

    def _choices(self, template: Template) -> Iterable[Choice]:
        return islice(product(*(range(len(role.seats)) for role in template.roles)), _MOST_CHOICES)

    def _seats(self, template: Template, choice: Choice) -> int:
        seats = [role.seats[k] for role, k in zip(template.roles, choice, strict=True)]
        return sum(seat.change + seat.change_per_meeting for seat in seats)

    def _rest(self, template: Template, choice: Choice) -> float:
        seats = [role.seats[k] for role, k in zip(template.roles, choice, strict=True)]
        paid = sum(seat.cost + seat.cost_per_meeting for seat in seats)
        return 0.3 * tanh(paid / (50.0 * template.size))

    def _tie(self, activity: int, template: Template) -> Costs:
        """Less than one for each option: what it costs otherwise, and how far it is from where it was."""
        if activity not in self._ties:
            rest = np.asarray(template.rest, dtype=np.float64)
            starts = np.array([m[0][0] for m in template.bits.meetings], dtype=np.float64)
            spot = self.ground.before[activity]
            far = np.abs(starts - (starts[spot[0]] if spot is not None else 0.0))
            self._ties[activity] = 0.3 * np.tanh(rest / (50.0 * template.size)) + 0.3 * far / (far.max() + 1)
        return self._ties[activity]

    def _force(self, activity: int, budget: float, depth: int, locked: set[int]) -> float | None:
        """Place an activity, and whoever has to leave for it, within a budget; undone when it fails."""
        if self._over() and locked:
            return None
        best: float | None = None
        moves: list[tuple[int, Spot]] = []
        state, template = self.state, self.ground.template(activity)
        mark = len(state.trail)
        for cost, option, choice in self.candidates(activity, budget, 1 if not depth else _BREADTH[depth]):
            if cost > budget:
                break
            found = self._take(activity, template, (option, choice), budget, depth, locked)
            if found is not None:
                best = found
                moves = self._since(mark)
                budget = best - 1
            self._back_to(mark)
        if best is None:
            return None
        self._again(moves)
        return best

    def _take(
        self, activity: int, template: Template, spot: Spot, budget: float, depth: int, locked: set[int]
    ) -> float | None:
        state = self.state
        option, choice = spot
        lines = state.footprint(template, choice)
        out = evicted(self.ground, activity, option, lines, self.prices.give)
        if out is None or out & locked or (out and not depth):
            return None
        own = self.ground.price(activity, spot)
        left = {other: state.at[other] for other in out}
        for other in sorted(out):
            state.remove(other)
        if not state.fits(template, option, choice):
            return None
        state.place(activity, option, choice)
        spent = own - sum(self.ground.price(other, was) for other, was in left.items())
        inside = locked | {activity} | out
        waiting = sum(self.prices.full[other] for other in out)
        for other in sorted(out, key=lambda a: (-self.ground.template(a).worth, a)):
            waiting -= self.prices.full[other]
            cost = self._force(other, budget - spent - waiting, depth - 1, inside)
            if cost is None:
                return None
            spent += int(cost)
        return spent if spent <= budget else None

    # --- undoing ---------------------------------------------------------------------------------

    def _since(self, mark: int) -> list[tuple[int, Spot]]:
        """Return where the activities that changed since a mark are now."""
        changed = dict.fromkeys(a for a, *_ in self.state.trail[mark:])
        return [(a, spot) for a in changed if (spot := self.state.at[a]) is not None]

    def _back_to(self, mark: int) -> None:
        trail = self.state.trail
        while len(trail) > mark:
            activity, option, choice, placed = trail[-1]
            if placed:
                self.state.remove(activity)
            else:
                self.state.place(activity, option, choice)
            del trail[-2:]

    def _again(self, moves: list[tuple[int, Spot]]) -> None:
        for activity, _ in moves:
            if self.state.at[activity] is not None:
                self.state.remove(activity)
        for activity, spot in moves:
            self.state.place(activity, *spot)


def _least(values: Costs, count: int) -> list[int]:
    """Return the positions of the least finite values, the least first."""
    if count == 1:
        at = int(np.argmin(values))
        return [at] if values[at] < INFINITE else []
    size = min(count, len(values))
    found = np.argpartition(values, size - 1)[:size]
    found = found[np.argsort(values[found], kind="stable")]
    return [int(i) for i in found if values[i] < INFINITE]
