"""What a reason calls proved holds in every plan there is."""

from collections.abc import Iterator

import pytest

from solver.checker import describe
from solver.explain import reasons
from solver.problem import Activity, Interval, Problem, Rule
from solver.solution import Placement, Reason
from tests.solver.advice.plans import greedy
from tests.solver.engine.exhaustive import plans, small
from tests.solver.engine.random_problems import breaks, make, places_of

SEEDS = range(300)


def alone(problem: Problem, activity: Activity) -> list[Placement]:
    """Return the placements of an activity that break nothing when it is by itself."""
    return [
        place
        for place in places_of(problem, activity)
        if not [code for code in breaks(problem, (place,)) if code != "all_or_none.partly"]
    ]


def proved(problem: Problem) -> Iterator[tuple[Activity, Reason]]:
    for unplaced in reasons(problem, greedy(problem)):
        for reason in unplaced.reasons:
            if reason.proof != "none":
                yield problem.activity_by_id[unplaced.activity], reason


@pytest.mark.parametrize("batch", range(10))
def test_what_is_proved_has_no_place_in_any_plan(batch: int) -> None:
    found = 0
    for seed in SEEDS[batch::10]:
        problem = make(seed)
        for activity, reason in proved(problem):
            assert describe(problem, reason, "ru")
            assert not reason.holders
            if reason.rule == "counting":
                continue
            found += 1
            lone = [activity]
            if reason.rule == "all_or_none" or any(
                activity.request in r.params["requests"] for r in problem.rules if r.kind == "all_or_none"
            ):
                lone = list(problem.activities_of[activity.request])
            assert any(not alone(problem, one) for one in lone), (seed, activity.id, reason)
    assert found


def crowded(seed: int) -> Problem:
    """Return a problem with few rooms and few times, that always lacks hours."""
    problem = make(seed)
    sets = {name: options[:2] for name, options in problem.option_sets.items()}
    rooms = problem.candidate_sets["rooms"][:1]
    kept: tuple[Rule, ...] = tuple(r for r in problem.rules if r.kind not in ("pin", "all_or_none"))
    return problem.model_copy(
        update={
            "option_sets": sets,
            "candidate_sets": {**problem.candidate_sets, "rooms": rooms},
            "rules": kept,
        }
    )


def taken(problem: Problem, place: Placement, rooms: list[str], shared: bool) -> int:
    room = place.resources["room"]
    if room not in rooms:
        return 0
    needs = problem.activity_by_id[place.activity].requirements
    amount = next(r.amount for r in needs if r.role == "room") if shared else 1
    return amount * length(place.meetings)


def length(meetings: tuple[Interval, ...]) -> int:
    return sum(end - start for start, end in meetings)


@pytest.mark.parametrize("batch", range(5))
def test_hours_that_are_said_to_lack_lack_in_every_plan(batch: int) -> None:
    found = 0
    for seed in SEEDS[batch::5]:
        problem = crowded(seed)
        if not small(problem):
            continue
        facts = {
            tuple(sorted(reason.facts.items())): reason
            for _, reason in proved(problem)
            if reason.rule == "counting"
        }
        if not facts:
            continue
        every = list(plans(problem))
        for reason in facts.values():
            found += 1
            rooms = str(reason.facts["place_ids"]).split(",")
            shared = reason.code == "short_of_workplaces"
            possible = {a.id: alone(problem, a) for a in problem.activities}
            confined = {
                name: min(taken(problem, place, rooms, shared) for place in places)
                for name, places in possible.items()
                if places and all(place.resources["room"] in rooms for place in places)
            }
            lacking = int(reason.facts["lacking_slots"])
            assert lacking == int(reason.facts["needed_slots"]) - int(reason.facts["offered_slots"]) > 0
            for plan in every:
                there = {place.activity for place in plan}
                out = sum(least for name, least in confined.items() if name not in there)
                # What has no place even by itself is out as well, and is counted when its times are.
                out += sum(
                    max(taken(problem, p, rooms, shared) for p in places_of(problem, a))
                    for a in problem.activities
                    if not possible[a.id] and any(r.role == "room" for r in a.requirements)
                )
                assert out >= lacking, (seed, reason)
    assert found
