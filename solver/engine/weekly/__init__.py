"""Weekly timetables: all is to be placed in few slots, under relations and shapes of days that must hold.

Importing this package imports neither numpy nor numba.
"""

from collections.abc import Callable

from solver.engine.budget import Budget
from solver.engine.lowering import Lowered, is_timetable
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution


def suits(problem: Problem, lowered: Lowered) -> bool:
    """Tell whether this search is for the problem: it has hard structures, and the search knows all of it."""
    hard = any(stated.weight is None for stated in lowered.structures)
    if not hard or not is_timetable(problem, lowered):
        return False
    from solver.engine.weekly.scope import known

    return known(problem, lowered)


def solve_weekly(
    problem: Problem,
    lowered: Lowered,
    options: SolveOptions,
    budget: Budget,
    on_progress: Callable[[ProgressPoint], None],
    on_solution: Callable[[Solution], None],
) -> Solution:
    """Return the best plan found, checked; the calls are those of `solver.engine.solve`.

    Raises
    ------
    StoppedEarly
        Told to stop before there was any plan.
    """
    from solver.engine.weekly.drive import Drive

    return Drive(problem, lowered, options, budget, on_progress, on_solution).run()


__all__ = ["solve_weekly", "suits"]
