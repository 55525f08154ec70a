"""Placing and removing activities in the arrays, with every node and cost kept in step, compiled."""

from solver.engine.local.compiled import compiled, entry
from solver.engine.local.layout import (
    A_CONTEXT,
    A_HOST,
    A_LINK,
    A_MINUTES,
    A_PAIR,
    A_ROLE,
    A_SAME_PLACE,
    A_UNPLACED,
    AMOUNT,
    AREAS,
    AT_CAND,
    AT_OPT,
    AT_TIME,
    AWAY,
    BAD,
    BAD_AT,
    C_COST,
    C_LINK,
    C_PER_MEETING,
    C_RES,
    CONCURRENT,
    F_COST,
    F_PENALTY,
    HARD,
    KEPT,
    L_ARG,
    L_NODE,
    LOAD,
    MOVES,
    N_BAD,
    N_CONTEXT,
    NODE_SIZE,
    NODES,
    O_COST,
    O_TIME,
    OCCUPANCY,
    PAIRS,
    PAIRWISE,
    PEERS,
    PLACED,
    R_ACT,
    R_AMOUNT,
    R_PEER,
    RAW,
    RES_CONTEXT,
    RES_LINK,
    RES_PLACE,
    REST,
    SHAPE,
    SPAN,
    T_MEET,
    TRAVEL,
    WANT,
    WEIGHT,
)
from solver.engine.local.nodes import (
    areas,
    away,
    concurrent,
    distinct,
    load,
    occupancy,
    pairwise,
    rest,
    shape,
    span,
)
from solver.engine.local.places import moves
from solver.engine.local.relations import related


@entry
def note(I, F, node, change):  # type: ignore[no-untyped-def]
    """Add a change to a node's amount and to the totals."""
    spot = I[AMOUNT] + node
    before = I[spot]
    now = before + change
    I[spot] = now
    if not I[I[HARD] + node]:
        F[F_COST] += F[I[WEIGHT] + node] * change
        return
    F[F_PENALTY] += F[I[WEIGHT] + node] * change
    I[RAW] += change
    if before == 0:
        I[I[BAD] + I[N_BAD]] = node
        I[I[BAD_AT] + node] = I[N_BAD]
        I[N_BAD] += 1
    elif now == 0:
        I[N_BAD] -= 1
        last = I[I[BAD] + I[N_BAD]]
        at = I[I[BAD_AT] + node]
        I[I[BAD] + at] = last
        I[I[BAD_AT] + last] = at


@compiled
def context_of(I, activity):  # type: ignore[no-untyped-def]
    """Where a placed activity is, as a context."""
    role = I[I[A_HOST] + activity]
    if role < 0:
        return I[I[A_CONTEXT] + activity]
    return I[I[RES_CONTEXT] + I[I[C_RES] + I[I[AT_CAND] + role]]]


@compiled
def _follow(I, F, first, end, time, activity, amount, context, sign):  # type: ignore[no-untyped-def]
    """Tell the nodes of some links of a use."""
    for link in range(first, end):
        node = I[I[L_NODE] + link]
        p = I[NODES] + node * NODE_SIZE
        kind = I[p]
        change = 0
        argument = I[I[L_ARG] + link]
        if argument < 0:
            # Several resources of an activity lead here, and it counts once.
            I[activity - argument] += sign
            if I[activity - argument] != (1 if sign > 0 else 0):
                continue
        if kind == OCCUPANCY:
            change = occupancy(I, p, time, argument if argument else amount, activity, sign)
        elif kind == SHAPE:
            change = shape(I, p, time, sign)
        elif kind == PAIRWISE:
            change = pairwise(I, p, time, context, activity, sign)
        elif kind == LOAD:
            change = load(I, p, time, I[I[A_MINUTES] + activity], sign)
        elif kind == AREAS:
            change = areas(I, p, time, context, sign)
        elif kind == CONCURRENT:
            change = concurrent(I, p, time, sign)
        elif kind == AWAY:
            change = away(I, p, time, context, I[I[A_MINUTES] + activity], sign)
        elif kind == MOVES:
            change = moves(I, p, time, context, sign)
        elif kind == REST:
            change = rest(I, p, time, sign)
        elif kind == SPAN:
            change = span(I, p, time, sign)
        if change:
            note(I, F, node, change)


@compiled
def _pairs(I, F, activity, time, context, sign):  # type: ignore[no-untyped-def]
    for at in range(I[I[A_PAIR] + activity], I[I[A_PAIR] + activity + 1]):
        entry = I[PAIRS] + 6 * at
        other = I[entry]
        other_time = I[I[AT_TIME] + other]
        if other_time < 0:
            continue
        relation, limit = I[entry + 2], I[entry + 4]
        if relation == 19:
            here, there = (context_of(I, other), context) if I[entry + 3] else (context, context_of(I, other))
            limit = I[I[TRAVEL] + here * I[N_CONTEXT] + there]
        if I[entry + 3]:
            kept = related(I, relation, other_time, time, limit, I[entry + 5])
        else:
            kept = related(I, relation, time, other_time, limit, I[entry + 5])
        if not kept:
            note(I, F, I[entry + 1], sign)


