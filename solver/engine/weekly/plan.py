"""A plan in work on the arrays: what days measure, what breaks and costs, entering and leaving; compiled."""

from solver.engine.weekly.compiled import compiled
from solver.engine.weekly.fields import (
    AT,
    AT_LEAST,
    AT_MOST,
    CELL,
    CELL_FROM,
    DAYS,
    DISLIKE,
    DRIVEN,
    GAPS,
    GRUDGE,
    HELD,
    HELD_ROLE,
    HORIZON,
    LATE,
    LOAD,
    MASKS,
    MEASURE,
    OPEN,
    PAUSES,
    PLACED,
    RANDOM,
    ROLE_FROM,
    ROLE_SLOTS,
    ROLE_UNIT,
    ROOM,
    ROWS,
    RULE,
    RULE_FROM,
    SIZE,
    SLOTS,
    SPAN,
    START,
    START_FROM,
    UNITS,
    USED,
    WAITING,
    WAITS_AT,
    WEIGHT,
    WIDTH,
    WISH,
    WISH_FROM,
    WITHIN,
)

_FOR_GOOD = 10
"""What a breach counts that no further activity can mend, in hours."""


@compiled
def below(M, n):  # type: ignore[no-untyped-def]
    """Return a random whole number below `n`."""
    M[RANDOM] = M[RANDOM] * 6364136223846793005 + 1442695040888963407
    return (((M[RANDOM] >> 33) & 0x7FFFFFFF) * n) >> 31


@compiled
def chance(M):  # type: ignore[no-untyped-def]
    """Return a random number from 0 to 1."""
    return below(M, 1 << 20) / (1 << 20)


@compiled
def copy(source, target):  # type: ignore[no-untyped-def]
    """Write one plan over another."""
    for at in range(source.shape[0]):
        target[at] = source[at]


@compiled
def value_of(measure, mask, within, pauses, width):  # type: ignore[no-untyped-def]
    """Return a measure of one day's occupied hours."""
    if measure == LOAD:
        bits, count = mask & within, 0
        while bits:
            bits &= bits - 1
            count += 1
        return count
    if measure == USED:
        return 1 if mask & within else 0
    if mask == 0:
        return 0
    if measure == LATE:
        return 0 if mask & within else 1
    first = 0
    while not mask >> first & 1:
        first += 1
    last = width - 1
    while not mask >> last & 1:
        last -= 1
    if measure == SPAN:
        return last - first + 1
    count = longest = 0
    for hour in range(first, last + 1):
        busy = mask >> hour & 1
        if measure == GAPS:
            if not busy and (not pauses >> hour & 1):
                longest += 1
        else:
            count = count + 1 if busy else 0
            longest = max(longest, count)
    return longest


@compiled
def read_days(I, B, F, P, M, row, masks):  # type: ignore[no-untyped-def]
    """Write the occupied hours of each day of a row as bits to `M`, from `masks` on."""
    for day in range(I[DAYS]):
        mask = 0
        for hour in range(I[WIDTH]):
            if P[I[HELD] + row * I[SLOTS] + day * I[WIDTH] + hour] >= 0:
                mask |= 1 << hour
        M[masks + day] = mask


@compiled
def breach(I, B, F, P, M, row, masks, left):  # type: ignore[no-untyped-def]
    """Return by how much a row misses its hard rules when `left` hours may still come."""
    need = for_good = 0
    for k in range(I[I[RULE_FROM] + row], I[I[RULE_FROM] + row + 1]):
        if I[I[RULE] + 5 * k + WEIGHT]:
            continue
        measure, at_most, at_least = (
            I[I[RULE] + 5 * k + MEASURE],
            I[I[RULE] + 5 * k + AT_MOST],
            I[I[RULE] + 5 * k + AT_LEAST],
        )
        mends = measure in (GAPS, LATE)
        total = missing = over = 0
        for day in range(I[DAYS]):
            value = value_of(
                measure,
                M[masks + day],
                I[I[WITHIN] + k * I[DAYS] + day],
                I[I[PAUSES] + k * I[DAYS] + day],
                I[WIDTH],
            )
            total += value
            if M[masks + day]:
                if at_most >= 0:
                    over += max(0, value - at_most)
                missing += max(0, at_least - value)
        if I[I[RULE] + 5 * k + HORIZON]:
            over = max(0, total - at_most) if at_most >= 0 else 0
            missing = max(0, at_least - total)
        if mends:
            need = max(need, over)
        else:
            for_good += over
        need = max(need, missing)
    return max(0, need - left) + _FOR_GOOD * for_good


