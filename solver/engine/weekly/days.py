"""What rules read of a row of a plan and what that measures, breaks and costs; compiled.

A reading of a row: occupied hours of each day as bits; then, as rules look at the row, for each slot the
place (0: none, else one more) or how many members take place, or the rooms of its members one after
another and how many they are.
"""

from solver.engine.weekly.compiled import compiled
from solver.engine.weekly.fields import (
    AREAS,
    AT,
    AT_LEAST,
    AT_MOST,
    BOUND,
    CELL,
    CELL_FROM,
    CELL_NUMBERS,
    CROWD,
    DAYS,
    EXCLUSIVE,
    GAPS,
    HELD,
    HINT,
    HORIZON,
    HURRIES,
    LACK,
    LACK_IF_ANY,
    LATE,
    LOAD,
    LOAD_OF,
    LOOK,
    MEASURE,
    MEMBER,
    MEMBER_FROM,
    MEMBER_NUMBERS,
    MEMBERS,
    MOVES,
    NUMBERS,
    PAUSES,
    PLACE,
    PLACED,
    PLACES,
    ROOM,
    ROOMED,
    ROOMS,
    RULE,
    RULE_FROM,
    RULED,
    RULED_NUMBERS,
    SHORT_NIGHTS,
    SITED,
    SLOTS,
    SPAN,
    SUM,
    SUMS,
    USED,
    WAY,
    WEIGHT,
    WIDTH,
    WITHIN,
)

_FOR_GOOD = 10
"""What a breach counts that no further activity can mend, in hours."""


@compiled
def _count(bits):  # type: ignore[no-untyped-def]
    """Return how many bits are set."""
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@compiled
def _between(mask):  # type: ignore[no-untyped-def]
    """Return the hours from the first that is set to the last."""
    up = mask
    for shift in (1, 2, 4, 8, 16, 32):
        up |= up >> shift
    return up & ~((mask & -mask) - 1)


@compiled
def value_of(measure, mask, within, pauses):  # type: ignore[no-untyped-def]
    """Return what one day's occupied hours measure by themselves."""
    if measure == LOAD:
        return _count(mask & within)
    if measure == USED:
        return 1 if mask & within else 0
    if mask == 0:
        return 0
    if measure == LATE:
        return 0 if mask & within else 1
    if measure == SPAN:
        return _count(_between(mask))
    if measure == GAPS:
        if not mask & within:
            mask |= within
        return _count(_between(mask) & ~mask & ~pauses)
    longest = 0
    while mask:
        mask &= mask << 1
        longest += 1
    return longest


@compiled
def _at_once(I, M, measure, at, day, within, bound):  # type: ignore[no-untyped-def]
    """Return a measure of how many members take place in the hours of a day."""
    total = 0
    for hour in range(I[WIDTH]):
        if within >> hour & 1:
            count = M[at + I[DAYS] + day * I[WIDTH] + hour]
            if measure == SUM:
                total += count
            elif measure == CROWD:
                total += max(0, count - bound)
            elif count or measure == LACK:
                total += max(0, bound - count)
    return total


@compiled
def _short_night(I, M, at, day, bound):  # type: ignore[no-untyped-def]
    """Return by how much the night from the used day before to a used day is shorter than the bound."""
    mask, before = M[at + day], day - 1
    while before >= 0 and M[at + before] == 0:
        before -= 1
    if mask == 0 or before < 0:
        return 0
    free, last = (day - before) * I[WIDTH] - 1, M[at + before]
    while not mask & 1:
        mask >>= 1
        free += 1
    while last > 1:
        last >>= 1
        free -= 1
    return max(0, bound - free)


@compiled
def _places(I, M, measure, at, day, bound):  # type: ignore[no-untyped-def]
    """Return a measure of where the hours of a day are spent."""
    slot, end = at + I[DAYS] + day * I[WIDTH], at + I[DAYS] + (day + 1) * I[WIDTH]
    before, then, total = -1, 0, 0
    if measure == HURRIES:
        # The way may begin on a day before.
        then = slot - 1
        while then >= at + I[DAYS] and M[then] == 0:
            then -= 1
        before = M[then] - 1 if then >= at + I[DAYS] else -1
    while slot < end:
        here = M[slot] - 1
        if here >= 0:
            if measure == AREAS:
                seen = here == bound
                for other in range(at + I[DAYS] + day * I[WIDTH], slot):
                    seen = seen or M[other] - 1 == here
                total += not seen
            elif (
                before >= 0
                and here != before
                and (measure == MOVES or slot - then - 1 < I[I[WAY] + before * I[PLACES] + here])
            ):
                total += 1
            before, then = here, slot
        slot += 1
    return total


