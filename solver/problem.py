"""The scheduling problem: what is to be placed, on what, and under which rules.

An *activity* takes one of its *time options* and, for every *requirement*, one of that requirement's
*candidate* resources, or stays unplaced. Trainers and parts of learner groups are resources too. *Rules*
bind them; a hard rule is never broken, a soft rule costs. Anything that only one kind of timetable needs
is a rule, not a field.

All times are integer slots from Monday 00:00 of the first week; intervals are half-open ``[start, end)``.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Interval: TypeAlias = tuple[int, int]
Noun: TypeAlias = Literal[
    "activity",
    "area",
    "candidate_set",
    "option_set",
    "participant",
    "place",
    "priority",
    "request",
    "resource",
]
"""What an id refers to."""

MOST_NUMBER = 10**9
"""The largest number that a field takes: also sums of many of them fit 64 bits."""

MOST_WEIGHT = 10**6
"""The largest weight of a rule."""

MOST_SUM = 1 << 50
"""The largest worth or cost of a plan: thousandths of it fit 64 bits, and a float holds it exactly."""

PREPARED = "_prepared"
"""Where a problem keeps what rules made of their parameters, see `solver.rules.base.prepared`."""

Natural: TypeAlias = Annotated[int, Field(ge=0, le=MOST_NUMBER)]
Positive: TypeAlias = Annotated[int, Field(gt=0, le=MOST_NUMBER)]


class Frozen(BaseModel):
    """Base of the documents: immutable, and a field that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy without what was computed from the fields: an update may make it untrue."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class TimeGrid(Frozen):
    """The horizon: slots of equal length, days, weeks. Day 0 is a Monday."""

    slot_minutes: Positive = 5
    slots_per_day: Positive = 288
    days_per_week: Positive = 7
    weeks: Positive

    @property
    def slots_per_week(self) -> int:
        """Slots in one week."""
        return self.slots_per_day * self.days_per_week

    @property
    def horizon_slots(self) -> int:
        """Slots in the whole horizon."""
        return self.slots_per_week * self.weeks

    def day_of(self, slot: int) -> int:
        """Day of a slot, counted from the horizon's first day."""
        return slot // self.slots_per_day

    def week_of(self, slot: int) -> int:
        """Week of a slot, counted from the horizon's first week."""
        return slot // self.slots_per_week


class Place(Frozen):
    """A site; places of one area (a town) are near each other."""

    id: str
    area: str


class Distances(Frozen):
    """Travel times in slots between areas, and between two places of one area."""

    areas: tuple[str, ...] = ()
    slots: tuple[tuple[Natural, ...], ...] = ()
    within_area_slots: Natural = 0

    @cached_property
    def _row(self) -> dict[str, int]:
        return {area: i for i, area in enumerate(self.areas)}

    def between_areas(self, a: str, b: str) -> int:
        """Slots of travel from area `a` to area `b`; 0 within one area."""
        return 0 if a == b else self.slots[self._row[a]][self._row[b]]


class Resource(Frozen):
    """Something that an activity uses: a workshop, equipment, an internship place, a trainer, learners.

    Attributes
    ----------
    mode
        ``exclusive``: one activity at a time, of at most `capacity`; ``pooled``: amounts in use at the
        same time add up to at most `capacity`.
    place
        Where it stands; None for what moves (people).
    units
        Names of single units when the plan must say which (``len(units) == capacity``).
    setup_slots, cleanup_slots
        Time that separates this use from its neighbours; it need not lie inside availability.
    tags
        What it can do or is: competencies, ``hazard:high``, ``host:employer``.
    size
        Learners in it, for a part of a learner group; 0 for anything else.
    home
        The area where people start their day; None for what does not travel.
    """

    id: str
    kind: str
    owner: str | None = None
    mode: Literal["exclusive", "pooled"] = "exclusive"
    capacity: Positive = 1
    units: tuple[str, ...] = ()
    place: str | None = None
    home: str | None = None
    size: Natural = 0
    setup_slots: Natural = 0
    cleanup_slots: Natural = 0
    tags: frozenset[str] = frozenset()


