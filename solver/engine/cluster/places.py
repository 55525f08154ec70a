"""Where one more session fits; compiled."""

import numpy as np

from solver.engine.chance import draw
from solver.engine.cluster.bits import NONE, ONE, lowest, narrow, not_empty, some_option, take_away, write
from solver.engine.cluster.compiled import compiled
from solver.engine.cluster.fields import (
    BESIDE,
    BINDINGS,
    C_CHANGE,
    C_CONTEXT,
    C_MASK,
    C_RES,
    C_REST,
    C_TAGGED,
    C_TAGS,
    CONTEXT,
    F_PRICE,
    FOUND,
    LINE_NODE,
    LINE_PAYLOAD,
    O_MEETING,
    ORDER_OF,
    POSITION,
    R_AMOUNT,
    R_NODE,
    R_SEAT,
    RES_EXCLUSIVE,
    RES_LINE,
    RN_NODE,
    S_OPTION,
    S_WORD,
    SCRATCH,
    SEATS,
    T_BASE,
    T_CHANGE,
    T_HOST,
    T_LATE,
    T_LINE,
    T_REST,
    T_ROLE,
    T_SAME_PLACE,
    T_SET,
    T_SHARED,
    T_SURE,
    TAGGED,
    TAGS,
    TL_NODE,
    TL_PAYLOAD,
    TRIED,
    WISHED,
    WORDS,
)
from solver.engine.cluster.masks import broken
from solver.engine.cluster.nodes import breaks
from solver.engine.cluster.plan import lines, one_place, told
from solver.engine.cluster.uses import NO

_APART = 0.3
"""What a place costs that leaves idle time beside it."""
EARLIEST, CHEAPEST = -1.0, -2.0
"""Noise that asks for the earliest place, or for the one of the least rest, instead of the best one."""


@compiled
def keep_windows(I, B, seat, tags, to, words):  # type: ignore[no-untyped-def]
    """Leave what the windows of a seat allow."""
    narrow(B, to, I[I[C_MASK] + seat], words)
    for k in range(I[I[C_TAGGED] + seat], I[I[C_TAGGED] + seat + 1]):
        if I[I[TAGGED] + 2 * k] & tags:
            narrow(B, to, I[I[TAGGED] + 2 * k + 1], words)


@compiled
def _settle(I, B, t, role, seat, depth, s, words):  # type: ignore[no-untyped-def]
    """Write what a seat leaves of the options of a depth to the next; tell whether that is anything."""
    source = I[SCRATCH] + depth * I[WORDS]
    to = source + I[WORDS]
    tags, context = I[I[TAGS] + depth + 1], I[I[CONTEXT] + depth + 1]
    write(B, to, source, words)
    keep_windows(I, B, seat, tags, to, words)
    if not not_empty(B, to, words):
        return False
    resource = I[I[C_RES] + seat]
    for each in range(I[I[R_NODE] + role], I[I[R_NODE] + role + 1]):
        if not take_away(B, to, broken(I, B, I[I[RN_NODE] + each], resource, s), words):
            return False
    for each in range(I[I[RES_LINE] + resource], I[I[RES_LINE] + resource + 1]):
        at = I[BINDINGS] + 3 * each
        if I[at + 2] and not I[at + 2] & tags:
            continue
        payload = told(I, I[at + 1], t, I[I[R_AMOUNT] + role], context)
        if not take_away(B, to, broken(I, B, I[at], payload, s), words):
            return False
    return True


@compiled
def _confirmed(I, B, t, to, s, words):  # type: ignore[no-untyped-def]
    """Ask again what was asked before all tags, or all uses of a node, were known."""
    if I[I[T_SAME_PLACE] + t] and not one_place(I, t):
        return False
    if not I[I[T_LATE] + t] and not I[I[T_SHARED] + t]:
        return True
    tags = I[I[T_SURE] + t]
    roles = I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]
    for k in range(roles):
        tags |= I[I[C_TAGS] + I[I[SEATS] + k]]
    for k in range(roles):
        keep_windows(I, B, I[I[SEATS] + k], tags, to, words)
    count = lines(I, t)
    if count < 0:
        return False
    for k in range(count):
        if not take_away(B, to, broken(I, B, I[I[LINE_NODE] + k], I[I[LINE_PAYLOAD] + k], s), words):
            return False
    return not_empty(B, to, words)


@compiled
def _better(I, option, roles):  # type: ignore[no-untyped-def]
    """Tell whether a place is earlier than the found one, or on candidates that come first."""
    if option != I[I[FOUND]]:
        return option < I[I[FOUND]]
    for k in range(roles):
        if I[I[SEATS] + k] != I[I[FOUND] + 1 + k]:
            return I[I[SEATS] + k] < I[I[FOUND] + 1 + k]
    return False


@compiled
def _cheapest_option(I, B, t, at, words):  # type: ignore[no-untyped-def]
    """Return the option of a mask with the least rest and change on the seats in hand, and what that is.

    Of several that is the one wished for, else the earliest.
    """
    first = I[I[S_OPTION] + I[I[T_SET] + t]]
    wished = I[WISHED] - first
    once = each = 0
    for k in range(I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]):
        seat = I[I[SEATS] + k]
        once += I[I[C_REST] + 2 * seat] + I[I[C_CHANGE] + 2 * seat]
        each += I[I[C_REST] + 2 * seat + 1] + I[I[C_CHANGE] + 2 * seat + 1]
    best, least = -1, 1e18
    if I[I[T_REST] + t] < 0 and I[I[T_CHANGE] + t] < 0 and each == 0:
        if B[at + (wished >> 6)] & (ONE << np.uint64(wished & 63)):
            return wished, float(once)
        return lowest(B, at, words, NO), float(once)
    option = lowest(B, at, words, NO)
    while option >= 0:
        price = once + each * (I[I[O_MEETING] + first + option + 1] - I[I[O_MEETING] + first + option])
        if I[I[T_REST] + t] >= 0:
            price += I[I[I[T_REST] + t] + option]
        if I[I[T_CHANGE] + t] >= 0:
            price += I[I[I[T_CHANGE] + t] + option]
        if price < least or (price == least and option == wished):
            best, least = option, float(price)
        option = lowest(B, at, words, option + 1)
    return best, least


