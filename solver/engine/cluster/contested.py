"""What would have to go where nothing is free; compiled."""

import numpy as np

from solver.engine.chance import below, draw
from solver.engine.cluster.bits import NONE, not_empty, some_option, write
from solver.engine.cluster.compiled import compiled
from solver.engine.cluster.fields import (
    AREAS,
    C_TAGS,
    CONTESTED,
    EXCLUSIVE,
    FILLING,
    FIXED,
    HEADS,
    HOLD,
    HOLD_BEST,
    HOLD_ROOM,
    KIND,
    LENGTH,
    LIMIT,
    LINE_NODE,
    LINE_PAYLOAD,
    LOAD,
    M_END,
    M_START,
    MARK,
    NIGHT,
    NODE_SIZE,
    NODES,
    O_FIRST,
    O_LAST,
    O_MEETING,
    ORDER,
    PARAM,
    POOL,
    R_SEAT,
    S_OPTION,
    S_WORD,
    SCRATCH,
    SEATS,
    SECOND,
    SPACING,
    SPAN,
    STAMP,
    STEP,
    T_BASE,
    T_ROLE,
    T_SET,
    T_SURE,
    WORDS,
)
from solver.engine.cluster.masks import broken
from solver.engine.cluster.nodes import (
    areas_full,
    filled,
    first_bucket,
    last_bucket,
    level_above,
    meets,
    overload,
    parted,
)
from solver.engine.cluster.places import keep_windows
from solver.engine.cluster.plan import lines, one_place
from solver.engine.cluster.uses import NO
from solver.engine.cluster.worth import weight

_TRIES, _OPTIONS, _AT_MOST = 6, 3, 4
NEVER, EVER = np.int64(-(1 << 60)), np.int64(1 << 60)


@compiled
def _take(I, activity):  # type: ignore[no-untyped-def]
    """Add a session to those in the way; tell whether that is possible."""
    if I[I[MARK] + activity] == I[STAMP]:
        return True
    if I[I[FIXED] + activity] >= I[STEP] or I[I[HOLD]] >= _AT_MOST or I[I[HOLD]] >= HOLD_ROOM - 1:
        return False
    I[I[MARK] + activity] = I[STAMP]
    I[I[HOLD]] += 1
    I[I[HOLD] + I[I[HOLD]]] = activity
    return True


@compiled
def _take_all(I, p, kind, payload, option):  # type: ignore[no-untyped-def]
    """Add all sessions that a node keeps from being beside an option; tell whether they all can go."""
    if kind == SPACING or kind == ORDER:
        lo, hi = I[I[O_FIRST] + option], I[I[O_LAST] + option]
        each = I[I[p + HEADS]]
        while each >= 0:
            if not parted(I, p, kind, payload, lo, hi, each) and not _take(I, I[each]):
                return False
            each = I[each + 4]
        return True
    for m in range(I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]):
        start, end = I[I[M_START] + m], I[I[M_END] + m]
        for bucket in range(first_bucket(I, p, start), last_bucket(I, p, end) + 1):
            each = I[I[p + HEADS] + bucket]
            while each >= 0:
                if meets(I, p, kind, payload, start, end, each) and not _take(I, I[each]):
                    return False
                each = I[each + 4]
    return True


@compiled
def _cheapest(I, R, p, bucket_from, bucket_to, lo, hi):  # type: ignore[no-untyped-def]
    """Return the session whose loss weighs least among uses that begin before `hi` and end after `lo`."""
    best, least = -1, 1e18
    for bucket in range(bucket_from, bucket_to + 1):
        each = I[I[p + HEADS] + bucket]
        while each >= 0:
            activity = I[each]
            if (
                I[each + 1] < hi
                and I[each + 2] > lo
                and I[I[MARK] + activity] != I[STAMP]
                and I[I[FIXED] + activity] < I[STEP]
            ):
                loss = weight(I, activity) * (0.7 + 0.6 * (draw(R) & 0xFFFF) / 65536.0)
                if loss < least:
                    best, least = activity, loss
            each = I[each + 4]
    return best


@compiled
def _take_enough(I, R, p, kind, payload, option):  # type: ignore[no-untyped-def]
    """Add sessions until an option keeps the limit of a pool, a load or areas; tell whether they can go."""
    for m in range(I[I[O_MEETING] + option], I[I[O_MEETING] + option + 1]):
        start, end = I[I[M_START] + m], I[I[M_END] + m]
        bucket = start // I[p + LENGTH]
        if kind == POOL:
            setup, cleanup = I[p + PARAM], I[p + SECOND]
            while True:
                moment = level_above(I, p, start, end, I[p + LIMIT] - payload, I[STAMP], I[MARK])
                if moment == -1:
                    break
                first, last = first_bucket(I, p, start), last_bucket(I, p, end)
                out = _cheapest(I, R, p, first, last, moment - cleanup, moment + setup + 1)
                if out < 0 or not _take(I, out):
                    return False
        elif kind == LOAD:
            over = overload(I, p, payload, option, m)
            each = I[I[p + HEADS] + bucket]
            while each >= 0:
                if I[I[MARK] + I[each]] == I[STAMP]:
                    over -= I[each + 3]
                each = I[each + 4]
            while over > 0:
                out = _cheapest(I, R, p, bucket, bucket, NEVER, EVER)
                if out < 0 or not _take(I, out):
                    return False
                each = I[I[p + HEADS] + bucket]
                while each >= 0:
                    if I[each] == out:
                        over -= I[each + 3]
                    each = I[each + 4]
        elif kind == AREAS and areas_full(I, p, bucket, payload):
            # One of the areas has to go whole: that of the session whose loss weighs least.
            out = _cheapest(I, R, p, bucket, bucket, NEVER, EVER)
            area = -1
            each = I[I[p + HEADS] + bucket]
            while each >= 0:
                if I[each] == out:
                    area = I[each + 3]
                each = I[each + 4]
            each = I[I[p + HEADS] + bucket]
            while each >= 0:
                if I[each + 3] == area and not _take(I, I[each]):
                    return False
                each = I[each + 4]
    return True


