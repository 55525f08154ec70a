"""Plans that a person would make of a problem: what the search is set beside.

Both keep every hard rule and take the sessions one after the other, never moving one that is placed.
"""

import random
from collections.abc import Callable, Mapping

from solver.engine.compile import compile_problem
from solver.engine.construct import by_class_then_size, fill_all, first_come, ordered
from solver.engine.finish import Finisher
from solver.engine.insertion import EarliestFirst, Inserter, pressures
from solver.engine.model import Model
from solver.engine.state import State
from solver.problem import Problem
from solver.solution import Solution


def by_hand(problem: Problem) -> Solution:
    """Return the plan of first come, first served: requests as they arrived, sessions as early as fits."""
    model = compile_problem(problem)
    state = State(model)
    inserter = EarliestFirst(state, [0.0] * len(model.bindings), random.Random(0))
    fill_all(inserter.fill, ordered(model, first_come), lambda: False)
    return _solution(model, state)


def by_class(problem: Problem) -> Solution:
    """Return the greedy plan: class by class, larger sessions first, each where it does least harm."""
    model = compile_problem(problem)
    state = State(model)
    inserter = Inserter(state, pressures(model), random.Random(0))
    fill_all(inserter.fill, ordered(model, by_class_then_size), lambda: False)
    return _solution(model, state)


def _solution(model: Model, state: State) -> Solution:
    return Finisher(model).solution(state, None, {}, not_found=True, explained=False)


BASELINES: Mapping[str, Callable[[Problem], Solution]] = {"hand": by_hand, "by_class": by_class}
"""Baselines by the names that a solve's report gives their figures."""
