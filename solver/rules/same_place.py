"""All that a session uses stands in one place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive, SamePlace
from solver.problem import Activity, Problem, Rule
from solver.rules.base import BaseRule, RequestId, RuleParams, Stage, Switch, Words, prepared
from solver.rules.examples import example, options, room, session
from solver.solution import Violation


class SamePlaceParams(RuleParams):
    """Requests by id, or with `all` every one."""

    requests: tuple[RequestId, ...] = ()
    all: Switch = False


class OnePlace(BaseRule[SamePlaceParams]):
    """Resources of one activity that stand somewhere stand in one place."""

    kind: ClassVar[str] = "same_place"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "3.2-3"
    title: ClassVar[Words] = Words("На одной площадке", "On one site")
    Params: ClassVar[type[RuleParams]] = SamePlaceParams
    words: ClassVar[Mapping[str, Words]] = {
        "apart": Words(
            "«{activity_id}»: {first_id} и {second_id} стоят на разных площадках",
            "“{activity_id}”: {first_id} and {second_id} stand on different sites",
        ),
        "excluded": Words(
            "подходящие мастерская и оборудование стоят на разных площадках",
            "the suitable workshop and equipment stand on different sites",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: SamePlaceParams, plan: Plan) -> Iterator[Violation]:
        """Yield every activity that uses resources of two places."""
        place_of, activities = prepared(
            problem,
            params,
            lambda: (
                {r.id: r.place for r in problem.resources if r.place is not None},
                _bound(problem, params),
            ),
        )
        for activity in activities:
            placement = plan.placements.get(activity.id)
            if placement is None:
                continue
            used = placement.resources.values()
            if len({place_of[name] for name in used if name in place_of}) < 2:
                continue
            standing = [name for name in used if name in place_of]
            for name in standing[1:]:
                if place_of[name] != place_of[standing[0]]:
                    yield self.violation(
                        rule,
                        "apart",
                        (activity.id,),
                        (standing[0], name),
                        activity_id=activity.id,
                        first_id=standing[0],
                        second_id=name,
                    )

    def lower(self, problem: Problem, params: SamePlaceParams) -> Iterable[Primitive]:
        """One `SamePlace` for all."""
        return [SamePlace(tuple(a.id for a in _bound(problem, params)))]

    def example(self) -> Problem:
        """Pose rooms and equipment in two towns, and equipment that stands nowhere."""
        roles = {"room": "rooms", "equipment": "tools"}
        return example(
            self.kind,
            {"requests": ["r1"]},
            resources=(
                room("a"),
                room("b", "p2"),
                room("crane", "p1"),
                room("press", "p2"),
                room("drone", None),
            ),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a", "b"), "tools": ("crane", "press", "drone")},
            activities=(session("x", "t", roles), session("y", "t", roles)),
        )


def _bound(problem: Problem, params: SamePlaceParams) -> tuple[Activity, ...]:
    if params.all:
        return problem.activities
    return tuple(a for request in dict.fromkeys(params.requests) for a in problem.activities_of[request])