@compiled
def _reads(I, M, k, day, at):  # type: ignore[no-untyped-def]
    """Return what a rule measures of one day of a reading."""
    measure, bound = I[I[RULE] + NUMBERS * k + MEASURE], I[I[RULE] + NUMBERS * k + BOUND]
    within = I[I[WITHIN] + k * I[DAYS] + day]
    if measure <= LATE:
        return value_of(measure, M[at + day], within, I[I[PAUSES] + k * I[DAYS] + day])
    if SUM <= measure <= LACK_IF_ANY:
        return _at_once(I, M, measure, at, day, within, bound)
    if measure == SHORT_NIGHTS:
        short = _short_night(I, M, at, day, bound)
        # What is hard has to be mended bit by bit.
        return min(short, 1) if I[I[RULE] + NUMBERS * k + WEIGHT] else short
    if measure == ROOMS:
        return M[at + I[DAYS] + I[SLOTS]] if day == 0 else 0
    return _places(I, M, measure, at, day, bound)


@compiled
def _site(I, P, row, unit, offset):  # type: ignore[no-untyped-def]
    """Return one more than the place where a unit is with a row; 0: none, or not known yet."""
    for c in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        if I[I[CELL] + CELL_NUMBERS * c] == row and I[I[CELL] + CELL_NUMBERS * c + 1] == offset:
            role = I[I[CELL] + CELL_NUMBERS * c + 2]
            if role < 0:
                return -1 - role
            room = P[I[ROOM] + role]
            return 1 + (I[I[PLACE] + room] if room >= 0 else I[I[HINT] + role])
    return 0


@compiled
def _held_site(I, P, row, slot):  # type: ignore[no-untyped-def]
    """Return `_site` of whoever holds a slot of a row; 0 if nobody does."""
    who = P[I[HELD] + row * I[SLOTS] + slot]
    return _site(I, P, row, who, slot - P[I[AT] + who]) if who >= 0 else 0


