"""Operators that break rules about pairs of sessions, days and counts; each by construction."""

import random
from itertools import permutations

from solver.problem import Problem
from solver.solution import Placement, Solution
from tests.solver.clusters import DAY, PARTS, ROOMS, TRAINERS, WEEK
from tests.solver.corruptions import Operator, at, day_of, length, modules, moved, put, some


def chain_too_far_apart(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for index in rng.sample(range(3), 3):
        a, b = (plan.placement_of.get(f"r0/1/{at}") for at in (index, index + 1))
        if a is not None and b is not None:
            days = 10 if day_of(a) < 10 * DAY else -10  # nine are allowed, in three weeks
            return put(plan, moved(b, at(b, day_of(a) + days * DAY + 40)))
    return None


def both_at_once(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    a, b = plan.placement_of.get("r1/1/0"), plan.placement_of.get("r2/1/0")
    return put(plan, moved(b, at(b, a.meetings[0][1] - 1))) if a is not None and b is not None else None


def another_trainer(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chain = some(rng, plan, "r2")
    if len(chain) < 2:
        return None
    others = [name for name in TRAINERS if name != chain[1].resources["trainer"]]
    return put(plan, moved(chain[0], trainer=rng.choice(others)))


def the_same_room(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    a, b = plan.placement_of.get("r0/1/0"), plan.placement_of.get("r2/1/0")
    return put(plan, moved(b, room=a.resources["room"])) if a is not None and b is not None else None


def three_rooms(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    found = some(rng, plan, "r1")[:3]
    rooms = rng.sample(ROOMS, 3)
    return put(plan, *map(_in_room, found, rooms)) if len(found) == 3 else None


def _in_room(placement: Placement, room: str) -> Placement:
    return moved(placement, room=room)


def three_trainers(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    found = some(rng, plan, "r0")[:3]
    if len(found) < 3:
        return None
    return put(plan, *(moved(p, trainer=t) for p, t in zip(found, rng.sample(TRAINERS, 3), strict=True)))


def gap_too_long(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(some(rng, plan, "r0", "r1", "r2", "r3"), 2):
        part = a.resources["learners:1"]
        if part == b.resources["learners:1"] and part in PARTS:
            of_day = [p for p in some(rng, plan) if p.resources["learners:1"] == part and p not in (a, b)]
            free = [day for day in range(21) if all(day * DAY not in _days(p) for p in of_day)]
            day = rng.choice(free) * DAY
            return put(plan, moved(a, at(a, day + 30)), moved(b, at(b, day + 30 + length(a) + 31)))
    return None


def _days(placement: Placement) -> set[int]:
    return {start // DAY * DAY for start, _ in placement.meetings}


def four_days_in_a_week(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    found = modules(rng, plan)[:4]
    if len(found) < 4:
        return None
    trainer, week = rng.choice(TRAINERS), rng.randrange(3) * WEEK
    days = [week + day * DAY + 40 for day in rng.sample(range(7), 4)]
    return put(plan, *(moved(p, at(p, day), trainer=trainer) for p, day in zip(found, days, strict=True)))


def four_at_once(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    found = modules(rng, plan)[:4]
    return put(plan, *(moved(p, *found[0].meetings) for p in found)) if len(found) == 4 else None


def two_at_noon(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    found = some(rng, plan, "r2")[:2]
    noon = rng.randrange(5) * DAY + 45
    return put(plan, *(moved(p, at(p, noon)) for p in found)) if len(found) == 2 else None


def short_night(rng: random.Random, plan: Solution, role: str, names: tuple[str, ...]) -> Solution | None:
    for a, b in permutations(some(rng, plan, "r0", "r1", "r2", "r3"), 2):
        who = a.resources[role]
        if who in names and role in b.resources and (role == "trainer" or b.resources[role] == who):
            evening = at(a, day_of(a) + 80 - length(a))
            return put(plan, moved(a, evening), moved(b, at(b, evening[1] + 51), **{role: who}))
    return None


def trainers_night_a_slot_short(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return short_night(rng, plan, "trainer", TRAINERS)


def learners_night_a_slot_short(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return short_night(rng, plan, "learners:1", PARTS)


def _idle_northerner(rng: random.Random, problem: Problem, plan: Solution, days: set[int]) -> str | None:
    """Return a trainer whose way to the west is six slots and who does nothing on these days."""
    busy = {p.resources["trainer"] for p in plan.placements if days & _days(p)}
    north = [t for t in TRAINERS if problem.resource_by_id[t].home == "north" and t not in busy]
    return rng.choice(north) if north else None


def half_a_day_in_the_west(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = modules(rng, plan)[0]
    start = rng.randrange(20) * DAY + 40
    # Half of ninety minutes or a hundred on each of two days, where ninety are worth the way.
    halves = ((start, start + 3), (start + DAY, start + DAY + 3))
    trainer = _idle_northerner(rng, problem, plan, {start // DAY * DAY, start // DAY * DAY + DAY})
    return put(plan, moved(chosen, *halves, room="w3", trainer=trainer)) if trainer else None


def half_days_at_an_employer_in_the_west(
    rng: random.Random, problem: Problem, plan: Solution
) -> Solution | None:
    block = plan.placement_of.get("r4/1/0")  # in the west, half of its minutes on each of two days
    trainer = _idle_northerner(rng, problem, plan, _days(block)) if block is not None else None
    return put(plan, moved(block, trainer=trainer)) if block is not None and trainer else None


def a_host_beyond_its_share(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    found = modules(rng, plan)[:5]  # of six slots or more, in a week of 24
    if len(found) < 5:
        return None
    room, week = rng.choice(("w0", "w1", "w3")), rng.randrange(3) * WEEK
    return put(plan, *(moved(p, at(p, week + p.meetings[0][0] % WEEK), room=room) for p in found))


def five_in_a_day(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    found = modules(rng, plan)[:5]
    day = rng.randrange(21) * DAY
    meet = (moved(p, at(p, day + 30 + 8 * i)) for i, p in enumerate(found))
    return put(plan, *meet) if len(found) == 5 else None


OF_SHAPES: tuple[tuple[str, Operator], ...] = (
    ("relation", chain_too_far_apart),
    ("relation", both_at_once),
    ("same_resource", another_trainer),
    ("same_resource", the_same_room),
    ("stability", three_rooms),
    ("stability", three_trainers),
    ("day_shape", gap_too_long),
    ("day_shape", four_days_in_a_week),
    ("concurrent", four_at_once),
    ("concurrent", two_at_noon),
    ("rest", trainers_night_a_slot_short),
    ("rest", learners_night_a_slot_short),
    ("worth_journey", half_a_day_in_the_west),
    ("worth_journey", half_days_at_an_employer_in_the_west),
    ("balance", a_host_beyond_its_share),
    ("balance", five_in_a_day),
)
