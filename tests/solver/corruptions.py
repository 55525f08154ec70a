"""Operators that make a valid plan of `tests.solver.clusters` invalid, each by construction.

An operator returns the broken plan, or None when this plan has nothing for it to break. None of them asks
the checker or a rule.
"""

import random
from collections.abc import Callable
from itertools import permutations
from typing import Any, TypeAlias

from solver.problem import Interval, Problem
from solver.solution import Placement, Reason, Solution, Unplaced
from tests.solver.clusters import DAY, ROOMS, TRAINERS, WEEK

Operator: TypeAlias = Callable[[random.Random, Problem, Solution], Solution | None]


def put(plan: Solution, *changed: Placement) -> Solution:
    by_activity = {p.activity: p for p in changed}
    return plan.model_copy(
        update={"placements": tuple(by_activity.get(p.activity, p) for p in plan.placements)}
    )


def moved(placement: Placement, *meetings: Interval, **resources: str) -> Placement:
    changed: dict[str, Any] = {"meetings": meetings or placement.meetings}
    changed["resources"] = {**placement.resources, **resources}
    return placement.model_copy(update=changed)


def some(rng: random.Random, plan: Solution, *requests: str) -> list[Placement]:
    """Return placed sessions, of the requests if any are named, in random order."""
    found = [p for p in plan.placements if not requests or p.activity.split("/")[0] in requests]
    return rng.sample(found, len(found))


def length(placement: Placement) -> int:
    return placement.meetings[0][1] - placement.meetings[0][0]


def day_of(placement: Placement) -> int:
    """Return the first slot of the day."""
    return placement.meetings[0][0] // DAY * DAY


def at(placement: Placement, start: int) -> Interval:
    return start, start + length(placement)


def modules(rng: random.Random, plan: Solution) -> list[Placement]:
    return some(rng, plan, "r0", "r1", "r2")


def params(problem: Problem, kind: str) -> Any:
    return next(rule.params for rule in problem.rules if rule.kind == kind)


# --- what resources allow -----------------------------------------------------


