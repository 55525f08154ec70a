"""What a plan is worth, and the loss of a session; compiled."""

from solver.engine.cluster.compiled import compiled, entry
from solver.engine.cluster.fields import (
    ACT_SEAT,
    ACT_T,
    AIMS,
    AT_OPTION,
    AT_SEAT,
    BEST,
    BEST_HERE,
    BEST_OPTION,
    BEST_SEAT,
    CHANGE,
    FLOORS,
    GRANTED,
    GRANTED_TO,
    HERE,
    LEAST,
    MET,
    N_ACT,
    N_AIM,
    N_CLASS,
    N_QUOTA,
    N_TARGET,
    N_VALUE,
    NOW,
    OWED_TO,
    Q_GROUP,
    QUOTAS,
    REST,
    SERVED,
    T_CLASS,
    T_GRANTED,
    T_OWED,
    T_WORTH,
    TARGET_OF,
    TARGETS,
)
from solver.engine.cluster.uses import NO, YES

ALL_OF_IT = 1000
LESS_REST = 2
"""Kind of an aim: the coverage of a class, less the rest."""
_AT_COST_OF_WORSE = 8.0
"""How much more a place weighs whose holder would then be no better off than the one it is taken for."""
_BELOW_FLOOR = 4.0
"""How much more a place weighs of a class that can give up nothing."""


@compiled
def owing(I, t, lost):  # type: ignore[no-untyped-def]
    """Tell whether a quota for which a template counts lacks something, after a loss of so many sessions."""
    for k in range(I[I[T_OWED] + t], I[I[T_OWED] + t + 1]):
        at = I[OWED_TO] + 2 * k
        if I[I[MET] + I[at]] - lost * I[at + 1] < I[I[QUOTAS] + I[at]]:
            return True
    return False


@compiled
def rank(I, t):  # type: ignore[no-untyped-def]
    """Return the priority class of a template, that of what is owed as long as it is."""
    return -1 if owing(I, t, NO) else I[I[T_CLASS] + t]


@compiled
def share(I, participant, lost):  # type: ignore[no-untyped-def]
    """Return the thousandths of its target that a participant has after a loss of learner-minutes."""
    return (I[I[GRANTED] + participant] - lost) * ALL_OF_IT // I[I[TARGET_OF] + participant]


@compiled
def weight(I, activity):  # type: ignore[no-untyped-def]
    """Return what the loss of a placed session weighs."""
    t = I[I[ACT_T] + activity]
    worth = float(I[I[T_WORTH] + t])
    if I[LEAST] < 0:
        grade = -1 if owing(I, t, YES) else I[I[T_CLASS] + t]
        return worth / 4.0 ** (grade + 1)
    floor = I[I[FLOORS] + I[I[T_CLASS] + t]]
    if floor >= 0 and I[I[SERVED] + I[I[T_CLASS] + t]] - I[I[T_WORTH] + t] < floor:
        worth *= _BELOW_FLOOR
    for k in range(I[I[T_GRANTED] + t], I[I[T_GRANTED] + t + 1]):
        at = I[GRANTED_TO] + 2 * k
        if I[I[TARGET_OF] + I[at]] > 0 and share(I, I[at], I[at + 1]) <= I[LEAST]:
            worth *= _AT_COST_OF_WORSE
    return worth


@entry
def value(I, at):  # type: ignore[no-untyped-def]
    """Write what the plan is worth; the first number that differs decides, the greater is better.

    Coverage and quotas in their order, fair shares with the worst-off first, coverage beyond the floors,
    less rest, less change.
    """
    for k in range(I[N_AIM]):
        number = I[I[AIMS] + 2 * k + 1]
        total = 0
        kind = I[I[AIMS] + 2 * k]
        if kind:
            total = I[I[SERVED] + number]
            floor = I[I[FLOORS] + number]
            if floor >= 0:
                total = min(total, floor)
            if kind == LESS_REST:
                total -= I[REST]
        else:
            for quota in range(I[N_QUOTA]):
                if I[I[Q_GROUP] + quota] == number:
                    total += min(I[I[QUOTAS] + quota], I[I[MET] + quota])
        I[at + k] = total
    at += I[N_AIM]
    for k in range(I[N_TARGET]):
        who, target = I[I[TARGETS] + 2 * k], I[I[TARGETS] + 2 * k + 1]
        share = min(ALL_OF_IT, I[I[GRANTED] + who] * ALL_OF_IT // target) if target > 0 else ALL_OF_IT
        spot = k
        while spot > 0 and I[at + spot - 1] > share:
            I[at + spot] = I[at + spot - 1]
            spot -= 1
        I[at + spot] = share
    at += I[N_TARGET]
    for k in range(I[N_CLASS]):
        I[at + k] = I[I[SERVED] + k]
    I[at + I[N_CLASS]] = -I[REST]
    I[at + I[N_CLASS] + 1] = -I[CHANGE]


@compiled
def first_difference(I, one, other):  # type: ignore[no-untyped-def]
    """Return the position of the first number in which two worths differ, or -1."""
    for k in range(I[N_VALUE]):
        if I[one + k] != I[other + k]:
            return k
    return -1


@entry
def begin_from_here(I):  # type: ignore[no-untyped-def]
    """Take the plan in work for the best one."""
    value(I, I[HERE])
    for k in range(I[N_VALUE]):
        I[I[BEST] + k] = I[I[HERE] + k]
        I[I[NOW] + k] = I[I[HERE] + k]
    I[BEST_HERE] = 1


@entry
def save_best(I):  # type: ignore[no-untyped-def]
    """Write down the plan in work, which is the best one."""
    for activity in range(I[N_ACT]):
        I[I[BEST_OPTION] + activity] = I[I[AT_OPTION] + activity]
        if I[I[AT_OPTION] + activity] >= 0:
            for k in range(I[I[ACT_SEAT] + activity], I[I[ACT_SEAT] + activity + 1]):
                I[I[BEST_SEAT] + k] = I[I[AT_SEAT] + k]
    I[BEST_HERE] = 0
