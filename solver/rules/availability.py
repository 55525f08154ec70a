"""Resources serve only while their owners and calendars let them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive, Window
from solver.problem import Activity, Interval, Problem, Rule
from solver.rules.base import BaseRule, Relief, ResourceId, RuleParams, Span, Stage, Words, prepared
from solver.rules.examples import example, options, person, room, session
from solver.rules.reliefs import amended, opened, outside
from solver.solution import Placement, Violation
from solver.windows import Windows


class Calendar(RuleParams):
    """Windows in which these resources may be used; touching windows are two."""

    resources: tuple[ResourceId, ...]
    windows: tuple[Span, ...]


class AvailabilityParams(RuleParams):
    """Calendars; a resource in none of them is always available, in several it obeys all."""

    calendars: tuple[Calendar, ...]


class Availability(BaseRule[AvailabilityParams]):
    """Every meeting lies inside one window of each resource; set-up and clean-up need not."""

    kind: ClassVar[str] = "availability"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "1.2; 1.2-5"
    title: ClassVar[Words] = Words("Окна доступности", "Availability windows")
    Params: ClassVar[type[RuleParams]] = AvailabilityParams
    words: ClassVar[Mapping[str, Words]] = {
        "closed": Words(
            "{resource_id}: «{activity_id}» ({from_slot}–{to_clock}) вне окон доступности",
            "{resource_id}: “{activity_id}” ({from_slot}–{to_clock}) is outside the availability windows",
        ),
        "excluded": Words(
            "в допустимое время нет общего окна доступности у подходящих мастерских и людей",
            "suitable workshops and people are not available together at the allowed times",
        ),
        "open_longer": Words(
            "открыть ещё {times:раз|раза|раз} (первый — {from_slot}–{to_clock}): {resource_ids}",
            "open {times:more time|more times} (the first {from_slot}–{to_clock}): {resource_ids}",
        ),
    }

    def check(
        self, problem: Problem, rule: Rule, params: AvailabilityParams, plan: Plan
    ) -> Iterator[Violation]:
        """Yield every use outside the windows."""
        calendars = prepared(
            problem, params, lambda: [(c.resources, Windows(c.windows)) for c in params.calendars]
        )
        for resources, windows in calendars:
            hold = windows.hold
            for name in resources:
                for use in plan.uses[name]:
                    if not hold(use[0], use[1]):
                        yield self.violation(
                            rule,
                            "closed",
                            (use.activity,),
                            (name,),
                            resource_id=name,
                            activity_id=use.activity,
                            from_slot=use.start,
                            to_clock=use.end,
                        )

    def relaxations(
        self, problem: Problem, rule: Rule, params: AvailabilityParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Free one role's candidates from their calendars; narrowed, open what is needed beyond them."""
        for role, candidates in {r.role: r.candidates for a in activities for r in a.requirements}.items():
            names = {c.resource for c in problem.candidate_sets[candidates]}
            mine = [calendar for calendar in params.calendars if not names.isdisjoint(calendar.resources)]
            if mine:
                yield self._opened(rule, params, role, names, mine)

    def _opened(
        self, rule: Rule, params: AvailabilityParams, role: str, names: set[str], mine: list[Calendar]
    ) -> Relief:
        without = [
            calendar.model_copy(update={"resources": tuple(r for r in calendar.resources if r not in names)})
            for calendar in params.calendars
        ]

        def relief(placements: Sequence[Placement] | None) -> Relief:
            calendars, who = list(without), list[str]()
            added: list[Interval] = []
            for calendar in mine if placements is not None else ():
                for name in sorted(names.intersection(calendar.resources)):
                    uses = [p for p in placements or () if p.resources.get(role) == name]
                    more = outside(calendar.windows, uses)
                    added += more
                    who += [name] if more else []
                    calendars.append(Calendar(resources=(name,), windows=(*calendar.windows, *more)))
            facts = {**opened(sorted(added)), "resource_ids": ",".join(dict.fromkeys(who))}
            amendment = amended(rule, AvailabilityParams(calendars=tuple(calendars)))
            return Relief("open_longer", facts, amendment, ladder=f"open:{role}", narrowed=relief)

        return relief(None)

    def lower(self, problem: Problem, params: AvailabilityParams) -> Iterable[Primitive]:
        """One `Window` a calendar."""
        return [Window(windows=c.windows, resources=c.resources) for c in params.calendars]

    def example(self) -> Problem:
        """Pose a room with two windows that touch, a trainer with one."""
        return example(
            self.kind,
            {
                "calendars": [
                    {"resources": ["a", "b"], "windows": [[10, 12], [8, 10]]},
                    {"resources": ["anna"], "windows": [[8, 11]]},
                ]
            },
            resources=(room("a"), room("b"), person("anna")),
            option_sets={"t": options((8, 10), (9, 11), (10, 12), ((8, 9), (10, 11)))},
            candidate_sets={"rooms": ("a", "b"), "trainers": ("anna",)},
            activities=(
                session("x", "t", {"room": "rooms"}),
                session("y", "t", {"room": "rooms", "trainer": "trainers"}),
            ),
        )
