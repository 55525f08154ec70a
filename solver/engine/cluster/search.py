"""Steps of the search, each kept or taken back; compiled."""

from solver.engine.chance import NEG_LOG, draw
from solver.engine.cluster.compiled import compiled, entry
from solver.engine.cluster.fields import (
    BEST,
    BEST_HERE,
    BUNDLES,
    CALM,
    HERE,
    K_SIZE,
    K_USED,
    LEAST,
    N_AIM,
    N_EXCLUSIVE,
    N_VALUE,
    N_WAIT,
    NOW,
    STEP,
    T_BUNDLE,
    TRAIL,
    TRIED,
)
from solver.engine.cluster.masks import forget_masks
from solver.engine.cluster.moves import eject, fill_bundle, make_whole, put, reseat, ruin
from solver.engine.cluster.places import find
from solver.engine.cluster.plan import undo
from solver.engine.cluster.worth import first_difference, save_best, value

_SIDEWAYS = 307
"""Chance of a change that costs no coverage but something else, while there is heat."""


@entry
def fill(I, F, B, R, t, noise, at_most):  # type: ignore[no-untyped-def]
    """Place up to `at_most` waiting sessions of a template for good; return how many."""
    if 10 * I[K_USED] > 9 * I[K_SIZE]:
        forget_masks(I)
    I[I[TRAIL]] = 0
    if I[I[T_BUNDLE] + t] >= 0:
        placed = fill_bundle(I, F, B, R, I[I[T_BUNDLE] + t], noise) if I[I[N_WAIT] + t] else 0
        I[I[TRAIL]] = 0
        return placed
    placed = 0
    while I[I[N_WAIT] + t] > 0 and placed < at_most and find(I, F, B, R, t, noise):
        put(I, t)
        I[I[TRAIL]] = 0
        placed += 1
    return placed


@compiled
def _accepted(I, R, heat):  # type: ignore[no-untyped-def]
    """Tell whether to go on from the plan as it is now."""
    at = first_difference(I, I[NOW], I[HERE])
    if at < 0:
        return True
    more = I[I[NOW] + at] - I[I[HERE] + at]
    if more > 0:
        return True
    if heat <= 0.0:
        return False
    if at < I[N_AIM]:
        return -more < heat * NEG_LOG[draw(R) & 4095]
    return (draw(R) & 1023) < _SIDEWAYS


@compiled
def _copied(I, to, source):  # type: ignore[no-untyped-def]
    for k in range(I[N_VALUE]):
        I[to + k] = I[source + k]


@entry
def run(I, F, B, R, steps, heat, owed_only, reseats, ejects):  # type: ignore[no-untyped-def]
    """Try so many changes; return how many were kept.

    The best plan met is the one in work (``BEST_HERE``) or the one written down. `heat`: learner-minutes
    whose loss is accepted with a chance of about a third. `owed_only`: seek what quotas owe alone. Of 1,024
    steps `reseats` seek less rest alone; of 1,024 of the others `ejects` are chains, the rest empty and fill.
    """
    kept = 0
    for _ in range(steps):
        if 10 * I[K_USED] > 9 * I[K_SIZE]:
            forget_masks(I)
        I[TRIED] += 1
        I[STEP] += 1
        I[CALM] += 1
        I[LEAST] = -1
        I[I[TRAIL]] = 0
        I[I[BUNDLES]] = 0
        if (draw(R) & 1023) < reseats:
            done = reseat(I, F, B, R)
        elif (draw(R) & 1023) < ejects:
            done = eject(I, F, B, R, owed_only)
        elif I[N_EXCLUSIVE]:
            done = ruin(I, F, B, R, owed_only)
        else:
            done = False
        if done and I[I[TRAIL]]:
            make_whole(I, F, B, R)
            value(I, I[NOW])
            if _accepted(I, R, heat):
                at = first_difference(I, I[NOW], I[BEST])
                if at >= 0 and I[I[NOW] + at] > I[I[BEST] + at]:
                    _copied(I, I[BEST], I[NOW])
                    I[BEST_HERE] = 1
                    I[CALM] = 0
                elif at >= 0 and I[BEST_HERE]:
                    # The best plan is left only after it is written down.
                    undo(I)
                    save_best(I)
                    continue
                _copied(I, I[HERE], I[NOW])
                kept += 1
                continue
        undo(I)
    return kept
