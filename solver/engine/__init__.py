"""The search: compiled primitives, construction, improvement, bound.

Rules reach it only in their lowered form.
"""

from collections.abc import Callable

from solver.engine import weekly
from solver.engine.budget import Budget
from solver.engine.compile import compile_problem
from solver.engine.finish import Finisher
from solver.engine.journal import Journal
from solver.engine.local import solve_locally, suits
from solver.engine.lowering import lower
from solver.engine.search import Search
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution
from solver.structure import Makespan


def solve(
    problem: Problem,
    options: SolveOptions,
    on_progress: Callable[[ProgressPoint], None],
    on_solution: Callable[[Solution], None],
    should_stop: Callable[[], bool],
) -> Solution:
    """Return the best plan found: checked, explained, and one to which no activity can simply be added.

    `on_progress` is called about once a second, `on_solution` with better and better plans, at most every two
    seconds; `should_stop` is asked all the time and ends the search with the best plan so far.

    Raises
    ------
    StoppedEarly
        Told to stop before a first plan was complete.
    NoPlan
        No plan was found that keeps every hard rule; the one without any session breaks some.
    UnknownRule, InvalidProblem
        The problem's rules cannot be read.
    """
    budget = Budget(options.time_limit_s, options.deterministic_units, should_stop)
    lowered = lower(problem)
    if any(isinstance(found.primitive, Makespan) for found in lowered.structures):
        # Only a project needs it, so that no other solve waits for its import.
        from solver.engine.exact.project import solve_project

        project = solve_project(problem, options, budget, on_progress, on_solution)
        if project is not None:
            return project
    if weekly.suits(problem, lowered):
        return weekly.solve_weekly(problem, lowered, options, budget, on_progress, on_solution)
    if suits(problem, lowered):
        return solve_locally(problem, lowered, options, budget, on_progress, on_solution)
    model = compile_problem(problem)
    journal = Journal(options, budget, Finisher(model), on_progress, on_solution)
    return Search(model, options, budget, journal).run()


__all__ = ["solve"]
