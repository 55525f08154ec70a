"""Proved lower bounds on the linear terms of the rest.

In the programme of `relaxation` a column stands for sessions of one template on one host in one week. Each
of them costs a term at least what the cheapest of these options and the cheapest candidates of the other
roles cost; one that is not placed costs what the term says of that. The least of the sum over all columns
that serve the floors is a bound for all plans that do. As in `bound`, any multipliers prove it.
"""

import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from solver.engine.lowering import Cost, TermKey
from solver.engine.model import Model, Seat, Template
from solver.engine.served import Timely, TooLong, serve
from solver.primitives import LinearCost


class _Pricing(Timely):
    """The relaxation, with what one session in each column costs at least beyond being left out."""

    def __init__(self, model: Model, deadline_s: float | None) -> None:
        self.left_out: dict[TermKey, int] = defaultdict(int)
        self.prices: dict[TermKey, list[tuple[int, int]]] = defaultdict(list)
        self._resources = [r.id for r in model.problem.resources]
        self._terms_of: dict[int, list[tuple[TermKey, LinearCost]]] = {}
        super().__init__(model, deadline_s)
        for template in model.templates:
            for key, linear in self._terms(template):
                self.left_out[key] += len(template.activities) * linear.unplaced

    def _terms(self, template: Template) -> list[tuple[TermKey, LinearCost]]:
        if template.index not in self._terms_of:
            name = self.model.problem.activities[template.activities[0]].id
            costs = self.model.lowered.costs.get(name, ())
            self._terms_of[template.index] = [(self._key(c), c.linear) for c in costs if c.stage == "rest"]
        return self._terms_of[template.index]

    def _key(self, cost: Cost) -> TermKey:
        return self.model.problem.rules[cost.rule_position].id, cost.linear.term

    def _column(self, template: Template, host: Seat | None, options: list[int]) -> int:
        column = super()._column(template, host, options)
        for key, linear in self._terms(template):
            price = self._least(template, host, options, linear) - linear.unplaced
            if price:
                self.prices[key].append((column, price))
        return column

    def _least(self, template: Template, host: Seat | None, options: list[int], linear: LinearCost) -> int:
        meetings = template.bits.meetings
        price = linear.other_meetings
        if linear.by_meetings:
            price = min(linear.by_meetings.get(meetings[i], linear.other_meetings) for i in options)
        if not linear.by_resource:
            return price
        # Options of one column have as many meetings as the first.
        times = len(meetings[options[0]]) if linear.per_meeting else 1
        for role in template.roles:
            seats = [host] if role.hosts and host is not None else role.seats
            names = ((role.name, self._resources[seat.resource]) for seat in seats)
            price += times * min(linear.by_resource.get(name, 0) for name in names)
        return price


def rest_at_least(model: Model, floors: Sequence[int], seconds: float | None) -> dict[TermKey, int]:
    """Return what linear terms of the rest come to at least in every plan that serves the floors.

    Parameters
    ----------
    floors
        Learner-minutes of every class.
    seconds
        Limit of the whole; None: none. Terms for which there was no time are left out.
    """
    deadline_s = None if seconds is None else time.monotonic() + seconds
    proved: dict[TermKey, int] = {}
    try:
        relaxation = _Pricing(model, deadline_s)
        serve(relaxation.programme, floors)
        bound = relaxation.bound()
        for key, left_out in relaxation.left_out.items():
            saved = np.zeros(len(relaxation.programme.upper))
            for column, price in relaxation.prices[key]:
                saved[column] -= price
            left_s = relaxation.left_s()
            proved[key] = max(0, left_out - bound.at_most(saved, left_s))
    except TooLong:
        pass
    return proved
