"""Why an activity has no place in a plan."""

from solver.engine.compile import compile_problem
from solver.engine.loading import load
from solver.engine.reasons import Explainer
from solver.engine.state import State
from solver.problem import Problem
from solver.solution import Solution, Unplaced


def reasons(problem: Problem, solution: Solution) -> tuple[Unplaced, ...]:
    """Return every unplaced activity with its reasons against the plan; the first decides.

    A reason of a rule that excludes every placement in any plan comes without holders; otherwise the place
    is held by others, whom it names. Nothing is called impossible that is only taken.
    """
    state = State(compile_problem(problem))
    load(state, solution)
    explainer = Explainer(state)
    model = state.model
    return tuple(
        Unplaced(activity=a.id, reasons=explainer.reasons(model.template_of[i]))
        for i, a in enumerate(problem.activities)
        if state.at[i] is None
    )
