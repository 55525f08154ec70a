"""Placing activities one by one, each where it drives the fewest others out; compiled.

A plan in work keeps every hard rule at all times, as far as activities still to come can mend it: a gap or
a day that is too short counts only when more hours are missing than are still to be placed. What is driven
out waits for another turn, and the places that drove it out become dear to it.
"""

from solver.engine.weekly.compiled import compiled, entry
from solver.engine.weekly.days import (
    judged,
    read_row,
    take_stock,
    weighed,
    weighed_with,
)
from solver.engine.weekly.fields import (
    AT,
    BARRED,
    CELL,
    CELL_FROM,
    CELL_NUMBERS,
    CLOCK,
    DISLIKE,
    DRIVEN,
    HELD,
    MARK,
    MEMBER,
    MEMBER_FROM,
    MEMBER_NUMBERS,
    PAIR,
    PAIR_FROM,
    PULL,
    READING,
    READINGS,
    ROLE_FROM,
    ROWS,
    RULE_FROM,
    RULED,
    RULED_FROM,
    RULED_NUMBERS,
    SLOTS,
    STAMP,
    START,
    START_FROM,
    UNITS,
    WAITING,
)
from solver.engine.weekly.plan import (
    below,
    chance,
    copy,
    count_left,
    enter,
    loss_of,
    pay,
    wishes,
)
from solver.engine.weekly.rooms import NEVER, drive_out, seat, seat_loss

FILL, IMPROVE, TIDY, PAY = range(4)