def same_room_same_time(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(modules(rng, plan), 2):
        if a.resources["room"] != "w2":
            return put(plan, moved(b, *a.meetings, room=a.resources["room"]))
    return None


def clean_up_a_slot_short(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(modules(rng, plan), 2):
        room = problem.resource_by_id[a.resources["room"]]
        if room.id != "w2":
            start = a.meetings[0][1] + room.cleanup_slots + room.setup_slots - 1
            return put(plan, moved(b, at(b, start), room=room.id))
    return None


def too_small_a_room(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, moved(some(rng, plan)[0], room="w4"))


def too_many_in_a_pool(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    crowd = some(rng, plan)[:4]  # four subgroups of four or more, twelve places
    return put(plan, *(moved(p, *crowd[0].meetings, room="w2") for p in crowd))


def too_few_units(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    three = some(rng, plan, "r3")
    if len(three) < 3:
        return None
    return put(plan, *(moved(p, *three[0].meetings, equipment="e0") for p in three))


def unskilled_trainer(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, moved(modules(rng, plan)[0], trainer="t3"))


def room_without_what_is_needed(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, *(moved(p, room="w3") for p in some(rng, plan, "r0", "r1")[:1]))


def a_slot_too_early(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = modules(rng, plan)[0]
    return put(plan, moved(chosen, at(chosen, day_of(chosen) + 29)))


def a_slot_too_late(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = modules(rng, plan)[0]
    return put(plan, moved(chosen, at(chosen, day_of(chosen) + 81 - length(chosen))))


def guests_too_long(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for chosen in some(rng, plan):
        if chosen.resources["learners:1"] in {"g0", "g1"}:
            start = day_of(chosen) + 40
            return put(plan, moved(chosen, (start, start + 15), room="w0"))
    return None


def guests_on_a_day_that_is_not_theirs(
    rng: random.Random, problem: Problem, plan: Solution
) -> Solution | None:
    for chosen in some(rng, plan):
        if chosen.resources["learners:1"] in {"g0", "g1"}:
            return put(plan, moved(chosen, at(chosen, 5 * DAY + 40), room="w0"))
    return None


# --- when and where people can be ------------------------------------------------


def trainer_twice_at_once(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    a, b, *_ = some(rng, plan)
    return put(plan, moved(b, *a.meetings, trainer=a.resources["trainer"]))


def learners_twice_at_once(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(some(rng, plan), 2):
        if a.resources["learners:1"] == b.resources["learners:1"]:
            return put(plan, moved(b, *a.meetings))
    return None


def trainers_way_a_slot_short(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(modules(rng, plan), 2):
        first, then = (problem.resource_by_id[p.resources["room"]] for p in (a, b))
        way = problem.travel_slots(first.place, then.place) + first.cleanup_slots + then.setup_slots
        return put(plan, moved(b, at(b, a.meetings[0][1] + way - 1), trainer=a.resources["trainer"]))
    return None


def learners_way_a_slot_short(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(modules(rng, plan), 2):
        first, then = (problem.resource_by_id[p.resources["room"]] for p in (a, b))
        way = problem.travel_slots(first.place, then.place)
        if way and a.resources["learners:1"] == b.resources["learners:1"]:
            return put(plan, moved(b, at(b, a.meetings[0][1] + way - 1)))
    return None


def learners_in_two_towns(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(modules(rng, plan), 2):
        if a.resources["learners:1"] == b.resources["learners:1"]:
            elsewhere = moved(b, at(b, day_of(a) + rng.randrange(DAY)), room="w3")
            return put(plan, moved(a, room="w1"), elsewhere)
    return None


def trainer_in_two_towns(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    a, b, *_ = modules(rng, plan)
    trainer = a.resources["trainer"]
    home = problem.resource_by_id[trainer].home
    towns = {"north": "w0", "south": "w1", "west": "w3"}
    one, other, *_ = (room for town, room in towns.items() if town != home)
    elsewhere = moved(b, at(b, day_of(a) + rng.randrange(DAY)), room=other, trainer=trainer)
    return put(plan, moved(a, room=one), elsewhere)


def too_far_from_home(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, *(moved(p, room="w2") for p in some(rng, plan, "r3")[:1]))


def module_too_far_from_home(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, *(moved(p, room="w3") for p in some(rng, plan, "r0")[:1]))


def equipment_of_another_site(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for chosen in some(rng, plan, "r3"):
        return put(plan, moved(chosen, equipment="e0" if chosen.resources["room"] != "w0" else "e1"))
    return None


def room_of_another_site(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for chosen in some(rng, plan, "r3"):
        used = chosen.resources
        stands = {"e0": "w0", "e1": "w1"}.get(used["equipment"])
        if stands is not None:
            return put(plan, moved(chosen, room=rng.choice([name for name in ROOMS if name != stands])))
    return None


# --- load, age, order ---------------------------------------------------------------


def too_much_in_a_day(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    by_part: dict[str, list[Placement]] = {}
    for p in modules(rng, plan):
        found = by_part.setdefault(p.resources["learners:1"], [])
        found.append(p)
        if len(found) == 3:  # of ninety minutes or more, two hundred allowed
            day = day_of(found[0])
            return put(plan, *(moved(q, at(q, day + 30 + 10 * i)) for i, q in enumerate(found)))
    return None


def too_many_in_a_week(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    trainer = rng.choice(TRAINERS)
    five = modules(rng, plan)[:5]
    if len(five) < 5:
        return None
    return put(plan, *(moved(p, at(p, p.meetings[0][0] % WEEK), trainer=trainer) for p in five))


def an_hour_too_long_at_an_employer(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan)[0]
    start = chosen.meetings[0][0]
    return put(plan, moved(chosen, (start, start + 29), room="w2"))


def too_long_at_dangerous_equipment(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan)[0]
    start = chosen.meetings[0][0]
    return put(plan, moved(chosen, (start, start + 17), room="w1"))


def at_an_employer_at_night(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan)[0]
    start = day_of(chosen) + rng.choice((87, 88, 95, 17, 23))
    return put(plan, moved(chosen, (start, start + 2), room="w2"))


def at_an_employer_on_a_weekend(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan)[0]
    start = rng.choice((5, 6)) * DAY + 40
    return put(plan, moved(chosen, (start, start + 6), room="w2"))


def sessions_swapped(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(modules(rng, plan), 2):
        if a.activity.rpartition("/")[0] == b.activity.rpartition("/")[0]:
            return put(plan, moved(a, *b.meetings), moved(b, *a.meetings))
    return None


def lag_a_slot_short(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    first, then = plan.placement_of.get("r0/1/0"), plan.placement_of.get("r3/0/0")
    if first is None or then is None:
        return None
    lag = params(problem, "precedence")["sequences"][0]["min_lag_slots"]
    return put(plan, moved(then, at(then, first.meetings[0][1] + lag - 1)))


def twice_a_day(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(modules(rng, plan), 2):
        if a.activity.rpartition("/")[0] == b.activity.rpartition("/")[0]:
            return put(plan, moved(b, at(b, day_of(a) + rng.randrange(DAY))))
    return None


def gap_a_slot_short(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    gap = params(problem, "min_gap")["min_slots"]
    for a, b in permutations(modules(rng, plan), 2):
        if a.activity.rpartition("/")[0] == b.activity.rpartition("/")[0]:
            return put(plan, moved(b, at(b, a.meetings[0][1] + gap - 1)))
    return None


def past_the_allowed_hour(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan, "r0", "r1", "r2", "r3")[0]
    return put(plan, moved(chosen, at(chosen, day_of(chosen) + 79 - length(chosen))))


def on_a_day_off(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan, "r0", "r1", "r2", "r3")[0]
    return put(plan, moved(chosen, at(chosen, rng.choice((5, 6, 12)) * DAY + 40)))


def pinned_moved_by_a_slot(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    pinned = plan.placement_of.get("r1/1/1")
    shift = rng.choice((-1, 1))
    return put(plan, moved(pinned, at(pinned, pinned.meetings[0][0] + shift))) if pinned else None


def pinned_in_another_room(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    pinned = plan.placement_of.get("r1/1/1")
    return put(plan, moved(pinned, room="w0")) if pinned else None


def without(plan: Solution, dropped: list[Placement]) -> Solution:
    reason = Reason(rule="search", code="not_found")
    names = {p.activity for p in dropped}
    return plan.model_copy(
        update={
            "placements": tuple(p for p in plan.placements if p.activity not in names),
            "unplaced": (*plan.unplaced, *(Unplaced(activity=n, reasons=(reason,)) for n in names)),
        }
    )


def one_of_the_whole_dropped(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    whole = some(rng, plan, "r3")
    return without(plan, whole[:1]) if whole else None


def all_but_one_dropped(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    whole = some(rng, plan, "r3")
    return without(plan, whole[1:]) if whole else None


# --- nights away, infrastructure lists ----------------------------------------


def beds_in_another_town(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for chosen in some(rng, plan, "r4"):
        return put(plan, moved(chosen, stay="h0"))
    return None


def block_in_another_town(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for chosen in some(rng, plan, "r4"):
        return put(plan, moved(chosen, room=rng.choice(("w0", "w1", "w4"))))
    return None


def a_workshop_with_two_benches(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, moved(some(rng, plan, "r0", "r1")[0], room="w3"))


def a_bench_too_few(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, moved(some(rng, plan, "r0", "r1")[0], room="w4"))


OF_RULES: tuple[tuple[str, Operator], ...] = (
    ("no_overlap", same_room_same_time),
    ("no_overlap", clean_up_a_slot_short),
    ("capacity", too_small_a_room),
    ("capacity", too_many_in_a_pool),
    ("capacity", too_few_units),
    ("competence", unskilled_trainer),
    ("competence", room_without_what_is_needed),
    ("availability", a_slot_too_early),
    ("availability", a_slot_too_late),
    ("terms", guests_too_long),
    ("terms", guests_on_a_day_that_is_not_theirs),
    ("presence", trainer_twice_at_once),
    ("presence", learners_twice_at_once),
    ("presence", trainers_way_a_slot_short),
    ("presence", learners_way_a_slot_short),
    ("away_town", learners_in_two_towns),
    ("away_town", trainer_in_two_towns),
    ("travel_limit", too_far_from_home),
    ("travel_limit", module_too_far_from_home),
    ("same_place", equipment_of_another_site),
    ("same_place", room_of_another_site),
    ("max_load", too_much_in_a_day),
    ("max_load", too_many_in_a_week),
    ("minors", an_hour_too_long_at_an_employer),
    ("minors", too_long_at_dangerous_equipment),
    ("minors", at_an_employer_at_night),
    ("minors", at_an_employer_on_a_weekend),
    ("precedence", sessions_swapped),
    ("precedence", lag_a_slot_short),
    ("min_gap", twice_a_day),
    ("min_gap", gap_a_slot_short),
    ("allowed_time", past_the_allowed_hour),
    ("allowed_time", on_a_day_off),
    ("pin", pinned_moved_by_a_slot),
    ("pin", pinned_in_another_room),
    ("all_or_none", one_of_the_whole_dropped),
    ("all_or_none", all_but_one_dropped),
    ("away_block", beds_in_another_town),
    ("away_block", block_in_another_town),
    ("infrastructure", a_workshop_with_two_benches),
    ("infrastructure", a_bench_too_few),
)
