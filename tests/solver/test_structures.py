"""Rules about pairs, days and counts against the plain readings of what they lower to, on random plans."""

import random
from collections.abc import Callable
from typing import get_args

import pytest

from solver.plan import Plan
from solver.problem import Rule
from solver.rules import parsed
from solver.solution import Placement
from solver.structure import Measure, Relation
from solver.structure_reading import amount
from tests.solver.structures import COUNTS, Params, problem_with, random_plan, related, shaped


def check(kind: str, params: Params, rng: random.Random) -> int:
    """Hold the rule's breaches and its term against the readings; return the amount."""
    rule = Rule(id="it", kind=kind, params=params, weight=rng.choice((None, 2)))
    problem = problem_with(rule, rng)
    plan = random_plan(problem, rng)
    (found,) = parsed(problem)
    expected = [amount(problem, p, plan) for p in found.kind.lower(problem, found.params)]  # type: ignore[arg-type]
    breaches = list(found.kind.check(problem, rule, found.params, plan))
    terms = list(found.kind.cost(problem, rule, found.params, plan))
    if rule.weight is None:
        assert not terms
        assert bool(breaches) == any(expected), (params, plan.placements)
    else:
        assert not breaches
        assert [t.value for t in terms] == [sum(expected)], (params, plan.placements)
    return sum(expected)


def settled(amounts: list[int]) -> None:
    assert 0 in amounts
    assert any(amounts)


@pytest.mark.parametrize("relation", get_args(Relation))
def test_relations(relation: str) -> None:
    rng = random.Random(relation)
    settled([check("relation", related(rng, relation), rng) for _ in range(200)])


@pytest.mark.parametrize("measure", get_args(Measure))
def test_shapes_of_days(measure: str) -> None:
    rng = random.Random(measure)
    settled([check("day_shape", shaped(rng, measure), rng) for _ in range(300)])


def test_moves_are_counted_between_known_places_of_one_day() -> None:
    rng = random.Random(4)
    params = {"shapes": [{"activities": ["x0", "x1", "x2", "x3"], "measure": "moves", "at_most": 0}]}
    problem = problem_with(Rule(id="it", kind="day_shape", params=params), rng)
    (found,) = parsed(problem)
    (structure,) = found.kind.lower(problem, found.params)

    def moves(*sessions: tuple[int, int, str]) -> int:
        """Sessions in room a in the north, b in the south, c nowhere; the day has seven slots."""
        placements = [
            Placement(activity=f"x{at}", meetings=((start, end),), resources={"room": room})
            for at, (start, end, room) in enumerate(sessions)
        ]
        plan = Plan(problem, placements)
        assert bool(list(found.kind.check(problem, found.rule, found.params, plan))) == bool(
            amount(problem, structure, plan)  # type: ignore[arg-type]
        )
        return amount(problem, structure, plan)  # type: ignore[arg-type]

    assert moves((0, 1, "a"), (1, 2, "a"), (3, 4, "a")) == 0
    assert moves((0, 1, "a"), (5, 6, "b")) == 1
    assert moves((5, 6, "a"), (3, 4, "c"), (0, 1, "b"), (1, 2, "a")) == 1
    assert moves((0, 1, "a"), (2, 3, "b"), (3, 4, "a"), (5, 6, "b")) == 3
    assert moves((0, 1, "a"), (6, 7, "a"), (7, 8, "b")) == 0
    assert moves((0, 3, "b"), (0, 3, "a"), (0, 2, "b"), (0, 2, "a")) == 3


@pytest.mark.parametrize(("kind", "params"), COUNTS)
def test_counts(kind: str, params: Callable[[random.Random], Params]) -> None:
    rng = random.Random(kind)
    settled([check(kind, params(rng), rng) for _ in range(200)])
