"""Compiled passes over a project: every job at its first free start, forth and back, in changing orders.

Jobs by position; people by position, their sets as words of 64 bits. A pass takes the jobs in an order that
keeps to what comes before what and starts each as soon as a crew is free for the whole of it; of all crews it
takes the one of the people that rank first. A pass back does the same from the end of the plan, which closes
gaps: the pass forth after it seldom ends later and often sooner.
"""

import numpy as np

from solver.engine.chance import below
from solver.engine.jit import decorators

_ENTRY, _COMPILED, _INLINED = decorators("exact", ("project/passes",))

_FAR = 1 << 40
_ROUNDS = 6
"""Most passes back and forth in a row."""


@_INLINED
def _bits(x):  # type: ignore[no-untyped-def]
    """Count the bits of a word."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@_COMPILED
def _crew(need, masks, rank, there, given, filled, seen, came, via):  # type: ignore[no-untyped-def]
    """Fill `given` (skill by person, -1: none) with people who are there, the first by rank; tell if it went.

    People are taken in their order whenever those taken before can still all be of use, which gives the
    crew of the first by rank; where one is in the way, he changes his skill.
    """
    skills = need.size
    wanted = 0
    for s in range(skills):
        wanted += need[s]
        filled[s] = 0
    given[:] = -1
    for p in rank:
        if wanted == 0:
            return True
        if not (there[p >> 6] >> np.uint64(p & 63)) & np.uint64(1):
            continue
        # A search in breadth over skills, from those of this person to one with room left.
        head = 0
        tail = 0
        for s in range(skills):
            came[s] = -2
            if need[s] > 0 and masks[s, p]:
                came[s] = -1
                via[s] = p
                seen[tail] = s
                tail += 1
        end = -1
        while head < tail:
            s = seen[head]
            head += 1
            if filled[s] < need[s]:
                end = s
                break
            for q in range(given.size):
                if given[q] != s:
                    continue
                for r in range(skills):
                    if came[r] == -2 and need[r] > 0 and masks[r, q]:
                        came[r] = s
                        via[r] = q
                        seen[tail] = r
                        tail += 1
        if end < 0:
            continue
        filled[end] += 1
        wanted -= 1
        while end >= 0:
            given[via[end]] = end
            end = came[end]
    return wanted == 0


@_COMPILED
def _pass(  # type: ignore[no-untyped-def]
    back, keys, rank, limit, lengths, needs, units, able, masks, first, last, firsts, links, lags,
    starts, crews, free, waits, soonest, there, filled, seen, came, via,
):  # fmt: skip
    """Place all jobs, the one with the least key first among those whose turn it can be; return the end.

    With `back` time runs from `limit` to 0 and what follows comes first: `starts` are then counted from the
    end. More than `limit`: it did not fit, and what was filled means nothing.
    """
    n = lengths.size
    words = free.shape[1]
    free[: limit + 1] = ~np.uint64(0)
    for i in range(n):
        waits[i] = 0
        soonest[i] = 0
        starts[i] = -1
    for i in range(n):
        for at in range(firsts[i], firsts[i + 1]):
            if back:
                waits[i] += 1
            else:
                waits[links[at]] += 1
    end = 0
    for _ in range(n):
        i = -1
        for j in range(n):
            if starts[j] < 0 and waits[j] == 0 and (i < 0 or keys[j] < keys[i]):
                i = j
        length = lengths[i]
        start = soonest[i]
        found = False
        while not found:
            # The next start that the job may have.
            if back:
                at = limit - start - length
                if at < 0 or last[i, at] < 0:
                    return limit + 1
                start = limit - length - last[i, at]
            else:
                if start + length > limit or first[i, start] < 0:
                    return limit + 1
                start = first[i, start]
            if start + length > limit:
                return limit + 1
            for w in range(words):
                there[w] = able[i, w]
            # From the end of the span, so that what is in the way is passed at once.
            step = length - 1
            while step >= 0:
                many = 0
                for w in range(words):
                    there[w] &= free[start + step, w]
                    many += _bits(there[w])
                if many < units[i]:
                    break
                step -= 1
            if step >= 0:
                start += step + 1
            elif _crew(needs[i], masks, rank, there, crews[i], filled, seen, came, via):
                found = True
            else:
                start += 1
        starts[i] = start
        end = max(end, start + length)
        for w in range(words):
            there[w] = 0
        for p in range(masks.shape[1]):
            if crews[i, p] >= 0:
                there[p >> 6] |= np.uint64(1) << np.uint64(p & 63)
        for t in range(start, start + length):
            for w in range(words):
                free[t, w] &= ~there[w]
        if back:
            for j in range(n):
                for at in range(firsts[j], firsts[j + 1]):
                    if links[at] == i:
                        waits[j] -= 1
                        soonest[j] = max(soonest[j], start + length + lags[at])
        else:
            for at in range(firsts[i], firsts[i + 1]):
                j = links[at]
                waits[j] -= 1
                soonest[j] = max(soonest[j], start + length + lags[at])
    return end


@_ENTRY
def improve(  # type: ignore[no-untyped-def]
    chance, turns, target, slack, lengths, needs, units, able, masks, first, last, firsts, links, lags,
    now, rank, best, crews, ends,
):  # fmt: skip
    """Vary the plan `now` for so many turns or until it ends by `target`.

    `ends` holds the ends of `now` and of `best`; a turn that ends no later than `now` plus now and then
    `slack` is taken over. `best` and `crews` are changed only when a plan ends sooner.
    """
    n = lengths.size
    people = masks.shape[1]
    horizon = first.shape[1]
    words = able.shape[1]
    starts = np.empty(n, np.int64)
    kept = np.empty(n, np.int64)
    keys = np.empty(n, np.float64)
    tried = np.empty((n, people), np.int64)
    free = np.empty((horizon + 1, words), np.uint64)
    waits = np.empty(n, np.int64)
    soonest = np.empty(n, np.int64)
    there = np.empty(words, np.uint64)
    filled = np.empty(masks.shape[0], np.int64)
    seen = np.empty(masks.shape[0], np.int64)
    came = np.empty(masks.shape[0], np.int64)
    via = np.empty(masks.shape[0], np.int64)
    order = rank.copy()
    for _ in range(turns):
        if ends[1] <= target:
            break
        kind = below(chance, 8)
        for i in range(n):
            keys[i] = now[i]
        if kind < 3:
            wide = 1 + below(chance, 1 + ends[0] // 4)
            for i in range(n):
                keys[i] += below(chance, 2 * wide + 1) - wide
        elif kind < 6:
            for _ in range(1 + below(chance, 4)):
                keys[below(chance, n)] = below(chance, ends[0] + 1) - 0.5
        else:
            # A stretch of the plan in any order.
            begin = below(chance, ends[0] + 1)
            wide = 4 + below(chance, 1 + ends[0] // 3)
            for i in range(n):
                if begin <= now[i] < begin + wide:
                    keys[i] = begin + below(chance, wide)
        for i in range(n):
            keys[i] += below(chance, 1000) / 4000.0
        order[:] = rank
        if people > 0 and below(chance, 2) == 0:
            for _ in range(1 + below(chance, 4)):
                a = below(chance, people)
                b = below(chance, people)
                order[a], order[b] = order[b], order[a]
        limit = min(horizon - 1, ends[0] + slack + 8)
        end = _pass(
            False, keys, order, limit, lengths, needs, units, able, masks, first, last, firsts, links, lags,
            starts, tried, free, waits, soonest, there, filled, seen, came, via,
        )  # fmt: skip
        if end > limit:
            continue
        for i in range(n):
            kept[i] = starts[i]
        final = end
        if end < ends[1]:
            ends[1] = end
            best[:] = starts
            crews[:] = tried
        for _ in range(_ROUNDS):
            for i in range(n):
                keys[i] = -(kept[i] + lengths[i]) + below(chance, 1000) / 2000.0
            limit = final
            end = _pass(
                True, keys, order, limit, lengths, needs, units, able, masks, first, last, firsts, links,
                lags, starts, tried, free, waits, soonest, there, filled, seen, came, via,
            )  # fmt: skip
            if end > limit:
                break
            for i in range(n):
                keys[i] = limit - starts[i] - lengths[i] + below(chance, 1000) / 2000.0
            end = _pass(
                False, keys, order, limit, lengths, needs, units, able, masks, first, last, firsts, links,
                lags, starts, tried, free, waits, soonest, there, filled, seen, came, via,
            )  # fmt: skip
            if end > limit:
                break
            for i in range(n):
                kept[i] = starts[i]
            if end < ends[1]:
                ends[1] = end
                best[:] = starts
                crews[:] = tried
            if end == final:
                break
            final = end
        if final <= ends[0] or (final <= ends[0] + slack and below(chance, 100) < 2):
            ends[0] = final
            now[:] = kept
            rank[:] = order
