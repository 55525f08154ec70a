"""What is pinned or frozen stays as it is, or is not placed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from solver.plan import Plan
from solver.primitives import Fixed, Primitive
from solver.problem import Activity, Interval, Problem, Rule
from solver.rules.base import (
    ActivityId,
    BaseRule,
    Left,
    Relief,
    ResourceId,
    RuleParams,
    Span,
    Stage,
    Words,
    once,
    torn,
    wrong,
)
from solver.rules.examples import example, options, person, room, session
from solver.rules.reliefs import amended
from solver.solution import Reason, Violation
from solver.words_of_faults import FAULTS


class Pin(RuleParams):
    """When an activity is and, for the named roles, on what; it need not be one of its options."""

    activity: ActivityId
    meetings: Annotated[tuple[Span, ...], Field(min_length=1)]
    resources: Mapping[str, ResourceId]

    @field_validator("meetings")
    @classmethod
    def _in_order(cls, meetings: tuple[Interval, ...], info: ValidationInfo) -> tuple[Interval, ...]:
        if any(b[0] < a[1] for a, b in pairwise(meetings)):
            raise wrong(_DISORDER)
        if isinstance(problem := info.context, Problem):
            end, horizon = meetings[-1][1], problem.grid.horizon_slots
            if end > horizon:
                raise wrong(FAULTS["past_horizon"], end=end, horizon=horizon)
        return meetings

    @field_validator("resources")
    @classmethod
    def _roles(cls, resources: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        name, problem = info.data.get("activity"), info.context
        if isinstance(problem, Problem) and name in problem.activity_by_id:
            roles = {r.role for r in problem.activity_by_id[name].requirements}
            others = sorted(resources.keys() - roles)
            if others and not torn(problem, roles):
                raise wrong(_NO_ROLE, name=name, roles=", ".join(others))
        return resources


_DISORDER = Words(
    "встречи идут не по порядку или накладываются: исправьте времена",
    "meetings come in order and do not overlap: correct the times",
)
_NO_ROLE = Words(
    "у занятия «{name}» нет таких ролей: {roles}; исправьте их имена",
    "“{name}” has no such roles: {roles}; correct their names",
)


class PinParams(RuleParams):
    """Pins; each activity at most once, whatever rule pins it."""

    pins: tuple[Pin, ...]

    @field_validator("pins")
    @classmethod
    def _once(cls, pins: tuple[Pin, ...]) -> tuple[Pin, ...]:
        once(pin.activity for pin in pins)
        return pins


class Pinned(BaseRule[PinParams]):
    """A placed activity with a pin has exactly its meetings and resources."""

    kind: ClassVar[str] = "pin"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R31"
    title: ClassVar[Words] = Words("Закрепления", "Pins")
    Params: ClassVar[type[RuleParams]] = PinParams
    words: ClassVar[Mapping[str, Words]] = {
        "moved": Words(
            "«{activity_id}» закреплено на {pinned_slot}, а стоит {from_slot}",
            "“{activity_id}” is pinned to {pinned_slot} but stands at {from_slot}",
        ),
        "resource": Words(
            "«{activity_id}» закреплено за {pinned_id}, а использует {resource_id}",
            "“{activity_id}” is pinned to {pinned_id} but uses {resource_id}",
        ),
        "pinned": Words(
            "закреплено на {pinned_slot}, и другое место не рассматривается",
            "pinned to {pinned_slot}, no other place is considered",
        ),
        "unpin": Words("снять закрепление", "take the pin off"),
        "excluded": Words(
            "мешают закреплённые занятия",
            "pinned sessions are in the way",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: PinParams, plan: Plan) -> Iterator[Violation]:
        """Yield every placed activity that is not where its pin says."""
        for pin in params.pins:
            placement = plan.placements.get(pin.activity)
            if placement is None:
                continue
            if placement.meetings != pin.meetings:
                yield self.violation(
                    rule,
                    "moved",
                    (pin.activity,),
                    activity_id=pin.activity,
                    pinned_slot=pin.meetings[0][0],
                    from_slot=placement.meetings[0][0],
                )
            for role, wanted in pin.resources.items():
                used = placement.resources.get(role, "")
                if used != wanted:
                    yield self.violation(
                        rule,
                        "resource",
                        (pin.activity,),
                        (wanted, used),
                        activity_id=pin.activity,
                        pinned_id=wanted,
                        resource_id=used,
                    )

    def reason(self, problem: Problem, params: PinParams, activity: Activity, left: Left) -> Reason:
        """Name the time that the activity is pinned to."""
        for pin in params.pins:
            if pin.activity == activity.id:
                facts = {"pinned_slot": pin.meetings[0][0]}
                return Reason(rule=self.kind, code="pinned", facts=facts)
        return super().reason(problem, params, activity, left)

    def relaxations(
        self, problem: Problem, rule: Rule, params: PinParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Let the activities go where they can."""
        names = {a.id for a in activities}
        kept = tuple(pin for pin in params.pins if pin.activity not in names)
        if len(kept) < len(params.pins):
            yield Relief("unpin", {}, amended(rule, PinParams(pins=kept)), own=True)

    def lower(self, problem: Problem, params: PinParams) -> Iterable[Primitive]:
        """One `Fixed` a pin."""
        return [Fixed(pin.activity, pin.meetings, pin.resources) for pin in params.pins]

    def example(self) -> Problem:
        """Pose one session pinned in time and room, and one to an hour that is no option."""
        roles = {"room": "rooms", "trainer": "trainers"}
        return example(
            self.kind,
            {
                "pins": [
                    {"activity": "x", "meetings": [[10, 12]], "resources": {"room": "a"}},
                    {"activity": "y", "meetings": [[14, 16]], "resources": {}},
                ]
            },
            resources=(room("a"), room("b"), person("anna"), person("boris")),
            option_sets={"t": options((8, 10), (10, 12), (10, 13))},
            candidate_sets={"rooms": ("a", "b"), "trainers": ("anna", "boris")},
            activities=(session("x", "t", roles), session("y", "t", roles)),
        )
