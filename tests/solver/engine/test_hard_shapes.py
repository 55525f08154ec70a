"""Solving under rules about pairs, days and numbers at once: the aims in order, and nothing left out."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.checker import check
from solver.codec import dump_problem
from solver.engine import solve
from solver.errors import NoPlan
from solver.options import SolveOptions
from solver.problem import (
    Activity,
    Candidate,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Placement, Solution
from tests.solver.engine.exhaustive import served
from tests.solver.engine.random_problems import breaks, places_of
from tests.solver.engine.random_shapes import with_shapes

DAY = 12
MENDED = ("all_or_none", "concurrent", "day_shape", "worth_journey")
"""Kinds of rules that more placements can mend."""


def solved(problem: Problem, units: int = 1) -> Solution:
    options = SolveOptions(deterministic_units=units, workers=1)
    return solve(problem, options, lambda _: None, lambda _: None, lambda: False)


def plans(problem: Problem) -> Iterator[tuple[Placement, ...]]:
    """Yield every plan that keeps all rules, those too that only several placements together make right."""

    def extend(done: tuple[Placement, ...], at: int) -> Iterator[tuple[Placement, ...]]:
        if at == len(problem.activities):
            if not breaks(problem, done):
                yield done
            return
        yield from extend(done, at + 1)
        for placement in places_of(problem, problem.activities[at]):
            plan = (*done, placement)
            if all(broken.split(".")[0] in MENDED for broken in breaks(problem, plan)):
                yield from extend(plan, at + 1)

    yield from extend((), 0)


def small(problem: Problem, most: int = 4_000) -> bool:
    ways = (1 + sum(1 for _ in places_of(problem, a)) for a in problem.activities)
    return reduce(int.__mul__, ways, 1) <= most


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
@example(seed=2316)
def test_nothing_is_left_out_that_can_be_added(seed: int) -> None:
    problem = with_shapes(seed)
    try:
        solution = solved(problem)
    except NoPlan:
        assert breaks(problem, ())
        assert not small(problem) or next(plans(problem), None) is None
        return
    assert not check(problem, solution)
    for unplaced in solution.unplaced:
        for placement in places_of(problem, problem.activity_by_id[unplaced.activity]):
            assert breaks(problem, (*solution.placements, placement))
    if small(problem):
        # What is pinned has its place before a higher class, and before more of its own.
        pins = {
            pin["activity"] for rule in problem.rules if rule.kind == "pin" for pin in rule.params["pins"]
        }
        pinned = pins & solution.placement_of.keys()
        kept = (plan for plan in plans(problem) if pinned <= {p.activity for p in plan})
        assert served(problem, solution.placements) == max(served(problem, plan) for plan in kept)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_what_is_called_impossible_is_in_no_plan(seed: int) -> None:
    problem = with_shapes(seed, 3)
    if not small(problem):
        return
    try:
        solution = solved(problem)
    except NoPlan:
        return
    # That there is too little for all of them says nothing of one alone.
    proved = {
        u.activity
        for u in solution.unplaced
        if u.reasons[0].proof != "none" and u.reasons[0].rule != "counting"
    }
    if proved:
        assert proved.isdisjoint(p.activity for plan in plans(problem) for p in plan)


# --- small problems -------------------------------------------------------------------------------


def posed(
    sessions: Mapping[str, tuple[str, int, tuple[tuple[int, int], ...]]],
    *rules: Rule,
    rooms: int = 1,
    amount: Mapping[str, int] | None = None,
) -> Problem:
    """Return sessions of one group in rooms for 8: name to class, minutes and possible times.

    What stands before a slash in a name is its request.
    """
    requests = {name.split("/")[0]: priority for name, (priority, _, _) in sessions.items()}
    names = tuple(f"room{i}" for i in range(rooms))
    basic = (
        Rule(id="no", kind="no_overlap", params={"resources": [*names]}),
        Rule(id="cap", kind="capacity", params={"resources": [*names]}),
        Rule(id="cov", kind="coverage", weight=1, params={"tolerance_permille": 0}),
    )
    return Problem(
        name="posed",
        grid=TimeGrid(slot_minutes=60, slots_per_day=DAY, days_per_week=5, weeks=1),
        resources=(
            *(Resource(id=name, kind="workshop", capacity=8) for name in names),
            Resource(id="group", kind="learners", size=1),
        ),
        option_sets={
            name: tuple(TimeOption(meetings=(when,)) for when in times)
            for name, (_, _, times) in sessions.items()
        },
        candidate_sets={
            "rooms": tuple(Candidate(resource=name) for name in names),
            "group": (Candidate(resource="group"),),
        },
        priorities=("first", "second"),
        requests=tuple(
            Request(id=name, participant="a", priority=priority) for name, priority in requests.items()
        ),
        activities=tuple(
            Activity(
                id=name,
                request=name.split("/")[0],
                chain=name.split("/")[0],
                index=at,
                times=name,
                size=(amount or {}).get(name, 1),
                contact_minutes=minutes,
                requirements=(
                    Requirement(role="room", candidates="rooms", amount=(amount or {}).get(name, 1)),
                    Requirement(role="learners:1", candidates="group"),
                ),
            )
            for at, (name, (_, minutes, _)) in enumerate(sessions.items())
        ),
        rules=(*basic, *rules),
    )


def shape(weight: int | None = None, **params: Any) -> Rule:
    return Rule(
        id="shape", kind="day_shape", weight=weight, params={"shapes": [{"resources": ["group"], **params}]}
    )


def placed(solution: Solution) -> set[str]:
    return {p.activity for p in solution.placements}


BESIDE: tuple[Rule, ...] = (
    shape(measure="span", at_most=6),
    shape(measure="gaps", at_most=4),
    shape(measure="load", at_least=2),
    Rule(
        id="once",
        kind="concurrent",
        params={"limits": [{"requests": ["a", "b"], "windows": [[0, 60]], "at_least": 1, "or_none": True}]},
    ),
    Rule(
        id="pair",
        kind="relation",
        params={"relations": [{"requests": ["a", "b"], "relation": "reachable"}]},
    ),
    Rule(
        id="even",
        kind="balance",
        weight=2,
        params={
            "portions": [{"resources": ["group"], "measure": "activities", "period": "week", "limit": 0}]
        },
    ),
)
"""Rules that do not decide what is placed."""


@pytest.mark.parametrize("rule", BESIDE, ids=lambda rule: str(rule.kind))
def test_the_first_class_comes_first_whatever_other_rules_there_are(rule: Rule) -> None:
    only = ((0, 2),)
    problem = posed({"b": ("second", 500, only), "a": ("first", 60, only)}, rule)
    solution = solved(problem)
    assert placed(solution) == {"a"}
    # Who is left out is told by whom, not that nothing was found.
    (left,) = solution.unplaced
    assert left.reasons[0].rule == "no_overlap"
    assert left.reasons[0].holders == ("a",)


@pytest.mark.parametrize("rule", BESIDE, ids=lambda rule: str(rule.kind))
def test_what_is_owed_comes_before_its_class(rule: Rule) -> None:
    only = ((0, 2),)
    share: dict[str, Any] = {"name": "b", "owner": "second", "competency": "x", "requests": ["b"]}
    share |= {"offered_minutes": 500, "share_permille": 500}
    owed = Rule(id="owed", kind="guaranteed_share", params={"guarantees": [share]}, weight=1)
    found = solved(posed({"a": ("first", 60, only), "b": ("second", 500, only)}, rule, owed))
    assert placed(found) == {"b"}
    assert [t.value for t in found.score.terms if t.stage == "guarantee"] == [0]


@pytest.mark.parametrize("rule", BESIDE, ids=lambda rule: str(rule.kind))
def test_what_fits_is_placed_beside_a_request_that_does_not_fit_whole(rule: Rule) -> None:
    only = ((0, 2),)
    whole = Rule(id="whole", kind="all_or_none", params={"requests": ["b"]})
    sessions = {"b/0": ("first", 60, only), "b/1": ("first", 60, only), "a": ("first", 60, only)}
    assert placed(solved(posed(sessions, rule, whole))) == {"a"}


@pytest.mark.parametrize("rule", BESIDE[:2] + BESIDE[-1:], ids=lambda rule: str(rule.kind))
def test_two_short_sessions_give_way_to_a_longer_one(rule: Rule) -> None:
    # One class, nothing shared: a timetable, of which not all can take place.
    sessions = {
        "a": ("first", 60, ((0, 2),)),
        "c": ("first", 60, ((2, 4),)),
        "b": ("first", 180, ((0, 4),)),
    }
    solution = solved(posed(sessions, rule))
    assert placed(solution) == {"b"}
    assert {u.reasons[0].holders for u in solution.unplaced} == {("b",)}


def test_sessions_that_only_fit_together_are_placed_together() -> None:
    times = ((0, 2), (2, 4), (DAY, DAY + 2), (DAY + 2, DAY + 4))
    sessions = {"a": ("first", 60, times), "b": ("second", 60, times)}
    assert placed(solved(posed(sessions, shape(measure="isolated", at_most=0)))) == {"a", "b"}
    assert placed(solved(posed(sessions, shape(measure="load", at_least=4)))) == {"a", "b"}
    assert not placed(solved(posed(sessions, shape(measure="load", at_least=5))))


def test_that_nobody_comes_along_is_no_proof_but_a_small_room_is() -> None:
    alone = posed({"a": ("first", 60, ((0, 2),))}, shape(measure="load", at_least=4))
    (left,) = solved(alone).unplaced
    assert (left.reasons[0].rule, left.reasons[0].proof) == ("day_shape", "none")
    large = posed({"a": ("first", 60, ((0, 2),))}, shape(measure="load", at_least=1), amount={"a": 12})
    (left,) = solved(large).unplaced
    assert (left.reasons[0].rule, left.reasons[0].proof) == ("capacity", "counting")


@pytest.mark.parametrize("times", [((0, 2),), ((0, 2), (4, 6))])
def test_what_must_be_there_at_once_is_there_or_there_is_no_plan(times: tuple[tuple[int, int], ...]) -> None:
    def at_least(many: int) -> Rule:
        limit = {"requests": ["a", "b"], "windows": [[0, 2]], "at_least": many}
        return Rule(id="once", kind="concurrent", params={"limits": [limit]})

    sessions = {"a": ("first", 60, times), "b": ("second", 60, times)}
    found = solved(posed(sessions, at_least(2), rooms=2))
    assert [p.meetings for p in found.placements] == [((0, 2),)] * 2
    with pytest.raises(NoPlan, match="at least 3 are needed"):
        solved(posed(sessions, at_least(3), rooms=2))


def test_the_command_says_that_there_is_no_plan_and_writes_none(tmp_path: Path) -> None:
    limit = {"requests": ["a"], "windows": [[0, 2]], "at_least": 2}
    rule = Rule(id="once", kind="concurrent", params={"limits": [limit]})
    file, output = tmp_path / "problem.json", tmp_path / "plan.json"
    file.write_bytes(dump_problem(posed({"a": ("first", 60, ((0, 2),))}, rule)))
    command = [sys.executable, "-m", "solver", "solve", str(file), "-o", str(output), "--lang", "en"]
    ended = subprocess.run([*command, "--deterministic", "1"], capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert "at least 2 are needed" in ended.stderr
    assert not output.exists()
