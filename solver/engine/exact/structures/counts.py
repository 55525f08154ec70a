"""Structures that count: different resources, activities at once, nights, sums, the last end."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import Any

from solver.engine.exact.choices import Lit
from solver.engine.exact.structures.ways import Ways
from solver.engine.exact.sums import Addend, distinct_lits, measured, period_slots
from solver.problem import Interval
from solver.structure import AwayDay, Concurrent, Distinct, Excess, Makespan, Rest

Weighted = list[tuple[Any, int]]
"""Literals and variables with what each adds to an amount."""


def beyond(ways: Ways, terms: Weighted, limit: int) -> Any:
    """Return a variable that is at least what the terms exceed the limit by."""
    most = sum(weight * top(var) for var, weight in terms if weight > 0)
    found = ways.model.new_int_var(0, max(0, most - limit), "")
    ways.model.add(sum(var * weight for var, weight in terms) <= limit + found)
    return found


def top(var: Any) -> int:
    """Greatest value of a literal or variable."""
    return 1 if var.index < 0 else int(var.domain.max())


def different(ways: Ways, distinct: Distinct) -> Weighted:
    """How many resources there are beyond what is allowed."""
    using: dict[str, list[Lit]] = defaultdict(list)
    for name in distinct.activities:
        for resource, lit in ways.seats(name, distinct.role).items():
            using[resource].append(lit)
    if len(using) <= distinct.at_most:
        return []
    used: Weighted = []
    for lits in using.values():
        there = ways.choices.bool()
        for lit in lits:
            ways.model.add_implication(lit, there)
        used.append((there, 1))
    return [(beyond(ways, used, distinct.at_most), 1)]


def concurrent(ways: Ways, shape: Concurrent) -> Weighted:
    """By how many there are too many or too few, over all slots."""
    met = [
        (meeting, way.lit) for name in shape.activities for way in ways.of(name) for meeting in way.meetings
    ]
    edges = sorted({t for (start, end), _ in met for t in (start, end)})
    found: Weighted = []
    for start, end in _cut(sorted(shape.windows), edges):
        length = end - start
        here = [lit for (s, e), lit in met if s <= start and end <= e]
        if shape.at_most is not None and len(here) > shape.at_most:
            found.append((beyond(ways, [(lit, 1) for lit in here], shape.at_most), length))
        if shape.at_least and not (shape.or_none and not here):
            short = ways.model.new_int_var(0, shape.at_least, "")
            if shape.or_none:
                some = ways.choices.bool()
                for lit in here:
                    ways.model.add_implication(lit, some)
                ways.model.add(short + sum(here) >= shape.at_least * some)
            else:
                ways.model.add(short + sum(here) >= shape.at_least)
            found.append((short, length))
    return found


def _cut(windows: list[Interval], edges: list[int]) -> list[Interval]:
    """Cut the union of windows at the edges."""
    union: list[Interval] = []
    for start, end in windows:
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    found = []
    for start, end in union:
        points = [start, *(t for t in edges if start < t < end), end]
        found += list(pairwise(points))
    return found


def nights(ways: Ways, rest: Rest) -> Weighted:
    """Neighbouring used days with too little between them."""
    day_slots = ways.choices.facts.problem.grid.slots_per_day
    met = ways.shared(
        (meeting, way.lit) for _, _, way in ways.uses(rest.resource) for meeting in way.meetings
    )
    by_day: dict[int, list[tuple[Interval, Lit]]] = defaultdict(list)
    for meeting, lit in met.items():
        by_day[meeting[0] // day_slots].append((meeting, lit))
    used: dict[int, Lit] = {}
    found: Weighted = []
    for early, late in combinations(sorted(by_day), 2):
        bad = [
            (one, other)
            for (_, end), one in by_day[early]
            for (start, _), other in by_day[late]
            if start - end < rest.min_slots
        ]
        if not bad:
            continue
        between = [day for day in by_day if early < day < late]
        for day in between:
            if day not in used:
                used[day] = ways.any(lit for _, lit in by_day[day])
        broken = ways.choices.bool()
        for one, other in bad:
            ways.model.add_bool_or([~one, ~other, *(used[day] for day in between), broken])
        found.append((broken, 1))
    return found


def excess(ways: Ways, limit: Excess) -> Weighted:
    """Return what the uses measure beyond the limit, over all periods."""
    problem = ways.choices.facts.problem
    length = period_slots(problem, limit.period)
    by_period: dict[int, list[Addend]] = defaultdict(list)
    for resource in limit.resources:
        for name, role, way in ways.uses(resource):
            values: dict[int, int] = defaultdict(int)
            for meeting in way.meetings:
                values[meeting[0] // length] += measured(problem, limit.measure, name, way.meetings, meeting)
            for period, value in values.items():
                by_period[period].append(Addend(value, way.lit, name, role))
    found: Weighted = []
    for addends in by_period.values():
        if limit.measure == "activities":
            terms = [(lit, 1) for lits in distinct_lits(ways.choices, addends) for lit in lits]
        else:
            terms = [(addend.lit, addend.value) for addend in addends]
        found.append((beyond(ways, terms, limit.limit), 1))
    return found


def away_days(ways: Ways, away: AwayDay) -> Weighted:
    """Days with too few contact minutes away from home."""
    problem = ways.choices.facts.problem
    days: dict[int, list[tuple[Lit, int]]] = defaultdict(list)
    for name, _, way in ways.uses(away.resource):
        for there in ways.placed(name):
            if there.meetings != way.meetings or (
                problem.travel_from(away.home, there.place) < away.from_slots
            ):
                continue
            both = there.lit if way.lit is there.lit else ways.all([way.lit, there.lit])
            for meeting in way.meetings:
                minutes = measured(problem, "contact_minutes", name, way.meetings, meeting)
                days[meeting[0] // problem.grid.slots_per_day].append((both, minutes))
    found: Weighted = []
    for terms in days.values():
        short = ways.choices.bool()
        total = sum(lit * minutes for lit, minutes in terms)
        for lit, _ in terms:
            ways.model.add(total >= away.min_minutes).only_enforce_if([lit, ~short])
        found.append((short, 1))
    return found


def last_end(ways: Ways, span: Makespan) -> Weighted:
    """Return the slot in which the last activity ends."""
    end = ways.model.new_int_var(0, ways.choices.facts.problem.grid.horizon_slots, "")
    for name in span.activities:
        there = ways.of(name)
        if there:
            ways.model.add(sum(way.lit * max(e for _, e in way.meetings) for way in there) <= end)
    return [(end, 1)]
