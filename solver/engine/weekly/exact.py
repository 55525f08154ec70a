"""A whole plan by CP-SAT: a literal for each start; of those that exclude each other one at most is true."""

import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, combinations
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.weekly import fields
from solver.engine.weekly.course import Found
from solver.engine.weekly.layout import Layout

_LOOK_EVERY_S = 0.2
_OF_PLACES = [fields.AREAS, fields.MOVES, fields.HURRIES, fields.ROOMS]


def whole_plan(layout: Layout, *, seed: int, over: Callable[[], bool]) -> Found | None:
    """Return a plan with everything placed under all hard rules; None: none was found until it was `over`.

    Rules about places and rooms are not for it: where one is hard it finds none.
    """
    hard = layout.ground.rule[:, fields.WEIGHT] == 0
    if np.isin(layout.ground.rule[hard, fields.MEASURE], _OF_PLACES).any():
        return None
    model = _Model(layout)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_EVERY_S):
            if over():
                solver.stop_search()

    threading.Thread(target=watch, daemon=True).start()
    status = solver.solve(model.model)
    done.set()
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return model.found(solver)


class _Model:
    def __init__(self, layout: Layout) -> None:
        self.ground = layout.ground
        self.model = cp_model.CpModel()
        ground = self.ground
        self.units = range(len(ground.size))
        self.starts = [
            {
                int(start): self.model.new_bool_var("")
                for start in self._part(ground.start, ground.start_from, unit)
            }
            for unit in self.units
        ]
        for literals in self.starts:
            self.model.add_exactly_one(literals.values())
        self.alone = [self._one_at_a_time(row) for row in range(len(ground.look))]
        self.rooms = self._rooms(len(layout.roles))
        self._rows()
        self._pairs()
        for row in range(len(ground.rule_from) - 1):
            self._rules(row)

    @staticmethod
    def _part(values: Any, begins: Any, at: int) -> Any:
        return values[begins[at] : begins[at + 1]]

    def _one_at_a_time(self, row: int) -> bool:
        """Tell whether a row serves one at a time, or one that does is part of all its members."""
        ground = self.ground
        if ground.look[row] <= fields.SITED:
            return True
        members = self._part(ground.member, ground.member_from, row)[:, 0].tolist()
        taken = [set(self._part(ground.cell, ground.cell_from, unit)[:, 0].tolist()) for unit in members]
        return len(set(members)) == len(members) > 0 and bool(set.intersection(*taken))

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
            for row, offset, _ in self._part(ground.cell, ground.cell_from, unit):
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
            for unit, slots, _ in self._part(ground.member, ground.member_from, row):
                for slot, takes in self._covers(int(unit), range(int(slots))).items():
                    self.held[row][slot] += takes
            if not self.alone[row]:
                continue
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
        least = fields.CROWD if self.alone[row] else fields.SUM
        counted = [k for k in rules if least <= ground.rule[k, fields.MEASURE] <= fields.LACK_IF_ANY]
        for k in counted:
            self._at_once(row, k)
        if len(counted) == len(rules):
            return
        days = [self._day(row, day) for day in range(ground.days)]
        if self.alone[row]:
            slots = self._part(ground.member, ground.member_from, row)[:, 1]
            self.model.add(sum(sum(day.values()) for day in days) == int(ground.load[row] + slots.sum()))
        used = [self._any(day.values()) for day in days]
        for k in rules:
            measure, horizon, at_most, at_least, _, bound = (int(x) for x in ground.rule[k])
            if k in counted:
                continue
            if measure == fields.SHORT_NIGHTS:
                self._nights(days, bound)
                continue
            values = [
                self._value(measure, days[d], used[d], int(ground.within[k, d]), int(ground.pauses[k, d]))
                for d in range(ground.days)
            ]
            if horizon:
                self._limit(sum(values), at_most, at_least, None)
            else:
                for value, busy in zip(values, used, strict=True):
                    self._limit(value, at_most, at_least, busy)

    def _inside(self, row: int, k: int, day: int) -> Iterator[list[Any]]:
        """Yield what is true where somebody takes place in an hour that counts for a rule, hour by hour."""
        width = self.ground.width
        for hour in range(width):
            if int(self.ground.within[k, day]) >> hour & 1:
                yield self.held[row][day * width + hour]

    def _at_once(self, row: int, k: int) -> None:
        """Limit how many members take place: in all hours of a day or of all days, or in each hour."""
        measure, horizon, at_most, at_least, _, bound = (int(x) for x in self.ground.rule[k])
        days = [list(self._inside(row, k, day)) for day in range(self.ground.days)]
        if measure == fields.SUM:
            for hours in [[takes for day in days for takes in day]] if horizon else days:
                every = [take for takes in hours for take in takes]
                self._limit(sum(every), at_most, at_least, None if at_least <= 0 else self._any(every))
            return
        for takes in chain(*days):
            if measure == fields.CROWD:
                self.model.add(sum(takes) <= bound)
            elif measure == fields.LACK:
                self.model.add(sum(takes) >= bound)
            else:
                self.model.add(sum(takes) >= bound * self._any(takes))

    def _nights(self, days: list[dict[int, Any]], bound: int) -> None:
        """Let one at most be true of two hours of different days that are too near to each other."""
        width = self.ground.width
        hours = [(day * width + hour, busy) for day, found in enumerate(days) for hour, busy in found.items()]
        for (slot, busy), (later, then) in combinations(hours, 2):
            if slot // width != later // width and later - slot - 1 < bound:
                self.model.add_at_most_one([busy, then])

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
            if takes and self.alone[row]:
                found[hour] = self.model.new_bool_var("")
                self.model.add(sum(takes) == found[hour])
            elif takes:
                found[hour] = self._any(takes)
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
        if measure in (fields.LOAD, fields.SUM):
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
