"""Hosts and participants carry their share, none much more."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

from solver.plan import Plan, Use
from solver.primitives import Primitive
from solver.problem import Activity, Problem
from solver.rules.base import (
    Breach,
    Count,
    Fact,
    FlexibleRule,
    Left,
    ResourceId,
    RuleParams,
    Switch,
    Words,
)
from solver.rules.examples import example, options, part, person, room, session
from solver.rules.loads import loads, period_slots
from solver.solution import Reason
from solver.structure import Excess


class Portion(RuleParams):
    """What each of the resources, or with `together` all of them, should have at most in each period.

    Together: the resources of one owner, for the balance of contributions; each by itself: even use of
    hosts that could replace each other.
    """

    resources: tuple[ResourceId, ...]
    together: Switch = False
    period: Literal["day", "week", "horizon"] = "horizon"
    measure: Literal["contact_minutes", "clock_slots", "activities"]
    limit: Count


class BalanceParams(RuleParams):
    """Portions; what goes beyond each counts."""

    portions: tuple[Portion, ...]


_SHOWN = {
    "contact_minutes": ("_minutes", "{load_minutes}", "{limit_minutes}"),
    "clock_slots": ("_slots", "{load_slots}", "{limit_slots}"),
    "activities": ("", "{load}", "{limit}"),
}
_WHEN = {
    "day": Words(", {at_day}", ", {at_day}"),
    "week": Words(", неделя {at_week}", ", week {at_week}"),
    "horizon": Words("", ""),
}


class Balance(FlexibleRule[BalanceParams]):
    """Even use of hosts, balance of contributions."""

    kind: ClassVar[str] = "balance"
    source: ClassVar[str] = "R19; 3.3-1"
    title: ClassVar[Words] = Words("Равномерность загрузки", "Balance of loads")
    unit: ClassVar[str] = "excess"
    Params: ClassVar[type[RuleParams]] = BalanceParams
    words: ClassVar[Mapping[str, Words]] = {
        f"over_{measure}_{period}": Words(
            f"{{resource_ids}}{when.ru}: загрузка {load} при доле {limit}",
            f"{{resource_ids}}{when.en}: the load is {load}, the share is {limit}",
        )
        for measure, (_, load, limit) in _SHOWN.items()
        for period, when in _WHEN.items()
    } | {
        f"left_{measure}": Words(
            f"доля {{resource_ids}} уже исчерпана: {limit}",
            f"the share of {{resource_ids}} is used up: {limit}",
        )
        for measure, (_, _, limit) in _SHOWN.items()
    }

    def breaches(self, problem: Problem, params: BalanceParams, plan: Plan) -> Iterator[Breach]:
        """Yield every period with more than the portion."""
        for portion in params.portions:
            length = period_slots(problem.grid, portion.period)
            for names in _groups(portion):
                uses: list[Use] = [use for name in names for use in plan.uses[name]]
                for period, load in loads(uses, length, portion.measure).items():
                    if load > portion.limit:
                        suffix = _SHOWN[portion.measure][0]
                        facts: dict[str, Fact] = {
                            "resource_ids": ",".join(names[:3]),
                            f"load{suffix}": load,
                            f"limit{suffix}": portion.limit,
                        }
                        if portion.period != "horizon":
                            facts[f"at_{portion.period}"] = period
                        inside = list(dict.fromkeys(u.activity for u in uses if u.start // length == period))
                        code = f"over_{portion.measure}_{portion.period}"
                        yield Breach(load - portion.limit, code, inside, names, facts)

    def reason(self, problem: Problem, params: BalanceParams, activity: Activity, left: Left) -> Reason:
        """Name the first portion that the session may count in."""
        likely = {name for names in left.values() for name in names}
        portions = [(portion, names) for portion in params.portions for names in _groups(portion)]
        portion, names = next(
            ((p, names) for p, names in portions if not likely.isdisjoint(names)), portions[0]
        )
        suffix = _SHOWN[portion.measure][0]
        facts: dict[str, Fact] = {"resource_ids": ",".join(names[:3]), f"limit{suffix}": portion.limit}
        return Reason(rule=self.kind, code=f"left_{portion.measure}", facts=facts)

    def lower(self, problem: Problem, params: BalanceParams) -> Iterable[Primitive]:
        """One `Excess` for what is counted together."""
        return [
            Excess(portion.period, portion.measure, portion.limit, names)
            for portion in params.portions
            for names in _groups(portion)
        ]

    def example(self) -> Problem:
        """Pose two hosts that share the sessions, and the two trainers of one college."""
        roles = {"room": "rooms", "learners:1": "groups", "trainer": "trainers"}
        return example(
            self.kind,
            {
                "portions": [
                    {"resources": ["a", "b"], "measure": "contact_minutes", "limit": 100},
                    {
                        "resources": ["anna", "boris"],
                        "together": True,
                        "period": "week",
                        "measure": "clock_slots",
                        "limit": 4,
                    },
                    {"resources": ["g"], "period": "day", "measure": "activities", "limit": 1},
                ]
            },
            resources=(room("a"), room("b"), part("g"), person("anna"), person("boris"), person("ivan")),
            option_sets={"t": options((8, 10), (22, 25), ((11, 12), (176, 178)))},
            candidate_sets={"rooms": ("a", "b"), "groups": ("g",), "trainers": ("anna", "boris", "ivan")},
            activities=(
                session("x", "t", roles, contact_minutes=95),
                session("y", "t", roles, contact_minutes=85),
            ),
        )


def _groups(portion: Portion) -> list[tuple[str, ...]]:
    return [portion.resources] if portion.together else [(name,) for name in portion.resources]
