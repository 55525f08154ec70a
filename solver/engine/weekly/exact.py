"""A whole plan by CP-SAT: a literal for each start; of those that exclude each other one at most is true."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.weekly import fields
from solver.engine.weekly.course import Found
from solver.engine.weekly.layout import Layout


def whole_plan(
    layout: Layout, *, seconds: float, seed: int, kept: Mapping[int, int] | None = None
) -> Found | None:
    """Return a plan with everything placed under all hard rules; None: none was found in the time.

    `kept`: these units start so, the others anywhere; rooms are chosen anew.
    """
    model = _Model(layout, kept or {})
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    status = solver.solve(model.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return model.found(solver)


def freed(layout: Layout, starts: Sequence[int], size: int, chance: np.random.Generator) -> dict[int, int]:
    """Return the starts of a plan without those of about `size` units around the ones that have none.

    Around a unit are those that share a row with it or are related to it, and again around those.
    """
    ground = layout.ground
    by_row: defaultdict[int, set[int]] = defaultdict(set)
    rows_of: list[set[int]] = []
    for unit in range(len(starts)):
        rows_of.append(
            {int(row) for row, _ in ground.cell[ground.cell_from[unit] : ground.cell_from[unit + 1]]}
        )
        for row in rows_of[unit]:
            by_row[row].add(unit)
    missing = [unit for unit, start in enumerate(starts) if start < 0]
    free = set(missing)
    front = [missing[int(chance.integers(len(missing)))]]
    while front and len(free) < size:
        unit = front.pop(int(chance.integers(len(front))))
        related = ground.pair[ground.pair_from[unit] : ground.pair_from[unit + 1], 0]
        around = {int(other) for other in related}.union(*(by_row[row] for row in rows_of[unit])) - free
        some = chance.permutation(sorted(around))[: 1 + size // 6]
        free.update(int(other) for other in some)
        front += [int(other) for other in some]
    return {unit: start for unit, start in enumerate(starts) if unit not in free}


class _Model:
    def __init__(self, layout: Layout, kept: Mapping[int, int]) -> None:
        self.ground = layout.ground
        self.model = cp_model.CpModel()
        ground = self.ground
        self.units = range(len(ground.size))
        self.starts = [
            {
                int(start): self.model.new_bool_var("")
                for start in self._part(ground.start, ground.start_from, unit)
                if kept.get(unit, start) == start
            }
            for unit in self.units
        ]
        for literals in self.starts:
            self.model.add_exactly_one(literals.values())
        self.rooms = self._rooms(len(layout.roles))
        self._rows()
        self._pairs()
        for row in range(len(ground.rule_from) - 1):
            self._rules(row)

    @staticmethod
    def _part(values: Any, begins: Any, at: int) -> Any:
        return values[begins[at] : begins[at + 1]]

    def _covers(self, unit: int, offsets: Iterable[int]) -> dict[int, list[Any]]:
        """Return for each slot the starts with which a unit takes it."""
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for offset in offsets:
            for start, literal in self.starts[unit].items():
                found[start + offset].append(literal)
        return found

    def _rooms(self, roles: int) -> list[dict[int, Any]]:
        """Return a literal for each room of each role; no set of roles has more than its rooms at a time."""
        ground, model = self.ground, self.model
        rooms = []
        self.seated: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
        by_set: defaultdict[frozenset[int], list[int]] = defaultdict(list)
        for role in range(roles):
            unit, slots = int(ground.role_unit[role]), int(ground.role_slots[role])
            literals = {
                int(row): model.new_bool_var("") for row in self._part(ground.seat, ground.seat_from, role)
            }
            model.add_exactly_one(literals.values())
            covers = self._covers(unit, range(slots))
            for row, literal in literals.items():
                for slot, takes in covers.items():
                    if not ground.open[row, slot]:
                        model.add(sum(takes) + literal <= 1)
                    else:
                        both = model.new_bool_var("")
                        model.add(both >= sum(takes) + literal - 1)
                        self.seated[row, slot].append(both)
            rooms.append(literals)
            by_set[frozenset(literals)].append(role)
        for chosen in by_set:
            users: defaultdict[int, list[Any]] = defaultdict(list)
            for some, found in by_set.items():
                for role in found if some <= chosen else ():
                    unit = int(ground.role_unit[role])
                    for slot, takes in self._covers(unit, range(int(ground.role_slots[role]))).items():
                        users[slot] += takes
            for takes in users.values():
                if len(takes) > len(chosen):
                    model.add(sum(takes) <= len(chosen))
        return rooms

    def _rows(self) -> None:
        """No row serves two at a time; one whose hours fill all its slots serves one at each."""
        ground = self.ground
        self.held: defaultdict[int, defaultdict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for unit in self.units:
            for row, offset in self._part(ground.cell, ground.cell_from, unit):
                for slot, takes in self._covers(unit, (int(offset),)).items():
                    self.held[int(row)][slot] += takes
        for row, by_slot in self.held.items():
            full = len(by_slot) == ground.load[row] and not any(
                (row, slot) in self.seated for slot in by_slot
            )
            for takes in by_slot.values():
                if full:
                    self.model.add_exactly_one(takes)
        for row in range(len(ground.open)):
            for slot in range(ground.width * ground.days):
                takes = [*self.held[row][slot], *self.seated.get((row, slot), ())]
                if len(takes) > 1:
                    self.model.add_at_most_one(takes)

    def _pairs(self) -> None:
        """Let one at most be true of starts of a unit that exclude the same starts of another, and these."""
        ground = self.ground
        for unit in self.units:
            for other, table in self._part(ground.pair, ground.pair_from, unit):
                if other < unit:
                    continue
                alike: defaultdict[tuple[int, ...], list[Any]] = defaultdict(list)
                for start, literal in self.starts[unit].items():
                    bad = tuple(t for t in self.starts[other] if not ground.tables[table, start, t])
                    alike[bad].append(literal)
                for bad, literals in alike.items():
                    if bad:
                        self.model.add_at_most_one([*literals, *(self.starts[other][t] for t in bad)])

    def _rules(self, row: int) -> None:
        ground = self.ground
        rules = [
            k
            for k in range(ground.rule_from[row], ground.rule_from[row + 1])
            if not ground.rule[k, fields.WEIGHT]
        ]
        if not rules:
            return
        days = [self._day(row, day) for day in range(ground.days)]
        self.model.add(sum(sum(day.values()) for day in days) == int(ground.load[row]))
        used = [self._any(day.values()) for day in days]
        for k in rules:
            measure, horizon, at_most, at_least, _ = (int(x) for x in ground.rule[k])
            values = [
                self._value(measure, days[d], used[d], int(ground.within[k, d]), int(ground.pauses[k, d]))
                for d in range(ground.days)
            ]
            if horizon:
                self._limit(sum(values), at_most, at_least, None)
            else:
                for value, busy in zip(values, used, strict=True):
                    self._limit(value, at_most, at_least, busy)

    def _limit(self, value: Any, at_most: int, at_least: int, busy: Any) -> None:
        if at_most >= 0:
            self.model.add(value <= at_most)
        if at_least > 0:
            if busy is None:
                self.model.add(value >= at_least)
            else:
                self.model.add(value >= at_least * busy)

    def _day(self, row: int, day: int) -> dict[int, Any]:
        """Return for each hour of a day whether a row is in use; hours in which it never is are left out."""
        found = {}
        for hour in range(self.ground.width):
            takes = self.held[row][day * self.ground.width + hour]
            if takes:
                found[hour] = self.model.new_bool_var("")
                self.model.add(sum(takes) == found[hour])
        return found

    def _any(self, literals: Iterable[Any]) -> Any:
        chosen = list(literals)
        found = self.model.new_bool_var("")
        if chosen:
            self.model.add_max_equality(found, chosen)
        else:
            self.model.add(found == 0)
        return found

    def _value(self, measure: int, day: dict[int, Any], used: Any, within: int, pauses: int) -> Any:
        """Return a measure of a day, or something that is at least it where only a limit above is set."""
        inside = [literal for hour, literal in day.items() if within >> hour & 1]
        if measure == fields.LOAD:
            return sum(inside)
        if measure == fields.USED:
            return self._any(inside) if inside else 0
        if measure == fields.LATE:
            late = self.model.new_bool_var("")
            self.model.add(late >= used - sum(inside))
            return late
        if measure == fields.RUN:
            return self._run(day)
        return self._between(day, pauses if measure == fields.GAPS else None)

    def _run(self, day: dict[int, Any]) -> Any:
        longest = self.model.new_int_var(0, len(day), "")
        for first in day:
            for last in day:
                stretch = range(first, last + 1)
                if first <= last and all(hour in day for hour in stretch):
                    size = len(stretch)
                    self.model.add(longest >= size - size * (size - sum(day[hour] for hour in stretch)))
        return longest

    def _between(self, day: dict[int, Any], pauses: int | None) -> Any:
        """Return the free hours between the first and the last in use; without `pauses` all of the span."""
        hours = range(min(day, default=0), max(day, default=-1) + 1)
        before, after = self._spread(day, hours), self._spread(day, reversed(hours))
        counted = []
        for hour in hours:
            if pauses is not None and pauses >> hour & 1:
                continue
            spans = self.model.new_bool_var("")
            counted.append(spans)
            busy = [day[hour]] if pauses is not None and hour in day else []
            self.model.add_bool_or([before[hour].negated(), after[hour].negated(), spans, *busy])
        return sum(counted)

    def _spread(self, day: dict[int, Any], hours: Iterable[int]) -> dict[int, Any]:
        """Return for each hour whether it or one before it in this order is in use."""
        found: dict[int, Any] = {}
        last = None
        for hour in hours:
            found[hour] = self.model.new_bool_var("")
            if hour in day:
                self.model.add_implication(day[hour], found[hour])
            if last is not None:
                self.model.add_implication(last, found[hour])
            last = found[hour]
        return found

    def found(self, solver: cp_model.CpSolver) -> Found:
        def true(literals: dict[int, Any]) -> int:
            return next(key for key, literal in literals.items() if solver.boolean_value(literal))

        starts = [true(literals) for literals in self.starts]
        rooms = [true(literals) for literals in self.rooms]
        return Found(0, math.inf, starts, rooms)