class TimeOption(Frozen):
    """One way to place an activity in time: its meetings in order, and what this choice costs."""

    meetings: tuple[Interval, ...] = Field(min_length=1)
    penalty: Natural = 0


class Candidate(Frozen):
    """A resource that may fill a requirement, and what this choice costs."""

    resource: str
    penalty: Natural = 0


class Requirement(Frozen):
    """`amount` of one resource out of the candidate set, for all meetings of the activity."""

    role: str
    candidates: str
    amount: Positive = 1


class Activity(Frozen):
    """A session (or a block of meetings) that is placed whole.

    Attributes
    ----------
    chain, index
        Activities of one chain are the sessions of one subgroup, in their order.
    times
        Id of its option set.
    size
        Learners present.
    contact_minutes
        Teaching time in all its meetings together; ``size * contact_minutes`` is its worth.
    """

    id: str
    request: str
    chain: str
    index: Natural = 0
    times: str
    size: Positive
    contact_minutes: Natural
    requirements: tuple[Requirement, ...]

    @property
    def learner_minutes(self) -> int:
        """Worth of the activity in learner-minutes."""
        return self.size * self.contact_minutes


class Request(Frozen):
    """What a participant asks for; its activities carry its id.

    `partial` tells whether it is of use in part. One of two or more activities that is not has to be named
    by a rule ``all_or_none``, which keeps it so; without one the problem is at fault.
    """

    id: str
    participant: str
    priority: str
    kind: str = "module"
    partial: bool = True


class Rule(Frozen):
    """A rule as stored: its kind (a key of the registry), its parameters, its weight (None: hard)."""

    id: str
    kind: str
    params: Mapping[str, Any] = Field(default_factory=dict)
    weight: Annotated[int, Field(gt=0, le=MOST_WEIGHT)] | None = None


