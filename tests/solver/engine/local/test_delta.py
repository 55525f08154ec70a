"""What the compiled search keeps in step, held against the checker and the plain readings."""

import random
from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest

from solver.engine.chance import seeded
from solver.engine.local import anneal, begin, layout
from solver.engine.local.instance import Instance, Snapshot, build
from solver.engine.lowering import lower
from solver.plan import Plan
from solver.problem import Problem, Rule
from solver.rules import parsed
from solver.structure import Measure, Relation
from solver.structure_reading import amount
from tests.solver.engine.random_problems import breaks, make
from tests.solver.structures import COUNTS, Params, last, problem_with, related, shaped


def random_snapshot(instance: Instance, rng: random.Random) -> Snapshot:
    """Return a plan for some of the activities, at random."""
    first_option = instance.block(layout.A_OPT, len(instance.choices) + 1)
    first_role = instance.block(layout.A_ROLE, len(instance.choices) + 1)
    roles = int(instance.ints[layout.N_ROLE])
    first_candidate = instance.block(layout.R_CAND, roles + 1)
    options = np.full(len(instance.choices), -1, dtype=np.int64)
    candidates = np.full(roles, -1, dtype=np.int64)
    for at, choice in enumerate(instance.choices):
        if choice.dead or rng.random() < 0.2:
            continue
        option = rng.randrange(len(choice.times))
        seats = [
            [k for k, seat in enumerate(role.seats) if seat.mask[choice.times[option][0]]]
            for role in choice.roles
        ]
        if not all(seats):
            continue
        options[at] = first_option[at] + option
        for k, open_seats in enumerate(seats):
            role = first_role[at] + k
            candidates[role] = first_candidate[role] + rng.choice(open_seats)
    return Snapshot(options, candidates)


def plans(problem: Problem, rng: random.Random) -> list[tuple[Plan, int, float]]:
    """Return several plans, each reached from the one before, with the breaches and the cost kept for it."""
    instance = build(problem, lower(problem))
    ints, floats = instance.ints, instance.floats
    found = []
    for seed in range(4):
        snapshot = random_snapshot(instance, rng)
        begin.restore(ints, floats, snapshot.options, snapshot.candidates)
        for moves in (0, 300):
            anneal.run(ints, floats, instance.allowed, seeded(seed), moves, 1e3, 300, 460, 740, 300)
            plan = Plan(problem, instance.placements(instance.now()).values())
            found.append((plan, int(ints[layout.RAW]), float(floats[layout.F_COST])))
    return found


def hold(kind: str, params: Params, rng: random.Random) -> None:
    """Hold the totals against the reading of a rule's structures."""
    rule = Rule(id="it", kind=kind, params=params, weight=rng.choice((None, 2)))
    problem = problem_with(rule, rng)
    (found,) = parsed(problem)
    structures = list(found.kind.lower(problem, found.params))
    for plan, raw, cost in plans(problem, rng):
        expected = sum(amount(problem, s, plan) for s in structures)  # type: ignore[arg-type, misc]
        if rule.weight is None:
            assert (raw > 0) == (expected > 0), (params, plan.placements)
        else:
            assert round(cost, 6) == 2 * expected, (params, plan.placements)


@pytest.mark.parametrize("relation", get_args(Relation))
def test_relations(relation: str) -> None:
    rng = random.Random(relation)
    for _ in range(25):
        hold("relation", related(rng, relation), rng)


@pytest.mark.parametrize("measure", get_args(Measure))
def test_shapes_of_days(measure: str) -> None:
    rng = random.Random(measure)
    for _ in range(40):
        hold("day_shape", shaped(rng, measure), rng)


@pytest.mark.parametrize(("kind", "params"), COUNTS)
def test_counts(kind: str, params: Callable[[random.Random], Params]) -> None:
    rng = random.Random(kind)
    for _ in range(25):
        hold(kind, params(rng), rng)


def test_last_end() -> None:
    rng = random.Random(1)
    for _ in range(25):
        problem = problem_with(Rule(id="it", kind="makespan", params=last(rng), weight=2), rng)
        (found,) = parsed(problem)
        (structure,) = found.kind.lower(problem, found.params)
        for plan, _, cost in plans(problem, rng):
            assert round(cost, 6) == 2 * amount(problem, structure, plan)  # type: ignore[arg-type]


@pytest.mark.parametrize("block", range(6))
def test_rules_of_a_cluster(block: int) -> None:
    """A plan breaks a rule for the search if and only if it breaks one for the checker."""
    both = set()
    for seed in range(40 * block, 40 * block + 40):
        problem = make(seed)
        for plan, raw, _ in plans(problem, random.Random(seed)):
            broken = {b for b in breaks(problem, list(plan.placements.values())) if b != "all_or_none.partly"}
            assert (raw > 0) == bool(broken), (seed, broken, raw)
            both.add(raw > 0)
    assert both == {False, True}
