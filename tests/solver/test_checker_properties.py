"""What holds for every plan: valid ones pass, broken ones are caught, names and calendars do not matter."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.checker import check, describe, score
from solver.codec import dump_problem, dump_solution, load_problem, load_solution
from solver.problem import Candidate, Interval, Problem, Resource
from solver.rules import RULES
from solver.solution import Solution
from tests.solver.clusters import planned
from tests.solver.corruptions import OF_RULES, Operator
from tests.solver.corruptions_of_shapes import OF_SHAPES
from tests.solver.corruptions_of_structure import OF_STRUCTURE
from tests.solver.facts import assert_facts_are_true

CORRUPTIONS = OF_RULES + OF_SHAPES + OF_STRUCTURE

seeds = st.integers(min_value=0, max_value=15)
few = settings(max_examples=12, derandomize=True, deadline=None)


@few
@given(seeds)
def test_a_valid_plan_passes_in_every_form(seed: int) -> None:
    problem, plan = planned(seed)
    assert len(plan.placements) > len(problem.activities) // 2
    read = load_problem(dump_problem(problem)), load_solution(dump_solution(plan))
    assert check(problem, plan) == check(*read) == []
    assert score(problem, plan) == score(*read)


@pytest.mark.parametrize(("kind", "corrupt"), CORRUPTIONS, ids=lambda c: getattr(c, "__name__", c))
@few
@given(seeds, st.integers(0, 999))
def test_every_corruption_is_caught(kind: str, corrupt: Operator, seed: int, choice: int) -> None:
    problem, plan = planned(seed)
    broken = corrupt(random.Random(choice), problem, plan)
    assume(broken is not None and broken != plan)
    assert broken is not None
    found = check(problem, broken)
    assert kind in {violation.kind for violation in found}
    for violation in found:
        if violation.kind != "structure":
            assert_facts_are_true(violation, problem, broken.placement_of)
        assert describe(problem, violation, "ru") != describe(problem, violation, "en")


def test_every_hard_rule_has_two_corruptions_or_more() -> None:
    times = Counter(kind for kind, _ in CORRUPTIONS)
    assert {rule.kind for rule in RULES if rule.stage == "hard" or rule.flexible} <= set(times)
    assert min(times.values()) >= 2


# --- metamorphic: what does not matter -------------------------------------------------


def renamed(document: Any, names: dict[str, str]) -> Any:
    """Replace every string that is a name, also as a key."""
    if isinstance(document, dict):
        return {names.get(key, key): renamed(value, names) for key, value in document.items()}
    if isinstance(document, (list, tuple, frozenset)):
        return [renamed(value, names) for value in document]
    return names.get(document, document) if isinstance(document, str) else document


def rewritten(problem: Problem, plan: Solution, names: dict[str, str]) -> tuple[Problem, Solution]:
    return (
        Problem.model_validate(renamed(problem.model_dump(), names)),
        Solution.model_validate(renamed(plan.model_dump(), names)),
    )


def permuted_ids(rng: random.Random, problem: Problem, plan: Solution) -> tuple[Problem, Solution]:
    nouns: list[list[str]] = [
        [r.id for r in problem.resources],
        [a.id for a in problem.activities],
        [r.id for r in problem.requests],
        [r.id for r in problem.rules],
        [p.id for p in problem.places],
        list({a.chain for a in problem.activities}),
    ]
    names: dict[str, str] = {}
    for ids in nouns:
        names.update(zip(sorted(ids), rng.sample(sorted(ids), len(ids)), strict=True))
    candidate_sets = {
        key: [Candidate(resource=names[c.resource], penalty=c.penalty) for c in found]
        for key, found in problem.candidate_sets.items()
    }
    # Sets of one part are called as the part: their own names stay.
    kept = {key: key for key in problem.candidate_sets}
    activities = [
        {
            **renamed(a.model_dump(), names),
            "requirements": [{**r.model_dump(), "candidates": kept[r.candidates]} for r in a.requirements],
        }
        for a in problem.activities
    ]
    changed = {
        **renamed(problem.model_dump(), names),
        "candidate_sets": candidate_sets,
        "activities": rng.sample(activities, len(activities)),
    }
    shuffled = {**changed, "resources": rng.sample(changed["resources"], len(changed["resources"]))}
    return Problem.model_validate(shuffled), Solution.model_validate(renamed(plan.model_dump(), names))


def shifted_weeks(rng: random.Random, problem: Problem, plan: Solution) -> tuple[Problem, Solution]:
    weeks = rng.randrange(1, 4)
    slots = weeks * problem.grid.slots_per_week

    def shift(document: Any, spans: bool = False) -> Any:
        if isinstance(document, dict):
            return {k: shift(v, k in {"meetings", "windows"}) for k, v in document.items()}
        if isinstance(document, (list, tuple)):
            return [[s + slots, e + slots] for s, e in document] if spans else [shift(v) for v in document]
        return document

    longer = {**problem.model_dump(), "grid": {**problem.grid.model_dump(), "weeks": 3 + weeks}}
    return Problem.model_validate(shift(longer)), Solution.model_validate(shift(plan.model_dump()))


def renamed_participants(rng: random.Random, problem: Problem, plan: Solution) -> tuple[Problem, Solution]:
    return rewritten(problem, plan, {"c0": "колледж", "c1": "c0"})


def unused_room(rng: random.Random, problem: Problem, plan: Solution) -> tuple[Problem, Solution]:
    room = Resource(id="w9", kind="workshop", place="p0", capacity=12, tags=frozenset({"skill"}))
    sets = dict(problem.candidate_sets)
    sets["rooms"] = (Candidate(resource="w9"), *sets["rooms"])
    added = {"no_overlap", "capacity"}
    rules = tuple(
        rule.model_copy(update={"params": {"resources": ["w9", *rule.params["resources"]]}})
        if rule.kind in added
        else rule
        for rule in problem.rules
    )
    wider = {"resources": (room, *problem.resources), "candidate_sets": sets, "rules": rules}
    return problem.model_copy(update=wider), plan


def verdict(problem: Problem, plan: Solution) -> tuple[Counter[tuple[str, str]], Counter[Any]]:
    terms = Counter((t.stage, t.value, t.weight, t.unit) for t in score(problem, plan).terms)
    return Counter((v.kind, v.code) for v in check(problem, plan)), terms


Change = Callable[[random.Random, Problem, Solution], tuple[Problem, Solution]]


@pytest.mark.parametrize(
    "change", [permuted_ids, shifted_weeks, renamed_participants, unused_room], ids=lambda c: c.__name__
)
@settings(max_examples=40, derandomize=True, deadline=None)
@given(seeds, st.integers(0, 999), st.sampled_from([None, *(operator for _, operator in CORRUPTIONS)]))
def test_what_does_not_matter_changes_nothing(
    change: Change, seed: int, choice: int, corrupt: Operator | None
) -> None:
    problem, plan = planned(seed)
    rng = random.Random(choice)
    if corrupt is not None:
        plan = corrupt(rng, problem, plan) or plan
    assert verdict(*change(rng, problem, plan)) == verdict(problem, plan)


def test_a_longer_horizon_shifts_every_time() -> None:
    problem, plan = planned(0)
    later, _ = shifted_weeks(random.Random(0), problem, plan)
    first: Interval = problem.option_sets["times0"][0].meetings[0]
    moved = later.option_sets["times0"][0].meetings[0]
    assert moved[0] - first[0] == (later.grid.weeks - 3) * problem.grid.slots_per_week > 0
