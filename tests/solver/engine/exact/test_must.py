"""What has to be placed: a plan with all of it, or a core that is infeasible alone and needs each member."""

import random
import threading
import time

import pytest

from benchmarks.synthetic import make as synthetic
from solver.engine.exact import TooLarge, solve_exact
from solver.problem import Problem
from tests.solver.engine.exact.reference import whole_plans
from tests.solver.engine.exact.test_exhaustive import small_problems


def placeable(plans: list[frozenset[str]], names: frozenset[str]) -> bool:
    return any(names <= plan for plan in plans)


@pytest.mark.parametrize("chunk", range(3))
def test_infeasible_means_that_no_plan_has_all_of_it(chunk: int) -> None:
    impossible = 0
    for seed, problem in small_problems(3_000_000 + 1_000 * chunk):
        plans = [frozenset(plan) for plan in whole_plans(problem)]
        rng = random.Random(seed)
        must = frozenset(a.id for a in problem.activities if rng.random() < 0.7)
        found = solve_exact(problem, seconds=20, must=must)
        if placeable(plans, must):
            assert found.status == "optimal", seed
            assert must <= found.placements.keys(), seed
            continue
        impossible += 1
        assert found.status == "infeasible", seed
        core = frozenset(found.core)
        assert core <= must, seed
        assert not placeable(plans, core), seed
        assert all(placeable(plans, core - {name}) for name in core), seed
    assert impossible > 3


def test_what_may_not_move_cannot_be_asked_for() -> None:
    problem: Problem = next(small_problems(1))[1]
    with pytest.raises(ValueError, match="may not move"):
        solve_exact(problem, seconds=1, free=[], must=[problem.activities[0].id])


def test_an_aim_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no aim"):
        solve_exact(next(small_problems(1))[1], seconds=1, aims=("coverage", "beauty"))


def test_a_stop_and_the_limit_end_the_search() -> None:
    problem = synthetic(25, 6, 3)
    begun = time.monotonic()
    asked = threading.Event()
    timer = threading.Timer(3, asked.set)
    timer.start()
    found = solve_exact(problem, seconds=600, should_stop=asked.is_set)
    assert time.monotonic() - begun < 60
    assert found.status in ("feasible", "optimal", "unknown")
    timer.cancel()


def test_more_than_memory_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.engine.exact.indexed._MOST_LITERALS", 1)
    with pytest.raises(TooLarge):
        solve_exact(next(small_problems(1))[1], seconds=1)
