"""A solution laid out for reading: who uses what, when and where, in order of time.

Rules check and cost a `Plan`; searches keep their own form. It holds no opinion on what is allowed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from solver.problem import Problem
from solver.solution import Placement


class Use(NamedTuple):
    """One meeting of an activity on one resource.

    Attributes
    ----------
    part
        Which meeting of the activity this is, from 0.
    contact_minutes
        The activity's contact minutes that fall to this meeting, by its length, rounded down.
    host, place
        The resource in the activity's place-giving role and where it stands.
    """

    start: int
    end: int
    activity: str
    amount: int
    part: int
    contact_minutes: int
    host: str | None
    place: str | None


class Plan:
    """Placements of a problem, indexed once.

    Guarantees nothing about validity; placements of unknown activities or resources are left out of
    the indexes (the checker reports them).
    """

    def __init__(self, problem: Problem, placements: Iterable[Placement]) -> None:
        self.problem = problem
        self.placements: dict[str, Placement] = {
            p.activity: p for p in placements if p.activity in problem.activity_by_id
        }

    @cached_property
    def uses(self) -> Mapping[str, list[Use]]:
        """Uses of every resource, sorted by start; resources that nobody uses have an empty list."""
        problem = self.problem
        place_of = {r.id: r.place for r in problem.resources}
        found: dict[str | None, list[Use]] = {r.id: [] for r in problem.resources}
        new = tuple.__new__  # a NamedTuple's own constructor takes twice the time
        for name, placement in self.placements.items():
            activity = problem.activity_by_id[name]
            taken, meetings = placement.resources, placement.meetings
            role = problem.place_role_of[name]
            host = taken.get(role) if role is not None else None
            place = place_of.get(host) if host is not None else None
            length = sum(end - start for start, end in meetings) if len(meetings) > 1 else 0
            for part, (start, end) in enumerate(meetings):
                minutes = activity.contact_minutes
                if length:
                    minutes = minutes * (end - start) // length
                for requirement in activity.requirements:
                    uses = found.get(taken.get(requirement.role))
                    if uses is not None:
                        use = (start, end, name, requirement.amount, part, minutes, host, place)
                        uses.append(new(Use, use))
        for uses in found.values():
            uses.sort()
        return {resource: uses for resource, uses in found.items() if resource is not None}

    def on_tags(self, tags: Iterable[str]) -> set[str]:
        """Return the activities that use a resource which carries one of the tags."""
        found: set[str] = set()
        for tag in tags:
            found |= self._by_tag.get(tag, frozenset())
        return found

    @cached_property
    def _by_tag(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for resource in self.problem.resources:
            if resource.tags:
                using = {use.activity for use in self.uses[resource.id]}
                for tag in resource.tags:
                    found.setdefault(tag, set()).update(using)
        return found


def closer_than(uses: Sequence[Use], slots: int) -> Iterator[tuple[Use, Use]]:
    """Yield every two uses with fewer than `slots` slots between them, the earlier start first.

    `uses` are sorted by start.
    """
    recent: list[Use] = []
    for use in uses:
        if recent:
            begin = use.start - slots
            recent = [earlier for earlier in recent if earlier.end > begin]
            for earlier in recent:
                yield earlier, use
        recent.append(use)
