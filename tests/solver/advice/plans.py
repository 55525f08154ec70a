"""Plans for tests of advice: made in a moment, valid, and not the best."""

import random

from solver.codec import sha256_of
from solver.engine.compile import compile_problem
from solver.engine.construct import by_class_then_size, fill_all
from solver.engine.finish import Finisher
from solver.engine.insertion import Inserter, pressures
from solver.engine.state import State
from solver.problem import Problem
from solver.solution import Solution


def greedy(problem: Problem, seed: int = 1) -> Solution:
    """Return a plan by one pass of insertion, explained."""
    model = compile_problem(problem)
    state = State(model)
    inserter = Inserter(state, pressures(model), random.Random(seed))
    templates = sorted(model.templates, key=by_class_then_size)
    assert fill_all(inserter.fill, templates, lambda: False)
    solution = Finisher(model).solution(state, None, {}, not_found=False)
    assert solution.problem_sha256 == sha256_of(problem)
    return solution
