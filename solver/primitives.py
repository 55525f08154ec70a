"""The closed set of statements that rules are lowered to, and their meaning on a plan.

Engines and bounds implement these and nothing else; a new one is a design decision. `violations` and
`cost` state each meaning by itself, in the plainest way; the contract test holds every rule's `check`
and `cost` against them, so they share no code with the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, TypeAlias, assert_never

from solver.plan import Plan
from solver.problem import Interval, Problem, Resource
from solver.structure import Structure
from solver.structure_reading import amount

Period: TypeAlias = Literal["day", "week", "horizon"]
Measure: TypeAlias = Literal["clock_slots", "contact_minutes", "activities", "areas_away"]


@dataclass(frozen=True, slots=True)
class Window:
    """Every meeting of the subject lies inside one single window, buffers apart.

    `activities` bind at every resource; `resources` bind whatever uses them. With `on_tags`, only uses
    count whose activity also uses a resource that carries one of these tags.
    """

    windows: tuple[Interval, ...]
    activities: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    on_tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cumulative:
    """At every moment the amounts in use, each with its set-up and clean-up, add up to at most `capacity`."""

    resource: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Disjunctive:
    """Uses of one resource never overlap.

    Between any two uses (not only neighbours) lie at least the resource's own clean-up and set-up. With
    `travel`, also at least the travel between their places (`Problem.travel_slots`); with
    `host_buffers`, travel begins after the clean-up of the first use's host and ends before the set-up
    of the next use's host, also within one place, but for uses of one activity. A use's host is the
    resource in its activity's `Problem.place_role_of`, if that stands somewhere; a use without one has no
    buffers and no place.
    """

    resource: str
    travel: bool = False
    host_buffers: bool = False


@dataclass(frozen=True, slots=True)
class PeriodSum:
    """In every period the measure of the subjects' uses, taken together, is at most `limit`.

    ``clock_slots``: meeting lengths; ``contact_minutes``: the activity's contact minutes, shared among
    its meetings by their lengths (each share rounded down); ``activities``: number of activities with a
    meeting that starts in the period; ``areas_away``: number of different areas other than `home` (all
    areas when it is None) of the places where the uses are. A meeting belongs to the period in which it
    starts. With `on_tags`, only uses count whose activity also uses a
    resource that carries one of these tags.
    """

    period: Period
    measure: Measure
    limit: int
    resources: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    home: str | None = None
    on_tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sequence:
    """Between the end of a placed activity and the start of any placed one of a later stage: `min_lag_slots`.

    An activity lasts from the start of its first meeting to the end of its last.
    """

    stages: tuple[tuple[str, ...], ...]
    min_lag_slots: int = 0


@dataclass(frozen=True, slots=True)
class Distance:
    """Any two placed activities lie at least `min_slots` apart.

    Measured from the end of the last meeting of one to the start of the first meeting of the other.
    """

    activities: tuple[str, ...]
    min_slots: int


@dataclass(frozen=True, slots=True)
class SamePresence:
    """All of the activities are placed, or none."""

    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SamePlace:
    """Within each activity, resources that stand somewhere stand in one place."""

    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The activity is never placed on any of these resources in the role."""

    activity: str
    role: str
    resources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fixed:
    """If placed, the activity has exactly these meetings and, in the named roles, these resources."""

    activity: str
    meetings: tuple[Interval, ...]
    resources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LinearCost:
    """What one activity adds to the score term `term` of its rule.

    Unplaced it costs `unplaced`. Placed it costs `by_meetings` of its meetings (`other_meetings` when
    they are not listed) and, for every role, `by_resource` of the resource that fills it (0 when not
    listed), once or, with `per_meeting`, for each of its meetings.
    """

    activity: str
    term: str
    unplaced: int = 0
    by_meetings: Mapping[tuple[Interval, ...], int] = field(default_factory=dict)
    other_meetings: int = 0
    by_resource: Mapping[tuple[str, str], int] = field(default_factory=dict)
    per_meeting: bool = False


