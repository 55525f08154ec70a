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
_STRICT = 6.0
"""What a soft rule of the greatest weight counts in a plan begun anew, beside an activity driven out.

So much while it is bettered, `_PULL` of it while it is placed. What is placed with an eye on soft rules from
the start, after the search has learnt where it is tight, ends where no bettering of the first plan gets.
"""
_EASIER, _EASIER_TURNS = 1.2, 40_000
"""By how much soft rules count less where a plan begun anew does not become whole, after so many turns."""
_ANEW_SHARE = 0.3
"""Of the time a plan begun anew gets this share at most to become whole."""
_SPENT_SLICES, _SPENT_GAIN = 40, 0.01
"""A plan is not worth bettering for now that in so many slices gained less than this share of its cost."""


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
        single = [*ground.dislike, *ground.wish[:, 2], *ground.rule[:, fields.WEIGHT]]
        self._greatest = float(max(single, default=0)) or 1.0
        self._anew, self._waiting, self._until = True, 0, 0.0
        self._strict = 1.0 / self._scale
        self._mark, self._slices, self._spent = 0.0, 0, True
        self._chance = np.random.default_rng(seed)
        self.left = self._activities = int(sum(ground.size))
        self.paid = 0.0

    @property
    def done(self) -> bool:
        """Nothing is left and nothing is paid."""
        return self.left == 0 and self.paid <= 0

    def advance(self, share: float) -> bool:
        """Search for some milliseconds; `share` of the time is over. Tell whether there is a better plan."""
        if self.left:
            return self._fill()
        if self._spent and self._anew and not self._waiting and share + _ANEW_SHARE < 1:
            self._begin_anew(share)
        return self._fill_anew(share) if self._waiting else self._better(share)

    def _search(
        self, plan: PlanInts, other: PlanInts, task: int, value: float = 0.0, slack: float = 0.0
    ) -> float:
        arrays = self._arrays
        fixed = arrays.ints, arrays.bytes, arrays.floats, plan, arrays.memory
        return float(ejection.search(*fixed, other, task, float(value), float(slack), _TURNS, _MEND_TURNS))

    def _fill(self) -> bool:
        before = self.left
        found = self._place(before, self._best, _PULL / self._scale, _STALE_TURNS)
        self.left = found
        if found == 0:
            self._whole()
        return found < before

    def _place(self, left: int, best: PlanInts, pull: float, patience: int) -> int:
        """Place what waits; keep the plan with the fewest activities left, `left` so far; return how few."""
        self._arrays.choose_by(_TENURES[self._phase % len(_TENURES)], _GRUDGE, pull)
        found = int(self._search(self._plan, best, ejection.FILL, left))
        if found < left:
            self._stale = 0
            return found
        self._stale += _TURNS
        if self._stale > patience:
            self._phase, self._stale = self._phase + 1, 0
            self._arrays.driven[:] *= _FORGET
        return left

    def _whole(self) -> None:
        self.paid = self._search(self._best, self._best, ejection.PAY)
        self._go_on_from(self._best, self.paid)

    def _go_on_from(self, plan: PlanInts, paid: float) -> None:
        """Better this whole plan from now on."""
        self._plan, self._kept, self._now = plan.copy(), plan.copy(), paid
        self._waiting, self._mark, self._slices = 0, paid, 0

    def _begin_anew(self, share: float) -> None:
        self._strict = _STRICT / self._greatest
        self._plan, self._waiting = self._arrays.empty(), self._activities
        self._until, self._stale, self._spent = share + _ANEW_SHARE, 0, False

    def _fill_anew(self, share: float) -> bool:
        phase = self._phase
        self._waiting = self._place(self._waiting, self._kept, _PULL * self._strict, _EASIER_TURNS)
        if self._waiting == 0:
            self._go_on_from(self._kept, self._search(self._kept, self._kept, ejection.PAY))
            return self._note()
        if self._phase > phase:
            self._strict /= _EASIER
        if share > self._until:
            self._anew, self._strict = False, 1.0 / self._scale
            self._go_on_from(self._best, self.paid)
        return False

    def _better(self, share: float) -> bool:
        """Better a whole plan; one that is a little worse is kept at first, none towards the end."""
        self._arrays.choose_by(_TENURES[0], _GRUDGE, self._strict)
        slack = self._greatest * (1.0 - share) * self._chance.random()
        self._now = self._search(self._plan, self._kept, ejection.IMPROVE, self._now, slack)
        self._slices += 1
        better = self._note()
        if self._slices >= _SPENT_SLICES:
            self._spent = self._now > self._mark * (1 - _SPENT_GAIN)
            self._mark, self._slices = self._now, 0
            if self._spent and self._now > self.paid:
                self._go_on_from(self._best, self.paid)
        return better

    def _note(self) -> bool:
        """Keep the plan in work if it is the best; tell whether it is."""
        if self._now >= self.paid - 1e-6:
            return False
        self.paid = self._now
        self._best = self._kept.copy()
        return True

    def found(self) -> Found:
        """Return the best plan, without what breaks a rule where activities are missing."""
        plan = self._best
        if self.left:
            plan = plan.copy()
            self._arrays.choose_by(1, 0.0, 0.0)
            self._search(plan, plan, ejection.TIDY)
        return Found(self.left, self.paid, self._arrays.starts(plan), self._arrays.rooms(plan))

    def take(self, found: Found) -> None:
        """Take over a better whole plan of another search, at once or when plans begun anew are spent."""
        plan, first = self._arrays.whole(found.starts, found.rooms), self.left > 0
        self._best, self.left = plan, 0
        self.paid = self._search(plan, plan, ejection.PAY)
        if first or not self._anew:
            self._go_on_from(plan, self.paid)


def _wishes(ground: Ground) -> list[float]:
    """Return what every two units may pay for all wishes between them."""
    of = np.repeat(np.arange(len(ground.size)), np.diff(ground.wish_from))
    _, pair = np.unique(of * len(ground.size) + ground.wish[:, 0], return_inverse=True)
    return [float(paid) for paid in np.bincount(pair, weights=ground.wish[:, 2])]
