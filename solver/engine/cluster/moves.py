"""Changes of a plan: filling in, chains of sessions that make room for each other, emptying; compiled."""

from solver.engine.chance import below, draw
from solver.engine.cluster.compiled import compiled
from solver.engine.cluster.contested import contested
from solver.engine.cluster.fields import (
    ACT_T,
    AT_OPTION,
    BUCKETS,
    BUNDLE_OF,
    BUNDLES,
    CHANGE,
    CONTESTED,
    EXCLUSIVES,
    F_WEIGHT,
    FIXED,
    FLOORS,
    FOUND,
    GRANTED_TO,
    HEADS,
    HOLD,
    HOLD_BEST,
    LEAST,
    LENGTH,
    LIST,
    LIST_ROOM,
    MEMBERS,
    N_ACT,
    N_EXCLUSIVE,
    N_USES,
    N_WAIT,
    N_WANTING,
    NODE_SIZE,
    NODES,
    REST,
    SEATS,
    SHORTAGE,
    STACK,
    STACK_ROOM,
    STEP,
    T_ACT,
    T_BUNDLE,
    T_GRANTED,
    T_OWED,
    T_ROLE,
    T_WORTH,
    TARGET_OF,
    TRAIL,
    TRAIL_SIZE,
    WAIT,
    WANTING,
    WISHED,
)
from solver.engine.cluster.places import CHEAPEST, find, fits
from solver.engine.cluster.plan import place, remove, trail_is_full
from solver.engine.cluster.uses import NO, YES
from solver.engine.cluster.worth import ALL_OF_IT, owing, rank, share

_DEPTH = 4
_EJECTED_AT_MOST = 24
_EMPTIED_AT_MOST = 12
_NEAR_AT_MOST = 8
_FOR_WORST = 717
"""Chance of 1,024 that a chain serves one of the worst-off, once plans are compared by fair shares."""
_NEXT_WORST = 410
"""Chance to pass over one of the worst-off for the next."""
_FOR_QUOTAS = 205
"""Chance that a chain serves what a quota lacks, while one does."""
_BY_WEIGHT = 717
"""Chance that what was emptied is filled by class and size, not in any order."""
_NOISE = 0.3


@compiled
def put(I, t):  # type: ignore[no-untyped-def]
    """Place one waiting session of a template where one was found."""
    activity = I[I[WAIT] + I[I[T_ACT] + t] + I[I[N_WAIT] + t] - 1]
    place(I, activity, I[I[FOUND]], YES)
    return activity


@compiled
def fill_bundle(I, F, B, R, bundle, noise):  # type: ignore[no-untyped-def]
    """Place all sessions of an all-or-none group that wait, or none; return how many."""
    done = 0
    before = I[I[TRAIL]]
    for k in range(I[I[BUNDLE_OF] + bundle], I[I[BUNDLE_OF] + bundle + 1]):
        activity = I[I[MEMBERS] + k]
        if I[I[AT_OPTION] + activity] >= 0:
            continue
        if trail_is_full(I) or not find(I, F, B, R, I[I[ACT_T] + activity], noise):
            for back in range(done):
                remove(I, I[I[TRAIL] + 1 + TRAIL_SIZE * (before + done - 1 - back)], YES)
            return 0
        place(I, activity, I[I[FOUND]], YES)
        done += 1
    return done


@compiled
def _fill(I, F, B, R, t, noise):  # type: ignore[no-untyped-def]
    """Place as many waiting sessions of a template as fit; return how many."""
    if I[I[T_BUNDLE] + t] >= 0:
        return fill_bundle(I, F, B, R, I[I[T_BUNDLE] + t], noise)
    placed = 0
    while I[I[N_WAIT] + t] > 0 and not trail_is_full(I) and find(I, F, B, R, t, noise):
        put(I, t)
        placed += 1
    return placed


@compiled
def _touched(I, bundle):  # type: ignore[no-untyped-def]
    """Note an all-or-none group as touched; tell whether it was not yet."""
    for k in range(I[I[BUNDLES]]):
        if I[I[BUNDLES] + 1 + k] == bundle:
            return False
    I[I[BUNDLES]] += 1
    I[I[BUNDLES] + I[I[BUNDLES]]] = bundle
    return True


@compiled
def _take_out(I, activity):  # type: ignore[no-untyped-def]
    """Take a session out, with the whole of its all-or-none group, unless the step is to end."""
    if I[I[AT_OPTION] + activity] < 0 or trail_is_full(I):
        return
    bundle = I[I[T_BUNDLE] + I[I[ACT_T] + activity]]
    if bundle < 0:
        remove(I, activity, YES)
    elif _touched(I, bundle):
        for k in range(I[I[BUNDLE_OF] + bundle], I[I[BUNDLE_OF] + bundle + 1]):
            if I[I[AT_OPTION] + I[I[MEMBERS] + k]] >= 0:
                remove(I, I[I[MEMBERS] + k], YES)


