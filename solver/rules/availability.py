"""Resources serve only while their owners and calendars let them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive, Window
from solver.problem import Problem, Rule
from solver.rules.base import BaseRule, ResourceId, RuleParams, Span, Stage, Words, prepared
from solver.rules.examples import example, options, person, room, session
from solver.solution import Violation
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
