"""Simulated annealing on the arrays, in runs of so many moves, compiled."""

from solver.engine.chance import NEG_LOG, below, draw
from solver.engine.local.chains import chain
from solver.engine.local.change import change_seat, place, put_back, remove, withdraw
from solver.engine.local.company import accompany, rehouse
from solver.engine.local.compiled import compiled, entry
from solver.engine.local.layout import (
    A_LINK,
    A_OPEN,
    A_OPT,
    A_PAIR,
    A_PEEK,
    A_ROLE,
    A_TIE,
    A_TRAVELS,
    AT_CAND,
    AT_OPT,
    AT_TIME,
    BAD,
    BEST_CAND,
    BEST_OPT,
    C_RES,
    F_BEST_COST,
    F_BEST_RAW,
    F_COST,
    F_PENALTY,
    K_ACT,
    KEPT,
    MEMBERS,
    N_ACT,
    N_BAD,
    N_OPEN,
    N_ROLE,
    O_COST,
    O_TIME,
    OPENS,
    PEERS,
    R_AMOUNT,
    R_CAND,
    R_PEER,
    RAW,
    RES_LINK,
    WANT,
)
from solver.engine.local.moves import (
    allowed,
    candidate_of,
    context_at,
    find_candidate,
    holder,
    option_at,
    own_clashes,
    seat_clashes,
)
from solver.engine.local.peek import pairs_change, seat_change, seat_worth, shapes_change

_TINY = 1e-9
_TOGETHER = 128
"""How often, in 1024ths, those who stand in relations to an activity follow it where these would break."""


@entry
def keep_best(I, F):  # type: ignore[no-untyped-def]
    """Note the plan if it is the best so far: fewest breaches of hard rules, then least cost."""
    raw = float(I[RAW])
    if raw > F[F_BEST_RAW] or (raw == F[F_BEST_RAW] and F[F_COST] >= F[F_BEST_COST] - _TINY):
        return False
    F[F_BEST_RAW] = raw
    F[F_BEST_COST] = F[F_COST]
    for activity in range(I[N_ACT]):
        I[I[BEST_OPT] + activity] = I[I[AT_OPT] + activity]
    for role in range(I[N_ROLE]):
        I[I[BEST_CAND] + role] = I[I[AT_CAND] + role]
    return True


@compiled
def pick(I, R, focus):  # type: ignore[no-untyped-def]
    """Return an activity that may move: any, or with a chance of `focus` / 1024 one of a broken node."""
    if I[N_BAD] and focus and (draw(R) & 1023) < focus:
        node = I[I[BAD] + below(R, I[N_BAD])]
        first, end = I[I[K_ACT] + node], I[I[K_ACT] + node + 1]
        if end > first:
            activity = I[I[MEMBERS] + first + below(R, end - first)]
            if I[I[A_OPEN] + activity]:
                return activity
    return I[I[OPENS] + below(R, I[N_OPEN])]


@compiled
def _move(I, F, B, R, activity, limit, chains):  # type: ignore[no-untyped-def]
    """Give a placed activity another time, and resources for it; or trade times with who is in the way."""
    first, end = I[I[A_OPT] + activity], I[I[A_OPT] + activity + 1]
    if end - first < 2:
        return False
    option = first + below(R, end - first)
    old = I[I[AT_OPT] + activity]
    if option == old:
        return False
    if I[I[A_TIE] + activity + 1] > I[I[A_TIE] + activity]:
        return chain(I, F, B, R, activity, option, limit)
    time, now = I[I[O_TIME] + option], I[I[AT_TIME] + activity]
    context = context_at(I, activity)
    clash = own_clashes(I, F, activity, time, context)
    if clash > limit or I[RAW]:
        clash -= own_clashes(I, F, activity, now, context)
        if clash > limit:
            if draw(R) & 1023 >= chains:
                return False
            return chain(I, F, B, R, activity, option, limit)
    parted = 0.0
    if I[I[A_PAIR] + activity + 1] > I[I[A_PAIR] + activity]:
        parted = pairs_change(I, F, activity, time, context)
        if parted > limit and draw(R) & 1023 < _TOGETHER:
            return accompany(I, F, B, R, activity, option, limit)
    readable = I[I[A_PEEK] + activity]
    if readable:
        more = shapes_change(I, F, activity, time)
        if more < -1e299:
            readable = False
        else:
            clash += more + F[I[O_COST] + option] - F[I[O_COST] + old]
            clash += parted
            spare = 0.0
            for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
                spare += seat_worth(I, F, role, now)
            if I[RAW] == 0 and clash - spare > limit:
                return False
    greedy = draw(R) & 3 == 0
    for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
        candidate, more = find_candidate(I, F, B, R, role, time, activity, greedy)
        if candidate < 0:
            return False
        had = I[I[AT_CAND] + role]
        if more > 0.0 or I[RAW]:
            clash += more - seat_clashes(I, F, role, had, now, activity, context, now)
        if readable:
            clash += seat_change(I, F, role, had, candidate, time)
        I[I[WANT] + role] = candidate
    if clash > limit and (readable or clash > 0.0):
        return False
    before = F[F_PENALTY] + F[F_COST]
    remove(I, F, activity)
    place(I, F, activity, option)
    if F[F_PENALTY] + F[F_COST] - before <= limit:
        return True
    withdraw(I, F, activity)
    put_back(I, F, activity, old)
    return False


