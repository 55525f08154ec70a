"""A proved upper bound on what the worst-off participant can get of its fair share.

The programme of `relaxation` holds for every plan. To it come a column ``t``, the least share in
thousandths, with ``t * target_c / 1000 <= granted_c`` for every participant c, and for every class the
learner-minutes that a plan has to serve. The largest ``t``, rounded down, is a bound for all such plans; as
in `bound`, any multipliers prove it, so that no tolerance of the linear solver enters.
"""

import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from solver.engine.bound import LARGEST, Bound
from solver.engine.model import Model, Seat, Template
from solver.engine.relaxation import Programme, Relaxation, Row


class _TooLong(Exception):
    """Stating the programme takes longer than there is time for."""


class _Granting(Relaxation):
    """The relaxation, with what one session in each column grants to whom."""

    def __init__(self, model: Model, deadline_s: float | None) -> None:
        self.granted: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self._deadline_s = deadline_s
        super().__init__(model)

    def _column(self, template: Template, host: Seat | None, options: list[int]) -> int:
        if self._deadline_s is not None and time.monotonic() > self._deadline_s:
            raise _TooLong
        column = super()._column(template, host, options)
        for participant, worth in template.granted:
            self.granted[participant].append((column, float(worth)))
        return column


def worst_off_at_most(model: Model, floors: Sequence[int], seconds: float | None) -> int | None:
    """Return thousandths that the worst-off cannot exceed in any plan that serves the floors.

    Parameters
    ----------
    floors
        Learner-minutes of every class.
    seconds
        Limit of the whole; None: none.

    Returns
    -------
    int or None
        At most 1000; None: nobody has a fair share, or the programme is too large for the time.
    """
    if not model.targets:
        return None
    deadline_s = None if seconds is None else time.monotonic() + seconds
    try:
        relaxation = _Granting(model, deadline_s)
    except _TooLong:
        return None
    programme = relaxation.programme
    classes: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for column, worth in enumerate(programme.worth):
        if worth:
            classes[programme.priority[column]].append((column, -worth))
    least = programme.column(1000.0)
    for participant, target in model.targets.items():
        terms = [(column, -worth) for column, worth in relaxation.granted[participant]]
        programme.rows["share", participant] = Row(0.0, terms=[(least, target / 1000), *terms])
    for position, floor in enumerate(floors):
        if floor:
            programme.rows["floor", position] = Row(-float(floor), terms=classes[position])
    return _solved(model, programme, least, deadline_s)


def _solved(model: Model, programme: Programme, least: int, deadline_s: float | None) -> int | None:
    bound = Bound(model, programme)
    if bound.terms > LARGEST:
        return None
    worth = np.zeros(len(programme.upper))
    worth[least] = 1.0
    seconds = None if deadline_s is None else max(0.01, deadline_s - time.monotonic())
    return min(1000, bound.at_most(worth, seconds))
