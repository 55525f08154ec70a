"""The shape of days: a day is cut where its meetings begin and end, and each piece is covered or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from solver.engine.exact.choices import Lit
from solver.engine.exact.structures.counts import Weighted, top
from solver.engine.exact.structures.ways import Ways
from solver.problem import Interval
from solver.structure import DayShape


class Met(NamedTuple):
    """A meeting of an activity, with the literal that it takes place."""

    start: int
    end: int
    lit: Lit
    activity: str


def day_shape(ways: Ways, shape: DayShape) -> Weighted:
    """By how much the periods exceed or fall short of their limits."""
    grid = ways.choices.facts.problem.grid
    days_of = {"day": 1, "week": grid.days_per_week, "horizon": grid.horizon_slots}[shape.period]
    shaper = _Shaper(ways, shape)
    periods: dict[int, list[_Day]] = defaultdict(list)
    for day, met in shaper.days().items():
        periods[day // days_of].append(_Day(ways, shaper, met))
    found: Weighted = []
    for days in periods.values():
        terms = [term for day in days for term in day.value()]
        found += _limits(ways, shape, terms, [day.used for day in days])
    return found


def _limits(ways: Ways, shape: DayShape, terms: Weighted, used: list[Lit]) -> Weighted:
    found: Weighted = []
    most = sum(max(0, weight) * top(var) for var, weight in terms)
    total = sum(var * weight for var, weight in terms)
    if shape.at_most is not None and most > shape.at_most:
        over = ways.model.new_int_var(0, most - shape.at_most, "")
        ways.model.add(total <= shape.at_most + over)
        found.append((over, 1))
    if shape.at_least:
        under = ways.model.new_int_var(0, shape.at_least, "")
        for lit in used:
            ways.model.add(total + under >= shape.at_least).only_enforce_if(lit)
        found.append((under, 1))
    return found


class _Shaper:
    """What a shape counts, laid out by day."""

    def __init__(self, ways: Ways, shape: DayShape) -> None:
        self.ways = ways
        self.shape = shape
        grid = ways.choices.facts.problem.grid
        self._week = grid.slots_per_week
        self.day_slots = grid.slots_per_day
        self.within = self._folded(shape.within)
        self.pauses = self._folded(shape.pauses)

    def _folded(self, intervals: Iterable[Interval]) -> list[Interval]:
        """Union of intervals; on one week with `fold`."""
        cut: list[Interval] = []
        for start, end in intervals:
            while self.shape.fold and end - start > 0:
                base = start % self._week
                part = min(end - start, self._week - base)
                cut.append((base, base + part))
                start += part
            if not self.shape.fold:
                cut.append((start, end))
        union: list[Interval] = []
        for start, end in sorted(cut):
            if union and start <= union[-1][1]:
                union[-1] = (union[-1][0], max(end, union[-1][1]))
            else:
                union.append((start, end))
        return union

    def overlap(self, start: int, end: int, spans: list[Interval]) -> int:
        """Slots of ``[start, end)`` that lie in the spans."""
        return sum(max(0, min(end, b) - max(start, a)) for a, b in spans)

    def days(self) -> dict[int, list[Met]]:
        """Meetings that count, by day."""
        by_key: dict[tuple[int, int, str], list[Lit]] = defaultdict(list)
        rows = [(name, way) for name in self.shape.activities for way in self.ways.of(name)]
        for resource in self.shape.resources:
            rows += [(name, way) for name, _, way in self.ways.uses(resource)]
        for name, way in rows:
            for start, end in way.meetings:
                at = start % self._week if self.shape.fold else start
                key = (at, at + end - start, name)
                narrowed = self.shape.within and self.shape.measure != "late"
                if narrowed and not self.overlap(key[0], key[1], self.within):
                    continue
                by_key[key].append(way.lit)
        found: dict[int, list[Met]] = defaultdict(list)
        for (start, end, name), lits in sorted(by_key.items(), key=lambda row: row[0]):
            found[start // self.day_slots].append(Met(start, end, self.ways.any(lits), name))
        return found

    def sites(self, met: Met) -> dict[str, Lit]:
        """Return for each area the literal that a meeting takes place there."""
        problem = self.ways.choices.facts.problem
        there: dict[str, list[Lit]] = defaultdict(list)
        for way in self.ways.placed(met.activity):
            when = {
                (s % self._week, s % self._week + e - s) if self.shape.fold else (s, e)
                for s, e in way.meetings
            }
            if way.place is not None and (met.start, met.end) in when:
                there[problem.place_by_id[way.place].area].append(way.lit)
        return {area: self.ways.all([met.lit, self.ways.any(lits)]) for area, lits in there.items()}


class _Day:
    """Meetings of one day, and literals for what its measure needs."""

    def __init__(self, ways: Ways, shaper: _Shaper, met: list[Met]) -> None:
        self._ways = ways
        self._shaper = shaper
        self._met = met
        self.used = ways.any(m.lit for m in met)

    def value(self) -> Weighted:
        """Terms that add up to the measure's value."""
        shape, shaper = self._shaper.shape, self._shaper
        match shape.measure:
            case "used":
                return [(self.used, 1)]
            case "load":
                return [
                    (
                        m.lit,
                        shaper.overlap(m.start, m.end, shaper.within) if shape.within else m.end - m.start,
                    )
                    for m in self._met
                ]
            case "covered":
                return [
                    (lit, shaper.overlap(a, b, shaper.within) if shape.within else b - a)
                    for (a, b), lit in self._pieces()
                    if lit is not None
                ]
            case "gaps":
                return self._gaps()
            case "span":
                return self._span()
            case "run":
                return [(self._run(), 1)]
            case "isolated":
                return [(self._alone(m), 1) for m in self._met]
            case "late":
                early = [m.lit for m in self._met if shaper.overlap(m.start, m.end, shaper.within)]
                if not early:
                    return [(self.used, 1)]
                return [(self._ways.all([self.used, ~self._ways.any(early)]), 1)]
            case "breaks":
                return [*((lit, 1) for lit in self._firsts() if lit is not None), (self.used, -1)]
            case "long_blocks":
                return self._long_blocks()
            case "moves":
                return self._moves()

    def _moves(self) -> Weighted:
        """Pass on in which area the last meeting was that is in one, meeting by meeting."""
        ways = self._ways
        sites = [
            (m.start, m.end, area, lit) for m in self._met for area, lit in self._shaper.sites(m).items()
        ]
        found: Weighted = []
        last: dict[str, Lit] = {}
        for _, _, area, lit in sorted(sites, key=lambda site: site[:3]):
            others = [was for other, was in last.items() if other != area]
            if others:
                found.append((ways.all([lit, ways.any(others)]), 1))
            last = {other: ways.all([was, ~lit]) for other, was in last.items() if other != area} | {
                area: ways.any([lit, last[area]]) if area in last else lit
            }
        return found

    def _pieces(self) -> list[tuple[Interval, Lit | None]]:
        """Pieces of the day from the first possible start to the last end; None: never covered."""
        edges = sorted({t for m in self._met for t in (m.start, m.end)})
        found: list[tuple[Interval, Lit | None]] = []
        for start, end in pairwise(edges):
            over = [m.lit for m in self._met if m.start <= start and end <= m.end]
            found.append(((start, end), self._ways.any(over) if over else None))
        return found

    def _so_far(self, lits: list[Lit | None]) -> list[Lit | None]:
        """For every position, whether any literal up to it holds."""
        found: list[Lit | None] = []
        last: Lit | None = None
        for lit in lits:
            if lit is not None:
                last = lit if last is None else self._ways.any([last, lit])
            found.append(last)
        return found

    def _gaps(self) -> Weighted:
        pieces = self._pieces()
        lits = [lit for _, lit in pieces]
        before = self._so_far(lits)
        after = self._so_far(lits[::-1])[::-1]
        found: Weighted = []
        for i, ((start, end), lit) in enumerate(pieces):
            if not 0 < i < len(pieces) - 1:
                continue
            length = end - start - self._shaper.overlap(start, end, self._shaper.pauses)
            one, other = before[i - 1], after[i + 1]
            if length and one is not None and other is not None:
                needed = [one, other] if lit is None else [one, other, ~lit]
                found.append((self._ways.all(needed), length))
        return found

    def _span(self) -> Weighted:
        pieces = self._pieces()
        lits = [lit for _, lit in pieces]
        before = self._so_far(lits)
        after = self._so_far(lits[::-1])[::-1]
        found: Weighted = []
        for ((start, end), _), one, other in zip(pieces, before, after, strict=True):
            assert one is not None
            assert other is not None
            found.append((self._ways.all([one, other]), end - start))
        return found

    def _run(self) -> Any:
        model, longest = self._ways.model, self._shaper.day_slots
        longest = max(longest, max(m.end for m in self._met) - min(m.start for m in self._met))
        runs = []
        last: Any = 0
        for (start, end), lit in self._pieces():
            if lit is None:
                last = 0
                continue
            run = model.new_int_var(0, longest, "")
            model.add(run == last + (end - start)).only_enforce_if(lit)
            model.add(run == 0).only_enforce_if(~lit)
            runs.append(run)
            last = run
        found = model.new_int_var(0, longest, "")
        model.add_max_equality(found, runs)
        return found

    def _alone(self, met: Met) -> Lit:
        others = [
            n.lit
            for n in self._met
            if n is not met
            and (n.end == met.start or n.start == met.end or (n.start < met.end and met.start < n.end))
        ]
        if not others:
            return met.lit
        if any(lit is met.lit for lit in others):
            return ~self._ways.yes
        return self._ways.all([met.lit, *(~lit for lit in others)])

    def _firsts(self) -> list[Lit | None]:
        """For every piece, whether a stretch begins with it; up to `join` slots do not part a stretch."""
        pieces = self._pieces()
        found: list[Lit | None] = []
        for i, ((start, _), lit) in enumerate(pieces):
            near = [
                other
                for (_, end), other in pieces[:i]
                if other is not None and end > start - self._shaper.shape.join - 1
            ]
            if lit is None:
                found.append(None)
            else:
                found.append(self._ways.all([lit, *(~other for other in near)]))
        return found

    def _long_blocks(self) -> Weighted:
        """Blocks of two or more meetings that last too long, each counted at its last piece."""
        ways, shape, model = self._ways, self._shaper.shape, self._ways.model
        pieces, firsts = self._pieces(), self._firsts()
        horizon = max(m.end for m in self._met)
        begun: Any = None
        count: Any = None
        found: Weighted = []
        for i, (((start, end), lit), first) in enumerate(zip(pieces, firsts, strict=True)):
            if lit is None or first is None:
                continue
            starting = sum(m.lit for m in self._met if m.start == start)
            since = model.new_int_var(0, horizon, "")
            meetings = model.new_int_var(0, len(self._met), "")
            model.add(since == start).only_enforce_if(first)
            model.add(meetings == starting).only_enforce_if(first)
            if begun is not None:
                model.add(since == begun).only_enforce_if(~first)
                model.add(meetings == count + starting).only_enforce_if(~first)
            begun, count = since, meetings
            later = [
                other for (s, _), other in pieces[i + 1 :] if other is not None and s < end + shape.join + 1
            ]
            last = ways.all([lit, *(~other for other in later)])
            long, several = ways.choices.bool(), ways.choices.bool()
            model.add(end - since > shape.longer_than).only_enforce_if(long)
            model.add(end - since <= shape.longer_than).only_enforce_if(~long)
            model.add(meetings >= 2).only_enforce_if(several)
            model.add(meetings <= 1).only_enforce_if(~several)
            found.append((ways.all([last, long, several]), 1))
        return found
