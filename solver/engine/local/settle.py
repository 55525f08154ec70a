"""Making a plan keep every hard rule: take out what breaks one, put in what still fits; compiled."""

from solver.engine.chance import below
from solver.engine.local.change import place, put_back, remove, withdraw
from solver.engine.local.compiled import compiled, entry
from solver.engine.local.layout import (
    A_MINUTES,
    A_OPEN,
    A_OPT,
    A_ROLE,
    AT_CAND,
    AT_TIME,
    BAD,
    F_COST,
    K_ACT,
    KEPT,
    MEMBERS,
    N_ACT,
    N_BAD,
    O_TIME,
    RAW,
    WANT,
)
from solver.engine.local.moves import context_at, find_candidate, own_clashes

_FEW = 4
"""Broken nodes that are looked at for each removal: with thousands of them, time matters more."""


@entry
def take_out(I, F):  # type: ignore[no-untyped-def]
    """Remove activities, those that break most first, until no hard node is broken or none helps."""
    look = _FEW
    while I[N_BAD]:
        best, best_gain = -1, 0.0
        for at in range(min(I[N_BAD], look)):
            node = I[I[BAD] + at]
            first, end = I[I[K_ACT] + node], I[I[K_ACT] + node + 1]
            for spot in range(first, end):
                activity = I[I[MEMBERS] + spot]
                if I[I[AT_TIME] + activity] < 0:
                    continue
                before = I[RAW]
                option = remove(I, F, activity)
                gain = float(before - I[RAW])
                put_back(I, F, activity, option)
                if gain > 0.0:
                    gain -= 1e-6 * I[I[A_MINUTES] + activity]
                    if gain > best_gain:
                        best, best_gain = activity, gain
        if best >= 0:
            withdraw(I, F, best)
        elif look >= I[N_BAD]:
            return
        else:
            look = I[N_BAD]


@entry
def give_up(I, F, R):  # type: ignore[no-untyped-def]
    """Remove one placed activity of a broken node; tell whether there was one."""
    if I[N_BAD] == 0:
        return False
    node = I[I[BAD] + below(R, I[N_BAD])]
    first, n = I[I[K_ACT] + node], I[I[K_ACT] + node + 1] - I[I[K_ACT] + node]
    if n == 0:
        return False
    offset = below(R, n)
    for k in range(n):
        activity = I[I[MEMBERS] + first + (offset + k) % n]
        if I[I[A_OPEN] + activity] and I[I[AT_TIME] + activity] >= 0:
            withdraw(I, F, activity)
            return True
    return False


@entry
def put_in(I, F, B, R):  # type: ignore[no-untyped-def]
    """Place what is unplaced wherever it breaks nothing, at the least cost; return how many were placed."""
    placed = 0
    for activity in range(I[N_ACT]):
        if I[I[AT_TIME] + activity] < 0 and I[I[A_OPEN] + activity] and _put_in(I, F, B, R, activity):
            placed += 1
    return placed


@compiled
def _put_in(I, F, B, R, activity):  # type: ignore[no-untyped-def]
    low, high = I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]
    raw = I[RAW]
    best, best_cost = -1, 1e300
    for option in range(I[I[A_OPT] + activity], I[I[A_OPT] + activity + 1]):
        time = I[I[O_TIME] + option]
        if low == high and own_clashes(I, F, activity, time, context_at(I, activity)) > 0.0:
            continue
        possible = True
        for role in range(low, high):
            candidate, _ = find_candidate(I, F, B, R, role, time, activity, 1)
            if candidate < 0:
                possible = False
                break
            I[I[WANT] + role] = candidate
        if not possible:
            continue
        place(I, F, activity, option)
        if I[RAW] <= raw and F[F_COST] < best_cost:
            best, best_cost = option, F[F_COST]
            for role in range(low, high):
                I[I[KEPT] + role] = I[I[AT_CAND] + role]
        withdraw(I, F, activity)
    if best < 0:
        return False
    put_back(I, F, activity, best)
    return True
