"""What participants would rather have."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import LinearCost, Primitive
from solver.problem import Problem, Rule
from solver.rules.base import BaseRule, RuleParams, Stage, Subjects, Total, Words, prepared
from solver.rules.examples import example, options, person, room, session
from solver.solution import Term


class Missed(Subjects):
    """Activities that rather than others should have a place; each costs `penalty` without one."""

    penalty: Total


class PreferenceParams(RuleParams):
    """Penalties of time options and candidates stand with them; `missed` decides between equals."""

    missed: tuple[Missed, ...] = ()


class Preference(BaseRule[PreferenceParams]):
    """Penalties of the chosen time options and candidates; a pinned place that is neither costs nothing."""

    kind: ClassVar[str] = "preference"
    stage: ClassVar[Stage] = "rest"
    source: ClassVar[str] = "5.2-2"
    title: ClassVar[Words] = Words("Пожелания", "Preferences")
    Params: ClassVar[type[RuleParams]] = PreferenceParams
    words: ClassVar[Mapping[str, Words]] = {}

    def cost(self, problem: Problem, rule: Rule, params: PreferenceParams, plan: Plan) -> Iterator[Term]:
        """Yield one term, in points."""
        missed = prepared(problem, params, lambda: _missed(problem, params))
        total = sum(penalty for name, penalty in missed.items() if name not in plan.placements)
        paid = {key for key, penalties in problem.penalty_of_candidate.items() if any(penalties.values())}
        for name, placement in plan.placements.items():
            activity = problem.activity_by_id[name]
            total += problem.penalty_of_option[activity.times].get(placement.meetings, 0)
            for requirement in activity.requirements:
                if requirement.candidates in paid:
                    penalties = problem.penalty_of_candidate[requirement.candidates]
                    total += penalties.get(placement.resources.get(requirement.role, ""), 0)
        yield Term(
            rule=rule.id, stage="rest", name="penalties", value=total, weight=rule.weight or 1, unit="points"
        )

    def most(self, problem: Problem, params: PreferenceParams) -> int:
        """Return what it costs that every activity is missed, and also has its worst time and resources."""
        by_times = {key: max(found.values(), default=0) for key, found in problem.penalty_of_option.items()}
        by_set = {key: max(found.values(), default=0) for key, found in problem.penalty_of_candidate.items()}
        most = sum(_missed(problem, params).values())
        for activity in problem.activities:
            most += by_times[activity.times] + sum(by_set[r.candidates] for r in activity.requirements)
        return most

    def lower(self, problem: Problem, params: PreferenceParams) -> Iterable[Primitive]:
        """One `LinearCost` an activity with a penalty anywhere."""
        missed = _missed(problem, params)
        by_meetings = {
            key: {meetings: penalty for meetings, penalty in penalties.items() if penalty}
            for key, penalties in problem.penalty_of_option.items()
        }
        for activity in problem.activities:
            by_resource = {
                (requirement.role, resource): penalty
                for requirement in activity.requirements
                for resource, penalty in problem.penalty_of_candidate[requirement.candidates].items()
                if penalty
            }
            unplaced = missed.get(activity.id, 0)
            if unplaced or by_resource or by_meetings[activity.times]:
                yield LinearCost(
                    activity.id,
                    "penalties",
                    unplaced=unplaced,
                    by_meetings=by_meetings[activity.times],
                    by_resource=by_resource,
                )

    def example(self) -> Problem:
        """Pose a late hour, a room and a trainer that are not liked, a session that should not be missed."""
        roles = {"room": "rooms", "trainer": "trainers"}
        return example(
            self.kind,
            {"missed": [{"activities": ["y"], "penalty": 4}]},
            weight=2,
            resources=(room("a"), room("b"), person("anna"), person("boris")),
            option_sets={"t": options((8, 10), (18, 20), ((8, 9), (12, 13)), penalties=(0, 5, 2))},
            candidate_sets={"rooms": ("a", "b"), "trainers": ("anna", "boris")},
            penalties={"b": 3, "boris": 7},
            activities=(session("x", "t", roles), session("y", "t", roles)),
        )


def _missed(problem: Problem, params: PreferenceParams) -> dict[str, int]:
    """Return what each activity costs without a place."""
    found: dict[str, int] = {}
    for missed in params.missed:
        for activity in missed.chosen(problem):
            found[activity.id] = found.get(activity.id, 0) + missed.penalty
    return found
