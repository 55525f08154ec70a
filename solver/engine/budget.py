"""When a search has to end: by the clock, by counted work, or because it is told to."""

import time
from collections.abc import Callable


class Budget:
    """Counts what a solve may spend.

    With `units` nothing depends on the clock: searches report their work through `spend`.
    """

    def __init__(
        self, seconds: float, units: int | None, should_stop: Callable[[], bool], begun: float | None = None
    ) -> None:
        self._begun = time.monotonic() if begun is None else begun
        self._seconds = seconds
        self._units = units
        self._spent = 0.0
        self._should_stop = should_stop
        self.told = False

    @property
    def deterministic(self) -> bool:
        """Work is counted, not time."""
        return self._units is not None

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the solve began: for reports and pacing, never for decisions."""
        return time.monotonic() - self._begun

    def spend(self, units: float) -> None:
        """Report work done; a unit is about a second of one processor."""
        self._spent += units

    @property
    def used(self) -> float:
        """Share of the budget that is used up; 1 or more: none is left."""
        if self._units is not None:
            return self._spent / self._units
        return self.seconds / self._seconds

    def share_before(self, seconds: float) -> float:
        """Return the share of the budget after which so many seconds are left; 1 when work is counted."""
        return 1.0 if self._units is not None else 1.0 - seconds / self._seconds

    def left_s(self) -> float:
        """Seconds, or units, that are left; at least 0."""
        if self._units is not None:
            return max(0.0, self._units - self._spent)
        return max(0.0, self._seconds - self.seconds)

    def left_until(self, share: float) -> float:
        """Seconds, or units, until this share of the budget is used; at least 0."""
        if self._units is not None:
            return max(0.0, share * self._units - self._spent)
        return max(0.0, share * self._seconds - self.seconds)

    def stopped(self) -> bool:
        """Tell whether the solve was told to stop; stays true."""
        self.told = self.told or self._should_stop()
        return self.told

    def over(self, share: float = 1.0) -> bool:
        """Tell whether this share of the budget is used up or the solve was told to stop."""
        return self.stopped() or self.used >= share

    def late(self) -> bool:
        """Tell whether the solve was told to stop or, by the clock, no time is left: what is begun ends."""
        return self.stopped() if self.deterministic else self.over()
