"""Ways to use a resource, sets of them that share a moment, and sums of their literals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ortools.sat.python import cp_model

from solver.engine.exact.choices import Choices, Chosen, Lit
from solver.engine.exact.facts import Context
from solver.problem import Interval


class Part(NamedTuple):
    """A seat of a role of an activity: one way to use a resource."""

    chosen: Chosen
    role: int
    seat: int


class Item(NamedTuple):
    """A stretch of time that is taken when a literal holds; None: it is taken for certain."""

    start: int
    end: int
    lit: Lit | None
    amount: int


def crowds(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the greatest sets of items that share a moment."""
    steps: list[tuple[int, int, Item]] = []
    for item in items:
        steps.append((item.start, 1, item))
        steps.append((item.end, 0, item))
    # What ends at a moment makes room for what begins at it.
    steps.sort(key=lambda step: step[:2])
    active: dict[int, Item] = {}
    grown = False
    for _, begins, item in steps:
        if begins:
            active[id(item)] = item
            grown = True
        else:
            if grown:
                yield list(active.values())
                grown = False
            del active[id(item)]


def meetings_of(choices: Choices, part: Part) -> Iterator[tuple[Interval, Lit]]:
    """Yield every meeting that the part can have, with its literal."""
    for option, lit in choices.use(*part):
        for meeting in part.chosen.options[option]:
            yield meeting, lit


def add_at_most(choices: Choices, terms: Iterable[tuple[Lit, int]], limit: int) -> None:
    """Bind a sum of literals, each of which may come several times."""
    times: dict[int, tuple[Lit, int]] = {}
    for lit, amount in terms:
        known = times.get(lit.index)
        times[lit.index] = (lit, amount + (known[1] if known else 0))
    left: list[tuple[Lit, int]] = []
    for lit, amount in times.values():
        if amount > limit:
            choices.model.add_bool_or([~lit])
        else:
            left.append((lit, amount))
    if sum(amount for _, amount in left) <= limit:
        return
    if limit == 1:
        choices.model.add_at_most_one([lit for lit, _ in left])
    else:
        choices.model.add(
            cp_model.LinearExpr.weighted_sum([lit for lit, _ in left], [a for _, a in left]) <= limit
        )


def context_of(choices: Choices, activity: str) -> Context:
    """Return the context in which a placement of the fixed rest is."""
    problem = choices.facts.problem
    role = problem.place_role_of[activity]
    name = choices.rest.placements[activity].resources.get(role) if role is not None else None
    return choices.facts.context(problem.resource_by_id[name] if name is not None else None)
