"""Looking before a move: what would clash, who is in the way, which candidate to take; compiled."""

from solver.engine.chance import below
from solver.engine.local.change import context_of
from solver.engine.local.compiled import compiled
from solver.engine.local.layout import (
    A_CONTEXT,
    A_HOST,
    A_LINK,
    A_OPT,
    AT_CAND,
    AT_TIME,
    C_CLASS,
    C_COST,
    C_RES,
    L_ARG,
    L_NODE,
    N_TIME,
    NODE_SIZE,
    NODES,
    O_TIME,
    OCCUPANCY,
    PAIRWISE,
    PEERS,
    R_AMOUNT,
    R_CAND,
    R_PEER,
    RES_CONTEXT,
    RES_LINK,
    WEIGHT,
)
from solver.engine.local.nodes import close_to, crowded, ranges

_SCANNED = 24


@compiled
def clashes(I, F, first, end, time, activity, amount, context, own):  # type: ignore[no-untyped-def]
    """Weighted clashes that a use would have at some links, if the activity left its time `own`."""
    total = 0.0
    for link in range(first, end):
        node = I[I[L_NODE] + link]
        p = I[NODES] + node * NODE_SIZE
        kind = I[p]
        if kind == OCCUPANCY:
            fixed = I[I[L_ARG] + link]
            over = crowded(I, p, time, fixed if fixed else amount, own)
            if over:
                total += F[I[WEIGHT] + node] * over
        elif kind == PAIRWISE:
            found, _ = close_to(I, p, time, context, activity)
            if found:
                total += F[I[WEIGHT] + node] * found
    return total


@compiled
def own_clashes(I, F, activity, time, context):  # type: ignore[no-untyped-def]
    """Clashes at what the activity always uses, if it were at this time instead of its own."""
    links = I[A_LINK] + activity
    return clashes(I, F, I[links], I[links + 1], time, activity, 1, context, I[I[AT_TIME] + activity])


@compiled
def seat_clashes(I, F, role, candidate, time, activity, context, own):  # type: ignore[no-untyped-def]
    """Clashes of a candidate of a role, if the activity were at this time; `own`: when it has it now."""
    resource = I[I[C_RES] + candidate]
    first, end = I[I[RES_LINK] + resource], I[I[RES_LINK] + resource + 1]
    return clashes(I, F, first, end, time, activity, I[I[R_AMOUNT] + role], context, own)


@compiled
def allowed(I, B, candidate, time):  # type: ignore[no-untyped-def]
    """Tell whether a candidate may be used at a time at all."""
    return B[I[I[C_CLASS] + candidate] * I[N_TIME] + time] != 0


@compiled
def context_at(I, activity):  # type: ignore[no-untyped-def]
    """Where the activity is, or would be if its place is certain."""
    if I[I[AT_TIME] + activity] >= 0:
        return context_of(I, activity)
    role = I[I[A_HOST] + activity]
    if role < 0:
        return I[I[A_CONTEXT] + activity]
    return 0


@compiled
def find_candidate(I, F, B, R, role, time, activity, greedy):  # type: ignore[no-untyped-def]
    """Return a candidate of a role for a time, or -1, and its clashes.

    The one it has stays if it is free, unless `greedy`: then the one with the least clashes and cost out
    of many; else the first free one of a few random ones.
    """
    first, end = I[I[R_CAND] + role], I[I[R_CAND] + role + 1]
    n = end - first
    now = I[I[AT_CAND] + role]
    time_now = I[I[AT_TIME] + activity]
    context = context_at(I, activity)
    host = I[I[A_HOST] + activity] == role
    best, best_cost, best_clash = -1, 1e300, 0.0
    if not greedy and now >= 0 and allowed(I, B, now, time):
        clash = seat_clashes(I, F, role, now, time, activity, context, time_now)
        if clash <= 0.0:
            return now, 0.0
        best, best_cost, best_clash = now, clash, clash
    count = min(n, _SCANNED if greedy else 4)
    offset = below(R, n)
    for k in range(count):
        candidate = first + (offset + k) % n if greedy and count == n else first + below(R, n)
        if not allowed(I, B, candidate, time):
            continue
        resource = I[I[C_RES] + candidate]
        here = I[I[RES_CONTEXT] + resource] if host else context
        clash = seat_clashes(
            I, F, role, candidate, time, activity, here, time_now if candidate == now else -1
        )
        if not greedy:
            if clash < best_clash or best < 0:
                best, best_clash = candidate, clash
            if clash <= 0.0:
                return candidate, 0.0
            continue
        cost = clash + F[I[C_COST] + candidate]
        for at in range(I[I[R_PEER] + role], I[I[R_PEER] + role + 1]):
            entry = I[PEERS] + 4 * at
            if I[entry] == 1:
                p = I[NODES] + I[entry + 1] * NODE_SIZE
                others = I[I[p + 1] + resource] - (1 if candidate == now else 0)
                if others == 0:
                    cost += F[I[WEIGHT] + I[entry + 1]]
            else:
                theirs = I[I[AT_CAND] + I[entry + 2]]
                if theirs >= 0 and (I[I[C_RES] + theirs] == resource) != (I[entry + 3] == 1):
                    cost += F[I[WEIGHT] + I[entry + 1]]
        if cost < best_cost:
            best, best_cost, best_clash = candidate, cost, clash
    return best, best_clash


@compiled
def _one_holder(I, p, time, amount):  # type: ignore[no-untyped-def]
    """Return the one activity that leaves no room at a time: -1 nobody, -2 several."""
    base, capacity, cells = I[p + 2], I[p + 3], I[p + 4]
    who = -1
    at, end = ranges(I, I[p + 1], time)
    while at < end:
        for cell in range(base + I[at], base + I[at + 1]):
            if I[cell] + amount > capacity:
                if I[cell] != 1:
                    return -2
                holder = I[cell + cells] - 1
                if who >= 0 and holder != who:
                    return -2
                who = holder
        at += 2
    return who


@compiled
def holder(I, first, end, time, activity, amount, context):  # type: ignore[no-untyped-def]
    """Return the one other activity in the way at some links: -1 nobody, -2 several."""
    who = -1
    for link in range(first, end):
        p = I[NODES] + I[I[L_NODE] + link] * NODE_SIZE
        found = -1
        if I[p] == OCCUPANCY:
            fixed = I[I[L_ARG] + link]
            found = _one_holder(I, p, time, fixed if fixed else amount)
        elif I[p] == PAIRWISE:
            n, found = close_to(I, p, time, context, activity)
            if n > 1:
                return -2
        if found == -2:
            return -2
        if found >= 0 and found != activity:
            if who >= 0 and who != found:
                return -2
            who = found
    return who


@compiled
def option_at(I, activity, time):  # type: ignore[no-untyped-def]
    """Return an activity's option of a time, or -1."""
    low, high = I[I[A_OPT] + activity], I[I[A_OPT] + activity + 1]
    base = I[O_TIME]
    end = high
    while low < high:
        middle = (low + high) >> 1
        if I[base + middle] < time:
            low = middle + 1
        else:
            high = middle
    return low if low < end and I[base + low] == time else -1


@compiled
def candidate_of(I, role, resource):  # type: ignore[no-untyped-def]
    """Return a role's candidate that is this resource, or -1."""
    low, high = I[I[R_CAND] + role], I[I[R_CAND] + role + 1]
    base = I[C_RES]
    end = high
    while low < high:
        middle = (low + high) >> 1
        if I[base + middle] < resource:
            low = middle + 1
        else:
            high = middle
    return low if low < end and I[base + low] == resource else -1
