"""How often a day's uses change their area, kept in step while single uses come and go, compiled.

The parameters of a node are at `p`: heads of the days' lists, pool, periods, whether each meeting counts,
first free entry of the pool, limits (at most, at least, days a period, days after which all begins again),
rank of every area. An entry is a key, made of start, end and the area's rank in this order, and the next one.
"""

from solver.engine.local.compiled import compiled
from solver.engine.local.layout import DAY_SLOTS, M_END, M_START, N_AREA, T_MEET, X_AREA
from solver.engine.local.nodes import outside


@compiled
def _changes(I, head, areas):  # type: ignore[no-untyped-def]
    """How often the area changes along a list."""
    count = 0
    before = -1
    entry = I[head]
    while entry >= 0:
        area = I[entry] % areas
        count += before >= 0 and area != before
        before = area
        entry = I[entry + 1]
    return count


@compiled
def moves(I, p, time, context, sign):  # type: ignore[no-untyped-def]
    """Enter a use in the lists of its days, or take it out."""
    heads, periods, counted, limits = I[p + 1], I[p + 3], I[p + 4], I[p + 6]
    at_most, at_least, length, days = I[limits], I[limits + 1], I[limits + 2], I[limits + 3]
    areas, area, day_slots = I[N_AREA], I[I[X_AREA] + context], I[DAY_SLOTS]
    change = 0
    for m in range(I[I[T_MEET] + time], I[I[T_MEET] + time + 1]):
        if not I[counted + m]:
            continue
        day = I[I[M_START] + m] // day_slots % days
        head = heads + day
        gained = 0
        if area >= 0:
            gained -= _changes(I, head, areas)
            start = I[I[M_START] + m] % day_slots
            end = start + I[I[M_END] + m] - I[I[M_START] + m]
            # No slot has a number of more than 31 bits.
            key = (start * (1 << 31) + end) * areas + I[I[p + 7] + area]
            link = head
            while I[link] >= 0 and I[I[link]] < key:
                link = I[link] + 1
            if sign > 0:
                entry = I[p + 5]
                I[p + 5] = I[entry + 1]
                I[entry] = key
                I[entry + 1] = I[link]
                I[link] = entry
            else:
                entry = I[link]
                I[link] = I[entry + 1]
                I[entry + 1] = I[p + 5]
                I[p + 5] = entry
            gained += _changes(I, head, areas)
        period = periods + 2 * (day // length)
        value, count = I[period], I[period + 1]
        I[period], I[period + 1] = value + gained, count + sign
        change += outside(value + gained, count + sign, at_most, at_least) - outside(
            value, count, at_most, at_least
        )
    return change
