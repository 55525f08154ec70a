"""The arrays of the search made of a layout, and plans written into them and read from them."""

from collections.abc import Mapping, Sequence

import numpy as np

from solver.engine.weekly import fields
from solver.engine.weekly.layout import Ground

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
PlanInts = np.ndarray[tuple[int], np.dtype[np.int32]]


class Arrays:
    """The arrays that are described in `fields`: of one search, with its memory."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self._ground = ground
        units, rows, slots = len(ground.size), len(ground.open), ground.width * ground.days
        head: dict[int, int] = {
            fields.UNITS: units,
            fields.ROWS: rows,
            fields.SLOTS: slots,
            fields.WIDTH: ground.width,
            fields.DAYS: ground.days,
            fields.PLACES: len(ground.way),
        }
        self.ints = _joined(head, _lists(ground))
        head[fields.OPEN] = ground.tables.size
        self.bytes = np.concatenate([ground.tables.ravel(), ground.open.ravel()]).astype(np.uint8)
        head[fields.DISLIKE] = fields.PULL + 1
        head[fields.DRIVEN] = head[fields.DISLIKE] + len(ground.dislike)
        self.floats = np.zeros(head[fields.DRIVEN] + units * (slots + 1))
        self.floats[head[fields.DISLIKE] : head[fields.DRIVEN]] = ground.dislike
        self.driven = self.floats[head[fields.DRIVEN] :]
        head[fields.MARK] = fields.RANDOM + 1
        head[fields.BARRED] = head[fields.MARK] + units
        head[fields.READING] = head[fields.BARRED] + units * slots
        reading = ground.days + slots + 1
        most_ruled = int(np.max(np.diff(ground.ruled_from), initial=0))
        head[fields.READINGS] = reading
        head[fields.SUMS] = head[fields.READING] + (1 + most_ruled) * (reading + 1)
        head[fields.TAKEN] = head[fields.SUMS] + len(ground.rule) * (3 + ground.days)
        most_roles = int(np.max(np.diff(ground.role_from), initial=0))
        self.memory = np.zeros(head[fields.TAKEN] + most_roles, dtype=np.int64)
        self.memory[fields.RANDOM] = 2 * seed + 1
        roles = len(ground.role_unit)
        sizes = {
            fields.AT: units,
            fields.HELD: rows * slots,
            fields.HELD_ROLE: rows * slots,
            fields.ROOM: roles,
            fields.PLACED: rows,
            fields.WAITING: units,
            fields.WAITS_AT: units,
        }
        at = 1
        for field, size in sizes.items():
            head[field] = at
            at += size
        self._plan_size = at
        self._head = head
        for field, value in head.items():
            self.ints[field] = value

    def choose_by(self, tenure: int, grudge: float, pull: float) -> None:
        """Set how the search chooses."""
        self.floats[fields.TENURE : fields.PULL + 1] = tenure, grudge, pull

    def _part(self, plan: PlanInts, field: int, size: int) -> PlanInts:
        begin = self._head[field]
        return plan[begin : begin + size]

    def empty(self) -> PlanInts:
        """Return a plan in which every unit waits."""
        units, rows = len(self._ground.size), len(self._ground.open)
        plan = np.full(self._plan_size, -1, dtype=np.int32)
        plan[0] = units
        self._part(plan, fields.PLACED, rows)[:] = 0
        self._part(plan, fields.WAITING, units)[:] = np.arange(units)
        self._part(plan, fields.WAITS_AT, units)[:] = np.arange(units)
        return plan

    def whole(self, starts: Sequence[int], rooms: Sequence[int]) -> PlanInts:
        """Return a plan with these starts of all units and rooms of all roles."""
        ground, plan = self._ground, self.empty()
        rows, slots = ground.open.shape
        held = self._part(plan, fields.HELD, rows * slots).reshape(rows, slots)
        held_role = self._part(plan, fields.HELD_ROLE, rows * slots).reshape(rows, slots)
        placed = self._part(plan, fields.PLACED, rows)
        plan[0] = 0
        self._part(plan, fields.WAITS_AT, len(starts))[:] = -1
        self._part(plan, fields.AT, len(starts))[:] = starts
        self._part(plan, fields.ROOM, len(rooms))[:] = rooms
        for unit, start in enumerate(starts):
            for row, offset, _ in ground.cell[ground.cell_from[unit] : ground.cell_from[unit + 1]]:
                held[row, start + offset] = unit
                placed[row] += 1
        for role, row in enumerate(rooms):
            unit = ground.role_unit[role]
            span = slice(starts[unit], starts[unit] + ground.role_slots[role])
            held[row, span], held_role[row, span] = unit, role
        return plan

    def starts(self, plan: PlanInts) -> list[int]:
        """Return where each unit starts; -1: nowhere."""
        return [int(start) for start in self._part(plan, fields.AT, len(self._ground.size))]

    def rooms(self, plan: PlanInts) -> list[int]:
        """Return the row in which each role is seated; -1: none."""
        return [int(row) for row in self._part(plan, fields.ROOM, len(self._ground.role_unit))]


def _lists(ground: Ground) -> Mapping[int, Ints]:
    found = {
        fields.CELL_FROM: ground.cell_from,
        fields.CELL: ground.cell,
        fields.START_FROM: ground.start_from,
        fields.START: ground.start,
        fields.PAIR_FROM: ground.pair_from,
        fields.PAIR: ground.pair,
        fields.WISH_FROM: ground.wish_from,
        fields.WISH: ground.wish,
        fields.ROLE_FROM: ground.role_from,
        fields.ROLE_UNIT: ground.role_unit,
        fields.ROLE_SLOTS: ground.role_slots,
        fields.SEAT_FROM: ground.seat_from,
        fields.SEAT: ground.seat,
        fields.RULE_FROM: ground.rule_from,
        fields.RULE: ground.rule,
        fields.WITHIN: ground.within,
        fields.PAUSES: ground.pauses,
        fields.RULED_FROM: ground.ruled_from,
        fields.RULED: ground.ruled,
        fields.LOAD_OF: ground.load,
        fields.SIZE: ground.size,
        fields.LOOK: ground.look,
        fields.MEMBER_FROM: ground.member_from,
        fields.MEMBER: ground.member,
        fields.PLACE: ground.place,
        fields.HINT: ground.hint,
        fields.PICKY: ground.picky,
        fields.WAY: ground.way,
    }
    return {field: array.ravel().astype(np.int64) for field, array in found.items()}


def _joined(head: dict[int, int], lists: Mapping[int, Ints]) -> Ints:
    """Return the lists behind room for the head, in which `head` gets where each begins."""
    at = fields.HEAD
    for field, array in lists.items():
        head[field] = at
        at += len(array)
    return np.concatenate([np.zeros(fields.HEAD, dtype=np.int64), *lists.values()])
