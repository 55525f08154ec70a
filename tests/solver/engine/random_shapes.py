"""Random rules about pairs, days and numbers at once for the problems of `random_problems`."""

import random
from collections.abc import Sequence
from typing import Any, get_args

from solver.problem import Problem, Rule
from solver.structure import Measure, Relation
from tests.solver.engine.random_problems import make

_LIMITED = ("work_day", "min_gap", "days_apart", "days_within")
_LONG = ("span", "load", "covered", "run")


def with_shapes(seed: int, most_activities: int = 4) -> Problem:
    """Return a random problem under one or two more rules, most of them hard."""
    rng = random.Random(seed)
    problem = make(seed, most_activities)
    rules = (*problem.rules, *(_rule(rng, problem, f"shape{i}") for i in range(rng.choice((1, 1, 2)))))
    return problem.model_copy(update={"rules": rules})


def _rule(rng: random.Random, problem: Problem, name: str) -> Rule:
    people = [r.id for r in problem.resources if r.kind in ("trainer", "learners")]
    requests = [r.id for r in problem.requests]
    kinds = ("day_shape", "concurrent", "relation", "worth_journey", "rest", "same_resource")
    soft = ("balance", "stability")
    kind = rng.choice(("day_shape", "day_shape", "relation", *kinds, *soft))
    params: dict[str, Any]
    match kind:
        case "day_shape":
            params = {"shapes": [_shape(rng, problem, people, requests)]}
        case "concurrent":
            limit: dict[str, Any] = {"requests": _some(rng, requests), "windows": _windows(rng, problem)}
            limit |= {"or_none": rng.random() < 0.8, rng.choice(("at_most", "at_least")): rng.choice((1, 2))}
            params = {"limits": [limit]}
        case "relation":
            relation = rng.choice(get_args(Relation))
            limit_of = rng.choice((0, 1, 2)) if relation in _LIMITED else 0
            related = {"requests": _some(rng, requests), "relation": relation, "limit": limit_of}
            params = {"relations": [related]}
        case "worth_journey":
            journey = {"from_slots": rng.choice((1, 2)), "min_minutes": rng.choice((60, 120))}
            params = {"journeys": [{"resources": _some(rng, people), **journey}]}
        case "rest":
            params = {"rests": [{"resources": _some(rng, people), "min_slots": rng.choice((10, 14, 24))}]}
        case "balance":
            portion = {"measure": "activities", "period": "week", "limit": rng.choice((0, 1, 2))}
            params = {"portions": [{"resources": _some(rng, people), **portion}]}
        case _:
            params = {"sets": [{"requests": _some(rng, requests), "role": "room"}]}
    weight = rng.choice((1, 3)) if kind in soft or rng.random() < 0.25 else None
    return Rule(id=name, kind=kind, params=params, weight=weight)


def _some(rng: random.Random, names: Sequence[str]) -> list[str]:
    return rng.sample(names, rng.randint(1, len(names)))


def _windows(rng: random.Random, problem: Problem) -> list[list[int]]:
    found = []
    for day in range(problem.grid.weeks * 7):
        if rng.random() < 0.7:
            start = day * 24 + rng.choice((7, 9, 11))
            found.append([start, start + rng.choice((1, 2, 5))])
    return found or [[0, 24]]


def _shape(
    rng: random.Random, problem: Problem, people: Sequence[str], requests: Sequence[str]
) -> dict[str, Any]:
    measure, limit = rng.choice(get_args(Measure)), rng.choice(("at_most", "at_least"))
    shape: dict[str, Any] = {
        "measure": measure,
        "period": rng.choice(("day", "week", "horizon")),
        limit: rng.choice((0, 1, 2, 3)) + 2 * (measure in _LONG and limit == "at_most"),
        "within": _windows(rng, problem) if measure == "late" or rng.random() < 0.4 else [],
        "together": rng.random() < 0.4,
        "join": rng.choice((0, 1)),
        "longer_than": rng.choice((1, 2, 3)),
        "fold": rng.random() < 0.2,
    }
    shape |= {"resources": _some(rng, people)} if rng.random() < 0.6 else {"requests": _some(rng, requests)}
    return shape
