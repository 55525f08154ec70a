"""A given plan costs in the model what the checker says, or is refused where the checker refuses it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import pytest
from ortools.sat.python import cp_model

from solver import checker
from solver.engine.exact.domains import Rest
from solver.engine.exact.facts import facts_of
from solver.engine.exact.indexed import IndexedModel
from solver.engine.exact.plans import as_solution
from solver.problem import Problem, Rule
from solver.rules import faults_of
from solver.rules.makespan import LastEnd
from solver.solution import Placement
from solver.structure import Measure, Relation
from tests.solver import structures

TIMES = 30


def least(problem: Problem, free: Sequence[str], plan: Mapping[str, Placement]) -> int | None:
    """Return the least rest of a plan in the model in which some activities may move; None: refused."""
    facts = facts_of(problem)
    rest = Rest(facts, [p for name, p in plan.items() if name not in free])
    model = IndexedModel(facts, [a for a in problem.activities if a.id in free], rest, ("rest",))
    for literal, value in model.hints(plan):
        model.model.add(literal == value)
    for level in model.levels:
        model.model.minimize(level.expression)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model.model) != cp_model.OPTIMAL:
        return None
    return sum(round(solver.objective_value) + level.constant for level in model.levels)


def statements() -> Iterator[tuple[str, str, Any]]:
    """Yield kind, name and maker of parameters of every flexible rule."""
    for relation in get_args(Relation):
        yield "relation", relation, lambda rng, r=relation: structures.related(rng, r)
    for measure in get_args(Measure):
        yield "day_shape", measure, lambda rng, m=measure: structures.shaped(rng, m)
    for kind, params in structures.COUNTS:
        yield kind, kind, params
    yield LastEnd.kind, LastEnd.kind, structures.last


@pytest.mark.parametrize(
    ("kind", "name", "params"), list(statements()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_plan_costs_what_the_checker_says(kind: str, name: str, params: Any) -> None:
    for seed in range(TIMES):
        rng = random.Random(f"{kind} {name} {seed}")
        weight = 3 if kind == LastEnd.kind or seed % 2 else None
        rule = Rule(id="r", kind=kind, params=params(rng), weight=weight)
        problem = structures.problem_with(rule, rng)
        plan = structures.random_plan(problem, rng).placements
        solution = as_solution(problem, plan)
        if faults_of(problem, rule):
            continue
        broken = any(violation.rule == "r" for violation in checker.check(problem, solution))
        paid = sum(term.value * term.weight for term in checker.score(problem, solution).terms)
        everything = [a.id for a in problem.activities]
        for free in (everything, rng.sample(everything, 3)):
            found = least(problem, free, plan)
            fixed = as_solution(problem, {name: p for name, p in plan.items() if name not in free})
            if broken:
                # What stays and breaks a rule by itself is the caller's to see.
                assert found is None or checker.check(problem, fixed), (seed, rule, free)
            else:
                assert found == paid, (seed, rule, free)
