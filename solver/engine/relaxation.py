"""The coverage aim as a linear programme that every plan satisfies; `bound` says why and solves it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from solver.engine.loads import PeriodLoad
from solver.engine.model import Model, Payload, Role, Seat, Template
from solver.engine.times import bits_of, merge
from solver.problem import Interval

RowKey = tuple[object, ...]


Filling = tuple[tuple[int, int], ...]
"""How many meetings of each length: ``(length, number)``."""


@dataclass(slots=True)
class Row:
    """A sum of columns that is at most `limit` (exactly, when `equal`)."""

    limit: float
    equal: bool = False
    terms: list[tuple[int, float]] = field(default_factory=list)


@dataclass(slots=True)
class Programme:
    """Columns between zero and `upper`, worth something to a priority class; rows that bind them."""

    upper: list[float] = field(default_factory=list)
    worth: list[float] = field(default_factory=list)
    priority: list[int] = field(default_factory=list)
    rows: dict[RowKey, Row] = field(default_factory=dict)

    def column(self, upper: float, worth: float = 0.0, priority: int = 0) -> int:
        """Add a column and return its position."""
        self.upper.append(upper)
        self.worth.append(worth)
        self.priority.append(priority)
        return len(self.worth) - 1


class Relaxation:
    """Builds the programme of a model, or of some of its templates as if the others were not; used once."""

    def __init__(self, model: Model, templates: Sequence[Template] | None = None) -> None:
        self.model = model
        self._templates = model.templates if templates is None else templates
        grid = model.problem.grid
        self._week, self._day = grid.slots_per_week, grid.slots_per_day
        self._days_per_week = grid.days_per_week
        self.programme = Programme()
        self._longest = max((t.bits.longest for t in self._templates), default=0)
        self._meetings: dict[int, dict[int, set[Interval]]] = defaultdict(lambda: defaultdict(set))
        self._patterns_of: dict[int, dict[tuple[Interval, ...], list[Filling]]] = {}
        self._stretches = self._reach()
        self._days: dict[RowKey, set[int]] = defaultdict(set)
        self._shares: dict[int, int] = {}
        for template in self._templates:
            if not template.dead:
                self._add(template)

    def _reach(self) -> dict[int, list[Interval]]:
        """Stretches of time within which some option can use a resource."""
        found: dict[int, set[Interval]] = defaultdict(set)
        seen: dict[tuple[int, int], int] = {}
        for template in self._templates:
            for seat in (seat for role in template.roles for seat in role.seats):
                key = (seat.resource, template.bits.index)
                fresh = seat.mask & template.base & ~seen.get(key, 0)
                seen[key] = seen.get(key, 0) | fresh
                for i in bits_of(fresh):
                    found[seat.resource].update(template.bits.meetings[i])
        for resource, meetings in found.items():
            if self.model.exclusive_of[resource] is not None:
                for start, end in meetings:
                    self._meetings[resource][start // self._day].add((start, end))
        return {resource: merge(list(meetings)) for resource, meetings in found.items()}

    def _gap(self, resource: int) -> int:
        r = self.model.problem.resources[resource]
        return r.setup_slots + r.cleanup_slots

    def _capacity(self, resource: int, week: int) -> float:
        """Return what sessions that start in a week can fill of a resource, their gaps included."""
        start, end = week * self._week, (week + 1) * self._week
        filled = sum(
            min(b, end + self._longest) - max(a, start) + self._gap(resource)
            for a, b in self._stretches[resource]
            if a < end and b > start
        )
        pool = self.model.pooled_of[resource]
        return float(filled * (1 if pool is None else pool.capacity))

    def _row(self, key: RowKey, limit: float, *, equal: bool = False) -> Row:
        if key not in self.programme.rows:
            self.programme.rows[key] = Row(limit, equal)
        return self.programme.rows[key]

    def _add(self, template: Template) -> None:
        host = next((role for role in template.roles if role.hosts), None)
        seats: list[Seat | None] = [None] if host is None else list(host.seats)
        columns = []
        for seat in seats:
            mask = template.base & (-1 if seat is None else seat.mask)
            for role in template.roles:
                if len(role.seats) == 1:
                    mask &= role.seats[0].mask
            for options in self._patterns(template, mask):
                columns.append(self._column(template, seat, options))
        count = len(template.activities)
        if template.bundle < 0:
            row = self._row(("all", template.index), count)
        else:
            row = self._row(("all", template.index), 0.0, equal=True)
            row.terms.append((self._share(template.bundle), -float(count)))
        row.terms += [(column, 1.0) for column in columns]

    def _share(self, bundle: int) -> int:
        if bundle not in self._shares:
            self._shares[bundle] = self.programme.column(1.0)
        return self._shares[bundle]

    def _patterns(self, template: Template, mask: int) -> Iterable[list[int]]:
        """Options that differ only in day and hour within a week, together; other ones each by itself."""
        if not template.bits.single:
            return [[i] for i in bits_of(mask)]
        alike: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i in bits_of(mask):
            start, end = template.bits.meetings[i][0]
            alike[start // self._week, end - start].append(i)
        return alike.values()

    def _column(self, template: Template, host: Seat | None, options: list[int]) -> int:
        column = self.programme.column(len(template.activities), template.worth, template.priority)
        weeks: dict[int, tuple[int, int]] = {}
        meetings_of = template.bits.meetings[options[0]]
        for start, end in meetings_of:
            meetings, length = weeks.get(start // self._week, (0, 0))
            weeks[start // self._week] = (meetings + 1, length + end - start)
        for role in template.roles:
            seats = [host] if role.hosts and host is not None else role.seats
            if len(seats) == 1:
                self._use(column, seats[0].resource, role.amount, weeks, meetings_of, role.hosts)
                tags = template.sure_tags | (0 if host is None else host.tags)
                for binding in self.model.bindings[seats[0].resource]:
                    if isinstance(binding.node, PeriodLoad) and (not binding.tags or binding.tags & tags):
                        self._count(column, binding.node, template.load, template, options)
            else:
                self._spread(column, role, weeks)
        for node, payload in template.lines:
            if isinstance(node, PeriodLoad):
                self._count(column, node, payload, template, options)
        return column

    def _timed(self, resource: int) -> bool:
        return any(b.payload in (Payload.CONTEXT, Payload.AMOUNT) for b in self.model.bindings[resource])

    def _time(self, resource: int, week: int) -> Row:
        key = ("time", resource, week)
        return self.programme.rows.get(key) or self._row(key, self._capacity(resource, week))

    def _use(
        self,
        column: int,
        resource: int,
        amount: int,
        weeks: dict[int, tuple[int, int]],
        meetings: tuple[Interval, ...],
        host: bool,
    ) -> None:
        if not self._timed(resource):
            return
        if host and self.model.exclusive_of[resource] is not None:
            for start, end in meetings:
                self._packed(resource, start // self._week, end - start).terms.append((column, 1.0))
            return
        scale = 1 if self.model.pooled_of[resource] is None else amount
        for week, (count, length) in weeks.items():
            filled = scale * (length + count * self._gap(resource))
            self._time(resource, week).terms.append((column, float(filled)))

    def _packed(self, resource: int, week: int, length: int) -> Row:
        """Sessions of one length in a week: as many as the ways to fill its days hold."""
        key = ("packed", resource, week, length)
        if key not in self.programme.rows:
            self._pack(resource, week)
        return self.programme.rows[key]

    def _pack(self, resource: int, week: int) -> None:
        days: dict[tuple[Interval, ...], int] = defaultdict(int)
        for day in range(week * self._days_per_week, (week + 1) * self._days_per_week):
            base = day * self._day
            there = tuple(sorted((a - base, b - base) for a, b in self._meetings[resource].get(day, ())))
            if there:
                days[there] += 1
        for there, count in days.items():
            total = self._row(("days", resource, week, there), float(count))
            if there not in self._patterns_of.setdefault(resource, {}):
                self._patterns_of[resource][there] = fillings(there, self._gap(resource))
            for filling in self._patterns_of[resource][there]:
                column = self.programme.column(float(count))
                total.terms.append((column, 1.0))
                for length, number in filling:
                    row = self._row(("packed", resource, week, length), 0.0)
                    row.terms.append((column, -float(number)))

    def _spread(self, column: int, role: Role, weeks: dict[int, tuple[int, int]]) -> None:
        """Sessions with the same candidates, whatever their template, shared out among these by week."""
        resources = tuple(sorted(seat.resource for seat in role.seats))
        pooled = {self.model.pooled_of[r] is not None for r in resources}
        if len(pooled) > 1 or not all(map(self._timed, resources)):
            return
        gap = min(map(self._gap, resources))
        scale = role.amount if pooled == {True} else 1
        for week, (meetings, length) in weeks.items():
            key = ("spread", resources, week)
            fresh = key not in self.programme.rows
            row = self._row(key, 0.0)
            # The shortest gap stands for all candidates: the relaxation may only gain by it.
            row.terms.append((column, float(scale * (length + meetings * gap))))
            for resource in resources if fresh else ():
                time = self._time(resource, week)
                part = self.programme.column(time.limit)
                row.terms.append((part, -1.0))
                time.terms.append((part, 1.0))
                if gap == 0 and pooled == {False}:
                    self._spread_load(part, resource, week)

    def _spread_load(self, part: int, resource: int, week: int) -> None:
        """Limits of a candidate in slots by the clock bind its part, which then is nothing but meetings."""
        for binding in self.model.bindings[resource]:
            node = binding.node
            if binding.tags or not isinstance(node, PeriodLoad) or node.total.measure != "clock_slots":
                continue
            days = self._days_per_week if node.total.period == "day" else 1
            key = ("load", id(node), 0 if node.total.period == "horizon" else week)
            row = self._row(key, 0.0)
            row.limit = max(row.limit, float(node.limit * days))
            row.terms.append((part, 1.0))

    def _count(
        self, column: int, node: PeriodLoad, payload: int, template: Template, options: list[int]
    ) -> None:
        """Bind loads within a week by the limits of those of its days that some option can reach."""
        of_option = node.demand_of(template.bits, payload).of_option
        for period, _ in (step for i in options for step in of_option[i]):
            self._days[self._load_key(node, period)].add(period)
        added: dict[RowKey, int] = defaultdict(int)
        for period, amount in of_option[options[0]]:
            added[self._load_key(node, period)] += amount
        for key, amount in added.items():
            row = self._row(key, 0.0)
            row.limit = max(row.limit, float(node.limit * len(self._days[key])))
            row.terms.append((column, float(amount)))

    def _load_key(self, node: PeriodLoad, period: int) -> RowKey:
        if node.total.period == "day":
            period //= self._days_per_week
        return ("load", id(node), 0 if node.total.period == "horizon" else period)


def fillings(meetings: Iterable[Interval], gap: int) -> list[Filling]:
    """Return ways to fill a day of an exclusive resource, as numbers by length, none within another.

    Examples
    --------
    >>> fillings([(0, 2), (1, 3), (3, 5), (0, 5)], gap=1)
    [((2, 2),), ((5, 1),)]
    """
    ordered = sorted(meetings)
    starts = [start for start, _ in ordered]
    lengths = sorted({end - start for start, end in ordered})
    at = {length: i for i, length in enumerate(lengths)}
    # best[i]: what meetings from the i-th on can fill.
    best: list[list[tuple[int, ...]]] = [[] for _ in range(len(ordered) + 1)]
    best[-1] = [(0,) * len(lengths)]
    for i in range(len(ordered) - 1, -1, -1):
        start, end = ordered[i]
        then = best[bisect_left(starts, end + gap)]
        own = at[end - start]
        taken = [(*v[:own], v[own] + 1, *v[own + 1 :]) for v in then]
        best[i] = _greatest(best[i + 1] + taken)
    return [
        tuple((length, number) for length, number in zip(lengths, vector, strict=True) if number)
        for vector in sorted(best[0], reverse=True)
    ]


def _greatest(vectors: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    unique = sorted(set(vectors), reverse=True)
    return [
        v
        for i, v in enumerate(unique)
        if not any(all(a >= b for a, b in zip(u, v, strict=True)) for u in unique[:i])
    ]
