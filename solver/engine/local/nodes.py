"""What each kind of node measures, kept in step while single uses come (`sign` 1) and go (-1), compiled.

Every function returns by how much the node's amount changes. The parameters of a node are at `p`:

======================  ==============================================================================
OCCUPANCY               grid, counts, capacity, cells (holders' sums follow the counts)
PAIRWISE                heads of buckets, buckets, gaps between contexts, whether gaps pass midnight
SHAPE                   grid, cells a day, cover, starts, days, periods, geometry, table or 0, limits
LOAD                    loads, measure, period, limit, unit
AREAS                   counts, areas in use, period, limit, home
CONCURRENT              grid, counts, weights, at most, at least, or none, unit
DISTINCT                counts by resource, now, at most
AWAY                    minutes, uses, contexts that are away, least
REST                    grid, cells a day, cover, days, least, clock, number of days
SPAN                    counts by rank, rank of every time, end of every rank, ranks, now
======================  ==============================================================================
"""

from solver.engine.local.compiled import compiled
from solver.engine.local.layout import (
    FREE_USE,
    GRIDS,
    LOADS,
    N_AREA,
    N_CONTEXT,
    N_TIME,
    T_BUCKETS,
    T_LOAD,
    USES,
    X_AREA,
)
from solver.engine.local.relations import meets, meets_anywhere
from solver.engine.local.shapes import LOAD_OF, day_value


@compiled
def ranges(I, grid, time):  # type: ignore[no-untyped-def]
    """Where the first and the end of a time's pairs of cells on a grid are."""
    at = I[I[GRIDS] + grid]
    return I[at + time], I[at + time + 1]


@compiled
def occupancy(I, p, time, amount, activity, sign):  # type: ignore[no-untyped-def]
    """Count a use; the amount of the node is what exceeds its capacity, summed over its cells."""
    base, capacity, cells = I[p + 2], I[p + 3], I[p + 4]
    change = 0
    at, end = ranges(I, I[p + 1], time)
    while at < end:
        for cell in range(base + I[at], base + I[at + 1]):
            before = I[cell]
            now = before + sign * amount
            I[cell] = now
            I[cell + cells] += sign * (activity + 1)
            change += max(0, now - capacity) - max(0, before - capacity)
        at += 2
    return change


@compiled
def crowded(I, p, time, amount, own):  # type: ignore[no-untyped-def]
    """By how much an occupancy would grow if a use came and another of time `own` (or -1) went."""
    base, capacity = I[p + 2], I[p + 3]
    grid = I[p + 1]
    over = 0
    at, end = ranges(I, grid, time)
    own_at, own_end = ranges(I, grid, own) if own >= 0 else (0, 0)
    while at < end:
        for cell in range(I[at], I[at + 1]):
            now = I[base + cell] + amount
            if now > capacity:
                look = own_at
                while look < own_end:
                    if I[look] <= cell < I[look + 1]:
                        now -= amount
                        break
                    look += 2
                if now > capacity:
                    over += min(amount, now - capacity)
        at += 2
    return over


@compiled
def near(I, p, time_a, context_a, time_b, context_b):  # type: ignore[no-untyped-def]
    """Tell whether two uses of a pairwise node are too close."""
    gaps = I[p + 3]
    if gaps < 0:
        return meets(I, time_a, time_b, 0, 0)
    n = I[N_CONTEXT]
    ab, ba = I[gaps + context_a * n + context_b], I[gaps + context_b * n + context_a]
    if I[p + 4]:
        return meets_anywhere(I, time_a, time_b, ab, ba)
    return meets(I, time_a, time_b, ab, ba)


@compiled
def pairwise(I, p, time, context, activity, sign):  # type: ignore[no-untyped-def]
    """Keep the lists of uses; the amount is the number of pairs that are too close."""
    change = 0
    heads, buckets = I[p + 1], I[p + 2]
    if buckets == 1:
        return _in_bucket(I, p, heads, time, context, activity, sign, 0)
    shared = I[I[T_BUCKETS] + time]
    bucket = 0
    while shared:
        if shared & 1:
            change += _in_bucket(I, p, heads + bucket, time, context, activity, sign, bucket)
        shared >>= 1
        bucket += 1
    return change


@compiled
def _in_bucket(I, p, head, time, context, activity, sign, bucket):  # type: ignore[no-untyped-def]
    pool = I[USES]
    below = (1 << bucket) - 1
    change = 0
    if sign < 0:
        before = head
        use = I[head]
        while I[pool + use] != activity or I[pool + use + 1] != time:
            before = pool + use + 3
            use = I[before]
        I[before] = I[pool + use + 3]
        I[pool + use + 3] = I[FREE_USE]
        I[FREE_USE] = use
    use = I[head]
    shared = I[I[T_BUCKETS] + time]
    while use >= 0:
        other = I[pool + use + 1]
        # Two uses that share several buckets count once, in the first of them.
        if I[p + 2] == 1 or shared & I[I[T_BUCKETS] + other] & below == 0:
            change += near(I, p, time, context, other, I[pool + use + 2])
        use = I[pool + use + 3]
    if sign > 0:
        use = I[FREE_USE]
        I[FREE_USE] = I[pool + use + 3]
        I[pool + use] = activity
        I[pool + use + 1] = time
        I[pool + use + 2] = context
        I[pool + use + 3] = I[head]
        I[head] = use
    return sign * change


