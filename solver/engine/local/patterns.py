"""Times of a problem as numbers, and grids of cells that their meetings cover."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from solver.engine.local import layout
from solver.engine.local.layout import Arena
from solver.problem import Interval, TimeGrid

Meetings: TypeAlias = tuple[Interval, ...]
Array: TypeAlias = np.ndarray[Any, Any]
_PARTED = 0.7
"""Lists are parted where less than so much of them is walked then."""


class Times:
    """All tuples of meetings that some activity may take, each once.

    Attributes
    ----------
    meetings
        Meetings by number, each in order of time.
    """

    def __init__(self, grid: TimeGrid) -> None:
        self.grid = grid
        self.meetings: list[Meetings] = []
        self.at: dict[Meetings, int] = {}

    def number(self, meetings: Meetings) -> int:
        """Return the number of a tuple of meetings, a new one for one not met before."""
        found = self.at.get(meetings)
        if found is None:
            found = self.at[meetings] = len(self.meetings)
            self.meetings.append(meetings)
        return found

    @cached_property
    def buckets(self) -> int:
        """Return by how many weeks or weekdays lists of uses are best parted; 1: by none."""
        grid = self.grid
        parts = [
            (grid.weeks, [len({grid.week_of(s) for s, _ in m}) for m in self.meetings]),
            (
                grid.days_per_week,
                [len({grid.day_of(s) % grid.days_per_week for s, _ in m}) for m in self.meetings],
            ),
        ]
        # A use stands in so many of the lists, and so many are walked for the next.
        walked = {n: (sum(held) / max(1, len(held))) ** 2 / n for n, held in parts if n > 1}
        best = min(walked, key=lambda n: walked[n], default=1)
        return best if walked.get(best, 1.0) < _PARTED else 1

    def inside(self, windows: Sequence[Interval]) -> Array:
        """Tell for every time whether each of its meetings lies within one of the windows."""
        ordered = sorted(windows)
        starts = np.array([start for start, _ in ordered], dtype=np.int64)
        reach = np.maximum.accumulate(np.array([-1, *(end for _, end in ordered)], dtype=np.int64))
        each = [meeting for meetings in self.meetings for meeting in meetings]
        if not each:
            return np.zeros(0, dtype=bool)
        begins = np.array([start for start, _ in each], dtype=np.int64)
        ends = np.array([end for _, end in each], dtype=np.int64)
        held = reach[np.searchsorted(starts, begins, side="right")] >= ends
        firsts = np.concatenate(([0], np.cumsum([len(m) for m in self.meetings])[:-1])).astype(np.int64)
        found: Array = np.logical_and.reduceat(held, firsts)
        return found

    def write(self, arena: Arena) -> None:
        """Lay the times out."""
        grid, day = self.grid, self.grid.slots_per_day
        ordered = [sorted(m) for m in self.meetings]
        weeks = [self._bits(grid.week_of(s) for s, _ in m) for m in ordered]
        days = [self._bits(grid.day_of(s) % grid.days_per_week for s, _ in m) for m in ordered]
        clock = [min(s % day for s, _ in m) for m in ordered]
        clock_end = [max(s % day + e - s for s, e in m) for m in ordered]
        arena.number(layout.N_TIME, len(ordered))
        arena.number(layout.DAY_SLOTS, day)
        arena.number(layout.WEEK_DAYS, grid.days_per_week)
        arena.number(layout.N_WEEK, grid.weeks)
        arena.ints(layout.T_FIRST, (m[0][0] for m in ordered))
        arena.ints(layout.T_FIRST_END, (m[0][1] for m in ordered))
        arena.ints(layout.T_LAST_END, (max(e for _, e in m) for m in ordered))
        arena.ints(layout.T_WEEKS, weeks)
        arena.ints(layout.T_DAYS, days)
        arena.ints(layout.T_BUCKETS, weeks if self.buckets == grid.weeks else days)
        arena.ints(layout.T_CLOCK, clock)
        arena.ints(layout.T_CLOCK_END, clock_end)
        regular = []
        for m, w, d, c, e in zip(ordered, weeks, days, clock, clock_end, strict=True):
            product = w.bit_count() * d.bit_count() == len(m) == len({grid.day_of(s) for s, _ in m})
            product = product and e <= day
            regular.append(product and all(s % day == c and s % day + t - s == e for s, t in m))
        arena.ints(layout.T_REGULAR, regular)
        arena.ints(layout.T_MEET, starts_of(map(len, ordered)))
        arena.ints(layout.M_START, (s for m in ordered for s, _ in m))
        arena.ints(layout.M_END, (e for m in ordered for _, e in m))
        self._loads(arena, ordered)

    def _loads(self, arena: Arena, ordered: list[list[Interval]]) -> None:
        entries: list[int] = []
        firsts: list[int] = []
        for length in (self.grid.slots_per_day, self.grid.slots_per_week, self.grid.horizon_slots):
            for meetings in ordered:
                firsts.append(len(entries))
                total = sum(e - s for s, e in meetings)
                seen: set[int] = set()
                for start, end in meetings:
                    period = start // length
                    entries += (period, end - start, total, period not in seen)
                    seen.add(period)
            firsts.append(len(entries))
        arena.ints(layout.T_LOAD, firsts)
        arena.ints(layout.LOADS, entries)

    @staticmethod
    def _bits(positions: Iterable[int]) -> int:
        mask = 0
        for position in positions:
            mask |= 1 << position
        return mask


def starts_of(counts: Iterable[int]) -> Array:
    """Where each of several lists begins when they are laid end to end, and the end of the last."""
    return np.concatenate(([0], np.cumsum(np.fromiter(counts, dtype=np.int64)))).astype(np.int64)


class Grids:
    """Grids of cells, each with the pairs of cells (first, end) of every time."""

    def __init__(self, times: Times, arena: Arena) -> None:
        self.times = times
        self._arena = arena
        self._begins: list[int] = []
        self._made: dict[object, tuple[int, list[int]]] = {}

    def of_moments(self, setup: int, cleanup: int) -> tuple[int, list[int]]:
        """Return the grid of all moments at which something starts or ends, and its bounds."""
        key = ("moments", setup, cleanup)
        if key not in self._made:
            each = [m for meetings in self.times.meetings for m in meetings]
            bounds = sorted({s - setup for s, _ in each} | {e + cleanup for _, e in each})
            at = {moment: i for i, moment in enumerate(bounds)}
            number = self._lay(lambda s, e: (at[s - setup], at[e + cleanup]), None)
            self._made[key] = (number, bounds)
        return self._made[key]

    def of_slots(self, moments: Collection[int]) -> tuple[int, list[int]]:
        """Return the grid of all moments, and of these besides, and its bounds."""
        key = ("slots", frozenset(moments))
        if key not in self._made:
            each = [m for meetings in self.times.meetings for m in meetings]
            bounds = sorted({s for s, _ in each} | {e for _, e in each} | set(moments))
            at = {moment: i for i, moment in enumerate(bounds)}
            self._made[key] = (self._lay(lambda s, e: (at[s], at[e]), None), bounds)
        return self._made[key]

    def of_days(
        self, used: Collection[int], fold: bool, within: Collection[int], bounds: Collection[int]
    ) -> tuple[int, list[int]]:
        """Return the grid of days, each divided alike, for some times, and the bounds within a day.

        Parameters
        ----------
        used
            Times that matter.
        within
            Slots of which a meeting must share one to count; empty: all count.
        bounds
            Slots of the day that must be bounds.
        """
        day, week = self.times.grid.slots_per_day, self.times.grid.slots_per_week
        clocks = set(bounds)
        for time in used:
            for start, end in self.times.meetings[time]:
                clocks |= {start % day, start % day + end - start}
        ordered = sorted(clocks)
        key = ("days", fold, frozenset(within), tuple(ordered), frozenset(used))
        if key not in self._made:
            at = {clock: i for i, clock in enumerate(ordered)}
            cells = len(ordered) - 1

            def cells_of(start: int, end: int) -> tuple[int, int] | None:
                start, end = (start % week, start % week + end - start) if fold else (start, end)
                if within and not any(slot in within for slot in range(start, end)):
                    return None
                first = start // day * cells
                return first + at[start % day], first + at[start % day + end - start]

            self._made[key] = (self._lay(cells_of, set(used)), ordered)
        return self._made[key]

    def _lay(self, cells_of: Callable[[int, int], tuple[int, int] | None], used: set[int] | None) -> int:
        bounds: list[int] = []
        counts = np.zeros(len(self.times.meetings) + 1, dtype=np.int64)
        for time in range(len(self.times.meetings)) if used is None else sorted(used):
            found = dict.fromkeys(cells_of(start, end) for start, end in self.times.meetings[time])
            found.pop(None, None)
            for pair in found:
                assert pair is not None
                bounds += pair
            counts[time + 1] = 2 * len(found)
        firsts = self._arena.block(bounds) + np.cumsum(counts)
        self._begins.append(self._arena.block(firsts))
        return len(self._begins) - 1

    def write(self) -> None:
        """Lay out where the grids begin."""
        self._arena.ints(layout.GRIDS, self._begins)
