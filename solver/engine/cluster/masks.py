"""Masks of the options that break a node, remembered and brought up to date word by word; compiled."""

import numpy as np

from solver.engine.cluster.bits import NONE, ONE
from solver.engine.cluster.compiled import compiled
from solver.engine.cluster.fields import (
    FILLING,
    H_KEY,
    H_ROW,
    H_SIZE,
    HEADS,
    K_SEEN,
    K_SIZE,
    K_USED,
    KEPT,
    KIND,
    LIMIT,
    LOAD,
    NODE_SIZE,
    NODES,
    O_FIRST,
    O_LAST,
    ORDER,
    PARAM,
    PAYLOAD_BITS,
    S_LONGEST,
    S_OPTION,
    S_WORD,
    SET_BITS,
    SPACING,
    VERSION,
    VERSIONS,
    W_FROM,
    W_UNTIL,
    WORDS,
    WORTH,
)
from solver.engine.cluster.nodes import breaks, first_bucket, last_bucket


@compiled
def _word(I, p, node, payload, first, end, lo, hi):  # type: ignore[no-untyped-def]
    """Return the options of a word that break a node, as bits."""
    kind = I[p + KIND]
    if kind != LOAD and kind != WORTH and kind != FILLING:
        empty = True
        for bucket in range(first_bucket(I, p, lo), last_bucket(I, p, hi) + 1):
            if I[I[p + HEADS] + bucket] >= 0:
                empty = False
                break
        if empty:
            return NONE
    mask = NONE
    for option in range(first, end):
        if breaks(I, node, payload, option):
            mask |= ONE << np.uint64(option - first)
    return mask


@compiled
def _starting(I, first, end, slot):  # type: ignore[no-untyped-def]
    """Return the first of some options in order of time that starts in a slot or later."""
    lo, hi = first, end
    while lo < hi:
        middle = (lo + hi) >> 1
        if I[I[O_FIRST] + middle] < slot:
            lo = middle + 1
        else:
            hi = middle
    return lo


@compiled
def _sorted_out(I, B, p, payload, s, at):  # type: ignore[no-untyped-def]
    """Write the mask of a node that looks at spans."""
    first, end = I[I[S_OPTION] + s], I[I[S_OPTION] + s + 1]
    for w in range(I[I[S_WORD] + s + 1] - I[I[S_WORD] + s]):
        B[at + w] = NONE
    kind, lag = I[p + KIND], I[p + LIMIT]
    after, before = np.int64(-(1 << 60)), np.int64(1 << 60)
    each = I[I[p + HEADS]]
    while each >= 0:
        stage = payload if kind == SPACING else I[each + 3]
        if stage < payload:
            after = max(after, I[each + 2] + lag)
        elif stage > payload:
            before = min(before, I[each + 1] - lag)
        elif kind == SPACING or I[I[p + PARAM] + stage]:
            lo, hi = I[each + 1] - lag, I[each + 2] + lag
            for option in range(_starting(I, first, end, lo - I[I[S_LONGEST] + s]), end):
                if I[I[O_FIRST] + option] >= hi:
                    break
                if I[I[O_LAST] + option] > lo:
                    B[at + ((option - first) >> 6)] |= ONE << np.uint64((option - first) & 63)
        each = I[each + 4]
    if after > -(1 << 59):
        for option in range(first, _starting(I, first, end, after)):
            B[at + ((option - first) >> 6)] |= ONE << np.uint64((option - first) & 63)
    if before < 1 << 59:
        for option in range(_starting(I, first, end, before - I[I[S_LONGEST] + s]), end):
            if I[I[O_LAST] + option] > before:
                B[at + ((option - first) >> 6)] |= ONE << np.uint64((option - first) & 63)


@compiled
def forget_masks(I):  # type: ignore[no-untyped-def]
    """Forget all remembered masks."""
    for slot in range(I[H_SIZE]):
        I[I[H_KEY] + slot] = 0
    I[K_USED] = 0


@compiled
def _kept_at(I, key):  # type: ignore[no-untyped-def]
    """Return the row where the mask of a key is kept, a new one if there is none yet."""
    size = I[H_SIZE] - 1
    slot = ((key * 11400714819323198) >> 20) & size
    while True:
        there = I[I[H_KEY] + slot]
        if there == key:
            return I[I[H_ROW] + slot]
        if there == 0:
            break
        slot = (slot + 1) & size
    row = I[K_USED]
    if row < I[K_SIZE] - 1:
        I[K_USED] += 1
        I[I[H_KEY] + slot] = key
        I[I[H_ROW] + slot] = row
    # A last row that no key has serves all for which there is no room.
    I[I[K_SEEN] + row] = -1
    return row


@compiled
def broken(I, B, node, payload, s):  # type: ignore[no-untyped-def]
    """Return where in `B` the mask of those options of a set begins that break a node."""
    row = _kept_at(I, (node << (SET_BITS + PAYLOAD_BITS)) | (s << PAYLOAD_BITS) | (payload + 2))
    at = I[KEPT] + row * I[WORDS]
    p = I[NODES] + node * NODE_SIZE
    seen, now = I[I[K_SEEN] + row], I[p + VERSION]
    if seen == now:
        return at
    I[I[K_SEEN] + row] = now
    kind = I[p + KIND]
    if kind == SPACING or kind == ORDER:
        _sorted_out(I, B, p, payload, s, at)
        return at
    first, end = I[I[S_OPTION] + s], I[I[S_OPTION] + s + 1]
    begin = I[I[S_WORD] + s]
    for w in range(I[I[S_WORD] + s + 1] - begin):
        lo, hi = I[I[W_FROM] + begin + w], I[I[W_UNTIL] + begin + w]
        if seen >= 0:
            fresh = True
            for bucket in range(first_bucket(I, p, lo), last_bucket(I, p, hi) + 1):
                if I[I[p + VERSIONS] + bucket] > seen:
                    fresh = False
                    break
            if fresh:
                continue
        low = first + (w << 6)
        B[at + w] = _word(I, p, node, payload, low, min(end, low + 64), lo, hi)
    return at
