"""One process's search: construction, then annealing by a schedule that the instance's costs set."""

from typing import Any

import numpy as np

from solver.engine.chance import seeded
from solver.engine.local import anneal, begin, layout
from solver.engine.local.instance import Instance, Snapshot

_HOT, _COLD = 4.0, 0.12
"""Temperatures at first and at last, in units of a usual and of a small change of the cost."""
_HARD = 7.0
"""Weight of a breach of a hard rule, in units of a usual change of the cost."""
_WARM, _CALM = 0.40, 0.05
"""Temperatures between which breaches of hard rules are resolved, in units of their weight."""
_SAMPLES = 4_000
_TRIES = 60
_QUICK = 0.04
"""Share of the time in which a first, quick annealing gives a usable plan."""
_LONGER = 1.7
"""By how much each further cycle against breaches is longer than the one before."""
_HEAVIER, _HEAVIEST = 1.3, 10.0
"""What a cycle adds to the weight of what it left broken, and how far."""
_FOCUS = 200
_SHARE_TIME, _SHARE_TRADE = 460, 700
_CHAINS = 200
MOVES_A_UNIT = 1_000_000
"""Moves that a unit of counted work stands for."""


class Climb:
    """Anneals one instance; the best plan is in the instance."""

    def __init__(self, instance: Instance, seed: int) -> None:
        self.instance = instance
        self._chance = seeded(seed)
        self._arrays = (instance.ints, instance.floats, instance.allowed, self._chance)
        self.moves = 0
        self._cycle = (0.0, _QUICK)
        self._against_breaches = False
        self.heat = 0.0
        self.can_move = bool(instance.ints[layout.N_OPEN])
        self._construct()
        self._scale()

    @property
    def worth(self) -> tuple[float, float]:
        """Breaches and cost of the best plan; less is better."""
        floats = self.instance.floats
        return float(floats[layout.F_BEST_RAW]), float(floats[layout.F_BEST_COST])

    def _construct(self) -> None:
        instance = self.instance
        self._weights()[instance.hard] = 1e6
        begin.reset_totals(instance.ints, instance.floats)
        room = [
            len(c.times) * int(np.prod([max(1, len(r.seats)) for r in c.roles], dtype=np.float64))
            for c in instance.choices
        ]
        open_ = instance.block(layout.A_OPEN, len(room)).astype(bool)
        order = np.array([at for at in np.argsort(room, kind="stable") if open_[at]], dtype=np.int64)
        begin.construct(*self._arrays, order, _TRIES)
        anneal.keep_best(instance.ints, instance.floats)

    def _weights(self) -> "np.ndarray[Any, np.dtype[np.float64]]":
        first = self.instance.ints[layout.WEIGHT]
        return self.instance.floats[first : first + len(self.instance.hard)]

    def _scale(self) -> None:
        """Derive temperatures and the weight of hard rules from what changes cost."""
        costs = np.zeros(_SAMPLES)
        if self.can_move:
            begin.sample(*self._arrays, costs)
        sizes = np.abs(costs[np.abs(costs) > 1e-6])
        usual, small = (float(np.quantile(sizes, q)) for q in (0.5, 0.05)) if sizes.size else (1.0, 1.0)
        self._hot, self._cold = _HOT * usual, _COLD * min(small, usual)
        self._hard = _HARD * usual
        self._weights()[self.instance.hard] = self._hard
        begin.reset_totals(self.instance.ints, self.instance.floats)

    def run(self, moves: int, done: float) -> None:
        """Try so many moves at the temperature that belongs to the share of the time that is over."""
        since, end = self._cycle
        if done >= end and end < 1.0:
            self._turn(since, end)
            since, end = self._cycle
        share = min(1.0, max(0.0, (done - since) / (end - since)))
        hot, cold = self._hot, self._cold
        if self._against_breaches:
            hot, cold = _WARM * self._hard, _CALM * self._hard
        self.heat = hot * (cold / hot) ** share
        anneal.run(*self._arrays, moves, self.heat, _FOCUS, _SHARE_TIME, _SHARE_TRADE, _CHAINS)
        self.moves += moves

    def _turn(self, since: float, end: float) -> None:
        """Begin the next cycle: against breaches as long as the best plan has some."""
        weights, instance = self._weights(), self.instance
        self._against_breaches = self.worth[0] > 0
        if not self._against_breaches:
            weights[instance.hard] = self._hard
            self._cycle = end, 1.0
        else:
            amounts = instance.block(layout.AMOUNT, len(instance.hard))
            broken = instance.hard & (amounts > 0)
            kept = instance.hard & (amounts == 0)
            weights[broken] = np.minimum(weights[broken] * _HEAVIER, _HEAVIEST * self._hard)
            weights[kept] = np.maximum(weights[kept] / _HEAVIER, self._hard)
            self._cycle = end, min(1.0, end + (end - since) * _LONGER)
        begin.reset_totals(instance.ints, instance.floats)

    def take(self, snapshot: Snapshot) -> None:
        """Go on from this plan."""
        instance = self.instance
        begin.restore(instance.ints, instance.floats, snapshot.options, snapshot.candidates)
        anneal.keep_best(instance.ints, instance.floats)

    def best(self) -> Snapshot:
        """Return the best plan so far."""
        return self.instance.best()
