"""Blocks of integers that are laid end to end behind a head which says where each begins."""

from collections.abc import Iterable

import numpy as np

from solver.engine.cluster import fields

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


class Arena:
    """Collects blocks and lays them end to end behind the head."""

    def __init__(self) -> None:
        self.head: dict[int, int] = {}
        self._blocks: list[tuple[int, Ints]] = []
        self._fills: list[tuple[int, int, int]] = []
        self._end = fields.SIZE

    def block(self, name: int, values: Iterable[int]) -> None:
        """Append integers as the block of this name."""
        self.head[name] = self.append(values)

    def append(self, values: Iterable[int]) -> int:
        """Append integers and return where they begin."""
        found = np.fromiter(values, dtype=np.int64)
        at = self._end
        self._blocks.append((at, found))
        self._end += len(found)
        return at

    def room(self, size: int, fill: int = 0) -> int:
        """Append equal integers and return where they begin; zeros that are never read take no memory."""
        at = self._end
        if fill:
            self._fills.append((at, size, fill))
        self._end += size
        return at

    def array(self) -> Ints:
        """Return all of it."""
        found: Ints = np.zeros(self._end, dtype=np.int64)
        for at, block in self._blocks:
            found[at : at + len(block)] = block
        for at, size, fill in self._fills:
            found[at : at + size] = fill
        for name, value in self.head.items():
            found[name] = value
        return found


def starts(lengths: Iterable[int]) -> list[int]:
    """Return where each of some lists begins when they lie end to end, and where the last one ends."""
    found = [0]
    for length in lengths:
        found.append(found[-1] + length)
    return found
