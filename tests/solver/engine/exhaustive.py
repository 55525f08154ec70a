"""All plans of a small problem, one by one: what any search or bound is held against."""

from collections.abc import Iterator
from functools import reduce

from solver.problem import Problem
from solver.solution import Placement, Solution
from tests.solver.engine.random_problems import breaks, places_of

MOST_PLANS = 60_000


def plans(problem: Problem) -> Iterator[tuple[Placement, ...]]:
    """Yield every set of placements that keeps all rules."""
    options = [[None, *places_of(problem, activity)] for activity in problem.activities]

    def extend(
        done: tuple[Placement, ...], rest: list[list[Placement | None]]
    ) -> Iterator[tuple[Placement, ...]]:
        if not rest:
            if not breaks(problem, done):
                yield done
            return
        for placement in rest[0]:
            plan = done if placement is None else (*done, placement)
            # A rule that more placements cannot mend ends the branch.
            if placement is None or not [b for b in breaks(problem, plan) if b != "all_or_none.partly"]:
                yield from extend(plan, rest[1:])

    yield from extend((), options)


def plans_with_pins(problem: Problem, solution: Solution) -> Iterator[tuple[Placement, ...]]:
    """Yield every plan that places what is pinned and placed in a solution: pins come before all aims."""
    pinned = {p["activity"] for rule in problem.rules if rule.kind == "pin" for p in rule.params["pins"]}
    pinned &= solution.placement_of.keys()
    for plan in plans(problem):
        if pinned <= {placement.activity for placement in plan}:
            yield plan


def small(problem: Problem) -> bool:
    """Tell whether all plans can be gone through."""
    count = reduce(lambda n, a: n * (1 + sum(1 for _ in places_of(problem, a))), problem.activities, 1)
    return count <= MOST_PLANS


def served(problem: Problem, placements: tuple[Placement, ...]) -> tuple[int, ...]:
    """Return learner-minutes placed by class."""
    found = dict.fromkeys(problem.priorities, 0)
    for placement in placements:
        activity = problem.activity_by_id[placement.activity]
        found[problem.request_by_id[activity.request].priority] += activity.learner_minutes
    return tuple(found.values())
