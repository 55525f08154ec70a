"""Nodes that count per day, week or horizon: loads with a limit, and areas away from home."""

from bisect import insort
from collections.abc import Callable, Iterator
from typing import NamedTuple

from solver.engine.debt import Debt
from solver.engine.nodes import Node
from solver.engine.times import OptionBits
from solver.primitives import Measure, PeriodSum


class Demand(NamedTuple):
    """What the options of a set add to each period.

    Attributes
    ----------
    by_period
        For each period the different additions, each with the options that make it.
    of_option
        For each option its additions as ``(period, addition)``.
    simple
        No option adds to more than one period.
    """

    by_period: dict[int, tuple[tuple[int, int], ...]]
    of_option: tuple[tuple[tuple[int, int], ...], ...]
    simple: bool


def demand(
    bits: OptionBits, measure: Measure, contact_minutes: int, times: int, slots_per_period: int
) -> Demand:
    """Lay out what every option adds to every period, counted `times` times where that adds up."""
    if bits.single and (measure != "clock_slots" or bits.even):
        each = {"clock_slots": bits.longest * times, "contact_minutes": contact_minutes * times}
        return _demand_of_runs(bits, each.get(measure, 1), slots_per_period)
    masks: dict[int, dict[int, int]] = {}
    of_option = []
    for i, meetings in enumerate(bits.meetings):
        added: dict[int, int] = {}
        length = sum(end - start for start, end in meetings)
        for start, end in meetings:
            period = start // slots_per_period
            if measure == "clock_slots":
                added[period] = added.get(period, 0) + (end - start) * times
            elif measure == "contact_minutes":
                added[period] = added.get(period, 0) + contact_minutes * (end - start) // length * times
            else:
                # An activity counts once in a period, however many meetings it has there.
                added[period] = 1
        for period, amount in added.items():
            row = masks.setdefault(period, {})
            row[amount] = row.get(amount, 0) | 1 << i
        of_option.append(tuple(added.items()))
    by_period = {period: tuple(sorted(row.items())) for period, row in masks.items()}
    return Demand(by_period, tuple(of_option), all(len(a) <= 1 for a in of_option))


