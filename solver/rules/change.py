"""What moves against a plan that people already know."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from solver.plan import Plan
from solver.primitives import LinearCost, Primitive
from solver.problem import Problem, Rule
from solver.rules.base import ActivityId, BaseRule, Count, RuleParams, Span, Stage, Total, Words, once
from solver.rules.examples import example, options, person, room, session
from solver.rules.guaranteed_share import LEARNER_HOUR_MINUTES
from solver.solution import Term

MOST_NOTICE = 3
"""How many times a person counts at most who learns of a change at short notice."""


class Previous(RuleParams):
    """Where an activity was; `people` are those whom a move concerns, times the weight of short notice."""

    activity: ActivityId
    meetings: Annotated[tuple[Span, ...], Field(min_length=1)]
    resources: Mapping[str, str]
    people: Total


class ChangeParams(RuleParams):
    """The previous plan; what a move of each kind costs for one of the people.

    An activity that is not placed any more has moved in time, and its people lose its academic hours.
    """

    previous: tuple[Previous, ...]
    time_weight: Count = 10
    place_weight: Count = 3
    resource_weight: Count = 1
    hour_weight: Count = 10

    @field_validator("previous")
    @classmethod
    def _once(cls, previous: tuple[Previous, ...]) -> tuple[Previous, ...]:
        once(was.activity for was in previous)
        return previous

    def unplaced_weight(self, contact_minutes: int) -> int:
        """Return what it costs for one of the people that an activity of so many minutes is not placed."""
        return self.time_weight + self.hour_weight * contact_minutes // LEARNER_HOUR_MINUTES


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
                contact_minutes = problem.activity_by_id[was.activity].contact_minutes
                total += params.unplaced_weight(contact_minutes) * was.people
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

    def most(self, problem: Problem, params: ChangeParams) -> int:
        """Return what it costs that everything is lost, or has moved to other times and resources.

        A repair asks so of every activity, whatever the rule names.
        """
        named = {was.activity: was.people for was in params.previous}
        other = max(params.place_weight, params.resource_weight)
        most = 0
        for activity in problem.activities:
            lost = params.unplaced_weight(activity.contact_minutes)
            moved = params.time_weight + other * len(activity.requirements)
            most += max(lost, moved) * max(activity.size * MOST_NOTICE, named.get(activity.id, 0))
        return most

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
                unplaced=params.unplaced_weight(activity.contact_minutes) * was.people,
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
