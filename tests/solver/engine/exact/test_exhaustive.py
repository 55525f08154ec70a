"""The exact search finds what going through all plans finds: whole problems, neighbourhoods, structures."""

import random
from collections.abc import Iterator
from functools import reduce

import pytest

from solver.engine.exact import Exact, solve_exact
from solver.engine.exact.facts import facts_of
from solver.engine.exact.plans import faults
from solver.engine.lowering import Structured
from solver.plan import Plan
from solver.problem import Problem
from solver.solution import Placement
from solver.structure_reading import amount
from tests.solver.engine.exact.random_structures import structure
from tests.solver.engine.exact.reference import Aims, aims_of, best, whole_plans
from tests.solver.engine.random_problems import make, places_of

CHUNK = 31
MOST_PLANS = 3_000


def small_problems(first: int) -> Iterator[tuple[int, Problem]]:
    """Yield `CHUNK` problems whose plans can be gone through quickly."""
    found, seed = 0, first
    while found < CHUNK:
        problem = make(seed, 3 + seed % 2)
        plans = reduce(lambda n, a: n * (1 + sum(1 for _ in places_of(problem, a))), problem.activities, 1)
        if plans <= MOST_PLANS:
            found += 1
            yield seed, problem
        seed += 1


def agrees(found: Exact, wanted: Aims) -> bool:
    """Tell whether a search proved the wanted values; an aim that nothing changes need not be named."""
    proved = {aim.name: aim.bound for aim in found.aims}
    return found.status == "optimal" and all(proved.get(n, value) == value for n, value in wanted.items())


def where(placement: Placement | None) -> object:
    return None if placement is None else (placement.meetings, dict(placement.resources))


@pytest.mark.parametrize("chunk", range(10))
def test_the_optimum_is_that_of_going_through_all_plans(chunk: int) -> None:
    for seed, problem in small_problems(1_000_000 + 1_000 * chunk):
        plans = whole_plans(problem)
        found = solve_exact(problem, seconds=20)
        assert agrees(found, best(problem, (aims_of(problem, plan) for plan in plans))), seed
        assert faults(problem, found.placements) == [], seed

        rng = random.Random(seed)
        kept = rng.choice(plans)
        free = [a.id for a in problem.activities if rng.random() < 0.5]
        near = [
            p
            for p in plans
            if all(
                where(p.get(a.id)) == where(kept.get(a.id)) for a in problem.activities if a.id not in free
            )
        ]
        found = solve_exact(problem, seconds=20, start=kept, free=free)
        assert agrees(found, best(problem, (aims_of(problem, plan) for plan in near))), (seed, free)
        for activity in problem.activities:
            if activity.id not in free:
                assert where(found.placements.get(activity.id)) == where(kept.get(activity.id)), seed


@pytest.mark.parametrize("chunk", range(5))
def test_structures_mean_what_their_plain_reading_says(chunk: int) -> None:
    for seed, problem in small_problems(2_000_000 + 1_000 * chunk):
        rng = random.Random(seed)
        added = [Structured(0, "rest", rng.choice((None, 1, 2)), structure(rng, problem)) for _ in range(2)]
        # Straight into the lowered form: every primitive is reached, whatever rules there are.
        facts_of(problem).lowered.structures.extend(added)
        possible = []
        for placements in whole_plans(problem):
            plan = Plan(problem, placements.values())
            amounts = [amount(problem, s.primitive, plan) for s in added]
            if any(a for s, a in zip(added, amounts, strict=True) if s.weight is None):
                continue
            aims = aims_of(problem, placements)
            change = aims.pop("change", None)
            paid = sum(a * (s.weight or 0) for s, a in zip(added, amounts, strict=True))
            aims["rest"] = aims.get("rest", 0) + paid
            if change is not None:
                aims["change"] = change
            possible.append(aims)
        found = solve_exact(problem, seconds=20)
        if possible:
            assert agrees(found, best(problem, possible)), (seed, added)
        else:
            assert not found.placements, (seed, added)
