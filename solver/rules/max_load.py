"""At most so much in a day, a week, the whole term."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from solver.plan import Plan
from solver.primitives import PeriodSum, Primitive
from solver.problem import Activity, Problem, Rule
from solver.rules.base import BaseRule, Count, Left, Relief, ResourceId, RuleParams, Stage, Words
from solver.rules.examples import example, options, part, person, room, session
from solver.rules.loads import loads, period_slots
from solver.rules.reliefs import amended
from solver.solution import Fact, Placement, Reason, Violation


class Limit(RuleParams):
    """What each of these resources, by itself, has at most in every period.

    `measure`: contact minutes, slots by the clock, or activities that have a meeting in the period.
    """

    resources: tuple[ResourceId, ...]
    period: Literal["day", "week", "horizon"]
    measure: Literal["contact_minutes", "clock_slots", "activities"]
    limit: Count


class MaxLoadParams(RuleParams):
    """Limits; each of them binds."""

    limits: tuple[Limit, ...]


_PERIODS = {
    "day": Words("{resource_id}, {at_day}", "{resource_id}, {at_day}"),
    "week": Words("{resource_id}, неделя {at_week}", "{resource_id}, week {at_week}"),
    "horizon": Words("{resource_id}, весь срок", "{resource_id}, the whole term"),
}
_EACH = {
    "day": Words("в день", "a day"),
    "week": Words("в неделю", "a week"),
    "horizon": Words("за весь срок", "in the whole term"),
}
_MEASURES = {
    "contact_minutes": Words(
        "{load_minutes} при пределе {limit_minutes}", "{load_minutes}, the limit is {limit_minutes}"
    ),
    "clock_slots": Words(
        "{load_slots} при пределе {limit_slots}", "{load_slots}, the limit is {limit_slots}"
    ),
    "activities": Words(
        "{load:занятие|занятия|занятий} при пределе {limit}", "{load:session|sessions}, the limit is {limit}"
    ),
}
_LIMITS = {
    "contact_minutes": Words("{limit_minutes}", "{limit_minutes}"),
    "clock_slots": Words("{limit_slots}", "{limit_slots}"),
    "activities": Words("{limit:занятие|занятия|занятий}", "{limit:session|sessions}"),
}
_SUFFIX = {"contact_minutes": "_minutes", "clock_slots": "_slots", "activities": ""}
_MOST_NAMED = 3


def _measured(problem: Problem, limit: Limit, activity: Activity) -> int:
    """Return what one session adds to a limit at most."""
    if limit.measure == "activities":
        return 1
    if limit.measure == "contact_minutes":
        return activity.contact_minutes
    options = problem.option_sets[activity.times]
    return max((sum(end - start for start, end in o.meetings) for o in options), default=1)


class MaxLoad(BaseRule[MaxLoadParams]):
    """Load of groups and of people. A meeting counts in the period in which it starts."""

    kind: ClassVar[str] = "max_load"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R03; R04; R25"
    title: ClassVar[Words] = Words("Предельная нагрузка", "Highest load")
    Params: ClassVar[type[RuleParams]] = MaxLoadParams
    words: ClassVar[Mapping[str, Words]] = (
        {
            f"{period}_{measure}": Words(f"{when.ru}: {much.ru}", f"{when.en}: {much.en}")
            for period, when in _PERIODS.items()
            for measure, much in _MEASURES.items()
        }
        | {
            f"full_{period}_{measure}": Words(
                f"нагрузка {{resource_id}} уже у предела: {limit.ru} {each.ru}",
                f"the load of {{resource_id}} is at its limit: {limit.en} {each.en}",
            )
            for period, each in _EACH.items()
            for measure, limit in _LIMITS.items()
        }
        | {
            f"more_{period}_{measure}": Words(
                f"поднять предел нагрузки ({{resource_ids}}): {limit.ru} {each.ru}",
                f"raise the load limit ({{resource_ids}}): {limit.en} {each.en}",
            )
            for period, each in _EACH.items()
            for measure, limit in _LIMITS.items()
        }
    )

    def check(self, problem: Problem, rule: Rule, params: MaxLoadParams, plan: Plan) -> Iterator[Violation]:
        """Yield every resource and period with too much."""
        for limit in params.limits:
            length = period_slots(problem.grid, limit.period)
            suffix = _SUFFIX[limit.measure]
            for name in limit.resources:
                uses = plan.uses[name]
                for period, load in loads(uses, length, limit.measure).items():
                    if load > limit.limit:
                        facts: dict[str, Fact] = {
                            "resource_id": name,
                            f"load{suffix}": load,
                            f"limit{suffix}": limit.limit,
                        }
                        if limit.period != "horizon":
                            facts[f"at_{limit.period}"] = period
                        inside = (u.activity for u in uses if u.start // length == period)
                        code = f"{limit.period}_{limit.measure}"
                        yield self.violation(rule, code, inside, (name,), **facts)

    def reason(self, problem: Problem, params: MaxLoadParams, activity: Activity, left: Left) -> Reason:
        """Name the first resource of the activity that has no substitute and is limited."""
        only = [names[0] for names in left.values() if len(names) == 1]
        bound = [(limit, name) for limit in params.limits for name in limit.resources if name in only]
        others = [(limit, limit.resources[0]) for limit in params.limits if limit.resources]
        limit, name = (bound or others)[0]
        return Reason(
            rule=self.kind,
            code=f"full_{limit.period}_{limit.measure}",
            facts={"resource_id": name, f"limit{_SUFFIX[limit.measure]}": limit.limit},
        )

    def relaxations(
        self, problem: Problem, rule: Rule, params: MaxLoadParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Raise the limit of people by a session or two; that of learners is the law's."""
        sets = {r.candidates for a in activities for r in a.requirements}
        names = {c.resource for name in sets for c in problem.candidate_sets[name]}
        people = {name for name in names if not problem.resource_by_id[name].size}
        for i, limit in enumerate(params.limits):
            mine = tuple(name for name in limit.resources if name in people)
            for times in (1, 2) if mine else ():
                most = limit.limit + times * max(_measured(problem, limit, a) for a in activities)
                yield self._raised(rule, params, i, most, mine)

    def _raised(
        self, rule: Rule, params: MaxLoadParams, at: int, most: int, names: tuple[str, ...]
    ) -> Relief:
        """Return the relief that raises one limit for some of its resources; narrowed, for those in use."""
        limit = params.limits[at]
        kept = tuple(name for name in limit.resources if name not in names)
        limits = list(params.limits)
        limits[at] = limit.model_copy(update={"resources": kept})
        # The others keep their positions, by which they are known.
        limits.append(limit.model_copy(update={"resources": names, "limit": most}))

        def narrowed(placements: Sequence[Placement]) -> Relief:
            used = {name for placement in placements for name in placement.resources.values()}
            return self._raised(rule, params, at, most, tuple(name for name in names if name in used))

        facts: dict[str, Fact] = {
            "resource_ids": ",".join(names[:_MOST_NAMED]),
            f"limit{_SUFFIX[limit.measure]}": most,
        }
        return Relief(
            f"more_{limit.period}_{limit.measure}",
            facts,
            amended(rule, MaxLoadParams(limits=tuple(limits))),
            ladder=f"load:{at}",
            narrowed=narrowed,
        )

    def lower(self, problem: Problem, params: MaxLoadParams) -> Iterable[Primitive]:
        """One `PeriodSum` a limit and resource."""
        return [
            PeriodSum(limit.period, limit.measure, limit.limit, resources=(name,))
            for limit in params.limits
            for name in limit.resources
        ]

    def example(self) -> Problem:
        """Pose a group with hours a day, a trainer with hours by the clock, one with sessions a week."""
        roles = {"room": "rooms", "learners:1": "groups", "trainer": "trainers"}
        return example(
            self.kind,
            {
                "limits": [
                    {"resources": ["g"], "period": "day", "measure": "contact_minutes", "limit": 180},
                    {"resources": ["ivan"], "period": "week", "measure": "activities", "limit": 1},
                    {"resources": ["anna"], "period": "day", "measure": "clock_slots", "limit": 3},
                    {"resources": ["anna"], "period": "horizon", "measure": "clock_slots", "limit": 5},
                ]
            },
            resources=(room("a"), part("g"), person("anna"), person("boris"), person("ivan")),
            option_sets={"t": options((8, 10), (10, 11), (22, 26), ((11, 12), (176, 178)))},
            candidate_sets={"rooms": ("a",), "groups": ("g",), "trainers": ("anna", "boris", "ivan")},
            activities=(
                session("x", "t", roles, contact_minutes=95),
                session("y", "t", roles, contact_minutes=85),
                session("z", "t", roles, contact_minutes=40),
            ),
        )
