"""A proved upper bound on what the worst-off participant can get of its fair share.

The programme of `relaxation` holds for every plan. That of one participant's sessions alone bounds what it
can be granted when nobody else asks for anything. For all together a column ``t`` is added, the least share
in thousandths, with ``t * target_c / 1000 <= granted_c`` for every participant c, and for every class the
learner-minutes that a plan has to serve: the largest ``t``, rounded down, is a bound for all such plans. As
in `bound`, any multipliers prove it, so that no tolerance of the linear solver enters.
"""

import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from solver.engine.model import Model, Seat, Template
from solver.engine.relaxation import Row
from solver.engine.served import Timely, TooLong, serve

ALL = 1000


class _Granting(Timely):
    """The relaxation, with what one session in each column grants to whom."""

    def __init__(
        self, model: Model, deadline_s: float | None, templates: Sequence[Template] | None = None
    ) -> None:
        self.granted: dict[int, list[tuple[int, float]]] = defaultdict(list)
        super().__init__(model, deadline_s, templates)

    def _column(self, template: Template, host: Seat | None, options: list[int]) -> int:
        column = super()._column(template, host, options)
        for participant, worth in template.granted:
            self.granted[participant].append((column, float(worth)))
        return column


def worst_off_at_most(model: Model, floors: Sequence[int], seconds: float | None) -> int | None:
    """Return thousandths that the worst-off cannot exceed in any plan that serves the floors.

    The fewer places of the model fit nowhere even in an empty plan, the better the bound: `prune` first.

    Parameters
    ----------
    floors
        Learner-minutes of every class.
    seconds
        Limit of the whole; None: none.

    Returns
    -------
    int or None
        At most 1000; None: nobody has a fair share, or there was no time to prove anything.
    """
    deadline_s = None if seconds is None else time.monotonic() + seconds
    proved: list[int] = []
    try:
        for who, target in model.targets.items():
            proved.append(_granted_at_most(model, who, deadline_s) * ALL // target if target else ALL)
        if proved:
            proved.append(_together(model, floors, deadline_s))
    except TooLong:
        pass
    return min([ALL, *proved]) if proved else None


def _granted_at_most(model: Model, who: int, deadline_s: float | None) -> int:
    """Learner-minutes that a participant can be granted when nobody else asks for anything."""
    own = [t for t in model.templates if any(participant == who for participant, _ in t.granted)]
    relaxation = _Granting(model, deadline_s, own)
    worth = np.zeros(len(relaxation.programme.upper))
    for column, minutes in relaxation.granted[who]:
        worth[column] += minutes
    return relaxation.bound().at_most(worth, relaxation.left_s())


def _together(model: Model, floors: Sequence[int], deadline_s: float | None) -> int:
    """Thousandths of the worst-off while every class has its floor."""
    relaxation = _Granting(model, deadline_s)
    programme = relaxation.programme
    serve(programme, floors)
    least = programme.column(float(ALL))
    for participant, target in model.targets.items():
        terms = [(column, -worth) for column, worth in relaxation.granted[participant]]
        programme.rows["share", participant] = Row(0.0, terms=[(least, target / ALL), *terms])
    only = np.zeros(len(programme.upper))
    only[least] = 1.0
    return relaxation.bound().at_most(only, relaxation.left_s())
