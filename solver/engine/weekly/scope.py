"""Which problems the search for weekly timetables knows."""

import dataclasses
from collections.abc import Mapping

from solver.engine.lowering import Lowered, Structured
from solver.engine.weekly import fields
from solver.engine.weekly.relations import HOLDS
from solver.problem import Problem
from solver.structure import DayShape, PairTime

MEASURES: Mapping[str, int] = {
    "gaps": fields.GAPS,
    "load": fields.LOAD,
    "covered": fields.LOAD,
    "used": fields.USED,
    "run": fields.RUN,
    "span": fields.SPAN,
    "late": fields.LATE,
}

_READ = frozenset({"windows", "disjunctives", "costs", "structures", "tolerance_permille"})
"""What of a lowered problem the search reads; a problem with anything else is not for it."""
_MOST_SLOTS, _MOST_SLOTS_A_DAY = 512, 60


def known(problem: Problem, lowered: Lowered) -> bool:
    """Tell whether the search knows all that a problem asks.

    Every option is one meeting within a day, few slots; people serve one at a time and rooms are few; of
    hard rules only windows of resources, no overlaps, relations and shapes of days of one subject.
    """
    grid = problem.grid
    if grid.horizon_slots > _MOST_SLOTS or grid.slots_per_day > _MOST_SLOTS_A_DAY or grid.weeks != 1:
        return False
    day = grid.slots_per_day
    for options in problem.option_sets.values():
        lengths = {option.meetings[0][1] - option.meetings[0][0] for option in options}
        whole = all(
            len(o.meetings) == 1 and o.meetings[0][0] // day == (o.meetings[0][1] - 1) // day for o in options
        )
        if not whole or len(lengths) > 1:
            return False
    others = [getattr(lowered, f.name) for f in dataclasses.fields(lowered) if f.name not in _READ]
    plain = all(not d.travel and not d.host_buffers for _, d in lowered.disjunctives)
    simple = all(not w.activities and not w.on_tags for _, w in lowered.windows)
    buffers = any(r.setup_slots or r.cleanup_slots for r in problem.resources)
    stated = all(states(s) for s in lowered.structures if s.weight is None)
    return bool(lowered.structures) and not any(others) and plain and simple and not buffers and stated


def states(stated: Structured) -> bool:
    """Tell whether the arrays can hold a structure."""
    primitive = stated.primitive
    if isinstance(primitive, PairTime):
        return primitive.relation in HOLDS and not primitive.travel
    if isinstance(primitive, DayShape):
        one = len(primitive.resources) + bool(primitive.activities) == 1
        return one and primitive.measure in MEASURES
    return False
