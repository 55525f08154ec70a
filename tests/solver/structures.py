"""Random problems with one rule about pairs, days or counts: five sessions, three rooms in two towns."""

import random
from collections.abc import Callable
from typing import Any, TypeAlias

from solver.plan import Plan
from solver.problem import (
    Activity,
    Candidate,
    Distances,
    Interval,
    Place,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Placement

DAYS, WEEKS, SLOTS = 3, 2, 7
ROOMS, TRAINERS = ("a", "b", "c"), ("anna", "boris")


def meetings(rng: random.Random) -> tuple[Interval, ...]:
    """Return one to three meetings in order; some last past midnight."""
    found: list[Interval] = []
    at = 0
    for _ in range(rng.choice((1, 1, 2, 3))):
        start = rng.randrange(at, DAYS * WEEKS * SLOTS - 8)
        end = start + rng.randrange(1, 5)
        found.append((start, end))
        at = end
        if at >= DAYS * WEEKS * SLOTS - 9:
            break
    return tuple(found)


def problem_with(rule: Rule, rng: random.Random) -> Problem:
    """Return five sessions with a few times each, under one rule."""
    activities = []
    option_sets = {}
    for at in range(5):
        times = {meetings(rng) for _ in range(4)}
        option_sets[f"x{at}"] = tuple(TimeOption(meetings=when) for when in sorted(times))
        roles = {"room": ROOMS, "trainer": TRAINERS, "second": TRAINERS}
        if rng.random() < 0.2:
            del roles["second"]
        activities.append(
            Activity(
                id=f"x{at}",
                request="r",
                chain=f"c{at % 2}",
                index=at // 2,
                times=f"x{at}",
                size=1,
                contact_minutes=rng.choice((45, 90, 100)),
                requirements=tuple(Requirement(role=role, candidates=role) for role in roles),
            )
        )
    return Problem(
        name="structures",
        grid=TimeGrid(slot_minutes=60, slots_per_day=SLOTS, days_per_week=DAYS, weeks=WEEKS),
        places=(Place(id="p0", area="north"), Place(id="p1", area="south")),
        distances=Distances(areas=("north", "south"), slots=((0, 2), (1, 0))),
        resources=(
            Resource(id="a", kind="workshop", place="p0"),
            Resource(id="b", kind="workshop", place="p1"),
            Resource(id="c", kind="workshop"),
            Resource(id="anna", kind="trainer", home="north"),
            Resource(id="boris", kind="trainer", home="south"),
        ),
        option_sets=option_sets,
        candidate_sets={
            "room": tuple(Candidate(resource=name) for name in ROOMS),
            "trainer": tuple(Candidate(resource=name) for name in TRAINERS),
            "second": tuple(Candidate(resource=name) for name in TRAINERS),
        },
        requests=(Request(id="r", participant="p", priority="only"),),
        activities=tuple(activities),
        rules=(rule,),
    )


def random_plan(problem: Problem, rng: random.Random) -> Plan:
    """Return a plan for some of the sessions, at random."""
    return Plan(
        problem,
        [
            Placement(
                activity=activity.id,
                meetings=rng.choice(problem.option_sets[activity.times]).meetings,
                resources={
                    r.role: rng.choice(problem.candidate_sets[r.candidates]).resource
                    for r in activity.requirements
                },
            )
            for activity in rng.sample(problem.activities, rng.randrange(2, 6))
        ],
    )


def some_spans(rng: random.Random) -> list[Interval]:
    found = []
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(DAYS * WEEKS * SLOTS - 1)
        found.append((start, start + rng.randrange(1, 12)))
    return found


def subjects(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.5:
        return {"activities": rng.sample([f"x{at}" for at in range(5)], 4)}
    return {"requests": ["r"], rng.choice(("each_chain", "each_index")): rng.random() < 0.5}


def related(rng: random.Random, relation: str) -> dict[str, Any]:
    limit = rng.randrange(6) if relation in ("work_day", "min_gap", "days_apart", "days_within") else 0
    pauses = some_spans(rng) if rng.random() < 0.5 else []
    related = {**subjects(rng), "relation": relation, "limit": limit, "pauses": pauses}
    return {"relations": [{**related, "following": rng.random() < 0.2}]}


def shaped(rng: random.Random, measure: str) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "measure": measure,
        "period": rng.choice(("day", "week", "horizon")),
        "fold": rng.random() < 0.4,
        "within": some_spans(rng) if rng.random() < 0.5 or measure == "late" else [],
        "pauses": some_spans(rng) if rng.random() < 0.5 else [],
        "join": rng.randrange(3),
        "longer_than": rng.randrange(6),
        "together": rng.random() < 0.5,
        rng.choice(("at_most", "at_least")): rng.randrange(5),
    }
    if rng.random() < 0.7:
        shape["resources"] = rng.sample([*ROOMS, *TRAINERS], 2)
    if "resources" not in shape or rng.random() < 0.5:
        shape |= subjects(rng)
    return {"shapes": [shape]}


def at_once(rng: random.Random) -> dict[str, Any]:
    limit: dict[str, Any] = {"windows": some_spans(rng), "or_none": rng.random() < 0.5, "requests": ["r"]}
    limit[rng.choice(("at_most", "at_least"))] = rng.randrange(1, 4)
    return {"limits": [limit]}


def portion(rng: random.Random) -> dict[str, Any]:
    return {
        "portions": [
            {
                "resources": rng.sample([*ROOMS, *TRAINERS], 3),
                "together": rng.random() < 0.5,
                "period": rng.choice(("day", "week", "horizon")),
                "measure": rng.choice(("contact_minutes", "clock_slots", "activities")),
                "limit": rng.randrange(5),
            }
        ]
    }


Params: TypeAlias = dict[str, Any]


def rests(rng: random.Random) -> Params:
    return {"rests": [{"resources": [*ROOMS, *TRAINERS], "min_slots": rng.randrange(9)}]}


def stable(rng: random.Random) -> Params:
    role = rng.choice(("room", "second"))
    return {"sets": [{**subjects(rng), "role": role, "at_most": rng.randrange(1, 3)}]}


def alike(rng: random.Random) -> Params:
    return {"sets": [{**subjects(rng), "role": "second", "same": rng.random() < 0.5}]}


def journeys(rng: random.Random) -> Params:
    limits = {"from_slots": rng.randrange(1, 3), "min_minutes": rng.choice((60, 100, 150))}
    return {"journeys": [{"resources": list(TRAINERS), **limits}]}


def last(rng: random.Random) -> Params:
    return {"activities": rng.sample([f"x{at}" for at in range(5)], 3)}


COUNTS: tuple[tuple[str, Callable[[random.Random], Params]], ...] = (
    ("concurrent", at_once),
    ("balance", portion),
    ("rest", rests),
    ("stability", stable),
    ("same_resource", alike),
    ("worth_journey", journeys),
)
"""Flexible rules other than relations and shapes of days, with random parameters."""
