"""Options laid out by time."""

import pytest

from solver.engine import solve
from solver.engine.times import OptionBits
from solver.options import SolveOptions
from solver.problem import Resource, TimeOption
from solver.rules.examples import example, session

AGES = 1 << 60


@pytest.mark.parametrize("second", [(), ((30, 32),)])
def test_all_of_time_overlaps_every_option_at_once(second: tuple[tuple[int, int], ...]) -> None:
    bits = OptionBits(0, [((2, 4), *second), ((26, 28), *second), ((50, 52),)], 24)
    assert bits.overlap(-AGES, AGES) == 0b111
    assert bits.overlap(-AGES, 20).bit_count() == 1
    assert bits.overlap(40, AGES) == 0b100
    assert bits.overlap(60, AGES) == 0


def test_two_roles_that_take_more_of_a_pool_than_there_is_have_no_place() -> None:
    kit = Resource(id="kit", kind="equipment", mode="pooled", capacity=2)
    both = session("x", "t", {"one": "kit", "other": "kit"})
    needs = tuple(r.model_copy(update={"amount": 2 - i}) for i, r in enumerate(both.requirements))
    problem = example(
        "capacity",
        {"resources": ["kit"]},
        resources=(kit,),
        option_sets={
            "t": (TimeOption(meetings=((8, 10), (32, 34))), TimeOption(meetings=((10, 12), (34, 36))))
        },
        candidate_sets={"kit": ("kit",)},
        activities=(both.model_copy(update={"requirements": needs}),),
    )
    found = solve(problem, SolveOptions(deterministic_units=1), lambda _: None, lambda _: None, lambda: False)
    assert [u.activity for u in found.unplaced] == ["x"]
