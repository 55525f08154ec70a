"""Nodes of statements that look at days and moments as a whole."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from solver.engine.local import layout, shapes
from solver.engine.local.model import Node
from solver.problem import Interval

if TYPE_CHECKING:
    from solver.engine.local.statements import Statements
    from solver.engine.lowering import Structured
    from solver.structure import Concurrent, DayShape, Rest

_NO_LIMIT = 1 << 40
_IN_SLOTS = {"load", "covered", "gaps", "span", "run"}


def _slots(intervals: tuple[Interval, ...], week: int) -> set[int]:
    """Slots of the intervals; with a week's length, laid on one week."""
    found = {slot for start, end in intervals for slot in range(start, end)}
    return {slot % week for slot in found} if week else found


def add_shape(s: Statements, structured: Structured, shape: DayShape) -> None:
    """Add the node of a shape of days."""
    if shape.measure == "moves":
        _add_moves(s, structured, shape)
        return
    grid = s.problem.grid
    day, fold = grid.slots_per_day, grid.slots_per_week if shape.fold else 0
    within, pauses = _slots(shape.within, fold), _slots(shape.pauses, fold)
    users = _users(s, shape)
    used = {time for at in users for time, _ in s.choices[at].times}
    bounds = {slot % day for slots in (within, pauses) for slot in _edges(slots)}
    late = shape.measure == "late"
    number, clock = s.grids.of_days(used, shape.fold, set() if late else within, bounds)
    cells = len(clock) - 1
    if not used or cells < 1:
        return
    measure = shapes.MEASURES.index(shape.measure)
    weight = s.weight(structured)
    unit = 1
    if weight is None and shape.measure in _IN_SLOTS:
        unit = min(b - a for a, b in pairwise(clock))
    days = grid.days_per_week * (1 if shape.fold else grid.weeks)
    length = {"day": 1, "week": grid.days_per_week, "horizon": grid.horizon_slots}[shape.period]
    every = [s.times.meetings[time] for time in used]
    alone = all(clock.index(a % day) + 1 == clock.index(a % day + b - a) for m in every for a, b in m)
    has_table = cells <= shapes.TABLE_CELLS and (
        shape.measure in ("used", "covered", "gaps", "span", "run", "late", "breaks")
        or (shape.measure == "isolated" and alone)
    )
    kept = shape.at_most if shape.at_most is not None else -1
    wanted = shape.at_least if shape.at_least is not None else 0
    rules = [measure, shape.join, shape.longer_than, kept, wanted, length, unit]
    made = s.geometries
    for number_of_day in range(days):
        first = number_of_day * day
        counts = [b - a for a, b in pairwise(clock)]
        if shape.within:
            counts = [n if first + a in within else 0 for n, a in zip(counts, clock, strict=False)]
        free = [first + a in pauses for a in clock[:-1]]
        geometry = np.array([*clock, *counts, *free], dtype=np.int64)
        key = (geometry.tobytes(), measure, shape.join, shape.longer_than, has_table)
        if key not in made:
            table = 0
            if has_table:
                table = s.arena.block(
                    shapes.table_of(
                        geometry,
                        cells,
                        0,
                        cells + 1,
                        2 * cells + 1,
                        measure,
                        shape.join,
                        shape.longer_than,
                    )
                )
            made[key] = (s.arena.block(geometry), table)
        rules += made[key]
    periods = -(-days // length)
    parameters = [
        number,
        cells,
        s.arena.room(days * cells),
        s.arena.room(days * cells),
        s.arena.room(3 * days),
        s.arena.room(2 * periods),
        s.arena.block(rules),
        int(has_table),
    ]
    node = s.node(Node(layout.SHAPE, structured.rule_position, weight, parameters))
    s.link_activities(node, shape.activities)
    s.link_resources(node, shape.resources, once=True)


def _add_moves(s: Statements, structured: Structured, shape: DayShape) -> None:
    """Add the node of a shape that counts changes of area."""
    grid, times = s.problem.grid, s.times.meetings
    week = grid.slots_per_week if shape.fold else 0
    within = _slots(shape.within, week)
    counts = (
        not within or any((slot % week if week else slot) in within for slot in range(start, end))
        for meetings in times
        for start, end in sorted(meetings)
    )
    users = [s.choices[at] for at in _users(s, shape)]
    size = sum(max((len(times[time]) for time, _ in choice.times), default=0) for choice in users)
    pool = s.arena.pool(size)
    days = grid.days_per_week * (1 if shape.fold else grid.weeks)
    length = {"day": 1, "week": grid.days_per_week, "horizon": grid.horizon_slots}[shape.period]
    kept = shape.at_most if shape.at_most is not None else -1
    areas = sorted(s.contexts.areas)
    parameters = [
        s.arena.room(days, -1),
        pool,
        s.arena.room(2 * -(-days // length)),
        s.arena.block(counts),
        pool,
        s.arena.block([kept, shape.at_least or 0, length, days]),
        s.arena.block(areas.index(area) for area in s.contexts.areas),
    ]
    node = s.node(Node(layout.MOVES, structured.rule_position, s.weight(structured), parameters))
    s.placed_matters = True
    s.link_activities(node, shape.activities)
    s.link_resources(node, shape.resources, once=True)


def _users(s: Statements, shape: DayShape) -> set[int]:
    found = {s.at[name] for name in shape.activities}
    for name in shape.resources:
        resource = s.resource_at[name]
        found |= {at for at, _ in s.fixed_users[resource]}
        found |= {at for at, _, _ in s.seat_users[resource]}
    return {at for at in found if not s.choices[at].dead}


def _edges(slots: set[int]) -> set[int]:
    """Slots at which a run of slots begins or has ended."""
    return {slot for slot in slots if slot - 1 not in slots} | {
        slot + 1 for slot in slots if slot + 1 not in slots
    }


def add_concurrent(s: Statements, structured: Structured, wanted: Concurrent) -> None:
    """Add the node of a number of activities at once."""
    weight = s.weight(structured)
    number, bounds = s.grids.of_slots({edge for window in wanted.windows for edge in window})
    inside = _slots(wanted.windows, 0)
    weights = [(b - a if weight is not None else 1) if a in inside else 0 for a, b in pairwise(bounds)]
    parameters = [
        number,
        s.arena.room(len(bounds)),
        s.arena.block(weights),
        _NO_LIMIT if wanted.at_most is None else wanted.at_most,
        wanted.at_least,
        int(wanted.or_none),
    ]
    due = 0 if wanted.or_none else wanted.at_least * sum(weights)
    node = Node(layout.CONCURRENT, structured.rule_position, weight, parameters, at_first=due)
    s.link_activities(s.node(node), wanted.activities)


def add_rest(s: Statements, structured: Structured, rest: Rest) -> None:
    """Add the node of a resource's rest between days."""
    grid = s.problem.grid
    resource = s.resource_at[rest.resource]
    users = {at for at, _ in s.fixed_users[resource]} | {at for at, _, _ in s.seat_users[resource]}
    used = {time for at in users for time, _ in s.choices[at].times}
    number, clock = s.grids.of_days(used, False, (), ())
    cells, days = len(clock) - 1, grid.days_per_week * grid.weeks
    if not used or cells < 1:
        return
    parameters = [
        number,
        cells,
        s.arena.room(days * cells),
        s.arena.room(2 * days, -1),
        rest.min_slots,
        s.arena.block(clock),
        days,
        grid.slots_per_day,
    ]
    node = s.node(Node(layout.REST, structured.rule_position, s.weight(structured), parameters))
    s.link_resources(node, [rest.resource])
