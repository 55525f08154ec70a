"""Masks of the options of a set, in words of 64; compiled."""

import numpy as np

from solver.engine.chance import below
from solver.engine.cluster.compiled import compiled
from solver.engine.cluster.uses import NO

ONE = np.uint64(1)
NONE = np.uint64(0)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@compiled
def write(B, to, source, words):  # type: ignore[no-untyped-def]
    """Write one mask over another."""
    for w in range(words):
        B[to + w] = B[source + w]


@compiled
def narrow(B, to, other, words):  # type: ignore[no-untyped-def]
    """Leave what another mask has as well."""
    for w in range(words):
        B[to + w] &= B[other + w]


@compiled
def take_away(B, to, other, words):  # type: ignore[no-untyped-def]
    """Leave what another mask does not have; tell whether that is anything."""
    left = NONE
    for w in range(words):
        B[to + w] &= ~B[other + w]
        left |= B[to + w]
    return left != NONE


@compiled
def not_empty(B, at, words):  # type: ignore[no-untyped-def]
    """Tell whether a mask has any option."""
    for w in range(words):
        if B[at + w] != NONE:
            return True
    return False


@compiled
def lowest(B, at, words, start):  # type: ignore[no-untyped-def]
    """Return the first option of a mask from `start` on, counted in the set, or -1."""
    w = start >> 6
    if w >= words:
        return -1
    bits = B[at + w] & (ALL << np.uint64(start & 63))
    while True:
        if bits != NONE:
            low = bits & (~bits + ONE)
            k = 0
            if low & np.uint64(0xFFFFFFFF00000000):
                k += 32
            if low & np.uint64(0xFFFF0000FFFF0000):
                k += 16
            if low & np.uint64(0xFF00FF00FF00FF00):
                k += 8
            if low & np.uint64(0xF0F0F0F0F0F0F0F0):
                k += 4
            if low & np.uint64(0xCCCCCCCCCCCCCCCC):
                k += 2
            if low & np.uint64(0xAAAAAAAAAAAAAAAA):
                k += 1
            return (w << 6) + k
        w += 1
        if w >= words:
            return -1
        bits = B[at + w]


@compiled
def some_option(B, R, at, words):  # type: ignore[no-untyped-def]
    """Return some option of a mask that has one: the first from a random place on."""
    option = lowest(B, at, words, below(R, words << 6))
    return option if option >= 0 else lowest(B, at, words, NO)
