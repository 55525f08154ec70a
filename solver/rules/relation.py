"""How any two of some sessions lie to each other in time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import ClassVar, NamedTuple, Self, TypeAlias

from pydantic import model_validator

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import Activity, Interval, Problem, TimeGrid
from solver.rules.base import (
    Breach,
    Chains,
    Count,
    Fact,
    FlexibleRule,
    Left,
    RuleParams,
    Span,
    Switch,
    Words,
    prepared,
    wrong,
)
from solver.rules.examples import example, options, room, session
from solver.solution import Reason
from solver.structure import PairTime, Relation
from solver.windows import Windows, merged

_NO_LIMIT = Words("у связи {relation} нет предела: уберите limit", "{relation} has no limit: remove it")


class Related(Chains):
    """Sessions of which any two stand in the relation; the one named first is the first of the two.

    With `following` only those are compared that follow each other in the list: the next session of a
    chain. `limit` counts slots (``work_day``, ``min_gap``) or days (``days_apart``, ``days_within``). In
    `pauses` nothing takes place, so they do not part sessions that follow each other at once.
    """

    relation: Relation
    following: Switch = False
    limit: Count = 0
    pauses: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _limit_of_its_own(self) -> Self:
        if self.limit and self.relation not in _LIMIT:
            raise wrong(_NO_LIMIT, relation=self.relation)
        return self

    def sets(self, problem: Problem) -> list[tuple[str, ...]]:
        """Return the ids of activities of which any two are compared."""
        groups = [tuple(a.id for a in group) for group in self.groups(problem)]
        return [pair for names in groups for pair in pairwise(names)] if self.following else groups


class RelationParams(RuleParams):
    """Relations; each of them binds."""

    relations: tuple[Related, ...]


_SAYS: Mapping[Relation, Words] = {
    "same_start": Words("должны начинаться одновременно", "must start together"),
    "same_clock": Words("должны начинаться в один час дня", "must start at the same time of day"),
    "within_clock": Words("должны идти в одно время дня", "must be at the same time of day"),
    "different_clock": Words("должны идти в разное время дня", "must be at different times of day"),
    "same_days": Words("должны быть в одни дни недели", "must be on the same days of the week"),
    "different_days": Words("должны быть в разные дни недели", "must be on different days of the week"),
    "same_weeks": Words("должны быть в одни недели", "must be in the same weeks"),
    "different_weeks": Words("должны быть в разные недели", "must be in different weeks"),
    "overlap": Words("должны идти одновременно", "must be at the same time"),
    "not_overlap": Words("не должны идти одновременно", "must not be at the same time"),
    "before": Words("должны идти в этом порядке", "must be in this order"),
    "after_if_same_day": Words(
        "в один день должны идти в обратном порядке", "must be in the other order when on one day"
    ),
    "work_day": Words(
        "в один день должны уложиться в {limit_slots}", "must fit into {limit_slots} when on one day"
    ),
    "min_gap": Words(
        "в один день должны отстоять не меньше чем на {limit_slots}",
        "must be at least {limit_slots} apart when on one day",
    ),
    "days_apart": Words(
        "должны отстоять не меньше чем на {limit:день|дня|дней}",
        "must be at least {limit:day|days} apart",
    ),
    "days_within": Words(
        "должны отстоять не больше чем на {limit:день|дня|дней}",
        "must be at most {limit:day|days} apart",
    ),
    "consecutive": Words(
        "должны идти сразу друг за другом в этом порядке", "must follow each other at once in this order"
    ),
    "grouped": Words("должны идти сразу друг за другом", "must follow each other at once"),
    "grouped_if_same_day": Words(
        "в один день должны идти сразу друг за другом", "must follow each other at once when on one day"
    ),
    "reachable": Words(
        "должны оставлять время на дорогу между ними", "must leave time for the way between them"
    ),
}
_LIMIT: Mapping[Relation, str] = {
    "work_day": "limit_slots",
    "min_gap": "limit_slots",
    "days_apart": "limit",
    "days_within": "limit",
}


class InTime(FlexibleRule[RelationParams]):
    """Relations in time between sessions."""

    kind: ClassVar[str] = "relation"
    source: ClassVar[str] = "R06; R11; R27; 3.2-3"
    title: ClassVar[Words] = Words("Связи занятий во времени", "Relations in time")
    unit: ClassVar[str] = "pairs"
    Params: ClassVar[type[RuleParams]] = RelationParams
    words: ClassVar[Mapping[str, Words]] = {
        relation: Words(
            f"«{{other_id}}» ({{other_from_slot}}) и «{{activity_id}}» ({{from_slot}}) {says.ru}",
            f"“{{other_id}}” ({{other_from_slot}}) and “{{activity_id}}” ({{from_slot}}) {says.en}",
        )
        for relation, says in _SAYS.items()
    } | {
        f"left_{relation}": Words(
            f"во всех возможных вариантах нарушена связь: это занятие и «{{other_id}}» {says.ru}",
            f"every possible time breaks a relation: this session and “{{other_id}}” {says.en}",
        )
        for relation, says in _SAYS.items()
    }

    def breaches(self, problem: Problem, params: RelationParams, plan: Plan) -> Iterator[Breach]:
        """Yield every pair that does not stand in its relation."""
        bound, kept = prepared(problem, params, lambda: (_bound(problem, params), _Kept(problem.grid)))
        for related, groups, pauses in bound:
            stands = _STANDS[related.relation]
            for names in groups:
                placed = [
                    (name, kept[plan.placements[name].meetings]) for name in names if name in plan.placements
                ]
                for (a, when), (b, other) in combinations(placed, 2):
                    way = _way(problem, plan, a, b) if related.relation == "reachable" else 0
                    if not stands(when, other, _Terms(related.limit, pauses, way)):
                        yield Breach(1, related.relation, (a, b), (), _facts(related, a, when, b, other))

    def reason(self, problem: Problem, params: RelationParams, activity: Activity, left: Left) -> Reason:
        """Name the first other session that a relation ties this one to."""
        tied = (
            (related, other)
            for related in params.relations
            for names in related.sets(problem)
            if activity.id in names
            for other in names
            if other != activity.id
        )
        related, other = next(tied, (params.relations[0], activity.id))
        facts: dict[str, Fact] = {"other_id": other}
        if related.relation in _LIMIT:
            facts[_LIMIT[related.relation]] = related.limit
        return Reason(rule=self.kind, code=f"left_{related.relation}", facts=facts)

    def lower(self, problem: Problem, params: RelationParams) -> Iterable[Primitive]:
        """One `PairTime` for sessions taken together."""
        for related in params.relations:
            for names in related.sets(problem):
                if len(names) > 1:
                    yield PairTime(related.relation, names, related.limit, related.pauses)

    def example(self) -> Problem:
        """Pose three sessions in two towns, each relation with a limit that some plan misses."""
        limits = {"work_day": 5, "min_gap": 2, "days_apart": 2, "days_within": 6}
        return example(
            self.kind,
            {
                "relations": [
                    {
                        "activities": ["x", "y"],
                        "relation": "days_within",
                        "limit": limits["days_within"],
                    },
                    {"activities": ["y", "x"], "relation": "before"},
                    {"requests": ["r1"], "relation": "grouped_if_same_day", "pauses": [[10, 11]]},
                    {"requests": ["r1"], "relation": "reachable", "each_chain": True},
                ]
            },
            resources=(room("a"), room("b", "p2")),
            option_sets={"t": options((8, 10), (11, 12), (30, 33), ((9, 11), (178, 180)))},
            candidate_sets={"rooms": ("a", "b")},
            activities=(
                session("x", "t", {"room": "rooms"}, chain="c", index=0),
                session("y", "t", {"room": "rooms"}),
                session("z", "t", {"room": "rooms"}, chain="c", index=1),
            ),
        )


class _When(NamedTuple):
    """Meetings, and what the relations ask of them."""

    start: int
    end: int
    date: int
    from_clock: int
    to_clock: int
    days: frozenset[int]
    weeks: frozenset[int]
    meetings: tuple[Interval, ...]
    on: Mapping[int, Sequence[Interval]]


class _Terms(NamedTuple):
    limit: int
    pauses: Windows
    way: int


class _Kept(dict[tuple[Interval, ...], _When]):
    """What is asked of meetings, made once."""

    def __init__(self, grid: TimeGrid) -> None:
        super().__init__()
        self._grid = grid

    def __missing__(self, given: tuple[Interval, ...]) -> _When:
        grid, meetings = self._grid, tuple(sorted(given))
        length = grid.slots_per_day
        on: dict[int, list[Interval]] = {}
        for start, end in meetings:
            on.setdefault(start // length, []).append((start, end))
        found = self[given] = _When(
            meetings[0][0],
            meetings[0][1],
            meetings[0][0] // length,
            min(s % length for s, _ in meetings),
            max(s % length + e - s for s, e in meetings),
            frozenset(d % grid.days_per_week for d in on),
            frozenset(d // grid.days_per_week for d in on),
            meetings,
            on,
        )
        return found


_Bound: TypeAlias = tuple[Related, list[tuple[str, ...]], Windows]


def _bound(problem: Problem, params: RelationParams) -> list[_Bound]:
    return [(related, related.sets(problem), Windows(merged(related.pauses))) for related in params.relations]


def _way(problem: Problem, plan: Plan, a: str, b: str) -> int:
    places = []
    for name in (a, b):
        role = problem.place_role_of[name]
        host = plan.placements[name].resources.get(role, "") if role is not None else ""
        resource = problem.resource_by_id.get(host)
        places.append(resource.place if resource is not None else None)
    return problem.travel_slots(*places)


def _facts(related: Related, a: str, when: _When, b: str, other: _When) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "other_id": a,
        "other_from_slot": when.start,
        "activity_id": b,
        "from_slot": other.start,
    }
    if related.relation in _LIMIT:
        facts[_LIMIT[related.relation]] = related.limit
    return facts


def _clash(a: _When, b: _When) -> bool:
    at = other = 0
    while at < len(a.meetings) and other < len(b.meetings):
        (start, end), (begin, until) = a.meetings[at], b.meetings[other]
        if start < until and begin < end:
            return True
        if end <= until:
            at += 1
        else:
            other += 1
    return False


def _on_shared(a: _When, b: _When, holds: Callable[[Sequence[Interval], Sequence[Interval]], bool]) -> bool:
    return all(holds(met, b.on[date]) for date, met in a.on.items() if date in b.on)


def _apart(a: _When, b: _When, slots: int) -> bool:
    def holds(met: Sequence[Interval], others: Sequence[Interval]) -> bool:
        return all(e + slots <= begin or until + slots <= s for s, e in met for begin, until in others)

    return _on_shared(a, b, holds)


def _follows(a: _When, b: _When, terms: _Terms) -> bool:
    return a.end == b.start or (a.end < b.start and terms.pauses.hold(a.end, b.start))


def _grouped(a: _When, b: _When, terms: _Terms) -> bool:
    return _follows(a, b, terms) or _follows(b, a, terms)


_STANDS: Mapping[Relation, Callable[[_When, _When, _Terms], bool]] = {
    "same_start": lambda a, b, _: a.start == b.start,
    "same_clock": lambda a, b, _: a.from_clock == b.from_clock,
    "within_clock": lambda a, b, _: (a.from_clock - b.from_clock) * (a.to_clock - b.to_clock) <= 0,
    "different_clock": lambda a, b, _: a.to_clock <= b.from_clock or b.to_clock <= a.from_clock,
    "same_days": lambda a, b, _: a.days <= b.days or b.days <= a.days,
    "different_days": lambda a, b, _: a.days.isdisjoint(b.days),
    "same_weeks": lambda a, b, _: a.weeks <= b.weeks or b.weeks <= a.weeks,
    "different_weeks": lambda a, b, _: a.weeks.isdisjoint(b.weeks),
    "overlap": lambda a, b, _: _clash(a, b),
    "not_overlap": lambda a, b, _: not _clash(a, b),
    "before": lambda a, b, _: a.end <= b.start,
    "after_if_same_day": lambda a, b, _: _on_shared(
        a, b, lambda met, others: met[0][0] >= max(until for _, until in others)
    ),
    "work_day": lambda a, b, terms: _on_shared(
        a,
        b,
        lambda met, others: (
            max(max(e for _, e in met), max(e for _, e in others)) - min(met[0][0], others[0][0])
            <= terms.limit
        ),
    ),
    "min_gap": lambda a, b, terms: _apart(a, b, terms.limit),
    "days_apart": lambda a, b, terms: abs(a.date - b.date) >= terms.limit,
    "days_within": lambda a, b, terms: abs(a.date - b.date) <= terms.limit,
    "consecutive": lambda a, b, terms: a.date == b.date and _follows(a, b, terms),
    "grouped": lambda a, b, terms: a.date == b.date and _grouped(a, b, terms),
    "grouped_if_same_day": lambda a, b, terms: a.date != b.date or _grouped(a, b, terms),
    "reachable": lambda a, b, terms: _apart(a, b, terms.way),
}