@compiled
def _leaf(I, F, B, R, t, at, s, words, noise, least):  # type: ignore[no-untyped-def]
    """Compare the best place that the seats in hand have with the found one; return the lesser price."""
    roles = I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]
    price = 0.0
    option = -1
    if noise == EARLIEST:
        option = lowest(B, at, words, NO)
        if least < 1e17 and not _better(I, option, roles):
            return least
    elif noise == CHEAPEST:
        option, price = _cheapest_option(I, B, t, at, words)
        if price > least or (price == least and option + I[I[S_OPTION] + s] != I[WISHED]):
            return least
    else:
        for k in range(roles):
            price += F[int(F[F_PRICE]) + I[I[SEATS] + k]]
        host = I[I[T_HOST] + t]
        if host >= 0:
            seat = I[I[SEATS] + host]
            node = I[I[RES_EXCLUSIVE] + I[I[C_RES] + seat]]
            if node >= 0:
                near = broken(I, B, node, I[I[C_CONTEXT] + seat] | BESIDE, s)
                some = False
                for w in range(words):
                    if B[at + w] & B[near + w] != NONE:
                        some = True
                        break
                if some:
                    narrow(B, at, near, words)
                else:
                    price += _APART
        if noise > 0.0:
            price += noise * (draw(R) & 0xFFFFF) / 1048576.0
            option = some_option(B, R, at, words)
        else:
            option = lowest(B, at, words, NO)
        if price > least or (price == least and option >= I[I[FOUND]]):
            return least
    I[I[FOUND]] = option
    for k in range(roles):
        I[I[FOUND] + 1 + k] = I[I[SEATS] + k]
    return price


@compiled
def find(I, F, B, R, t, noise):  # type: ignore[no-untyped-def]
    """Find a place for one more session of a template; tell whether there is one.

    The option is then at ``FOUND``, the seats are in hand. A place is good when it leaves little idle time
    beside it, takes resources that few others want and costs little; noise of 0 makes the choice certain.
    """
    I[TRIED] += 1
    s = I[I[T_SET] + t]
    words = I[I[S_WORD] + s + 1] - I[I[S_WORD] + s]
    top, room = I[SCRATCH], I[WORDS]
    write(B, top, I[I[T_BASE] + t], words)
    for k in range(I[I[T_LINE] + t], I[I[T_LINE] + t + 1]):
        if not take_away(B, top, broken(I, B, I[I[TL_NODE] + k], I[I[TL_PAYLOAD] + k], s), words):
            return False
    first = I[I[T_ROLE] + t]
    roles = I[I[T_ROLE] + t + 1] - first
    least = 1e18
    depth = NO
    I[I[POSITION]] = -1
    I[I[CONTEXT]] = 0
    I[I[TAGS]] = I[I[T_SURE] + t]
    while depth >= 0:
        if depth == roles:
            at = top + depth * room
            if _confirmed(I, B, t, at, s, words):
                least = _leaf(I, F, B, R, t, at, s, words, noise, least)
            depth -= 1
            continue
        I[I[POSITION] + depth] += 1
        number = I[I[ORDER_OF] + first + depth]
        role = first + number
        seat = I[I[R_SEAT] + role] + I[I[POSITION] + depth]
        if seat >= I[I[R_SEAT] + role + 1]:
            depth -= 1
            continue
        host = I[I[T_HOST] + t] == number
        I[I[CONTEXT] + depth + 1] = I[I[C_CONTEXT] + seat] if host else I[I[CONTEXT] + depth]
        I[I[TAGS] + depth + 1] = I[I[TAGS] + depth] | I[I[C_TAGS] + seat]
        if _settle(I, B, t, role, seat, depth, s, words):
            I[I[SEATS] + number] = seat
            depth += 1
            if depth < roles:
                I[I[POSITION] + depth] = -1
    if least > 1e17:
        return False
    for k in range(roles):
        I[I[SEATS] + k] = I[I[FOUND] + 1 + k]
    I[I[FOUND]] += I[I[S_OPTION] + s]
    return True


@compiled
def fits(I, B, t, option):  # type: ignore[no-untyped-def]
    """Tell whether one more session fits at an option with the seats in hand."""
    if not one_place(I, t):
        return False
    number = option - I[I[S_OPTION] + I[I[T_SET] + t]]
    word, bit = number >> 6, ONE << np.uint64(number & 63)
    if not B[I[I[T_BASE] + t] + word] & bit:
        return False
    tags = I[I[T_SURE] + t]
    roles = I[I[T_ROLE] + t + 1] - I[I[T_ROLE] + t]
    for k in range(roles):
        tags |= I[I[C_TAGS] + I[I[SEATS] + k]]
    for k in range(roles):
        seat = I[I[SEATS] + k]
        if not B[I[I[C_MASK] + seat] + word] & bit:
            return False
        for each in range(I[I[C_TAGGED] + seat], I[I[C_TAGGED] + seat + 1]):
            if I[I[TAGGED] + 2 * each] & tags and not B[I[I[TAGGED] + 2 * each + 1] + word] & bit:
                return False
    count = lines(I, t)
    if count < 0:
        return False
    for k in range(count):
        if breaks(I, I[I[LINE_NODE] + k], I[I[LINE_PAYLOAD] + k], option):
            return False
    return True
