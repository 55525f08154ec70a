"""The temperatures of an annealing: a probe over a wide range, then the range where the cost falls."""

import math

import numpy as np

_BINS = 32
_EVEN = 0.25
"""Time that every temperature gets, in units of what the busiest one gets."""


class Cooling:
    """Temperatures from `hot` to `cold`, each given the time that it is worth.

    A probe spends the same time on every ratio of temperatures and notes the cost. How fast it falls with
    the temperature, the specific heat, tells how much is decided there: afterwards the time goes where
    its root is large.
    """

    def __init__(self, hot: float, cold: float) -> None:
        self._logs = np.linspace(math.log(hot), math.log(cold), _BINS + 1)
        self._sums = np.zeros(_BINS)
        self._counts = np.zeros(_BINS)
        self._shares = np.linspace(0.0, 1.0, _BINS + 1)

    def heat(self, share: float) -> float:
        """Return the temperature after this share of the time."""
        return math.exp(float(np.interp(share, self._shares, self._logs)))

    def note(self, heat: float, cost: float) -> None:
        """Take down what the plan costs at a temperature of the probe."""
        at = int(np.clip(np.searchsorted(-self._logs, -math.log(heat)) - 1, 0, _BINS - 1))
        self._sums[at] += cost
        self._counts[at] += 1

    def settle(self) -> None:
        """Divide the time by what the probe has found."""
        known = np.flatnonzero(self._counts)
        if len(known) < 3:
            return
        costs = np.interp(np.arange(_BINS), known, self._sums[known] / self._counts[known])
        heats = np.exp((self._logs[:-1] + self._logs[1:]) / 2)
        falls = np.maximum(0.0, (costs[:-1] - costs[1:]) / (heats[:-1] - heats[1:]))
        worth = np.sqrt(np.convolve(falls, np.ones(5) / 5, mode="same"))
        if not worth.any():
            return
        worth = np.append(worth, worth[-1]) + _EVEN * worth.max()
        self._shares = np.concatenate(([0.0], np.cumsum(worth / worth.sum())))
