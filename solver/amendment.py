"""A small change of a problem as a document: what would have to give."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import Field

from solver.problem import Activity, Candidate, Frozen, Problem, Request, Resource, Rule, TimeOption

T = TypeVar("T", Rule, Resource, Request, Activity)


class Amendment(Frozen):
    """Items that take the place of those with the same id; the others are added.

    Attributes
    ----------
    option_sets, candidate_sets
        Sets by id; they are replaced or added whole.
    without
        Activities that are asked for no longer.
    """

    rules: tuple[Rule, ...] = ()
    resources: tuple[Resource, ...] = ()
    requests: tuple[Request, ...] = ()
    activities: tuple[Activity, ...] = ()
    option_sets: Mapping[str, tuple[TimeOption, ...]] = Field(default_factory=dict)
    candidate_sets: Mapping[str, tuple[Candidate, ...]] = Field(default_factory=dict)
    without: tuple[str, ...] = ()

    def applied(self, problem: Problem) -> Problem:
        """Return the amended problem; that it is valid is for whoever writes the amendment."""
        amended = problem.with_rules(_replaced(problem.rules, self.rules)) if self.rules else problem
        activities = _replaced(problem.activities, self.activities)
        if gone := set(self.without):
            activities = tuple(a for a in activities if a.id not in gone)
        changed = {
            "resources": _replaced(problem.resources, self.resources),
            "requests": _replaced(problem.requests, self.requests),
            "activities": activities,
            "option_sets": {**problem.option_sets, **self.option_sets},
            "candidate_sets": {**problem.candidate_sets, **self.candidate_sets},
        }
        update = {name: value for name, value in changed.items() if value != getattr(problem, name)}
        if not update:
            return amended
        return amended.model_copy(update=update) if gone else amended.grown(update)

    def then(self, later: "Amendment") -> "Amendment":
        """Return the amendment that does what this one does, and then what another does to the result."""
        gone = set(later.without)
        kept = [a for a in self.activities if a.id not in gone]
        return Amendment(
            rules=_replaced(self.rules, later.rules),
            resources=_replaced(self.resources, later.resources),
            requests=_replaced(self.requests, later.requests),
            activities=_replaced(kept, later.activities),
            option_sets={**self.option_sets, **later.option_sets},
            candidate_sets={**self.candidate_sets, **later.candidate_sets},
            without=tuple(dict.fromkeys((*self.without, *later.without))),
        )


def _replaced(items: Sequence[T], changed: Sequence[T]) -> tuple[T, ...]:
    if not changed:
        return tuple(items)
    by_id: dict[str, T] = {item.id: item for item in changed}
    found: list[T] = []
    for item in items:
        found.append(by_id.pop(item.id, item))
    found.extend(by_id.values())
    return tuple(found)
