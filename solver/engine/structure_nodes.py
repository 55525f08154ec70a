"""Nodes that keep statements about pairs, resources and nights at all times."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from solver.engine.nodes import Node
from solver.engine.times import BoolArray, IntArray, OptionBits
from solver.problem import Interval, TimeGrid
from solver.structure import Distinct, PairResource, PairTime
from solver.structure_reading import related, slots_of

ORDERED = frozenset({"before", "after_if_same_day", "consecutive", "reachable"})
"""Relations in which it matters which of two activities is listed first."""


class PairNode(Node):
    """Any two of the placed activities stand in a relation; payload: place in the list if that matters.

    With `ways`, slots of travel from one context to another, the payload is the place in the list times
    their number, plus the context in which the activity is.
    """

    __slots__ = ("_against", "_grid", "_pauses", "_ways", "pair", "placed")

    def __init__(self, rule: int, pair: PairTime, grid: TimeGrid, ways: Sequence[Sequence[int]] = ()) -> None:
        super().__init__(rule)
        self.pair = pair
        self.placed: dict[int, tuple[int, tuple[Interval, ...]]] = {}
        self._grid = grid
        self._pauses = slots_of(pair.pauses)
        self._ways = ways
        self._against: dict[tuple[int, bool, int, tuple[Interval, ...]], int] = {}

    def payload_of(self, position: int) -> int:
        """Payload of the activity at this position of the list."""
        return position * max(1, len(self._ways)) if self.pair.relation in ORDERED else 0

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        self.placed[activity] = (payload, bits.meetings[option])
        self._note(0, 0, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        del self.placed[activity]
        self._note(0, 0, False)

    def _way(self, payload: int, other: int) -> tuple[bool, int]:
        """Whether another use comes first in the list, and the travel from the first to the second."""
        if not self._ways:
            return other < payload, 0
        (mine, here), (its, there) = divmod(payload, len(self._ways)), divmod(other, len(self._ways))
        return its < mine, self._ways[there][here] if its < mine else self._ways[here][there]

    def _stands(
        self, meetings: tuple[Interval, ...], others: tuple[Interval, ...], others_first: bool, way: int
    ) -> bool:
        a, b = (others, meetings) if others_first else (meetings, others)
        return related(self._grid, self.pair, a, b, self._pauses, way)

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for other, meetings in set(self.placed.values()):
            others_first, way = self._way(payload, other)
            key = (bits.index, others_first, way, meetings)
            against = self._against.get(key)
            if against is None:
                against = 0
                for i, mine in enumerate(bits.meetings):
                    if not self._stands(mine, meetings, others_first, way):
                        against |= 1 << i
                self._against[key] = against
            mask |= against
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        return self._all(bits, payload)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        mine = bits.meetings[option]
        return {
            activity
            for activity, (other, meetings) in self.placed.items()
            if not self._stands(mine, meetings, *self._way(payload, other))
        }


class Filling(Node):
    """Which resources fill a role of the placed activities; payload: the resource that would."""

    __slots__ = ("limit", "same", "taken", "users")

    def __init__(self, rule: int, statement: PairResource | Distinct) -> None:
        super().__init__(rule)
        self.same = not isinstance(statement, PairResource) or statement.same
        self.limit = statement.at_most if isinstance(statement, Distinct) else 1
        self.taken: Counter[int] = Counter()
        self.users: dict[int, int] = {}

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        self.users[activity] = payload
        self.taken[payload] += 1
        self._note(0, 0, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        del self.users[activity]
        self.taken[payload] -= 1
        if not self.taken[payload]:
            del self.taken[payload]
        self._note(0, 0, False)

    def _all(self, bits: OptionBits, payload: int) -> int:
        if self.same:
            return bits.full if payload not in self.taken and len(self.taken) >= self.limit else 0
        return bits.full if payload in self.taken else 0

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        return self._all(bits, payload)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        if not self._all(bits, payload):
            return set()
        # Where several may be used, those of the least used one have to go.
        out = min(self.taken, key=lambda r: (self.taken[r], r)) if self.same else payload
        return {activity for activity, used in self.users.items() if used == out}


class Days(Node):
    """Base of nodes that say which two uses of a resource can both be, by their days; payload unused.

    `limit` is in slots.
    """

    __slots__ = ("_against", "_day", "limit", "uses")

    def __init__(self, rule: int, limit: int, grid: TimeGrid) -> None:
        super().__init__(rule)
        self.limit = limit
        self._day = grid.slots_per_day
        self.uses: list[tuple[Interval, int]] = []
        self._against: dict[tuple[int, Interval], int] = {}

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for meeting in bits.meetings[option]:
            self.uses.append((meeting, activity))
            self._note(0, 0, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for meeting in bits.meetings[option]:
            self.uses.remove((meeting, activity))
            self._note(0, 0, False)

    def _clash(self, start: IntArray, end: IntArray, use: Interval) -> BoolArray:
        """Tell of meetings with these starts and ends which cannot be beside a use."""
        raise NotImplementedError

    def _near(self, bits: OptionBits, use: Interval) -> int:
        """Options with a meeting that cannot be beside a use."""
        key = (bits.index, use)
        if key not in self._against:
            self._against[key] = bits.where(self._clash(*bits.each, use))
        return self._against[key]

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for meeting in {meeting for meeting, _ in self.uses}:
            mask |= self._near(bits, meeting)
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        return self._all(bits, payload)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        mine = _arrays(bits.meetings[option])
        return {activity for meeting, activity in self.uses if self._clash(*mine, meeting).any()}

    def by_itself(self, bits: OptionBits) -> int:
        """Options of which one meeting cannot be beside another, or at all."""
        mask = 0
        for i, meetings in enumerate(bits.meetings):
            mine = _arrays(meetings)
            if any(self._clash(*mine, meeting).any() for meeting in meetings):
                mask |= 1 << i
        return mask


class Night(Days):
    """Uses that start on different days lie at least `limit` slots apart."""

    __slots__ = ()

    def _clash(self, start: IntArray, end: IntArray, use: Interval) -> BoolArray:
        begin, until = use
        date = begin // self._day
        later = (start // self._day > date) & (start < until + self.limit)
        earlier = (start // self._day < date) & (end > begin - self.limit)
        found: BoolArray = np.logical_or(later, earlier)
        return found


class DaySpan(Days):
    """From the first start to the last end of uses that start on one day are at most `limit` slots.

    That is so if it is so of any two.
    """

    __slots__ = ()

    def _clash(self, start: IntArray, end: IntArray, use: Interval) -> BoolArray:
        begin, until = use
        long = np.maximum(end, until) - np.minimum(start, begin) > self.limit
        found: BoolArray = np.logical_and(start // self._day == begin // self._day, long)
        return found


def _arrays(meetings: Sequence[Interval]) -> tuple[IntArray, IntArray]:
    return np.array([start for start, _ in meetings]), np.array([end for _, end in meetings])


__all__ = ["DaySpan", "Days", "Filling", "Night", "PairNode"]
