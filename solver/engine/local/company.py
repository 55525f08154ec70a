"""Moves of activities together with those that have to be so, or in the same room, as they are; compiled."""

from solver.engine.chance import below, draw
from solver.engine.local.change import context_of, place, put_back, remove, withdraw
from solver.engine.local.compiled import compiled
from solver.engine.local.layout import (
    A_OPEN,
    A_OPT,
    A_PAIR,
    A_ROLE,
    AT_CAND,
    AT_OPT,
    AT_TIME,
    C_RES,
    CHAIN,
    F_COST,
    F_PENALTY,
    HARD,
    KEPT,
    MARK,
    N_CONTEXT,
    O_COST,
    O_TIME,
    PAIRS,
    PEERS,
    R_ACT,
    R_PEER,
    TRAVEL,
    WANT,
    WEIGHT,
)
from solver.engine.local.moves import (
    allowed,
    candidate_of,
    context_at,
    find_candidate,
    own_clashes,
    seat_clashes,
)
from solver.engine.local.relations import related

_MOST = 16
"""Members of a company."""
_TRIED = 6
"""Times that are looked at for a member."""


@compiled
def _together(relation):  # type: ignore[no-untyped-def]
    """Tell whether a relation asks two times to lie close or alike, which one move rarely finds."""
    return relation <= 2 or relation in (4, 6, 8, 12) or 15 <= relation <= 18


@compiled
def _stands(I, entry, time, theirs, here, there):  # type: ignore[no-untyped-def]
    """Tell whether an entry of an activity's pairs holds at its time and the other's."""
    relation, limit = I[entry + 2], I[entry + 4]
    if I[entry + 3]:
        if relation == 19:
            limit = I[I[TRAVEL] + there * I[N_CONTEXT] + here]
        return related(I, relation, theirs, time, limit, I[entry + 5])
    if relation == 19:
        limit = I[I[TRAVEL] + here * I[N_CONTEXT] + there]
    return related(I, relation, time, theirs, limit, I[entry + 5])


@compiled
def _broken(I, F, activity, time, context):  # type: ignore[no-untyped-def]
    """Weight of the pairs that an activity would break at a time."""
    total = 0.0
    for at in range(I[I[A_PAIR] + activity], I[I[A_PAIR] + activity + 1]):
        entry = I[PAIRS] + 6 * at
        if not (I[I[HARD] + I[entry + 1]] or _together(I[entry + 2])):
            continue
        theirs = I[I[AT_TIME] + I[entry]]
        if theirs >= 0 and not _stands(I, entry, time, theirs, context, context_of(I, I[entry])):
            total += F[I[WEIGHT] + I[entry + 1]]
    return total


@compiled
def seats(I, F, B, R, activity, time):  # type: ignore[no-untyped-def]
    """Note candidates for a removed activity: those it had if they are free, else found ones."""
    for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
        candidate = I[I[KEPT] + role]
        if not allowed(I, B, candidate, time) or (
            seat_clashes(I, F, role, candidate, time, activity, context_at(I, activity), -1) > 0.0
        ):
            candidate, _ = find_candidate(I, F, B, R, role, time, activity, draw(R) & 1)
            if candidate < 0:
                return False
        I[I[WANT] + role] = candidate
    return True


@compiled
def _option_beside(I, F, R, entry, other, time, here):  # type: ignore[no-untyped-def]
    """Return the option with which the other of an entry follows an activity at least harm, or -1."""
    first, n = I[I[A_OPT] + other], I[I[A_OPT] + other + 1] - I[I[A_OPT] + other]
    context = context_of(I, other)
    offset = below(R, n)
    best, best_cost, tried = -1, 1e300, 0
    for k in range(n):
        option = first + (offset + k) % n
        theirs = I[I[O_TIME] + option]
        if not _stands(I, entry, time, theirs, here, context):
            continue
        cost = _broken(I, F, other, theirs, context) + F[I[O_COST] + option]
        if cost < best_cost:
            cost += own_clashes(I, F, other, theirs, context)
        if cost < best_cost:
            best, best_cost = option, cost
        tried += 1
        if tried == _TRIED:
            break
    return best


@compiled
def _shift(I, F, B, R, n, activity, option):  # type: ignore[no-untyped-def]
    """Make an activity a member, on an option; return whether it could be placed."""
    members = I[CHAIN] + 1
    I[I[MARK] + activity] = I[I[CHAIN]]
    I[members + 3 * n] = activity
    I[members + 3 * n + 2] = remove(I, F, activity)
    if not seats(I, F, B, R, activity, I[I[O_TIME] + option]):
        return False
    place(I, F, activity, option)
    return True


