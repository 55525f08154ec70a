"""Nodes that keep hard limits on days and on numbers at once.

Unlike those of other nodes, some of these limits can be broken by what leaves (a gap opens), and some can
only be met by several sessions together (two a day or none). So each node counts what it lacks, and an
option is blocked if it would make that more.
"""

from collections.abc import Callable, Sequence

from solver.engine.debt import Debt
from solver.engine.nodes import Node
from solver.engine.shapes import Change, counted
from solver.engine.times import OptionBits, bits_of
from solver.problem import Interval, Problem
from solver.structure import Concurrent, DayShape
from solver.structure_reading import slots_of

Meetings = tuple[Interval, ...]

_GROWING = frozenset({"used", "load", "covered", "span", "run", "moves"})
"""Measures that no meeting that comes makes less."""


class Shaped(Node):
    """A `DayShape` or a `Concurrent`; payload: the context in which the activity is, where that matters.

    Attributes
    ----------
    amount
        By how much what is placed misses it.
    firm
        What it blocks stays blocked whatever else comes, and what leaves never breaks it.
    """

    __slots__ = ("_counter", "_in", "_of_set", "_places", "_stretches", "_uses", "amount", "debt", "firm")

    def __init__(
        self,
        rule: int,
        problem: Problem,
        primitive: DayShape | Concurrent,
        places: Callable[[int], str | None],
        debt: Debt,
    ) -> None:
        super().__init__(rule)
        self._counter = counted(problem, primitive)
        self._places = places
        self._of_set: dict[int, dict[int, list[int]]] = {}
        self._uses: dict[int, tuple[Meetings, int, int]] = {}
        self._in: dict[int, dict[int, None]] = {}
        self._stretches = _stretches_of(problem, primitive)
        self.debt = debt
        self.amount = 0
        if isinstance(primitive, Concurrent):
            self.firm = not primitive.at_least
            if not primitive.or_none:
                self.amount = primitive.at_least * len(slots_of(primitive.windows))
                for day in self._stretches(primitive.windows) if self.amount else ():
                    self._in[day] = {}
        else:
            self.firm = primitive.at_least is None and primitive.measure in _GROWING
        debt.total += self.amount
        if not self.firm:
            debt.nodes.append(self)

    def _move(self, meetings: Meetings, payload: int, sign: int) -> int:
        return self._counter.move(Change("", meetings, self._places(payload), {}), sign)

    def gain(self, meetings: Meetings, payload: int) -> int:
        """Return by how much the amount would grow if these meetings came."""
        found = self._move(meetings, payload, 1)
        self._move(meetings, payload, -1)
        return found

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        meetings = bits.meetings[option]
        # Bound by several of its resources, it still counts once.
        _, _, times = self._uses.get(activity, (meetings, payload, 0))
        self._uses[activity] = (meetings, payload, times + 1)
        if not times:
            self._count(meetings, payload, 1)
            for stretch in self._stretches(meetings):
                self._in.setdefault(stretch, {})[activity] = None
                self._note(stretch, stretch, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        meetings, payload, times = self._uses[activity]
        if times > 1:
            self._uses[activity] = (meetings, payload, times - 1)
            return
        del self._uses[activity]
        self._count(meetings, payload, -1)
        for stretch in self._stretches(meetings):
            del self._in[stretch][activity]
            self._note(stretch, stretch, False)

    def _count(self, meetings: Meetings, payload: int, sign: int) -> None:
        delta = self._move(meetings, payload, sign)
        self.amount += delta
        self.debt.total += delta

    def blocked(self, bits: OptionBits, payload: int) -> int:
        """Options that would make the amount more; none while the debt is open, unless that is for good."""
        if self.debt.open and not self.firm:
            return 0
        return super().blocked(bits, payload)

    def _by_stretch(self, bits: OptionBits) -> dict[int, list[int]]:
        found = self._of_set.get(bits.index)
        if found is None:
            found = self._of_set[bits.index] = {}
            for i, meetings in enumerate(bits.meetings):
                for stretch in self._stretches(meetings):
                    found.setdefault(stretch, []).append(i)
        return found

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for i, meetings in enumerate(bits.meetings):
            if self.gain(meetings, payload) > 0:
                mask |= 1 << i
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        rows = self._by_stretch(bits)
        for stretch in range(lo, hi + 1):
            for i in rows.get(stretch, ()):
                if self.gain(bits.meetings[i], payload) > 0:
                    mask |= 1 << i
                else:
                    mask &= ~(1 << i)
        return mask

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        """One activity whose leaving is enough, if there is one; else as many as it takes, or all near."""
        mine = bits.meetings[option]
        near = sorted({a for s in self._stretches(mine) for a in self._in.get(s, ())})
        out: list[int] = []
        for activity in near:
            if self._fits_without([activity], mine, payload):
                return {activity}
        for activity in near:
            out.append(activity)
            if self._fits_without(out, mine, payload):
                break
        return set(out)

    def _fits_without(self, activities: Sequence[int], mine: Meetings, payload: int) -> bool:
        uses = [self._uses[activity] for activity in activities]
        left = sum(self._move(meetings, at, -1) for meetings, at, _ in uses)
        found = self.gain(mine, payload) + left
        for meetings, at, _ in uses:
            self._move(meetings, at, 1)
        return found <= 0

    def mending(self, bits: OptionBits, payload: int, mask: int) -> tuple[int, int]:
        """Return what the best of these options takes off the amount, and the option; ``(0, -1)``: none."""
        rows = self._by_stretch(bits)
        near = {i for stretch in self._in for i in rows.get(stretch, ())}
        found = ((-self.gain(bits.meetings[i], payload), -i) for i in bits_of(mask) if i in near)
        best, option = max(found, default=(0, 1))
        return (best, -option) if best > 0 else (0, -1)

    def too_much(self) -> list[int]:
        """Return activities without which the amount is less: one if that helps, else those of a stretch."""
        best: tuple[int, int] | None = None
        for activity, (meetings, payload, _) in self._uses.items():
            change = self._move(meetings, payload, -1)
            self._move(meetings, payload, 1)
            if change < 0 and (best is None or (change, activity) < best):
                best = (change, activity)
        if best is not None:
            return [best[1]]
        for here in sorted(map(list, self._in.values()), key=len):
            uses = [self._uses[activity] for activity in here]
            change = sum(self._move(meetings, payload, -1) for meetings, payload, _ in uses)
            for meetings, payload, _ in uses:
                self._move(meetings, payload, 1)
            if change < 0:
                return here
        return []


class Standing(Node):
    """Tells another node in which context an activity is; payload: the resource that gives it its place."""

    __slots__ = ("_base", "_context_of", "inner")

    def __init__(self, inner: Node, base: int, context_of: Sequence[int]) -> None:
        super().__init__(inner.rule)
        self.inner = inner
        self._base = base
        self._context_of = context_of

    @property
    def meant(self) -> Node:
        """The other node."""
        return self.inner

    def told(self, payload: int) -> int:
        """Return what the other node is told."""
        return self._base + self._context_of[payload]

    def blocked(self, bits: OptionBits, payload: int) -> int:
        """Options that break the other node."""
        return self.inner.blocked(bits, self.told(payload))

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        self.inner.add(bits, option, self.told(payload), activity)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        self.inner.remove(bits, option, self.told(payload), activity)

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        return self.inner.holders(bits, option, self.told(payload))

    @property
    def changes(self) -> int:
        """How often the other node was changed so far."""
        return self.inner.changes


def _stretches_of(
    problem: Problem, primitive: DayShape | Concurrent
) -> Callable[[Sequence[Interval]], set[int]]:
    """Return what tells in which stretches meetings lie: those of one stretch matter to each other."""
    grid = problem.grid
    if isinstance(primitive, Concurrent):
        day = grid.slots_per_day
        return lambda meetings: {
            d for start, end in meetings for d in range(start // day, (end - 1) // day + 1)
        }
    week = grid.slots_per_week if primitive.fold else grid.horizon_slots
    length = {"day": grid.slots_per_day, "week": grid.slots_per_week, "horizon": grid.horizon_slots}
    period = length[primitive.period]
    return lambda meetings: {start % week // period for start, _ in meetings}
