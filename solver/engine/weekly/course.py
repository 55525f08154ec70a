"""The course of one search: place all, then better what is placed, slice by slice."""

from typing import NamedTuple

import numpy as np

from solver.engine.weekly import ejection, fields
from solver.engine.weekly.arrays import Arrays, PlanInts
from solver.engine.weekly.layout import Ground, Layout

_TENURES = 8, 2, 16, 4
"""For how many turns a start is barred, one after the other; with which a search begins goes by its seed.

Where rules bind whole days a short time is better by far, where rooms and relations do, a long one.
"""
_GRUDGE = 0.1
"""What it counts that a unit was driven out of its start once before, beside driving it out now."""
_TURNS = 2_000
_STALE_TURNS = 60_000
_FORGET = 0.15
"""Of its grudges the search keeps this share after so many turns without a better plan."""
_PULL = 0.1
"""What the wish or rule that may cost most counts beside one activity driven out, while placing."""
_MEND_TURNS = 120
_SLACK = 0.5
"""How much worse a plan may be at first, in soft rules of the greatest weight."""


class Found(NamedTuple):
    """Starts of units and rooms of roles, -1 where there is none; the less is left and paid the better.

    What was not reckoned is paid without end.
    """

    left: int
    paid: float
    starts: list[int]
    rooms: list[int]


class Course:
    """One search by one process; what it found so far is told by `left`, `paid` and `found`."""

    def __init__(self, layout: Layout, seed: int) -> None:
        self._arrays = Arrays(layout.ground, seed)
        self._plan, self._best = self._arrays.empty(), self._arrays.empty()
        self._kept = self._best
        ground = layout.ground
        weights = [*ground.dislike, *_wishes(ground), *ground.rule[:, fields.WEIGHT]]
        self._scale = float(max(weights, default=0)) or 1.0
        self._phase, self._stale = seed - 1, 0
        self._now = 0.0
        self._chance = np.random.default_rng(seed)
        self.left = int(sum(ground.size))
        self.paid = 0.0

    @property
    def done(self) -> bool:
        """Nothing is left and nothing is paid."""
        return self.left == 0 and self.paid <= 0

    def advance(self, share: float) -> bool:
        """Search for some milliseconds; `share` of the time is over. Tell whether there is a better plan."""
        return self._better(share) if self.left == 0 else self._fill()

    def _search(
        self, plan: PlanInts, other: PlanInts, task: int, value: float = 0.0, slack: float = 0.0
    ) -> float:
        arrays = self._arrays
        fixed = arrays.ints, arrays.bytes, arrays.floats, plan, arrays.memory
        return float(ejection.search(*fixed, other, task, float(value), float(slack), _TURNS, _MEND_TURNS))

    def _fill(self) -> bool:
        self._arrays.choose_by(_TENURES[self._phase % len(_TENURES)], _GRUDGE, _PULL / self._scale)
        found = int(self._search(self._plan, self._best, ejection.FILL, self.left))
        if found < self.left:
            self.left, self._stale = found, 0
            if found == 0:
                self._whole()
            return True
        self._stale += _TURNS
        if self._stale > _STALE_TURNS:
            self._phase, self._stale = self._phase + 1, 0
            self._arrays.driven[:] *= _FORGET
        return False

    def _whole(self) -> None:
        self._plan, self._kept = self._best.copy(), self._best.copy()
        self._now = self.paid = self._search(self._plan, self._best, ejection.PAY)

    def _better(self, share: float) -> bool:
        """Better a whole plan; one that is a little worse is kept at first, none towards the end."""
        self._arrays.choose_by(_TENURES[0], _GRUDGE, 1.0 / self._scale)
        slack = self._scale * max(0.0, _SLACK - share) * self._chance.random()
        self._now = self._search(self._plan, self._kept, ejection.IMPROVE, self._now, slack)
        if self._now < self.paid - 1e-6:
            self.paid = self._now
            self._best = self._kept.copy()
            return True
        return False

    def found(self) -> Found:
        """Return the best plan, without what breaks a rule where activities are missing."""
        plan = self._best
        if self.left:
            plan = plan.copy()
            self._arrays.choose_by(1, 0.0, 0.0)
            self._search(plan, plan, ejection.TIDY)
        return Found(self.left, self.paid, self._arrays.starts(plan), self._arrays.rooms(plan))

    def take(self, found: Found) -> None:
        """Go on from a whole plan of another search."""
        self._best = self._arrays.whole(found.starts, found.rooms)
        self.left = 0
        self._whole()


def _wishes(ground: Ground) -> list[float]:
    """Return what every two units may pay for all wishes between them."""
    of = np.repeat(np.arange(len(ground.size)), np.diff(ground.wish_from))
    _, pair = np.unique(of * len(ground.size) + ground.wish[:, 0], return_inverse=True)
    return [float(paid) for paid in np.bincount(pair, weights=ground.wish[:, 2])]
