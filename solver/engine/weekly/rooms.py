"""Rooms for the roles of a unit: free ones, made free, or taken from others, which wait; compiled."""

from solver.engine.weekly.compiled import compiled
from solver.engine.weekly.days import (
    weighed,
)
from solver.engine.weekly.fields import (
    AT,
    BARRED,
    CLOCK,
    DRIVEN,
    HELD,
    HELD_ROLE,
    LOOK,
    MARK,
    OPEN,
    PICKY,
    READING,
    ROLE_FROM,
    ROLE_SLOTS,
    ROLE_UNIT,
    ROOM,
    ROOMED,
    RULED,
    RULED_FROM,
    RULED_NUMBERS,
    SEAT,
    SEAT_FROM,
    SITED,
    SLOTS,
    STAMP,
    TAKEN,
    TENURE,
)
from solver.engine.weekly.plan import (
    below,
    is_free,
    loss_of,
    sit,
    withdraw,
)

NEVER = 1e17
"""More than anything costs that can be done."""


@compiled
def drive_out(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Take a unit out of the plan, remember it, and let it wait."""
    start = P[I[AT] + unit]
    F[I[DRIVEN] + unit * (I[SLOTS] + 1) + start] += 1.0
    M[I[BARRED] + unit * I[SLOTS] + start] = M[CLOCK] + int(F[TENURE]) + below(M, int(F[TENURE]))
    withdraw(I, B, F, P, M, unit)


@compiled
def _is_taken(I, M, number, row):  # type: ignore[no-untyped-def]
    """Tell whether one of the first roles of a unit, so many, was given a row by `seat_loss`."""
    taken = False
    for at in range(number):
        taken = taken or M[I[TAKEN] + at] == row
    return taken


@compiled
def _drives(I, P, M, row, start, slots):  # type: ignore[no-untyped-def]
    """Mark the units that hold a row in these slots as driven out."""
    for slot in range(start, start + slots):
        unit = P[I[HELD] + row * I[SLOTS] + slot]
        if unit >= 0:
            M[I[MARK] + unit] = M[STAMP]


@compiled
def seat_loss(I, B, F, P, M, role, number, start):  # type: ignore[no-untyped-def]
    """Return the least cost of a room for a role of a unit at a start, after its first ones, so many.

    It is none of theirs, and who was driven out for them costs nothing.
    """
    least, got = 2 * NEVER, -1
    for k in range(I[I[SEAT_FROM] + role], I[I[SEAT_FROM] + role + 1]):
        row, loss, last = I[I[SEAT] + k], 0.0, -1
        if number and _is_taken(I, M, number, row):
            continue
        for slot in range(start, start + I[I[ROLE_SLOTS] + role]):
            if not B[I[OPEN] + row * I[SLOTS] + slot]:
                loss = 2 * NEVER
                break
            unit = P[I[HELD] + row * I[SLOTS] + slot]
            if unit >= 0 and unit != last and (M[I[MARK] + unit] != M[STAMP]):
                loss += loss_of(I, B, F, P, M, unit)
                last = unit
        if loss < least:
            least, got = loss, row
        if least == 0.0:
            break
    M[I[TAKEN] + number] = got
    if 0.0 < least < NEVER:
        _drives(I, P, M, got, start, I[I[ROLE_SLOTS] + role])
    return least if least > NEVER else 0.6 * least


@compiled
def _make_room(I, B, F, P, M, row, start, slots):  # type: ignore[no-untyped-def]
    """Move the one role that holds a room in these slots to another room; say whether that was possible."""
    holder = -1
    for slot in range(start, start + slots):
        if not B[I[OPEN] + row * I[SLOTS] + slot]:
            return False
        role = P[I[HELD_ROLE] + row * I[SLOTS] + slot]
        if P[I[HELD] + row * I[SLOTS] + slot] >= 0 and (role < 0 or (holder >= 0 and role != holder)):
            return False
        holder = max(holder, role)
    if holder < 0 or I[I[PICKY] + holder]:
        return False
    there = P[I[AT] + I[I[ROLE_UNIT] + holder]]
    for k in range(I[I[SEAT_FROM] + holder], I[I[SEAT_FROM] + holder + 1]):
        if is_free(I, B, F, P, M, I[I[SEAT] + k], there, I[I[ROLE_SLOTS] + holder]):
            for slot in range(there, there + I[I[ROLE_SLOTS] + holder]):
                P[I[HELD] + row * I[SLOTS] + slot] = P[I[HELD_ROLE] + row * I[SLOTS] + slot] = -1
            sit(I, B, F, P, M, holder, I[I[SEAT] + k], there)
            return True
    return False


@compiled
def _trouble(I, B, F, P, M, unit, role, row):  # type: ignore[no-untyped-def]
    """Return by how much the rules of a placed unit are missed when a role of it is seated in a row."""
    P[I[ROOM] + role] = row
    missed = 0.0
    for k in range(I[I[RULED_FROM] + unit], I[I[RULED_FROM] + unit + 1]):
        ruled = I[I[RULED] + RULED_NUMBERS * k]
        if I[I[LOOK] + ruled] == SITED or I[I[LOOK] + ruled] == ROOMED:
            missed += weighed(I, P, M, ruled, I[READING], -1, True)[0]
    P[I[ROOM] + role] = -1
    return missed


@compiled
def seat(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Find rooms for all roles of a unit: free ones, made free, or by driving others out."""
    start = P[I[AT] + unit]
    for role in range(I[I[ROLE_FROM] + unit], I[I[ROLE_FROM] + unit + 1]):
        first, slots = I[I[SEAT_FROM] + role], I[I[ROLE_SLOTS] + role]
        number = I[I[SEAT_FROM] + role + 1] - first
        if number == 0:
            return False
        turn, got, picky = below(M, number), -1, I[I[PICKY] + role]
        least = NEVER
        for k in range(number):
            row = I[I[SEAT] + first + (k + turn) % number]
            if is_free(I, B, F, P, M, row, start, slots):
                trouble = _trouble(I, B, F, P, M, unit, role, row) if picky else 0.0
                if trouble < least:
                    got, least = row, trouble
                if trouble == 0.0:
                    break
        for k in range(number):
            if got >= 0:
                break
            row = I[I[SEAT] + first + (k + turn) % number]
            if _make_room(I, B, F, P, M, row, start, slots):
                got = row
        if got < 0:
            least = NEVER
            for k in range(number):
                row = I[I[SEAT] + first + (k + turn) % number]
                loss, last = 0.0, -1
                for slot in range(start, start + slots):
                    other = P[I[HELD] + row * I[SLOTS] + slot]
                    if not B[I[OPEN] + row * I[SLOTS] + slot] or other == unit:
                        loss = 2 * NEVER
                    elif other >= 0 and other != last:
                        loss += loss_of(I, B, F, P, M, other)
                        last = other
                if picky and loss < least:
                    loss += _trouble(I, B, F, P, M, unit, role, row)
                if loss < least:
                    got, least = row, loss
            if got < 0:
                return False
            for slot in range(start, start + slots):
                if P[I[HELD] + got * I[SLOTS] + slot] >= 0:
                    drive_out(I, B, F, P, M, P[I[HELD] + got * I[SLOTS] + slot])
        sit(I, B, F, P, M, role, got, start)
    return True
