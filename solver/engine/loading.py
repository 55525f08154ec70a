"""A solution into a state: to explain it, or to search on from it."""

from solver.engine.state import State
from solver.solution import Placement, Solution


def load(state: State, solution: Solution) -> list[str]:
    """Place what a solution places, where that fits; return the activities that do not.

    What breaks a rule, or names what the problem does not hold, is left out.
    """
    problem = state.model.problem
    at = {a.id: i for i, a in enumerate(problem.activities)}
    left_out = []
    for placement in solution.placements:
        activity = at.get(placement.activity)
        if activity is None or not _place(state, activity, placement):
            left_out.append(placement.activity)
    return left_out


def _place(state: State, activity: int, placement: Placement) -> bool:
    model = state.model
    template = model.templates[model.template_of[activity]]
    if state.at[activity] is not None or placement.meetings not in template.bits.meetings:
        return False
    choice = []
    for role in template.roles:
        wanted = placement.resources.get(role.name)
        for position, seat in enumerate(role.seats):
            if model.problem.resources[seat.resource].id == wanted:
                choice.append(position)
                break
        else:
            return False
    option = template.bits.meetings.index(placement.meetings)
    if not state.fits(template, option, tuple(choice)):
        return False
    state.place(activity, option, tuple(choice))
    return True
