"""Time options of one set as bits of an integer: a question about time answers with a mask.

Bit ``i`` stands for option ``i``; options are in order of their first start, so the lowest bit of a mask is
the earliest option in it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from solver.problem import Interval

IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]


def bits_of(mask: int) -> Iterator[int]:
    """Yield the positions of the set bits, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def lowest(mask: int) -> int:
    """Position of the lowest set bit of a mask that is not empty."""
    return (mask & -mask).bit_length() - 1


class Windows:
    """Windows for `OptionList.inside`; two that touch stay two.

    Attributes
    ----------
    starts
        Starts in order.
    reach
        ``reach[i]``: the latest end of the first i windows.
    """

    __slots__ = ("reach", "starts")

    def __init__(self, windows: Iterable[Interval]) -> None:
        ordered = sorted(windows)
        self.starts = np.array([start for start, _ in ordered], dtype=np.int64)
        ends = np.array([-1, *(end for _, end in ordered)], dtype=np.int64)
        self.reach = np.maximum.accumulate(ends)


class OptionList:
    """An option set in order of time.

    Attributes
    ----------
    index
        Number of this set; part of cache keys.
    meetings
        Meetings of every option, by bit.
    full
        All bits set.
    """

    __slots__ = ("_ends_of", "_first_of", "_starts_of", "full", "index", "meetings", "size")

    def __init__(self, index: int, options: Iterable[tuple[Interval, ...]]) -> None:
        self.index = index
        self.meetings = tuple(sorted(options))
        self.size = len(self.meetings)
        self.full = (1 << self.size) - 1
        each = [meeting for meetings in self.meetings for meeting in meetings]
        self._starts_of = np.array([start for start, _ in each], dtype=np.int64)
        self._ends_of = np.array([end for _, end in each], dtype=np.int64)
        counts = [len(meetings) for meetings in self.meetings]
        self._first_of = np.concatenate(([0], np.cumsum(counts[:-1], dtype=np.int64))) if counts else None

    def inside(self, windows: Windows) -> int:
        """Options whose every meeting lies within one of the windows."""
        if self._first_of is None:
            return 0
        held = windows.reach[np.searchsorted(windows.starts, self._starts_of, side="right")] >= self._ends_of
        return _packed(np.logical_and.reduceat(held, self._first_of))

    @property
    def each(self) -> tuple[IntArray, IntArray]:
        """Starts and ends of all meetings, option by option."""
        return self._starts_of, self._ends_of

    def where(self, meetings: BoolArray) -> int:
        """Options with one of these meetings; told by a truth value for each of `each`."""
        return 0 if self._first_of is None else _packed(np.logical_or.reduceat(meetings, self._first_of))


def _packed(options: BoolArray) -> int:
    return int.from_bytes(np.packbits(options, bitorder="little").tobytes(), "little")


class OptionBits(OptionList):
    """One option set, laid out so that `overlap` costs two binary searches.

    Attributes
    ----------
    single
        Every option is one meeting.
    even
        All meetings last as long.
    longest
        Slots of the longest meeting.
    span
        From the first start to the last end of all options.
    """

    __slots__ = (
        "_after",
        "_before",
        "_day",
        "_days",
        "_ends",
        "_starts",
        "even",
        "longest",
        "single",
        "span",
    )

    def __init__(self, index: int, options: Iterable[tuple[Interval, ...]], slots_per_day: int) -> None:
        super().__init__(index, options)
        self.single = all(len(m) == 1 for m in self.meetings)
        lengths = {end - start for m in self.meetings for start, end in m}
        self.longest = max(lengths, default=0)
        self.even = len(lengths) < 2
        self._day = slots_per_day
        ends = [meetings[-1][1] for meetings in self.meetings]
        by_end = sorted(range(self.size), key=ends.__getitem__)
        self._starts = [meetings[0][0] for meetings in self.meetings]
        self.span = (self._starts[0], max(ends)) if ends else (0, 0)
        self._ends = [ends[i] for i in by_end]
        # _before[k]: the k options that start first; _after[k]: all but the k options that end first.
        self._before = [(1 << k) - 1 for k in range(self.size + 1)]
        self._after = [self.full]
        for i in by_end:
            self._after.append(self._after[-1] ^ (1 << i))
        self._days: dict[int, list[tuple[int, int, int]]] = {}
        if not self.single:
            self._days = self._by_day()

    def _by_day(self) -> dict[int, list[tuple[int, int, int]]]:
        masks: dict[tuple[int, int, int], int] = {}
        for i, meetings in enumerate(self.meetings):
            for start, end in meetings:
                for day in range(start // self._day, max(start, end - 1) // self._day + 1):
                    masks[day, start, end] = masks.get((day, start, end), 0) | 1 << i
        days: dict[int, list[tuple[int, int, int]]] = {}
        for (day, start, end), mask in sorted(masks.items()):
            days.setdefault(day, []).append((start, end, mask))
        return days

    def overlap(self, lo: int, hi: int) -> int:
        """Options with a meeting that shares a slot with ``[lo, hi)``."""
        if self.single:
            return self._before[bisect_left(self._starts, hi)] & self._after[bisect_right(self._ends, lo)]
        found = 0
        # What is never free is blocked from the beginning of time to its end.
        lo, hi = max(lo, self.span[0]), min(hi, self.span[1])
        for day in range(lo // self._day, (hi - 1) // self._day + 1):
            for start, end, mask in self._days.get(day, ()):
                if start < hi and end > lo:
                    found |= mask
        return found

    def span_overlap(self, lo: int, hi: int) -> int:
        """Options whose span, from first start to last end, shares a slot with ``[lo, hi)``."""
        return self._before[bisect_left(self._starts, hi)] & self._after[bisect_right(self._ends, lo)]

    def starting_before(self, slot: int) -> int:
        """Options whose first meeting starts before `slot`."""
        return self._before[bisect_left(self._starts, slot)]

    def ending_after(self, slot: int) -> int:
        """Options whose last meeting ends after `slot`."""
        return self._after[bisect_right(self._ends, slot)]


def merge(intervals: Sequence[Interval]) -> list[Interval]:
    """Union of the intervals as disjoint sorted ones; those that touch become one."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
