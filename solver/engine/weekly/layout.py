"""A problem of single meetings in one week laid out in arrays for the search in `ejection`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from solver.engine.lowering import Lowered
from solver.engine.weekly.relations import HOLDS, Two, next_slots
from solver.engine.weekly.scope import MEASURES, states
from solver.problem import Activity, Interval, Problem
from solver.solution import Placement
from solver.structure import DayShape, PairTime

Row = np.ndarray[tuple[int], np.dtype[Any]]
Table = np.ndarray[tuple[int, int], np.dtype[Any]]


class Ground(NamedTuple):
    """What does not change: units (activities that start together), rows (what serves one at a time), shapes.

    Lists of a unit, role or row stand one after another, ``x_from[i]`` to ``x_from[i + 1]``. `tables` say for
    two starts whether a relation holds; `within` and `pauses` are bits of the hours of each day.
    """

    width: int
    days: int
    cell_from: Row
    cell: Table
    start_from: Row
    start: Row
    dislike: np.ndarray[tuple[int], np.dtype[np.float64]]
    pair_from: Row
    pair: Table
    wish_from: Row
    wish: Table
    tables: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
    role_from: Row
    role_unit: Row
    role_slots: Row
    seat_from: Row
    seat: Row
    open: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    rule_from: Row
    rule: Table
    within: Table
    pauses: Table
    ruled_from: Row
    ruled: Row
    load: Row
    size: Row


@dataclass
class Layout:
    """The arrays and what their numbers stand for.

    `ground.role_unit[i]` seats the role `roles[i]`; `rows` are the resources of the first rows.
    """

    problem: Problem
    ground: Ground
    members: list[list[Activity]]
    roles: list[tuple[str, str]]
    rows: list[str]

    def placements(self, starts: Sequence[int], rooms: Sequence[int]) -> dict[str, Placement]:
        """Return the placements that starts of units and rooms of roles stand for."""
        seat = {key: self.rows[row] for key, row in zip(self.roles, rooms, strict=True) if row >= 0}
        found = {}
        for unit, start in enumerate(starts):
            for activity in self.members[unit] if start >= 0 else ():
                meetings = ((int(start), int(start) + _slots(self.problem, activity)),)
                resources = {
                    r.role: seat.get((activity.id, r.role)) or _stand_in(self.problem, r.candidates)
                    for r in activity.requirements
                }
                found[activity.id] = Placement(activity=activity.id, meetings=meetings, resources=resources)
        return self._seated(found)

    def _seated(self, placements: dict[str, Placement]) -> dict[str, Placement]:
        """Give what has a stand-in a cheaper room that is free, who gains most first."""
        row_of = {name: row for row, name in enumerate(self.rows)}
        taken = {
            (row_of[name], slot)
            for placement in placements.values()
            for name in placement.resources.values()
            if name in row_of
            for start, end in placement.meetings
            for slot in range(start, end)
        }
        gains = []
        for name, placement in placements.items():
            for requirement in self.problem.activity_by_id[name].requirements:
                penalties = self.problem.penalty_of_candidate[requirement.candidates]
                now = placement.resources[requirement.role]
                if now not in row_of:
                    gains += [
                        (penalties[now] - cost, name, requirement.role, room)
                        for room, cost in penalties.items()
                        if room in row_of and cost < penalties[now]
                    ]
        found = {name: dict(placement.resources) for name, placement in placements.items()}
        done = set()
        for _, name, role, room in sorted(gains, reverse=True):
            (start, end), row = placements[name].meetings[0], row_of[room]
            slots = {(row, slot) for slot in range(start, end)}
            if (
                (name, role) not in done
                and taken.isdisjoint(slots)
                and self.ground.open[row, start:end].all()
            ):
                done.add((name, role))
                taken |= slots
                found[name][role] = room
        return {
            name: placement.model_copy(update={"resources": found[name]})
            for name, placement in placements.items()
        }


def lay_out(problem: Problem, lowered: Lowered) -> Layout:
    """Lay a problem out that is `known`."""
    return _Laying(problem, lowered).layout()


def _slots(problem: Problem, activity: Activity) -> int:
    options = problem.option_sets[activity.times]
    return options[0].meetings[0][1] - options[0].meetings[0][0] if options else 1


def _stand_in(problem: Problem, candidates: str) -> str:
    """Return the cheapest candidate among those that are never full, among all if none is."""
    found = problem.candidate_sets[candidates]
    free = [c for c in found if problem.resource_by_id[c.resource].mode == "pooled"] or list(found)
    return min(free, key=lambda c: c.penalty).resource


def _lists(lists: Iterable[Sequence[Sequence[int]]], columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each list begins, and the lists one after another."""
    begins: list[int] = [0]
    flat: list[Sequence[int]] = []
    for one in lists:
        flat.extend(one)
        begins.append(len(flat))
    rows = np.array(flat, dtype=np.int32).reshape(len(flat), columns)
    return np.array(begins, dtype=np.int32), rows


