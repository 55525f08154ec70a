"""Soft structures counted as activities come and go, and hard ones as nodes, against the checker."""

import random
from collections.abc import Callable
from typing import get_args

import pytest

from solver.checker import check, score
from solver.engine.company import mend
from solver.engine.compile import compile_problem
from solver.engine.lowering import lower
from solver.engine.numbering import number
from solver.engine.state import State
from solver.plan import Plan
from solver.problem import Problem, Rule
from solver.solution import Solution
from solver.structure import Measure, Relation
from solver.structure_reading import amount
from tests.solver.engine.test_feasibility import compare, placements
from tests.solver.structures import COUNTS, Params, last, problem_with, related, shaped


def walk(problem: Problem, rng: random.Random) -> set[int]:
    """Place and remove at random; hold the weighted rest against the checker's; return its values."""
    state = State(compile_problem(problem))
    seen = set()
    for _ in range(25):
        placed = [a for a, at in enumerate(state.at) if at is not None]
        template = rng.choice(state.model.templates)
        if placed and (rng.random() < 0.4 or not state.waiting[template.index]):
            state.remove(rng.choice(placed))
        else:
            ways = [(choice, mask) for choice, mask in state.feasible(template) if mask]
            choice, mask = rng.choice(ways)
            option = rng.choice([i for i in range(template.bits.size) if mask >> i & 1])
            state.place(state.waiting[template.index][-1], option, choice)
        if rng.random() < 0.2:
            number(state)
        plan = Solution(problem_sha256="", placements=tuple(placements(state)))
        assert state.rest == sum(t.value * t.weight for t in score(problem, plan).stage("rest"))
        seen.add(state.rest)
    return seen


def soft(kind: str, params: Callable[[random.Random], Params], times: int) -> None:
    rng = random.Random(kind)
    seen: set[int] = set()
    for _ in range(times):
        seen |= walk(problem_with(Rule(id="it", kind=kind, params=params(rng), weight=3), rng), rng)
    assert len(seen) > 1


@pytest.mark.parametrize("relation", get_args(Relation))
def test_relations_cost_what_the_checker_says(relation: str) -> None:
    soft("relation", lambda rng: related(rng, relation), 8)


@pytest.mark.parametrize("measure", get_args(Measure))
def test_shapes_of_days_cost_what_the_checker_says(measure: str) -> None:
    soft("day_shape", lambda rng: shaped(rng, measure), 25)


@pytest.mark.parametrize(
    ("kind", "params"),
    [*COUNTS, ("makespan", last)],
)
def test_counts_cost_what_the_checker_says(kind: str, params: Callable[[random.Random], Params]) -> None:
    soft(kind, params, 20)


HARD: tuple[tuple[str, Callable[[random.Random], Params]], ...] = (
    *(
        ("relation", lambda rng, relation=relation: related(rng, relation))
        for relation in get_args(Relation)
        if relation != "reachable"
    ),
    *((kind, params) for kind, params in COUNTS if kind not in ("concurrent", "worth_journey")),
)


@pytest.mark.parametrize(("kind", "params"), HARD)
def test_hard_structures_are_kept_at_all_times(kind: str, params: Callable[[random.Random], Params]) -> None:
    rng = random.Random(kind)
    for _ in range(12):
        problem = problem_with(Rule(id="it", kind=kind, params=params(rng)), rng)
        assert not lower(problem).needs_local
        assert compare(problem, rng, 12)


def test_each_session_away_is_worth_the_journey_by_itself() -> None:
    rng = random.Random(3)
    free = excluded = 0
    for _ in range(12):
        rule = Rule(id="it", kind="worth_journey", params=dict(COUNTS)["worth_journey"](rng))
        problem = problem_with(rule, rng)
        state = State(compile_problem(problem))
        for _ in range(12):
            template = rng.choice(state.model.templates)
            if not state.waiting[template.index]:
                state.remove(template.activities[0])
            ways = list(state.feasible(template))
            excluded += sum((template.bits.full & ~mask).bit_count() for _, mask in ways)
            if ways:
                choice, mask = rng.choice(ways)
                option = rng.choice([i for i in range(template.bits.size) if mask >> i & 1])
                state.place(template.activities[0], option, choice)
                free += 1
            plan = Solution(problem_sha256="", placements=tuple(placements(state)))
            assert not [v for v in check(problem, plan) if v.kind == "worth_journey"]
    assert free
    assert excluded


def blocks_what_makes_it_worse(problem: Problem, rng: random.Random) -> set[int]:
    """Place and remove at random; hold what nodes block against the amounts; return the amounts."""
    state = State(compile_problem(problem))
    debt = state.model.debt
    primitives = [s.primitive for s in lower(problem).structures]
    seen = set()

    def misses() -> list[int]:
        plan = Plan(problem, placements(state))
        return [amount(problem, primitive, plan) for primitive in primitives]

    for _ in range(20):
        placed = [a for a, at in enumerate(state.at) if at is not None]
        if placed and rng.random() < 0.4:
            state.remove(rng.choice(placed))
        template = rng.choice(state.model.templates)
        if not state.waiting[template.index]:
            continue
        activity = state.waiting[template.index][-1]
        free = dict(state.feasible(template))
        with debt.opened():
            ways = list(state.feasible(template))
        if not ways:
            continue
        choice, mask = rng.choice(ways)
        option = rng.choice([i for i in range(template.bits.size) if mask >> i & 1])
        before = misses()
        state.place(activity, option, choice)
        after = misses()
        worse = any(a > b for a, b in zip(after, before, strict=True))
        assert bool(free.get(choice, 0) >> option & 1) == (not worse)
        assert debt.total == sum(after)
        if rng.random() < 0.2:
            number(state)
            assert debt.total == sum(misses())
        if rng.random() < 0.1:
            assert mend(state, sum(before))
        seen.add(sum(before))
    return seen


@pytest.mark.parametrize("measure", get_args(Measure))
def test_hard_shapes_of_days_block_what_makes_them_worse(measure: str) -> None:
    rng = random.Random(measure)
    seen: set[int] = set()
    for _ in range(25):
        rule = Rule(id="it", kind="day_shape", params=shaped(rng, measure))
        seen |= blocks_what_makes_it_worse(problem_with(rule, rng), rng)
    assert 0 in seen


@pytest.mark.parametrize(
    ("kind", "params"),
    [("concurrent", dict(COUNTS)["concurrent"]), ("relation", lambda rng: related(rng, "reachable"))],
)
def test_hard_numbers_at_once_and_ways_block_what_makes_them_worse(
    kind: str, params: Callable[[random.Random], Params]
) -> None:
    rng = random.Random(kind)
    for _ in range(25):
        problem = problem_with(Rule(id="it", kind=kind, params=params(rng)), rng)
        assert blocks_what_makes_it_worse(problem, rng)
