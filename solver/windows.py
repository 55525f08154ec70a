"""Sets of half-open windows of time."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from solver.problem import Interval


class Windows:
    """Windows that answer in logarithmic time whether one of them holds an interval.

    Two windows that touch stay two: an interval over both is held by neither.
    """

    __slots__ = ("_reach", "_starts")

    def __init__(self, windows: Iterable[Interval]) -> None:
        ordered = sorted(windows)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        """Tell whether ``[start, end)`` lies inside one window."""
        at = bisect_right(self._starts, start)
        return at > 0 and self._reach[at - 1] >= end


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union of the intervals as disjoint sorted ones; those that touch become one."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
