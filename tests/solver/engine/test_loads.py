"""What options add to days and weeks is the same by runs as one by one."""

import random

import pytest

from solver.engine.loads import demand
from solver.engine.times import OptionBits
from solver.primitives import Measure


@pytest.mark.parametrize("measure", ["clock_slots", "contact_minutes", "activities"])
def test_runs_of_options_add_what_each_of_them_adds(measure: Measure) -> None:
    rng = random.Random(measure)
    for case in range(50):
        length = rng.randint(1, 30)
        starts = rng.sample(range(400), rng.randint(0, 40))
        bits = OptionBits(case, [((start, start + length),) for start in starts], 24)
        assert bits.even
        runs = demand(bits, measure, 90, 2, 24)
        bits.even = bits.single = False
        assert runs == demand(bits, measure, 90, 2, 24)
