"""What the days of a group, a person or a module look like: how full, how compact, how spread."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Literal, NamedTuple, Self

from pydantic import model_validator

from solver.plan import Plan, Use
from solver.primitives import Primitive
from solver.problem import Activity, Problem
from solver.rules.base import (
    Breach,
    Chains,
    Count,
    Fact,
    FlexibleRule,
    Left,
    ResourceId,
    RuleParams,
    Span,
    Switch,
    Words,
    prepared,
    wrong,
)
from solver.rules.examples import example, options, part, room, session
from solver.rules.sweep import Met, Sweep
from solver.solution import Reason
from solver.structure import DayShape, Measure
from solver.words_of_faults import FAULTS


class Shape(Chains):
    """Limits of a measure, summed over the days of each period in which the subject has a meeting.

    Every resource is a subject by itself, the sessions named are one together (with `each_chain`, each
    chain is); with `together`, all resources and sessions named are one subject. Only meetings that share
    a slot with `within` count. `fold` lays all weeks on one. Slots of `pauses` are no gap.

    ``used`` counts days, ``load`` and ``covered`` hours (``covered``: what goes on at the same time once),
    ``gaps`` free hours between sessions, ``span`` hours from the first start to the last end, ``run`` the
    longest stretch without a gap, ``isolated`` meetings without a neighbour, ``late`` days without a
    meeting in `within`, ``breaks`` gaps longer than `join`, ``long_blocks`` blocks of two or more meetings
    that last more than `longer_than`, gaps up to `join` not counted, ``moves`` how often the next session of
    a day is in another area than the one before.
    """

    resources: tuple[ResourceId, ...] = ()
    together: Switch = False
    measure: Measure
    period: Literal["day", "week", "horizon"] = "day"
    at_most: Count | None = None
    at_least: Count | None = None
    within: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()
    fold: Switch = False
    join: Count = 0
    longer_than: Count = 0

    @model_validator(mode="after")
    def _some_limit(self) -> Self:
        if self.at_most is None and self.at_least is None:
            raise wrong(FAULTS["no_limit"])
        if self.at_most is not None and self.at_least is not None and self.at_least > self.at_most:
            raise wrong(FAULTS["crossed"], at_least=self.at_least, at_most=self.at_most)
        if self.measure == "late" and not self.within:
            raise wrong(_LATE)
        return self


_LATE = Words(
    "мере late нужно within: время, в которое день начинается рано",
    "late needs within: the time in which a day begins early",
)


class DayShapeParams(RuleParams):
    """Shapes; each of them binds."""

    shapes: tuple[Shape, ...]


_SLOTS = ("_slots", "{load_slots}", "{limit_slots}", "{need_slots}")
_COUNT = ("", "{load}", "{limit}", "{need}")
_PHRASES: Mapping[Measure, tuple[tuple[str, str, str, str], Words]] = {
    "used": (_COUNT, Words("занятых дней", "days in use")),
    "load": (_SLOTS, Words("занятий", "sessions")),
    "covered": (_SLOTS, Words("занятого времени", "time taken")),
    "gaps": (_SLOTS, Words("окон между занятиями", "gaps between sessions")),
    "span": (_SLOTS, Words("от первого начала до последнего конца", "from the first start to the last end")),
    "run": (_SLOTS, Words("занятий без перерыва", "sessions without a break")),
    "isolated": (_COUNT, Words("занятий без соседних", "sessions without a neighbour")),
    "late": (_COUNT, Words("дней с поздним началом", "days that begin late")),
    "breaks": (_COUNT, Words("перерывов", "breaks")),
    "long_blocks": (_COUNT, Words("слишком длинных блоков", "blocks that last too long")),
    "moves": (_COUNT, Words("переездов между занятиями одного дня", "moves between sessions of one day")),
}
_WHEN: Mapping[str, str] = {"day": ", {at_day}", "weekday": ", {at_weekday}", "week": "", "horizon": ""}
_WEEK = Words(", неделя {at_week}", ", week {at_week}")


def _words() -> dict[str, Words]:
    found = {}
    for measure, ((_, value, limit, need), says) in _PHRASES.items():
        for when, day in _WHEN.items():
            ru, en = (day or _WEEK.ru, day or _WEEK.en) if when != "horizon" else ("", "")
            found[f"{measure}_over_{when}"] = Words(
                f"{{subject_ids}}{ru}: {says.ru} — {value} при пределе {limit}",
                f"{{subject_ids}}{en}: {says.en}: {value}, the limit is {limit}",
            )
            found[f"{measure}_under_{when}"] = Words(
                f"{{subject_ids}}{ru}: {says.ru} — {value}, а нужно не меньше {need}",
                f"{{subject_ids}}{en}: {says.en}: {value}, at least {need} are needed",
            )
        found[f"left_{measure}_over"] = Words(
            f"{{subject_ids}}: {says.ru} — предел {limit}, и во всех возможных вариантах он превышен",
            f"{{subject_ids}}: {says.en}: the limit is {limit}, and every possible time exceeds it",
        )
        found[f"left_{measure}_under"] = Words(
            f"{{subject_ids}}: {says.ru} — нужно не меньше {need}, и во всех возможных вариантах меньше",
            f"{{subject_ids}}: {says.en}: at least {need} are needed, and every possible time gives less",
        )
    return found


class Days(FlexibleRule[DayShapeParams]):
    """Compactness, spread, fewest and most days, blocks, hours a day."""

    kind: ClassVar[str] = "day_shape"
    source: ClassVar[str] = "R04; R06; R27; 5.2-2"
    title: ClassVar[Words] = Words("Вид учебного дня и недели", "Shape of days and weeks")
    unit: ClassVar[str] = "points"
    Params: ClassVar[type[RuleParams]] = DayShapeParams
    words: ClassVar[Mapping[str, Words]] = _words()

    def amount(self, problem: Problem, params: DayShapeParams, plan: Plan) -> int:
        """Return by how much all periods together are beyond their limits."""
        return sum(abs(miss.value - miss.limit) for miss in _misses(problem, params, plan))

    def breaches(self, problem: Problem, params: DayShapeParams, plan: Plan) -> Iterator[Breach]:
        """Yield every period of a subject beyond its limits."""
        for miss in _misses(problem, params, plan):
            yield _breach(miss, plan)

    def reason(self, problem: Problem, params: DayShapeParams, activity: Activity, left: Left) -> Reason:
        """Name the first subject that the activity belongs to, and its limit."""
        likely = {name for names in left.values() for name in names}
        concerned = (
            (shape, subject)
            for shape in params.shapes
            for subject in _subjects(problem, shape)
            if activity.id in subject.activities or not likely.isdisjoint(subject.resources)
        )
        shape, subject = next(concerned, (params.shapes[0], _subjects(problem, params.shapes[0])[0]))
        suffix = _PHRASES[shape.measure][0][0]
        facts: dict[str, Fact] = {"subject_ids": subject.shown()}
        if shape.at_most is not None:
            code, facts[f"limit{suffix}"] = "over", shape.at_most
        else:
            code, facts[f"need{suffix}"] = "under", shape.at_least or 0
        return Reason(rule=self.kind, code=f"left_{shape.measure}_{code}", facts=facts)

    def lower(self, problem: Problem, params: DayShapeParams) -> Iterable[Primitive]:
        """One `DayShape` a subject."""
        return [
            DayShape(
                shape.measure,
                shape.period,
                shape.at_most,
                shape.at_least,
                subject.resources,
                subject.activities,
                shape.within,
                shape.pauses,
                shape.fold,
                shape.join,
                shape.longer_than,
            )
            for shape in params.shapes
            for subject in _subjects(problem, shape)
        ]

    def example(self) -> Problem:
        """Pose two groups with few gaps, a chain on two days or more, an even start, short blocks."""
        days = [[0, 24], [24, 48]]
        return example(
            self.kind,
            {
                "shapes": [
                    {"resources": ["g", "h"], "measure": "gaps", "at_most": 1, "pauses": [[12, 13]]},
                    {
                        "requests": ["r1"],
                        "each_chain": True,
                        "measure": "used",
                        "period": "week",
                        "at_least": 2,
                    },
                    {
                        "resources": ["g"],
                        "measure": "late",
                        "period": "week",
                        "at_most": 0,
                        "within": [[8, 10]],
                    },
                    {
                        "resources": ["g", "h"],
                        "activities": ["y"],
                        "together": True,
                        "measure": "load",
                        "within": days,
                        "period": "horizon",
                        "at_most": 4,
                    },
                ]
            },
            resources=(room("a"), part("g"), part("h")),
            option_sets={"t": options((8, 10), (13, 16), ((9, 10), (34, 36)))},
            candidate_sets={"rooms": ("a",), "groups": ("g", "h"), "g": ("g",)},
            activities=(
                session("x0", "t", {"room": "rooms", "learners:1": "groups"}, chain="x", index=0),
                session("x1", "t", {"room": "rooms", "learners:1": "g"}, chain="x", index=1),
                session("y", "t", {"room": "rooms", "learners:1": "groups"}),
            ),
        )


class _Subject(NamedTuple):
    """Resources and activities whose meetings are measured together."""

    resources: tuple[str, ...]
    activities: tuple[str, ...]

    def shown(self) -> str:
        """Return the first of them, for words."""
        return ",".join((self.resources or self.activities)[:3])


class _Miss(NamedTuple):
    """A period in which a subject has a value beyond a limit."""

    shape: Shape
    subject: _Subject
    sweep: Sweep
    period: int
    value: int
    limit: int


def _subjects(problem: Problem, shape: Shape) -> list[_Subject]:
    groups = [tuple(a.id for a in group) for group in shape.groups(problem) if group]
    if shape.together:
        return [_Subject(shape.resources, tuple(name for group in groups for name in group))]
    return [_Subject((name,), ()) for name in shape.resources] + [_Subject((), group) for group in groups]


def _bound(problem: Problem, params: DayShapeParams) -> list[tuple[Shape, list[_Subject], Sweep]]:
    return [
        (
            shape,
            _subjects(problem, shape),
            Sweep(
                problem.grid,
                shape.measure,
                shape.period,
                shape.within,
                shape.pauses,
                fold=shape.fold,
                join=shape.join,
                longer_than=shape.longer_than,
            ),
        )
        for shape in params.shapes
    ]


def _met(plan: Plan, subject: _Subject) -> Sequence[Met | Use]:
    """Return the meetings of a subject in order."""
    if len(subject.resources) == 1 and not subject.activities:
        return plan.uses[subject.resources[0]]
    met = {use[:3] for name in subject.resources for use in plan.uses[name]}
    for name in subject.activities:
        placement = plan.placements.get(name)
        if placement is not None:
            met.update((start, end, name) for start, end in placement.meetings)
    return sorted(met)


def _misses(problem: Problem, params: DayShapeParams, plan: Plan) -> Iterator[_Miss]:
    def area_of(name: str) -> str | None:
        role = problem.place_role_of[name]
        host = plan.placements[name].resources.get(role) if role is not None else None
        place = problem.resource_by_id[host].place if host in problem.resource_by_id else None
        return problem.place_by_id[place].area if place is not None else None

    for shape, subjects, sweep in prepared(problem, params, lambda: _bound(problem, params)):
        most, least = shape.at_most, shape.at_least
        for subject in subjects:
            for period, value in sweep.values(_met(plan, subject), area_of).items():
                if most is not None and value > most:
                    yield _Miss(shape, subject, sweep, period, value, most)
                if least is not None and value < least:
                    yield _Miss(shape, subject, sweep, period, value, least)


def _breach(miss: _Miss, plan: Plan) -> Breach:
    shape, subject, sweep, period, value, limit = miss
    suffix = _PHRASES[shape.measure][0][0]
    over = value > limit
    facts: dict[str, Fact] = {
        "subject_ids": subject.shown(),
        f"load{suffix}": value,
        f"{'limit' if over else 'need'}{suffix}": limit,
    }
    when: str = shape.period
    if shape.fold:
        when = "weekday" if when == "day" else "horizon"
    if when != "horizon":
        facts[f"at_{when}"] = period
    code = f"{shape.measure}_{'over' if over else 'under'}_{when}"
    names = dict.fromkeys(sweep.in_period(_met(plan, subject), period))
    return Breach(abs(value - limit), code, list(names), subject.resources, facts)
