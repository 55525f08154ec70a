"""What moves against a plan that people already know."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from solver.plan import Plan
from solver.primitives import LinearCost, Primitive
from solver.problem import Problem, Rule
from solver.rules.base import ActivityId, BaseRule, Count, RuleParams, Span, Stage, Words
from solver.rules.examples import example, options, person, room, session
from solver.solution import Term


class Previous(RuleParams):
    """Where an activity was; `people` are those whom a move concerns, times the weight of short notice."""

    activity: ActivityId
    meetings: Annotated[tuple[Span, ...], Field(min_length=1)]
    resources: Mapping[str, str]
    people: Count


class ChangeParams(RuleParams):
    """The previous plan; what a move of each kind costs for one of the people.

    An activity that is not placed any more has moved in time.
    """

    previous: tuple[Previous, ...]
    time_weight: Count = 10
    place_weight: Count = 3
    resource_weight: Count = 1


class Change(BaseRule[ChangeParams]):
    """Moves in time, to another place-giving resource, to another resource in any other role."""

    kind: ClassVar[str] = "change"
    stage: ClassVar[Stage] = "change"
    source: ClassVar[str] = "R31; 3.3-1.1"
    title: ClassVar[Words] = Words("Изменения прежнего расписания", "Changes of the previous timetable")
    Params: ClassVar[type[RuleParams]] = ChangeParams
    words: ClassVar[Mapping[str, Words]] = {}

    def cost(self, problem: Problem, rule: Rule, params: ChangeParams, plan: Plan) -> Iterator[Term]:
        """Yield one term, in weighted people."""
        total = 0
        for was in params.previous:
            placement = plan.placements.get(was.activity)
            if placement is None:
                total += params.time_weight * was.people
                continue
            if placement.meetings != was.meetings:
                total += params.time_weight * was.people
            if placement.resources == was.resources:
                continue
            place_role = problem.place_role_of[was.activity]
            for role, resource in was.resources.items():
                if placement.resources.get(role) != resource:
                    weight = params.place_weight if role == place_role else params.resource_weight
                    total += weight * was.people
        yield Term(
            rule=rule.id,
            stage="change",
            name="moves",
            value=total,
            weight=rule.weight or 1,
            unit="weighted_people",
        )

    def lower(self, problem: Problem, params: ChangeParams) -> Iterable[Primitive]:
        """One `LinearCost` an activity of the previous plan."""
        for was in params.previous:
            activity = problem.activity_by_id[was.activity]
            place_role = problem.place_role_of[was.activity]
            by_resource: dict[tuple[str, str], int] = {}
            for requirement in activity.requirements:
                role = requirement.role
                weight = params.place_weight if role == place_role else params.resource_weight
                for candidate in problem.candidate_sets[requirement.candidates]:
                    if role in was.resources and candidate.resource != was.resources[role]:
                        by_resource[role, candidate.resource] = weight * was.people
            time_cost = params.time_weight * was.people
            yield LinearCost(
                was.activity,
                "moves",
                unplaced=time_cost,
                by_meetings={was.meetings: 0},
                other_meetings=time_cost,
                by_resource=by_resource,
            )

    def example(self) -> Problem:
        """Pose one session known to people, one new."""
        roles = {"room": "rooms", "trainer": "trainers"}
        return example(
            self.kind,
            {
                "previous": [
                    {
                        "activity": "x",
                        "meetings": [[8, 10]],
                        "resources": {"room": "a", "trainer": "anna"},
                        "people": 5,
                    }
                ]
            },
            weight=1,
            resources=(room("a"), room("b"), person("anna"), person("boris")),
            option_sets={"t": options((8, 10), (10, 12))},
            candidate_sets={"rooms": ("a", "b"), "trainers": ("anna", "boris")},
            activities=(session("x", "t", roles), session("y", "t", roles)),
        )
