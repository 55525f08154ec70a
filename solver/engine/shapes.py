"""What a plan under construction pays for soft structures, counted as activities come and go."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from solver.engine.model import Model
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
from solver.structure_reading import day_value, missed, related, slots_of

Meetings: TypeAlias = tuple[Interval, ...]


class Change(NamedTuple):
    """An activity that comes or goes, with its meetings, its place and the resource of every role."""

    activity: str
    meetings: Meetings
    place: str | None
    taken: Mapping[str, str]
    contact_minutes: int = 0


class Counted(ABC):
    """A structure with what is placed of it; `move` returns by how much its amount changes."""

    @abstractmethod
    def move(self, change: Change, sign: int) -> int:
        """Take an activity in (`sign` 1), or out (-1)."""


class Shapes:
    """All soft structures of a model."""

    def __init__(self, model: Model) -> None:
        problem = model.problem
        self._model = model
        self._of_activity: dict[str, list[tuple[int, Counted]]] = {}
        self._of_resource: dict[str, list[tuple[int, Counted]]] = {}
        self.start = 0
        for structured in model.lowered.structures:
            if structured.weight is not None:
                primitive = structured.primitive
                entry = (structured.weight, counted(problem, primitive))
                for name in getattr(primitive, "activities", ()):
                    self._of_activity.setdefault(name, []).append(entry)
                resources = getattr(primitive, "resources", ())
                for name in (primitive.resource,) if isinstance(primitive, Rest | AwayDay) else resources:
                    self._of_resource.setdefault(name, []).append(entry)
                # Without any meeting only a number of sessions at once can be missed.
                if isinstance(primitive, Concurrent) and not primitive.or_none:
                    self.start += structured.weight * primitive.at_least * len(slots_of(primitive.windows))

    def move(self, activity: int, meetings: Meetings, taken: Mapping[str, str], sign: int) -> int:
        """Return the change of the weighted cost when an activity comes (`sign` 1) or goes (-1)."""
        # A model may be lent another problem for a while, with activities and resources that are new.
        problem = self._model.problem
        found = problem.activities[activity]
        name = found.id
        concerned = dict.fromkeys(self._of_activity.get(name, ()))
        if self._of_resource:
            for resource in taken.values():
                concerned.update(dict.fromkeys(self._of_resource.get(resource, ())))
        if not concerned:
            return 0
        role = problem.place_role_of[name]
        place = problem.resource_by_id[taken[role]].place if role is not None else None
        change = Change(name, meetings, place, taken, found.contact_minutes)
        return sum(weight * counted.move(change, sign) for weight, counted in concerned)


def counted(problem: Problem, primitive: Structure) -> Counted:
    """Return a counter for a structure."""
    match primitive:
        case PairTime():
            return _Pairs(problem, primitive)
        case PairResource():
            return _Alike(primitive)
        case Distinct():
            return _Distinct(primitive)
        case DayShape():
            return _Days(problem, primitive)
        case Concurrent():
            return _AtOnce(primitive)
        case Rest():
            return _Nights(problem.grid, primitive)
        case Excess():
            return _Beyond(problem, primitive)
        case AwayDay():
            return _Away(problem, primitive)
        case Makespan():
            return _Last()


class _Pairs(Counted):
    def __init__(self, problem: Problem, pair: PairTime) -> None:
        self._position = {name: at for at, name in enumerate(pair.activities)}
        self._placed: dict[str, Change] = {}
        pauses = slots_of(pair.pauses)

        @lru_cache(maxsize=1 << 16)
        def stand(a: Meetings, b: Meetings, way: int) -> bool:
            return related(problem.grid, pair, a, b, pauses, way)

        self._stand = stand
        self._travel = problem.travel_slots if pair.relation == "reachable" else None

    def move(self, change: Change, sign: int) -> int:
        if sign < 0:
            del self._placed[change.activity]
        mine = self._position[change.activity]
        broken = 0
        for other in self._placed.values():
            way = self._travel(change.place, other.place) if self._travel is not None else 0
            a, b = change.meetings, other.meetings
            if self._position[other.activity] < mine:
                a, b = b, a
                if self._travel is not None:
                    way = self._travel(other.place, change.place)
            broken += not self._stand(a, b, way)
        if sign > 0:
            self._placed[change.activity] = change
        return sign * broken


class _Alike(Counted):
    def __init__(self, pair: PairResource) -> None:
        self._role = pair.role
        self._same = pair.same
        self._taken: Counter[str] = Counter()
        self._total = 0

    def move(self, change: Change, sign: int) -> int:
        name = change.taken.get(self._role)
        if name is None:
            return 0
        if sign < 0:
            self._taken[name] -= 1
            self._total -= 1
        alike = self._taken[name]
        broken = self._total - alike if self._same else alike
        if sign > 0:
            self._taken[name] += 1
            self._total += 1
        return sign * broken


class _Distinct(Counted):
    def __init__(self, distinct: Distinct) -> None:
        self._role = distinct.role
        self._at_most = distinct.at_most
        self._taken: Counter[str] = Counter()
        self._used = 0

    def move(self, change: Change, sign: int) -> int:
        name = change.taken.get(self._role)
        if name is None:
            return 0
        before = max(0, self._used - self._at_most)
        had = self._taken[name]
        self._taken[name] = had + sign
        self._used += (had + sign > 0) - (had > 0)
        return max(0, self._used - self._at_most) - before


class _Days(Counted):
    def __init__(self, problem: Problem, shape: DayShape) -> None:
        grid = problem.grid
        self._shape = shape
        self._area = {place.id: place.area for place in problem.places}
        self._day = grid.slots_per_day
        self._week = grid.slots_per_week if shape.fold else 0
        self._per = {"day": 1, "week": grid.days_per_week, "horizon": grid.horizon_slots}[shape.period]
        self._within = self._folded(slots_of(shape.within))
        self._pauses = self._folded(slots_of(shape.pauses))
        self._only = bool(shape.within) and shape.measure != "late"
        self._met: dict[int, list[tuple[int, int, str]]] = {}
        self._values: dict[int, int] = {}
        self._periods: dict[int, tuple[int, int]] = {}

    def _folded(self, slots: set[int]) -> set[int]:
        return {slot % self._week for slot in slots} if self._week else slots

    def _counting(self, meetings: Meetings) -> Iterable[Interval]:
        found: Iterable[Interval] = meetings
        if self._week:
            found = {(s % self._week, s % self._week + e - s) for s, e in meetings}
        if self._only:
            return [m for m in found if not self._within.isdisjoint(range(*m))]
        return found

    def move(self, change: Change, sign: int) -> int:
        were: dict[int, bool] = {}
        area = self._area[change.place] if change.place is not None else ""
        for start, end in self._counting(change.meetings):
            meeting = start, end, area
            day = meeting[0] // self._day
            met = self._met.setdefault(day, [])
            were.setdefault(day, bool(met))
            if sign > 0:
                met.append(meeting)
            else:
                met.remove(meeting)
        delta = 0
        for day, was in were.items():
            met = self._met[day]
            had = self._values.get(day, 0)
            value = self._value(sorted(met)) if met else 0
            self._values[day] = value
            # A day that comes or goes may make its period come or go, also with a value of 0.
            period = day // self._per
            total, used = self._periods.get(period, (0, 0))
            now = total + value - had, used + bool(met) - was
            delta += self._missed(*now) - self._missed(total, used)
            self._periods[period] = now
        return delta

    def _value(self, met: Sequence[tuple[int, int, str]]) -> int:
        areas = [area for _, _, area in met if area]
        return day_value(self._shape, [m[:2] for m in met], self._within, self._pauses, areas)

    def _missed(self, value: int, days: int) -> int:
        return missed(value, self._shape.at_most, self._shape.at_least) if days else 0


class _AtOnce(Counted):
    def __init__(self, concurrent: Concurrent) -> None:
        self._limits = concurrent
        self._slots = slots_of(concurrent.windows)
        self._now: Counter[int] = Counter()

    def _missed(self, now: int) -> int:
        if not now and self._limits.or_none:
            return 0
        return missed(now, self._limits.at_most, self._limits.at_least)

    def move(self, change: Change, sign: int) -> int:
        delta = 0
        for start, end in change.meetings:
            for slot in range(start, end):
                if slot in self._slots:
                    had = self._now[slot]
                    self._now[slot] = had + sign
                    delta += self._missed(had + sign) - self._missed(had)
        return delta


class _Nights(Counted):
    def __init__(self, grid: TimeGrid, rest: Rest) -> None:
        self._resource = rest.resource
        self._min_slots = rest.min_slots
        self._day = grid.slots_per_day
        self._met: dict[int, list[Interval]] = {}
        self._amount = 0

    def move(self, change: Change, sign: int) -> int:
        for meeting in change.meetings:
            here = self._met.setdefault(meeting[0] // self._day, [])
            if sign > 0:
                here.append(meeting)
            else:
                here.remove(meeting)
                if not here:
                    del self._met[meeting[0] // self._day]
        before, self._amount, latest = self._amount, 0, None
        for day in sorted(self._met):
            here = self._met[day]
            if latest is not None:
                self._amount += min(s for s, _ in here) - latest < self._min_slots
            latest = max(e for _, e in here)
        return self._amount - before


class _Beyond(Counted):
    def __init__(self, problem: Problem, excess: Excess) -> None:
        grid = problem.grid
        self._excess = excess
        self._resources = frozenset(excess.resources)
        lengths = {"day": grid.slots_per_day, "week": grid.slots_per_week, "horizon": grid.horizon_slots}
        self._length = lengths[excess.period]
        self._loads: Counter[int] = Counter()

    def move(self, change: Change, sign: int) -> int:
        added: Counter[int] = Counter()
        times = sum(name in self._resources for name in change.taken.values())
        minutes = change.contact_minutes
        length = sum(end - start for start, end in change.meetings)
        for start, end in change.meetings:
            period = start // self._length
            match self._excess.measure:
                case "clock_slots":
                    added[period] += (end - start) * times
                case "contact_minutes":
                    added[period] += minutes * (end - start) // length * times
                case "activities":
                    added[period] = 1
        delta = 0
        for period, load in added.items():
            had = self._loads[period]
            self._loads[period] = had + sign * load
            limit = self._excess.limit
            delta += max(0, had + sign * load - limit) - max(0, had - limit)
        return delta


class _Away(Counted):
    def __init__(self, problem: Problem, away: AwayDay) -> None:
        self._problem = problem
        self._away = away
        self._day = problem.grid.slots_per_day
        self._days: dict[int, tuple[int, int]] = {}

    def move(self, change: Change, sign: int) -> int:
        if self._problem.travel_from(self._away.home, change.place) < self._away.from_slots:
            return 0
        times = sum(name == self._away.resource for name in change.taken.values())
        minutes = change.contact_minutes
        length = sum(end - start for start, end in change.meetings)
        delta = 0
        for start, end in change.meetings:
            had, uses = self._days.get(start // self._day, (0, 0))
            now = had + sign * (minutes * (end - start) // length * times)
            self._days[start // self._day] = (now, uses + sign)
            short = bool(uses + sign) and now < self._away.min_minutes
            delta += short - (bool(uses) and had < self._away.min_minutes)
        return delta


class _Last(Counted):
    def __init__(self) -> None:
        self._ends: Counter[int] = Counter()
        self._last = 0

    def move(self, change: Change, sign: int) -> int:
        end = max(end for _, end in change.meetings)
        self._ends[end] += sign
        if not self._ends[end]:
            del self._ends[end]
        before, self._last = self._last, max(self._ends, default=0)
        return self._last - before


def marks(structures: Sequence[Structure], ordered: frozenset[str]) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return which structures name an activity, with its place in them where the order matters.

    Activities with the same marks are alike in every structure.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for at, structure in enumerate(structures):
        matters = isinstance(structure, PairTime) and structure.relation in ordered
        for position, name in enumerate(getattr(structure, "activities", ())):
            found.setdefault(name, []).append((at, position if matters else 0))
    return {name: tuple(mine) for name, mine in found.items()}
