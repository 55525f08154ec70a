"""Chains of moves between two times: who is in the way goes where the first came from; compiled."""

from solver.engine.chance import below
from solver.engine.local.change import place, put_back, remove, withdraw
from solver.engine.local.company import seats
from solver.engine.local.compiled import compiled
from solver.engine.local.layout import (
    A_LINK,
    A_OPEN,
    A_OPT,
    A_TIE,
    AT_OPT,
    AT_TIME,
    CHAIN,
    CHAIN_SIZE,
    F_COST,
    F_PENALTY,
    L_NODE,
    MARK,
    NODE_SIZE,
    NODES,
    O_TIME,
    OCCUPANCY,
    PAIRWISE,
    T_FIRST,
    TIES,
)
from solver.engine.local.moves import context_at
from solver.engine.local.nodes import close_to, ranges


@compiled
def option_from(I, R, activity, start):  # type: ignore[no-untyped-def]
    """Return an option of an activity with this first start, a random one of several, or -1."""
    low, end = I[I[A_OPT] + activity], I[I[A_OPT] + activity + 1]
    high = end
    times, firsts = I[O_TIME], I[T_FIRST]
    while low < high:
        middle = (low + high) >> 1
        if I[firsts + I[times + middle]] < start:
            low = middle + 1
        else:
            high = middle
    n = 0
    while low + n < end and I[firsts + I[times + low + n]] == start:
        n += 1
    return low + below(R, n) if n else -1


@compiled
def _join(I, R, activity, start, n):  # type: ignore[no-untyped-def]
    """Add an activity and all that start with it to the chain; return its new length, -1: it cannot be."""
    chain, stamp = I[CHAIN] + 1, I[I[CHAIN]]
    first = n
    ties = I[A_TIE] + activity
    for at in range(I[ties] - 1, I[ties + 1]):
        member = activity if at < I[ties] else I[I[TIES] + at]
        if I[I[MARK] + member] == stamp:
            continue
        if n == CHAIN_SIZE or not I[I[A_OPEN] + member] or I[I[AT_TIME] + member] < 0:
            return -1
        option = option_from(I, R, member, start)
        if option < 0:
            return -1
        I[I[MARK] + member] = stamp
        I[chain + 3 * n] = member
        I[chain + 3 * n + 1] = option
        n += 1
    return n if n > first else -1


@compiled
def _push(I, R, activity, other, shift, n):  # type: ignore[no-untyped-def]
    """Send one who is in the way of an activity by a shift; return the chain's new length, or -1."""
    if other == activity or I[I[MARK] + other] == I[I[CHAIN]]:
        return n
    time = I[I[AT_TIME] + other]
    if time < 0:
        return n
    return _join(I, R, other, I[I[T_FIRST] + time] + shift, n)


@compiled
def _in_the_way(I, R, activity, option, n):  # type: ignore[no-untyped-def]
    """Add all who are in the way of a member; return the chain's new length, or -1."""
    time, now = I[I[O_TIME] + option], I[I[AT_TIME] + activity]
    shift = I[I[T_FIRST] + now] - I[I[T_FIRST] + time]
    context = context_at(I, activity)
    links = I[A_LINK] + activity
    for link in range(I[links], I[links + 1]):
        p = I[NODES] + I[I[L_NODE] + link] * NODE_SIZE
        if I[p] == OCCUPANCY and I[p + 3] == 1:
            at, end = ranges(I, I[p + 1], time)
            while at < end:
                for cell in range(I[p + 2] + I[at], I[p + 2] + I[at + 1]):
                    if I[cell] == 1:
                        n = _push(I, R, activity, I[cell + I[p + 4]] - 1, shift, n)
                        if n < 0:
                            return -1
                at += 2
        elif I[p] == PAIRWISE:
            found, other = close_to(I, p, time, context, activity)
            if found > 1:
                return -1
            if found == 1:
                n = _push(I, R, activity, other, shift, n)
                if n < 0:
                    return -1
    return n


@compiled
def chain(I, F, B, R, activity, option, limit):  # type: ignore[no-untyped-def]
    """Move an activity to an option, all that start with it too, and who is in the way to where it was."""
    members = I[CHAIN] + 1
    I[I[CHAIN]] += 1
    n = _join(I, R, activity, I[I[T_FIRST] + I[I[O_TIME] + option]], 0)
    if n < 0:
        return False
    I[members + 1] = option
    at = 0
    while at < n:
        n_now = _in_the_way(I, R, I[members + 3 * at], I[members + 3 * at + 1], n)
        if n_now < 0:
            return False
        n = n_now
        at += 1
    before = F[F_PENALTY] + F[F_COST]
    for k in range(n):
        I[members + 3 * k + 2] = I[I[AT_OPT] + I[members + 3 * k]]
        remove(I, F, I[members + 3 * k])
    placed = 0
    while placed < n and seats(
        I, F, B, R, I[members + 3 * placed], I[I[O_TIME] + I[members + 3 * placed + 1]]
    ):
        place(I, F, I[members + 3 * placed], I[members + 3 * placed + 1])
        placed += 1
    if placed == n and F[F_PENALTY] + F[F_COST] - before <= limit:
        return True
    for k in range(placed):
        withdraw(I, F, I[members + 3 * k])
    for k in range(n):
        put_back(I, F, I[members + 3 * k], I[members + 3 * k + 2])
    return False
