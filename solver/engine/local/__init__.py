"""A compiled local search for timetables: problems in which everything should be placed.

Hard rules are penalised while it searches and kept in what it returns: an activity that still breaks one
at the end is left unplaced. Importing this package imports neither numpy nor numba.
"""

from collections.abc import Callable

from solver.engine.budget import Budget
from solver.engine.lowering import Lowered, is_timetable
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution
from solver.structure import AwayDay, Rest


def suits(problem: Problem, lowered: Lowered) -> bool:
    """Tell whether a problem is one for this search: a timetable with rules about pairs, days or counts."""
    beyond = any(not isinstance(s.primitive, AwayDay | Rest) for s in lowered.structures)
    return beyond and is_timetable(problem, lowered)


def solve_locally(
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
        Told to stop before a first plan was complete.
    """
    from solver.engine.local.driver import Drive

    return Drive(problem, lowered, options, budget, on_progress, on_solution).run()


__all__ = ["solve_locally", "suits"]