class Problem(Frozen):
    """A whole problem. Ids are the caller's strings, unique within their list.

    Attributes
    ----------
    option_sets, candidate_sets
        Shared lists, referred to by id.
    priorities
        Priority classes, first served first.
    requests
        In the order in which they arrived.
    labels
        Names of anything by id, for words; never a person's name.
    """

    format: Literal[1] = 1
    name: str
    grid: TimeGrid
    places: tuple[Place, ...] = ()
    distances: Distances = Distances()
    resources: tuple[Resource, ...]
    option_sets: Mapping[str, tuple[TimeOption, ...]]
    candidate_sets: Mapping[str, tuple[Candidate, ...]]
    priorities: tuple[str, ...] = ("only",)
    requests: tuple[Request, ...]
    activities: tuple[Activity, ...]
    rules: tuple[Rule, ...] = ()
    labels: Mapping[str, str] = Field(default_factory=dict)

    def with_rules(self, rules: tuple[Rule, ...]) -> "Problem":
        """Return the same problem under other rules; what was read of anything else is kept."""
        copied = self.model_copy(update={"rules": rules})
        for name, value in self.__dict__.items():
            if isinstance(getattr(type(self), name, None), cached_property):
                copied.__dict__[name] = value
        copied.__dict__[PREPARED] = dict(self.__dict__.get(PREPARED, {}))
        return copied

    def grown(self, update: Mapping[str, Any]) -> "Problem":
        """Return the problem with items changed or added, none gone: rules name what they named."""
        copied = self.model_copy(update=update)
        read = self.__dict__.get(PREPARED, {})
        copied.__dict__[PREPARED] = {at: row for at, row in read.items() if isinstance(row[0], Rule)}
        return copied

    @cached_property
    def resource_by_id(self) -> dict[str, Resource]:
        """Resources by id."""
        return {r.id: r for r in self.resources}

    @cached_property
    def place_by_id(self) -> dict[str, Place]:
        """Places by id."""
        return {p.id: p for p in self.places}

    @cached_property
    def request_by_id(self) -> dict[str, Request]:
        """Requests by id."""
        return {r.id: r for r in self.requests}

    @cached_property
    def activity_by_id(self) -> dict[str, Activity]:
        """Activities by id."""
        return {a.id: a for a in self.activities}

    @cached_property
    def activities_of(self) -> dict[str, tuple[Activity, ...]]:
        """Activities of each request, in the problem's order; those of an unknown request are left out."""
        found: dict[str, list[Activity]] = {r.id: [] for r in self.requests}
        for activity in self.activities:
            if activity.request in found:
                found[activity.request].append(activity)
        return {request: tuple(activities) for request, activities in found.items()}

    @cached_property
    def participants(self) -> frozenset[str]:
        """Everybody who asks for something."""
        return frozenset(r.participant for r in self.requests)

    @cached_property
    def areas(self) -> frozenset[str]:
        """Every area that the problem names."""
        homes = {r.home for r in self.resources if r.home is not None}
        return frozenset(self.distances.areas) | {p.area for p in self.places} | homes

    @cached_property
    def penalty_of_option(self) -> dict[str, dict[tuple[Interval, ...], int]]:
        """Penalty by meetings, for each option set."""
        return {key: {o.meetings: o.penalty for o in options} for key, options in self.option_sets.items()}

    @cached_property
    def penalty_of_candidate(self) -> dict[str, dict[str, int]]:
        """Penalty by resource, for each candidate set."""
        return {key: {c.resource: c.penalty for c in found} for key, found in self.candidate_sets.items()}

    @cached_property
    def place_role_of(self) -> dict[str, str | None]:
        """Role that gives an activity its place: the first one with a candidate that stands somewhere."""
        standing = {
            key: any(self.resource_by_id[c.resource].place is not None for c in found)
            for key, found in self.candidate_sets.items()
        }
        return {
            a.id: next((r.role for r in a.requirements if standing[r.candidates]), None)
            for a in self.activities
        }

    def travel_slots(self, a: str | None, b: str | None) -> int:
        """Slots of travel between two places; 0 when they are one place or one of them is nowhere."""
        if a is None or b is None or a == b:
            return 0
        area_a, area_b = self.place_by_id[a].area, self.place_by_id[b].area
        if area_a == area_b:
            return self.distances.within_area_slots
        return self.distances.between_areas(area_a, area_b)

    def travel_from(self, home: str, place: str | None) -> int:
        """Slots of travel one way from a home area to a place; 0 within the area or to nowhere."""
        return 0 if place is None else self.distances.between_areas(home, self.place_by_id[place].area)

    def label(self, id_: str) -> str:
        """Name of anything for words; the id itself when it has none."""
        return self.labels.get(id_, id_)

    def knows(self, noun: Noun, name: str) -> bool:
        """Tell whether there is what an id refers to."""
        return name in self._referred(noun)

    def _referred(self, noun: Noun) -> Collection[str]:
        found: Collection[str] = getattr(self, _HOLDERS[noun])
        return found


_HOLDERS: Mapping[Noun, str] = {
    "activity": "activity_by_id",
    "area": "areas",
    "candidate_set": "candidate_sets",
    "option_set": "option_sets",
    "participant": "participants",
    "place": "place_by_id",
    "priority": "priorities",
    "request": "request_by_id",
    "resource": "resource_by_id",
}

UNREADABLE = "\0"
"""What the names begin with that stand in a torn problem for those that could not be read."""


class Torn(Problem):
    """What could be read of a faulty document; of no use but to look for more faults.

    A name that is not there may be one of those that could not be read.
    """

    def knows(self, noun: Noun, name: str) -> bool:
        """Tell whether there may be what an id refers to."""
        return super().knows(noun, name) or name.startswith(UNREADABLE) or noun in self._open

    @cached_property
    def _open(self) -> frozenset[Noun]:
        return frozenset(
            noun for noun in _HOLDERS if any(name.startswith(UNREADABLE) for name in self._referred(noun))
        )
