"""Where things are in the arrays of the search: what an activity, a row, a rule has, one after another.

`I` (int64) holds what does not change. Its head says where each list begins; lists of a unit, role or row are
``I[I[X_FROM] + i]`` to ``I[I[X_FROM] + i + 1]``. *Units* are activities that start together; *rows* are what
serves one unit at a time; *roles* are seated in one of several rows; *rules* measure the days of a row.
`B` (uint8) holds the tables of relations (table, start, other start), then whether a row is open in a slot.
`F` (float64) holds how the search chooses, what starts cost, how often a unit was driven out of a start.
`P` (int32) is a plan in work: how many units wait, where units start, who holds each slot of each row.
`M` (int64) is memory: turns so far, a stamp, a random number; marks of units, until when starts are barred,
room for days.
"""

(
    UNITS,
    ROWS,
    SLOTS,
    WIDTH,
    DAYS,
    CELL_FROM,
    CELL,
    START_FROM,
    START,
    PAIR_FROM,
    PAIR,
    WISH_FROM,
    WISH,
    ROLE_FROM,
    ROLE_UNIT,
    ROLE_SLOTS,
    SEAT_FROM,
    SEAT,
    RULE_FROM,
    RULE,
    WITHIN,
    PAUSES,
    RULED_FROM,
    RULED,
    LOAD_OF,
    SIZE,
    OPEN,
    DISLIKE,
    DRIVEN,
    AT,
    HELD,
    HELD_ROLE,
    ROOM,
    PLACED,
    WAITING,
    WAITS_AT,
    MARK,
    BARRED,
    MASKS,
) = range(39)
"""Head of `I`."""
HEAD = 39
TENURE, GRUDGE, PULL = range(3)
"""Head of `F`: how long a start is barred, what it counts to be driven out once more, what a point costs."""
CLOCK, STAMP, RANDOM = range(3)
"""Head of `M`."""

MEASURE, HORIZON, AT_MOST, AT_LEAST, WEIGHT = range(5)
"""Of a rule; no weight: it is hard."""
GAPS, LOAD, USED, RUN, SPAN, LATE = range(6)
"""Measures."""