@compiled
def seat(I, F, role, candidate, time, activity, context, sign):  # type: ignore[no-untyped-def]
    """Let a candidate fill a role, or leave it; `AT_CAND` is kept in step."""
    resource = I[I[C_RES] + candidate]
    if sign < 0:
        I[I[AT_CAND] + role] = -1
    _follow(
        I,
        F,
        I[I[RES_LINK] + resource],
        I[I[RES_LINK] + resource + 1],
        time,
        activity,
        I[I[R_AMOUNT] + role],
        context,
        sign,
    )
    first, end = I[I[C_LINK] + candidate], I[I[C_LINK] + candidate + 1]
    if first < end:
        _follow(I, F, first, end, time, activity, I[I[R_AMOUNT] + role], context, sign)
    meetings = I[I[T_MEET] + time + 1] - I[I[T_MEET] + time]
    F[F_COST] += sign * (F[I[C_COST] + candidate] + F[I[C_PER_MEETING] + candidate] * meetings)
    for at in range(I[I[R_PEER] + role], I[I[R_PEER] + role + 1]):
        entry = I[PEERS] + 4 * at
        node = I[entry + 1]
        if I[entry] == 1:
            change = distinct(I, I[NODES] + node * NODE_SIZE, resource, sign)
            if change:
                note(I, F, node, change)
        else:
            other = I[I[AT_CAND] + I[entry + 2]]
            if other >= 0 and (I[I[C_RES] + other] == resource) != (I[entry + 3] == 1):
                note(I, F, node, sign)
    if sign > 0:
        I[I[AT_CAND] + role] = candidate


@compiled
def _own(I, F, activity, taken, sign):  # type: ignore[no-untyped-def]
    """Count whether what stands somewhere stands in one place."""
    node = I[I[A_SAME_PLACE] + activity]
    if node < 0:
        return
    place = I[I[NODES] + node * NODE_SIZE + 1]
    for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
        here = I[I[RES_PLACE] + I[I[C_RES] + I[taken + role]]]
        if here < 0:
            continue
        if place >= 0 and here != place:
            note(I, F, node, sign)
            return
        place = here


@compiled
def place(I, F, activity, option):  # type: ignore[no-untyped-def]
    """Place an activity on an option and, in every role, on the candidate in `WANT`."""
    time = I[I[O_TIME] + option]
    first, end = I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]
    host = I[I[A_HOST] + activity]
    if host < 0:
        context = I[I[A_CONTEXT] + activity]
    else:
        context = I[I[RES_CONTEXT] + I[I[C_RES] + I[I[WANT] + host]]]
    F[F_COST] += F[I[O_COST] + option] - F[I[A_UNPLACED] + activity]
    for role in range(first, end):
        seat(I, F, role, I[I[WANT] + role], time, activity, context, 1)
    _own(I, F, activity, I[WANT], 1)
    links = I[A_LINK] + activity
    _follow(I, F, I[links], I[links + 1], time, activity, 1, context, 1)
    _pairs(I, F, activity, time, context, 1)
    I[I[AT_OPT] + activity] = option
    I[I[AT_TIME] + activity] = time
    I[PLACED] += 1


@compiled
def remove(I, F, activity):  # type: ignore[no-untyped-def]
    """Take an activity out; its candidates are noted in `KEPT`, its option is returned."""
    for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
        I[I[KEPT] + role] = I[I[AT_CAND] + role]
    _own(I, F, activity, I[AT_CAND], -1)
    return _take_out(I, F, activity)


@compiled
def withdraw(I, F, activity):  # type: ignore[no-untyped-def]
    """Take an activity out and note nothing."""
    _own(I, F, activity, I[AT_CAND], -1)
    return _take_out(I, F, activity)


@compiled
def _take_out(I, F, activity):  # type: ignore[no-untyped-def]
    option = I[I[AT_OPT] + activity]
    time = I[I[AT_TIME] + activity]
    context = context_of(I, activity)
    I[I[AT_OPT] + activity] = -1
    I[I[AT_TIME] + activity] = -1
    I[PLACED] -= 1
    links = I[A_LINK] + activity
    _follow(I, F, I[links], I[links + 1], time, activity, 1, context, -1)
    _pairs(I, F, activity, time, context, -1)
    for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
        seat(I, F, role, I[I[AT_CAND] + role], time, activity, context, -1)
    F[F_COST] -= F[I[O_COST] + option] - F[I[A_UNPLACED] + activity]
    return option


@compiled
def put_back(I, F, activity, option):  # type: ignore[no-untyped-def]
    """Place an activity where `remove` found it."""
    for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
        I[I[WANT] + role] = I[I[KEPT] + role]
    place(I, F, activity, option)


@compiled
def change_seat(I, F, role, candidate):  # type: ignore[no-untyped-def]
    """Give a role of a placed activity another candidate; it must not decide anything but the role."""
    activity = I[I[R_ACT] + role]
    time = I[I[AT_TIME] + activity]
    context = context_of(I, activity)
    seat(I, F, role, I[I[AT_CAND] + role], time, activity, context, -1)
    seat(I, F, role, candidate, time, activity, context, 1)