@dataclass(frozen=True, slots=True)
class Shares:
    """Leximin over participants of ``s = min(1000, granted * 1000 // target)``.

    `worth` lists each participant's activities with their learner-minutes, of which the placed ones are
    granted; `target` is positive. The score term of a participant is ``1000 - s``; what is wanted is the
    lexicographically best sorted vector of them, the worst-off first.
    """

    target: Mapping[str, int]
    worth: Mapping[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Quota:
    """A part of the coverage that is owed first: the term `term` costs what `target` lacks.

    `worth` lists the activities that count towards it, in learner-minutes each. Quotas are met before the
    coverage of the priority class at position `before_class` and of all after it; the costs of one `group`
    add up, groups come in their order.
    """

    term: str
    target: int
    worth: tuple[tuple[str, int], ...]
    before_class: int = 0
    group: int = 0


Primitive: TypeAlias = (
    Window
    | Cumulative
    | Disjunctive
    | PeriodSum
    | Sequence
    | Distance
    | SamePresence
    | SamePlace
    | Forbidden
    | Fixed
    | LinearCost
    | Shares
    | Quota
    | Structure
)

AMOUNT = "amount"
"""Name of the score term that the amounts of a soft rule's structures add up to."""


def violations(problem: Problem, primitive: Primitive, plan: Plan) -> int:
    """Return how many times, of a structure by how much, a plan breaks a primitive; 0 for costs.

    A plain reading of the definitions above for tests of tiny problems, not made for speed.
    """
    if isinstance(primitive, Structure):
        return amount(problem, primitive, plan)
    reader = _Reader(problem, plan)
    match primitive:
        case Window():
            return reader.window(primitive)
        case Cumulative():
            return reader.cumulative(primitive)
        case Disjunctive():
            return reader.disjunctive(primitive)
        case PeriodSum():
            return reader.period_sum(primitive)
        case Sequence():
            return reader.sequence(primitive)
        case Distance():
            spans = [reader.span(a) for a in primitive.activities if a in reader.placed]
            return sum(
                max(a[0], b[0]) < min(a[1], b[1]) + primitive.min_slots for a, b in combinations(spans, 2)
            )
        case SamePresence():
            return len({a in reader.placed for a in primitive.activities}) == 2
        case SamePlace():
            return sum(len(reader.places(a)) > 1 for a in primitive.activities if a in reader.placed)
        case Forbidden():
            return reader.taken(primitive.activity, primitive.role) in primitive.resources
        case Fixed():
            return primitive.activity in reader.placed and (
                reader.placed[primitive.activity].meetings != primitive.meetings
                or any(reader.taken(primitive.activity, role) != r for role, r in primitive.resources.items())
            )
        case LinearCost() | Shares() | Quota():
            return 0
        case _:
            assert_never(primitive)


def cost(problem: Problem, primitive: Primitive, plan: Plan) -> dict[str, int]:
    """Return what a plan pays for a primitive, by the name of the score term; empty for hard ones.

    A structure is paid for only if its rule has a weight; without one its cost is a breach.
    """
    reader = _Reader(problem, plan)
    if isinstance(primitive, LinearCost):
        placement = reader.placed.get(primitive.activity)
        if placement is None:
            return {primitive.term: primitive.unplaced}
        resources = sum(primitive.by_resource.get(pair, 0) for pair in placement.resources.items())
        meetings = primitive.by_meetings.get(placement.meetings, primitive.other_meetings)
        times = len(placement.meetings) if primitive.per_meeting else 1
        return {primitive.term: meetings + resources * times}
    if isinstance(primitive, Shares):
        return {
            name: 1000 - min(1000, 1000 * sum(m for a, m in worth if a in reader.placed) // target)
            for name, target in primitive.target.items()
            for worth in [primitive.worth[name]]
        }
    if isinstance(primitive, Quota):
        met = sum(minutes for name, minutes in primitive.worth if name in reader.placed)
        return {primitive.term: max(0, primitive.target - met)}
    if isinstance(primitive, Structure):
        return {AMOUNT: amount(problem, primitive, plan)}
    return {}


class _Reader:
    """A plan read straight from its placements."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.placed = plan.placements

    def taken(self, activity: str, role: str) -> str | None:
        placement = self.placed.get(activity)
        return placement.resources.get(role) if placement is not None else None

    def span(self, activity: str) -> Interval:
        meetings = self.placed[activity].meetings
        return min(start for start, _ in meetings), max(end for _, end in meetings)

    def host(self, activity: str) -> Resource | None:
        role = self.problem.place_role_of[activity]
        name = self.taken(activity, role) if role is not None else None
        host = self.problem.resource_by_id[name] if name is not None else None
        return host if host is not None and host.place is not None else None

    def places(self, activity: str) -> set[str]:
        used = (self.problem.resource_by_id[name] for name in self.placed[activity].resources.values())
        return {resource.place for resource in used if resource.place is not None}

    def meetings(self, resource: str) -> list[tuple[int, int, str, int]]:
        """Start, end, activity and amount of every use."""
        return [
            (start, end, name, requirement.amount)
            for name, placement in self.placed.items()
            for requirement in self.problem.activity_by_id[name].requirements
            if placement.resources.get(requirement.role) == resource
            for start, end in placement.meetings
        ]

    def tagged(self, activity: str, tags: frozenset[str]) -> bool:
        used = self.placed[activity].resources.values()
        return not tags or any(self.problem.resource_by_id[name].tags & tags for name in used)

    def window(self, window: Window) -> int:
        found = [
            (start, end)
            for name in window.activities
            if name in self.placed and self.tagged(name, window.on_tags)
            for start, end in self.placed[name].meetings
        ]
        for resource in window.resources:
            uses = self.meetings(resource)
            found += [(start, end) for start, end, name, _ in uses if self.tagged(name, window.on_tags)]
        return sum(not any(a <= start and end <= b for a, b in window.windows) for start, end in found)

    def cumulative(self, cumulative: Cumulative) -> int:
        resource = self.problem.resource_by_id[cumulative.resource]
        held = [
            (start - resource.setup_slots, end + resource.cleanup_slots, amount)
            for start, end, _, amount in self.meetings(resource.id)
        ]
        return sum(
            sum(amount for start, end, amount in held if start <= moment < end) > cumulative.capacity
            for moment in {start for start, _, _ in held}
        )

    def disjunctive(self, disjunctive: Disjunctive) -> int:
        resource = self.problem.resource_by_id[disjunctive.resource]
        broken = 0
        for one, other in combinations(self.meetings(resource.id), 2):
            a, b = sorted((one, other))
            need = resource.cleanup_slots + resource.setup_slots
            if disjunctive.travel:
                host_a, host_b = self.host(a[2]), self.host(b[2])
                way = 0
                if host_a is not None and host_b is not None:
                    way = self.problem.travel_slots(host_a.place, host_b.place)
                if disjunctive.host_buffers and a[2] != b[2]:
                    way += host_a.cleanup_slots if host_a is not None else 0
                    way += host_b.setup_slots if host_b is not None else 0
                need = max(need, way)
            broken += b[0] < a[1] + need
        return broken

    def period_sum(self, limit: PeriodSum) -> int:
        grid = self.problem.grid
        length = {"day": grid.slots_per_day, "week": grid.slots_per_week, "horizon": grid.horizon_slots}
        found: dict[int, list[tuple[int, int, str]]] = {}
        uses = [(s, e, a) for resource in limit.resources for s, e, a, _ in self.meetings(resource)]
        uses += [(*m, a) for a in limit.activities if a in self.placed for m in self.placed[a].meetings]
        for start, end, name in uses:
            if self.tagged(name, limit.on_tags):
                found.setdefault(start // length[limit.period], []).append((start, end, name))
        return sum(self.measure(limit, inside) > limit.limit for inside in found.values())

    def measure(self, limit: PeriodSum, uses: list[tuple[int, int, str]]) -> int:
        if limit.measure == "clock_slots":
            return sum(end - start for start, end, _ in uses)
        if limit.measure == "activities":
            return len({name for _, _, name in uses})
        if limit.measure == "areas_away":
            hosts = [self.host(name) for _, _, name in uses]
            places = {host.place for host in hosts if host is not None}
            areas = {place.area for place in self.problem.places if place.id in places}
            return len(areas - {limit.home})
        minutes = 0
        for start, end, name in uses:
            length = sum(b - a for a, b in self.placed[name].meetings)
            minutes += self.problem.activity_by_id[name].contact_minutes * (end - start) // length
        return minutes

    def sequence(self, sequence: Sequence) -> int:
        return sum(
            self.span(after)[0] < self.span(before)[1] + sequence.min_lag_slots
            for earlier, later in combinations(sequence.stages, 2)
            for before in earlier
            for after in later
            if before in self.placed and after in self.placed
        )