@compiled
def price(I, B, F, P, M, row, masks):  # type: ignore[no-untyped-def]
    """Return what a row pays for its soft rules."""
    paid = 0.0
    for k in range(I[I[RULE_FROM] + row], I[I[RULE_FROM] + row + 1]):
        weight = I[I[RULE] + 5 * k + WEIGHT]
        if not weight:
            continue
        at_most, at_least = I[I[RULE] + 5 * k + AT_MOST], I[I[RULE] + 5 * k + AT_LEAST]
        total = 0
        for day in range(I[DAYS]):
            value = value_of(
                I[I[RULE] + 5 * k + MEASURE],
                M[masks + day],
                I[I[WITHIN] + k * I[DAYS] + day],
                I[I[PAUSES] + k * I[DAYS] + day],
                I[WIDTH],
            )
            total += value
            if not I[I[RULE] + 5 * k + HORIZON] and M[masks + day]:
                if at_most >= 0:
                    paid += weight * max(0, value - at_most)
                paid += weight * max(0, at_least - value)
        if I[I[RULE] + 5 * k + HORIZON]:
            if at_most >= 0:
                paid += weight * max(0, total - at_most)
            paid += weight * max(0, at_least - total)
    return paid


@compiled
def withdraw(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Take a unit out of the plan; it waits."""
    start = P[I[AT] + unit]
    for k in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        row = I[I[CELL] + 2 * k]
        P[I[HELD] + row * I[SLOTS] + start + I[I[CELL] + 2 * k + 1]] = -1
        P[I[PLACED] + row] -= 1
    for role in range(I[I[ROLE_FROM] + unit], I[I[ROLE_FROM] + unit + 1]):
        row = P[I[ROOM] + role]
        if row >= 0:
            for slot in range(start, start + I[I[ROLE_SLOTS] + role]):
                P[I[HELD] + row * I[SLOTS] + slot] = P[I[HELD_ROLE] + row * I[SLOTS] + slot] = -1
            P[I[ROOM] + role] = -1
    P[I[AT] + unit] = -1
    P[I[WAITING] + P[0]] = unit
    P[I[WAITS_AT] + unit] = P[0]
    P[0] += 1


@compiled
def enter(I, B, F, P, M, unit, start):  # type: ignore[no-untyped-def]
    """Put a waiting unit at a start whose slots are free; its rooms are still to be found."""
    spot, last = P[I[WAITS_AT] + unit], P[I[WAITING] + P[0] - 1]
    P[I[WAITING] + spot], P[I[WAITS_AT] + last] = last, spot
    P[I[WAITS_AT] + unit] = -1
    P[0] -= 1
    P[I[AT] + unit] = start
    for k in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        row = I[I[CELL] + 2 * k]
        P[I[HELD] + row * I[SLOTS] + start + I[I[CELL] + 2 * k + 1]] = unit
        P[I[PLACED] + row] += 1


@compiled
def loss_of(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Return what driving a placed unit out costs."""
    return I[I[SIZE] + unit] * (1.0 + F[GRUDGE] * F[I[DRIVEN] + unit * (I[SLOTS] + 1) + P[I[AT] + unit]])


@compiled
def wishes(I, B, F, P, M, unit, start):  # type: ignore[no-untyped-def]
    """Return the weights of the soft relations that a unit breaks at a start."""
    paid = 0.0
    for k in range(I[I[WISH_FROM] + unit], I[I[WISH_FROM] + unit + 1]):
        there = P[I[AT] + I[I[WISH] + 3 * k]]
        if there >= 0 and (not B[(I[I[WISH] + 3 * k + 1] * I[SLOTS] + start) * I[SLOTS] + there]):
            paid += I[I[WISH] + 3 * k + 2]
    return paid


@compiled
def is_free(I, B, F, P, M, row, start, slots):  # type: ignore[no-untyped-def]
    """Tell whether a row is open and free from a start."""
    for slot in range(start, start + slots):
        if not B[I[OPEN] + row * I[SLOTS] + slot] or P[I[HELD] + row * I[SLOTS] + slot] >= 0:
            return False
    return True


@compiled
def sit(I, B, F, P, M, role, row, start):  # type: ignore[no-untyped-def]
    """Seat a role in a row that is free."""
    P[I[ROOM] + role] = row
    for slot in range(start, start + I[I[ROLE_SLOTS] + role]):
        P[I[HELD] + row * I[SLOTS] + slot] = I[I[ROLE_UNIT] + role]
        P[I[HELD_ROLE] + row * I[SLOTS] + slot] = role


@compiled
def count_left(I, B, F, P, M):  # type: ignore[no-untyped-def]
    """Return how many activities wait."""
    total = 0
    for k in range(P[0]):
        total += I[I[SIZE] + P[I[WAITING] + k]]
    return total


@compiled
def pay(I, B, F, P, M):  # type: ignore[no-untyped-def]
    """Return the weights of all soft rules that a plan breaks, rooms apart."""
    total = 0.0
    for unit in range(I[UNITS]):
        if P[I[AT] + unit] < 0:
            continue
        total += 0.5 * wishes(I, B, F, P, M, unit, P[I[AT] + unit])
        for k in range(I[I[START_FROM] + unit], I[I[START_FROM] + unit + 1]):
            if I[I[START] + k] == P[I[AT] + unit]:
                total += F[I[DISLIKE] + k]
    for row in range(I[ROWS]):
        if I[I[RULE_FROM] + row] < I[I[RULE_FROM] + row + 1]:
            read_days(I, B, F, P, M, row, I[MASKS])
            total += price(I, B, F, P, M, row, I[MASKS])
    return total
