"""Where things are in the arrays of the search: what an activity, a row, a rule has, one after another.

`I` (int64) holds what does not change. Its head says where each list begins; lists of a unit, role or row are
``I[I[X_FROM] + i]`` to ``I[I[X_FROM] + i + 1]``. *Units* are activities that start together; *rows* are what
serves one unit at a time; *roles* are seated in one of several rows; *rules* measure the days of a row.
Rows of members (`LOOK`) serve nobody: they are there for rules about activities that may go on side by side.
`B` (uint8) holds the tables of relations (table, start, other start), then whether a row is open in a slot.
`F` (float64) holds how the search chooses, what starts cost, how often a unit was driven out of a start.
`P` (int32) is a plan in work: how many units wait, where units start, who holds each slot of each row.
`M` (int64) is memory: turns so far, a stamp, a random number; marks of units, until when starts are barred,
readings of rows, as `days` tells; sums of what rules measure; rooms in mind for the roles of a unit.
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
    LOOK,
    MEMBER_FROM,
    MEMBER,
    PLACES,
    PLACE,
    HINT,
    PICKY,
    WAY,
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
    READING,
    READINGS,
    SUMS,
    TAKEN,
) = range(50)
"""Head of `I`."""
HEAD = 50
TENURE, GRUDGE, PULL = range(3)
"""Head of `F`: how long a start is barred, what it counts to be driven out once more, what a point costs."""
CLOCK, STAMP, RANDOM = range(3)
"""Head of `M`."""

EXCLUSIVE, SITED, MEMBERS, ROOMED = range(4)
"""How rules look at a row: at its hours; at where they are spent; at its members' hours; at their rooms."""

MEASURE, HORIZON, AT_MOST, AT_LEAST, WEIGHT, BOUND = range(6)
"""Of a rule; no weight: it is hard; `BOUND` is a number of the measure."""
NUMBERS = 6
CELL_NUMBERS = 3
"""Of a cell: row, offset, and the role that is the place of it, or less than -1: -2 less the place itself."""
RULED_NUMBERS = 3
"""Of a row with rules of a unit: the row, and from where to where its cells or members there are."""
MEMBER_NUMBERS = 3
"""Of a member: unit, slots, and its role or room as the place is of a cell; -1: none."""

(
    GAPS,
    LOAD,
    USED,
    RUN,
    SPAN,
    LATE,
    SUM,
    CROWD,
    LACK,
    LACK_IF_ANY,
    AREAS,
    MOVES,
    SHORT_NIGHTS,
    HURRIES,
    ROOMS,
) = range(15)
"""Measures; up to ``MOVES``, what one day measures depends on that day alone.

``SUM``: hours of all members added up. ``SHORT_NIGHTS``: nights shorter than the bound. ``CROWD``, ``LACK``:
how many more, fewer than the bound take place in each hour. ``HURRIES``: neighbours with too little time for
the way. ``AREAS``: places other than the bound. ``MOVES``: changes of place. ``ROOMS``: different rooms.
"""
