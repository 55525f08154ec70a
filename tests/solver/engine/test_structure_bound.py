"""What is proved of timetables: no plan in which everything takes place pays less of a term."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.engine import solve
from solver.engine.lowering import lower
from solver.engine.structure_bound import rest_of_all_at_least
from solver.options import SolveOptions
from solver.problem import Problem, Rule
from solver.rules import RULES
from solver.rules.examples import example, options, room, session
from solver.solution import Solution
from tests.solver.engine.exhaustive import plans, small
from tests.solver.engine.random_shapes import with_shapes
from tests.solver.engine.test_rest_bound import values

FLEXIBLE = {kind.kind for kind in RULES if kind.flexible}


def softened(problem: Problem) -> Problem:
    """Return the problem with every rule soft that may be."""
    rules = tuple(
        r.model_copy(update={"weight": r.weight or 2}) if r.kind in FLEXIBLE else r for r in problem.rules
    )
    return problem.model_copy(update={"rules": rules})


@settings(max_examples=120, deadline=None)
@given(st.integers(min_value=0, max_value=100_000))
def test_no_whole_plan_pays_less(seed: int) -> None:
    problem = with_shapes(seed)
    # Those that stay hard bind whole plans, those that are softened cost them.
    problem = softened(problem) if seed % 3 else problem
    assume(small(problem))
    proved = rest_of_all_at_least(problem, lower(problem), lambda: False)
    for plan in plans(problem):
        if len(plan) == len(problem.activities):
            paid = values(problem, plan)
            assert all(paid[key] >= bound for key, bound in proved.items())


def week() -> Problem:
    """Return three sessions of one group on two days of one slot each and one of two slots."""
    group = room("group").model_copy(update={"kind": "learners"})
    problem = example(
        "no_overlap",
        {"resources": ["group", "hall"]},
        resources=(group, room("hall")),
        option_sets={"t": options((8, 10), (32, 34), (56, 58), (58, 60))},
        candidate_sets={"group": ("group",), "hall": ("hall",)},
        activities=tuple(session(name, "t", {"group": "group", "room": "hall"}) for name in "xyz"),
    )
    alone = {"resources": ["group"], "measure": "isolated", "period": "day", "at_most": 0}
    rule = Rule(id="compact", kind="day_shape", params={"shapes": [alone]}, weight=2)
    return problem.model_copy(update={"rules": (*problem.rules, rule)})


def solved(problem: Problem) -> Solution:
    limits = SolveOptions(time_limit_s=20, workers=2)
    return solve(problem, limits, lambda _: None, lambda _: None, lambda: False)


def test_what_a_group_cannot_avoid_is_proved_and_ends_the_search() -> None:
    problem = week()
    bounds = rest_of_all_at_least(problem, lower(problem), lambda: False)
    # Two of the three can be neighbours, the third is alone on its day.
    assert bounds == {("compact", "amount"): 1}
    solution = solved(problem)
    (term,) = (t for t in solution.score.stage("rest") if t.rule == "compact")
    assert not solution.unplaced
    assert (term.value, term.bound) == (1, 1)
    assert solution.report is not None
    assert solution.report.status == "optimal"
    assert solution.report.seconds is not None
    assert solution.report.seconds < 15


def test_without_time_nothing_is_proved_of_structures() -> None:
    problem = week()
    assert rest_of_all_at_least(problem, lower(problem), lambda: True) == {("compact", "amount"): 0}


def test_what_all_pay_wherever_they_are_does_not_end_a_search_before_its_best_plan() -> None:
    problem = week()
    # The hall costs every session three, which no search needs to reckon with.
    dear = {
        name: tuple(c.model_copy(update={"penalty": 3}) for c in row)
        for name, row in problem.candidate_sets.items()
    }
    likes = Rule(id="likes", kind="preference", weight=1)
    problem = problem.model_copy(update={"candidate_sets": dear, "rules": (*problem.rules, likes)})
    solution = solved(problem)
    paid = {t.rule: (t.value, t.bound) for t in solution.score.stage("rest")}
    assert paid["compact"] == (1, 1)
    assert paid["likes"] == (18, 18)
