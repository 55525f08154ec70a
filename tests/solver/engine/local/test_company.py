"""Moves of several activities at once: totals stay in step, and they lead where single moves do not."""

import random
from typing import Any

import numba
import numpy as np
import pytest

from solver.engine.chance import seeded
from solver.engine.local import begin, change, company, layout
from solver.engine.local.instance import Instance, Snapshot, build
from solver.engine.lowering import lower
from solver.problem import (
    Activity,
    Candidate,
    Distances,
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

DAYS, HOURS = 4, 4
ROOMS = ("a", "b", "c")
ALWAYS = 1e12
"""A limit that lets every move pass."""


# The functions themselves can be called by compiled ones alone.
@numba.njit
def accompany(ints, floats, allowed, chance, activity, option, limit):  # type: ignore[no-untyped-def]
    return company.accompany(ints, floats, allowed, chance, activity, option, limit)


@numba.njit
def rehouse(ints, floats, allowed, role, candidate, limit):  # type: ignore[no-untyped-def]
    return company.rehouse(ints, floats, allowed, role, candidate, limit)


@numba.njit
def move_alone(ints, floats, activity, option, candidate):  # type: ignore[no-untyped-def]
    """Move an activity of one role and nobody else."""
    change.remove(ints, floats, activity)
    ints[ints[layout.WANT] + ints[ints[layout.A_ROLE] + activity]] = candidate
    change.place(ints, floats, activity, option)


def lesson(
    name: str, days: tuple[int, ...] = tuple(range(DAYS)), rooms: str = "rooms", *, taught: bool = True
) -> Activity:
    teacher = (Requirement(role="teacher", candidates="teacher"),) if taught else ()
    return Activity(
        id=name,
        request="r",
        chain=name,
        times="/".join(map(str, days)),
        size=1,
        contact_minutes=60,
        requirements=(Requirement(role="room", candidates=rooms), *teacher),
    )


def problem_of(activities: tuple[Activity, ...], *rules: Rule) -> Problem:
    """Return lessons of one teacher in three rooms far from each other, under rules."""
    return Problem(
        name="together",
        grid=TimeGrid(slot_minutes=60, slots_per_day=HOURS, days_per_week=DAYS, weeks=1),
        places=tuple(Place(id=room, area=room) for room in ROOMS),
        distances=Distances(areas=ROOMS, slots=((0, 1, 1), (1, 0, 1), (1, 1, 0))),
        resources=(
            *(Resource(id=room, kind="room", place=room) for room in ROOMS),
            Resource(id="teacher", kind="people"),
        ),
        option_sets={
            a.times: tuple(
                TimeOption(meetings=((d * HOURS + h, d * HOURS + h + 1),), penalty=(3 * d + h) % 5)
                for d in map(int, a.times.split("/"))
                for h in range(HOURS)
            )
            for a in activities
        },
        candidate_sets={
            "teacher": (Candidate(resource="teacher"),),
            "rooms": tuple(Candidate(resource=room, penalty=k) for k, room in enumerate(ROOMS)),
            **{room: (Candidate(resource=room),) for room in ROOMS},
        },
        requests=(Request(id="r", participant="p", priority="only"),),
        activities=activities,
        rules=(
            Rule(id="once", kind="no_overlap", params={"resources": list(ROOMS)}),
            Rule(id="there", kind="presence", params={"resources": ["teacher"]}),
            Rule(id="preference", kind="preference", weight=1),
            *rules,
        ),
    )


def relation(name: str, *relations: dict[str, Any], weight: int | None = None) -> Rule:
    return Rule(id=name, kind="relation", params={"relations": list(relations)}, weight=weight)


def same_room(*activities: str, same: bool = True, weight: int | None = None) -> Rule:
    params = {"sets": [{"activities": list(activities), "role": "room", "same": same}]}
    return Rule(id=f"room{activities}", kind="same_resource", params=params, weight=weight)


def random_problem(rng: random.Random) -> Problem:
    names = [f"x{k}" for k in range(7)]
    rules = []
    for at in range(5):
        kind = rng.choice(("same_days", "same_clock", "before", "overlap", "work_day", "different_days"))
        stated: dict[str, Any] = {"activities": rng.sample(names, rng.choice((2, 3))), "relation": kind}
        if kind == "work_day":
            stated["limit"] = 2
        rules.append(relation(f"rule{at}", stated, weight=rng.choice((None, 3))))
    for _ in range(2):
        chosen = rng.sample(names, rng.choice((2, 3)))
        rules.append(same_room(*chosen, same=rng.random() < 0.8, weight=rng.choice((None, 2))))
    return problem_of(tuple(lesson(name) for name in names), *rules)


def random_snapshot(instance: Instance, rng: random.Random) -> Snapshot:
    """Return a plan at random of what may stand everywhere at any time; one in eight is left out."""
    first_option = instance.block(layout.A_OPT, len(instance.choices) + 1)
    first_candidate = instance.block(layout.R_CAND, int(instance.ints[layout.N_ROLE]) + 1)
    options: list[int] = []
    candidates: list[int] = []
    for at, choice in enumerate(instance.choices):
        out = rng.random() < 1 / 8
        options.append(-1 if out else first_option[at] + rng.randrange(len(choice.times)))
        for role in choice.roles:
            first = first_candidate[len(candidates)]
            candidates.append(-1 if out else first + rng.randrange(len(role.seats)))
    return Snapshot(np.array(options, dtype=np.int64), np.array(candidates, dtype=np.int64))


def enter(instance: Instance, snapshot: Snapshot) -> None:
    begin.restore(instance.ints, instance.floats, snapshot.options, snapshot.candidates)


def totals(instance: Instance) -> tuple[int, int, float, float]:
    ints, floats = instance.ints, instance.floats
    penalty, cost = (round(float(floats[at]), 6) for at in (layout.F_PENALTY, layout.F_COST))
    return int(ints[layout.RAW]), int(ints[layout.N_BAD]), penalty, cost


def hold(instance: Instance, fresh: Instance, before: Snapshot, moved: bool) -> None:
    """Hold the totals against those of a plan laid out anew; a refused move leaves all as it was."""
    now = instance.now()
    enter(fresh, now)
    assert totals(instance) == totals(fresh)
    assert ((now.options < 0) == (before.options < 0)).all()
    same = (now.options == before.options).all() and (now.candidates == before.candidates).all()
    assert same != moved


@pytest.mark.parametrize("seed", range(6))
def test_totals_are_those_of_a_plan_laid_out_anew(seed: int) -> None:
    rng = random.Random(seed)
    problem = random_problem(rng)
    instance, fresh = (build(problem, lower(problem)) for _ in range(2))
    ints, floats, allowed, chance = instance.ints, instance.floats, instance.allowed, seeded(seed)
    first_option = instance.block(layout.A_OPT, len(instance.choices) + 1)
    first_role = instance.block(layout.A_ROLE, len(instance.choices) + 1)
    first_candidate = instance.block(layout.R_CAND, int(ints[layout.N_ROLE]) + 1)
    outcomes, companies = [], 0
    for turn in range(150):
        if turn % 30 == 0:
            enter(instance, random_snapshot(instance, rng))
        before, worth = instance.now(), sum(totals(instance)[2:])
        limit = rng.choice((ALWAYS, 0.0, -1.0))
        at = rng.choice(np.flatnonzero(before.options >= 0).tolist())
        if turn % 2:
            wanted = rng.randrange(first_option[at], first_option[at + 1])
            if wanted == before.options[at]:
                continue
            moved = accompany(ints, floats, allowed, chance, at, wanted, limit)
            if moved:
                assert instance.now().options[at] == wanted
        else:
            role = int(first_role[at])
            wanted = rng.randrange(first_candidate[role], first_candidate[role + 1])
            if wanted == before.candidates[role]:
                continue
            moved = rehouse(ints, floats, allowed, role, wanted, limit)
            if moved:
                assert instance.now().candidates[role] == wanted
        hold(instance, fresh, before, moved)
        if moved:
            assert sum(totals(instance)[2:]) - worth <= limit + 1e-6
            companies += int((instance.now().options != before.options).sum() > 1)
            companies += int((instance.now().candidates != before.candidates).sum() > 1)
        outcomes.append(moved)
    assert set(outcomes) == {False, True}
    assert companies > 10


def laid_out(problem: Problem, **where: tuple[int, str]) -> Instance:
    """Return a problem with a plan, slot and room of every lesson; a breach outweighs all costs."""
    instance = build(problem, lower(problem))
    first = instance.ints[layout.WEIGHT]
    instance.floats[first : first + len(instance.hard)][instance.hard] = 1000.0
    placements = {
        name: Placement(
            activity=name, meetings=((slot, slot + 1),), resources={"room": room, "teacher": "teacher"}
        )
        for name, (slot, room) in where.items()
    }
    enter(instance, instance.snapshot(placements))
    return instance


def test_days_that_have_to_be_equal_change_together() -> None:
    """Three lessons have to share a day, and on that day one of them may not be."""
    together = relation("together", {"activities": ["x", "y", "z"], "relation": "same_days"})
    apart = relation("apart", {"activities": ["x", "block"], "relation": "different_days"})
    lessons = (lesson("x"), lesson("y"), lesson("z"), lesson("block", days=(0,), rooms="a"))
    problem = problem_of(lessons, together, apart)
    instance = laid_out(problem, x=(0, "a"), y=(1, "a"), z=(2, "a"), block=(3, "a"))
    ints, floats = instance.ints, instance.floats
    start = instance.now()
    assert totals(instance)[0] == 1
    first_option = instance.block(layout.A_OPT, 5)
    for at in range(3):
        for option in range(first_option[at], first_option[at + 1]):
            move_alone(ints, floats, at, option, start.candidates[at])
            assert totals(instance)[0] >= 1
            enter(instance, start)
    tuesday = int(first_option[0]) + HOURS
    assert accompany(ints, floats, instance.allowed, seeded(1), 0, tuesday, 0.0)
    assert totals(instance)[0] == 0
    plan = instance.placements(instance.now())
    assert {plan[name].meetings[0][0] // HOURS for name in "xyz"} == {1}


def test_a_shared_room_is_left_together() -> None:
    """Three lessons have to share a room, in which a lesson that cannot leave is at the same time."""
    lessons = (lesson("x"), lesson("y"), lesson("z"), lesson("block", days=(0,), rooms="a", taught=False))
    problem = problem_of(lessons, same_room("x", "y", "z"))
    instance = laid_out(problem, x=(0, "a"), y=(4, "a"), z=(8, "a"), block=(0, "a"))
    ints, floats = instance.ints, instance.floats
    start = instance.now()
    assert totals(instance)[0] == 1
    for candidate in (1, 2):
        move_alone(ints, floats, 0, start.options[0], start.candidates[0] + candidate)
        assert totals(instance)[0] > 1
        enter(instance, start)
    assert rehouse(ints, floats, instance.allowed, 0, int(start.candidates[0]) + 1, 0.0)
    assert totals(instance)[0] == 0
    plan = instance.placements(instance.now())
    assert {plan[name].resources["room"] for name in "xyz"} == {"b"}
