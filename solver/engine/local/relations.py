"""How two times lie to each other, compiled."""

from typing import get_args

from solver.engine.local.compiled import compiled
from solver.engine.local.layout import (
    DAY_SLOTS,
    M_END,
    M_START,
    SKIPS,
    T_CLOCK,
    T_CLOCK_END,
    T_DAYS,
    T_FIRST,
    T_FIRST_END,
    T_LAST_END,
    T_MEET,
    T_REGULAR,
    T_WEEKS,
)
from solver.structure import Relation

NAMES = (*get_args(Relation), "ends_before", "spans_apart")
"""Relations by number; the last two serve `Sequence` and `Distance` and take a lag as their limit."""


@compiled
def meets(I, a, b, gap_ab, gap_ba):  # type: ignore[no-untyped-def]
    """Tell whether some meetings of two times lie closer than the gap from the earlier to the later."""
    if I[I[T_REGULAR] + a] and I[I[T_REGULAR] + b]:
        if I[I[T_WEEKS] + a] & I[I[T_WEEKS] + b] == 0 or I[I[T_DAYS] + a] & I[I[T_DAYS] + b] == 0:
            return False
        start_a, start_b = I[I[T_CLOCK] + a], I[I[T_CLOCK] + b]
        if start_a <= start_b:
            return start_b < I[I[T_CLOCK_END] + a] + gap_ab
        return start_a < I[I[T_CLOCK_END] + b] + gap_ba
    return meets_anywhere(I, a, b, gap_ab, gap_ba)


@compiled
def meets_anywhere(I, a, b, gap_ab, gap_ba):  # type: ignore[no-untyped-def]
    """Tell the same meeting by meeting, so that a gap may reach over midnight."""
    starts, ends = I[M_START], I[M_END]
    i, last_i = I[I[T_MEET] + a], I[I[T_MEET] + a + 1]
    j, last_j = I[I[T_MEET] + b], I[I[T_MEET] + b + 1]
    while i < last_i and j < last_j:
        if I[starts + i] <= I[starts + j]:
            if I[starts + j] < I[ends + i] + gap_ab:
                return True
            i += 1
        else:
            if I[starts + i] < I[ends + j] + gap_ba:
                return True
            j += 1
    return False


@compiled
def _shared_days(I, a, b, relation, limit):  # type: ignore[no-untyped-def]
    """Tell whether a relation of the meetings on one date holds on every date with meetings of both."""
    if I[I[T_REGULAR] + a] and I[I[T_REGULAR] + b]:
        if I[I[T_WEEKS] + a] & I[I[T_WEEKS] + b] == 0 or I[I[T_DAYS] + a] & I[I[T_DAYS] + b] == 0:
            return True
        return _on_one_day(
            relation,
            limit,
            I[I[T_CLOCK] + a],
            I[I[T_CLOCK_END] + a],
            I[I[T_CLOCK] + b],
            I[I[T_CLOCK_END] + b],
        )
    starts, ends, day = I[M_START], I[M_END], I[DAY_SLOTS]
    i, last_i = I[I[T_MEET] + a], I[I[T_MEET] + a + 1]
    first_j, last_j = I[I[T_MEET] + b], I[I[T_MEET] + b + 1]
    j = first_j
    while i < last_i and j < last_j:
        day_i, day_j = I[starts + i] // day, I[starts + j] // day
        if day_i < day_j:
            i += 1
        elif day_j < day_i:
            j += 1
        else:
            end_i, end_j = i, j
            from_a, to_a, from_b, to_b = I[starts + i], I[ends + i], I[starts + j], I[ends + j]
            while end_i < last_i and I[starts + end_i] // day == day_i:
                to_a = max(to_a, I[ends + end_i])
                end_i += 1
            while end_j < last_j and I[starts + end_j] // day == day_i:
                to_b = max(to_b, I[ends + end_j])
                end_j += 1
            if relation == 13:
                for x in range(i, end_i):
                    for y in range(j, end_j):
                        if not _on_one_day(13, limit, I[starts + x], I[ends + x], I[starts + y], I[ends + y]):
                            return False
            elif not _on_one_day(relation, limit, from_a, to_a, from_b, to_b):
                return False
            i, j = end_i, end_j
    return True


@compiled
def _on_one_day(relation, limit, from_a, to_a, from_b, to_b):  # type: ignore[no-untyped-def]
    if relation == 11:  # after_if_same_day
        return from_a >= to_b
    if relation == 12:  # work_day
        return max(to_a, to_b) - min(from_a, from_b) <= limit
    return to_a + limit <= from_b or to_b + limit <= from_a


@compiled
def _touch(I, end, start, pauses):  # type: ignore[no-untyped-def]
    """Tell whether nothing but pauses lies between an end and a start."""
    if start < end:
        return False
    if start == end:
        return True
    return pauses >= 0 and I[I[I[SKIPS] + pauses] + end] >= start


@compiled
def related(I, relation, a, b, limit, pauses):  # type: ignore[no-untyped-def]
    """Tell whether time `a` stands in a relation, by number, to time `b`."""
    if relation == 0:
        return I[I[T_FIRST] + a] == I[I[T_FIRST] + b]
    if relation <= 3:
        from_a, to_a = I[I[T_CLOCK] + a], I[I[T_CLOCK_END] + a]
        from_b, to_b = I[I[T_CLOCK] + b], I[I[T_CLOCK_END] + b]
        if relation == 1:
            return from_a == from_b
        if relation == 2:
            return (from_a >= from_b and to_a <= to_b) or (from_b >= from_a and to_b <= to_a)
        return to_a <= from_b or to_b <= from_a
    if relation <= 7:
        block = I[T_DAYS] if relation <= 5 else I[T_WEEKS]
        bits_a, bits_b = I[block + a], I[block + b]
        both = bits_a & bits_b
        if relation in (4, 6):
            return both in (bits_a, bits_b)
        return both == 0
    if relation == 8:
        return meets(I, a, b, 0, 0)
    if relation == 9:
        return not meets(I, a, b, 0, 0)
    if relation == 10:
        return I[I[T_FIRST_END] + a] <= I[I[T_FIRST] + b]
    if relation == 19:
        relation = 13
    if relation <= 13:
        return _shared_days(I, a, b, relation, limit)
    first_a, first_b = I[I[T_FIRST] + a], I[I[T_FIRST] + b]
    if relation <= 18:
        apart = abs(first_a // I[DAY_SLOTS] - first_b // I[DAY_SLOTS])
        if relation == 14:
            return apart >= limit
        if relation == 15:
            return apart <= limit
        end_a, end_b = I[I[T_FIRST_END] + a], I[I[T_FIRST_END] + b]
        if relation == 16:
            return apart == 0 and _touch(I, end_a, first_b, pauses)
        if relation == 18 and apart > 0:
            return True
        return apart == 0 and (_touch(I, end_a, first_b, pauses) or _touch(I, end_b, first_a, pauses))
    last_a, last_b = I[I[T_LAST_END] + a], I[I[T_LAST_END] + b]
    if relation == 20:
        return first_b >= last_a + limit
    return first_b >= last_a + limit or first_a >= last_b + limit