@compiled
def _fix(I, activity):  # type: ignore[no-untyped-def]
    """Let nobody take the place of a session in this step."""
    I[I[FIXED] + activity] = max(I[I[FIXED] + activity], I[STEP])


@compiled
def _push(I, count, t, depth):  # type: ignore[no-untyped-def]
    """Let a template take its turn: the one with the higher class, then the larger session, sooner."""
    base = I[STACK]
    spot = count
    mine, worth = rank(I, t), I[I[T_WORTH] + t]
    while spot > 0 and I[base + 2 * spot - 1] == depth:
        other = I[base + 2 * spot - 2]
        theirs = rank(I, other)
        if theirs > mine or (theirs == mine and I[I[T_WORTH] + other] <= worth):
            break
        I[base + 2 * spot] = other
        I[base + 2 * spot + 1] = depth
        spot -= 1
    I[base + 2 * spot] = t
    I[base + 2 * spot + 1] = depth
    return count + 1


@compiled
def _force(I, F, B, R, root):  # type: ignore[no-untyped-def]
    """Place a session of a template; what stands in its way finds another place or stays out."""
    budget = _EJECTED_AT_MOST
    I[I[STACK]] = root
    I[I[STACK] + 1] = _DEPTH
    count = 1
    done = False
    while count > 0:
        count -= 1
        t, depth = I[I[STACK] + 2 * count], I[I[STACK] + 2 * count + 1]
        first = t == root and not done
        if I[I[N_WAIT] + t] == 0 or trail_is_full(I):
            continue
        if find(I, F, B, R, t, _NOISE):
            _fix(I, put(I, t))
            done = done or first
            continue
        if depth == 0 or budget <= 0 or count > STACK_ROOM - 8 or not contested(I, B, R, t):
            if first:
                return False
            continue
        held = I[I[HOLD_BEST]]
        budget -= held
        for k in range(held):
            I[I[HOLD] + 1 + k] = I[I[HOLD_BEST] + 1 + k]
            _take_out(I, I[I[HOLD] + 1 + k])
        roles = I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]
        for k in range(roles):
            I[I[SEATS] + k] = I[I[CONTESTED] + 1 + k]
        option = I[I[CONTESTED]]
        if I[I[N_WAIT] + t] == 0 or not fits(I, B, t, option):
            if first:
                return False
            continue
        activity = I[I[WAIT] + I[I[T_ACT] + t] + I[I[N_WAIT] + t] - 1]
        place(I, activity, option, YES)
        _fix(I, activity)
        done = done or first
        for k in range(held):
            other = I[I[ACT_T] + I[I[HOLD] + 1 + k]]
            if I[I[T_BUNDLE] + other] < 0:
                count = _push(I, count, other, depth - 1)
    return done


@compiled
def _waiting(I, R, owed_only):  # type: ignore[no-untyped-def]
    """Return some template with something waiting, of a higher class more often; -1: none."""
    if I[N_WANTING] == 0:
        return -1
    if owed_only or (I[SHORTAGE] and (draw(R) & 1023) < _FOR_QUOTAS):
        turn = below(R, I[N_WANTING])
        for k in range(I[N_WANTING]):
            t = I[I[WANTING] + (turn + k) % I[N_WANTING]]
            if I[I[T_OWED] + t] < I[I[T_OWED] + t + 1] and owing(I, t, NO):
                return t
        if owed_only:
            return -1
    one, other = I[I[WANTING] + below(R, I[N_WANTING])], I[I[WANTING] + below(R, I[N_WANTING])]
    return one if rank(I, one) <= rank(I, other) else other


@compiled
def _of_worst_off(I, R):  # type: ignore[no-untyped-def]
    """Return some template with something waiting of one of the worst-off; note how well off that is."""
    above, chosen = -1, -1
    while True:
        # The worst-off that wants something and is better off than those passed over.
        least, who = ALL_OF_IT, -1
        for k in range(I[N_WANTING]):
            t = I[I[WANTING] + k]
            for each in range(I[I[T_GRANTED] + t], I[I[T_GRANTED] + t + 1]):
                participant = I[I[GRANTED_TO] + 2 * each]
                if I[I[TARGET_OF] + participant] > 0:
                    has = share(I, participant, NO)
                    if above < has < least:
                        least, who = has, participant
        if who < 0:
            break
        above, chosen = least, who
        if (draw(R) & 1023) >= _NEXT_WORST:
            break
    if chosen < 0:
        return -1
    I[LEAST] = above
    turn = below(R, I[N_WANTING])
    for k in range(I[N_WANTING]):
        t = I[I[WANTING] + (turn + k) % I[N_WANTING]]
        for each in range(I[I[T_GRANTED] + t], I[I[T_GRANTED] + t + 1]):
            if I[I[GRANTED_TO] + 2 * each] == chosen:
                return t
    return -1


