"""How the time of an annealing is divided between temperatures."""

import math
from itertools import pairwise

import numpy as np
import pytest

from solver.engine.local.cooling import Cooling

HOT, COLD = 100.0, 0.01


def probed(cost_at: dict[float, float]) -> Cooling:
    """Return a cooling after a probe that met these costs at these temperatures."""
    cooling = Cooling(HOT, COLD)
    for heat, cost in cost_at.items():
        cooling.note(heat, cost)
    cooling.settle()
    return cooling


def melting(at: float) -> Cooling:
    """Return a cooling after a probe in which the cost fell at one temperature alone."""
    heats = np.geomspace(HOT, COLD, 400)
    return probed({float(heat): 1000.0 / (1 + math.exp(-4 * math.log(heat / at))) for heat in heats})


def share_between(cooling: Cooling, hot: float, cold: float) -> float:
    """Return the share of the time that goes to temperatures between two."""
    heats = np.array([cooling.heat(share) for share in np.linspace(0, 1, 2001)])
    return float(((heats <= hot) & (heats >= cold)).mean())


def test_before_the_probe_every_ratio_gets_the_same_time() -> None:
    cooling = Cooling(HOT, COLD)
    assert cooling.heat(0.0) == pytest.approx(HOT)
    assert cooling.heat(0.5) == pytest.approx(math.sqrt(HOT * COLD))
    assert cooling.heat(1.0) == pytest.approx(COLD)


@pytest.mark.parametrize("at", [30.0, 1.0, 0.05])
def test_most_time_goes_where_the_cost_falls(at: float) -> None:
    cooling = melting(at)
    even = share_between(Cooling(HOT, COLD), 3 * at, at / 3)
    assert share_between(cooling, 3 * at, at / 3) > 1.3 * even


@pytest.mark.parametrize("at", [30.0, 1.0, 0.05])
def test_it_only_cools_from_hot_to_cold_and_leaves_nothing_out(at: float) -> None:
    cooling = melting(at)
    heats = [cooling.heat(share) for share in np.linspace(0, 1, 500)]
    assert heats[0] == pytest.approx(HOT)
    assert heats[-1] == pytest.approx(COLD)
    assert all(a > b for a, b in pairwise(heats))
    # The range of the probe is 9.2 units of log; no step of it is jumped over.
    assert max(math.log(a / b) for a, b in pairwise(heats)) < 0.2


@pytest.mark.parametrize(
    "cost_at",
    [
        {},
        {50.0: 9.0, 5.0: 1.0},
        dict.fromkeys((50.0, 10.0, 1.0, 0.1), 7.0),
        {50.0: 1.0, 10.0: 2.0, 1.0: 3.0, 0.1: 4.0},
    ],
    ids=["nothing noted", "too few notes", "always the same cost", "a cost that rises"],
)
def test_what_tells_nothing_changes_nothing(cost_at: dict[float, float]) -> None:
    cooling, plain = probed(cost_at), Cooling(HOT, COLD)
    assert [cooling.heat(s) for s in (0.2, 0.5, 0.9)] == [plain.heat(s) for s in (0.2, 0.5, 0.9)]


def test_costs_at_temperatures_outside_count_at_the_ends() -> None:
    cooling = probed({10 * HOT: 30.0, 1.0: 20.0, COLD / 10: 10.0})
    assert cooling.heat(0.0) == pytest.approx(HOT)
    assert cooling.heat(1.0) == pytest.approx(COLD)
