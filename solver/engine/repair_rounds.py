"""A repair by linear programming: rounds in which whoever has to leave is expanded as well.

A round relaxes the programme of `repair_columns`, which bounds D for every repair. Whoever leaves in it gets
columns of its own, until nobody else leaves. Among the columns that cost the bound least a whole solution is
sought and laid into the state; what does not fit there, since the programme leaves out some rules, finds
its place by chains. The best plan stays.
"""

from collections.abc import Iterable
from functools import cached_property
from math import ceil
from typing import NamedTuple

import numpy as np

from solver.engine.budget import Budget
from solver.engine.repair_chains import Chains
from solver.engine.repair_columns import Programme
from solver.engine.repair_ground import Ground, Plan
from solver.engine.repair_linear import Chosen, Linear, Relaxed
from solver.engine.repair_prices import Prices
from solver.engine.repair_rows import Columns, Numbers
from solver.engine.repair_walls import INFINITE, pairs
from solver.engine.repair_whole import Whole, solve_whole

_LEAVES = 0.02
"""Part of an activity from which on it counts as leaving."""
_FEW, _MORE = 3_000, 4
"""Columns among which a whole solution is sought at first; how many times more each time after."""
_SOLVE_S = 1.5
"""Limit of one solve; whoever stops the repair waits for it."""
_RELAXED_UNTIL = 0.7
"""Share of the time in which everybody who leaves is expanded before a whole solution is sought."""
_SLOW = 3e-3
"""Part by which a round has to raise the bound, if rows about order are all that it adds."""
_LOOKED, _ENTERED = 0.005, 1e-6
"""Work of expanding an activity, and of each entry of the rows in a relaxation, in about seconds."""


_NONE: Columns = np.zeros(0, dtype=np.int64)


class Value(NamedTuple):
    """What a plan is worth, the less the better: learner-minutes that quotas lack, D, moves."""

    owing: int
    change: int
    moves: int


class _Sought(NamedTuple):
    """What came of a search in whole columns.

    Attributes
    ----------
    complete
        It was among all columns of which a better plan can have any.
    broken
        What was found breaks a rule that is stated from now on.
    leaving
        Who leaves in it and is not expanded.
    """

    complete: bool
    broken: bool
    leaving: list[int]