@compiled
def _take_role(I, R, p, payload):  # type: ignore[no-untyped-def]
    """Add the sessions that keep a resource from filling a role; tell whether they can go."""
    if not filled(I, p, payload):
        return True
    out = payload
    if I[p + PARAM]:
        activity = _cheapest(I, R, p, NO, NO, NEVER, EVER)
        each = I[I[p + HEADS]]
        while each >= 0:
            if I[each] == activity:
                out = I[each + 3]
            each = I[each + 4]
    each = I[I[p + HEADS]]
    while each >= 0:
        if I[each + 3] == out and not _take(I, I[each]):
            return False
        each = I[each + 4]
    return True


@compiled
def in_the_way(I, R, t, option):  # type: ignore[no-untyped-def]
    """Write to ``HOLD`` few sessions whose leaving makes room at an option with the seats in hand.

    What only some of several have to leave is taken by its weight, with some chance. Tell whether these are
    few enough and none was placed in this step on purpose.
    """
    I[STAMP] += 1
    I[I[HOLD]] = 0
    count = lines(I, t)
    for turn in range(2):
        for k in range(count):
            node, payload = I[I[LINE_NODE] + k], I[I[LINE_PAYLOAD] + k]
            p = I[NODES] + node * NODE_SIZE
            kind = I[p + KIND]
            if kind == EXCLUSIVE or kind == NIGHT or kind == SPAN or kind == SPACING or kind == ORDER:
                if turn == 0 and not _take_all(I, p, kind, payload, option):
                    return False
            elif turn == 0:
                continue
            elif kind == FILLING:
                if not _take_role(I, R, p, payload):
                    return False
            elif kind == AREAS and (payload < 0 or payload == I[p + PARAM]):
                continue
            elif not _take_enough(I, R, p, kind, payload, option):
                return False
    return I[I[HOLD]] > 0


@compiled
def contested(I, B, R, t):  # type: ignore[no-untyped-def]
    """Find a place that few others hold, of some that one node denies that of the least weight.

    The option is then at ``CONTESTED``, its seats behind it. Tell whether there is one.
    """
    s = I[I[T_SET] + t]
    begin = I[I[S_OPTION] + s]
    words, room = I[I[S_WORD] + s + 1] - I[I[S_WORD] + s], I[WORDS]
    mask, once, twice = I[SCRATCH], I[SCRATCH] + room, I[SCRATCH] + 2 * room
    first = I[I[T_ROLE] + t]
    roles = I[I[T_ROLE] + t + 1] - first
    least = 1e18
    for _ in range(_TRIES):
        tags = I[I[T_SURE] + t]
        for k in range(roles):
            low = I[I[R_SEAT] + first + k]
            seat = low + below(R, I[I[R_SEAT] + first + k + 1] - low)
            I[I[SEATS] + k] = seat
            tags |= I[I[C_TAGS] + seat]
        if not one_place(I, t):
            continue
        write(B, mask, I[I[T_BASE] + t], words)
        for k in range(roles):
            keep_windows(I, B, I[I[SEATS] + k], tags, mask, words)
        count = lines(I, t)
        if count < 0 or not not_empty(B, mask, words):
            continue
        for w in range(words):
            B[once + w] = B[twice + w] = NONE
        for k in range(count):
            row = broken(I, B, I[I[LINE_NODE] + k], I[I[LINE_PAYLOAD] + k], s)
            for w in range(words):
                B[twice + w] |= B[once + w] & B[row + w]
                B[once + w] |= B[row + w]
        wanted = once
        for w in range(words):
            B[twice + w] &= B[mask + w]
            B[once + w] &= B[mask + w] & ~B[twice + w]
        if not not_empty(B, once, words):
            wanted = twice
            if not not_empty(B, twice, words):
                continue
        for _option in range(_OPTIONS):
            option = begin + some_option(B, R, wanted, words)
            if not in_the_way(I, R, t, option):
                continue
            loss = 0.0
            for k in range(I[I[HOLD]]):
                loss += weight(I, I[I[HOLD] + 1 + k])
            loss *= 0.7 + 0.6 * (draw(R) & 0xFFFF) / 65536.0
            if loss < least:
                least = loss
                I[I[CONTESTED]] = option
                for k in range(roles):
                    I[I[CONTESTED] + 1 + k] = I[I[SEATS] + k]
                for k in range(I[I[HOLD]] + 1):
                    I[I[HOLD_BEST] + k] = I[I[HOLD] + k]
    return least < 1e17