@compiled
def _wish(I, F, B, R, activity, other, role, time, own, exchange):  # type: ignore[no-untyped-def]
    """Note the candidate that a removed activity takes in a role: its own, the other's, or a found one."""
    if exchange == 1:
        first = I[I[A_ROLE] + activity]
        others = I[I[A_ROLE] + other] + role - first
        if others < I[I[A_ROLE] + other + 1]:
            candidate = candidate_of(I, role, I[I[C_RES] + I[I[KEPT] + others]])
            if candidate >= 0 and allowed(I, B, candidate, time):
                I[I[WANT] + role] = candidate
                return True
    if exchange <= 1 and allowed(I, B, own, time):
        I[I[WANT] + role] = own
        return True
    candidate, _ = find_candidate(I, F, B, R, role, time, activity, 1)
    if candidate < 0:
        return False
    I[I[WANT] + role] = candidate
    return True


@compiled
def _might_trade(I, F, activity, other, limit):  # type: ignore[no-untyped-def]
    """Tell whether nobody but the other is in the way of an activity at the other's time."""
    time = I[I[AT_TIME] + other]
    context = context_at(I, activity)
    clash = own_clashes(I, F, activity, time, context)
    if clash <= limit:
        return True
    links = I[A_LINK] + activity
    if holder(I, I[links], I[links + 1], time, activity, 1, context) == other:
        return True
    return clash - own_clashes(I, F, activity, I[I[AT_TIME] + activity], context) <= limit


@compiled
def _trade(I, F, B, R, activity, other, limit):  # type: ignore[no-untyped-def]
    """Let two placed activities trade their times, and keep, trade or choose anew their resources."""
    time_a, time_b = I[I[AT_TIME] + activity], I[I[AT_TIME] + other]
    if time_a == time_b or activity == other or time_b < 0 or time_a < 0:
        return False
    option_a = option_at(I, activity, time_b)
    option_b = option_at(I, other, time_a)
    if option_a < 0 or option_b < 0:
        return False
    if not _might_trade(I, F, activity, other, limit) or not _might_trade(I, F, other, activity, limit):
        return False
    before = F[F_PENALTY] + F[F_COST]
    old_a = remove(I, F, activity)
    old_b = remove(I, F, other)
    exchange = below(R, 3)
    base = F[F_PENALTY]
    possible = own_clashes(I, F, activity, time_b, context_at(I, activity)) - limit <= before - base
    if possible:
        for role in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
            own = I[I[KEPT] + role]
            if not _wish(I, F, B, R, activity, other, role, time_b, own, exchange):
                possible = False
                break
    if possible:
        place(I, F, activity, option_a)
        for role in range(I[I[A_ROLE] + other], I[I[A_ROLE] + other + 1]):
            own = I[I[KEPT] + role]
            if not _wish(I, F, B, R, other, activity, role, time_a, own, exchange):
                possible = False
                break
        if possible:
            place(I, F, other, option_b)
            if F[F_PENALTY] + F[F_COST] - before <= limit:
                return True
            withdraw(I, F, other)
        withdraw(I, F, activity)
    put_back(I, F, activity, old_a)
    put_back(I, F, other, old_b)
    return False


