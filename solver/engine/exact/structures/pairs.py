"""Relations between two activities: which ways of one go badly with which ways of the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import combinations
from typing import Any

from solver.engine.exact.choices import Lit
from solver.engine.exact.facts import Meetings
from solver.engine.exact.structures.ways import Way, Ways
from solver.problem import Interval, Problem
from solver.structure import PairResource, PairTime


def pair_time(ways: Ways, pair: PairTime, *, hard: bool) -> list[Any]:
    """Forbid bad pairs, or return a literal for each that holds when it is bad."""
    relation = Relations(ways.choices.facts.problem, pair)
    found = []
    for a, b in combinations(pair.activities, 2):
        at = ways.choices.at
        if a not in at and b not in at and hard:
            continue
        of_a, of_b = (ways.placed(n) if relation.by_place else ways.of(n) for n in (a, b))
        bad = list(_clashes(relation, of_a, of_b))
        if not bad:
            continue
        if hard:
            for ones, others in bad:
                ways.model.add_at_most_one([*ones, *others])
        else:
            broken = ways.choices.bool()
            for ones, others in bad:
                ways.model.add(sum(ones) + sum(others) <= 1 + broken)
            found.append(broken)
    return found


def _clashes(relation: Relations, of_a: list[Way], of_b: list[Way]) -> Iterator[tuple[list[Lit], list[Lit]]]:
    """Yield sets of ways of one and of the other of which none go together."""
    kinds_a: dict[Hashable, list[Way]] = defaultdict(list)
    kinds_b: dict[Hashable, list[Way]] = defaultdict(list)
    for kinds, there in ((kinds_a, of_a), (kinds_b, of_b)):
        for way in there:
            kinds[relation.kind(way)].append(way)
    by_bad: dict[frozenset[Hashable], list[Lit]] = defaultdict(list)
    for mine in kinds_a.values():
        bad = frozenset(k for k, others in kinds_b.items() if not relation.holds(mine[0], others[0]))
        if bad:
            by_bad[bad] += [way.lit for way in mine]
    for bad, ones in by_bad.items():
        yield ones, [way.lit for kind in bad for way in kinds_b[kind]]


class Relations:
    """One relation, and what of a way it looks at."""

    def __init__(self, problem: Problem, pair: PairTime) -> None:
        self._pair = pair
        self._problem = problem
        self._day = problem.grid.slots_per_day
        self._week = problem.grid.days_per_week
        self.by_place = pair.relation == "reachable" or (pair.relation == "not_overlap" and pair.travel)
        self._pauses = sorted(pair.pauses)

    def kind(self, way: Way) -> Hashable:
        """Return what of a way decides; ways of one kind are alike to this relation."""
        meetings = way.meetings
        match self._pair.relation:
            case "same_start":
                return meetings[0][0]
            case "same_clock" | "within_clock" | "different_clock":
                return self._clock(meetings)
            case "same_days" | "different_days":
                return frozenset(d % self._week for d in self._dates(meetings))
            case "same_weeks" | "different_weeks":
                return frozenset(d // self._week for d in self._dates(meetings))
            case "days_apart" | "days_within":
                return meetings[0][0] // self._day
            case "before" | "consecutive" | "grouped" | "grouped_if_same_day":
                return meetings[0]
            case _:
                return meetings, way.place

    def _dates(self, meetings: Meetings) -> set[int]:
        return {start // self._day for start, _ in meetings}

    def _clock(self, meetings: Meetings) -> Interval:
        starts = [start % self._day for start, _ in meetings]
        return min(starts), max(a + e - s for a, (s, e) in zip(starts, meetings, strict=True))

    def _apart(self, of_a: Meetings, of_b: Meetings, slots: int) -> bool:
        return all(
            m[1] + slots <= n[0] or n[1] + slots <= m[0]
            for m in of_a
            for n in of_b
            if m[0] // self._day == n[0] // self._day
        )

    def _touch(self, earlier: Interval, later: Interval) -> bool:
        moment = earlier[1]
        if moment > later[0]:
            return False
        for start, end in self._pauses:
            if start <= moment < end:
                moment = end
        return moment >= later[0]

    def holds(self, a: Way, b: Way) -> bool:
        """Tell whether the first listed at one way and the other at another stand in the relation."""
        of_a, of_b, limit = a.meetings, b.meetings, self._pair.limit
        first_a, first_b = of_a[0], of_b[0]
        apart_days = abs(first_a[0] // self._day - first_b[0] // self._day)
        match self._pair.relation:
            case "same_start":
                return first_a[0] == first_b[0]
            case "same_clock":
                return self._clock(of_a)[0] == self._clock(of_b)[0]
            case "within_clock":
                (s, e), (t, f) = self._clock(of_a), self._clock(of_b)
                return (s <= t and f <= e) or (t <= s and e <= f)
            case "different_clock":
                (s, e), (t, f) = self._clock(of_a), self._clock(of_b)
                return e <= t or f <= s
            case "same_days" | "same_weeks":
                one, other = self._sets(a, b)
                return one <= other or other <= one
            case "different_days" | "different_weeks":
                one, other = self._sets(a, b)
                return not one & other
            case "overlap":
                return any(m[0] < n[1] and n[0] < m[1] for m in of_a for n in of_b)
            case "not_overlap":
                if any(m[0] < n[1] and n[0] < m[1] for m in of_a for n in of_b):
                    return False
                return not self._pair.travel or self._apart(of_a, of_b, self._way(a, b))
            case "reachable":
                return self._apart(of_a, of_b, self._way(a, b))
            case "min_gap":
                return self._apart(of_a, of_b, limit)
            case "before":
                return first_a[1] <= first_b[0]
            case "after_if_same_day":
                return self._each_day(a, b, lambda x, y: min(s for s, _ in x) >= max(e for _, e in y))
            case "work_day":
                return self._each_day(
                    a, b, lambda x, y: max(e for _, e in x + y) - min(s for s, _ in x + y) <= limit
                )
            case "days_apart":
                return apart_days >= limit
            case "days_within":
                return apart_days <= limit
            case "consecutive":
                return not apart_days and self._touch(first_a, first_b)
            case "grouped":
                return not apart_days and (self._touch(first_a, first_b) or self._touch(first_b, first_a))
            case "grouped_if_same_day":
                return bool(apart_days) or self._touch(first_a, first_b) or self._touch(first_b, first_a)
        raise TypeError(f"the relation {self._pair.relation} is not known")

    def _sets(self, a: Way, b: Way) -> tuple[frozenset[int], frozenset[int]]:
        one, other = self.kind(a), self.kind(b)
        assert isinstance(one, frozenset)
        assert isinstance(other, frozenset)
        return one, other

    def _way(self, a: Way, b: Way) -> int:
        return self._problem.travel_slots(a.place, b.place)

    def _each_day(self, a: Way, b: Way, test: Any) -> bool:
        for date in self._dates(a.meetings) & self._dates(b.meetings):
            mine, others = ([m for m in way.meetings if m[0] // self._day == date] for way in (a, b))
            if not test(mine, others):
                return False
        return True


def pair_resource(ways: Ways, pair: PairResource, *, hard: bool) -> list[Any]:
    """Forbid bad pairs, or return a literal for each that holds when it is bad."""
    found = []
    for a, b in combinations(pair.activities, 2):
        of_a, of_b = ways.seats(a, pair.role), ways.seats(b, pair.role)
        if not of_a or not of_b:
            continue
        broken = None if hard else ways.choices.bool()
        if broken is not None:
            found.append(broken)
        for resource, one in of_a.items():
            others = [lit for name, lit in of_b.items() if (name == resource) != pair.same]
            if not others:
                continue
            if broken is None:
                ways.model.add_at_most_one([one, *others])
            else:
                ways.model.add(one + sum(others) <= 1 + broken)
    return found
