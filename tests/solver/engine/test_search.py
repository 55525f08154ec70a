"""What a solve returns: every rule is kept, nothing can be added, and no order by hand is better."""

import random
import threading
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.synthetic import make as synthetic
from solver.checker import check, score
from solver.codec import dump_solution
from solver.engine import solve
from solver.engine.bound import Bound
from solver.engine.cluster.arrays import knows
from solver.engine.cluster.kernel import Kernel
from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, fill_all, ordered
from solver.engine.counting import overloads, unserved_at_least
from solver.engine.insertion import Inserter, pressures
from solver.engine.state import State
from solver.engine.workbench import Interpreted
from solver.errors import StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem, Rule
from solver.solution import ProgressPoint, Solution
from tests.solver.engine.exhaustive import plans, served, small
from tests.solver.engine.random_problems import breaks, make, places_of

SEEDS = st.integers(min_value=0, max_value=100_000)


def solved(problem: Problem, options: SolveOptions) -> Solution:
    return solve(problem, options, lambda _: None, lambda _: None, lambda: False)


def greedy(problem: Problem) -> tuple[int, ...]:
    """Return the best coverage of the three orders that a person would use."""
    found = []
    for _, order in GREEDY:
        model = compile_problem(problem)
        state = State(model)
        inserter = Inserter(state, pressures(model), random.Random(1))
        fill_all(inserter.fill, ordered(model, order), lambda: False)
        found.append(tuple(state.served))
    return max(found)


def whole_requests(problem: Problem) -> set[str]:
    """Return the activities of requests that are placed whole or not at all."""
    return {
        a.id
        for r in problem.rules
        if r.kind == "all_or_none"
        for q in r.params["requests"]
        for a in problem.activities_of[q]
    }


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_plan_keeps_every_rule_and_nothing_can_be_added(seed: int) -> None:
    problem = make(seed)
    solution = solved(problem, SolveOptions(deterministic_units=1))

    assert check(problem, solution) == []
    assert score(problem, solution).terms == tuple(
        term.model_copy(update={"bound": None}) for term in solution.score.terms
    )
    whole = whole_requests(problem)
    for unplaced in solution.unplaced:
        if unplaced.activity in whole:
            continue
        for placement in places_of(problem, problem.activity_by_id[unplaced.activity]):
            assert breaks(problem, (*solution.placements, placement)), placement


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_coverage_is_never_below_a_person_s_orders(seed: int) -> None:
    problem = make(seed, 14)
    solution = solved(problem, SolveOptions(deterministic_units=1))
    assert served(problem, solution.placements) >= greedy(problem)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.booleans())
def test_what_is_pinned_keeps_its_place_whoever_else_wants_it(seed: int, compiled: bool) -> None:
    problem = make(seed)
    pinned = next((a for a in problem.activities if a.id not in whole_requests(problem)), None)
    assume(pinned is not None)
    assert pinned is not None
    rules = tuple(rule for rule in problem.rules if rule.kind != "pin")
    bare = problem.model_copy(update={"rules": rules})
    place = next((p for p in places_of(bare, pinned) if not breaks(bare, (p,))), None)
    assume(place is not None)
    assert place is not None
    pin = {"activity": pinned.id, "meetings": place.meetings, "resources": place.resources}
    problem = bare.model_copy(update={"rules": (*rules, Rule(id="pin", kind="pin", params={"pins": [pin]}))})
    model = compile_problem(problem)
    assume(not compiled or knows(model))
    bench = Kernel(model, pressures(model), seed) if compiled else Interpreted(model, seed)
    fill_all(bench.fill, ordered(model, GREEDY[2][1]), lambda: False)
    bench.begin()
    bench.run(200, 500.0)
    at = next(i for i, a in enumerate(problem.activities) if a.id == pinned.id)
    assert bench.now()[at] is not None
    solution = solved(problem, SolveOptions(deterministic_units=1))
    assert check(problem, solution) == []
    assert pinned.id in solution.placement_of


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_no_plan_beats_a_bound_nor_a_plan_called_optimal(seed: int) -> None:
    problem = make(seed, 3)
    if not small(problem):
        return
    best = max(served(problem, plan) for plan in plans(problem))
    most = max(sum(served(problem, plan)) for plan in plans(problem))

    model = compile_problem(problem)
    classes = range(len(problem.priorities))
    bound = Bound(model)
    asked = sum(model.worth_of_class)
    assert bound.unserved(classes, None) <= asked - most
    assert unserved_at_least(model) <= asked - most
    for position in classes:
        one = max(served(problem, plan)[position] for plan in plans(problem))
        assert bound.unserved([position], None) <= model.worth_of_class[position] - one

    solution = solved(problem, SolveOptions(deterministic_units=1))
    found = served(problem, solution.placements)
    assert found <= best
    assert solution.report is not None
    if solution.report.status == "optimal":
        assert found == best


