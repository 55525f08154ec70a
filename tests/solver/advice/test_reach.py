"""Whoever changes do not reach need not be checked again: the answer is that of the whole plan."""

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from benchmarks.synthetic import make as synthetic
from solver.advice.desk import Desk
from solver.advice.reach import Reach
from solver.checker import check
from solver.errors import InvalidProblem
from solver.problem import Problem
from solver.rules import parsed
from solver.solution import Placement, Solution
from tests.solver.advice.plans import greedy
from tests.solver.advice.test_moves import anywhere, whole
from tests.solver.advice.test_structured import with_structures
from tests.solver.clusters import planned


def plans(seed: int) -> Iterator[tuple[Problem, Solution]]:
    """Yield a valid plan of a cluster, the same with sessions moved anywhere, and one of a timetable."""
    rng = random.Random(seed)
    problem, solution = planned(seed)
    yield problem, solution
    placed = {p.activity: p for p in solution.placements}
    for _ in range(3):
        somewhere = anywhere(rng, problem)
        placed[somewhere.activity] = somewhere
    yield problem, whole(problem, placed)
    problem = with_structures(seed, hard=0.8)
    somewheres = [anywhere(rng, problem) for _ in problem.activities]
    yield problem, whole(problem, {p.activity: p for p in somewheres})


def changes_of(
    rng: random.Random, problem: Problem, plan: dict[str, Placement]
) -> dict[str, Placement | None]:
    """Return changes of a few sessions: some leave, some are placed, some move."""
    found: dict[str, Placement | None] = {}
    for _ in range(rng.randint(1, 3)):
        place = anywhere(rng, problem)
        found[place.activity] = place
    if plan and rng.random() < 0.5:
        found[rng.choice(sorted(plan))] = None
    return found


def amendments(rng: random.Random, problem: Problem) -> Iterator[Problem]:
    """Yield the problem with rules that give way, and with rules that are gone or say less or more."""
    for found in parsed(problem):
        request = rng.choice(problem.requests).id
        waiting = rng.sample(problem.activities_of[request], 1)
        for relief in found.kind.relaxations(problem, found.rule, found.params, waiting):
            amended = relief.amendment.applied(problem)
            with suppress(InvalidProblem):
                # Another rule may name an activity that is asked for no longer.
                parsed(amended)
                yield amended
    for rule in problem.rules:
        yield problem.with_rules(tuple(one for one in problem.rules if one is not rule))
    stricter = tuple(rule.model_copy(update={"weight": None}) for rule in problem.rules)
    yield problem.with_rules(stricter)


@pytest.mark.parametrize("seed", range(30))
def test_what_changes_break_and_mend_is_that_of_the_whole_plan(seed: int) -> None:
    rng = random.Random(seed)
    for problem, solution in plans(seed):
        desk = Desk(problem, solution)
        if not desk.compiled:
            continue
        old = {v.key for v in check(problem, solution)}
        for _ in range(12):
            changes = changes_of(rng, problem, desk.plan)
            new = {v.key for v in check(problem, desk.solution(changes))}
            found = [v.key for v in desk.breaches(changes)]
            assert len(found) == len(set(found))
            assert set(found) == new - old
            assert desk.mended(changes) == len(old - new)


@pytest.mark.parametrize("seed", range(15))
def test_of_rules_that_give_way_all_are_asked(seed: int) -> None:
    rng = random.Random(seed)
    amended_any = 0
    for problem, solution in plans(seed):
        desk = Desk(problem, solution)
        if not desk.compiled:
            continue
        old = {v.key for v in check(problem, solution)}
        for amended in amendments(rng, problem):
            amended_any += 1
            changes = changes_of(rng, problem, desk.plan)
            new = {v.key for v in check(amended, desk.solution(changes, amended))}
            assert {v.key for v in desk.breaches(changes, amended)} == new - old
    assert amended_any


def test_few_are_reached_in_a_large_plan() -> None:
    problem = synthetic(60, 8, 4)
    desk = Desk(problem, greedy(problem))
    reach = Reach(desk.compiler.lowered, desk.plan)
    reached = [len(reach.of({name: None})) for name in desk.plan]
    assert sum(reached) / len(reached) < len(desk.plan) / 5
