"""The plan in work: lines of a placement, placing and taking out, going back; compiled."""

from solver.engine.cluster.compiled import compiled, entry
from solver.engine.cluster.fields import (
    ACT_SEAT,
    ACT_T,
    AT_OPTION,
    AT_SEAT,
    BINDINGS,
    C_CHANGE,
    C_CONTEXT,
    C_PLACE,
    C_RES,
    C_REST,
    C_TAGS,
    CHANGE,
    EXCLUSIVE,
    GRANTED,
    GRANTED_TO,
    KIND,
    LIMIT,
    LINE_NODE,
    LINE_PAYLOAD,
    LOAD,
    MET,
    N_ACT,
    N_PLACE,
    N_WAIT,
    N_WANTING,
    NODE_SIZE,
    NODES,
    O_MEETING,
    OWED_TO,
    PARAM,
    POOL,
    R_AMOUNT,
    R_NODE,
    RES_LINE,
    REST,
    RN_NODE,
    ROLES,
    S_OPTION,
    SEATS,
    SERVED,
    T_ACT,
    T_ALIVE,
    T_CHANGE,
    T_CLASS,
    T_GRANTED,
    T_HOST,
    T_LINE,
    T_MINUTES,
    T_OWED,
    T_REST,
    T_ROLE,
    T_SAME_PLACE,
    T_SET,
    T_SHARED,
    T_UNPLACED,
    T_WORTH,
    TELL_AMOUNT,
    TELL_AREA,
    TELL_CONTEXT,
    TELL_LOAD,
    TIMES,
    TL_NODE,
    TL_PAYLOAD,
    TRAIL,
    TRAIL_ROOM,
    TRAIL_SEAT,
    TRAIL_SIZE,
    TRAIL_SPARE,
    WAIT,
    WAIT_AT,
    WANTING,
    WANTING_AT,
    X_AREA,
)
from solver.engine.cluster.uses import BACK, NO, YES, use


@compiled
def told(I, kind, t, amount, context):  # type: ignore[no-untyped-def]
    """Return the payload that a node of a resource is told about a use."""
    if kind == TELL_CONTEXT:
        return context
    if kind == TELL_AMOUNT:
        return amount
    if kind == TELL_LOAD:
        return I[I[T_MINUTES] + t] * TIMES + 1
    area = I[I[X_AREA] + context]
    if kind == TELL_AREA:
        return area
    return (I[I[T_MINUTES] + t] * TIMES + 1) * (I[N_PLACE] + 2) + area + 1


@compiled
def where(I, t):  # type: ignore[no-untyped-def]
    """Return the context that the seats in hand give a template's session, and their tags."""
    first = I[I[T_ROLE] + t]
    tags = 0
    for k in range(I[I[T_ROLE] + t + 1] - first):
        tags |= I[I[C_TAGS] + I[I[SEATS] + k]]
    host = I[I[T_HOST] + t]
    return (0 if host < 0 else I[I[C_CONTEXT] + I[I[SEATS] + host]]), tags


@compiled
def _add_line(I, count, node, payload, merge):  # type: ignore[no-untyped-def]
    """Add a line to those in hand; return how many there are, -1: the session is in its own way."""
    if merge:
        p = I[NODES] + node * NODE_SIZE
        for k in range(count):
            if I[I[LINE_NODE] + k] == node:
                if I[p + KIND] == EXCLUSIVE:
                    return -1
                if I[p + KIND] == POOL:
                    I[I[LINE_PAYLOAD] + k] += payload
                    if I[I[LINE_PAYLOAD] + k] > I[p + LIMIT]:
                        return -1
                elif I[p + KIND] == LOAD and I[p + PARAM] != 2:
                    I[I[LINE_PAYLOAD] + k] += payload % TIMES
                return count
    I[I[LINE_NODE] + count] = node
    I[I[LINE_PAYLOAD] + count] = payload
    return count + 1


