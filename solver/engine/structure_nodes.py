"""Nodes that keep statements about pairs, resources and nights at all times."""

from collections import Counter

import numpy as np

from solver.engine.nodes import Node
from solver.engine.times import OptionBits
from solver.problem import Interval, TimeGrid
from solver.structure import Distinct, PairResource, PairTime
from solver.structure_reading import related, slots_of

ORDERED = frozenset({"before", "after_if_same_day", "consecutive"})
"""Relations in which it matters which of two activities is listed first."""


class PairNode(Node):
    """Any two of the placed activities stand in a relation; payload: place in the list if that matters."""

    __slots__ = ("_against", "_grid", "_pauses", "pair", "placed")

    def __init__(self, rule: int, pair: PairTime, grid: TimeGrid) -> None:
        super().__init__(rule)
        self.pair = pair
        self.placed: dict[int, tuple[int, tuple[Interval, ...]]] = {}
        self._grid = grid
        self._pauses = slots_of(pair.pauses)
        self._against: dict[tuple[int, bool, tuple[Interval, ...]], int] = {}

    def payload_of(self, position: int) -> int:
        """Payload of the activity at this position of the list."""
        return position if self.pair.relation in ORDERED else 0

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        self.placed[activity] = (payload, bits.meetings[option])
        self._note(0, 0, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        del self.placed[activity]
        self._note(0, 0, False)

    def _stands(
        self, meetings: tuple[Interval, ...], others: tuple[Interval, ...], others_first: bool
    ) -> bool:
        a, b = (others, meetings) if others_first else (meetings, others)
        return related(self._grid, self.pair, a, b, self._pauses)

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for position, meetings in set(self.placed.values()):
            key = (bits.index, position < payload, meetings)
            against = self._against.get(key)
            if against is None:
                against = 0
                for i, mine in enumerate(bits.meetings):
                    if not self._stands(mine, meetings, position < payload):
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
            for activity, (position, meetings) in self.placed.items()
            if not self._stands(mine, meetings, position < payload)
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


class Night(Node):
    """Uses that start on different days lie at least `min_slots` apart; payload unused."""

    __slots__ = ("_against", "_day", "min_slots", "uses")

    def __init__(self, rule: int, min_slots: int, grid: TimeGrid) -> None:
        super().__init__(rule)
        self.min_slots = min_slots
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

    def _near(self, bits: OptionBits, use: Interval) -> int:
        """Options with a meeting that leaves no night before or after a use."""
        key = (bits.index, use)
        if key not in self._against:
            start, end = use
            date = start // self._day
            starts, ends = bits.each
            later = (starts // self._day > date) & (starts < end + self.min_slots)
            earlier = (starts // self._day < date) & (ends > start - self.min_slots)
            self._against[key] = bits.where(np.logical_or(later, earlier))
        return self._against[key]

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for meeting in {meeting for meeting, _ in self.uses}:
            mask |= self._near(bits, meeting)
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        return self._all(bits, payload)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        return {
            activity
            for meeting, activity in self.uses
            if any(self._short(meeting, mine) for mine in bits.meetings[option])
        }

    def _short(self, a: Interval, b: Interval) -> bool:
        (start, end), (begin, _) = sorted((a, b))
        return start // self._day != begin // self._day and begin < end + self.min_slots

    def by_itself(self, bits: OptionBits) -> int:
        """Options whose own meetings leave no night between two days."""
        mask = 0
        for i, meetings in enumerate(bits.meetings):
            if any(self._short(a, b) for at, a in enumerate(meetings) for b in meetings[:at]):
                mask |= 1 << i
        return mask


__all__ = ["Filling", "Night", "PairNode"]
