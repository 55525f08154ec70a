"""Quality of a repaired plan within a budget of D: more coverage, then fair shares and the weighted rest.

Nothing that is placed loses its place for it, and what was not moved moves only for coverage.
"""

from solver.engine.budget import Budget
from solver.engine.objective import Worth, worth
from solver.engine.repair_chains import Chains
from solver.engine.repair_ground import Ground
from solver.engine.repair_prices import Prices

_LOOKED = 0.004
"""Work of looking at the spots of one activity, in about seconds of one processor."""


class Quality:
    """Improves the plan of a ground while D stays within `limit`."""

    def __init__(self, ground: Ground, prices: Prices, limit: int, budget: Budget, until: float) -> None:
        self.ground = ground
        self.state = ground.state
        self._prices = prices
        self._limit = limit
        self._budget = budget
        self._until = until
        self._chains = Chains(ground, prices, budget, until)

    def _over(self) -> bool:
        return self._budget.over(self._until)

    def improve(self) -> None:
        """Place what waits, then put what has moved where the rest is better."""
        self._fill()
        self._again()

    def change(self) -> int:
        """Return D of the plan in the state."""
        return sum(self.ground.price(a, spot) for a, spot in enumerate(self.state.at))

    def _fill(self) -> None:
        """Place what is out: first what needs no move, then what a few moves make room for."""
        ground = self.ground
        bundled = {a for members in ground.model.bundles for a in members}
        waiting = [
            a
            for a, spot in enumerate(self.state.at)
            if spot is None and a not in bundled and not ground.template(a).dead
        ]
        waiting.sort(key=lambda a: (ground.template(a).priority, -ground.template(a).worth, a))
        spare: float = self._limit - self.change()
        for deepest in (0, 1):
            for activity in waiting:
                if self._over():
                    return
                if self.state.at[activity] is None and (spare or not deepest):
                    own = ground.price(activity, None)
                    cost = self._chains.settle(activity, spare + own, deepest)
                    spare -= 0 if cost is None else cost - own

    def _again(self) -> None:
        """Try for everything that moved the spots that cost D no more, until none is better."""
        ground, state = self.ground, self.state
        better = True
        while better and not self._over():
            better = False
            moved = [
                a
                for a in sorted(ground.placed - ground.frozen)
                if state.at[a] not in (None, ground.before[a])
            ]
            for activity in moved:
                if self._over():
                    return
                better |= self._shift(activity)

    def _shift(self, activity: int) -> bool:
        state, template = self.state, self.ground.template(activity)
        here = state.at[activity]
        assert here is not None
        paid = self.ground.price(activity, here)
        best, kept = self._value(), here
        state.remove(activity)
        self._budget.spend(_LOOKED)
        for choice, mask in list(state.feasible(template)):
            for option in _cheapest(template.rest, template.change, mask):
                if self.ground.price(activity, (option, choice)) > paid:
                    continue
                state.place(activity, option, choice)
                value = self._value()
                if value > best:
                    best, kept = value, (option, choice)
                state.remove(activity)
        state.place(activity, *kept)
        state.trail.clear()
        if kept == here:
            return False
        self._prices.refresh(activity)
        return True

    def _value(self) -> tuple[int, ...]:
        found: Worth = worth(self.state)
        return (*found.shares, found.rest)


def _cheapest(rest: list[int], change: list[int], mask: int) -> list[int]:
    """Return of each price of change the first option of a mask with the least rest."""
    best: dict[int, int] = {}
    option = 0
    while mask:
        low = mask & -mask
        option = low.bit_length() - 1
        mask ^= low
        price = change[option]
        if price not in best or rest[option] < rest[best[price]]:
            best[price] = option
    return sorted(best.values())
