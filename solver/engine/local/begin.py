"""Before an annealing: a first plan, a given plan, and what changes cost; compiled."""

from solver.engine.chance import below
from solver.engine.local.anneal import pick
from solver.engine.local.change import place, put_back, remove, withdraw
from solver.engine.local.compiled import entry
from solver.engine.local.layout import (
    A_OPT,
    A_ROLE,
    AMOUNT,
    AT_OPT,
    AT_TIME,
    BEST_CAND,
    F_COST,
    F_PENALTY,
    HARD,
    KEPT,
    N_ACT,
    N_NODE,
    O_TIME,
    WANT,
    WEIGHT,
)
from solver.engine.local.moves import (
    context_at,
    find_candidate,
    own_clashes,
)


@entry
def construct(I, F, B, R, order, tries):  # type: ignore[no-untyped-def]
    """Place the activities of an order one by one, each where it costs least out of so many tries."""
    for activity in order:
        first, n = I[I[A_OPT] + activity], I[I[A_OPT] + activity + 1] - I[I[A_OPT] + activity]
        low, high = I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]
        best, best_total = -1, 1e300
        for attempt in range(min(tries, 2 * n)):
            option = first + (attempt if 2 * n <= tries and attempt < n else below(R, n))
            time = I[I[O_TIME] + option]
            context = context_at(I, activity)
            if own_clashes(I, F, activity, time, context) + F[F_PENALTY] + F[F_COST] >= best_total + 1e6:
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
            total = F[F_PENALTY] + F[F_COST]
            remove(I, F, activity)
            if total < best_total:
                best, best_total = option, total
                for role in range(low, high):
                    I[I[BEST_CAND] + role] = I[I[KEPT] + role]
        if best >= 0:
            for role in range(low, high):
                I[I[WANT] + role] = I[I[BEST_CAND] + role]
            place(I, F, activity, best)


@entry
def restore(I, F, options, candidates):  # type: ignore[no-untyped-def]
    """Make the plan in work equal to these options and candidates (-1: none)."""
    for activity in range(I[N_ACT]):
        if I[I[AT_OPT] + activity] >= 0:
            withdraw(I, F, activity)
    for activity in range(I[N_ACT]):
        if options[activity] >= 0:
            for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
                I[I[WANT] + role] = candidates[role]
            place(I, F, activity, options[activity])


@entry
def sample(I, F, B, R, costs):  # type: ignore[no-untyped-def]
    """Fill an array with what random changes of single activities do to the cost, apart from hard rules."""
    for k in range(costs.size):
        costs[k] = 0.0
        activity = pick(I, R, 0)
        first, n = I[I[A_OPT] + activity], I[I[A_OPT] + activity + 1] - I[I[A_OPT] + activity]
        if I[I[AT_TIME] + activity] < 0:
            continue
        option = first + below(R, n)
        time = I[I[O_TIME] + option]
        possible = True
        for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
            candidate, _ = find_candidate(I, F, B, R, role, time, activity, 0)
            possible = possible and candidate >= 0
            I[I[WANT] + role] = candidate
        if not possible:
            continue
        before = F[F_COST]
        old = remove(I, F, activity)
        place(I, F, activity, option)
        costs[k] = F[F_COST] - before
        withdraw(I, F, activity)
        put_back(I, F, activity, old)


@entry
def reweigh(I, F, floor, heaviest, grow, relax):  # type: ignore[no-untyped-def]
    """Let the weights of broken hard nodes grow and those of kept ones go down to the floor."""
    total = 0.0
    for node in range(I[N_NODE]):
        if not I[I[HARD] + node]:
            continue
        spot = I[WEIGHT] + node
        amount = I[I[AMOUNT] + node]
        if amount:
            F[spot] = min(F[spot] * grow, heaviest)
            total += F[spot] * amount
        else:
            F[spot] = max(F[spot] * relax, floor)
    F[F_PENALTY] = total


@entry
def reset_totals(I, F):  # type: ignore[no-untyped-def]
    """Add the penalty up anew from the nodes' amounts: weights have changed."""
    total = 0.0
    for node in range(I[N_NODE]):
        if I[I[HARD] + node]:
            total += F[I[WEIGHT] + node] * I[I[AMOUNT] + node]
    F[F_PENALTY] = total
