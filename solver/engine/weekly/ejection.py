"""Placing activities one by one, each where it drives the fewest others out; compiled.

A plan in work keeps every hard rule at all times, as far as activities still to come can mend it: a gap or
a day that is too short counts only when more hours are missing than are still to be placed. What is driven
out waits for another turn, and the places that drove it out become dear to it.
"""

from solver.engine.weekly.compiled import compiled, entry
from solver.engine.weekly.fields import (
    AT,
    BARRED,
    CELL,
    CELL_FROM,
    CLOCK,
    DAYS,
    DISLIKE,
    DRIVEN,
    HELD,
    HELD_ROLE,
    LOAD_OF,
    MARK,
    MASKS,
    OPEN,
    PAIR,
    PAIR_FROM,
    PLACED,
    PULL,
    ROLE_FROM,
    ROLE_SLOTS,
    ROLE_UNIT,
    ROWS,
    RULE_FROM,
    RULED,
    RULED_FROM,
    SEAT,
    SEAT_FROM,
    SLOTS,
    STAMP,
    START,
    START_FROM,
    TENURE,
    UNITS,
    WAITING,
    WIDTH,
)
from solver.engine.weekly.plan import (
    below,
    breach,
    chance,
    copy,
    count_left,
    enter,
    is_free,
    loss_of,
    pay,
    price,
    read_days,
    sit,
    wishes,
    withdraw,
)

FILL, IMPROVE, TIDY, PAY = range(4)

_NEVER = 1e17


