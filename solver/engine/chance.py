"""Random numbers of the compiled searches: one state a search, the same on every machine."""

import numpy as np

from solver.engine.jit import decorators

_ENTRY, _COMPILED, _INLINED = decorators("shared")

NEG_LOG = -np.log((np.arange(4096) + 0.5) / 4096)
"""Quantiles of what an annealing accepts, in units of the temperature."""


def seeded(seed: int) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Return the state for a seed."""
    return np.array([(seed * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) % (1 << 64) | 1], dtype=np.uint64)


@_INLINED
def draw(R):  # type: ignore[no-untyped-def]
    """Return 31 random bits (xorshift64*)."""
    x = R[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    R[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))


@_INLINED
def below(R, n):  # type: ignore[no-untyped-def]
    """Return a random integer below `n`."""
    return (draw(R) * n) >> 31
