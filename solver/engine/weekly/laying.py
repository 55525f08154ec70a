"""A problem laid out in arrays: units and what they take, relations, rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, groupby

import numpy as np

from solver.engine.lowering import Lowered
from solver.engine.weekly.fields import (
    AT_MOST,
    EXCLUSIVE,
    GAPS,
    HORIZON,
    LATE,
    LOAD,
    MEASURE,
    NUMBERS,
    ROOMED,
    SITED,
    WEIGHT,
)
from solver.engine.weekly.layout import Ground, Layout, Table, slots_of
from solver.engine.weekly.relations import HOLDS, Two, next_slots
from solver.engine.weekly.scope import related
from solver.engine.weekly.statements import Statement, Statements
from solver.problem import Activity, Interval, Problem
from solver.structure import PairTime


def lay_out(problem: Problem, lowered: Lowered) -> Layout:
    """Lay a problem out that is `known`."""
    return _Laying(problem, lowered).layout()


def _lists(lists: Iterable[Sequence[Sequence[int]]], columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each list begins, and the lists one after another."""
    begins: list[int] = [0]
    flat: list[Sequence[int]] = []
    for one in lists:
        flat.extend(one)
        begins.append(len(flat))
    rows = np.array(flat, dtype=np.int32).reshape(len(flat), columns)
    return np.array(begins, dtype=np.int32), rows


