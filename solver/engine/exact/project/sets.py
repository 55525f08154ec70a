"""Compiled: the heaviest set of jobs that can be under way at one moment."""

import numpy as np

from solver.engine.jit import decorators

_ENTRY, _COMPILED, _INLINED = decorators("exact", ("project/passes", "project/sets"))

_MOST_NODES = 200_000


@_COMPILED
def _at_most(weights, demands, left, ratios, there):  # type: ignore[no-untyped-def]
    """Bound what the jobs that are there can weigh: for each crowd, its people shared out in parts."""
    least = np.int64(0)
    for i in range(weights.size):
        if there[i]:
            least += weights[i]
    for q in range(left.size):
        room = left[q]
        value = np.int64(0)
        for i in ratios[q]:
            if not there[i]:
                continue
            need = demands[q, i]
            if need <= room:
                room -= need
                value += weights[i]
            else:
                value += weights[i] * room // need
                break
        least = min(least, value)
    return least


@_ENTRY
def heaviest(weights, demands, people, clash, found):  # type: ignore[no-untyped-def]
    """Fill `found` with the jobs of a heaviest set and return its weight; -1: too much to search.

    `demands` holds what a job takes of each crowd and `people` how many that are; of two jobs that clash
    only one can be in the set. Jobs without weight are left out.
    """
    n = weights.size
    crowds = people.size
    ratios = np.empty((crowds, n), np.int64)
    for q in range(crowds):
        key = np.empty(n, np.float64)
        for i in range(n):
            key[i] = -weights[i] / max(0.001, demands[q, i])
        ratios[q] = np.argsort(key)
    by_weight = np.argsort(-weights)
    open_at = np.empty((n + 1, n), np.int64)
    opens = np.zeros(n + 1, np.int64)
    at = np.zeros(n + 1, np.int64)
    left = np.empty((n + 1, crowds), np.int64)
    value = np.zeros(n + 1, np.int64)
    chosen = np.empty(n + 1, np.int64)
    there = np.zeros(n, np.bool_)
    left[0] = people
    for i in by_weight:
        fits = weights[i] > 0
        for q in range(crowds):
            fits = fits and demands[q, i] <= people[q]
        if fits:
            open_at[0, opens[0]] = i
            opens[0] += 1
    best = np.int64(0)
    found[:] = False
    depth = 0
    nodes = 0
    while depth >= 0:
        nodes += 1
        if nodes > _MOST_NODES:
            return np.int64(-1)
        there[:] = False
        rest = np.int64(0)
        for k in range(at[depth], opens[depth]):
            there[open_at[depth, k]] = True
            rest += weights[open_at[depth, k]]
        if (
            value[depth] + rest <= best
            or value[depth] + _at_most(weights, demands, left[depth], ratios, there) <= best
        ):
            depth -= 1
            continue
        i = open_at[depth, at[depth]]
        at[depth] += 1
        chosen[depth] = i
        below = depth + 1
        value[below] = value[depth] + weights[i]
        for q in range(crowds):
            left[below, q] = left[depth, q] - demands[q, i]
        if value[below] > best:
            best = value[below]
            found[:] = False
            for k in range(below):
                found[chosen[k]] = True
        opens[below] = 0
        at[below] = 0
        for k in range(at[depth], opens[depth]):
            j = open_at[depth, k]
            fits = not clash[i, j]
            for q in range(crowds):
                fits = fits and demands[q, j] <= left[below, q]
            if fits:
                open_at[below, opens[below]] = j
                opens[below] += 1
        depth = below
    return best