@compiled
def _reseat(I, F, B, R, activity, limit):  # type: ignore[no-untyped-def]
    """Give a placed activity another resource in one role, or trade with the one who has it."""
    first, end = I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]
    if first == end:
        return False
    role = first + below(R, end - first)
    low, high = I[I[R_CAND] + role], I[I[R_CAND] + role + 1]
    if high - low < 2:
        return False
    candidate = low + below(R, high - low)
    now = I[I[AT_CAND] + role]
    time = I[I[AT_TIME] + activity]
    if candidate == now or not allowed(I, B, candidate, time):
        return False
    for peer in range(I[I[R_PEER] + role], I[I[R_PEER] + role + 1]):
        if I[I[PEERS] + 4 * peer] == 0 and draw(R) & 1:
            return rehouse(I, F, B, role, candidate, limit)
    if I[I[A_TRAVELS] + activity]:
        return _reseat_whole(I, F, activity, role, candidate, limit)
    context = context_at(I, activity)
    before = F[F_PENALTY] + F[F_COST]
    resource = I[I[C_RES] + candidate]
    clash = seat_clashes(I, F, role, candidate, time, activity, context, -1)
    if clash > limit:
        links = I[RES_LINK] + resource
        amount = I[I[R_AMOUNT] + role]
        other = holder(I, I[links], I[links + 1], time, activity, amount, context)
        if other >= 0 and I[I[A_OPEN] + other] and not I[I[A_TRAVELS] + other]:
            for theirs in range(I[I[A_ROLE] + other], I[I[A_ROLE] + other + 1]):
                had = I[I[AT_CAND] + theirs]
                if I[I[C_RES] + had] != resource:
                    continue
                given = candidate_of(I, theirs, I[I[C_RES] + now])
                if given < 0 or not allowed(I, B, given, I[I[AT_TIME] + other]):
                    return False
                if I[RAW] == 0 and I[I[A_PEEK] + activity] and I[I[A_PEEK] + other]:
                    more = seat_change(I, F, role, now, candidate, time)
                    if more + seat_change(I, F, theirs, had, given, I[I[AT_TIME] + other]) > limit:
                        return False
                change_seat(I, F, role, candidate)
                change_seat(I, F, theirs, given)
                if F[F_PENALTY] + F[F_COST] - before <= limit:
                    return True
                change_seat(I, F, theirs, had)
                change_seat(I, F, role, now)
                return False
        if clash - seat_clashes(I, F, role, now, time, activity, context, time) > limit:
            return False
    elif (
        I[I[A_PEEK] + activity]
        and not I[RAW]
        and clash + seat_change(I, F, role, now, candidate, time) > limit
    ):
        return False
    change_seat(I, F, role, candidate)
    if F[F_PENALTY] + F[F_COST] - before <= limit:
        return True
    change_seat(I, F, role, now)
    return False


@compiled
def _reseat_whole(I, F, activity, role, candidate, limit):  # type: ignore[no-untyped-def]
    """Do the same where the place of an activity, and with it travel, may change."""
    before = F[F_PENALTY] + F[F_COST]
    for each in range(I[I[A_ROLE] + activity], I[I[A_ROLE] + activity + 1]):
        I[I[WANT] + each] = I[I[AT_CAND] + each]
    I[I[WANT] + role] = candidate
    old = remove(I, F, activity)
    place(I, F, activity, old)
    if F[F_PENALTY] + F[F_COST] - before <= limit:
        return True
    withdraw(I, F, activity)
    put_back(I, F, activity, old)
    return False


@entry
def run(I, F, B, R, moves, heat, focus, share_time, share_trade, chains):  # type: ignore[no-untyped-def]
    """Try so many moves at one temperature; return how many were taken.

    The shares of the kinds of move are in 1024ths; what they leave changes a resource only. `chains`: how
    often a time that others hold is taken all the same, by a chain.
    """
    taken = 0
    if I[N_OPEN] == 0:
        return 0
    for _ in range(moves):
        limit = heat * NEG_LOG[draw(R) & 4095]
        kind = draw(R) & 1023
        activity = pick(I, R, focus)
        if I[I[AT_TIME] + activity] < 0:
            continue
        if kind < share_time:
            done = _move(I, F, B, R, activity, limit, chains)
        elif kind < share_trade:
            other = I[I[OPENS] + below(R, I[N_OPEN])]
            done = _trade(I, F, B, R, activity, other, limit)
        else:
            done = _reseat(I, F, B, R, activity, limit)
        if done:
            taken += 1
            if I[RAW] <= F[F_BEST_RAW]:
                keep_best(I, F)
    return taken