@compiled
def _undo(I, F, n):  # type: ignore[no-untyped-def]
    members = I[CHAIN] + 1
    for k in range(n):
        if I[I[AT_OPT] + I[members + 3 * k]] >= 0:
            withdraw(I, F, I[members + 3 * k])
    for k in range(n):
        put_back(I, F, I[members + 3 * k], I[members + 3 * k + 2])


@compiled
def accompany(I, F, B, R, activity, option, limit):  # type: ignore[no-untyped-def]
    """Move an activity to an option; who stands in a relation to it that breaks follows, if it can."""
    members = I[CHAIN] + 1
    I[I[CHAIN]] += 1
    stamp = I[I[CHAIN]]
    before = F[F_PENALTY] + F[F_COST]
    n, at = 1, 0
    if not _shift(I, F, B, R, 0, activity, option):
        _undo(I, F, n)
        return False
    while at < n:
        leader = I[members + 3 * at]
        time, here = I[I[AT_TIME] + leader], context_of(I, leader)
        for pair in range(I[I[A_PAIR] + leader], I[I[A_PAIR] + leader + 1]):
            entry = I[PAIRS] + 6 * pair
            other = I[entry]
            theirs = I[I[AT_TIME] + other]
            if theirs < 0 or I[I[MARK] + other] == stamp or not I[I[A_OPEN] + other]:
                continue
            if not (I[I[HARD] + I[entry + 1]] or _together(I[entry + 2])):
                continue
            if _stands(I, entry, time, theirs, here, context_of(I, other)):
                continue
            follow = _option_beside(I, F, R, entry, other, time, here)
            if follow < 0:
                continue
            n += 1
            if not _shift(I, F, B, R, n - 1, other, follow) or n == _MOST:
                _undo(I, F, n)
                return False
        at += 1
    if F[F_PENALTY] + F[F_COST] - before <= limit:
        return True
    _undo(I, F, n)
    return False


@compiled
def rehouse(I, F, B, role, candidate, limit):  # type: ignore[no-untyped-def]
    """Give a role another candidate, and its resource to all that have to share it."""
    members = I[CHAIN] + 1
    I[I[CHAIN]] += 1
    stamp = I[I[CHAIN]]
    before = F[F_PENALTY] + F[F_COST]
    resource = I[I[C_RES] + candidate]
    n, at = 1, 0
    I[members], I[members + 1] = role, candidate
    I[I[MARK] + I[I[R_ACT] + role]] = stamp
    while at < n:
        for peer in range(I[I[R_PEER] + I[members + 3 * at]], I[I[R_PEER] + I[members + 3 * at] + 1]):
            entry = I[PEERS] + 4 * peer
            other = I[entry + 2]
            if I[entry] != 0 or I[entry + 3] != 1 or n == _MOST:
                continue
            whose = I[I[R_ACT] + other]
            if I[I[MARK] + whose] == stamp or not I[I[A_OPEN] + whose] or I[I[AT_TIME] + whose] < 0:
                continue
            theirs = candidate_of(I, other, resource)
            if (
                theirs < 0
                or theirs == I[I[AT_CAND] + other]
                or not allowed(I, B, theirs, I[I[AT_TIME] + whose])
            ):
                continue
            I[I[MARK] + whose] = stamp
            I[members + 3 * n], I[members + 3 * n + 1] = other, theirs
            n += 1
        at += 1
    for k in range(n):
        activity = I[I[R_ACT] + I[members + 3 * k]]
        I[members + 3 * k + 2] = remove(I, F, activity)
    for k in range(n):
        activity = I[I[R_ACT] + I[members + 3 * k]]
        for each in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
            I[I[WANT] + each] = I[I[KEPT] + each]
        I[I[WANT] + I[members + 3 * k]] = I[members + 3 * k + 1]
        place(I, F, activity, I[members + 3 * k + 2])
    if F[F_PENALTY] + F[F_COST] - before <= limit:
        return True
    for k in range(n):
        withdraw(I, F, I[I[R_ACT] + I[members + 3 * k]])
    for k in range(n):
        put_back(I, F, I[I[R_ACT] + I[members + 3 * k]], I[members + 3 * k + 2])
    return False