@compiled
def eject(I, F, B, R, owed_only):  # type: ignore[no-untyped-def]
    """Place one waiting session, or an all-or-none group; tell whether that was possible."""
    t = -1
    fair = I[I[FLOORS]] >= 0 and (draw(R) & 1023) < _FOR_WORST
    t = _of_worst_off(I, R) if fair else _waiting(I, R, owed_only)
    if t < 0:
        return False
    bundle = I[I[T_BUNDLE] + t]
    if bundle < 0:
        return _force(I, F, B, R, t)
    _touched(I, bundle)
    for k in range(I[I[BUNDLE_OF] + bundle], I[I[BUNDLE_OF] + bundle + 1]):
        activity = I[I[MEMBERS] + k]
        if I[I[AT_OPTION] + activity] < 0 and not _force(I, F, B, R, I[I[ACT_T] + activity]):
            return False
    return True


@compiled
def _listed(I, count, t):  # type: ignore[no-untyped-def]
    """Add a template to those in hand, once; return how many there are."""
    for k in range(count):
        if I[I[LIST] + k] == t:
            return count
    if count < LIST_ROOM:
        I[I[LIST] + count] = t
        count += 1
    return count


@compiled
def ruin(I, F, B, R, owed_only):  # type: ignore[no-untyped-def]
    """Empty some resource for some days, and fill it again in another order."""
    p = -1
    for _ in range(20):
        node = I[I[EXCLUSIVES] + below(R, I[N_EXCLUSIVE])]
        p = I[NODES] + node * NODE_SIZE
        if I[p + N_USES]:
            break
    if p < 0 or not I[p + N_USES]:
        return False
    bucket = below(R, I[p + BUCKETS])
    while I[I[p + HEADS] + bucket] < 0:
        bucket = (bucket + 1) % I[p + BUCKETS]
    start = bucket * I[p + LENGTH]
    kind = below(R, 3)
    days = 1 if kind == 0 else 2 if kind == 1 else 7
    held = 0
    for each_bucket in range(bucket, min(I[p + BUCKETS], bucket + max(1, days))):
        each = I[I[p + HEADS] + each_bucket]
        while each >= 0 and held < _EMPTIED_AT_MOST:
            if I[each + 1] >= start and I[I[FIXED] + I[each]] < I[STEP]:
                I[I[HOLD] + 1 + held] = I[each]
                held += 1
            each = I[each + 4]
    count = NO
    for k in range(held):
        count = _listed(I, count, I[I[ACT_T] + I[I[HOLD] + 1 + k]])
    for k in range(held):
        _take_out(I, I[I[HOLD] + 1 + k])
    for _ in range(_NEAR_AT_MOST):
        if I[N_WANTING]:
            t = I[I[WANTING] + below(R, I[N_WANTING])]
            if not owed_only or I[I[T_OWED] + t] < I[I[T_OWED] + t + 1]:
                count = _listed(I, count, t)
    by_weight = (draw(R) & 1023) < _BY_WEIGHT
    weights = int(F[F_WEIGHT])
    for k in range(count):
        t = I[I[LIST] + k]
        order = (draw(R) & 0xFFFFF) / 1048576.0
        if by_weight:
            order = rank(I, t) * 1e12 - I[I[T_WORTH] + t] * (0.8 + 0.4 * order)
        spot = k
        while spot > 0 and F[weights + spot - 1] > order:
            F[weights + spot] = F[weights + spot - 1]
            I[I[LIST] + spot] = I[I[LIST] + spot - 1]
            spot -= 1
        F[weights + spot] = order
        I[I[LIST] + spot] = t
    for k in range(count):
        if I[I[N_WAIT] + I[I[LIST] + k]]:
            _fill(I, F, B, R, I[I[LIST] + k], _NOISE)
    return True


@compiled
def reseat(I, F, B, R):  # type: ignore[no-untyped-def]
    """Give some placed session a free place of less rest, best at its time; tell whether there was one."""
    activity = below(R, I[N_ACT])
    if I[I[AT_OPTION] + activity] < 0:
        return False
    t, before = I[I[ACT_T] + activity], I[REST] + I[CHANGE]
    I[WISHED] = I[I[AT_OPTION] + activity]
    remove(I, activity, YES)
    if not find(I, F, B, R, t, CHEAPEST):
        return False
    place(I, activity, I[I[FOUND]], YES)
    return I[REST] + I[CHANGE] < before


@compiled
def make_whole(I, F, B, R):  # type: ignore[no-untyped-def]
    """Complete or empty the all-or-none groups that a step touched."""
    for number in range(I[I[BUNDLES]]):
        bundle = I[I[BUNDLES] + 1 + number]
        low, high = I[I[BUNDLE_OF] + bundle], I[I[BUNDLE_OF] + bundle + 1]
        placed = 0
        for k in range(low, high):
            placed += I[I[AT_OPTION] + I[I[MEMBERS] + k]] >= 0
        if placed == high - low:
            continue
        for k in range(low, high):
            if I[I[AT_OPTION] + I[I[MEMBERS] + k]] >= 0:
                remove(I, I[I[MEMBERS] + k], YES)
        fill_bundle(I, F, B, R, bundle, _NOISE)
