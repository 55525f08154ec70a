"""The least that activities can pay elsewhere than where they are, or than with what they hold of a node."""

from dataclasses import dataclass

from solver.engine.nodes import Node
from solver.engine.repair_ground import Ground, Plan
from solver.engine.repair_tariff import Tariff, Ways
from solver.engine.repair_walls import INFINITE


class Prices:
    """Bounds by each activity's own windows, kept in step by `refresh`.

    Attributes
    ----------
    full
        Least price of each activity at any other spot; infinite: it is not to be moved, or cannot.
    ways
        The same for what may change about its spot.
    """

    def __init__(self, ground: Ground, tariff: Tariff) -> None:
        self._ground = ground
        self._tariff = tariff
        size = len(ground.before)
        self.full = [INFINITE] * size
        self.ways = [Ways(INFINITE)] * size
        self._here = [0] * size
        for activity in sorted({*ground.wanted, *ground.placed}):
            self.refresh(activity)

    def refresh(self, activity: int) -> None:
        """Look again at an activity that has moved."""
        if activity in self._ground.frozen:
            return
        spot = self._ground.state.at[activity]
        ways = self.ways[activity] = self._tariff.ways(activity, spot)
        self.full[activity] = ways.least
        self._here[activity] = 0 if spot is None else self._tariff.price(activity, spot)

    def bring(self, plan: Plan) -> None:
        """Bring the state to a plan, and look again at what moves for it."""
        state = self._ground.state
        here = state.snapshot()
        state.restore(plan)
        state.trail.clear()
        for activity, spot in enumerate(here):
            if spot != plan[activity]:
                self.refresh(activity)

    def give(self, node: Node, activity: int) -> float:
        """Return by how much the sum grows at least when an activity lets go of a node."""
        return max(0.0, released(self._ground, self.ways[activity], node, activity) - self._here[activity])


@dataclass(frozen=True, slots=True)
class Leaving:
    """What it adds at least that activities leave their spots, without a place as well.

    Attributes
    ----------
    least
        For each activity; infinite: more than can be spared, or it has no spot.
    elsewhere
        Its least price anywhere else, or nowhere.
    ways, out, base
        Its prices elsewhere, its price without a place, and what it has to pay anyway.
    """

    ground: Ground
    least: list[float]
    elsewhere: list[float]
    ways: list[Ways]
    out: list[int]
    base: list[float]
    spare: float

    def price(self, node: Node, activity: int) -> float:
        """Return the least price of an activity that lets go of a node."""
        return min(self.out[activity], released(self.ground, self.ways[activity], node, activity))

    def of(self, node: Node, activity: int) -> float:
        """Return what that adds at least; infinite: more than can be spared."""
        if self.least[activity] == INFINITE:
            return INFINITE
        more = self.price(node, activity) - self.base[activity]
        return INFINITE if more > self.spare else max(0.0, more)


def released(ground: Ground, ways: Ways, node: Node, activity: int) -> float:
    """Return the least price of an activity that does not bind a node as it does now."""
    if not ways.seats:
        return ways.option
    roles = ground.binds(activity).get(node, range(len(ways.seats)))
    return min((ways.seats[role] for role in roles), default=ways.option)
