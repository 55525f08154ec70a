"""Sets of moments as sorted, disjoint, half-open integer intervals."""

from collections.abc import Iterable
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the moments that lie in any of the intervals; touching ones become one.

    >>> union([(3, 5), (0, 2), (2, 3), (7, 7)])
    [(0, 5)]
    """
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def intersect(a: Iterable[Interval], b: Iterable[Interval]) -> list[Interval]:
    """Return the moments that lie in both sets.

    >>> intersect([(0, 10)], [(2, 4), (8, 12)])
    [(2, 4), (8, 10)]
    """
    left, right = union(a), union(b)
    found: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            found.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return found


def subtract(a: Iterable[Interval], b: Iterable[Interval]) -> list[Interval]:
    """Return the moments of `a` that do not lie in `b`.

    >>> subtract([(0, 10)], [(2, 4), (8, 12)])
    [(0, 2), (4, 8)]
    """
    holes = union(b)
    found: list[Interval] = []
    first = 0
    for start, end in union(a):
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        at = start
        for hole_start, hole_end in holes[first:]:
            if hole_start >= end:
                break
            if hole_start > at:
                found.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            found.append((at, end))
    return found


def length(intervals: Iterable[Interval]) -> int:
    """Return how many moments lie in the set."""
    return sum(end - start for start, end in union(intervals))


def inside(interval: Interval, windows: Iterable[Interval]) -> bool:
    """Return whether one of the windows holds the whole interval."""
    return any(start <= interval[0] and interval[1] <= end for start, end in windows)
