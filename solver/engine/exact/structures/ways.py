"""What structures see of activities: meetings with literals, whether the activities may move or stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from solver.engine.exact.choices import Choices, Chosen, Lit
from solver.engine.exact.facts import Meetings
from solver.engine.exact.parts import context_of
from solver.problem import Interval


class Way(NamedTuple):
    """Meetings that an activity has when a literal holds, and where; of one activity at most one holds."""

    meetings: Meetings
    place: str | None
    lit: Lit


class Ways:
    """Ways of activities and uses of resources in one model."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.model = choices.model
        self.yes: Lit = choices.model.new_constant(1)
        self._using: dict[str, list[tuple[Chosen, int, int]]] = defaultdict(list)
        for chosen in choices.chosen:
            for r, role in enumerate(chosen.roles):
                for k, seat in enumerate(role.seats):
                    self._using[seat.resource].append((chosen, r, k))
        self._placed: dict[str, list[Way]] = {}

    def of(self, activity: str) -> list[Way]:
        """Ways of an activity, wherever it is; empty when it is not placed and stays so."""
        chosen = self.choices.at.get(activity)
        if chosen is not None:
            return [Way(meetings, None, lit) for meetings, lit in zip(chosen.options, chosen.at, strict=True)]
        placement = self.choices.rest.placements.get(activity)
        return [] if placement is None else [Way(placement.meetings, None, self.yes)]

    def placed(self, activity: str) -> list[Way]:
        """Ways of an activity, told apart by place."""
        if activity not in self._placed:
            self._placed[activity] = list(self._placed_of(activity))
        return self._placed[activity]

    def _placed_of(self, activity: str) -> Iterator[Way]:
        chosen = self.choices.at.get(activity)
        if chosen is None:
            placement = self.choices.rest.placements.get(activity)
            if placement is not None:
                yield Way(placement.meetings, context_of(self.choices, activity).place, self.yes)
            return
        for context, lits in self.choices.contexts(chosen):
            for option, meetings in enumerate(chosen.options):
                found = [chosen.at[option]] if lits is None else lits.get(option, [])
                for lit in found:
                    yield Way(meetings, context.place, lit)

    def uses(self, resource: str) -> Iterator[tuple[str, str, Way]]:
        """Yield activity, role and way of every use of a resource."""
        for chosen, r, k in self._using.get(resource, ()):
            for option, lit in self.choices.use(chosen, r, k):
                yield chosen.name, chosen.roles[r].name, Way(chosen.options[option], None, lit)
        by_id = self.choices.facts.problem.activity_by_id
        for name in dict.fromkeys(use.activity for use in self.choices.rest.uses.get(resource, ())):
            placement = self.choices.rest.placements[name]
            for requirement in by_id[name].requirements:
                if placement.resources.get(requirement.role) == resource:
                    yield name, requirement.role, Way(placement.meetings, None, self.yes)

    def seats(self, activity: str, role: str) -> dict[str, Lit]:
        """Literals that an activity is placed with this resource in a role; empty without that role."""
        chosen = self.choices.at.get(activity)
        if chosen is None:
            placement = self.choices.rest.placements.get(activity)
            taken = None if placement is None else placement.resources.get(role)
            return {} if taken is None else {taken: self.yes}
        for there, lits in zip(chosen.roles, chosen.seats, strict=True):
            if there.name == role:
                return {seat.resource: lit for seat, lit in zip(there.seats, lits, strict=True)}
        return {}

    def any(self, lits: Iterable[Lit]) -> Lit:
        """Return a literal that holds if and only if one of these does."""
        found = list({lit.index: lit for lit in lits}.values())
        if len(found) == 1:
            return found[0]
        either = self.choices.bool()
        self.model.add_bool_or([*found, ~either])
        for lit in found:
            self.model.add_implication(lit, either)
        return either

    def all(self, lits: Iterable[Lit]) -> Lit:
        """Return a literal that holds if and only if all of these do."""
        return ~self.any(~lit for lit in lits)

    def shared(self, met: Iterable[tuple[Interval, Lit]]) -> dict[Interval, Lit]:
        """Merge meetings at one time into one literal each."""
        by_time: dict[Interval, list[Lit]] = defaultdict(list)
        for meeting, lit in met:
            by_time[meeting].append(lit)
        return {meeting: self.any(lits) for meeting, lits in by_time.items()}
