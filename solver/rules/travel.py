"""Time that learners spend on the road."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import LinearCost, Primitive
from solver.problem import Problem, Rule
from solver.rules.base import BaseRule, RuleParams, Stage, Words, prepared
from solver.rules.examples import example, options, part, room, session
from solver.solution import Term


class TravelParams(RuleParams):
    """Nothing to set."""


class Travel(BaseRule[TravelParams]):
    """Minutes one way from home to the session, for every learner and every meeting.

    The learners of an activity are the parts of groups that it must have: the only candidates of their
    roles. Its place is that of the resource in its place-giving role.
    """

    kind: ClassVar[str] = "travel"
    stage: ClassVar[Stage] = "rest"
    source: ClassVar[str] = "3.2; R27"
    title: ClassVar[Words] = Words("Дорога обучающихся", "Learners' travel")
    Params: ClassVar[type[RuleParams]] = TravelParams
    words: ClassVar[Mapping[str, Words]] = {}

    def cost(self, problem: Problem, rule: Rule, params: TravelParams, plan: Plan) -> Iterator[Term]:
        """Yield one term, in learner-minutes one way."""
        minutes = prepared(problem, params, lambda: _minutes(problem))
        total = 0
        for name, placement in plan.placements.items():
            found = minutes.get(name)
            if found is not None:
                role, by_resource = found
                total += by_resource.get(placement.resources.get(role, ""), 0) * len(placement.meetings)
        yield Term(
            rule=rule.id,
            stage="rest",
            name="learners",
            value=total,
            weight=rule.weight or 1,
            unit="learner_minutes_one_way",
        )

    def most(self, problem: Problem, params: TravelParams) -> int:
        """Return what it costs that everybody goes the longest way to the most meetings."""
        often = {
            key: max((len(option.meetings) for option in options), default=0)
            for key, options in problem.option_sets.items()
        }
        minutes = prepared(problem, params, lambda: _minutes(problem))
        return sum(
            max(by_resource.values()) * often[problem.activity_by_id[name].times]
            for name, (_, by_resource) in minutes.items()
        )

    def lower(self, problem: Problem, params: TravelParams) -> Iterable[Primitive]:
        """One `LinearCost` an activity that can be away from home."""
        for name, (role, minutes) in prepared(problem, params, lambda: _minutes(problem)).items():
            yield LinearCost(
                name,
                "learners",
                by_resource={(role, resource): cost for resource, cost in minutes.items()},
                per_meeting=True,
            )

    def example(self) -> Problem:
        """Pose two parts of different homes, rooms in two towns, one meeting or two."""
        return example(
            self.kind,
            {},
            weight=3,
            resources=(room("a"), room("b", "p2"), part("g", 4), part("h", 5, "west")),
            option_sets={"t": options((8, 10), ((8, 9), (32, 33)))},
            candidate_sets={"rooms": ("a", "b"), "g": ("g",), "h": ("h",)},
            activities=(
                session("x", "t", {"room": "rooms", "learners:1": "g", "learners:2": "h"}),
                session("y", "t", {"room": "rooms", "learners:1": "g"}),
            ),
        )


def _minutes(problem: Problem) -> dict[str, tuple[str, dict[str, int]]]:
    """For each activity its place-giving role and the minutes of all its learners to each candidate."""
    slot_minutes = problem.grid.slot_minutes
    known: dict[tuple[str, tuple[tuple[str, int], ...]], dict[str, int]] = {}
    found: dict[str, tuple[str, dict[str, int]]] = {}
    for activity in problem.activities:
        role = problem.place_role_of[activity.id]
        learners: list[tuple[str, int]] = []
        places = ""
        for requirement in activity.requirements:
            if requirement.role == role:
                places = requirement.candidates
            candidates = problem.candidate_sets[requirement.candidates]
            if len(candidates) == 1:
                resource = problem.resource_by_id[candidates[0].resource]
                if resource.size and resource.home is not None:
                    learners.append((resource.home, resource.size))
        if role is None or not learners:
            continue
        key = (places, tuple(learners))
        if key not in known:
            minutes = {
                c.resource: sum(
                    size * problem.travel_from(home, problem.resource_by_id[c.resource].place)
                    for home, size in learners
                )
                * slot_minutes
                for c in problem.candidate_sets[places]
            }
            known[key] = {resource: cost for resource, cost in minutes.items() if cost}
        if known[key]:
            found[activity.id] = (role, known[key])
    return found
