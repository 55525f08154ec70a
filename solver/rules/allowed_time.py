"""A request happens only at its allowed days, weeks and hours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive, Window
from solver.problem import Activity, Interval, Problem, Rule
from solver.rules.base import BaseRule, Relief, RequestId, RuleParams, Span, Stage, Switch, Words, prepared
from solver.rules.examples import example, options, room, session
from solver.rules.reliefs import amended, opened, outside
from solver.solution import Placement, Violation
from solver.windows import Windows


class Mask(RuleParams):
    """Windows in which sessions of these requests may lie; touching windows are two."""

    requests: tuple[RequestId, ...]
    windows: tuple[Span, ...]


class AllowedTimeParams(RuleParams):
    """Masks; a request in none of them is free, in several it obeys all.

    `given`: they are not the requests' to give up, such as holidays.
    """

    masks: tuple[Mask, ...]
    given: Switch = False


class AllowedTime(BaseRule[AllowedTimeParams]):
    """Holidays, the group's academic calendar, and the days that the request allows."""

    kind: ClassVar[str] = "allowed_time"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R05; R22; R24"
    title: ClassVar[Words] = Words("Разрешённые дни и недели", "Allowed days and weeks")
    Params: ClassVar[type[RuleParams]] = AllowedTimeParams
    words: ClassVar[Mapping[str, Words]] = {
        "outside": Words(
            "«{activity_id}» ({from_slot}–{to_clock}) вне разрешённого для заявки времени",
            "“{activity_id}” ({from_slot}–{to_clock}) is outside the time allowed for its request",
        ),
        "excluded": Words(
            "в разрешённые дни и недели нет ни одного подходящего времени",
            "no suitable time lies in the allowed days and weeks",
        ),
        "other_time": Words(
            "разрешить другое время ({times:раз|раза|раз}, первый — {from_slot}–{to_clock})",
            "allow other times ({times:time|times}, the first {from_slot}–{to_clock})",
        ),
    }

    def check(
        self, problem: Problem, rule: Rule, params: AllowedTimeParams, plan: Plan
    ) -> Iterator[Violation]:
        """Yield every meeting outside the windows."""
        masks = prepared(problem, params, lambda: _masks(params))
        for name, placement in plan.placements.items():
            for windows in masks.get(problem.activity_by_id[name].request, ()):
                for start, end in placement.meetings:
                    if not windows.hold(start, end):
                        yield self.violation(
                            rule, "outside", (name,), activity_id=name, from_slot=start, to_clock=end
                        )

    def relaxations(
        self, problem: Problem, rule: Rule, params: AllowedTimeParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Free the request from its masks; narrowed, open what is needed beyond them."""
        request = activities[0].request
        mine = [mask for mask in params.masks if request in mask.requests]
        if not mine or params.given:
            return
        others = [
            mask.model_copy(update={"requests": tuple(r for r in mask.requests if r != request)})
            for mask in params.masks
        ]

        def relief(placements: Sequence[Placement] | None) -> Relief:
            masks = list(others)
            added: list[Interval] = []
            for mask in mine if placements is not None else ():
                more = outside(mask.windows, placements or ())
                added += more
                masks.append(Mask(requests=(request,), windows=(*mask.windows, *more)))
            amendment = amended(rule, AllowedTimeParams(masks=tuple(masks)))
            facts = opened(sorted(set(added)))
            return Relief("other_time", facts, amendment, own=True, narrowed=relief)

        yield relief(None)

    def lower(self, problem: Problem, params: AllowedTimeParams) -> Iterable[Primitive]:
        """One `Window` a mask."""
        return [
            Window(
                windows=mask.windows,
                activities=tuple(a.id for r in mask.requests for a in problem.activities_of[r]),
            )
            for mask in params.masks
        ]

    def example(self) -> Problem:
        """Pose Mondays only, and one option that reaches past the end of the day."""
        return example(
            self.kind,
            {"masks": [{"requests": ["r1"], "windows": [[0, 20]]}]},
            resources=(room("a"),),
            option_sets={"t": options((8, 20), (8, 21), (32, 34), ((8, 10), (32, 34)))},
            candidate_sets={"rooms": ("a",)},
            activities=(session("x", "t", {"room": "rooms"}), session("y", "t", {"room": "rooms"})),
        )


def _masks(params: AllowedTimeParams) -> dict[str, list[Windows]]:
    found: dict[str, list[Windows]] = {}
    for mask in params.masks:
        windows = Windows(mask.windows)
        for request in dict.fromkeys(mask.requests):
            found.setdefault(request, []).append(windows)
    return found
