"""Hard and soft rules as the arrays hold them: whose hours are measured, how, and the limits."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solver.engine.lowering import Lowered
from solver.engine.weekly import fields
from solver.problem import Interval, Problem
from solver.structure import Concurrent, DayShape, Distinct, PairResource, Rest, Structure

_MEASURES: Mapping[str, int] = {
    "gaps": fields.GAPS,
    "load": fields.LOAD,
    "covered": fields.LOAD,
    "used": fields.USED,
    "run": fields.RUN,
    "span": fields.SPAN,
    "late": fields.LATE,
    "moves": fields.MOVES,
}


@dataclass(frozen=True)
class Statement:
    """A limit on a measure of what one resource does, or of activities, the members.

    `numbers` are those of a rule in `fields`; `role` is the role of the members' rooms. Hours outside
    `within`, if there is any, do not count, nor are those of `pauses` gaps.
    """

    look: int
    numbers: tuple[int, int, int, int, int, int]
    resource: str | None = None
    members: tuple[str, ...] = ()
    role: str = ""
    within: tuple[Interval, ...] = ()
    pauses: tuple[Interval, ...] = ()


class Statements:
    """Reads the rules of a problem as statements."""

    def __init__(self, problem: Problem, lowered: Lowered) -> None:
        self._problem, self._lowered = problem, lowered
        self._rows = {d.resource for _, d in lowered.disjunctives}
        self._chosen: set[str] = set()
        alone: dict[str, str] = {}
        for key, found in problem.candidate_sets.items():
            if len(found) == 1:
                alone[key] = found[0].resource
            else:
                self._chosen.update(c.resource for c in found)
        self._used_by: defaultdict[str, list[str]] = defaultdict(list)
        for activity in problem.activities:
            for requirement in activity.requirements:
                if requirement.candidates in alone:
                    self._used_by[alone[requirement.candidates]].append(activity.id)

    def of(self, primitive: Structure, weight: int | None) -> list[Statement] | None:
        """Return what the arrays hold of a structure; None if they cannot hold all of it."""
        paid = weight or 0
        match primitive:
            case DayShape():
                return self._shape(primitive, paid)
            case Concurrent():
                return list(_concurrent(primitive, paid))
            case Rest() if self._serves(primitive.resource):
                numbers = (fields.SHORT_NIGHTS, 1, 0, -1, paid, primitive.min_slots)
                return [Statement(fields.EXCLUSIVE, numbers, primitive.resource)]
            case Distinct() if self._in_rows(primitive):
                numbers = (fields.ROOMS, 1, primitive.at_most, -1, paid, 0)
            case PairResource(same=True) if weight is None and self._in_rows(primitive):
                numbers = (fields.ROOMS, 1, 1, -1, 0, 0)
            case _:
                return None
        return [Statement(fields.ROOMED, numbers, members=primitive.activities, role=primitive.role)]

    def of_ways(self) -> list[Statement] | None:
        """Return what the arrays hold of travel and of days away; None if they cannot hold all of it."""
        place_at = {place.area: at for at, place in enumerate(self._problem.places)}
        found = [
            Statement(fields.SITED, (fields.HURRIES, 0, 0, -1, 0, 0), primitive.resource)
            for _, primitive in self._lowered.disjunctives
            if primitive.travel
        ]
        for _, total in self._lowered.sums:
            daily = total.measure == "areas_away" and total.period == "day" and not total.on_tags
            if not daily or len(total.resources) != 1:
                return None
            home = -1 if total.home is None else place_at.get(total.home, -1)
            numbers = (fields.AREAS, 0, total.limit, -1, 0, home)
            found.append(Statement(fields.SITED, numbers, total.resources[0]))
        known = len(place_at) == len(self._problem.places)
        return found if known and all(self._serves(s.resource) for s in found) else None

    def _serves(self, resource: str | None) -> bool:
        """Tell whether it serves one at a time, and never as one of several that a role may have."""
        return resource in self._rows and resource not in self._chosen

    def _in_rows(self, primitive: Distinct | PairResource) -> bool:
        """Tell whether all rooms that the activities may have serve one at a time."""
        return all(
            c.resource in self._rows
            for name in primitive.activities
            for r in self._problem.activity_by_id[name].requirements
            if r.role == primitive.role
            for c in self._problem.candidate_sets[r.candidates]
        )

    def _shape(self, shape: DayShape, weight: int) -> list[Statement] | None:
        measure = _MEASURES.get(shape.measure)
        if shape.within and measure in (fields.GAPS, fields.RUN, fields.SPAN, fields.MOVES):
            return None
        if measure is None or not self._chosen.isdisjoint(shape.resources):
            return None
        alone = len(shape.resources) == 1 and not shape.activities and self._serves(shape.resources[0])
        if measure == fields.MOVES and not alone:
            return None
        if shape.measure == "load" and not alone:
            measure = fields.SUM
        at_most, at_least = (-1 if limit is None else limit for limit in (shape.at_most, shape.at_least))
        numbers = (measure, int(shape.period != "day"), at_most, at_least, weight, 0)
        if alone:
            members: tuple[str, ...] = ()
            look, who = fields.SITED if measure == fields.MOVES else fields.EXCLUSIVE, shape.resources[0]
        else:
            using = (name for resource in shape.resources for name in self._used_by[resource])
            look, who = fields.MEMBERS, None
            members = tuple(dict.fromkeys((*shape.activities, *using)))
        return [Statement(look, numbers, who, members, within=shape.within, pauses=shape.pauses)]


def _concurrent(primitive: Concurrent, weight: int) -> Iterator[Statement]:
    def limit(measure: int, bound: int) -> Statement:
        numbers = (measure, 1, 0, -1, weight, bound)
        members, windows = primitive.activities, primitive.windows
        return Statement(fields.MEMBERS, numbers, members=members, within=windows)

    if primitive.at_most is not None:
        yield limit(fields.CROWD, primitive.at_most)
    if primitive.at_least:
        yield limit(fields.LACK_IF_ANY if primitive.or_none else fields.LACK, primitive.at_least)