class _Laying:
    def __init__(self, problem: Problem, lowered: Lowered) -> None:
        self.problem, self.lowered = problem, lowered
        self.width = problem.grid.slots_per_day
        self.days = problem.grid.days_per_week
        self.slots = self.width * self.days
        self.slots_of = {a.id: _slots(problem, a) for a in problem.activities}
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

    def _needs(
        self, starts: list[list[int]], cells: list[set[tuple[int, int]]]
    ) -> tuple[list[tuple[str, str]], list[list[int]], list[int]]:
        """Enter what units take for sure; return the roles, their rows, and where each unit's roles begin."""
        roles: list[tuple[str, str]] = []
        seats: list[list[int]] = []
        role_from = [0]
        for unit, members in enumerate(self.members):
            for activity in members:
                slots = self.slots_of[activity.id]
                for requirement in activity.requirements:
                    names = [c.resource for c in self.problem.candidate_sets[requirement.candidates]]
                    rows = [self.row_of[name] for name in names if name in self.row_of]
                    if len(rows) < len(names):
                        continue
                    if len(rows) == 1:
                        cells[unit] |= {(rows[0], offset) for offset in range(slots)}
                        starts[unit] = [s for s in starts[unit] if self.open[rows[0], s : s + slots].all()]
                    else:
                        roles.append((activity.id, requirement.role))
                        seats.append(rows)
            role_from.append(len(roles))
        return roles, seats, role_from

    def layout(self) -> Layout:
        starts = self._starts()
        cells: list[set[tuple[int, int]]] = [set() for _ in self.members]
        roles, seats, role_from = self._needs(starts, cells)
        shapes = self._shapes(cells)
        pairs, wishes = self._pairs(starts)
        rows = len(self.open)
        by_row: list[list[int]] = [[] for _ in range(rows)]
        for at, (row, _) in enumerate(shapes):
            by_row[row].append(at)
        order = [at for found in by_row for at in found]
        ruled = [sorted({(row,) for row, _ in found if by_row[row]}) for found in cells]
        load = np.zeros(rows, dtype=np.int32)
        for taken in cells:
            for row, _ in taken:
                load[row] += 1
        cell_from, cell = _lists([sorted(found) for found in cells], 2)
        start_from, start = _lists([[(s,) for s in found] for found in starts], 1)
        pair_from, pair = _lists(pairs, 2)
        wish_from, wish = _lists(wishes, 3)
        seat_from, seat = _lists([[(row,) for row in found] for found in seats], 1)
        ruled_from, ruled_rows = _lists(ruled, 1)
        dislike = [self._dislike(unit, s) for unit, found in enumerate(starts) for s in found]
        masks = np.array([shape[1][1] for shape in shapes], dtype=np.int64).reshape(len(shapes), 2, self.days)
        numbers = np.array([shape[1][0] for shape in shapes], dtype=np.int64).reshape(len(shapes), 5)
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
            role_from=np.array(role_from, dtype=np.int32),
            role_unit=np.array([self.unit_of[name] for name, _ in roles], dtype=np.int32),
            role_slots=np.array([self.slots_of[name] for name, _ in roles], dtype=np.int32),
            seat_from=seat_from,
            seat=seat[:, 0].copy(),
            open=self.open,
            rule_from=np.array([0, *np.cumsum([len(found) for found in by_row])], dtype=np.int32),
            rule=numbers[order],
            within=masks[order, 0],
            pauses=masks[order, 1],
            ruled_from=ruled_from,
            ruled=ruled_rows[:, 0].copy(),
            load=load,
            size=np.array([len(found) for found in self.members], dtype=np.int32),
        )
        return Layout(self.problem, ground, self.members, roles, self.rows)

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

    def _shapes(
        self, cells: list[set[tuple[int, int]]]
    ) -> list[tuple[int, tuple[tuple[int, ...], tuple[list[int], list[int]]]]]:
        """Return row and numbers of every shape; a subject of activities gets a row of its own."""
        found = []
        own: dict[tuple[str, ...], int] = {}
        for stated in self.lowered.structures:
            shape = stated.primitive
            if not isinstance(shape, DayShape) or not states(stated):
                continue
            if shape.resources:
                row = self.row_of.get(shape.resources[0], -1)
            else:
                names = tuple(sorted(shape.activities))
                row = own.setdefault(names, len(self.open) + len(own))
                for name in names:
                    cells[self.unit_of[name]] |= {(row, i) for i in range(self.slots_of[name])}
            limits = (-1 if limit is None else limit for limit in (shape.at_most, shape.at_least))
            numbers = (MEASURES[shape.measure], int(shape.period != "day"), *limits, stated.weight or 0)
            everywhere = ((0, self.slots),)
            bits = self._bits(shape.within or everywhere), self._bits(shape.pauses)
            found.append((row, (numbers, bits)))
        self.open = np.vstack([self.open, np.ones((len(own), self.slots), dtype=np.uint8)])
        return found

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
            related = stated.primitive
            if not isinstance(related, PairTime) or related.relation not in HOLDS:
                continue
            for a, b in combinations(related.activities, 2):
                one, other = self.unit_of[a], self.unit_of[b]
                there = self._table(related, self.slots_of[a], self.slots_of[b])
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

    def _table(self, related: PairTime, slots: int, other_slots: int) -> int:
        """Return where the table of a relation is; after it comes the one seen from the other side."""
        key = (related.relation, related.limit, related.pauses, slots, other_slots)
        if key not in self.table_of:
            ends = next_slots(related.pauses, self.width, self.slots)
            holds = HOLDS[related.relation]
            s = np.arange(self.slots)[:, None]
            t = np.arange(self.slots)[None, :]
            table = holds(Two(s, s + slots, t, t + other_slots, self.width, related.limit, ends))
            self.table_of[key] = len(self.tables)
            self.tables += [table.astype(np.uint8), table.T.astype(np.uint8)]
        return self.table_of[key]