@compiled
def lines(I, t):  # type: ignore[no-untyped-def]
    """Write the lines of a template's session with the seats in hand; return how many, or -1."""
    context, tags = where(I, t)
    merge = I[I[T_SHARED] + t]
    count = NO
    for k in range(I[I[T_LINE] + t], I[I[T_LINE] + t + 1]):
        count = _add_line(I, count, I[I[TL_NODE] + k], I[I[TL_PAYLOAD] + k], merge)
        if count < 0:
            return -1
    first = I[I[T_ROLE] + t]
    for k in range(I[I[T_ROLE] + t + 1] - first):
        role = first + k
        resource = I[I[C_RES] + I[I[SEATS] + k]]
        for each in range(I[I[R_NODE] + role], I[I[R_NODE] + role + 1]):
            count = _add_line(I, count, I[I[RN_NODE] + each], resource, merge)
            if count < 0:
                return -1
        for each in range(I[I[RES_LINE] + resource], I[I[RES_LINE] + resource + 1]):
            at = I[BINDINGS] + 3 * each
            if I[at + 2] and not I[at + 2] & tags:
                continue
            payload = told(I, I[at + 1], t, I[I[R_AMOUNT] + role], context)
            count = _add_line(I, count, I[at], payload, merge)
            if count < 0:
                return -1
    return count


@compiled
def one_place(I, t):  # type: ignore[no-untyped-def]
    """Tell whether the seats in hand that stand somewhere stand in one place, if they have to."""
    if not I[I[T_SAME_PLACE] + t]:
        return True
    there = -1
    for k in range(I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]):
        place = I[I[C_PLACE] + I[I[SEATS] + k]]
        if place >= 0:
            if there >= 0 and there != place:
                return False
            there = place
    return True


@compiled
def _count(I, t, option, sign):  # type: ignore[no-untyped-def]
    I[I[SERVED] + I[I[T_CLASS] + t]] += sign * I[I[T_WORTH] + t]
    for k in range(I[I[T_GRANTED] + t], I[I[T_GRANTED] + t + 1]):
        at = I[GRANTED_TO] + 2 * k
        I[I[GRANTED] + I[at]] += sign * I[at + 1]
    for k in range(I[I[T_OWED] + t], I[I[T_OWED] + t + 1]):
        at = I[OWED_TO] + 2 * k
        I[I[MET] + I[at]] += sign * I[at + 1]
    number = option - I[I[S_OPTION] + I[I[T_SET] + t]]
    rest = change = 0
    if I[I[T_REST] + t] >= 0:
        rest = I[I[I[T_REST] + t] + number]
    if I[I[T_CHANGE] + t] >= 0:
        change = I[I[I[T_CHANGE] + t] + number]
    meetings = I[I[O_MEETING] + option + 1] - I[I[O_MEETING] + option]
    for k in range(I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]):
        seat = I[I[SEATS] + k]
        rest += I[I[C_REST] + 2 * seat] + I[I[C_REST] + 2 * seat + 1] * meetings
        change += I[I[C_CHANGE] + 2 * seat] + I[I[C_CHANGE] + 2 * seat + 1] * meetings
    I[REST] += sign * (rest - I[I[T_UNPLACED] + t])
    I[CHANGE] += sign * change


@compiled
def _note(I, activity, option, placed):  # type: ignore[no-untyped-def]
    number = I[I[TRAIL]]
    at = I[TRAIL] + 1 + TRAIL_SIZE * number
    I[at] = activity
    I[at + 1] = option
    I[at + 2] = placed
    t = I[I[ACT_T] + activity]
    roles = I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]
    for k in range(roles):
        I[I[TRAIL_SEAT] + number * I[ROLES] + k] = I[I[SEATS] + k]
    I[I[TRAIL]] = number + 1


@compiled
def trail_is_full(I):  # type: ignore[no-untyped-def]
    """Tell whether a step has changed as much as can be taken back."""
    return I[I[TRAIL]] > TRAIL_ROOM - TRAIL_SPARE


