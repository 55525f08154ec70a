"""Which starts of two activities stand in a relation, as tables of each start with each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.problem import Interval


def next_slots(pauses: Sequence[Interval], width: int, slots: int) -> Any:
    """Return for each slot where what ends there goes on: the slot itself, or after the pause of that day."""
    ends = np.arange(2 * slots)
    paused = {slot for start, end in pauses for slot in range(start, end)}
    for slot in sorted(paused, reverse=True):
        if (slot + 1) % width:
            ends[slot] = ends[slot + 1]
    return ends


@dataclass(frozen=True)
class Two:
    """Starts and ends of two activities, each with each."""

    s: Any
    s_end: Any
    t: Any
    t_end: Any
    width: int
    limit: int
    goes_on: Any

    @property
    def days_apart(self) -> Any:
        """Days from one to the other."""
        return np.abs(self.s // self.width - self.t // self.width)

    @property
    def follows(self) -> Any:
        """The second starts when the first ends, pauses apart."""
        return (self.days_apart == 0) & (self.t >= self.s_end) & (self.t <= self.goes_on[self.s_end])

    @property
    def precedes(self) -> Any:
        """The first starts when the second ends, pauses apart."""
        return (self.days_apart == 0) & (self.s >= self.t_end) & (self.s <= self.goes_on[self.t_end])

    @property
    def between(self) -> Any:
        """Slots between them; negative where they overlap."""
        return np.maximum(self.t - self.s_end, self.s - self.t_end)


HOLDS: Mapping[str, Callable[[Two], Any]] = {
    "same_start": lambda two: two.s == two.t,
    "same_clock": lambda two: two.s % two.width == two.t % two.width,
    "same_days": lambda two: two.days_apart == 0,
    "different_days": lambda two: two.days_apart > 0,
    "not_overlap": lambda two: two.between >= 0,
    "overlap": lambda two: two.between < 0,
    "before": lambda two: two.s_end <= two.t,
    "after_if_same_day": lambda two: (two.days_apart > 0) | (two.s >= two.t_end),
    "min_gap": lambda two: (two.days_apart > 0) | (two.between >= two.limit),
    "days_apart": lambda two: two.days_apart >= two.limit,
    "days_within": lambda two: two.days_apart <= two.limit,
    "consecutive": lambda two: two.follows,
    "grouped": lambda two: two.follows | two.precedes,
    "grouped_if_same_day": lambda two: two.follows | two.precedes | (two.days_apart > 0),
}
