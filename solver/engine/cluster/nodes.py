"""What an option breaks, given the uses of the nodes; compiled.

Each node means what the node of its name in the engine's model means.
"""

from solver.engine.cluster.compiled import compiled
from solver.engine.cluster.fields import (
    AREAS,
    BESIDE,
    BUCKETS,
    EXCLUSIVE,
    FILLING,
    HEADS,
    KIND,
    LENGTH,
    LIMIT,
    LOAD,
    LONGEST,
    M_END,
    M_START,
    N_CONTEXT,
    N_PLACE,
    NIGHT,
    NODE_SIZE,
    NODES,
    O_FIRST,
    O_LAST,
    O_MEETING,
    ORDER,
    PARAM,
    POOL,
    REACH,
    SECOND,
    SPACING,
    SPAN,
    WORTH,
)
from solver.engine.cluster.uses import NO, YES, load_of


@compiled
def first_bucket(I, p, start):  # type: ignore[no-untyped-def]
    """Return the first bucket with uses that may matter to what begins in a slot."""
    return max(0, (start - I[p + REACH] - I[p + LONGEST]) // I[p + LENGTH])


@compiled
def last_bucket(I, p, end):  # type: ignore[no-untyped-def]
    """Return the last bucket with uses that may matter to what ends in a slot."""
    return min(I[p + BUCKETS] - 1, (end + I[p + REACH]) // I[p + LENGTH])


@compiled
def meets(I, p, kind, payload, start, end, other):  # type: ignore[no-untyped-def]
    """Tell whether a use and a meeting cannot both be: on one resource, for want of a night, in one day."""
    begins, ends = I[other + 1], I[other + 2]
    if kind == SPAN:
        length = I[p + LENGTH]
        return begins // length == start // length and max(ends, end) - min(begins, start) > I[p + LIMIT]
    if kind == NIGHT:
        length = I[p + LENGTH]
        if begins // length == start // length:
            return False
        return begins < end + I[p + LIMIT] if start < begins else start < ends + I[p + LIMIT]
    slack = 0
    if payload >= BESIDE:
        payload -= BESIDE
        slack = I[p + SECOND]
    gaps, contexts, context = I[p + PARAM], I[N_CONTEXT], I[other + 3]
    after = I[gaps + context * contexts + payload] + slack
    before = I[gaps + payload * contexts + context] + slack
    return start < ends + after and end > begins - before


@compiled
def level_above(I, p, start, end, limit, skip, MARKS):  # type: ignore[no-untyped-def]
    """Return a moment of a stretch in which more than `limit` of a pool is in use, or -1.

    Uses of activities that carry the mark `skip` do not count; `skip` of 0: all count.
    """
    setup, cleanup = I[p + PARAM], I[p + SECOND]
    lo, hi = start - setup, end + cleanup
    total = 0
    first, last = first_bucket(I, p, start), last_bucket(I, p, end)
    for bucket in range(first, last + 1):
        each = I[I[p + HEADS] + bucket]
        while each >= 0:
            if (skip == 0 or I[MARKS + I[each]] != skip) and (
                I[each + 1] - setup < hi and I[each + 2] + cleanup > lo
            ):
                total += I[each + 3]
            each = I[each + 4]
    if total <= limit:
        return -1
    # The level is greatest where the stretch or one of the uses begins.
    for bucket in range(first, last + 1):
        each = I[I[p + HEADS] + bucket]
        while each >= 0:
            moment = max(lo, I[each + 1] - setup)
            if moment < hi and (skip == 0 or I[MARKS + I[each]] != skip):
                level = 0
                for inner in range(first, last + 1):
                    other = I[I[p + HEADS] + inner]
                    while other >= 0:
                        if (skip == 0 or I[MARKS + I[other]] != skip) and (
                            I[other + 1] - setup <= moment < I[other + 2] + cleanup
                        ):
                            level += I[other + 3]
                        other = I[other + 4]
                if level > limit:
                    return moment
            each = I[each + 4]
    return -1


@compiled
def overload(I, p, payload, option, meeting):  # type: ignore[no-untyped-def]
    """Return by how much an option would exceed a load in the period of one of its meetings."""
    bucket = I[I[M_START] + meeting] // I[p + LENGTH]
    measure = I[p + PARAM]
    amount = 0
    if measure == 2:
        amount = 1
    else:
        for m in range(I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]):
            if m == meeting or I[I[M_START] + m] // I[p + LENGTH] == bucket:
                amount += load_of(I, measure, payload, option, m)
    return I[I[p + SECOND] + bucket] + amount - I[p + LIMIT]


@compiled
def _too_little(I, p, payload, option):  # type: ignore[no-untyped-def]
    """Tell whether a day far from home holds less than it must."""
    areas = I[N_PLACE] + 2
    load, area = payload // areas, payload % areas - 1
    if area < 0 or not I[I[p + PARAM] + area]:
        return False
    for m in range(I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]):
        day = I[I[M_START] + m] // I[p + LENGTH]
        minutes = 0
        for other in range(I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]):
            if I[I[M_START] + other] // I[p + LENGTH] == day:
                minutes += load_of(I, YES, load, option, other)
        if minutes < I[p + LIMIT]:
            return True
    return False