@compiled
def _drive_out(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Take a unit out of the plan, remember it, and let it wait."""
    start = P[I[AT] + unit]
    F[I[DRIVEN] + unit * (I[SLOTS] + 1) + start] += 1.0
    M[I[BARRED] + unit * I[SLOTS] + start] = M[CLOCK] + int(F[TENURE]) + below(M, int(F[TENURE]))
    withdraw(I, B, F, P, M, unit)


@compiled
def _seat_loss(I, B, F, P, M, role, start):  # type: ignore[no-untyped-def]
    """Return the least cost of a room for a role at a start."""
    least = 2 * _NEVER
    for k in range(I[I[SEAT_FROM] + role], I[I[SEAT_FROM] + role + 1]):
        row, loss, last = I[I[SEAT] + k], 0.0, -1
        for slot in range(start, start + I[I[ROLE_SLOTS] + role]):
            if not B[I[OPEN] + row * I[SLOTS] + slot]:
                loss = 2 * _NEVER
                break
            unit = P[I[HELD] + row * I[SLOTS] + slot]
            if unit >= 0 and unit != last and (M[I[MARK] + unit] != M[STAMP]):
                loss += loss_of(I, B, F, P, M, unit)
                last = unit
        least = min(least, loss)
        if least == 0.0:
            break
    return least if least > _NEVER else 0.6 * least


@compiled
def _cost(I, B, F, P, M, unit, k, limit):  # type: ignore[no-untyped-def]
    """Return what it costs to place a unit at its `k`-th start; anything above `limit` if it is above."""
    start = I[I[START] + k]
    cost = F[PULL] * (F[I[DISLIKE] + k] + wishes(I, B, F, P, M, unit, start))
    M[STAMP] += 1
    for c in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        other = P[I[HELD] + I[I[CELL] + 2 * c] * I[SLOTS] + start + I[I[CELL] + 2 * c + 1]]
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
    for role in range(I[I[ROLE_FROM] + unit], I[I[ROLE_FROM] + unit + 1]):
        cost += _seat_loss(I, B, F, P, M, role, start)
    if cost > limit:
        return cost
    masks = I[MASKS]
    for c in range(I[I[RULED_FROM] + unit], I[I[RULED_FROM] + unit + 1]):
        row = I[I[RULED] + c]
        read_days(I, B, F, P, M, row, masks)
        before, hours = price(I, B, F, P, M, row, masks), 0
        for cell in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
            if I[I[CELL] + 2 * cell] == row:
                slot = start + I[I[CELL] + 2 * cell + 1]
                M[masks + slot // I[WIDTH]] |= 1 << slot % I[WIDTH]
                hours += 1
        missed = breach(I, B, F, P, M, row, masks, I[I[LOAD_OF] + row] - P[I[PLACED] + row] - hours)
        if missed:
            cost += 1.5 + 0.5 * min(missed, 4)
        cost += F[PULL] * (price(I, B, F, P, M, row, masks) - before)
    if cost > 0.0:
        cost += 0.01 * F[I[DRIVEN] + unit * (I[SLOTS] + 1) + start]
        if M[I[BARRED] + unit * I[SLOTS] + start] > M[CLOCK]:
            cost += 1000000.0
    return cost


@compiled
def _choose(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Return the cheapest start of a unit, one of them by chance; -1 when it has none."""
    best, least, equals = -1, _NEVER, 0
    for k in range(I[I[START_FROM] + unit], I[I[START_FROM] + unit + 1]):
        cost = _cost(I, B, F, P, M, unit, k, least + 1e-09)
        if cost < least - 1e-09:
            best, least, equals = I[I[START] + k], cost, 1
        elif cost < least + 1e-09:
            equals += 1
            if below(M, equals) == 0:
                best = I[I[START] + k]
    return best


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
    if holder < 0:
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
def _seat(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Find rooms for all roles of a unit: free ones, made free, or by driving others out."""
    start = P[I[AT] + unit]
    for role in range(I[I[ROLE_FROM] + unit], I[I[ROLE_FROM] + unit + 1]):
        first, slots = I[I[SEAT_FROM] + role], I[I[ROLE_SLOTS] + role]
        number = I[I[SEAT_FROM] + role + 1] - first
        if number == 0:
            return False
        turn, got = below(M, number), -1
        for k in range(number):
            row = I[I[SEAT] + first + (k + turn) % number]
            if is_free(I, B, F, P, M, row, start, slots):
                got = row
                break
        for k in range(number):
            if got >= 0:
                break
            row = I[I[SEAT] + first + (k + turn) % number]
            if _make_room(I, B, F, P, M, row, start, slots):
                got = row
        if got < 0:
            least = _NEVER
            for k in range(number):
                row = I[I[SEAT] + first + (k + turn) % number]
                loss, last = 0.0, -1
                for slot in range(start, start + slots):
                    other = P[I[HELD] + row * I[SLOTS] + slot]
                    if not B[I[OPEN] + row * I[SLOTS] + slot] or other == unit:
                        loss = 2 * _NEVER
                    elif other >= 0 and other != last:
                        loss += loss_of(I, B, F, P, M, other)
                        last = other
                if loss < least:
                    got, least = row, loss
            if got < 0:
                return False
            for slot in range(start, start + slots):
                if P[I[HELD] + got * I[SLOTS] + slot] >= 0:
                    _drive_out(I, B, F, P, M, P[I[HELD] + got * I[SLOTS] + slot])
        sit(I, B, F, P, M, role, got, start)
    return True


@compiled
def _mend(I, B, F, P, M, row, keep, left):  # type: ignore[no-untyped-def]
    """Drive units other than `keep` out of a row until it keeps its hard rules; False when that fails."""
    masks, without = I[MASKS], I[MASKS] + I[DAYS]
    while True:
        read_days(I, B, F, P, M, row, masks)
        missed = breach(I, B, F, P, M, row, masks, left * (I[I[LOAD_OF] + row] - P[I[PLACED] + row]))
        if missed == 0:
            return True
        M[STAMP] += 1
        worst, least = -1, _NEVER
        for slot in range(I[DAYS] * I[WIDTH]):
            unit = P[I[HELD] + row * I[SLOTS] + slot]
            if unit < 0 or unit == keep or M[I[MARK] + unit] == M[STAMP]:
                continue
            M[I[MARK] + unit] = M[STAMP]
            for day in range(I[DAYS]):
                M[without + day] = M[masks + day]
            hours = 0
            for cell in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
                if I[I[CELL] + 2 * cell] == row:
                    there = P[I[AT] + unit] + I[I[CELL] + 2 * cell + 1]
                    M[without + there // I[WIDTH]] &= ~(1 << there % I[WIDTH])
                    hours += 1
            then = breach(
                I, B, F, P, M, row, without, left * (I[I[LOAD_OF] + row] - P[I[PLACED] + row] + hours)
            )
            loss = 4.0 * then + loss_of(I, B, F, P, M, unit) + 0.5 * chance(M)
            if then >= missed:
                loss += 50.0
            if loss < least:
                worst, least = unit, loss
        if worst < 0:
            return False
        _drive_out(I, B, F, P, M, worst)


@compiled
def _step(I, B, F, P, M, unit):  # type: ignore[no-untyped-def]
    """Place a waiting unit where it costs least and drive out what is in the way."""
    M[CLOCK] += 1
    start = _choose(I, B, F, P, M, unit)
    if start < 0:
        return
    for k in range(I[I[CELL_FROM] + unit], I[I[CELL_FROM] + unit + 1]):
        other = P[I[HELD] + I[I[CELL] + 2 * k] * I[SLOTS] + start + I[I[CELL] + 2 * k + 1]]
        if other >= 0:
            _drive_out(I, B, F, P, M, other)
    for k in range(I[I[PAIR_FROM] + unit], I[I[PAIR_FROM] + unit + 1]):
        other = I[I[PAIR] + 2 * k]
        if P[I[AT] + other] >= 0 and (
            not B[(I[I[PAIR] + 2 * k + 1] * I[SLOTS] + start) * I[SLOTS] + P[I[AT] + other]]
        ):
            _drive_out(I, B, F, P, M, other)
    enter(I, B, F, P, M, unit, start)
    fits = _seat(I, B, F, P, M, unit)
    for k in range(I[I[RULED_FROM] + unit], I[I[RULED_FROM] + unit + 1]):
        fits = fits and _mend(I, B, F, P, M, I[I[RULED] + k], unit, 1)
    if not fits:
        _drive_out(I, B, F, P, M, unit)


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
                read_days(I, B, F, P, M, I[I[RULED] + k], I[MASKS])
                if price(I, B, F, P, M, I[I[RULED] + k], I[MASKS]) > 0.0:
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
                _mend(I, B, F, P, M, row, -1, 0)
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
                then = pay(I, B, F, P, M) if P[0] == 0 else _NEVER
                if then <= value + slack:
                    value = then
                    copy(P, other)
                else:
                    copy(other, P)
                unit, tried = _dissatisfied(I, B, F, P, M), 0
                _drive_out(I, B, F, P, M, unit)
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
