"""What is proved of timetables: no plan in which everything takes place pays less of a term."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.checker import score
from solver.engine import solve
from solver.engine.lowering import lower
from solver.engine.structure_bound import Proofs, rest_of_all_at_least
from solver.options import SolveOptions
from solver.problem import Problem, Rule
from solver.rules import RULES
from solver.rules.examples import example, options, room, session
from solver.solution import Reason, Solution, Unplaced
from tests.solver.engine.exhaustive import plans, small
from tests.solver.engine.random_shapes import with_shapes
from tests.solver.engine.test_rest_bound import values

ANY = Reason(rule="search", code="not_found")
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


def dear_week() -> Problem:
    """Return the week with a hall and a group that cost every session three, which no search can help."""
    problem = week()
    dear = {
        name: tuple(c.model_copy(update={"penalty": 3}) for c in row)
        for name, row in problem.candidate_sets.items()
    }
    likes = Rule(id="likes", kind="preference", weight=1)
    return problem.model_copy(update={"candidate_sets": dear, "rules": (*problem.rules, likes)})


def test_what_all_pay_wherever_they_are_is_proved_beside_what_is_sought() -> None:
    solution = solved(dear_week())
    paid = {t.rule: (t.value, t.bound) for t in solution.score.stage("rest")}
    assert paid["compact"] == (1, 1)
    assert paid["likes"] == (18, 18)


def test_a_plan_is_the_best_only_if_each_of_its_terms_is() -> None:
    problem = dear_week()
    best = solved(problem)
    # Three days for three sessions: each is alone.
    apart = tuple(
        p.model_copy(update={"meetings": ((start, start + 2),)})
        for p, start in zip(best.placements, (8, 32, 56), strict=True)
    )
    worse = best.model_copy(update={"placements": apart})
    worse = worse.model_copy(update={"score": score(problem, Solution(problem_sha256="", placements=apart))})
    proofs = Proofs(problem, lower(problem))
    proofs.know(rest_of_all_at_least(problem, lower(problem), lambda: False))
    judged = []
    for plan in (
        worse,
        best,
        best.model_copy(update={"unplaced": (Unplaced(activity="x", reasons=(ANY,)),)}),
    ):
        proofs.told(plan)
        judged.append(proofs.done)
    assert judged == [False, True, False]
    assert {t.rule: (t.value, t.bound) for t in proofs.on(worse).score.stage("rest")}["compact"] == (3, 1)
