"""Which problems the search for weekly timetables knows."""

import dataclasses

from solver.engine.lowering import Lowered
from solver.engine.weekly.relations import HOLDS
from solver.engine.weekly.statements import Statements
from solver.problem import Problem
from solver.structure import PairTime

_READ = frozenset({"windows", "disjunctives", "sums", "costs", "structures", "tolerance_permille"})
"""What of a lowered problem the search reads; a problem with anything else is not for it."""
_MOST_SLOTS, _MOST_SLOTS_A_DAY = 512, 60


def known(problem: Problem, lowered: Lowered) -> bool:
    """Tell whether the search knows all that a problem asks.

    Every option is one meeting within a day, few slots; people serve one at a time and rooms are few; of
    hard rules only windows of resources, no overlaps, travel, relations, and what `statements` hold.
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
    plain = all(not d.host_buffers for _, d in lowered.disjunctives)
    simple = all(not w.activities and not w.on_tags for _, w in lowered.windows)
    buffers = any(r.setup_slots or r.cleanup_slots for r in problem.resources)
    if not lowered.structures or any(others) or not plain or not simple or buffers:
        return False
    read = Statements(problem, lowered)
    hard = (s.primitive for s in lowered.structures if s.weight is None)
    stated = all(related(s) if isinstance(s, PairTime) else read.of(s, None) is not None for s in hard)
    return stated and read.of_ways() is not None


def related(pair: PairTime) -> bool:
    """Tell whether there is a table for a relation."""
    return pair.relation in HOLDS and not pair.travel
