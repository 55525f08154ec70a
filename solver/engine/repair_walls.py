"""What keeps an activity from its options: for every node, who would have to give way, and at what price.

Nodes that forbid by pairs (one use at a time, order, spacing) name for each holder the options that it
denies; nodes that count (pools, loads) name for sets of options the users of whom enough must go.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.engine.loads import AreasAway, PeriodLoad
from solver.engine.model import Line
from solver.engine.nodes import Exclusive, Node, Order, Pooled, Spacing
from solver.engine.repair_ground import Ground
from solver.engine.times import OptionBits

_READ = (Exclusive, Spacing, Order, AreasAway, Pooled, PeriodLoad)
"""Nodes of which it is known who denies what; of others it is asked option by option."""

Costs = NDArray[np.float64]
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
    """What it costs at least to clear each option of what stands there.

    `give[activity]` is the least that its leaving costs; infinite: it does not leave.
    """

    def __init__(self, ground: Ground, give: list[float]) -> None:
        self._ground = ground
        self._give = give
        self._known: dict[tuple[int, int, int], tuple[int, Costs]] = {}

    def of(self, line: Line, bits: OptionBits, without: int = -1) -> Costs:
        """Return for each option what clearing one node costs, an activity being taken out already."""
        node, payload = line
        if (
            without >= 0
            and self._ground.state.at[without] is not None
            and _holds(self._ground, node, without)
        ):
            return self._made(node, bits, payload, without)
        key = (id(node), bits.index, payload)
        kept = self._known.get(key)
        if kept is None or kept[0] != node.changes:
            kept = self._known[key] = (node.changes, self._made(node, bits, payload, -1))
        return kept[1]

    def _made(self, node: Node, bits: OptionBits, payload: int, without: int) -> Costs:
        total = np.zeros(bits.size)
        blocked = node.blocked(bits, payload)
        if not blocked:
            return total
        give = self._give
        for other, mask in pairs(node, bits, payload).items():
            if other != without:
                total[as_array(mask, bits.size)] += give[other]
        for row in scarce(self._ground, node, bits, payload):
            users = [(u, a) for u, a in row.users if u != without]
            beyond = row.amount + sum(a for _, a in users) - row.limit
            if beyond <= 0:
                continue
            movable = [(give[u], a) for u, a in users if give[u] < INFINITE]
            price = min((g for g, _ in movable), default=INFINITE)
            if sum(a for _, a in movable) < beyond:
                price = INFINITE
            where = as_array(row.mask, bits.size)
            total[where] = np.maximum(total[where], price)
        return total


def _holds(ground: Ground, node: Node, activity: int) -> bool:
    spot = ground.state.at[activity]
    assert spot is not None
    return any(n is node for n, _ in ground.state.footprint(ground.template(activity), spot[1]))


def evicted(
    ground: Ground, activity: int, option: int, lines: list[Line], give: list[float]
) -> set[int] | None:
    """Return who leaves so that an option fits, of those who count the cheapest; None: not possible."""
    bits = ground.template(activity).bits
    out: set[int] = set()
    counted: list[Scarce] = []
    for node, payload in lines:
        if not node.blocked(bits, payload) >> option & 1:
            continue
        for other, mask in pairs(node, bits, payload).items():
            if mask >> option & 1 and other != activity:
                out.add(other)
        if not isinstance(node, _READ):
            out |= node.holders(bits, option, payload) - {activity}
        counted += [row for row in scarce(ground, node, bits, payload) if row.mask >> option & 1]
    for row in counted:
        users = [(u, a) for u, a in row.users if u != activity and u not in out]
        beyond = row.amount + sum(a for _, a in users) - row.limit
        for user, amount in sorted(users, key=lambda u: (give[u[0]], u)):
            if beyond <= 0:
                break
            out.add(user)
            beyond -= amount
        if beyond > 0:
            return None
    return None if any(give[other] == INFINITE for other in out) else out
