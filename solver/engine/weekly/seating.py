"""The cheapest rooms of a plan at the times that it has, by CP-SAT."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ortools.sat.python import cp_model

from solver.engine.weekly.layout import Layout
from solver.solution import Placement

Role = tuple[str, str]


def reseated(layout: Layout, placements: Mapping[str, Placement], seconds: float) -> dict[str, Placement]:
    """Return the same meetings in cheaper rooms where some are found in about so many seconds.

    Activities whose rooms rules look at keep theirs; nobody else's times or people change.
    """
    problem, row_of = layout.problem, {name: row for row, name in enumerate(layout.rows)}
    model = cp_model.CpModel()
    choices: dict[Role, dict[str, Any]] = {}
    users: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    costs: list[Any] = []
    for name, placement in placements.items():
        slots = [slot for start, end in placement.meetings for slot in range(start, end)]
        for requirement in problem.activity_by_id[name].requirements:
            penalties = problem.penalty_of_candidate[requirement.candidates]
            now = placement.resources[requirement.role]
            rooms = [now] if name in layout.sited else list(penalties)
            literals: dict[str, Any] = {}
            for room in rooms:
                row = row_of.get(room)
                if room != now and row is not None and not layout.ground.open[row, slots].all():
                    continue
                literals[room] = literal = model.new_bool_var("")
                model.add_hint(literal, room == now)
                costs.append(penalties[room] * literal)
                if row is not None:
                    for slot in slots:
                        users[row, slot].append(literal)
            model.add_exactly_one(literals.values())
            choices[name, requirement.role] = literals
    for literals_at_once in users.values():
        if len(literals_at_once) > 1:
            model.add_at_most_one(literals_at_once)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 2 * seconds
    solver.parameters.max_deterministic_time = seconds
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return dict(placements)
    found = {name: dict(placement.resources) for name, placement in placements.items()}
    for (name, role), literals in choices.items():
        found[name][role] = next(room for room, literal in literals.items() if solver.boolean_value(literal))
    return {
        name: placement.model_copy(update={"resources": found[name]})
        for name, placement in placements.items()
    }
