"""How a learner group is cut: by its requests into subgroups, by all of them together into parts."""

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

Slice: TypeAlias = tuple[int, int]


def split(size: int, subgroup: int) -> list[Slice]:
    """Return consecutive slices of at most `subgroup` learners, as few and as even as can be.

    >>> split(25, 12)
    [(0, 9), (9, 17), (17, 25)]
    """
    count = -(-size // min(size, subgroup))
    small, larger = divmod(size, count)
    found: list[Slice] = []
    at = 0
    for number in range(count):
        end = at + small + (1 if number < larger else 0)
        found.append((at, end))
        at = end
    return found


def refine(splits: Iterable[Iterable[Slice]]) -> list[Slice]:
    """Return the common refinement: the largest slices that no split cuts.

    >>> refine([[(0, 12), (12, 24)], [(0, 8), (8, 16), (16, 24)]])
    [(0, 8), (8, 12), (12, 16), (16, 24)]
    """
    cuts = sorted({at for slices in splits for slice_ in slices for at in slice_})
    return list(pairwise(cuts))
