"""The course of an annealing that meets no valid plan."""

import random

import numpy as np

from solver.engine.local.climb import Climb
from solver.engine.local.instance import build
from solver.engine.lowering import lower
from tests.solver.engine.local.test_solving import school


def test_breaches_are_cooled_down_again_and_again_each_time_for_longer() -> None:
    problem = school(6, 12, random.Random(2), rooms=2)  # 72 lessons, 60 places
    climb = Climb(build(problem, lower(problem)), 1)
    rose_at: list[float] = []
    heats: list[float] = []
    for done in np.linspace(0.0, 0.84, 421):
        climb.run(1, float(done))
        if done > 0.06:
            if heats and climb.heat > 1.5 * heats[-1]:
                rose_at.append(float(done))
            heats.append(climb.heat)
    assert climb.worth[0] >= 12
    assert len(rose_at) >= 2
    lengths = np.diff([*rose_at, 0.85])
    assert (lengths[1:] > 1.5 * lengths[:-1]).all()
    last = heats[np.searchsorted(np.linspace(0.06, 0.84, len(heats)), rose_at[-1]) + 2 :]
    assert min(last) < last[0] / 3
