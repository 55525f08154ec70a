"""The generated clusters hold what they promise, and the command tells plans apart."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.cluster import changes
from benchmarks.synthetic_cluster import SIZES, Size, make, of_size, resized
from solver.baselines import BASELINES
from solver.checker import check
from solver.codec import dump_problem, load_problem
from solver.fairness import figures, report
from solver.problem import Problem

SMALL = Size(requests=60, colleges=4, competencies=4, workshops=6, groups=8, chains=(2, 3), weeks=8)


@pytest.fixture(scope="module")
def problem() -> Problem:
    return of_size(SMALL, 5, "small")


def rule(problem: Problem, kind: str) -> Any:
    return next(rule.params for rule in problem.rules if rule.kind == kind)


def test_equal_seeds_make_equal_problems_that_can_be_read(problem: Problem) -> None:
    data = dump_problem(problem)
    assert dump_problem(of_size(SMALL, 5, "small")) == data
    assert dump_problem(load_problem(data)) == data
    assert of_size(SMALL, 6, "small") != problem


def test_every_kind_of_request_and_place_is_there(problem: Problem) -> None:
    assert {request.kind for request in problem.requests} == {"module", "exam", "camp", "internship"}
    assert {request.priority for request in problem.requests} == set(problem.priorities)
    assert not all(request.partial for request in problem.requests)
    modes = {(resource.kind, resource.mode) for resource in problem.resources}
    assert {("workshop", "pooled"), ("workshop", "exclusive"), ("internship", "pooled")} <= modes
    homes = {resource.home for resource in problem.resources if resource.size}
    assert len(homes) > 1
    assert len({option.meetings for options in problem.option_sets.values() for option in options}) > 100


def test_a_contested_competency_gives_less_than_is_asked_for_and_credit_gives_a_fifth_at_most() -> None:
    shares = rule(make(1, 1001), "fair_share")["participants"]
    assert any(share["entitlement"] < share["demand"] for share in shares.values())
    assert any(share["raised"] for share in shares.values())
    for share in shares.values():
        assert share["raised"] * 6 <= share["entitlement"]


def test_scales_are_as_large_as_they_say() -> None:
    counts = {scale: len(make(scale, 1).activities) for scale in SIZES}
    assert 3_000 < counts[1] < 6_000
    assert 10_000 < counts[10] < 20_000
    assert 24_000 < counts[50] < 40_000


def test_sizes_vary_by_a_fifth_and_the_rest_stays(problem: Problem) -> None:
    varied = resized(problem, 3)
    load_problem(dump_problem(varied))
    changed = 0
    for before, after in zip(problem.resources, varied.resources, strict=True):
        if before.size:
            assert abs(after.size - before.size) <= before.size * 0.2 + 0.5
            changed += after.size != before.size
        else:
            assert after == before
    assert changed
    sizes = {r.id: r.size for r in varied.resources}
    for activity in varied.activities:
        room = next(r for r in activity.requirements if r.role == "room")
        parts = [sizes[r.candidates] for r in activity.requirements if r.candidates in sizes]
        if problem.request_by_id[activity.request].kind == "module":
            assert activity.size == room.amount == sum(parts)


@pytest.mark.parametrize("name", list(BASELINES))
def test_a_baseline_keeps_every_rule_and_its_order(problem: Problem, name: str) -> None:
    plan = BASELINES[name](problem)
    assert check(problem, plan) == []
    assert figures(problem, name, plan.placements).placed == len(plan.placements) > 50
    assert report(problem, plan).participants[0].share_permille < 1000
    assert changes(plan, plan) == 0
    fewer = plan.model_copy(update={"placements": plan.placements[3:]})
    assert (changes(plan, fewer), changes(fewer, plan)) == (3, 0)


def test_who_comes_first_by_hand_is_served_first() -> None:
    problem = of_size(replace(SMALL, requests=40), 7, "small")
    plan = BASELINES["hand"](problem)
    order = [a.request for a in problem.activities]
    first = problem.model_copy(
        update={
            "requests": problem.requests[:1],
            "activities": problem.activities_of[order[0]],
            "rules": tuple(r for r in problem.rules if r.kind in ("no_overlap", "presence", "coverage")),
        }
    )
    alone = {a.id for a in first.activities}
    placed = alone & set(plan.placement_of)
    assert placed == alone
