"""Formulation by options: a literal for every activity and option, candidates beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from solver.engine.exact import plans
from solver.engine.exact.aims import levels
from solver.engine.exact.choices import Choices
from solver.engine.exact.domains import Domains, Rest, Role
from solver.engine.exact.facts import Facts
from solver.engine.exact.order import add_order
from solver.engine.exact.structures import add_structures
from solver.engine.exact.usage import add_usage
from solver.problem import Activity
from solver.solution import Placement

_MOST_LITERALS = 3_000_000


class TooLarge(ValueError):
    """A model that would not fit into memory: fewer activities must be free."""


class IndexedModel:
    """A model of the activities that may move, the rest being fixed.

    Attributes
    ----------
    lost
        Activities that may move and have no place at all.

    Raises
    ------
    TooLarge
        The model would have too many literals.
    """

    def __init__(self, facts: Facts, free: Sequence[Activity], rest: Rest, aims: Sequence[str]) -> None:
        narrowed = Domains(facts, rest)
        domains = [narrowed.of(activity) for activity in free]
        self.lost = frozenset(d.activity.id for d in domains if d.dead)
        literals = sum(int(d.mask.sum()) * (1 + sum(_several(role) for role in d.roles)) for d in domains)
        if literals > _MOST_LITERALS:
            raise TooLarge(f"{literals} literals; at most {_MOST_LITERALS} are built")
        self.choices = Choices(facts, domains, rest)
        self.model = self.choices.model
        add_usage(self.choices)
        add_order(self.choices)
        self.levels = levels(self.choices, aims, add_structures(self.choices))

    def present(self, activity: str) -> Any:
        """Literal that an activity is placed; it is not among the lost ones."""
        return self.choices.at[activity].present

    def decode(self, value: Callable[[Any], int]) -> dict[str, Placement] | None:
        """Return the plan that values stand for."""
        return plans.decode(self.choices, value)

    def hints(self, start: Mapping[str, Placement]) -> Iterator[tuple[Any, int]]:
        """Yield values of literals that a plan settles."""
        return plans.hints(self.choices, start)


def _several(role: Role) -> int:
    return len(role.seats) if len(role.seats) > 1 else 0