@compiled
def close_to(I, p, time, context, activity):  # type: ignore[no-untyped-def]
    """How many uses by others of a pairwise node a use would be too close to, and one of them."""
    heads, buckets = I[p + 1], I[p + 2]
    pool = I[USES]
    found = 0
    who = -1
    shared = I[I[T_BUCKETS] + time] if buckets > 1 else 1
    left, bucket = shared, 0
    while left:
        if left & 1:
            below = (1 << bucket) - 1
            use = I[heads + bucket]
            while use >= 0:
                other, theirs = I[pool + use], I[pool + use + 1]
                if (
                    other != activity
                    and (buckets == 1 or shared & I[I[T_BUCKETS] + theirs] & below == 0)
                    and near(I, p, time, context, theirs, I[pool + use + 2])
                ):
                    found += 1
                    who = other
                use = I[pool + use + 3]
        left >>= 1
        bucket += 1
    return found, who


@compiled
def outside(value, count, at_most, at_least):  # type: ignore[no-untyped-def]
    """By how much the value of a period misses its limits (-1: none); an empty period keeps them."""
    if count == 0:
        return 0
    if at_most >= 0 and value > at_most:
        return value - at_most
    if value < at_least:
        return at_least - value
    return 0


@compiled
def shape(I, p, time, sign):  # type: ignore[no-untyped-def]
    """Lay a use on the days of a shape."""
    cells, cover, starts, days, periods = I[p + 2], I[p + 3], I[p + 4], I[p + 5], I[p + 6]
    rules, table = I[p + 7], I[p + 8]
    measure, join, longer = I[rules], I[rules + 1], I[rules + 2]
    at_most, at_least, length, unit = I[rules + 3], I[rules + 4], I[rules + 5], I[rules + 6]
    at, end = ranges(I, I[p + 1], time)
    change = 0
    while at < end:
        low, high = I[at], I[at + 1]
        day = low // cells
        state = days + 3 * day
        mask = I[state]
        twice = I[state + 2]
        for cell in range(low, high):
            before = I[cover + cell]
            now = before + sign
            I[cover + cell] = now
            if table and (before == 0 or now == 0):
                mask ^= 1 << (cell - day * cells)
            if now + before == 3:
                twice += sign
        I[starts + low] += sign
        I[state] = mask
        I[state + 2] = twice
        old = I[state + 1]
        geometry = I[rules + 7 + 2 * day]
        if measure == LOAD_OF:
            new = old
            for cell in range(low - day * cells, high - day * cells):
                new += sign * I[geometry + cells + 1 + cell]
        elif table and twice == 0:
            new = I[I[rules + 8 + 2 * day] + mask]
        else:
            new = day_value(
                I,
                cells,
                cover + day * cells,
                starts + day * cells,
                geometry,
                geometry + cells + 1,
                geometry + 2 * cells + 1,
                measure,
                join,
                longer,
            )
        I[state + 1] = new
        period = periods + 2 * (day // length)
        value, count = I[period], I[period + 1]
        I[period] = value + new - old
        I[period + 1] = count + sign
        change += (outside(value + new - old, count + sign, at_most, at_least) + unit - 1) // unit
        change -= (outside(value, count, at_most, at_least) + unit - 1) // unit
        at += 2
    return change


@compiled
def load(I, p, time, minutes, sign):  # type: ignore[no-untyped-def]
    """Add a use to the loads of its periods; the amount is what exceeds the limit, in whole units."""
    base, measure, kind, limit, unit = I[p + 1], I[p + 2], I[p + 3], I[p + 4], I[p + 5]
    at = I[T_LOAD] + kind * (I[N_TIME] + 1) + time
    change = 0
    for entry in range(I[at], I[at + 1], 4):
        spot = I[LOADS] + entry
        if measure == 0:
            value = I[spot + 1]
        elif measure == 1:
            value = minutes * I[spot + 1] // I[spot + 2]
        else:
            value = I[spot + 3]
        cell = base + I[spot]
        before = I[cell]
        now = before + sign * value
        I[cell] = now
        change += (max(0, now - limit) + unit - 1) // unit - (max(0, before - limit) + unit - 1) // unit
    return change


@compiled
def areas(I, p, time, context, sign):  # type: ignore[no-untyped-def]
    """Count the areas away from home in each period; the amount is how many there are too many."""
    area = I[I[X_AREA] + context]
    if area < 0 or area == I[p + 5]:
        return 0
    base, used, kind, limit = I[p + 1], I[p + 2], I[p + 3], I[p + 4]
    at = I[T_LOAD] + kind * (I[N_TIME] + 1) + time
    change = 0
    for entry in range(I[at], I[at + 1], 4):
        period = I[I[LOADS] + entry]
        cell = base + period * I[N_AREA] + area
        before = I[cell]
        I[cell] = before + sign
        if before == 0 or before + sign == 0:
            different = I[used + period]
            I[used + period] = different + sign
            change += max(0, different + sign - limit) - max(0, different - limit)
    return change


@compiled
def away(I, p, time, context, minutes, sign):  # type: ignore[no-untyped-def]
    """Add up the minutes away from home of each day; the amount is the number of days of too few."""
    if not I[I[p + 3] + context]:
        return 0
    base, uses, least = I[p + 1], I[p + 2], I[p + 4]
    at = I[T_LOAD] + time
    change = 0
    for entry in range(I[at], I[at + 1], 4):
        spot = I[LOADS] + entry
        day = I[spot]
        change -= I[uses + day] > 0 and I[base + day] < least
        I[uses + day] += sign
        I[base + day] += sign * (minutes * I[spot + 1] // I[spot + 2])
        change += I[uses + day] > 0 and I[base + day] < least
    return change


@compiled
def _crowd(n, at_most, at_least, or_none):  # type: ignore[no-untyped-def]
    if n > at_most:
        return n - at_most
    if n < at_least and not (or_none and n == 0):
        return at_least - n
    return 0


@compiled
def concurrent(I, p, time, sign):  # type: ignore[no-untyped-def]
    """Count who is there in every cell; the amount is by how many too many or too few, by slots."""
    base, weights = I[p + 2], I[p + 3]
    at_most, at_least, or_none = I[p + 4], I[p + 5], I[p + 6]
    change = 0
    at, end = ranges(I, I[p + 1], time)
    while at < end:
        for cell in range(I[at], I[at + 1]):
            weight = I[weights + cell]
            if weight:
                n = I[base + cell]
                I[base + cell] = n + sign
                change += weight * (
                    _crowd(n + sign, at_most, at_least, or_none) - _crowd(n, at_most, at_least, or_none)
                )
        at += 2
    return change


@compiled
def distinct(I, p, resource, sign):  # type: ignore[no-untyped-def]
    """Count the resources in use; the amount is how many there are too many."""
    cell = I[p + 1] + resource
    before = I[cell]
    I[cell] = before + sign
    if before + sign != 0 and before != 0:
        return 0
    now = I[p + 2]
    I[p + 2] = now + sign
    return max(0, now + sign - I[p + 3]) - max(0, now - I[p + 3])


@compiled
def _tired(I, p, earlier, later):  # type: ignore[no-untyped-def]
    days, day_slots = I[p + 4], I[p + 8]
    if earlier < 0 or later >= I[p + 7]:
        return 0
    end = earlier * day_slots + I[days + 2 * earlier + 1]
    return 1 if later * day_slots + I[days + 2 * later] - end < I[p + 5] else 0


@compiled
def rest(I, p, time, sign):  # type: ignore[no-untyped-def]
    """Keep the first start and last end of every day; the amount counts nights that are too short."""
    cells, cover, days, clock, n_days = I[p + 2], I[p + 3], I[p + 4], I[p + 6], I[p + 7]
    change = 0
    at, end = ranges(I, I[p + 1], time)
    while at < end:
        day = I[at] // cells
        before = day - 1
        while before >= 0 and I[days + 2 * before] < 0:
            before -= 1
        after = day + 1
        while after < n_days and I[days + 2 * after] < 0:
            after += 1
        if I[days + 2 * day] >= 0:
            change -= _tired(I, p, before, day) + _tired(I, p, day, after)
        else:
            change -= _tired(I, p, before, after)
        first, last = -1, -1
        for cell in range(I[at], I[at + 1]):
            I[cover + cell] += sign
        for cell in range(cells):
            if I[cover + day * cells + cell] > 0:
                if first < 0:
                    first = I[clock + cell]
                last = I[clock + cell + 1]
        I[days + 2 * day] = first
        I[days + 2 * day + 1] = last
        if first >= 0:
            change += _tired(I, p, before, day) + _tired(I, p, day, after)
        else:
            change += _tired(I, p, before, after)
        at += 2
    return change


@compiled
def span(I, p, time, sign):  # type: ignore[no-untyped-def]
    """Count ends by rank; the amount is the latest one."""
    base, rank = I[p + 1], I[I[p + 2] + time]
    before = I[p + 5]
    I[base + rank] += sign
    top = max(rank, before) if sign > 0 else before
    while top > 0 and I[base + top] == 0:
        top -= 1
    I[p + 5] = top
    return I[I[p + 3] + top] - I[I[p + 3] + before]