@compiled
def place(I, activity, option, noted):  # type: ignore[no-untyped-def]
    """Place a waiting session with the seats in hand; the caller has made sure that it fits."""
    t = I[I[ACT_T] + activity]
    for k in range(lines(I, t)):
        use(I, I[I[LINE_NODE] + k], I[I[LINE_PAYLOAD] + k], option, activity, YES)
    I[I[AT_OPTION] + activity] = option
    first = I[I[ACT_SEAT] + activity]
    for k in range(I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]):
        I[I[AT_SEAT] + first + k] = I[I[SEATS] + k]
    # The last one that waits takes its place among those that do.
    begin, number = I[I[T_ACT] + t], I[I[N_WAIT] + t] - 1
    spot, last = I[I[WAIT_AT] + activity], I[I[WAIT] + begin + number]
    I[I[WAIT] + begin + spot] = last
    I[I[WAIT_AT] + last] = spot
    I[I[N_WAIT] + t] = number
    if number == 0 and I[I[T_ALIVE] + t]:
        I[N_WANTING] -= 1
        spot, last = I[I[WANTING_AT] + t], I[I[WANTING] + I[N_WANTING]]
        I[I[WANTING] + spot] = last
        I[I[WANTING_AT] + last] = spot
    _count(I, t, option, YES)
    if noted:
        _note(I, activity, option, YES)


@compiled
def remove(I, activity, noted):  # type: ignore[no-untyped-def]
    """Take a placed session out; its seats are in hand afterwards."""
    t = I[I[ACT_T] + activity]
    option = I[I[AT_OPTION] + activity]
    first = I[I[ACT_SEAT] + activity]
    for k in range(I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]):
        I[I[SEATS] + k] = I[I[AT_SEAT] + first + k]
    for k in range(lines(I, t)):
        use(I, I[I[LINE_NODE] + k], I[I[LINE_PAYLOAD] + k], option, activity, BACK)
    I[I[AT_OPTION] + activity] = -1
    number = I[I[N_WAIT] + t]
    I[I[WAIT] + I[I[T_ACT] + t] + number] = activity
    I[I[WAIT_AT] + activity] = number
    I[I[N_WAIT] + t] = number + 1
    if number == 0 and I[I[T_ALIVE] + t]:
        I[I[WANTING] + I[N_WANTING]] = t
        I[I[WANTING_AT] + t] = I[N_WANTING]
        I[N_WANTING] += 1
    _count(I, t, option, BACK)
    if noted:
        _note(I, activity, option, NO)


@compiled
def undo(I):  # type: ignore[no-untyped-def]
    """Take back all that the trail holds."""
    room = I[ROLES]
    for back in range(I[I[TRAIL]]):
        number = I[I[TRAIL]] - 1 - back
        at = I[TRAIL] + 1 + TRAIL_SIZE * number
        activity = I[at]
        if I[at + 2]:
            remove(I, activity, NO)
        else:
            for k in range(room):
                I[I[SEATS] + k] = I[I[TRAIL_SEAT] + number * room + k]
            place(I, activity, I[at + 1], NO)
    I[I[TRAIL]] = 0


@entry
def restore(I, options, seats):  # type: ignore[no-untyped-def]
    """Make the plan one that was written down, with as few changes as that takes."""
    for activity in range(I[N_ACT]):
        there = I[I[AT_OPTION] + activity]
        if there < 0:
            continue
        same = there == options[activity]
        for k in range(I[I[ACT_SEAT] + activity], I[I[ACT_SEAT] + activity + 1]):
            same = same and I[I[AT_SEAT] + k] == seats[k]
        if not same:
            remove(I, activity, NO)
    for activity in range(I[N_ACT]):
        if options[activity] >= 0 and I[I[AT_OPTION] + activity] < 0:
            first = I[I[ACT_SEAT] + activity]
            for k in range(I[I[ACT_SEAT] + activity + 1] - first):
                I[I[SEATS] + k] = seats[first + k]
            place(I, activity, options[activity], NO)
