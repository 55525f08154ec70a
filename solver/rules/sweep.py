"""Measures of days, in one pass over meetings in order."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Literal, TypeAlias

from solver.plan import Use
from solver.problem import Interval, TimeGrid
from solver.structure import Measure
from solver.windows import merged

Met: TypeAlias = tuple[int, int, str]
"""Start, end and activity of a meeting."""


class Marked:
    """A set of slots that tells how many of them lie in an interval."""

    __slots__ = ("_before", "_ends", "_starts")

    def __init__(self, intervals: Iterable[Interval]) -> None:
        union = merged(intervals)
        self._starts = [start for start, _ in union]
        self._ends = [end for _, end in union]
        self._before = [0, *accumulate(end - start for start, end in union)]

    def __bool__(self) -> bool:
        return bool(self._starts)

    def count(self, start: int, end: int) -> int:
        """Return how many slots of ``[start, end)`` are marked."""
        return self._up_to(end) - self._up_to(start)

    def _up_to(self, slot: int) -> int:
        at = bisect_right(self._starts, slot)
        return self._before[at] - max(0, self._ends[at - 1] - slot) if at else 0


class Sweep:
    """A measure of days, summed over periods, for meetings in order of their starts."""

    def __init__(
        self,
        grid: TimeGrid,
        measure: Measure,
        period: Literal["day", "week", "horizon"],
        within: Iterable[Interval] = (),
        pauses: Iterable[Interval] = (),
        *,
        fold: bool = False,
        join: int = 0,
        longer_than: int = 0,
    ) -> None:
        self._measure = _MEASURES.get(measure)
        self._day = grid.slots_per_day
        self._days = {"day": 1, "week": grid.days_per_week, "horizon": grid.horizon_slots}[period]
        self._week = grid.slots_per_week if fold else 0
        self.within = Marked(self._folded(within))
        self.pauses = Marked(self._folded(pauses))
        self.only = bool(within) and measure != "late"
        self.join = join
        self.longer_than = longer_than

    def _folded(self, intervals: Iterable[Interval]) -> Iterator[Interval]:
        for start, end in intervals:
            at = start
            while self._week and at < end:
                until = min(end, (at // self._week + 1) * self._week)
                yield at % self._week, (until - 1) % self._week + 1
                at = until
            if not self._week:
                yield start, end

    def _counted(self, met: Sequence[Met | Use]) -> Sequence[Met | Use]:
        if self._week:
            met = sorted({(m[0] % self._week, m[0] % self._week + m[1] - m[0], m[2]) for m in met})
        if self.only:
            met = [m for m in met if self.within.count(m[0], m[1])]
        return met

    def values(self, met: Sequence[Met | Use], area_of: Callable[[str], str | None]) -> dict[int, int]:
        """Return the value of every period with a meeting that counts; one that comes twice counts once.

        `area_of` tells where an activity is; None: nowhere.
        """
        if self._measure is None:
            return self._moves(self._counted(met), area_of)
        found: dict[int, int] = {}
        here: list[Interval] = []
        length, date, last = self._day, -1, (-1, -1, "")
        for meeting in self._counted(met) if self._week or self.only else met:
            start, end, name = meeting[0], meeting[1], meeting[2]
            if start == last[0] and name == last[2] and end == last[1]:
                continue
            last = start, end, name
            day = start // length
            if day != date:
                if here:
                    self._add(found, date, here)
                    here = []
                date = day
            here.append((start, end))
        if here:
            self._add(found, date, here)
        return found

    def _moves(self, met: Sequence[Met | Use], area_of: Callable[[str], str | None]) -> dict[int, int]:
        found = dict.fromkeys((m[0] // self._day // self._days for m in met), 0)
        somewhere = sorted((m[0], m[1], area) for m in met if (area := area_of(m[2])) is not None)
        for (start, _, before), (then, _, area) in pairwise(somewhere):
            if start // self._day == then // self._day:
                found[then // self._day // self._days] += area != before
        return found

    def _add(self, found: dict[int, int], date: int, met: Sequence[Interval]) -> None:
        assert self._measure is not None
        period = date // self._days
        found[period] = found.get(period, 0) + self._measure(self, met)

    def in_period(self, met: Sequence[Met | Use], period: int) -> Iterator[str]:
        """Yield the activities whose meetings count in a period."""
        return (m[2] for m in self._counted(met) if m[0] // self._day // self._days == period)


def _blocks(met: Sequence[Interval], join: int) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and number of meetings of every block, gaps up to `join` not counted."""
    start, end, count = met[0][0], met[0][1], 0
    for begin, until in met:
        if begin - end > join:
            yield start, end, count
            start, end, count = begin, until, 0
        end, count = max(end, until), count + 1
    yield start, end, count


def _used(sweep: Sweep, met: Sequence[Interval]) -> int:
    return 1


def _load(sweep: Sweep, met: Sequence[Interval]) -> int:
    if sweep.only:
        return sum(sweep.within.count(start, end) for start, end in met)
    return sum(end - start for start, end in met)


def _covered(sweep: Sweep, met: Sequence[Interval]) -> int:
    blocks = _blocks(met, 0)
    if sweep.only:
        return sum(sweep.within.count(start, end) for start, end, _ in blocks)
    return sum(end - start for start, end, _ in blocks)


def _gaps(sweep: Sweep, met: Sequence[Interval]) -> int:
    total, latest = 0, met[0][1]
    if len(met) == 1:
        return 0
    for start, end in met:
        if start > latest:
            total += start - latest - (sweep.pauses.count(latest, start) if sweep.pauses else 0)
        latest = max(latest, end)
    return total


def _span(sweep: Sweep, met: Sequence[Interval]) -> int:
    return max(end for _, end in met) - met[0][0]


def _run(sweep: Sweep, met: Sequence[Interval]) -> int:
    return max(end - start for start, end, _ in _blocks(met, 0))


def _isolated(sweep: Sweep, met: Sequence[Interval]) -> int:
    return sum(count == 1 for _, _, count in _blocks(met, 0))


def _late(sweep: Sweep, met: Sequence[Interval]) -> int:
    return not any(sweep.within.count(start, end) for start, end in met)


def _breaks(sweep: Sweep, met: Sequence[Interval]) -> int:
    return sum(1 for _ in _blocks(met, sweep.join)) - 1


def _long_blocks(sweep: Sweep, met: Sequence[Interval]) -> int:
    return sum(
        count > 1 and end - start > sweep.longer_than for start, end, count in _blocks(met, sweep.join)
    )


_MEASURES: Mapping[Measure, Callable[[Sweep, Sequence[Interval]], int]] = {
    "used": _used,
    "load": _load,
    "covered": _covered,
    "gaps": _gaps,
    "span": _span,
    "run": _run,
    "isolated": _isolated,
    "late": _late,
    "breaks": _breaks,
    "long_blocks": _long_blocks,
}
