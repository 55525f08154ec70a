"""What a plan pays for each primitive of `solver.structure`: the plainest reading, made for tests.

Rules compute the same in ways of their own and are held against this, and so are the faster engines.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from itertools import combinations, pairwise
from typing import TypeAlias, assert_never

from solver.plan import Plan
from solver.problem import Interval, Problem, TimeGrid
from solver.structure import (
    AwayDay,
    Concurrent,
    DayShape,
    Distinct,
    Excess,
    Makespan,
    PairResource,
    PairTime,
    Rest,
    Structure,
)

Met: TypeAlias = tuple[int, int, str]
"""Start, end and activity of a meeting."""


def amount(problem: Problem, primitive: Structure, plan: Plan) -> int:
    """Return by how much a plan misses what a primitive states, in the unit of its definition; 0: kept."""
    reader = _Reader(problem, plan)
    match primitive:
        case PairTime():
            return reader.pair_time(primitive)
        case PairResource():
            taken = reader.taken(primitive.activities, primitive.role)
            return sum((a == b) != primitive.same for a, b in combinations(taken, 2))
        case Distinct():
            return max(0, len(set(reader.taken(primitive.activities, primitive.role))) - primitive.at_most)
        case DayShape():
            return reader.day_shape(primitive)
        case Concurrent():
            return reader.concurrent(primitive)
        case Rest():
            return reader.rest(primitive)
        case Excess():
            return reader.excess(primitive)
        case AwayDay():
            return reader.away_day(primitive)
        case Makespan():
            return max((end for _, end, _ in reader.of_activities(primitive.activities)), default=0)
        case _:
            assert_never(primitive)


def slots_of(intervals: Iterable[Interval]) -> set[int]:
    """Return every slot of the intervals."""
    return {slot for start, end in intervals for slot in range(start, end)}


def related(
    grid: TimeGrid,
    pair: PairTime,
    a: Iterable[Interval],
    b: Iterable[Interval],
    pauses: Container[int] = (),
    way: int = 0,
) -> bool:
    """Tell whether two activities with these meetings stand in the relation of a `PairTime`.

    `pauses` are its slots; `way` is the travel between the two places (``reachable``).
    """
    day = grid.slots_per_day
    of_a, of_b = sorted(a), sorted(b)
    first_a, first_b = of_a[0], of_b[0]
    on_a, on_b = _by_date(of_a, day), _by_date(of_b, day)
    shared = [(on_a[date], on_b[date]) for date in on_a.keys() & on_b.keys()]
    date_a, date_b = first_a[0] // day, first_b[0] // day
    match pair.relation:
        case "same_start":
            return first_a[0] == first_b[0]
        case "same_clock":
            return _clock(of_a, day)[0] == _clock(of_b, day)[0]
        case "within_clock":
            clock_a, clock_b = slots_of([_clock(of_a, day)]), slots_of([_clock(of_b, day)])
            return clock_a <= clock_b or clock_b <= clock_a
        case "different_clock":
            return not _share(_clock(of_a, day), _clock(of_b, day))
        case "same_days" | "different_days":
            days_a, days_b = ({date % grid.days_per_week for date in on} for on in (on_a, on_b))
            same = days_a <= days_b or days_b <= days_a
            return same if pair.relation == "same_days" else not days_a & days_b
        case "same_weeks" | "different_weeks":
            weeks_a, weeks_b = ({date // grid.days_per_week for date in on} for on in (on_a, on_b))
            same = weeks_a <= weeks_b or weeks_b <= weeks_a
            return same if pair.relation == "same_weeks" else not weeks_a & weeks_b
        case "overlap":
            return any(_share(m, n) for m in of_a for n in of_b)
        case "not_overlap":
            return not any(_share(m, n) for m in of_a for n in of_b)
        case "before":
            return first_a[1] <= first_b[0]
        case "after_if_same_day":
            return all(min(s for s, _ in now_a) >= max(e for _, e in now_b) for now_a, now_b in shared)
        case "work_day":
            days = [now_a + now_b for now_a, now_b in shared]
            return all(max(e for _, e in met) - min(s for s, _ in met) <= pair.limit for met in days)
        case "min_gap":
            return _apart(shared, pair.limit)
        case "reachable":
            return _apart(shared, way)
        case "days_apart":
            return abs(date_a - date_b) >= pair.limit
        case "days_within":
            return abs(date_a - date_b) <= pair.limit
        case "consecutive":
            return date_a == date_b and _follows(first_a, first_b, pauses)
        case "grouped" | "grouped_if_same_day":
            if date_a != date_b:
                return pair.relation == "grouped_if_same_day"
            return _follows(first_a, first_b, pauses) or _follows(first_b, first_a, pauses)
        case _:
            assert_never(pair.relation)


def _by_date(meetings: Iterable[Interval], day_slots: int) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = {}
    for start, end in meetings:
        found.setdefault(start // day_slots, []).append((start, end))
    return found


def _clock(meetings: Iterable[Interval], day_slots: int) -> Interval:
    clocks = [(s % day_slots, s % day_slots + e - s) for s, e in meetings]
    return min(s for s, _ in clocks), max(e for _, e in clocks)


def _share(m: Interval, n: Interval) -> bool:
    return m[0] < n[1] and n[0] < m[1]


def _apart(shared: list[tuple[list[Interval], list[Interval]]], slots: int) -> bool:
    return all(
        m[1] + slots <= n[0] or n[1] + slots <= m[0] for of_a, of_b in shared for m in of_a for n in of_b
    )


def _follows(earlier: Interval, later: Interval, pauses: Container[int]) -> bool:
    return earlier[1] <= later[0] and all(slot in pauses for slot in range(earlier[1], later[0]))


def day_value(
    shape: DayShape,
    met: Sequence[Interval],
    within: set[int],
    pauses: set[int],
    areas: Iterable[str] = (),
) -> int:
    """Return what a `DayShape` measures in one day with these meetings, at least one.

    `within` and `pauses` are its slots; meetings that do not count are left out already. `areas` are those
    of the meetings that are somewhere, in turn (``moves``).
    """
    first, last = min(s for s, _ in met), max(e for _, e in met)
    covered = slots_of(met)
    match shape.measure:
        case "used":
            return 1
        case "load":
            return sum(len(slots_of([m]) & within) if shape.within else m[1] - m[0] for m in met)
        case "covered":
            return len(covered & within if shape.within else covered)
        case "gaps":
            return len(set(range(first, last)) - covered - pauses)
        case "span":
            return last - first
        case "run":
            return max(end - start for start, end in stretches(covered, 0))
        case "isolated":
            return sum(
                not any(
                    n[1] == m[0] or n[0] == m[1] or _share(m, n) for other, n in enumerate(met) if other != at
                )
                for at, m in enumerate(met)
            )
        case "late":
            return not covered & within
        case "breaks":
            return len(stretches(covered, shape.join)) - 1
        case "long_blocks":
            return sum(
                end - start > shape.longer_than and sum(start <= s < end for s, _ in met) > 1
                for start, end in stretches(covered, shape.join)
            )
        case "moves":
            return sum(a != b for a, b in pairwise(areas))
        case _:
            assert_never(shape.measure)


def missed(value: int, at_most: int | None, at_least: int | None) -> int:
    """Return by how much a value is above or below its limits."""
    over = 0 if at_most is None else max(0, value - at_most)
    return over + (0 if at_least is None else max(0, at_least - value))


class _Reader:
    """A plan read straight from its placements."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.placed = plan.placements
        self.day_slots = problem.grid.slots_per_day
        self.days_per_week = problem.grid.days_per_week

    def of_activities(self, activities: Iterable[str]) -> set[Met]:
        return {(*met, a) for a in activities if a in self.placed for met in self.placed[a].meetings}

    def of_resources(self, resources: Iterable[str]) -> list[Met]:
        """Meetings of every use: once for each role that one of the resources fills."""
        return [
            (*met, name)
            for resource in resources
            for name, placement in self.placed.items()
            for used in placement.resources.values()
            if used == resource
            for met in placement.meetings
        ]

    def taken(self, activities: Iterable[str], role: str) -> list[str]:
        found = (self.placed[a].resources.get(role) for a in activities if a in self.placed)
        return [name for name in found if name is not None]

    # --- pairs -------------------------------------------------------------------------------------

    def pair_time(self, pair: PairTime) -> int:
        placed = [a for a in pair.activities if a in self.placed]
        return sum(not self.related(pair, a, b) for a, b in combinations(placed, 2))

    def related(self, pair: PairTime, a: str, b: str) -> bool:
        way = self.problem.travel_slots(self.place(a), self.place(b)) if pair.relation == "reachable" else 0
        meetings = self.placed[a].meetings, self.placed[b].meetings
        return related(self.problem.grid, pair, *meetings, slots_of(pair.pauses), way)

    def place(self, activity: str) -> str | None:
        role = self.problem.place_role_of[activity]
        name = self.placed[activity].resources.get(role) if role is not None else None
        return self.problem.resource_by_id[name].place if name is not None else None

    def areas(self, met: Iterable[Met]) -> list[str]:
        """Areas of meetings that are in one, in turn."""
        places = ((start, end, self.place(name)) for start, end, name in met)
        by_id = self.problem.place_by_id
        return [area for *_, area in sorted((s, e, by_id[p].area) for s, e, p in places if p is not None)]

    # --- days --------------------------------------------------------------------------------------

    def day_shape(self, shape: DayShape) -> int:
        week = self.problem.grid.slots_per_week
        where: Callable[[int], int] = (lambda slot: slot % week) if shape.fold else (lambda slot: slot)
        within = {where(slot) for slot in slots_of(shape.within)}
        pauses = {where(slot) for slot in slots_of(shape.pauses)}
        met = self.of_activities(shape.activities) | set(self.of_resources(shape.resources))
        met = {(where(start), where(start) + end - start, name) for start, end, name in met}
        if shape.within and shape.measure != "late":
            met = {m for m in met if slots_of([m[:2]]) & within}
        length = {"day": 1, "week": self.days_per_week, "horizon": self.problem.grid.horizon_slots}
        values: dict[int, int] = {}
        moves = shape.measure == "moves"
        for day in {start // self.day_slots for start, _, _ in met}:
            here = sorted(m[:2] for m in met if m[0] // self.day_slots == day)
            areas = self.areas(m for m in met if m[0] // self.day_slots == day) if moves else ()
            period = day // length[shape.period]
            values[period] = values.get(period, 0) + day_value(shape, here, within, pauses, areas)
        return sum(missed(value, shape.at_most, shape.at_least) for value in values.values())

    # --- counts ------------------------------------------------------------------------------------

    def concurrent(self, concurrent: Concurrent) -> int:
        total = 0
        for slot in slots_of(concurrent.windows):
            now = {n for s, e, n in self.of_activities(concurrent.activities) if s <= slot < e}
            if now or not concurrent.or_none:
                total += missed(len(now), concurrent.at_most, concurrent.at_least)
        return total

    def rest(self, rest: Rest) -> int:
        met = self.of_resources([rest.resource])
        days = sorted({start // self.day_slots for start, _, _ in met})
        first = {day: min(s for s, _, _ in met if s // self.day_slots == day) for day in days}
        last = {day: max(e for s, e, _ in met if s // self.day_slots == day) for day in days}
        return sum(first[later] - last[earlier] < rest.min_slots for earlier, later in pairwise(days))

    def excess(self, excess: Excess) -> int:
        grid = self.problem.grid
        length = {"day": grid.slots_per_day, "week": grid.slots_per_week, "horizon": grid.horizon_slots}
        found: dict[int, list[Met]] = {}
        for met in self.of_resources(excess.resources):
            found.setdefault(met[0] // length[excess.period], []).append(met)
        return sum(max(0, self.total(excess, inside) - excess.limit) for inside in found.values())

    def away_day(self, away: AwayDay) -> int:
        days: dict[int, list[Met]] = {}
        for met in self.of_resources([away.resource]):
            if self.problem.travel_from(away.home, self.place(met[2])) >= away.from_slots:
                days.setdefault(met[0] // self.day_slots, []).append(met)
        return sum(self.minutes(met) < away.min_minutes for met in days.values())

    def total(self, excess: Excess, met: list[Met]) -> int:
        if excess.measure == "clock_slots":
            return sum(end - start for start, end, _ in met)
        if excess.measure == "activities":
            return len({name for _, _, name in met})
        return self.minutes(met)

    def minutes(self, met: list[Met]) -> int:
        minutes = 0
        for start, end, name in met:
            length = sum(e - s for s, e in self.placed[name].meetings)
            minutes += self.problem.activity_by_id[name].contact_minutes * (end - start) // length
        return minutes


def stretches(covered: set[int], join: int) -> list[Interval]:
    """Return maximal runs of covered slots, those with at most `join` slots between them as one."""
    found: list[Interval] = []
    for slot in sorted(covered):
        if found and slot - found[-1][1] <= join:
            found[-1] = (found[-1][0], slot + 1)
        else:
            found.append((slot, slot + 1))
    return found
