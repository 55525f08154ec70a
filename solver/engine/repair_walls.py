"""What keeps an activity from its options: for every node, who would have to give way, and at what price.

Nodes that forbid by pairs (one use at a time, order, spacing) name for each holder the options that it
denies; nodes that count (pools, loads) name for sets of options the users of whom enough must go.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.engine.loads import AreasAway, PeriodLoad
from solver.engine.model import Line
from solver.engine.nodes import Exclusive, Node, Order, Pooled, Spacing
from solver.engine.repair_ground import Ground
from solver.engine.times import OptionBits

READ = (Exclusive, Spacing, Order, AreasAway, Pooled, PeriodLoad)
"""Nodes of which it is known who denies what; of others it is asked option by option."""

Give = Callable[[Node, int], float]
"""What it costs at least that an activity lets go of a node; infinite: it does not."""
Costs = NDArray[np.float64]
Table = NDArray[np.int64]
INFINITE = float("inf")


class Scarce(NamedTuple):
    """At the options of `mask`, `amount` is wanted of `limit`, of which `users` hold their amounts."""

    mask: int
    amount: int
    limit: int
    users: tuple[tuple[int, int], ...]


def pairs(node: Node, bits: OptionBits, payload: int) -> dict[int, int]:
    """Return for every activity that must go before some option fits, these options."""
    found: dict[int, int] = {}

    def note(activity: int, mask: int) -> None:
        if mask:
            found[activity] = found.get(activity, 0) | mask

    if isinstance(node, Exclusive):
        after = node.gaps[payload]
        for start, end, context, activity in node.uses:
            note(activity, bits.overlap(start - after[context], end + node.gaps[context][payload]))
    elif isinstance(node, Spacing):
        for start, end, activity in node.spans:
            note(activity, bits.span_overlap(start - node.min_slots, end + node.min_slots))
    elif isinstance(node, Order):
        for stage, spans in enumerate(node.spans):
            for start, end, activity in spans:
                if stage < payload:
                    note(activity, bits.starting_before(end + node.lag))
                elif stage > payload:
                    note(activity, bits.ending_after(start - node.lag))
                elif node.spaced[stage]:
                    note(activity, bits.span_overlap(start - node.lag, end + node.lag))
    elif isinstance(node, AreasAway) and node.limit == 1 and payload not in (node.home, -1):
        rows = node.demand_of(bits).by_period
        for period, area, activity in node.present_uses():
            if area != payload:
                for _, options in rows.get(period, ()):
                    note(activity, options)
    return found


def scarce(ground: Ground, node: Node, bits: OptionBits, payload: int) -> list[Scarce]:
    """Return where too much is wanted of a node that counts; empty for others."""
    if isinstance(node, PeriodLoad):
        return list(_loads(ground, node, bits, payload))
    if isinstance(node, Pooled):
        return list(_pool(node, bits, payload))
    return []


def _loads(ground: Ground, node: PeriodLoad, bits: OptionBits, payload: int) -> Iterator[Scarce]:
    for period, row in node.demand_of(bits, payload).by_period.items():
        load = node.loads.get(period, 0)
        for amount, options in row:
            if load + amount > node.limit:
                users = tuple((user, load_of(ground, node, user, period)) for user in node.users(period))
                yield Scarce(options, amount, node.limit, users)


def load_of(ground: Ground, node: PeriodLoad, activity: int, period: int) -> int:
    """Return what a placed activity adds to a period of a node."""
    spot = ground.state.at[activity]
    assert spot is not None
    template = ground.template(activity)
    payload = next(p for n, p in ground.state.footprint(template, spot[1]) if n is node)
    return next(
        amount for at, amount in node.demand_of(template.bits, payload).of_option[spot[0]] if at == period
    )


def _pool(node: Pooled, bits: OptionBits, payload: int) -> Iterator[Scarce]:
    uses = node.held()
    moments = sorted({m for start, end, _, _ in uses for m in (start, end)})
    for lo, hi in pairwise(moments):
        users = tuple((activity, amount) for start, end, activity, amount in uses if start < hi and end > lo)
        if sum(amount for _, amount in users) + payload > node.capacity:
            mask = bits.overlap(lo - node.cleanup, hi + node.setup)
            if mask:
                yield Scarce(mask, payload, node.capacity, users)


def as_array(mask: int, size: int) -> NDArray[np.bool_]:
    """Return a mask as an array of so many truth values."""
    data = np.frombuffer((mask & ((1 << size) - 1)).to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
    return np.unpackbits(data, count=size, bitorder="little").view(np.bool_)


class Walls:
    """What it costs at least to clear each option of what stands there."""

    def __init__(self, ground: Ground, give: Give) -> None:
        self._ground = ground
        self._give = give
        self._known: dict[tuple[int, int, int], tuple[int, Costs]] = {}
        self._edges: dict[int, _Edges] = {}
        self._uses: dict[int, tuple[int, Table, Costs]] = {}
        self._gaps: dict[int, Table] = {}

    def of(self, line: Line, bits: OptionBits, without: int = -1) -> Costs:
        """Return for each option what clearing one node costs, an activity being taken out already."""
        node, payload = line
        if without >= 0 and node in self._ground.binds(without):
            return self._made(node, bits, payload, without)
        key = (id(node), bits.index, payload)
        kept = self._known.get(key)
        if kept is None or kept[0] != node.changes:
            kept = self._known[key] = (node.changes, self._made(node, bits, payload, -1))
        return kept[1]

    def _made(self, node: Node, bits: OptionBits, payload: int, without: int) -> Costs:
        if isinstance(node, Exclusive) and bits.single:
            total = self._overlapping(node, bits, payload, without)
            if total is not None:
                return total
        total = np.zeros(bits.size)
        blocked = node.blocked(bits, payload)
        if not blocked:
            return total
        give = self._give
        shut = 0
        for other, mask in pairs(node, bits, payload).items():
            if other == without:
                continue
            price = give(node, other)
            if price == INFINITE:
                shut |= mask
            else:
                total[as_array(mask, bits.size)] += price
        if shut:
            total[as_array(shut, bits.size)] = INFINITE
        for row in scarce(self._ground, node, bits, payload):
            users = [(u, a) for u, a in row.users if u != without]
            beyond = row.amount + sum(a for _, a in users) - row.limit
            if beyond <= 0:
                continue
            movable = [(g, a) for u, a in users if (g := give(node, u)) < INFINITE]
            price = min((g for g, _ in movable), default=INFINITE)
            if sum(a for _, a in movable) < beyond:
                price = INFINITE
            where = as_array(row.mask, bits.size)
            total[where] = np.maximum(total[where], price)
        return total

    def _overlapping(self, node: Exclusive, bits: OptionBits, payload: int, without: int) -> Costs | None:
        """Return the same for options of one meeting and holders of one use each; None for others."""
        if not node.uses:
            return np.zeros(bits.size)
        (start, end, context, holder), give = self._uses_of(node)
        if without >= 0:
            rest = holder != without
            start, end, context, holder, give = (row[rest] for row in (start, end, context, holder, give))
        gaps = self._gaps.get(id(node))
        if gaps is None:
            gaps = self._gaps[id(node)] = np.array(node.gaps)
        start, end = start - gaps[payload][context], end + gaps[context, payload]
        firm = np.isinf(give)
        if len(set(holder[~firm].tolist())) < len(holder) - np.count_nonzero(firm):
            return None
        edges = self._edges.get(bits.index)
        if edges is None:
            edges = self._edges[bits.index] = _Edges.of(bits)
        total = edges.overlapping(start[~firm], end[~firm], give[~firm])
        if firm.any():
            total[edges.overlapping(start[firm], end[firm], np.ones(len(start[firm]))) > 0] = INFINITE
        return total

    def _uses_of(self, node: Exclusive) -> tuple[Table, Costs]:
        """Return the uses of a node as rows of starts, ends, contexts and holders, and what these cost."""
        kept = self._uses.get(id(node))
        if kept is None or kept[0] != node.changes:
            uses = np.array(node.uses).T
            give = np.array([self._give(node, a) for a in uses[3].tolist()])
            kept = self._uses[id(node)] = (node.changes, uses, give)
        return kept[1:]


class _Edges(NamedTuple):
    """Starts of options of one meeting, in order; their ends in order, and each option's place there."""

    starts: Table
    ends: Table
    place: Table

    @classmethod
    def of(cls, bits: OptionBits) -> "_Edges":
        starts, ends = np.array([meetings[0] for meetings in bits.meetings]).reshape(-1, 2).T
        order = np.argsort(ends, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return cls(starts, ends[order], place)

    def overlapping(self, start: Table, end: Table, amount: Costs) -> Costs:
        """Return for each option the sum of the amounts of the stretches that it overlaps.

        Those that began before it ends, less those that ended before it starts: they began before, too.
        """
        size = len(self.starts)
        begun = np.bincount(np.searchsorted(self.ends, start, "right"), amount, size + 1)[:size].cumsum(
            dtype=np.float64
        )
        ended = np.bincount(np.searchsorted(self.starts, end, "left"), amount, size + 1)[:size].cumsum(
            dtype=np.float64
        )
        found: Costs = begun[self.place] - ended
        return found


def evicted(ground: Ground, activity: int, option: int, lines: list[Line], give: Give) -> set[int] | None:
    """Return who leaves so that an option fits, of those who count the cheapest; None: not possible."""
    bits = ground.template(activity).bits
    out: set[int] = set()
    counted: list[tuple[Node, Scarce]] = []
    for node, payload in lines:
        if not node.blocked(bits, payload) >> option & 1:
            continue
        there = {other for other, mask in pairs(node, bits, payload).items() if mask >> option & 1}
        if not isinstance(node, READ):
            there |= node.holders(bits, option, payload)
        there.discard(activity)
        if any(give(node, other) == INFINITE for other in there):
            return None
        out |= there
        counted += [(node, row) for row in scarce(ground, node, bits, payload) if row.mask >> option & 1]
    for node, row in counted:
        users = [(give(node, u), u, a) for u, a in row.users if u != activity and u not in out]
        beyond = row.amount + sum(a for *_, a in users) - row.limit
        for price, user, amount in sorted(users):
            if beyond <= 0 or price == INFINITE:
                break
            out.add(user)
            beyond -= amount
        if beyond > 0:
            return None
    return out
