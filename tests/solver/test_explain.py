"""Every unplaced activity has a reason in words, with numbers that are true."""

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.synthetic import make as synthetic
from solver.checker import describe
from solver.codec import load_problem
from solver.engine import solve
from solver.explain import reasons
from solver.options import SolveOptions
from solver.problem import Problem, Request
from solver.rules.examples import example as sample
from solver.rules.examples import options, room, session
from solver.solution import Placement, Reason, Solution, Unplaced
from solver.words import BOUND
from tests.solver.advice.plans import greedy
from tests.solver.engine.random_problems import breaks, make, places_of

TINY = Path(__file__).parents[2] / "fixtures" / "solver" / "tiny.problem.json"


def solved(problem: Problem) -> Solution:
    options = SolveOptions(deterministic_units=1)
    return solve(problem, options, lambda _: None, lambda _: None, lambda: False)


def test_the_tiny_refusal_names_what_is_lacking() -> None:
    problem = load_problem(TINY.read_bytes())
    solution = solved(problem)
    assert solution.unplaced
    for unplaced in solution.unplaced:
        reason = unplaced.reasons[0]
        assert not reason.holders
        for language in ("ru", "en"):
            words = describe(problem, reason, language)
            assert any(char.isdigit() for char in words), words


def test_the_same_reasons_are_found_again_from_the_plan_alone() -> None:
    problem = synthetic(25, 6, 3, over=1.8)
    solution = solved(problem)
    assert solution.unplaced
    again = {u.activity: u.reasons[0] for u in reasons(problem, solution)}
    assert set(again) == {u.activity for u in solution.unplaced}
    for unplaced in solution.unplaced:
        assert again[unplaced.activity].rule == unplaced.reasons[0].rule


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=100_000))
@example(65535)
def test_nothing_is_called_impossible_that_is_only_taken(seed: int) -> None:
    problem = make(seed)
    solution = solved(problem)
    placed = {p.activity for p in solution.placements}
    for unplaced in solution.unplaced:
        assert all(holder in placed for reason in unplaced.reasons for holder in reason.holders)
        # What is proved of all who share the places comes before what this one meets there.
        first = next(reason for reason in unplaced.reasons if reason.rule != "counting")
        alone = any(
            not [b for b in breaks(problem, (place,)) if b != "all_or_none.partly"]
            for place in places_of(problem, problem.activity_by_id[unplaced.activity])
        )
        if alone:
            # Somebody is in the way, or the search did not find the place: never "it cannot be".
            # (or a sibling of a request that is served whole or not at all has none).
            assert first.holders or first.rule in ("search", "all_or_none"), first
        assert describe(problem, first, "ru")
        assert describe(problem, first, "en")


def test_reasons_of_one_kind_name_whom_they_bind() -> None:
    several = 0
    for seed in range(150):
        problem = make(seed)
        kinds = {r.id: r.kind for r in problem.resources}
        for unplaced in greedy(problem).unplaced:
            same = [r for r in unplaced.reasons if r.rule == "presence"]
            if len(same) == 1:
                assert BOUND not in same[0].facts
                continue
            several += bool(same)
            told = [r.model_copy(update={"holders": ()}) for r in same]
            for lang in ("ru", "en"):
                assert len({describe(problem, r, lang) for r in told}) == len(told)
            for reason in same:
                names = str(reason.facts[BOUND]).split(",")
                # One of the two rules binds trainers, the other groups.
                assert len({kinds[name] for name in names}) == 1
                assert all(name in describe(problem, reason, "ru") for name in names)
    assert several > 5


def test_whoever_holds_the_place_at_another_hour_is_named_too_others_first() -> None:
    asking = ("r1", "r2", "r3")
    problem = sample(
        "no_overlap",
        {"resources": ["a"]},
        requests=tuple(Request(id=name, participant=name, priority="only") for name in asking),
        resources=(room("a"),),
        option_sets={"t": options((8, 10), (10, 12), (12, 14))},
        candidate_sets={"rooms": ("a",)},
        activities=(
            session("own", "t", {"room": "rooms"}),
            session("second", "t", {"room": "rooms"}, request="r2"),
            session("third", "t", {"room": "rooms"}, request="r3"),
            session("out", "t", {"room": "rooms"}),
        ),
    )
    held = {"own": (8, 10), "second": (10, 12), "third": (12, 14)}
    plan = Solution(
        problem_sha256="",
        placements=tuple(
            Placement(activity=name, meetings=(when,), resources={"room": "a"}) for name, when in held.items()
        ),
        unplaced=(Unplaced(activity="out", reasons=(Reason(rule="search", code="not_found"),)),),
    )
    (left,) = reasons(problem, plan)
    (taken,) = (reason for reason in left.reasons if reason.holders)
    assert taken.holders == ("second", "third", "own")
