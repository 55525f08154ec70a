"""Constraints with state: what is placed on one resource, period or chain, and what that blocks.

A node answers `blocked(bits, payload)`: the options of a set that break it against what is placed now.
Answers are kept; a change is written to a log, and an old answer is brought up to date from the log,
where only the options near the change are looked at again. `payload` is a small number whose meaning each
node states.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import ClassVar

from solver.engine.times import OptionBits
from solver.problem import Interval

_LOG_KEPT = 512
_REPLAY_AT_MOST = 16
_BESIDE = 1 << 30
_EVERYTHING = (-(1 << 60), 1 << 60)


class Node:
    """Base of all nodes.

    Attributes
    ----------
    rule
        Position of the rule that the node states, among the problem's rules.
    """

    __slots__ = ("_cache", "_forgotten", "_log", "rule")

    _stretch: ClassVar[int] = 1

    def __init__(self, rule: int) -> None:
        self.rule = rule
        self._log: list[tuple[int, int, bool]] = []
        self._forgotten = 0
        self._cache: dict[tuple[int, int], tuple[int, int]] = {}

    @property
    def meant(self) -> "Node":
        """The node that keeps what is placed: this one, unless it only passes on what it is told."""
        return self

    def told(self, payload: int) -> int:
        """Return what `meant` is told for a payload of this node."""
        return payload

    @property
    def changes(self) -> int:
        """How often this node was changed so far."""
        return self._forgotten + len(self._log)

    def blocked(self, bits: OptionBits, payload: int) -> int:
        """Options that break this node against what is placed now."""
        key = (bits.index, payload)
        now = self._forgotten + len(self._log)
        kept = self._cache.get(key)
        if kept is None:
            mask = self._all(bits, payload)
        elif kept[1] == now:
            return kept[0]
        elif kept[1] < self._forgotten:
            mask = self._all(bits, payload)
        else:
            mask = self._brought_up(bits, payload, kept[0], kept[1] - self._forgotten)
        self._cache[key] = (mask, now)
        return mask

    def _brought_up(self, bits: OptionBits, payload: int, mask: int, since: int) -> int:
        """Return an answer that was right at the log's position `since` as it is now."""
        log = self._log
        if len(log) - since == 1:
            lo, hi, added = log[since]
            return self._after_change(bits, payload, mask, lo, hi, added)
        # Several changes of one stretch of time are looked at once.
        stretches: dict[int, tuple[int, int]] = {}
        first, last = self._concern(bits)
        for lo, hi, _ in log[since:]:
            if hi <= first or lo >= last:
                continue
            key = lo // self._stretch
            there = stretches.get(key)
            stretches[key] = (
                (lo, hi)
                if there is None
                else (lo if lo < there[0] else there[0], hi if hi > there[1] else there[1])
            )
        if len(stretches) > _REPLAY_AT_MOST:
            return self._all(bits, payload)
        for lo, hi in stretches.values():
            mask = self._after_change(bits, payload, mask, lo, hi, False)
        return mask

    def _concern(self, bits: OptionBits) -> Interval:
        """Return the range outside which changes cannot matter to a set of options."""
        return _EVERYTHING

    def _note(self, lo: int, hi: int, added: bool) -> None:
        if len(self._log) >= _LOG_KEPT:
            self._forgotten += _LOG_KEPT // 2
            del self._log[: _LOG_KEPT // 2]
        self._log.append((lo, hi, added))

    def add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        """Take in an activity that has been placed."""
        self._add(bits, option, payload, activity)

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        raise NotImplementedError

    def remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        """Forget an activity exactly as it was taken in."""
        self._remove(bits, option, payload, activity)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        raise NotImplementedError

    def holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        """Activities of which at least one must go before this option fits."""
        return self._holders(bits, option, payload)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        raise NotImplementedError

    def _all(self, bits: OptionBits, payload: int) -> int:
        raise NotImplementedError

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        raise NotImplementedError


class Timeline(Node):
    """Base of nodes whose answer is a union of forbidden ranges of time.

    `reach` is how far a use can forbid beyond its own ends.
    """

    __slots__ = ("reach",)

    # Changes within so many slots are looked at together.
    _stretch: ClassVar[int] = 288

    def __init__(self, rule: int, reach: int) -> None:
        super().__init__(rule)
        self.reach = reach

    def _ranges(self, payload: int, lo: int, hi: int) -> Iterator[Interval]:
        """Yield at least the forbidden ranges that share a slot with ``[lo, hi)``."""
        raise NotImplementedError

    def _every(self, payload: int) -> Iterator[Interval]:
        raise NotImplementedError

    def _concern(self, bits: OptionBits) -> Interval:
        first, last = bits.span
        return first - self.reach, last + self.reach

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for lo, hi in self._every(payload):
            mask |= bits.overlap(lo, hi)
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        touched = bits.overlap(lo - self.reach, hi + self.reach)
        if not touched or (added and mask & touched == touched):
            return mask
        if not bits.single:
            # A far meeting of the same option may be forbidden for another reason.
            return self._all(bits, payload)
        near = self.reach + bits.longest
        found = 0
        for a, b in self._ranges(payload, lo - near, hi + near):
            found |= bits.overlap(a, b)
        return mask & ~touched | found & touched


class Exclusive(Timeline):
    """One use at a time; payload: the context (place and host buffers) of the use.

    `gaps[before][after]` is how many slots must lie between a use in one context and one in another; `slack`
    is how many more still count as side by side.
    """

    __slots__ = ("_longest", "gaps", "slack", "uses")

    def __init__(self, rule: int, gaps: list[list[int]], slack: int) -> None:
        super().__init__(rule, max(map(max, gaps)) + slack)
        self.gaps = gaps
        self.slack = slack
        self.uses: list[tuple[int, int, int, int]] = []
        self._longest = 0

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for start, end in bits.meetings[option]:
            insort(self.uses, (start, end, payload, activity))
            self._longest = max(self._longest, end - start)
            self._note(start, end, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for start, end in bits.meetings[option]:
            del self.uses[bisect_left(self.uses, (start, end, payload, activity))]
            self._note(start, end, False)

    def _near(self, lo: int, hi: int) -> list[tuple[int, int, int, int]]:
        uses = self.uses
        first = bisect_left(uses, (lo - self.reach - self._longest,))
        return uses[first : bisect_left(uses, (hi + self.reach,), first)]

    def beside(self, bits: OptionBits, payload: int) -> int:
        """Options that overlap a use or come within `slack` of its nearest allowed neighbour."""
        return self.blocked(bits, payload | _BESIDE)

    def _ranges(self, payload: int, lo: int, hi: int) -> Iterator[Interval]:
        return self._around(payload, self._near(lo, hi))

    def _every(self, payload: int) -> Iterator[Interval]:
        return self._around(payload, self.uses)

    def _around(self, payload: int, uses: Iterable[tuple[int, int, int, int]]) -> Iterator[Interval]:
        slack = 0
        if payload & _BESIDE:
            payload ^= _BESIDE
            slack = self.slack
        table = self.gaps
        after_mine = table[payload]
        for start, end, context, _ in uses:
            yield start - after_mine[context] - slack, end + table[context][payload] + slack

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        gaps = self.gaps
        found = set()
        for lo, hi in bits.meetings[option]:
            for start, end, context, activity in self._near(lo, hi):
                if lo < end + gaps[context][payload] and hi > start - gaps[payload][context]:
                    found.add(activity)
        return found


class Pooled(Timeline):
    """Amounts in use, with set-up and clean-up, add up to at most `capacity`; payload: the amount asked."""

    __slots__ = ("_levels", "_times", "_uses", "capacity", "cleanup", "setup")

    def __init__(self, rule: int, capacity: int, setup: int, cleanup: int) -> None:
        super().__init__(rule, setup + cleanup)
        self.capacity = capacity
        self.setup = setup
        self.cleanup = cleanup
        # _levels[i] is in use from _times[i] to _times[i + 1].
        self._times: list[int] = [-(1 << 60)]
        self._levels: list[int] = [0]
        self._uses: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def _cut(self, slot: int) -> int:
        i = bisect_left(self._times, slot)
        if i == len(self._times) or self._times[i] != slot:
            self._times.insert(i, slot)
            self._levels.insert(i, self._levels[i - 1])
        return i

    def _change(self, start: int, end: int, amount: int) -> None:
        a, b = start - self.setup, end + self.cleanup
        first = self._cut(a)
        last = self._cut(b)
        for i in range(first, last):
            self._levels[i] += amount
        for i in (last, first):
            if self._levels[i] == self._levels[i - 1]:
                del self._levels[i], self._times[i]

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for start, end in bits.meetings[option]:
            self._change(start, end, payload)
            self._uses.setdefault((start, end), []).append((activity, payload))
            self._note(start, end, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for start, end in bits.meetings[option]:
            self._change(start, end, -payload)
            users = self._uses[start, end]
            users.remove((activity, payload))
            if not users:
                del self._uses[start, end]
            self._note(start, end, False)

    def steps(self) -> list[int]:
        """Moments at which the level changes."""
        return self._times[1:]

    def level(self, moment: int) -> int:
        """Amount in use at a moment."""
        return self._levels[bisect_right(self._times, moment) - 1]

    def held(self) -> list[tuple[int, int, int, int]]:
        """Return start, end, activity and amount of every use, with its set-up and clean-up."""
        return [
            (start - self.setup, end + self.cleanup, activity, amount)
            for (start, end), users in self._uses.items()
            for activity, amount in users
        ]

    def _between(self, payload: int, first: int, last: int) -> Iterator[Interval]:
        limit = self.capacity - payload
        times, levels = self._times, self._levels
        for i in range(max(first, 0), last):
            if levels[i] > limit:
                end = times[i + 1] if i + 1 < len(times) else 1 << 60
                yield times[i] - self.cleanup, end + self.setup

    def _ranges(self, payload: int, lo: int, hi: int) -> Iterator[Interval]:
        first = bisect_right(self._times, lo - self.reach) - 1
        return self._between(payload, first, bisect_left(self._times, hi + self.reach))

    def _every(self, payload: int) -> Iterator[Interval]:
        return self._between(payload, 0, len(self._times))

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        found: set[int] = set()
        for lo, hi in bits.meetings[option]:
            for a, b in self._ranges(payload, lo, hi):
                if lo < b and hi > a:
                    found.update(self._using(a + self.cleanup, b - self.setup))
        return found

    def _using(self, lo: int, hi: int) -> Iterator[int]:
        for (start, end), users in self._uses.items():
            if start - self.setup < hi and end + self.cleanup > lo:
                for activity, _ in users:
                    yield activity


class Spacing(Node):
    """Spans of the placed activities lie at least `min_slots` apart; payload unused."""

    __slots__ = ("min_slots", "spans")

    def __init__(self, rule: int, min_slots: int) -> None:
        super().__init__(rule)
        self.min_slots = min_slots
        self.spans: list[tuple[int, int, int]] = []

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        meetings = bits.meetings[option]
        insort(self.spans, (meetings[0][0], max(e for _, e in meetings), activity))
        self._note(0, 0, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        meetings = bits.meetings[option]
        self.spans.remove((meetings[0][0], max(e for _, e in meetings), activity))
        self._note(0, 0, False)

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for start, end, _ in self.spans:
            mask |= bits.span_overlap(start - self.min_slots, end + self.min_slots)
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        return self._all(bits, payload)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        meetings = bits.meetings[option]
        lo, hi = meetings[0][0], max(e for _, e in meetings)
        return {
            a for start, end, a in self.spans if lo < end + self.min_slots and hi > start - self.min_slots
        }


class Order(Node):
    """Stages follow each other with a lag; payload: the stage.

    Activities of one stage may be interchangeable neighbours of one chain (`spaced`): whatever their order,
    their spans must then lie a lag apart, and they are numbered in order of time at the end.
    """

    __slots__ = ("lag", "spaced", "spans")

    def __init__(self, rule: int, lag: int, spaced: tuple[bool, ...]) -> None:
        super().__init__(rule)
        self.lag = lag
        self.spaced = spaced
        self.spans: list[list[tuple[int, int, int]]] = [[] for _ in spaced]

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        meetings = bits.meetings[option]
        insort(self.spans[payload], (meetings[0][0], max(e for _, e in meetings), activity))
        self._note(0, 0, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        meetings = bits.meetings[option]
        self.spans[payload].remove((meetings[0][0], max(e for _, e in meetings), activity))
        self._note(0, 0, False)

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        earlier = [end for spans in self.spans[:payload] for _, end, _ in spans]
        if earlier:
            mask |= bits.starting_before(max(earlier) + self.lag)
        later = [spans[0][0] for spans in self.spans[payload + 1 :] if spans]
        if later:
            mask |= bits.ending_after(min(later) - self.lag)
        if self.spaced[payload]:
            for start, end, _ in self.spans[payload]:
                mask |= bits.span_overlap(start - self.lag, end + self.lag)
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        return self._all(bits, payload)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        meetings = bits.meetings[option]
        lo, hi = meetings[0][0], max(e for _, e in meetings)
        found = set()
        for stage, spans in enumerate(self.spans):
            for start, end, activity in spans:
                early = lo < end + self.lag
                late = hi > start - self.lag
                near = stage == payload and self.spaced[stage] and early and late
                if near or (stage < payload and early) or (stage > payload and late):
                    found.add(activity)
        return found