def test_the_same_seed_and_work_give_the_same_bytes() -> None:
    problem = synthetic(25, 6, 3)
    options = SolveOptions(deterministic_units=3, seed=5)
    first, second = (dump_solution(solved(problem, options)) for _ in range(2))
    assert first == second
    assert b'"seconds":null' in first


def test_two_processes_find_a_bound_and_a_checked_plan() -> None:
    problem = synthetic(40, 8, 1, over=1.6)
    points: list[ProgressPoint] = []
    sent: list[Solution] = []
    options = SolveOptions(time_limit_s=14, workers=2)
    solution = solve(problem, options, points.append, sent.append, lambda: False)

    assert check(problem, solution) == []
    assert served(problem, solution.placements) >= greedy(problem)
    assert [point.stage for point in points[:2]] == ["count", "construct"]
    assert points[-1].stage == "finish"
    last = points[-1]
    assert last.bound is not None
    assert 0 < last.bound <= last.objective
    assert last.gap_permille == (last.objective - last.bound) * 1000 // last.objective
    assert sent
    assert all(check(problem, plan) == [] for plan in sent)
    assert solution.report is not None
    assert solution.report.first_plan_seconds is not None


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_ends_the_search_with_a_checked_plan(workers: int) -> None:
    problem = synthetic(40, 8, 2, over=1.6)
    asked = threading.Event()
    begun: list[float] = []

    def on_progress(point: ProgressPoint) -> None:
        if point.stage == "improve" and not asked.is_set():
            asked.set()
            begun.append(time.monotonic())

    options = SolveOptions(time_limit_s=120, workers=workers)
    solution = solve(problem, options, on_progress, lambda _: None, asked.is_set)
    assert check(problem, solution) == []
    assert solution.report is not None
    assert solution.report.status in ("stopped", "optimal")
    assert begun
    assert time.monotonic() - begun[0] < 60  # far from the limit; the two seconds are the child's to keep


def test_a_stop_before_the_first_plan_says_so() -> None:
    with pytest.raises(StoppedEarly):
        solve(synthetic(10, 4, 1), SolveOptions(), lambda _: None, lambda _: None, lambda: True)


def test_fairness_does_not_cost_more_coverage_than_its_tolerance() -> None:
    problem = synthetic(40, 8, 4, over=1.6)
    with_shares = solved(problem, SolveOptions(deterministic_units=6))
    assert any(term.stage == "fairness" for term in with_shares.score.terms)
    assert served(problem, with_shares.placements) >= greedy(problem)


def test_counting_names_the_places_that_lack_time() -> None:
    problem = synthetic(60, 8, 4, over=3.0)
    model = compile_problem(problem)
    found = overloads(model)
    assert found
    for overload in found:
        assert overload.needed_slots > overload.offered_slots
        assert 0 < overload.unserved <= sum(model.worth_of_class)
    plan = solved(problem, SolveOptions(deterministic_units=2))
    left = sum(problem.activity_by_id[u.activity].learner_minutes for u in plan.unplaced)
    assert left >= unserved_at_least(model) > 0