@compiled
def _cost(I, B, F, P, M, unit, k, limit, pays_now):  # type: ignore[no-untyped-def]
    """Return what it costs to place a unit at its `k`-th start; anything above `limit` if it is above.

    Stock was taken of its rows, which pay `pays_now`.
    """
    start = I[I[START] + k]
    cost = F[PULL] * (F[I[DISLIKE] + k] + wishes(I, B, F, P, M, unit, start) - pays_now)
    M[STAMP] += 1
    for c in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        other = P[
            I[HELD] + I[I[CELL] + CELL_NUMBERS * c] * I[SLOTS] + start + I[I[CELL] + CELL_NUMBERS * c + 1]
        ]
        if other >= 0 and M[I[MARK] + other] != M[STAMP]:
            M[I[MARK] + other] = M[STAMP]
            cost += loss_of(I, B, F, P, M, other)
    for c in range(I[I[PAIR_FROM] + unit], I[I[PAIR_FROM] + unit + 1]):
        other = I[I[PAIR] + 2 * c]
        there = P[I[AT] + other]
        if (
            there >= 0
            and M[I[MARK] + other] != M[STAMP]
            and (not B[(I[I[PAIR] + 2 * c + 1] * I[SLOTS] + start) * I[SLOTS] + there])
        ):
            M[I[MARK] + other] = M[STAMP]
            cost += loss_of(I, B, F, P, M, other)
    if cost > limit:
        return cost
    first = I[I[ROLE_FROM] + unit]
    for role in range(first, I[I[ROLE_FROM] + unit + 1]):
        cost += seat_loss(I, B, F, P, M, role, role - first, start)
    if cost > limit:
        return cost
    at = I[READING]
    for c in range(I[I[RULED_FROM] + unit], I[I[RULED_FROM] + unit + 1]):
        missed, paid = weighed_with(I, P, M, c, at, M[at + I[READINGS]], unit, start)
        if missed:
            cost += 1.5 + 0.5 * min(missed // 10 + missed % 10, 8)
        cost += F[PULL] * paid
        at += I[READINGS] + 1
    if cost > 0.0:
        cost += 0.01 * F[I[DRIVEN] + unit * (I[SLOTS] + 1) + start]
        if M[I[BARRED] + unit * I[SLOTS] + start] > M[CLOCK]:
            cost += 1000000.0
    return cost


@compiled
def _take_stock_of_all(I, P, M, unit):  # type: ignore[no-untyped-def]
    """Read the rows with rules of a waiting unit one after another, each with the hours that may still come.

    Return what they pay.
    """
    at, pays = I[READING], 0.0
    for c in range(I[I[RULED_FROM] + unit], I[I[RULED_FROM] + unit + 1]):
        row = I[I[RULED] + RULED_NUMBERS * c]
        M[at + I[READINGS]] = read_row(I, P, M, row, at, -1)
        take_stock(I, M, row, at)
        pays += judged(I, M, row, at, 0, -1, 0)[1]
        at += I[READINGS] + 1
    return pays


@compiled
def _choose(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Return the cheapest start of a unit, one of them by chance; -1 when it has none."""
    best, least, equals = -1, NEVER, 0
    pays_now = _take_stock_of_all(I, P, M, unit)
    for k in range(I[I[START_FROM] + unit], I[I[START_FROM] + unit + 1]):
        cost = _cost(I, B, F, P, M, unit, k, least + 1e-09, pays_now)
        if cost < least - 1e-09:
            best, least, equals = I[I[START] + k], cost, 1
        elif cost < least + 1e-09:
            equals += 1
            if below(M, equals) == 0:
                best = I[I[START] + k]
    return best


@compiled
def _loss_without(I, B, F, P, M, row, unit, mends, missed):  # type: ignore[no-untyped-def]
    """Return what it costs to mend a row, that misses so much, by driving a unit out of it."""
    at = I[READING] + I[READINGS] + 1
    then = weighed(I, P, M, row, at, unit, mends)[0]
    loss = 4.0 * then + loss_of(I, B, F, P, M, unit) + 0.5 * chance(M)
    if then >= missed:
        loss += 50.0
    return loss


@compiled
def _mend(I, B, F, P, M, row, keep, mends):  # type: ignore[no-untyped-def]
    """Drive units other than `keep` out of a row until it keeps its hard rules; False when that fails."""
    while True:
        missed = weighed(I, P, M, row, I[READING], -1, mends)[0]
        if missed == 0:
            return True
        M[STAMP] += 1
        worst, least = -1, NEVER
        members = I[I[MEMBER_FROM] + row + 1] - I[I[MEMBER_FROM] + row]
        number = members if members else I[SLOTS]
        for k in range(number):
            if members:
                unit = I[I[MEMBER] + MEMBER_NUMBERS * (I[I[MEMBER_FROM] + row] + k)]
            else:
                unit = P[I[HELD] + row * I[SLOTS] + k]
            if unit < 0 or unit == keep or M[I[MARK] + unit] == M[STAMP] or P[I[AT] + unit] < 0:
                continue
            M[I[MARK] + unit] = M[STAMP]
            loss = _loss_without(I, B, F, P, M, row, unit, mends, missed)
            if loss < least:
                worst, least = unit, loss
        if worst < 0:
            return False
        drive_out(I, B, F, P, M, worst)


@compiled
def _step(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Place a waiting unit where it costs least and drive out what is in the way."""
    M[CLOCK] += 1
    start = _choose(I, B, F, P, M, unit)
    if start < 0:
        return
    for k in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        other = P[
            I[HELD] + I[I[CELL] + CELL_NUMBERS * k] * I[SLOTS] + start + I[I[CELL] + CELL_NUMBERS * k + 1]
        ]
        if other >= 0:
            drive_out(I, B, F, P, M, other)
    for k in range(I[I[PAIR_FROM] + unit], I[I[PAIR_FROM] + unit + 1]):
        other = I[I[PAIR] + 2 * k]
        if P[I[AT] + other] >= 0 and (
            not B[(I[I[PAIR] + 2 * k + 1] * I[SLOTS] + start) * I[SLOTS] + P[I[AT] + other]]
        ):
            drive_out(I, B, F, P, M, other)
    enter(I, B, F, P, M, unit, start)
    fits = seat(I, B, F, P, M, unit)
    for k in range(I[I[RULED_FROM] + unit], I[I[RULED_FROM] + unit + 1]):
        fits = fits and _mend(I, B, F, P, M, I[I[RULED] + RULED_NUMBERS * k], unit, True)
    if not fits:
        drive_out(I, B, F, P, M, unit)


@compiled
def _next(I, B, F, P, M):  # type: ignore[no-untyped-def]
    """Return a unit that waits, more likely one that had many turns."""
    unit = P[I[WAITING] + below(M, P[0])]
    if chance(M) < 0.5:
        other = P[I[WAITING] + below(M, P[0])]
        if F[I[DRIVEN] + other * (I[SLOTS] + 1) + I[SLOTS]] > F[I[DRIVEN] + unit * (I[SLOTS] + 1) + I[SLOTS]]:
            unit = other
    F[I[DRIVEN] + unit * (I[SLOTS] + 1) + I[SLOTS]] += 1.0
    return unit


@compiled
def _dissatisfied(I, B, F, P, M):  # type: ignore[no-untyped-def]
    """Return a unit that pays for a wish, if a few tries find one."""
    unit = below(M, I[UNITS])
    for _ in range(60):
        if I[I[START_FROM] + unit + 1] - I[I[START_FROM] + unit] > 1:
            if wishes(I, B, F, P, M, unit, P[I[AT] + unit]) > 0.0:
                return unit
            for k in range(I[I[START_FROM] + unit], I[I[START_FROM] + unit + 1]):
                if I[I[START] + k] == P[I[AT] + unit] and F[I[DISLIKE] + k] > 0.0:
                    return unit
            for k in range(I[I[RULED_FROM] + unit], I[I[RULED_FROM] + unit + 1]):
                row = I[I[RULED] + RULED_NUMBERS * k]
                if weighed(I, P, M, row, I[READING], -1, True)[1] > 0.0:
                    return unit
        unit = below(M, I[UNITS])
    return unit


@compiled
def _tidy(I, B, F, P, M):  # type: ignore[no-untyped-def]
    """Drive out what breaks a hard rule of a row now that nothing more is to come."""
    changed = True
    while changed:
        before = P[0]
        for row in range(I[ROWS]):
            if I[I[RULE_FROM] + row] < I[I[RULE_FROM] + row + 1]:
                _mend(I, B, F, P, M, row, -1, False)
        changed = P[0] > before


@entry
def search(I, B, F, P, M, other, task, value, slack, turns, mend_turns):  # type: ignore[no-untyped-def]
    """Do a task on a plan: the one entry, and one place that takes a step, so that all is compiled once.

    ``FILL``: give waiting units so many turns; keep the plan with the fewest activities left, `value` so
    far, in `other`; return how few. ``IMPROVE``: again and again move a unit that pays, mend the plan within
    `mend_turns` and keep it in `other` if it pays at most `slack` more than the one there, which pays
    `value`; return what the last one kept pays. ``TIDY``: drive out what breaks a hard rule now that nothing
    more is to come. ``PAY``: return the weights of all soft rules that the plan breaks, rooms apart.
    """
    if task == TIDY:
        _tidy(I, B, F, P, M)
        return 0.0
    if task == PAY:
        return pay(I, B, F, P, M)
    tried = mend_turns
    for _ in range(turns):
        if task == IMPROVE:
            over = P[0] == 0 or tried >= mend_turns
            if over:
                then = pay(I, B, F, P, M) if P[0] == 0 else NEVER
                if then <= value + slack:
                    value = then
                    copy(P, other)
                else:
                    copy(other, P)
                unit, tried = _dissatisfied(I, B, F, P, M), 0
                drive_out(I, B, F, P, M, unit)
            else:
                unit, tried = _next(I, B, F, P, M), tried + 1
        elif P[0] == 0:
            break
        else:
            unit = _next(I, B, F, P, M)
        _step(I, B, F, P, M, unit)
        if task == FILL:
            left = count_left(I, B, F, P, M)
            if left < value:
                value = float(left)
                copy(P, other)
    return value
