"""What a move would cost, read without making it; compiled.

Exact for activities whose nodes can all be read so (`A_PEEK`), and then it spares most moves the making.
"""

from solver.engine.local.change import context_of
from solver.engine.local.compiled import compiled
from solver.engine.local.layout import (
    A_LINK,
    A_PAIR,
    AT_CAND,
    AT_TIME,
    C_COST,
    C_PER_MEETING,
    C_RES,
    L_NODE,
    N_CONTEXT,
    NODE_SIZE,
    NODES,
    PAIRS,
    PEERS,
    R_PEER,
    SHAPE,
    T_MEET,
    TRAVEL,
    WEIGHT,
)
from solver.engine.local.nodes import outside, ranges
from solver.engine.local.relations import related


@compiled
def _shape(I, p, old_low, old_high, low, high):  # type: ignore[no-untyped-def]
    """Change of a shape's amount if one meeting moved; cells of the grid, `old_low` -1: it was not there."""
    cells, days, periods, rules = I[p + 2], I[p + 5], I[p + 6], I[p + 7]
    at_most, at_least, length, unit = I[rules + 3], I[rules + 4], I[rules + 5], I[rules + 6]
    old_day, day = old_low // cells, low // cells
    old_state, state = days + 3 * old_day, days + 3 * day
    lost = (1 << (old_high - old_low)) - 1 << (old_low - old_day * cells)
    won = (1 << (high - low)) - 1 << (low - day * cells)
    if old_day == day:
        gained = I[I[rules + 8 + 2 * day] + (I[state] & ~lost | won)] - I[state + 1]
        if gained == 0:
            return 0
        period = periods + 2 * (day // length)
        value, count = I[period], I[period + 1]
        return (outside(value + gained, count, at_most, at_least) + unit - 1) // unit - (
            outside(value, count, at_most, at_least) + unit - 1
        ) // unit
    given = I[I[rules + 8 + 2 * old_day] + (I[old_state] & ~lost)] - I[old_state + 1]
    gained = I[I[rules + 8 + 2 * day] + (I[state] | won)] - I[state + 1]
    old_period, period = periods + 2 * (old_day // length), periods + 2 * (day // length)
    value, count = I[old_period], I[old_period + 1]
    if old_period == period:
        return (outside(value + given + gained, count, at_most, at_least) + unit - 1) // unit - (
            outside(value, count, at_most, at_least) + unit - 1
        ) // unit
    change = (outside(value + given, count - 1, at_most, at_least) + unit - 1) // unit - (
        outside(value, count, at_most, at_least) + unit - 1
    ) // unit
    value, count = I[period], I[period + 1]
    return (
        change
        + (outside(value + gained, count + 1, at_most, at_least) + unit - 1) // unit
        - (outside(value, count, at_most, at_least) + unit - 1) // unit
    )


@compiled
def shapes_change(I, F, activity, time):  # type: ignore[no-untyped-def]
    """Weighted change at the shapes of an activity if it moved to a time; -inf: it cannot be read."""
    total = 0.0
    now = I[I[AT_TIME] + activity]
    links = I[A_LINK] + activity
    for link in range(I[links], I[links + 1]):
        node = I[I[L_NODE] + link]
        p = I[NODES] + node * NODE_SIZE
        if I[p] != SHAPE:
            continue
        old, old_end = ranges(I, I[p + 1], now)
        new, new_end = ranges(I, I[p + 1], time)
        if old_end - old != 2 or new_end - new != 2:
            if old_end == old and new_end == new:
                continue
            return -1e300
        old_low, low = I[old], I[new]
        cells, days = I[p + 2], I[p + 5]
        if I[days + 3 * (old_low // cells) + 2] or I[days + 3 * (low // cells) + 2]:
            return -1e300
        change = _shape(I, p, old_low, I[old + 1], low, I[new + 1])
        if change:
            total += F[I[WEIGHT] + node] * change
    return total


@compiled
def pairs_change(I, F, activity, time, context):  # type: ignore[no-untyped-def]
    """Weighted change at the pairs of an activity if it moved to a time."""
    total = 0.0
    now = I[I[AT_TIME] + activity]
    for at in range(I[I[A_PAIR] + activity], I[I[A_PAIR] + activity + 1]):
        entry = I[PAIRS] + 6 * at
        other = I[entry]
        theirs = I[I[AT_TIME] + other]
        if theirs < 0:
            continue
        relation, limit = I[entry + 2], I[entry + 4]
        if relation == 19:
            here, there = (context_of(I, other), context) if I[entry + 3] else (context, context_of(I, other))
            limit = I[I[TRAVEL] + here * I[N_CONTEXT] + there]
        if I[entry + 3]:
            was = related(I, relation, theirs, now, limit, I[entry + 5])
            will = related(I, relation, theirs, time, limit, I[entry + 5])
        else:
            was = related(I, relation, now, theirs, limit, I[entry + 5])
            will = related(I, relation, time, theirs, limit, I[entry + 5])
        if was != will:
            total += F[I[WEIGHT] + I[entry + 1]] * (1.0 if was else -1.0)
    return total


@compiled
def seat_change(I, F, role, now, candidate, time):  # type: ignore[no-untyped-def]
    """Cost of a candidate beyond that of the one a role has, without clashes and pairs of roles."""
    if now == candidate:
        return 0.0
    meetings = I[I[T_MEET] + time + 1] - I[I[T_MEET] + time]
    total = F[I[C_COST] + candidate] - F[I[C_COST] + now]
    total += (F[I[C_PER_MEETING] + candidate] - F[I[C_PER_MEETING] + now]) * meetings
    old, new = I[I[C_RES] + now], I[I[C_RES] + candidate]
    for at in range(I[I[R_PEER] + role], I[I[R_PEER] + role + 1]):
        entry = I[PEERS] + 4 * at
        if I[entry] != 1:
            continue
        node = I[entry + 1]
        p = I[NODES] + node * NODE_SIZE
        different = I[p + 2]
        more = different
        if I[I[p + 1] + old] == 1:
            more -= 1
        if I[I[p + 1] + new] == 0:
            more += 1
        change = max(0, more - I[p + 3]) - max(0, different - I[p + 3])
        if change:
            total += F[I[WEIGHT] + node] * change
    return total


@compiled
def seat_worth(I, F, role, time):  # type: ignore[no-untyped-def]
    """Return the most that another candidate of a role can spare."""
    candidate = I[I[AT_CAND] + role]
    meetings = I[I[T_MEET] + time + 1] - I[I[T_MEET] + time]
    total = F[I[C_COST] + candidate] + F[I[C_PER_MEETING] + candidate] * meetings
    resource = I[I[C_RES] + candidate]
    for at in range(I[I[R_PEER] + role], I[I[R_PEER] + role + 1]):
        entry = I[PEERS] + 4 * at
        node = I[entry + 1]
        if I[entry] != 1 or I[I[I[NODES] + node * NODE_SIZE + 1] + resource] == 1:
            total += F[I[WEIGHT] + node]
    return total
