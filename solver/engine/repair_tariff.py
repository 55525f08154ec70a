"""What a repair pays for where activities are: their part of D, or one for all that is not where it was."""

from typing import NamedTuple, Protocol

import numpy as np

from solver.engine.model import Seat
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_walls import INFINITE, Costs
from solver.engine.times import bits_of


class Ways(NamedTuple):
    """Least price of an activity at another option, and for each role there or with another seat."""

    option: float
    seats: tuple[float, ...] = ()

    @property
    def least(self) -> float:
        """The least of them."""
        return min(self.option, *self.seats) if self.seats else self.option


class Tariff(Protocol):
    """Prices of spots: those of the option and of each seat, and one for any spot, added up.

    A spot where an activity was before may be cheaper than this sum, `back`.
    """

    def price(self, activity: int, spot: Spot | None) -> int:
        """Return what an activity pays at a spot, or without one."""
        ...

    def options(self, activity: int) -> Costs:
        """Return what each option costs at least, whatever the seats."""
        ...

    def seat(self, seat: Seat) -> int:
        """Return what a seat costs."""
        ...

    def back(self, activity: int) -> int:
        """Return by how much the spot of before is cheaper than option and seats say."""
        ...

    def ways(self, activity: int, spot: Spot | None) -> "Ways":
        """Return the least prices anywhere but at a spot, by the activity's own windows alone."""
        ...


class Change:
    """D."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def price(self, activity: int, spot: Spot | None) -> int:
        """Return what an activity adds to D."""
        return self._ground.price(activity, spot)

    def options(self, activity: int) -> Costs:
        """Return the price of a change in time for all options but that of before."""
        return np.asarray(self._ground.template(activity).change, dtype=np.float64)

    def seat(self, seat: Seat) -> int:
        """Return the price of a change of resource."""
        return seat.change + seat.change_per_meeting

    def back(self, activity: int) -> int:
        """Return 0: option and seats of before cost nothing."""
        return 0

    def ways(self, activity: int, spot: Spot | None) -> Ways:
        """Return the least prices at another option and on other seats."""
        template = self._ground.template(activity)
        rows = [[self.seat(s) for s in role.seats] for role in template.roles]
        if not all(rows) or not template.base:
            return Ways(INFINITE)
        cheapest, option = sum(min(row) for row in rows), INFINITE
        other = template.base & ~(1 << spot[0]) if spot is not None else template.base
        if other:
            # All options but that of before cost the same.
            first, last = (other & -other).bit_length() - 1, other.bit_length() - 1
            before = self._ground.before[activity]
            # The time of before may still be there when nothing else of the spot is.
            there = bits_of(other) if before is None else (first, last, before[0])
            option = min(template.change[o] for o in there if other >> o & 1) + cheapest
        if spot is None:
            return Ways(option)
        here = template.change[spot[0]] + cheapest
        seats = []
        for role, row, taken in zip(template.roles, rows, spot[1], strict=True):
            open_ = (k for k, seat in enumerate(role.seats) if k != taken and seat.mask >> spot[0] & 1)
            rest = min((row[k] for k in open_), default=INFINITE)
            seats.append(min(option, here - min(row) + rest))
        return Ways(option, tuple(seats))


class Count:
    """One for every activity that was placed and is not where it was."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def price(self, activity: int, spot: Spot | None) -> int:
        """Return whether an activity has moved or lost its place."""
        ground = self._ground
        return int(activity in ground.placed and (spot is None or spot != ground.before[activity]))

    def options(self, activity: int) -> Costs:
        """Return one for every option; `back` gives it back where nothing has changed."""
        ground = self._ground
        return np.full(ground.template(activity).bits.size, float(activity in ground.placed))

    def seat(self, seat: Seat) -> int:
        """Return 0."""
        return 0

    def back(self, activity: int) -> int:
        """Return one where the activity may go back."""
        ground = self._ground
        return int(activity in ground.placed and ground.before[activity] is not None)

    def ways(self, activity: int, spot: Spot | None) -> Ways:
        """Return 0 where the activity may go back, else one."""
        ground = self._ground
        template = ground.template(activity)
        if template.dead:
            return Ways(INFINITE)
        return Ways(
            int(activity in ground.placed and (self.back(activity) == 0 or spot == ground.before[activity]))
        )