def _demand_of_runs(bits: OptionBits, amount: int, slots_per_period: int) -> Demand:
    """Lay out the same for options of one meeting each that all add the same: periods are runs of them."""
    by_period: dict[int, tuple[tuple[int, int], ...]] = {}
    of_option: list[tuple[tuple[int, int], ...]] = []
    before = 0
    for period in range(bits.span[0] // slots_per_period, bits.span[1] // slots_per_period + 1):
        until = bits.starting_before((period + 1) * slots_per_period)
        if run := until ^ before:
            by_period[period] = ((amount, run),)
            of_option += [((period, amount),)] * run.bit_count()
        before = until
    return Demand(by_period, tuple(of_option), True)


class PeriodLoad(Node):
    """In every period the additions add up to at most `limit`; payload: a load of the model.

    `demand_of(bits, payload)` gives what the options add, in the measure and the periods of `total`.
    """

    __slots__ = ("_users", "demand_of", "limit", "loads", "total")

    def __init__(self, rule: int, total: PeriodSum, demand_of: Callable[[OptionBits, int], Demand]) -> None:
        super().__init__(rule)
        self.total = total
        self.limit = total.limit
        self.demand_of = demand_of
        self.loads: dict[int, int] = {}
        self._users: dict[int, list[int]] = {}

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for period, amount in self.demand_of(bits, payload).of_option[option]:
            self.loads[period] = self.loads.get(period, 0) + amount
            insort(self._users.setdefault(period, []), activity)
            self._note(period, period, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        for period, amount in self.demand_of(bits, payload).of_option[option]:
            self.loads[period] -= amount
            self._users[period].remove(activity)
            self._note(period, period, False)

    def _all(self, bits: OptionBits, payload: int) -> int:
        mask = 0
        for period, row in self.demand_of(bits, payload).by_period.items():
            room = self.limit - self.loads.get(period, 0)
            for amount, options in row:
                if amount > room:
                    mask |= options
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        found = self.demand_of(bits, payload)
        if not found.simple:
            return self._all(bits, payload)
        room = self.limit - self.loads.get(lo, 0)
        for amount, options in found.by_period.get(lo, ()):
            if amount > room:
                mask |= options
            else:
                mask &= ~options
        return mask

    def users(self, period: int) -> tuple[int, ...]:
        """Return the activities that add to a period."""
        return tuple(self._users.get(period, ()))

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        found: set[int] = set()
        for period, amount in self.demand_of(bits, payload).of_option[option]:
            if self.loads.get(period, 0) + amount > self.limit:
                found.update(self._users.get(period, ()))
        return found


class WorthWay(Node):
    """Whoever goes to a far area has enough there in a day; payload: load and area of the use.

    Every activity has to be enough by itself, whatever else is placed: so no other one that leaves can
    make it too little. `unpacked` gives load and area of a payload. While `debt` is wide open it blocks
    nothing: several together may be enough.
    """

    __slots__ = ("debt", "demand_of", "far", "least", "unpacked")

    def __init__(
        self,
        rule: int,
        least: int,
        far: frozenset[int],
        demand_of: Callable[[OptionBits, int], Demand],
        unpacked: Callable[[int], tuple[int, int]],
        debt: Debt,
    ) -> None:
        super().__init__(rule)
        self.debt = debt
        self.least = least
        self.far = far
        self.demand_of = demand_of
        self.unpacked = unpacked

    def blocked(self, bits: OptionBits, payload: int) -> int:
        """Options that are not enough by themselves."""
        return 0 if self.debt.wide else super().blocked(bits, payload)

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        """Nothing that is placed matters to others."""

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        """Nothing that was placed mattered to others."""

    def _all(self, bits: OptionBits, payload: int) -> int:
        load, area = self.unpacked(payload)
        mask = 0
        if area in self.far:
            for row in self.demand_of(bits, load).by_period.values():
                for minutes, options in row:
                    if minutes < self.least:
                        mask |= options
        return mask

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        return set()


class AreasAway(Node):
    """In every period at most `limit` different areas other than home; payload: the area of the use.

    `demand_of` gives the periods of `total` that an option touches. Area -1 is nowhere and never counts.
    """

    __slots__ = ("_users", "demand_of", "home", "limit", "total")

    def __init__(
        self, rule: int, total: PeriodSum, home: int, demand_of: Callable[[OptionBits], Demand]
    ) -> None:
        super().__init__(rule)
        self.total = total
        self.limit = total.limit
        self.home = home
        self.demand_of = demand_of
        self._users: dict[int, dict[int, list[int]]] = {}

    def _add(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        if payload in (self.home, -1):
            return
        for period, _ in self.demand_of(bits).of_option[option]:
            insort(self._users.setdefault(period, {}).setdefault(payload, []), activity)
            self._note(period, period, True)

    def _remove(self, bits: OptionBits, option: int, payload: int, activity: int) -> None:
        if payload in (self.home, -1):
            return
        for period, _ in self.demand_of(bits).of_option[option]:
            areas = self._users[period]
            areas[payload].remove(activity)
            if not areas[payload]:
                del areas[payload]
            self._note(period, period, False)

    def present(self, period: int) -> set[int]:
        """Areas in which the period has uses."""
        return set(self._users.get(period, ()))

    def present_uses(self) -> Iterator[tuple[int, int, int]]:
        """Yield period, area and activity of every use away from home."""
        for period, areas in self._users.items():
            for area, users in areas.items():
                for user in users:
                    yield period, area, user

    def _full(self, period: int, area: int) -> bool:
        areas = self._users.get(period, {})
        return area not in areas and len(areas) >= self.limit

    def _all(self, bits: OptionBits, payload: int) -> int:
        if payload in (self.home, -1):
            return 0
        mask = 0
        for period, row in self.demand_of(bits).by_period.items():
            if self._full(period, payload):
                for _, options in row:
                    mask |= options
        return mask

    def _after_change(self, bits: OptionBits, payload: int, mask: int, lo: int, hi: int, added: bool) -> int:
        found = self.demand_of(bits)
        if payload in (self.home, -1):
            return 0
        if not found.simple:
            return self._all(bits, payload)
        for _, options in found.by_period.get(lo, ()):
            if self._full(lo, payload):
                mask |= options
            else:
                mask &= ~options
        return mask

    def _holders(self, bits: OptionBits, option: int, payload: int) -> set[int]:
        found: set[int] = set()
        if payload in (self.home, -1):
            return found
        for period, _ in self.demand_of(bits).of_option[option]:
            if self._full(period, payload):
                for users in self._users.get(period, {}).values():
                    found.update(users)
        return found