def _stretches(of_units: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Join neighbours of units, places in a list, rows to each unit's rows with where they begin and end."""
    for (unit, row), found in groupby(of_units, key=lambda one: (one[0], one[2])):
        places = [place for _, place, _ in found]
        yield unit, (row, places[0], places[-1] + 1)


class _Laying:
    def __init__(self, problem: Problem, lowered: Lowered) -> None:
        self.problem, self.lowered = problem, lowered
        self.width = problem.grid.slots_per_day
        self.days = problem.grid.days_per_week
        self.slots = self.width * self.days
        self.slots_of = {a.id: slots_of(problem, a) for a in problem.activities}
        self.hard = [s.primitive for s in lowered.structures if s.weight is None]
        self.members = self._units()
        self.unit_of = {a.id: unit for unit, found in enumerate(self.members) for a in found}
        self.rows = [d.resource for _, d in lowered.disjunctives]
        self.row_of = {name: row for row, name in enumerate(self.rows)}
        self.open = np.ones((len(self.rows), self.slots), dtype=np.uint8)
        for _, window in lowered.windows:
            for name in window.resources:
                if name in self.row_of:
                    self._close(self.row_of[name], window.windows)
        standing = {place.id: at for at, place in enumerate(problem.places)}
        places = [problem.resource_by_id[name].place for name in self.rows]
        self.place = np.array([standing.get(place or "", -1) for place in places], dtype=np.int32)
        self.look = [EXCLUSIVE] * len(self.rows)
        self.joined: list[list[tuple[int, int, int]]] = [[] for _ in self.rows]
        self.cells: list[dict[tuple[int, int], int]] = [{} for _ in self.members]
        self.roles: list[tuple[str, str]] = []
        self.seats: list[list[int]] = []
        self.role_from = [0]
        self.room_of: dict[tuple[str, str], int] = {}
        self.table_of: dict[tuple[object, ...], int] = {}
        self.tables: list[np.ndarray] = []

    def _close(self, row: int, windows: Sequence[Interval]) -> None:
        inside = np.zeros(self.slots, dtype=np.uint8)
        for start, end in windows:
            inside[start:end] = 1
        self.open[row] &= inside

    def _units(self) -> list[list[Activity]]:
        """Return the activities that start together, unit by unit."""
        head = {a.id: a.id for a in self.problem.activities}

        def find(name: str) -> str:
            while head[name] != name:
                name = head[name]
            return name

        for primitive in self.hard:
            if isinstance(primitive, PairTime) and primitive.relation == "same_start":
                for other in primitive.activities[1:]:
                    head[find(other)] = find(primitive.activities[0])
        found: defaultdict[str, list[Activity]] = defaultdict(list)
        for activity in self.problem.activities:
            found[find(activity.id)].append(activity)
        return list(found.values())

    def _needs(self, starts: list[list[int]]) -> None:
        """Enter what units take for sure, and their roles."""
        for unit, members in enumerate(self.members):
            for activity in members:
                sure = []
                for requirement in activity.requirements:
                    names = [c.resource for c in self.problem.candidate_sets[requirement.candidates]]
                    rows = [self.row_of[name] for name in names if name in self.row_of]
                    if len(rows) < len(names):
                        continue
                    if len(rows) == 1:
                        sure.append(rows[0])
                        self.room_of[activity.id, requirement.role] = -2 - rows[0]
                    else:
                        self.room_of[activity.id, requirement.role] = len(self.roles)
                        self.roles.append((activity.id, requirement.role))
                        self.seats.append(rows)
                slots = self.slots_of[activity.id]
                site = self._site(activity.id)
                for row in sure:
                    starts[unit] = [s for s in starts[unit] if self.open[row, s : s + slots].all()]
                    self.cells[unit] |= {(row, offset): site for offset in range(slots)}
            self.role_from.append(len(self.roles))

    def _site(self, activity: str) -> int:
        """Return the role that is the place of an activity, or the place as a cell holds it."""
        role = self.problem.place_role_of[activity]
        room = self.room_of.get((activity, role or ""), -1)
        return room if room >= -1 else -2 - int(self.place[-2 - room])

    def layout(self) -> Layout:
        starts = self._starts()
        self._needs(starts)
        stated = self._statements()
        self._close_ends(stated, starts)
        pairs, wishes = self._pairs(starts)
        rows = len(self.open)
        order = sorted(range(len(stated)), key=lambda at: stated[at][0])
        count = np.bincount([row for row, _ in stated], minlength=rows)
        cells = [sorted((*key, site) for key, site in found.items()) for found in self.cells]
        cell_from, cell = _lists(cells, 3)
        member_from, member = _lists([sorted(found) for found in self.joined], 3)
        ruled: list[list[tuple[int, int, int]]] = [[] for _ in self.members]
        cell_of = np.repeat(np.arange(len(cells)), np.diff(cell_from))
        member_of = np.repeat(np.arange(rows), np.diff(member_from))
        at_cells = ((int(u), at, int(cell[at, 0])) for at, u in enumerate(cell_of))
        at_members = ((int(member[at, 0]), at, int(row)) for at, row in enumerate(member_of))
        for unit, stretch in chain(_stretches(at_cells), _stretches(at_members)):
            ruled[unit].append(stretch)
        ruled_from, ruled_rows = _lists([[r for r in found if count[r[0]]] for found in ruled], 3)
        load = np.zeros(rows, dtype=np.int32)
        for taken in self.cells:
            for row, _ in taken:
                load[row] += 1
        start_from, start = _lists([[(s,) for s in found] for found in starts], 1)
        pair_from, pair = _lists(pairs, 2)
        wish_from, wish = _lists(wishes, 3)
        seat_from, seat = _lists([[(row,) for row in found] for found in self.seats], 1)
        dislike = [self._dislike(unit, s) for unit, found in enumerate(starts) for s in found]
        bits = [[self._bits(inside), self._bits(s.pauses)] for inside, s in self._insides(stated)]
        masks = np.array(bits, dtype=np.int64).reshape(len(stated), 2, self.days)
        numbers = np.array([s.numbers for _, s in stated], dtype=np.int64).reshape(len(stated), NUMBERS)
        looked = {row for row in range(rows) if self.look[row] in (SITED, ROOMED)}
        units = [self.unit_of[name] for name, _ in self.roles]
        sited = frozenset(
            a.id
            for unit, members in enumerate(self.members)
            if not looked.isdisjoint(r[0] for r in ruled[unit])
            for a in members
        )
        ground = Ground(
            width=self.width,
            days=self.days,
            cell_from=cell_from,
            cell=cell,
            start_from=start_from,
            start=start[:, 0].copy(),
            dislike=np.array(dislike, dtype=np.float64),
            pair_from=pair_from,
            pair=pair,
            wish_from=wish_from,
            wish=wish,
            tables=np.array(self.tables or [np.ones((self.slots, self.slots))], dtype=np.uint8),
            role_from=np.array(self.role_from, dtype=np.int32),
            role_unit=np.array(units, dtype=np.int32),
            role_slots=np.array([self.slots_of[name] for name, _ in self.roles], dtype=np.int32),
            seat_from=seat_from,
            seat=seat[:, 0].copy(),
            open=self.open,
            rule_from=np.array([0, *np.cumsum(count)], dtype=np.int32),
            rule=numbers[order],
            within=masks[order, 0],
            pauses=masks[order, 1],
            ruled_from=ruled_from,
            ruled=ruled_rows,
            load=load,
            size=np.array([len(found) for found in self.members], dtype=np.int32),
            look=np.array(self.look, dtype=np.int32),
            member_from=member_from,
            member=member,
            place=self.place,
            hint=np.array([self._hint(found) for found in self.seats], dtype=np.int32),
            picky=np.array([name in sited for name, _ in self.roles], dtype=np.int32),
            way=self._ways(),
        )
        return Layout(self.problem, ground, self.members, self.roles, self.rows, sited)

    def _hint(self, rows: Sequence[int]) -> int:
        places = {int(self.place[row]) for row in rows}
        return places.pop() if len(places) == 1 else -1

    def _ways(self) -> Table:
        places = [place.id for place in self.problem.places]
        ways = [[self.problem.travel_slots(a, b) for b in places] for a in places]
        return np.array(ways, dtype=np.int32).reshape(len(places), len(places))

    def _starts(self) -> list[list[int]]:
        """Return the starts that all activities of each unit have."""
        options = {
            key: {option.meetings[0][0] for option in found}
            for key, found in self.problem.option_sets.items()
        }
        return [sorted(set.intersection(*(options[a.times] for a in found))) for found in self.members]

    def _dislike(self, unit: int, start: int) -> int:
        penalties = self.problem.penalty_of_option
        return sum(
            penalties[a.times].get(((start, start + self.slots_of[a.id]),), 0) for a in self.members[unit]
        )

    def _statements(self) -> list[tuple[int, Statement]]:
        """Return every statement with its row; members get a row of their own."""
        read = Statements(self.problem, self.lowered)
        found: list[tuple[int, Statement]] = []
        own: dict[tuple[int, str, tuple[str, ...]], int] = {}
        every = [read.of(s.primitive, s.weight) or [] for s in self.lowered.structures]
        for statement in chain(*every, read.of_ways() or []):
            row = self.row_of.get(statement.resource or "", -1)
            if row < 0:
                key = (statement.look, statement.role, tuple(sorted(statement.members)))
                row = own.setdefault(key, len(self.look))
                if row == len(self.look):
                    self._join(statement)
            else:
                self.look[row] = max(self.look[row], statement.look)
            found.append((row, statement))
        self.open = np.vstack([self.open, np.ones((len(own), self.slots), dtype=np.uint8)])
        self.place = np.append(self.place, [-1] * len(own)).astype(np.int32)
        return found

    def _join(self, statement: Statement) -> None:
        """Add a row of members."""
        self.look.append(statement.look)
        members = []
        for name in statement.members:
            room = self.room_of.get((name, statement.role), -1)
            if room != -1 or statement.look != ROOMED:
                members.append((self.unit_of[name], self.slots_of[name], room))
        self.joined.append(members)

    def _close_ends(self, stated: Sequence[tuple[int, Statement]], starts: list[list[int]]) -> None:
        """Close the hours that no day of a row reaches: it begins early, has few gaps and so many hours."""
        found: defaultdict[int, dict[int, Statement]] = defaultdict(dict)
        for row, s in stated:
            at_most, weight = s.numbers[AT_MOST], s.numbers[WEIGHT]
            early = s.numbers[MEASURE] == LATE and at_most == 0
            short = s.numbers[MEASURE] == LOAD and not s.numbers[HORIZON] and not s.within
            if weight == 0 and at_most >= 0 and (early or short or s.numbers[MEASURE] == GAPS):
                found[row][s.numbers[MEASURE]] = s
        for row, by in found.items():
            if by.keys() == {LATE, LOAD, GAPS} and row < len(self.rows):
                more = by[LOAD].numbers[AT_MOST] + by[GAPS].numbers[AT_MOST]
                begins, pauses = self._bits(by[LATE].within), self._bits(by[GAPS].pauses)
                for day in range(self.days):
                    left = more
                    for hour in range(max(0, begins[day].bit_length() - 1), self.width):
                        if left <= 0:
                            self.open[row, day * self.width + hour] = 0
                        left -= not pauses[day] >> hour & 1
        for unit, cells in enumerate(self.cells):
            shut = [(row, offset) for row, offset in cells if row in found]
            if shut:
                starts[unit] = [s for s in starts[unit] if all(self.open[row, s + o] for row, o in shut)]

    def _insides(
        self, stated: Sequence[tuple[int, Statement]]
    ) -> Iterator[tuple[Sequence[Interval], Statement]]:
        """Yield statements with the hours that count.

        Of a hard limit on gaps these are the hours in one of which every day of the row has to begin: a day
        that begins later has gaps from there.
        """
        begins = {row: s.within for row, s in stated if s.numbers[:5] == (LATE, 1, 0, -1, 0)}
        for row, statement in stated:
            if statement.numbers[MEASURE] == GAPS:
                yield begins.get(row, ()) if statement.numbers[WEIGHT] == 0 else (), statement
            else:
                yield statement.within or ((0, self.slots),), statement

    def _bits(self, intervals: Sequence[Interval]) -> list[int]:
        """Return the hours of each day that lie in intervals, as bits."""
        inside = {slot for start, end in intervals for slot in range(start, min(end, self.slots))}
        return [
            sum(1 << hour for hour in range(self.width) if day * self.width + hour in inside)
            for day in range(self.days)
        ]

    def _pairs(
        self, starts: list[list[int]]
    ) -> tuple[list[list[tuple[int, int]]], list[list[tuple[int, int, int]]]]:
        """Return hard relations and wishes of each unit; starts that break one within a unit go."""
        pairs: list[set[tuple[int, int]]] = [set() for _ in self.members]
        wishes: list[list[tuple[int, int, int]]] = [[] for _ in self.members]
        for stated in self.lowered.structures:
            pair = stated.primitive
            if not isinstance(pair, PairTime) or not related(pair):
                continue
            for a, b in combinations(pair.activities, 2):
                one, other = self.unit_of[a], self.unit_of[b]
                there = self._table(pair, self.slots_of[a], self.slots_of[b])
                if one == other:
                    if stated.weight is None:
                        starts[one] = [s for s in starts[one] if self.tables[there][s, s]]
                elif stated.weight is None:
                    pairs[one].add((other, there))
                    pairs[other].add((one, there + 1))
                else:
                    wishes[one].append((other, there, stated.weight))
                    wishes[other].append((one, there + 1, stated.weight))
        return [sorted(found) for found in pairs], wishes

    def _table(self, pair: PairTime, slots: int, other_slots: int) -> int:
        """Return where the table of a relation is; after it comes the one seen from the other side."""
        key = (pair.relation, pair.limit, pair.pauses, slots, other_slots)
        if key not in self.table_of:
            ends = next_slots(pair.pauses, self.width, self.slots)
            holds = HOLDS[pair.relation]
            s = np.arange(self.slots)[:, None]
            t = np.arange(self.slots)[None, :]
            table = holds(Two(s, s + slots, t, t + other_slots, self.width, pair.limit, ends))
            self.table_of[key] = len(self.tables)
            self.tables += [table.astype(np.uint8), table.T.astype(np.uint8)]
        return self.table_of[key]
