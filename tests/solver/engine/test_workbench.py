"""The compiled workbench does what the interpreted one does, and what it keeps in step stays in step."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.checker import check
from solver.engine import jit, solve
from solver.engine.budget import Budget
from solver.engine.cluster.arrays import knows
from solver.engine.cluster.kernel import Kernel
from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, fill_all, ordered
from solver.engine.finish import Finisher
from solver.engine.insertion import pressures
from solver.engine.model import Model
from solver.engine.objective import Aim, worth
from solver.engine.peer import Peer
from solver.engine.search import Climb
from solver.engine.state import State
from solver.engine.workbench import Interpreted, workbench
from solver.options import SolveOptions
from solver.problem import Rule
from solver.rules.examples import example, options, room, session
from tests.solver.engine.random_problems import make

SEEDS = st.integers(min_value=0, max_value=100_000)


def kernel(model: Model, seed: int = 1) -> Kernel:
    assert knows(model)
    return Kernel(model, pressures(model), seed)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_both_workbenches_fill_in_alike(seed: int) -> None:
    model = compile_problem(make(seed, 16))
    for order in (order for _, order in GREEDY):
        for earliest in (False, True):
            one, other = kernel(model), Interpreted(model, 1)
            for template in ordered(model, order):
                placed = one.fill(template, earliest=earliest)
                assert placed == other.fill(template, earliest=earliest)
            assert one.now() == other.now()
            assert one.worth() == other.worth()


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.booleans())
def test_every_plan_that_a_search_meets_is_worth_what_it_says_and_keeps_all_rules(
    seed: int, fair: bool
) -> None:
    problem = make(seed, 16)
    model = compile_problem(problem)
    bench = kernel(model, seed)
    fill_all(bench.fill, ordered(model, GREEDY[0][1]), lambda: False)
    floors = [served * 9 // 10 for served in bench.worth().served] if fair else None
    bench.begin(floors)
    aim = Aim(None if floors is None else tuple(floors))
    before = aim(bench.best_worth)
    state = State(model)
    for _ in range(4):
        bench.run(40, 0.0 if fair else 50.0)
        assert aim(bench.best_worth) >= before
        before = aim(bench.best_worth)
        for places, value in ((bench.now(), bench.worth()), (bench.best(), bench.best_worth)):
            state.restore(places)
            assert worth(state) == value
            solution = Finisher(model).solution(state, None, {}, not_found=True, explained=False)
            assert check(problem, solution) == []


def test_two_roles_of_a_session_do_not_take_more_from_a_pool_than_it_has() -> None:
    roles = {"kit": "kits", "more": "kits"}
    problem = example(
        "capacity",
        {"resources": ["kit", "spare"]},
        resources=(room("kit", mode="pooled", capacity=2), room("spare", mode="pooled", capacity=2)),
        option_sets={"t": options((8, 10))},
        candidate_sets={"kits": ("kit", "spare")},
        activities=(session("x", "t", roles, amount=2),),
    )
    few = problem.model_copy(update={"candidate_sets": {"kits": problem.candidate_sets["kits"][:1]}})
    for posed, served in ((problem, 1), (few, 0)):
        assert isinstance(workbench(compile_problem(posed), 1), Kernel)
        solution = solve(posed, SolveOptions(deterministic_units=1), _ignore, _ignore, lambda: False)
        assert check(posed, solution) == []
        assert len(solution.placements) == served


def _ignore(_: object) -> None:
    """Take what a search tells."""


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_plan_taken_back_and_forth_is_the_same(seed: int) -> None:
    model = compile_problem(make(seed, 16))
    bench = kernel(model, seed)
    fill_all(bench.fill, ordered(model, GREEDY[0][1]), lambda: False)
    first, value = bench.now(), bench.worth()
    bench.begin()
    bench.run(60, 100.0)
    second = bench.now()
    bench.take(first)
    assert (bench.now(), bench.worth()) == (first, value)
    bench.take(second)
    assert bench.now() == second
    bench.clear()
    assert bench.now() == [None] * len(first)
    again = [model.templates[i] for i in random.Random(seed).choices(range(len(model.templates)), k=3)]
    one, other = kernel(model), bench
    assert [one.fill(t) for t in again] == [other.fill(t) for t in again]


@pytest.mark.parametrize("weight", [None, 3])
def test_a_model_that_the_arrays_do_not_know_has_the_interpreted_workbench(weight: int | None) -> None:
    problem = make(5, 16)
    names = [activity.id for activity in problem.activities[:2]]
    relations = {"relations": [{"activities": names, "relation": "different_days"}]}
    rule = Rule(id="apart", kind="relation", params=relations, weight=weight)
    model = compile_problem(problem.model_copy(update={"rules": (*problem.rules, rule)}))
    assert isinstance(workbench(model, 1, shaped=True), Interpreted)
    assert isinstance(workbench(model, 1), Interpreted if weight is None else Kernel)


def test_nobody_waits_for_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    model = compile_problem(make(3, 12))
    monkeypatch.setattr(jit, "ready", lambda _: False)
    bench = workbench(model, 1, at_once=True)
    assert isinstance(bench, Interpreted)

    fill_all(bench.fill, ordered(model, GREEDY[0][1]), lambda: False)
    climb = Climb(bench, model, Budget(60, None, lambda: False), Peer())
    climb.step()
    before, plan = climb.worth, climb.bench.best()
    climb.turn_to_compiled(1)
    assert isinstance(climb.bench, Kernel)
    assert (climb.worth, climb.bench.best()) == (before, plan)
    climb.step()
    assert Aim()(climb.worth) >= Aim()(before)
