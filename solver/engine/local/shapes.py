"""Values of a day's meetings, compiled; and tables of them for days of few cells.

A day is divided into cells by all starts and ends of meetings; a cell is covered by so many of them.
"""

import numpy as np

from solver.engine.local.compiled import compiled, entry

MEASURES = (
    "used",
    "load",
    "covered",
    "gaps",
    "span",
    "run",
    "isolated",
    "late",
    "breaks",
    "long_blocks",
)
USED, LOAD_OF, COVERED, GAPS, SPAN_OF, RUN, ISOLATED, LATE, BREAKS, LONG_BLOCKS = range(10)

TABLE_CELLS = 12
"""Days of at most so many cells have a table of values."""


@compiled
def day_value(I, cells, cover, starts, clock, weight, pause, measure, join, longer):  # type: ignore[no-untyped-def]
    """Value of one day.

    `cover`, `starts`: where the counts of meetings that cover a cell, and that begin in it, are; `clock`:
    bounds of the cells; `weight`: slots of each cell that count; `pause`: whether it is one.
    """
    first = -1
    last = -1
    value = 0
    run_from = 0
    block_from = -1
    block_meetings = 0
    stretch_meetings = 0
    best = 0
    isolated = 0
    breaks = 0
    blocks = 0
    for c in range(cells):
        if I[cover + c] <= 0:
            continue
        start, end = I[clock + c], I[clock + c + 1]
        if first < 0:
            first = start
            run_from = start
            block_from = start
        elif start > last:
            if measure == GAPS:
                for gap in range(c - 1, -1, -1):
                    if I[cover + gap] > 0:
                        break
                    if not I[pause + gap]:
                        value += I[clock + gap + 1] - I[clock + gap]
            best = max(best, last - run_from)
            isolated += stretch_meetings == 1
            stretch_meetings = 0
            run_from = start
            if start - last > join:
                breaks += 1
                blocks += block_meetings > 1 and last - block_from > longer
                block_from = start
                block_meetings = 0
        stretch_meetings += I[starts + c]
        block_meetings += I[starts + c]
        if measure in (COVERED, LATE):
            value += I[weight + c]
        last = end
    if first < 0:
        return 0
    best = max(best, last - run_from)
    isolated += stretch_meetings == 1
    blocks += block_meetings > 1 and last - block_from > longer
    if measure == USED:
        return 1
    if measure == SPAN_OF:
        return last - first
    if measure == RUN:
        return best
    if measure == ISOLATED:
        return isolated
    if measure == LATE:
        return 1 if value == 0 else 0
    if measure == BREAKS:
        return breaks
    if measure == LONG_BLOCKS:
        return blocks
    return value


@entry
def table_of(I, cells, clock, weight, pause, measure, join, longer):  # type: ignore[no-untyped-def]
    """Values for all sets of covered cells, each covered by one meeting of its own."""
    values = np.zeros(1 << cells, dtype=np.int64)
    work = np.zeros(I.size + cells, dtype=np.int64)
    work[: I.size] = I
    for mask in range(1, 1 << cells):
        for c in range(cells):
            work[I.size + c] = (mask >> c) & 1
        values[mask] = day_value(work, cells, I.size, I.size, clock, weight, pause, measure, join, longer)
    return values


__all__ = ["MEASURES", "TABLE_CELLS", "day_value", "table_of"]
