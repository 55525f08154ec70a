"""A plan in work on the arrays: entering and leaving it, what it costs; compiled."""

from solver.engine.weekly.compiled import compiled
from solver.engine.weekly.days import weighed
from solver.engine.weekly.fields import (
    AT,
    CELL,
    CELL_FROM,
    CELL_NUMBERS,
    DISLIKE,
    DRIVEN,
    GRUDGE,
    HELD,
    HELD_ROLE,
    OPEN,
    PLACED,
    RANDOM,
    READING,
    ROLE_FROM,
    ROLE_SLOTS,
    ROLE_UNIT,
    ROOM,
    ROWS,
    RULE_FROM,
    SIZE,
    SLOTS,
    START,
    START_FROM,
    UNITS,
    WAITING,
    WAITS_AT,
    WISH,
    WISH_FROM,
)


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
def withdraw(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Take a unit out of the plan; it waits."""
    start = P[I[AT] + unit]
    for k in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        row = I[I[CELL] + CELL_NUMBERS * k]
        P[I[HELD] + row * I[SLOTS] + start + I[I[CELL] + CELL_NUMBERS * k + 1]] = -1
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
        row = I[I[CELL] + CELL_NUMBERS * k]
        P[I[HELD] + row * I[SLOTS] + start + I[I[CELL] + CELL_NUMBERS * k + 1]] = unit
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
            total += weighed(I, P, M, row, I[READING], -1, True)[1]
    return total