@compiled
def areas_full(I, p, bucket, area):  # type: ignore[no-untyped-def]
    """Tell whether a period has as many areas as it may, and this is none of them."""
    count = 0
    each = I[I[p + HEADS] + bucket]
    while each >= 0:
        if I[each + 3] == area:
            return False
        other = I[each + 4]
        fresh = 1
        while other >= 0:
            if I[other + 3] == I[each + 3]:
                fresh = 0
                break
            other = I[other + 4]
        count += fresh
        each = I[each + 4]
    return count >= I[p + LIMIT]


@compiled
def filled(I, p, resource):  # type: ignore[no-untyped-def]
    """Tell whether a resource may not fill the role beside those that do."""
    count = there = 0
    each = I[I[p + HEADS]]
    while each >= 0:
        other = I[each + 4]
        fresh = 1
        while other >= 0:
            if I[other + 3] == I[each + 3]:
                fresh = 0
                break
            other = I[other + 4]
        count += fresh
        there |= I[each + 3] == resource
        each = I[each + 4]
    if I[p + PARAM]:
        return not there and count >= I[p + LIMIT]
    return there != 0


@compiled
def breaks(I, node, payload, option):  # type: ignore[no-untyped-def]
    """Tell whether an option breaks a node, given what is placed."""
    p = I[NODES] + node * NODE_SIZE
    kind = I[p + KIND]
    if kind == WORTH:
        return _too_little(I, p, payload, option)
    if kind == FILLING:
        return filled(I, p, payload)
    if kind == SPACING or kind == ORDER:
        return out_of_order(I, p, kind, payload, I[I[O_FIRST] + option], I[I[O_LAST] + option])
    if kind == AREAS and (payload == I[p + PARAM] or payload < 0):
        return False
    for m in range(I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]):
        start, end = I[I[M_START] + m], I[I[M_END] + m]
        if kind == EXCLUSIVE or kind == NIGHT or kind == SPAN:
            for bucket in range(first_bucket(I, p, start), last_bucket(I, p, end) + 1):
                each = I[I[p + HEADS] + bucket]
                while each >= 0:
                    if meets(I, p, kind, payload, start, end, each):
                        return True
                    each = I[each + 4]
        elif kind == POOL:
            if level_above(I, p, start, end, I[p + LIMIT] - payload, NO, NO) != -1:
                return True
        elif kind == LOAD:
            if overload(I, p, payload, option, m) > 0:
                return True
        elif areas_full(I, p, start // I[p + LENGTH], payload):
            return True
    return False


@compiled
def parted(I, p, kind, payload, lo, hi, other):  # type: ignore[no-untyped-def]
    """Tell whether a span and that of a use lie as they must."""
    lag = I[p + LIMIT]
    early, late = lo < I[other + 2] + lag, hi > I[other + 1] - lag
    if kind == SPACING:
        return not (early and late)
    stage = I[other + 3]
    if stage < payload:
        return not early
    if stage > payload:
        return not late
    return not (I[I[p + PARAM] + stage] and early and late)


@compiled
def out_of_order(I, p, kind, payload, lo, hi):  # type: ignore[no-untyped-def]
    """Tell whether some use lies otherwise to a span than it must."""
    each = I[I[p + HEADS]]
    while each >= 0:
        if not parted(I, p, kind, payload, lo, hi, each):
            return True
        each = I[each + 4]
    return False
