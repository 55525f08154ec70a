"""Uses of nodes: what a placement tells them, entered and taken back; compiled."""

import numpy as np

from solver.engine.cluster.compiled import compiled
from solver.engine.cluster.fields import (
    AREAS,
    FILLING,
    FREE,
    HEADS,
    KIND,
    LENGTH,
    LOAD,
    M_END,
    M_START,
    N_USES,
    NODE_SIZE,
    NODES,
    O_FIRST,
    O_LAST,
    O_MEETING,
    ORDER,
    PARAM,
    SECOND,
    SPACING,
    TIMES,
    VERSION,
    VERSIONS,
    WORTH,
)


@compiled
def _touch(I, p, bucket):  # type: ignore[no-untyped-def]
    I[p + VERSION] += 1
    I[I[p + VERSIONS] + bucket] = I[p + VERSION]


@compiled
def _enter(I, p, bucket, activity, start, end, payload):  # type: ignore[no-untyped-def]
    use = I[FREE]
    I[FREE] = I[use + 4]
    head = I[p + HEADS] + bucket
    I[use] = activity
    I[use + 1] = start
    I[use + 2] = end
    I[use + 3] = payload
    I[use + 4] = I[head]
    I[head] = use
    I[p + N_USES] += 1
    _touch(I, p, bucket)


@compiled
def _leave(I, p, bucket, activity, start):  # type: ignore[no-untyped-def]
    """Forget a use of an activity that began in this slot; return its payload."""
    spot = I[p + HEADS] + bucket
    use = I[spot]
    while I[use] != activity or I[use + 1] != start:
        spot = use + 4
        use = I[spot]
    I[spot] = I[use + 4]
    I[use + 4] = I[FREE]
    I[FREE] = use
    I[p + N_USES] -= 1
    _touch(I, p, bucket)
    return I[use + 3]


@compiled
def load_of(I, measure, payload, option, meeting):  # type: ignore[no-untyped-def]
    """Return what a meeting of an option adds to its period, all but numbers of activities."""
    start, end = I[I[M_START] + meeting], I[I[M_END] + meeting]
    times = payload % TIMES
    if measure == 0:
        return (end - start) * times
    first, last = I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]
    if last - first == 1:
        return payload // TIMES * times
    length = 0
    for m in range(first, last):
        length += I[I[M_END] + m] - I[I[M_START] + m]
    return payload // TIMES * (end - start) // length * times


@compiled
def _met_before(I, p, option, meeting):  # type: ignore[no-untyped-def]
    """Tell whether an earlier meeting of an option starts in the same bucket."""
    bucket = I[I[M_START] + meeting] // I[p + LENGTH]
    for m in range(I[I[O_MEETING] + option], meeting):
        if I[I[M_START] + m] // I[p + LENGTH] == bucket:
            return True
    return False


@compiled
def use(I, node, payload, option, activity, sign):  # type: ignore[no-untyped-def]
    """Tell a node of a placement that comes (1) or goes (-1)."""
    p = I[NODES] + node * NODE_SIZE
    kind = I[p + KIND]
    if kind == WORTH:
        return
    if kind == SPACING or kind == ORDER or kind == FILLING:
        start, end = I[I[O_FIRST] + option], I[I[O_LAST] + option]
        if sign > 0:
            _enter(I, p, NO, activity, start, end, payload)
        else:
            _leave(I, p, NO, activity, start)
        return
    if kind == AREAS and (payload == I[p + PARAM] or payload < 0):
        return
    for m in range(I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]):
        start, end = I[I[M_START] + m], I[I[M_END] + m]
        bucket = start // I[p + LENGTH]
        amount = payload
        if kind == LOAD:
            measure = I[p + PARAM]
            if measure == 2:
                if _met_before(I, p, option, m):
                    continue
                amount = 1
            else:
                amount = load_of(I, measure, payload, option, m)
            I[I[p + SECOND] + bucket] += sign * amount
        elif kind == AREAS and _met_before(I, p, option, m):
            continue
        if sign > 0:
            _enter(I, p, bucket, activity, start, end, amount)
        else:
            _leave(I, p, bucket, activity, start)


# A plain number as an argument would have the function compiled once more for it alone.
NO, YES, BACK = np.int64(0), np.int64(1), np.int64(-1)
