"""One process's search: construction, then annealing by a schedule that the instance's costs set."""

from typing import Any, NamedTuple

import numpy as np

from solver.engine.chance import seeded
from solver.engine.local import anneal, begin, layout
from solver.engine.local.cooling import Cooling
from solver.engine.local.instance import Instance, Snapshot


class Push(NamedTuple):
    """How hard rules are enforced.

    Attributes
    ----------
    floor
        Least weight of a breach, in units of a usual change of the cost.
    grow, relax
        What a look adds to the weight of a rule that is broken, and takes from that of one that is kept.
    focus
        How often, in 1024ths, an activity of a broken rule is moved.
    """

    floor: float
    grow: float
    relax: float
    focus: int


_HOT, _COLD = 4.0, 0.12
"""Temperatures at first and at last, in units of a usual and of a small change of the cost."""
_SOFTLY = Push(floor=1.5, grow=0.02, relax=0.004, focus=200)
"""While costs count: breaches may be passed through."""
_STEADILY = Push(floor=7.0, grow=0.0, relax=0.0, focus=200)
"""Where hard rules are capacities alone: nothing is gained by passing through breaches of those."""
_FIRMLY = Push(floor=4.0, grow=0.02, relax=0.004, focus=200)
"""Where passing through them does not lead back."""
_RESOLVE = Push(floor=20.0, grow=0.07, relax=0.014, focus=500)
"""While breaches alone count and those that stay weigh more and more."""
_EVENLY = Push(floor=20.0, grow=0.0, relax=0.0, focus=200)
"""While breaches alone count, each as much as the next, and the plan cools down."""
_HEAVIEST = 100.0
"""How far a weight can grow above the least one."""
_RESOLVE_HEAT = 0.15
"""Temperature while weights grow, in units of the least weight."""
_RESOLVE_HOT, _RESOLVE_COLD = 0.4, 0.1
"""Temperatures of cooling down, in the same units: most breaches come and go, hardly any does."""
_TRY = 0.1
"""Share of the time of the first try to resolve them; each next one gets twice as much."""
_COOLED = 0.6
"""Share of a try in which the plan cools down; weights grow in the rest."""
_RESOLVE_UNTIL = 0.85
"""Share of the time after which costs count all the same."""
_PATIENCE = 0.6
"""Share of the main annealing after which it has to have met a valid plan."""
_LOOK, _LOOK_EACH, _LOOK_BROKEN = 2_000, 6, 256
"""Moves between looks at the weights: so many, or so many for each activity; while breaches are resolved,
so many for each broken rule.
"""
_SAMPLES = 4_000
_TRIES = 60
_PROBE, _PROBE_STEADILY = 0.06, 0.04
"""Share of the time of the first, quick annealing, which gives a usable plan."""
_SHARE_TIME, _SHARE_TRADE = 460, 700
_CHAINS = 200
MOVES_A_UNIT = 1_000_000
"""Moves that a unit of counted work stands for."""


class Climb:
    """Anneals one instance; the best plan is in the instance.

    Hard rules weigh little enough to be broken on the way; what is broken weighs more and more, what is kept
    less and less again. A quick probe tells which temperatures matter. If it finds no valid plan, breaches
    alone are resolved next: by weights that grow, then by cooling down before that, each time for longer.
    The main annealing goes on from there.
    """

    def __init__(self, instance: Instance, seed: int) -> None:
        self.instance = instance
        self._chance = seeded(seed)
        self._arrays = (instance.ints, instance.floats, instance.allowed, self._chance)
        self.moves = 0
        self._phase = "probe"
        kinds = instance.block(layout.NODES, layout.NODE_SIZE * len(instance.hard))[:: layout.NODE_SIZE]
        self._steady = bool((kinds[instance.hard] == layout.OCCUPANCY).all())
        self._push = self._main_push = _STEADILY if self._steady else _SOFTLY
        self._probe = _PROBE_STEADILY if self._steady else _PROBE
        self._main_at = self._probe
        self._try_at, self._try = self._probe, _TRY
        self._met = (float("inf"), float("inf"))
        self.heat = 0.0
        self._look = max(_LOOK, _LOOK_EACH * int(instance.ints[layout.N_OPEN]))
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
        self._cooling = Cooling(_HOT * usual, _COLD * min(small, usual))
        self._usual = usual
        self._enforce(self._main_push)

    def run(self, moves: int, done: float) -> None:
        """Try so many moves at the temperature that belongs to the share of the time that is over."""
        self._turn(done)
        share = done / self._probe if self._phase == "probe" else (done - self._main_at) / (1 - self._main_at)
        self.heat = self._cooling.heat(min(1.0, max(0.0, share)))
        if self._phase == "resolve":
            self.heat = self._floor * self._try_heat(done)
        push = self._push
        end = self.moves + moves
        while self.moves < end:
            look = self._look
            if self._phase == "resolve":
                look = min(look, max(_LOOK, _LOOK_BROKEN * int(self.instance.ints[layout.N_BAD])))
            anneal.run(*self._arrays, look, self.heat, push.focus, _SHARE_TIME, _SHARE_TRADE, _CHAINS)
            self.moves += look
            begin.reweigh(
                *self._arrays[:2], self._floor, _HEAVIEST * self._floor, 1 + push.grow, 1 - push.relax
            )
            if self._phase == "resolve" and not self.worth[0]:
                return
        if self._phase == "probe":
            self._cooling.note(self.heat, float(self.instance.floats[layout.F_COST]))

    def _turn(self, done: float) -> None:
        """Go on to the phase that is due."""
        broken = self.worth[0] > 0
        if self._phase == "probe" and done >= self._probe:
            if not self._steady:
                self._cooling.settle()
            self._phase = "resolve"
            if broken:
                self._try_at = done
                self.take(self.best())
                self._enforce(_RESOLVE)
        if self._phase == "resolve" and (not broken or done >= _RESOLVE_UNTIL):
            self._phase, self._main_at, self._met = "main", done, self.worth
            self._enforce(self._main_push if self._push is self._main_push else _FIRMLY)
        if (
            self._phase == "main"
            and not self._steady
            and (done - self._main_at) / (1 - self._main_at) >= _PATIENCE
        ):
            self._phase = "last"
            if self.worth >= self._met:
                self.take(self.best())
                self._enforce(_FIRMLY)

    def _try_heat(self, done: float) -> float:
        """Return the temperature at which breaches are resolved now, in units of the least weight."""
        if done >= self._try_at + self._try:
            left = _RESOLVE_UNTIL - done
            # What would be too short for a longer try lengthens this one.
            self._try_at, self._try = done, left if left < 6 * self._try else 2 * self._try
            self._enforce(_EVENLY)
        if self._push is _EVENLY:
            share = (done - self._try_at) / (_COOLED * self._try)
            if share < 1:
                return _RESOLVE_HOT * float((_RESOLVE_COLD / _RESOLVE_HOT) ** share)
            self._push = _RESOLVE
        return _RESOLVE_HEAT

    def _enforce(self, push: Push) -> None:
        """Give all hard rules the same weight."""
        self._push, self._floor = push, push.floor * self._usual
        self._weights()[self.instance.hard] = self._floor
        begin.reset_totals(self.instance.ints, self.instance.floats)

    def take(self, snapshot: Snapshot) -> None:
        """Go on from this plan."""
        instance = self.instance
        begin.restore(instance.ints, instance.floats, snapshot.options, snapshot.candidates)
        anneal.keep_best(instance.ints, instance.floats)

    def best(self) -> Snapshot:
        """Return the best plan so far."""
        return self.instance.best()
