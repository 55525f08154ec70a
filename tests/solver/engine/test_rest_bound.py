"""What is proved of the rest: no plan that serves as much has less of a term."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.checker import score
from solver.engine import solve
from solver.engine.compile import compile_problem
from solver.engine.rest_bound import rest_at_least
from solver.options import SolveOptions
from solver.problem import Problem, Rule
from solver.rules.examples import example, options, room, session
from solver.solution import Placement, Solution
from tests.solver.engine.exhaustive import plans, served, small
from tests.solver.engine.random_problems import make


def values(problem: Problem, placements: tuple[Placement, ...]) -> dict[tuple[str, str], int]:
    found = score(problem, Solution(problem_sha256="", placements=placements))
    return {(term.rule, term.name): term.value for term in found.stage("rest")}


def solved(problem: Problem) -> Solution:
    limits = SolveOptions(deterministic_units=1)
    return solve(problem, limits, lambda _: None, lambda _: None, lambda: False)


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=100_000))
def test_no_plan_that_serves_the_floors_has_less(seed: int) -> None:
    problem = make(seed, 5)
    assume(small(problem))
    solution = solved(problem)
    floors = served(problem, solution.placements)
    proved = rest_at_least(compile_problem(problem), floors, None)
    told = {(t.rule, t.name): t.bound for t in solution.score.stage("rest") if t.bound is not None}
    for plan in plans(problem):
        if all(has >= floor for has, floor in zip(served(problem, plan), floors, strict=True)):
            paid = values(problem, plan)
            assert all(paid[key] >= bound for key, bound in (*proved.items(), *told.items()))


def near_and_far() -> Problem:
    """Return three sessions of a day: the near room, which costs nothing, holds one of them."""
    problem = example(
        "no_overlap",
        {"resources": ["near", "far"]},
        resources=(room("near"), room("far")),
        option_sets={"t": options((8, 10), (10, 12), penalties=(0, 1))},
        candidate_sets={"rooms": ("near", "far")},
        penalties={"far": 3},
        activities=tuple(session(name, "t", {"room": "rooms"}) for name in "xyz"),
    )
    once = Rule(
        id="once",
        kind="availability",
        params={"calendars": [{"resources": ["near"], "windows": [[8, 10]]}]},
    )
    likes = Rule(id="likes", kind="preference", weight=1)
    return problem.model_copy(update={"rules": (*problem.rules, once, likes)})


def test_what_does_not_fit_the_cheapest_place_pays() -> None:
    problem = near_and_far()
    model = compile_problem(problem)
    whole = model.worth_of_class
    assert rest_at_least(model, whole, None) == {("likes", "penalties"): 6}
    one = [minutes // 3 for minutes in whole]
    assert rest_at_least(compile_problem(problem), one, None) == {("likes", "penalties"): 0}


def test_terms_of_a_solve_show_what_is_proved_of_them() -> None:
    solution = solved(near_and_far())
    (term,) = solution.score.stage("rest")
    # Hours of the day are left out of the proof: one session in the far room is late as well.
    assert (term.value, term.bound) == (7, 6)


def test_without_time_nothing_is_proved() -> None:
    model = compile_problem(near_and_far())
    assert rest_at_least(model, model.worth_of_class, 0.0) == {}