@compiled
def _read_members(I, P, M, row, at, skip):  # type: ignore[no-untyped-def]
    left = number = 0
    for m in range(I[I[MEMBER_FROM] + row], I[I[MEMBER_FROM] + row + 1]):
        who, slots = I[I[MEMBER] + MEMBER_NUMBERS * m], I[I[MEMBER] + MEMBER_NUMBERS * m + 1]
        begin = P[I[AT] + who]
        if who == skip or begin < 0:
            left += slots
        elif I[I[LOOK] + row] == ROOMED:
            role = I[I[MEMBER] + MEMBER_NUMBERS * m + 2]
            room = -2 - role if role < 0 else P[I[ROOM] + role]
            known = room < 0
            for i in range(number):
                known = known or M[at + I[DAYS] + i] == room
            if not known and number < I[SLOTS]:
                M[at + I[DAYS] + number] = room
                number += 1
        else:
            for slot in range(begin, begin + slots):
                M[at + slot // I[WIDTH]] |= 1 << slot % I[WIDTH]
                M[at + I[DAYS] + slot] += 1
    M[at + I[DAYS] + I[SLOTS]] = number
    return left


@compiled
def read_row(I, P, M, row, at, skip):  # type: ignore[no-untyped-def]
    """Write a reading of a row to `M`, from `at` on; return how many hours may still come.

    It is read as if the unit `skip` were not placed.
    """
    look = I[I[LOOK] + row]
    for i in range(I[DAYS] if look == EXCLUSIVE else I[DAYS] + I[SLOTS]):
        M[at + i] = 0
    if look > SITED:
        return _read_members(I, P, M, row, at, skip)
    left = I[I[LOAD_OF] + row] - P[I[PLACED] + row]
    for day in range(I[DAYS]):
        mask = 0
        for hour in range(I[WIDTH]):
            slot = day * I[WIDTH] + hour
            who = P[I[HELD] + row * I[SLOTS] + slot]
            if who >= 0 and who == skip:
                left += 1
            elif who >= 0:
                mask |= 1 << hour
                if look == SITED:
                    M[at + I[DAYS] + slot] = _held_site(I, P, row, slot)
        M[at + day] = mask
    return left


@compiled
def _add_up(I, M, k, at):  # type: ignore[no-untyped-def]
    """Write what a rule measures of a reading behind the sums over its days: in all, too much, too little."""
    at_most, at_least = I[I[RULE] + NUMBERS * k + AT_MOST], I[I[RULE] + NUMBERS * k + AT_LEAST]
    sums = I[SUMS] + k * (3 + I[DAYS])
    total = over = missing = 0
    for day in range(I[DAYS]):
        value = _reads(I, M, k, day, at)
        M[sums + 3 + day] = value
        total += value
        if M[at + day]:
            over += max(0, value - at_most) if at_most >= 0 else 0
            missing += max(0, at_least - value)
    M[sums], M[sums + 1], M[sums + 2] = total, over, missing


@compiled
def take_stock(I, M, row, at):  # type: ignore[no-untyped-def]
    """Add up all rules of a row for a reading, as `judged` takes it."""
    for k in range(I[I[RULE_FROM] + row], I[I[RULE_FROM] + row + 1]):
        _add_up(I, M, k, at)


@compiled
def _hours_to_clear(I, M, k, at, days):  # type: ignore[no-untyped-def]
    """Return how many hours that count lie on so many used days, the emptiest ones."""
    total = 0
    for hours in range(1, I[WIDTH] + 1):
        for day in range(I[DAYS]):
            if days > 0 and _count(M[at + day] & I[I[WITHIN] + k * I[DAYS] + day]) == hours:
                total += hours
                days -= 1
    return total


@compiled
def judged(I, M, row, at, left, day, before):  # type: ignore[no-untyped-def]
    """Return by how much a row misses its hard rules when `left` hours may still come, and what it pays.

    Stock was taken of its reading; then one `day` changed, whose hours were `before`; -1: none.
    """
    need = gaps = late = for_good = 0
    paid = 0.0
    for k in range(I[I[RULE_FROM] + row], I[I[RULE_FROM] + row + 1]):
        measure, at_most, at_least, weight = (
            I[I[RULE] + NUMBERS * k + MEASURE],
            I[I[RULE] + NUMBERS * k + AT_MOST],
            I[I[RULE] + NUMBERS * k + AT_LEAST],
            I[I[RULE] + NUMBERS * k + WEIGHT],
        )
        sums = I[SUMS] + k * (3 + I[DAYS])
        total, over, missing = M[sums], M[sums + 1], M[sums + 2]
        if day >= 0 and measure >= SHORT_NIGHTS:
            total = over = missing = 0
            for each in range(I[DAYS]):
                value = _reads(I, M, k, each, at)
                total += value
                if M[at + each]:
                    over += max(0, value - at_most) if at_most >= 0 else 0
                    missing += max(0, at_least - value)
        elif day >= 0:
            value, then = _reads(I, M, k, day, at), M[sums + 3 + day]
            total += value - then
            if before:
                over -= max(0, then - at_most) if at_most >= 0 else 0
                missing -= max(0, at_least - then)
            if M[at + day]:
                over += max(0, value - at_most) if at_most >= 0 else 0
                missing += max(0, at_least - value)
        if I[I[RULE] + NUMBERS * k + HORIZON]:
            over = max(0, total - at_most) if at_most >= 0 else 0
            missing = max(0, at_least - total)
        if weight:
            paid += weight * (over + missing)
        elif measure == GAPS:
            gaps = max(gaps, over)
        elif measure == LATE:
            late = max(late, over)
        elif measure in (LACK, LACK_IF_ANY):
            need = max(need, over)
        else:
            if measure == USED and over:
                over = _hours_to_clear(I, M, k, at, over)
            for_good += over
            need = max(need, missing)
    # No hour fills a gap and begins a day earlier.
    need = max(need, gaps + late)
    return max(0, need - left) + _FOR_GOOD * for_good, paid


@compiled
def weighed(I, P, M, row, at, skip, mends):  # type: ignore[no-untyped-def]
    """Read a row as if the unit `skip` were not placed; return what `judged` does.

    `mends`: hours that are still to come may mend what is missing.
    """
    left = read_row(I, P, M, row, at, skip)
    take_stock(I, M, row, at)
    return judged(I, M, row, at, left if mends else 0, -1, 0)


@compiled
def weighed_with(I, P, M, ruled, at, left, unit, start):  # type: ignore[no-untyped-def]
    """Return what `judged` does of a row, of which stock was taken, with a waiting unit at a start.

    `ruled` is where the row of the unit is among those with rules; the reading stays as it was.
    """
    row = I[I[RULED] + RULED_NUMBERS * ruled]
    first, end = I[I[RULED] + RULED_NUMBERS * ruled + 1], I[I[RULED] + RULED_NUMBERS * ruled + 2]
    day = start // I[WIDTH]
    before = M[at + day]
    look = I[I[LOOK] + row]
    for k in range(first, end):
        left -= _lay(I, P, M, row, look, at, unit, start, k, 1)
    found = judged(I, M, row, at, left, day, before)
    for k in range(first, end):
        _lay(I, P, M, row, look, at, unit, start, k, -1)
    M[at + day] = before
    return found


@compiled
def _lay(I, P, M, row, look, at, unit, start, k, sign):  # type: ignore[no-untyped-def]
    """Lay a cell or a member over a reading, or take it away again but for the hours; return its hours."""
    if look > SITED:
        slots = I[I[MEMBER] + MEMBER_NUMBERS * k + 1]
        for slot in range(start, start + slots):
            if look == MEMBERS:
                M[at + slot // I[WIDTH]] |= 1 << slot % I[WIDTH]
                M[at + I[DAYS] + slot] += sign
        return slots
    offset = I[I[CELL] + CELL_NUMBERS * k + 1]
    slot = start + offset
    M[at + slot // I[WIDTH]] |= 1 << slot % I[WIDTH]
    if look == SITED:
        # Where another stands now the unit would take its place: it is driven out.
        M[at + I[DAYS] + slot] = _site(I, P, row, unit, offset) if sign > 0 else _held_site(I, P, row, slot)
    return 1
