"""Practice of learners under 18."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from solver.plan import Plan
from solver.primitives import PeriodSum, Primitive, Window
from solver.problem import Activity, Interval, Problem, Rule, TimeGrid
from solver.rules.base import (
    BaseRule,
    Count,
    Left,
    ResourceId,
    RuleParams,
    Stage,
    Switch,
    Words,
    prepared,
    wrong,
)
from solver.rules.examples import example, options, part, room, session
from solver.rules.loads import loads
from solver.solution import Reason, Violation
from solver.windows import Windows

_NIGHT = Words(
    "ночь (night) не умещается в сутки: в них {slots:отрезок|отрезка|отрезков}, исправьте начало или конец",
    "the night lies within a day of {slots:slot|slots}: correct its start or its end",
)


class MinorsParams(RuleParams):
    """One age group: its parts of learner groups and its limits by the clock.

    `night` is from and until as slots of a day; it may pass midnight.
    """

    resources: tuple[ResourceId, ...]
    employer_tag: str = "host:employer"
    employer_day_slots: Count
    employer_week_slots: Count
    hazard_tag: str = "hazard:high"
    hazard_day_slots: Count
    night: tuple[Count, Count]
    employer_weekends: Switch = False

    @field_validator("night")
    @classmethod
    def _within_a_day(cls, night: tuple[int, int], info: ValidationInfo) -> tuple[int, int]:
        if isinstance(info.context, Problem) and max(night) > info.context.grid.slots_per_day:
            raise wrong(_NIGHT, slots=info.context.grid.slots_per_day)
        return night


class Minors(BaseRule[MinorsParams]):
    """Hours at an employer, at dangerous equipment, at night and at weekends."""

    kind: ClassVar[str] = "minors"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R07; R08; R09"
    title: ClassVar[Words] = Words("Несовершеннолетние", "Minors")
    Params: ClassVar[type[RuleParams]] = MinorsParams
    words: ClassVar[Mapping[str, Words]] = {
        "employer_day": Words(
            "{resource_id}, {at_day}: {load_slots} у работодателя, "
            "несовершеннолетним можно {limit_slots} в день",
            "{resource_id}, {at_day}: {load_slots} at an employer, the limit is {limit_slots} a day",
        ),
        "employer_week": Words(
            "{resource_id}, неделя {at_week}: {load_slots} у работодателя, "
            "несовершеннолетним можно {limit_slots} в неделю",
            "{resource_id}, week {at_week}: {load_slots} at an employer, the limit is {limit_slots} a week",
        ),
        "hazard_day": Words(
            "{resource_id}, {at_day}: {load_slots} на опасном оборудовании, "
            "несовершеннолетним можно {limit_slots} в день",
            "{resource_id}, {at_day}: {load_slots} at dangerous equipment, the limit is {limit_slots} a day",
        ),
        "employer_time": Words(
            "{resource_id}: «{activity_id}» ({from_slot}–{to_clock}) у работодателя ночью или в выходной",
            "{resource_id}: “{activity_id}” ({from_slot}–{to_clock}) at an employer at night or a weekend",
        ),
        # Runs of earlier versions say it without numbers.
        "excluded": Words(
            "часы несовершеннолетних у работодателя или на опасном оборудовании уже у предела, "
            "либо время ночное или выходное",
            "the hours of minors at an employer or at dangerous equipment are at their limit, "
            "or the time is at night or a weekend",
        ),
        "hours": Words(
            "несовершеннолетним у работодателя можно {employer_day_slots} в день и {employer_week_slots} "
            "в неделю, на опасном оборудовании — {hazard_day_slots} в день; здесь было бы больше, "
            "либо время ночное или выходное",
            "minors may have {employer_day_slots} a day and {employer_week_slots} a week at an employer, "
            "{hazard_day_slots} a day at dangerous equipment; this would be more, "
            "or at night or a weekend",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: MinorsParams, plan: Plan) -> Iterator[Violation]:
        """Yield every day, week and meeting beyond what minors may have."""
        grid = problem.grid
        windows = prepared(problem, params, lambda: Windows(_daytime(grid, params)))
        employer = plan.on_tags((params.employer_tag,))
        hazard = plan.on_tags((params.hazard_tag,))
        day, week = grid.slots_per_day, grid.slots_per_week
        limits = (
            ("employer_day", day, employer, params.employer_day_slots),
            ("employer_week", week, employer, params.employer_week_slots),
            ("hazard_day", day, hazard, params.hazard_day_slots),
        )
        for name in params.resources:
            uses = plan.uses[name]
            for code, length, only, limit in limits:
                for period, load in loads(uses, length, "clock_slots", only).items() if only else ():
                    if load > limit:
                        inside = (
                            u.activity for u in uses if u.start // length == period and u.activity in only
                        )
                        facts = {"at_day" if length == day else "at_week": period, "load_slots": load}
                        yield self.violation(
                            rule, code, inside, (name,), resource_id=name, limit_slots=limit, **facts
                        )
            for use in uses if employer else ():
                if use.activity in employer and not windows.hold(use.start, use.end):
                    yield self.violation(
                        rule,
                        "employer_time",
                        (use.activity,),
                        (name,),
                        resource_id=name,
                        activity_id=use.activity,
                        from_slot=use.start,
                        to_clock=use.end,
                    )

    def reason(self, problem: Problem, params: MinorsParams, activity: Activity, left: Left) -> Reason:
        """Name the limits."""
        facts = {
            name: getattr(params, name)
            for name in ("employer_day_slots", "employer_week_slots", "hazard_day_slots")
        }
        return Reason(rule=self.kind, code="hours", facts=facts)

    def lower(self, problem: Problem, params: MinorsParams) -> Iterable[Primitive]:
        """Three `PeriodSum` a part of a group, one `Window` for all."""
        employer, hazard = frozenset((params.employer_tag,)), frozenset((params.hazard_tag,))
        for name in params.resources:
            only = (name,)
            yield PeriodSum("day", "clock_slots", params.employer_day_slots, only, on_tags=employer)
            yield PeriodSum("week", "clock_slots", params.employer_week_slots, only, on_tags=employer)
            yield PeriodSum("day", "clock_slots", params.hazard_day_slots, only, on_tags=hazard)
        yield Window(_daytime(problem.grid, params), resources=params.resources, on_tags=employer)

    def example(self) -> Problem:
        """Pose a plant, a dangerous workshop; a day, a night and a Saturday."""
        return example(
            self.kind,
            {
                "resources": ["g"],
                "employer_day_slots": 3,
                "employer_week_slots": 5,
                "hazard_day_slots": 2,
                "night": [22, 6],
            },
            resources=(
                room("plant", tags={"host:employer"}),
                room("forge", tags={"hazard:high"}),
                part("g"),
            ),
            option_sets={"t": options((8, 10), (20, 23), (128, 130), (30, 33), (27, 30), (198, 201))},
            candidate_sets={"rooms": ("plant", "forge"), "groups": ("g",)},
            activities=(
                session("x", "t", {"room": "rooms", "learners:1": "groups"}),
                session("y", "t", {"room": "rooms", "learners:1": "groups"}),
            ),
        )


def _daytime(grid: TimeGrid, params: MinorsParams) -> tuple[Interval, ...]:
    """Windows between the nights, and without weekends unless they are allowed; joined where they touch."""
    from_, until = params.night
    length = grid.slots_per_day
    pieces = ((until, from_),) if from_ > until else ((0, from_), (until, length))
    joined: list[Interval] = []
    for day in range(grid.weeks * grid.days_per_week):
        if day % grid.days_per_week >= 5 and not params.employer_weekends:
            continue
        for start, end in pieces:
            if start >= end:
                continue
            if joined and joined[-1][1] == day * length + start:
                joined[-1] = (joined[-1][0], day * length + end)
            else:
                joined.append((day * length + start, day * length + end))
    return tuple(joined)
