"""The least that activities can pay elsewhere than where they are."""

from solver.engine.repair_ground import Ground
from solver.engine.repair_tariff import Tariff
from solver.engine.repair_walls import INFINITE


class Prices:
    """Bounds by each activity's own windows, kept in step by `refresh`.

    Attributes
    ----------
    full
        Least price of each activity at any other spot; infinite: it is not to be moved, or cannot.
    give
        By how much the sum grows at least when it leaves its spot.
    """

    def __init__(self, ground: Ground, tariff: Tariff) -> None:
        self._ground = ground
        self._tariff = tariff
        size = len(ground.before)
        self.full = [INFINITE] * size
        self.give = [INFINITE] * size
        for activity in sorted({*ground.wanted, *ground.placed}):
            self.refresh(activity)

    def refresh(self, activity: int) -> None:
        """Look again at an activity that has moved."""
        if activity in self._ground.frozen:
            return
        spot = self._ground.state.at[activity]
        self.full[activity] = found = self._tariff.elsewhere(activity, spot)
        here = 0 if spot is None else self._tariff.price(activity, spot)
        self.give[activity] = max(0.0, found - here)