class Rounds:
    """Improves the plan in a ground's state.

    Attributes
    ----------
    bound
        D of every repair that serves quotas as much as the plan in the state did at first, at least.
    """

    def __init__(self, ground: Ground, prices: Prices, budget: Budget) -> None:
        self._ground = ground
        self._prices = prices
        self._budget = budget
        self._concerned = ground.concerned
        self._programme: Programme | None = None
        self._linear = Linear()
        self._multipliers: Numbers = np.zeros(0)
        self._best: Plan = []
        self._value = Value(0, 0, 0)
        self._hit: list[int] = []
        self.bound = 0

    def value(self) -> Value:
        """Return the value of the plan in the state."""
        ground, state = self._ground, self._ground.state
        return Value(
            ground.owing(),
            sum(ground.price(a, state.at[a]) for a in self._concerned),
            sum(state.at[a] is None or state.at[a] != ground.before[a] for a in ground.placed),
        )

    def minimise_change(self, until: float) -> None:
        """Lower D until it is proved least, nothing better is found, or a share of the budget is used."""
        ground, state = self._ground, self._ground.state
        self._best, self._value = state.snapshot(), self.value()
        self._hit = list(ground.hit)
        floors = [min(t, met) for t, met in zip(state.model.quotas, state.reserved, strict=True)]
        self._prices.bring(self._reference)
        programme = self._programme = Programme(ground, self._value.change, floors)
        self._raise(programme.least_of_all)
        todo, columns = sorted(ground.with_groups(ground.wanted)), _FEW
        pause = self._budget.used + _RELAXED_UNTIL * (until - self._budget.used)
        bound = 0.0
        while self.bound < self._value.change and not self._budget.over(until):
            self._expand(programme, todo, until)
            relaxed = self._relax(programme, until)
            if relaxed is None:
                break
            before, bound = bound, relaxed.bound + programme.base_change
            self._raise(bound)
            todo, broken = self._leaving(programme, relaxed.values), programme.broken(relaxed.values)
            worth_it = bool(todo) or (broken and bound > (1 + _SLOW) * before)
            if self.bound >= self._value.change or (worth_it and not self._budget.over(pause)):
                continue
            # Where nobody else may leave, what is found can be laid as it is.
            found = self._seek(programme, relaxed, columns, programme.others(), until)
            if not (todo or found.broken):
                found = self._seek(programme, relaxed, columns, _NONE, until)
                todo = found.leaving
            if not (todo or found.broken):
                if found.complete:
                    break
                columns *= _MORE
        self._prices.bring(self._best)

    def _seek(
        self, programme: Programme, relaxed: Relaxed, columns: int, fixed: Columns, until: float
    ) -> _Sought:
        """Seek a better plan among so many columns, with those that are fixed, and lay it."""
        below = self._value.change - programme.base_change
        open_ = relaxed.open_below(below)
        complete = bool(np.count_nonzero(open_) <= columns)
        if not complete:
            open_ = relaxed.cheapest(open_, columns)
        found = self._whole(programme, np.array(programme.change), open_, fixed, below, until)
        if complete and not len(fixed):
            self._raise(found.bound + programme.base_change)
        if found.values is None:
            return _Sought(complete, False, [])
        broken = self._lay(programme, found.values, until)
        if self._is_whole() and (value := self.value()) < self._value:
            self._best, self._value = self._ground.state.snapshot(), value
        self._prices.bring(self._reference)
        return _Sought(complete, broken, self._leaving(programme, found.values))

    def fewest_moves(self, until: float) -> int:
        """Make fewer moves that lose no more and cost D no more; return how many any such repair has."""
        programme, ground = self._programme, self._ground
        if programme is None or self._hit != ground.hit or self._budget.over(until):
            return 0
        best, value, lost = ground.state.snapshot(), self.value(), self._ground.lost_minutes()
        self._prices.bring(self._reference)
        most = value.change - programme.base_change
        programme.limit(np.array(programme.change), most)
        programme.limit(np.array(programme.lost), lost)
        self._linear.grow(programme.fresh(), programme.group)
        change, moves = np.array(programme.change), np.array(programme.moves)
        least, reduced = self._linear.bound(change, np.ones(len(change), dtype=bool), self._multipliers)
        open_ = least + reduced <= most
        fewest = self._linear.relax(moves, open_, programme.always(), self._seconds(until))
        bound = 0 if fewest is None else ceil(fewest.bound + programme.base_moves)
        if fewest is not None and bound < value.moves and not self._budget.over(until):
            below = value.moves - programme.base_moves
            open_ &= fewest.open_below(below)
            complete = np.count_nonzero(open_) <= _MORE * _FEW
            if not complete:
                open_ = fewest.cheapest(open_, _FEW)
            found = self._whole(programme, moves, open_, _NONE, below, until)
            if complete:
                bound = max(bound, int(found.bound + programme.base_moves))
            if found.values is not None:
                self._lay(programme, found.values, until)
                laid = self.value()
                if (
                    self._is_whole()
                    and laid < value
                    and laid.moves < value.moves
                    and self._ground.lost_minutes() <= lost
                ):
                    best = ground.state.snapshot()
        self._prices.bring(best)
        return bound

    def _raise(self, bound: float) -> None:
        self.bound = max(self.bound, min(self._value.change, ceil(bound)))

    @cached_property
    def _reference(self) -> Plan:
        """The plan as it was, without what was hit."""
        ground = self._ground
        there = ground.placed.difference(ground.hit)
        return [spot if a in there else None for a, spot in enumerate(ground.before)]

    def _expand(self, programme: Programme, activities: Iterable[int], until: float) -> None:
        for activity in activities:
            if self._budget.over(until) or not programme.expand(activity):
                programme.leave_aside(activity)
            self._budget.spend(_LOOKED)

    def _relax(self, programme: Programme, until: float) -> Relaxed | None:
        linear = self._linear
        linear.grow(programme.fresh(), programme.group)
        self._budget.spend(_ENTERED * linear.entries)
        everything, costs = np.ones(linear.size, dtype=bool), np.array(programme.change)
        found = linear.relax(costs, everything, programme.always(), self._seconds(until))
        if found is not None:
            self._multipliers = found.multipliers
        return found

    def _seconds(self, until: float) -> float:
        """Return the limit of one solve."""
        left = self._budget.left_until(until)
        return INFINITE if self._budget.deterministic else min(_SOLVE_S, left)

    def _leaving(self, programme: Programme, values: Numbers) -> list[int]:
        """Return who leaves and is not expanded, with the others of their groups."""
        leaving = [a for a, stay in programme.stays.items() if values[stay] < 1 - _LEAVES]
        return [a for a in sorted(self._ground.with_groups(leaving)) if not programme.knows(a)]

    def _whole(
        self,
        programme: Programme,
        costs: Numbers,
        open_: Chosen,
        fixed: Columns,
        below: float,
        until: float,
    ) -> Whole:
        table, open_ = programme.whole(), open_ | programme.always()
        left, counted = self._budget.left_until(until), self._budget.deterministic
        seconds = left if counted else min(_SOLVE_S, left)
        found = solve_whole(table, costs, open_, fixed, below, seconds, counted=counted)
        self._budget.spend(found.work + _ENTERED * self._linear.entries)
        return found

    def _lay(self, programme: Programme, values: Numbers, until: float) -> bool:
        """Bring everything to where a solution has it, and by chains to a place what has none there.

        True: it breaks rules that the programme leaves out, and states them from now on.
        """
        ground, state = self._ground, self._ground.state
        wanted = list(self._reference)
        for activity, stay in programme.stays.items():
            if not values[stay]:
                wanted[activity] = None
        taken: dict[int, int] = {}
        for column in np.flatnonzero(values).tolist():
            activity = programme.group[column]
            if activity in programme.items and column in programme.items[activity].spots:
                wanted[activity] = programme.items[activity].spots[column]
                taken[activity] = column
        plan = [spot if spot == there else None for spot, there in zip(wanted, state.at, strict=True)]
        self._prices.bring(plan)
        broken = False
        for activity in taken:
            spot = wanted[activity]
            assert spot is not None
            template = ground.template(activity)
            if state.fits(template, *spot):
                state.place(activity, *spot)
                self._prices.refresh(activity)
                continue
            for node, payload in state.footprint(template, spot[1]):
                for other, mask in pairs(node, template.bits, payload).items():
                    if mask >> spot[0] & 1 and other in taken:
                        programme.cut(activity, node, other, taken[other])
                        broken = True
        state.trail.clear()
        chains = Chains(ground, self._prices, self._budget, until)
        for activity in sorted(ground.lost(), key=lambda a: (-ground.template(a).worth, a)):
            chains.settle(activity, ground.price(activity, None), deepest=1)
        return broken

    def _is_whole(self) -> bool:
        """Tell whether all-or-none groups are whole or empty."""
        at = self._ground.state.at
        return all(len({at[a] is None for a in members}) == 1 for members in self._ground.model.bundles)
