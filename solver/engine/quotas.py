"""A search for what quotas owe alone, before the other classes fill the space."""

from collections.abc import Callable
from statistics import fmean

from solver.engine.improve import Improver
from solver.engine.insertion import Inserter
from solver.engine.objective import owed, quotas_met

_STEPS = 4_000
_HEAT = 0.5
"""Loss that is often accepted at first, as a part of a usual activity's worth."""


def settle_quotas(inserter: Inserter, over: Callable[[], bool]) -> None:
    """Improve the plan in a state for its quotas alone, until they are met or the steps are used up."""
    state = inserter.state
    owing = [t for t in state.model.templates if t.owed]
    if not owing or quotas_met(state):
        return
    improver = Improver(inserter, owing)
    usual = fmean(t.worth for t in owing)
    best, snapshot = owed(state), state.snapshot()
    for step in range(_STEPS):
        if over():
            break
        improver.heat = _HEAT * usual * (1 - step / _STEPS) ** 2
        improver.step()
        now = owed(state)
        if now > best:
            best, snapshot = now, state.snapshot()
            if quotas_met(state):
                break
    state.restore(snapshot)
