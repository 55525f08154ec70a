"""The choices of a model: for every activity its options, its candidates, and both where they meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.exact.classes import Group, groups_of
from solver.engine.exact.domains import Domain, Rest, Role, Seat
from solver.engine.exact.facts import NOWHERE, Context, Facts, Meetings

Lit: TypeAlias = Any
"""A literal of the model."""


@dataclass(slots=True)
class Chosen:
    """An activity that may move, with its literals.

    Attributes
    ----------
    present
        It is placed.
    options
        Meetings of every option that is left; `at` holds their literals.
    seats
        For each role a literal of every seat.
    """

    domain: Domain
    present: Lit
    options: list[Meetings]
    index: list[int]
    at: list[Lit]
    seats: list[list[Lit]]
    joint: dict[int, list[dict[int, Lit]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Id of the activity."""
        return self.domain.activity.id

    @property
    def roles(self) -> list[Role]:
        """Its roles with the seats that are left."""
        return self.domain.roles


class Choices:
    """Literals of all activities that may move, in one CP-SAT model."""

    def __init__(self, facts: Facts, domains: Iterable[Domain], rest: Rest) -> None:
        self.facts = facts
        self.rest = rest
        self.model = cp_model.CpModel()
        alive = [domain for domain in domains if not domain.dead]
        self.groups: list[Group] = groups_of(facts, alive, rest)
        self.chosen: list[Chosen] = [self._choose(domain) for domain in alive]
        self.at: dict[str, Chosen] = {c.name: c for c in self.chosen}
        self._contexts: dict[str, list[tuple[Context, dict[int, list[Lit]] | None]]] = {}

    def bool(self) -> Lit:
        """Return a new literal."""
        return self.model.new_bool_var("")

    def _choose(self, domain: Domain) -> Chosen:
        index = [int(i) for i in np.flatnonzero(domain.mask)]
        present = self.bool()
        at = [self.bool() for _ in index]
        self.model.add_exactly_one([*at, ~present])
        seats: list[list[Lit]] = []
        for role in domain.roles:
            if len(role.seats) == 1:
                seats.append([present])
            else:
                mine = [self.bool() for _ in role.seats]
                self.model.add_exactly_one([*mine, ~present])
                seats.append(mine)
        return Chosen(domain, present, [domain.table.meetings[i] for i in index], index, at, seats)

    def use(self, chosen: Chosen, role: int, seat: int) -> Iterator[tuple[int, Lit]]:
        """Yield every option at which the activity can use the seat, with the literal that it does."""
        if len(chosen.roles[role].seats) == 1:
            yield from enumerate(chosen.at)
            return
        if role not in chosen.joint:
            chosen.joint[role] = self._join(chosen, role)
        yield from chosen.joint[role][seat].items()

    def _join(self, chosen: Chosen, role: int) -> list[dict[int, Lit]]:
        seats: list[Seat] = chosen.roles[role].seats
        found: list[dict[int, Lit]] = []
        for seat, taken in zip(seats, chosen.seats[role], strict=True):
            mine = {o: self.bool() for o, i in enumerate(chosen.index) if seat.mask[i]}
            self.model.add_exactly_one([*mine.values(), ~taken])
            found.append(mine)
        for o, at in enumerate(chosen.at):
            self.model.add_exactly_one([*(mine[o] for mine in found if o in mine), ~at])
        return found

    def contexts(self, chosen: Chosen) -> list[tuple[Context, dict[int, list[Lit]] | None]]:
        """Contexts that the activity's host can give, each with its literals by option; None: always."""
        if chosen.name not in self._contexts:
            self._contexts[chosen.name] = list(self._contexts_of(chosen))
        return self._contexts[chosen.name]

    def _contexts_of(self, chosen: Chosen) -> Iterator[tuple[Context, dict[int, list[Lit]] | None]]:
        host = next((r for r, role in enumerate(chosen.roles) if role.hosts), None)
        if host is None:
            yield NOWHERE, None
            return
        by_context: dict[Context, list[int]] = {}
        for k, seat in enumerate(chosen.roles[host].seats):
            resource = self.facts.problem.resource_by_id[seat.resource]
            by_context.setdefault(self.facts.context(resource), []).append(k)
        if len(by_context) == 1:
            yield next(iter(by_context)), None
            return
        for context, seats in by_context.items():
            found: dict[int, list[Lit]] = {}
            for k in seats:
                for option, lit in self.use(chosen, host, k):
                    found.setdefault(option, []).append(lit)
            yield context, found

    def tagged(self, chosen: Chosen, tags: frozenset[str], resource: str | None) -> list[Lit] | None:
        """Literals of which one holds when the activity, also on `resource`, uses one of the tags.

        None: it always does; empty: it never does.
        """
        if not tags:
            return None
        by_id = self.facts.problem.resource_by_id
        if resource is not None and by_id[resource].tags & tags:
            return None
        found: list[Lit] = []
        for role, lits in zip(chosen.roles, chosen.seats, strict=True):
            mine = [
                lit for seat, lit in zip(role.seats, lits, strict=True) if by_id[seat.resource].tags & tags
            ]
            if len(mine) == len(role.seats):
                return None
            found += mine
        return found

    def both(self, lit: Lit, others: list[Lit] | None) -> Lit | None:
        """Return a literal that holds at least when `lit` and one of the others do; None: never."""
        if others is None:
            return lit
        if not others:
            return None
        found = self.bool()
        for other in others:
            self.model.add_bool_or([~lit, ~other, found])
        return found
