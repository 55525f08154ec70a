"""Rows of a repair's programme: what columns and those that stay hold of the nodes, together no more than is.

Rows are only ever added. Those of a node come again when a further activity holds it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.engine.loads import AreasAway, PeriodLoad
from solver.engine.nodes import Exclusive, Node, Order, Pooled, Spacing
from solver.engine.repair_ground import Ground
from solver.engine.repair_walls import load_of
from solver.engine.times import OptionBits

Columns = NDArray[np.int64]
Numbers = NDArray[np.float64]

_NONE: Columns = np.zeros(0, dtype=np.int64)
_BROKEN = 1e-3
"""By how much more than one a row has to be broken to be worth its place."""


class Row(NamedTuple):
    """A sum of columns, each times its factor, between two limits."""

    columns: Columns
    factors: Numbers
    least: float
    most: float


class Held(NamedTuple):
    """From when to when somebody who may stay holds an amount."""

    start: int
    end: int
    activity: int
    amount: int


class _Spans(NamedTuple):
    """From when to when columns of one activity hold a node, and how much of it."""

    activity: int
    starts: Columns
    ends: Columns
    columns: Columns
    amount: int


class _Away(NamedTuple):
    """In which periods columns of an activity are in an area away."""

    activity: int
    area: int
    periods: Columns
    columns: Columns


class _Uses(NamedTuple):
    """From when to when columns hold amounts, in order of starts."""

    starts: Columns
    ends: Columns
    columns: Columns
    amounts: Columns
    longest: int

    @classmethod
    def of(cls, spans: list[_Spans]) -> "_Uses":
        starts = np.concatenate([span.starts for span in spans])
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], np.concatenate([span.ends for span in spans])[order]
        columns = np.concatenate([span.columns for span in spans])[order]
        amounts = np.repeat([span.amount for span in spans], [len(span.starts) for span in spans])[order]
        return cls(starts, ends, columns, amounts, int(np.max(ends - starts)))

    def at(self, moment: int) -> Columns:
        """Return the positions of what is held at a moment."""
        lo, hi = np.searchsorted(self.starts, (moment - self.longest, moment), "right")
        found: Columns = lo + np.flatnonzero(self.ends[lo:hi] > moment)
        return found


_Place = tuple[Node, int]
"""A node, and the stage of an order; 0 for others."""


class Table(NamedTuple):
    """Entries as row, column and factor, and the limits of rows."""

    rows: Columns
    columns: Columns
    factors: Numbers
    least: Numbers
    most: Numbers

    @classmethod
    def of(cls, rows: Iterable[Row], first: int = 0) -> "Table":
        """Return the entries of rows, which are numbered from `first` on."""
        given = list(rows)
        numbers = np.arange(first, first + len(given))
        return cls(
            np.repeat(numbers, [len(row.columns) for row in given]),
            np.concatenate([_NONE, *(row.columns for row in given)]).astype(np.int64),
            np.concatenate([_NONE, *(row.factors for row in given)]),
            np.array([row.least for row in given]),
            np.array([row.most for row in given]),
        )

    def with_(self, other: "Table") -> "Table":
        """Return all entries and all rows of both."""
        return Table(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


class Rows:
    """Rows by node; `stay` gives the column of an activity that may leave.

    Rows are only ever added; columns that come later may enter rows that were there before.
    """

    def __init__(self, ground: Ground, stay: Callable[[int], int]) -> None:
        self._ground = ground
        self._stay = stay
        self._spans: dict[_Place, list[_Spans]] = defaultdict(list)
        self._loads: dict[PeriodLoad, list[tuple[Columns, Columns, Columns]]] = defaultdict(list)
        self._areas: dict[AreasAway, list[_Away]] = defaultdict(list)
        self._demands: dict[tuple[int, int, int], Columns] = {}
        self._meetings: dict[tuple[int, bool], Columns] = {}
        self._changed: dict[_Place, int] = {}
        self._loaded: dict[PeriodLoad, int] = {}
        self._row_at: dict[_Place, dict[int, int]] = defaultdict(dict)
        self._row_of: dict[tuple[PeriodLoad, int], int] = {}
        self._table = Table.of(())
        self._count = 0
        self._rows: list[Row] = []
        self._entries: list[tuple[int, Columns, Numbers]] = []

    def add(self, row: Row) -> int:
        """Take in a row and return its number."""
        self._rows.append(row)
        return self._count + len(self._rows) - 1

    def fresh(self) -> Table:
        """Return all entries, and the limits of all rows, since this was last asked."""
        self._renew()
        fresh = Table.of(self._rows, self._count)
        if self._entries:
            lengths = [len(columns) for _, columns, _ in self._entries]
            more = Table(
                np.repeat([number for number, *_ in self._entries], lengths),
                np.concatenate([columns for _, columns, _ in self._entries]),
                np.concatenate([factors for *_, factors in self._entries]),
                np.zeros(0),
                np.zeros(0),
            )
            fresh = fresh.with_(more)
        self._count += len(self._rows)
        self._rows, self._entries = [], []
        self._table = self._table.with_(fresh)
        return fresh

    def whole(self) -> Table:
        """Return all rows, and those that hardly bind a solution unless it is whole."""
        return self._table.with_(Table.of(self._whole(), self._count))

    def bind(
        self, activity: int, node: Node, payload: int, bits: OptionBits, options: Columns, columns: Columns
    ) -> None:
        """Note what columns of an activity, for these options, hold of a node."""
        if isinstance(node, PeriodLoad | AreasAway):
            option, period, amount = self._demand_of(node, payload, bits)
            column = _column_of(option, bits.size, options, columns)
            there = column >= 0
            if isinstance(node, PeriodLoad):
                self._loaded.setdefault(node, len(self._loads[node]))
                self._loads[node].append((period[there], column[there], amount[there]))
            elif node.limit == 1 and payload not in (node.home, -1):
                self._areas[node].append(_Away(activity, payload, period[there], column[there]))
        elif isinstance(node, Exclusive | Pooled | Spacing | Order):
            option, starts, ends = self._meetings_of(bits, whole=isinstance(node, Spacing | Order))
            column = _column_of(option, bits.size, options, columns)
            there = column >= 0
            before, after = _margins(node)
            place = (node, payload if isinstance(node, Order) else 0)
            amount_of = payload if isinstance(node, Pooled) else 1
            self._changed.setdefault(place, len(self._spans[place]))
            self._spans[place].append(
                _Spans(activity, starts[there] - before, ends[there] + after, column[there], amount_of)
            )

    def _demand_of(self, node: PeriodLoad | AreasAway, payload: int, bits: OptionBits) -> Columns:
        """Return option, period and amount of all that the options of a set add."""
        key = (id(node), bits.index, payload)
        if key not in self._demands:
            demand = node.demand_of(bits, payload) if isinstance(node, PeriodLoad) else node.demand_of(bits)
            rows = [(option, *step) for option, steps in enumerate(demand.of_option) for step in steps]
            self._demands[key] = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return self._demands[key]

    def _meetings_of(self, bits: OptionBits, *, whole: bool) -> Columns:
        """Return option, start and end of all meetings of a set of options, or of their spans."""
        key = (bits.index, whole)
        if key not in self._meetings:
            rows = [
                (option, *stretch)
                for option, meetings in enumerate(bits.meetings)
                for stretch in ([(meetings[0][0], max(hi for _, hi in meetings))] if whole else meetings)
            ]
            self._meetings[key] = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return self._meetings[key]

    def _renew(self) -> None:
        """Bring the rows of nodes up to date."""
        for load, old in self._loaded.items():
            self._periods(load, old)
        for place, old in self._changed.items():
            node, stage = place
            if not isinstance(node, Order) or node.spaced[stage]:
                self._moments(place, old)
        self._loaded.clear()
        self._changed.clear()

    def _whole(self) -> Iterator[Row]:
        for staged in self._stages().values():
            for (stage, first), (later, then) in permutations(staged, 2):
                if stage < later:
                    yield _in_order(first, then)
        for aways in self._areas.values():
            of_period: dict[int, list[tuple[_Away, Columns]]] = defaultdict(list)
            for away in _merged(aways):
                for period in np.unique(away.periods).tolist():
                    of_period[period].append((away, away.columns[away.periods == period]))
            for there in of_period.values():
                for (one, columns), (two, others) in combinations(there, 2):
                    if one.area != two.area and one.activity != two.activity:
                        yield at_most_one(np.concatenate([columns, others]))

    def broken(self, values: Numbers) -> bool:
        """Add rows of stages that follow each other, where a solution breaks them; False: nowhere."""
        before = len(self._rows)
        for staged in self._stages().values():
            for (stage, first), (later, then) in permutations(staged, 2):
                if stage < later:
                    self._rows += _followed(first, then, values)
        return len(self._rows) > before

    def _stages(self) -> dict[Order, list[tuple[int, _Spans]]]:
        """Return of each order what is in which stage, by activity."""
        orders: dict[Order, list[tuple[int, _Spans]]] = defaultdict(list)
        for (node, stage), spans in self._spans.items():
            if isinstance(node, Order):
                orders[node] += ((stage, span) for span in _by_activity(spans))
        return orders

    def _moments(self, place: _Place, old: int) -> None:
        """State that no more than there is of a node is held at any moment at which something begins.

        All but the first `old` spans are new.
        """
        node, spans, row_at = place[0], self._spans[place], self._row_at[place]
        if not isinstance(node, Pooled) and len({span.activity for span in spans}) < 2:
            # Who stays is told apart one by one.
            return
        held = _held(*place)
        everything, new = _Uses.of(spans), _Uses.of(spans[old:])
        for moment, number in row_at.items():
            there = new.at(moment)
            if len(there):
                self._entries.append((number, new.columns[there], new.amounts[there].astype(np.float64)))
        moments = np.unique(np.append(everything.starts, [h.start for h in held])).astype(np.int64)
        closing = np.unique(np.append(everything.ends, [h.end for h in held]))
        # Who is there at one moment is there at the next one as well, unless something ends in between.
        last = np.searchsorted(closing, moments, "right")
        capacity = node.capacity if isinstance(node, Pooled) else 1
        for moment in moments[np.append(last[:-1] != last[1:], True)].tolist():
            there = everything.at(moment) if moment not in row_at else _NONE
            if len(there):
                staying = [(h.activity, h.amount) for h in held if h.start <= moment < h.end]
                row = self._limited(everything.columns[there], everything.amounts[there], staying, capacity)
                if row is not None:
                    row_at[moment] = self.add(row)

    def _periods(self, node: PeriodLoad, old: int) -> None:
        """State that a load is within its limit in every period; all but the first `old` of it are new."""
        loads = self._loads[node]
        new, everything = _by_period(loads[old:]), _by_period(loads)
        for period, (columns, amounts) in new.items():
            key = (node, period)
            if key in self._row_of:
                self._entries.append((self._row_of[key], columns, amounts.astype(np.float64)))
                continue
            users = [(u, load_of(self._ground, node, u, period)) for u in dict.fromkeys(node.users(period))]
            row = self._limited(*everything[period], users, node.limit)
            if row is not None:
                self._row_of[key] = self.add(row)

    def _limited(
        self, columns: Columns, amounts: Columns, staying: Sequence[tuple[int, int]], limit: int
    ) -> Row | None:
        """Return that what comes and what stays is within a limit; None if it cannot be more."""
        frozen = self._ground.frozen
        firm = sum(amount for activity, amount in staying if activity in frozen)
        free = [(activity, amount) for activity, amount in staying if activity not in frozen]
        if firm + sum(amount for _, amount in free) + amounts.sum() <= limit:
            return None
        columns = np.append(columns, [self._stay(activity) for activity, _ in free]).astype(np.int64)
        factors = np.append(amounts, [amount for _, amount in free]).astype(np.float64)
        return Row(columns, factors, 0.0, float(limit - firm))


def at_most_one(columns: Columns) -> Row:
    """Return the row that at most one of some columns is taken."""
    return Row(columns, np.ones(len(columns)), 0.0, 1.0)


def _column_of(option: Columns, size: int, options: Columns, columns: Columns) -> Columns:
    """Return the columns of some of so many options; -1: it has none."""
    at = np.full(size, -1, dtype=np.int64)
    at[options] = columns
    return at[option]


def _by_period(loads: list[tuple[Columns, Columns, Columns]]) -> dict[int, tuple[Columns, Columns]]:
    """Return columns and amounts of each period."""
    period, column, amount = (np.concatenate(rows) for rows in zip(*loads, strict=True))
    order = np.argsort(period, kind="stable")
    periods, first = np.unique(period[order], return_index=True)
    parts = zip(np.split(column[order], first[1:]), np.split(amount[order], first[1:]), strict=True)
    return dict(zip(periods.tolist(), parts, strict=True))


def _margins(node: Node) -> tuple[int, int]:
    """Return how long before and after a use nobody else may have a node, whoever it is."""
    if isinstance(node, Exclusive):
        return 0, min(map(min, node.gaps))
    if isinstance(node, Pooled):
        return node.setup, node.cleanup
    if isinstance(node, Spacing):
        return 0, node.min_slots
    assert isinstance(node, Order)
    return 0, node.lag


def _held(node: Node, stage: int) -> list[Held]:
    """Return when a node is held by what is placed, with the same margins."""
    if isinstance(node, Pooled):
        return [Held(*row) for row in node.held()]
    _, after = _margins(node)
    if isinstance(node, Exclusive):
        return [Held(start, end + after, activity, 1) for start, end, _, activity in node.uses]
    assert isinstance(node, Spacing | Order)
    spans = node.spans if isinstance(node, Spacing) else node.spans[stage]
    return [Held(start, end + after, activity, 1) for start, end, activity in spans]


def _by_activity(spans: list[_Spans]) -> Iterator[_Spans]:
    """Yield the spans of each activity with any resources."""
    of: dict[int, list[_Spans]] = defaultdict(list)
    for span in spans:
        of[span.activity].append(span)
    for activity, rows in of.items():
        starts, ends, columns = (
            np.concatenate([getattr(row, name) for row in rows]) for name in ("starts", "ends", "columns")
        )
        yield _Spans(activity, starts, ends, columns, 1)


def _merged(aways: list[_Away]) -> Iterator[_Away]:
    """Yield the same for any resources that bring an activity to an area."""
    found: dict[tuple[int, int], list[_Away]] = defaultdict(list)
    for away in aways:
        found[away.activity, away.area].append(away)
    for key, rows in found.items():
        periods, columns = (
            np.concatenate(parts) for parts in zip(*((a[2], a[3]) for a in rows), strict=True)
        )
        yield _Away(*key, periods, columns)


def _in_order(first: _Spans, then: _Spans) -> Row:
    """Return the row that one of two activities ends before the other begins, if both have a place."""
    last = first.ends.max()
    columns = np.concatenate([first.columns, then.columns])
    factors = np.concatenate([first.ends, last - then.starts]).astype(np.float64)
    return Row(columns, factors, float(min(0.0, factors.min())), float(last))


def _followed(first: _Spans, then: _Spans, values: Numbers) -> Iterator[Row]:
    """Yield that one of two activities ends before the other begins, where a solution breaks that most.

    Whoever of the first ends after a moment, and whoever of the second has begun by then, clash.
    """
    late, begun = values[first.columns], values[then.columns]
    moments = np.unique(then.starts[begun > 0])
    if not len(moments):
        return
    broken = [float(late[first.ends > m].sum() + begun[then.starts <= m].sum()) for m in moments]
    worst = int(np.argmax(broken))
    if broken[worst] > 1 + _BROKEN:
        moment = moments[worst]
        yield at_most_one(
            np.concatenate([first.columns[first.ends > moment], then.columns[then.starts <= moment]])
        )
