"""Primitives about how placements lie to each other: pairs, days, counts; and their meaning on a plan.

A rule that lowers to these is hard without a weight; with one, the `amount` of each is its cost. Engines
implement them as arrays of their own; `solver.structure_reading` states each meaning in the plainest way.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from solver.problem import Interval

Relation: TypeAlias = Literal[
    "same_start",
    "same_clock",
    "within_clock",
    "different_clock",
    "same_days",
    "different_days",
    "same_weeks",
    "different_weeks",
    "overlap",
    "not_overlap",
    "before",
    "after_if_same_day",
    "work_day",
    "min_gap",
    "days_apart",
    "days_within",
    "consecutive",
    "grouped",
    "grouped_if_same_day",
    "reachable",
]
"""In the order by which `solver.engine.local.relations` numbers them."""

Measure: TypeAlias = Literal[
    "used",
    "load",
    "covered",
    "gaps",
    "span",
    "run",
    "isolated",
    "late",
    "breaks",
    "long_blocks",
    "moves",
]


@dataclass(frozen=True, slots=True)
class PairTime:
    """Any two placed activities stand in a relation; the one that is listed first is `a`, the other `b`.

    The *clock* of an activity reaches from the earliest start to the latest end of its meetings as slots
    of the day; its *days* are the weekdays, its *weeks* the weeks in which its meetings start.

    ``same_start``: first meetings start in one slot. ``same_clock``: clocks start at one slot of the day.
    ``within_clock``: one clock lies within the other. ``different_clock``: clocks share no slot.
    ``same_days``, ``same_weeks``: the set of one holds that of the other. ``different_days``,
    ``different_weeks``: the sets share nothing. ``overlap``, ``not_overlap``: some, no meeting of `a`
    shares a slot with one of `b`. ``before``: the first meeting of `a` ends before the first of `b`
    starts, or then. ``after_if_same_day``: on every date with meetings of both, `a` starts when `b` has
    ended or later. ``work_day``: on every date with meetings of both, at most `limit` slots from the
    first start to the last end. ``min_gap``: on every such date, at least `limit` slots between them.
    ``days_apart``, ``days_within``: the dates of the first meetings differ by at least, at most `limit`
    days. ``consecutive``: on one date, and `b` starts when `a` ends. ``grouped``: on one date, and one of
    them starts when the other ends. ``grouped_if_same_day``: grouped, or on different dates (first
    meetings count).

    Slots of `pauses` (of the horizon) between two meetings do not part them in ``consecutive``,
    ``grouped`` and ``grouped_if_same_day``. With `travel`, ``not_overlap`` also asks, on every date with
    meetings of both, for the travel between their places (`Problem.travel_slots`) from the end of one to
    the start of the other. The amount is the number of pairs that are not so.
    """

    relation: Relation
    activities: tuple[str, ...]
    limit: int = 0
    pauses: tuple[Interval, ...] = ()
    travel: bool = False


@dataclass(frozen=True, slots=True)
class PairResource:
    """Any two placed activities have the same resource, or different ones, in a role.

    Activities without the role do not count. The amount is the number of pairs that are not so.
    """

    activities: tuple[str, ...]
    role: str
    same: bool


@dataclass(frozen=True, slots=True)
class Distinct:
    """At most `at_most` different resources fill the role of the placed activities.

    The amount is how many there are beyond it.
    """

    activities: tuple[str, ...]
    role: str
    at_most: int = 1


@dataclass(frozen=True, slots=True)
class DayShape:
    """A measure of each day of the subjects' meetings, summed over the days of a period, keeps its limits.

    Subjects are the activities and the uses of the resources, all taken together; an activity's meeting
    counts once, however many of the resources it uses. A meeting belongs to the day in which it starts
    and, with `within`, counts only if it shares a slot with one of these intervals (for ``late``, see
    there). `fold` lays the days of all weeks, and `pauses` and `within` with them, on one week before
    anything is measured; meetings of one activity that then coincide are one. A period without a meeting
    that counts keeps every limit.

    ``used``: 1. ``load``: lengths of the meetings added up, ``covered``: slots that they cover, each once;
    of these two, with `within`, only the slots inside it. ``gaps``: slots between the first start and the
    last end that no meeting covers, without those of `pauses`. ``span``: slots from the first start to
    the last end. ``run``: slots of the longest stretch without an uncovered slot. ``isolated``: meetings
    with no other meeting of that day that ends when they start, starts when they end, or shares a slot
    with them. ``late``: 1 if no meeting shares a slot with `within`. ``breaks``: uncovered stretches
    between meetings of more than `join` slots. ``long_blocks``: groups of two or more meetings with at
    most `join` uncovered slots between neighbours, that last more than `longer_than` slots. ``moves``: how
    often a meeting is in another area than the one before; meetings that are nowhere are left out, and those
    that start together come in the order of their ends, then of the names of their areas.

    The amount is, summed over the periods, by how much the value exceeds `at_most` or falls short of
    `at_least`.
    """

    measure: Measure
    period: Literal["day", "week", "horizon"] = "day"
    at_most: int | None = None
    at_least: int | None = None
    resources: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    within: tuple[Interval, ...] = ()
    pauses: tuple[Interval, ...] = ()
    fold: bool = False
    join: int = 0
    longer_than: int = 0


@dataclass(frozen=True, slots=True)
class Concurrent:
    """In every slot of `windows`, so many of the activities take place: at most, at least.

    With `or_none`, a slot in which none of them takes place is right too. The amount is, summed over the
    slots, by how many there are too many or too few.
    """

    activities: tuple[str, ...]
    windows: tuple[Interval, ...]
    at_most: int | None = None
    at_least: int = 0
    or_none: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """Uses of a resource that start on different days lie at least `min_slots` apart.

    The amount is the number of neighbouring used days that do not: the last end of one and the first
    start of the next are compared.
    """

    resource: str
    min_slots: int


@dataclass(frozen=True, slots=True)
class Excess:
    """What the uses of the resources measure together in a period, beyond `limit`.

    The measures are those of `PeriodSum`; the amount is summed over the periods, in the measure's unit.
    """

    period: Literal["day", "week", "horizon"]
    measure: Literal["clock_slots", "contact_minutes", "activities"]
    limit: int
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AwayDay:
    """On a day with uses of a resource away from home, their contact minutes add up to `min_minutes`.

    A use is away if its place (that of the resource in `Problem.place_role_of`) is `from_slots` or more
    of travel from the area `home`; a meeting belongs to the day in which it starts and has its share of
    the contact minutes as in `PeriodSum`. The amount is the number of days with away uses and less.
    """

    resource: str
    home: str
    from_slots: int
    min_minutes: int


@dataclass(frozen=True, slots=True)
class Makespan:
    """The slot in which the last of the activities ends; that is the amount, 0 for an empty plan."""

    activities: tuple[str, ...]


Structure: TypeAlias = (
    PairTime | PairResource | Distinct | DayShape | Concurrent | Rest | Excess | AwayDay | Makespan
)
