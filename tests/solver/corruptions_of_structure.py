"""Operators that break what every plan must have, whatever its rules; each by construction."""

import random
from itertools import permutations

from solver.problem import Problem
from solver.solution import Reason, Solution, Unplaced
from tests.solver.corruptions import Operator, moved, put, some


def placed_twice(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    again = some(rng, plan)[0]
    return plan.model_copy(update={"placements": (*plan.placements, again)})


def placed_and_unplaced(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    reason = Reason(rule="search", code="not_found")
    again = Unplaced(activity=some(rng, plan)[0].activity, reasons=(reason,))
    return plan.model_copy(update={"unplaced": (*plan.unplaced, again)})


def forgotten(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return plan.model_copy(update={"placements": tuple(some(rng, plan)[1:])})


def unknown_activity(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    unknown = some(rng, plan)[0].model_copy(update={"activity": "nobody"})
    return plan.model_copy(update={"placements": (*plan.placements, unknown)})


def unknown_resource(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, moved(some(rng, plan)[0], trainer="nobody"))


def no_candidate(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, moved(some(rng, plan)[0], trainer="w0"))


def role_left_empty(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan)[0]
    kept = dict(chosen.resources)
    kept.pop(rng.choice(list(kept)))
    return put(plan, chosen.model_copy(update={"resources": kept}))


def role_that_is_not_asked(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    return put(plan, moved(some(rng, plan)[0], cook="t0"))


def time_that_is_no_option(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    chosen = some(rng, plan)[0]
    start, end = chosen.meetings[0]
    return put(plan, moved(chosen, (start, end + 1)))


def unit_not_named(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for chosen in some(rng, plan, "r3"):
        return put(plan, chosen.model_copy(update={"units": {}}))
    return None


def unknown_unit(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for chosen in some(rng, plan, "r3"):
        return put(plan, chosen.model_copy(update={"units": {"equipment": ("e9a",)}}))
    return None


def one_unit_for_two(rng: random.Random, problem: Problem, plan: Solution) -> Solution | None:
    for a, b in permutations(some(rng, plan, "r3"), 2):
        same = moved(b, *a.meetings, equipment=a.resources["equipment"])
        return put(plan, same.model_copy(update={"units": a.units}))
    return None


OF_STRUCTURE: tuple[tuple[str, Operator], ...] = (
    ("structure", placed_twice),
    ("structure", placed_and_unplaced),
    ("structure", forgotten),
    ("structure", unknown_activity),
    ("structure", unknown_resource),
    ("structure", no_candidate),
    ("structure", role_left_empty),
    ("structure", role_that_is_not_asked),
    ("structure", time_that_is_no_option),
    ("structure", unit_not_named),
    ("structure", unknown_unit),
    ("structure", one_unit_for_two),
)
