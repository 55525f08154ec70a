"""What is not served, by priority class."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import LinearCost, Primitive
from solver.problem import Problem, Request, Rule
from solver.rules.base import BaseRule, Count, RuleParams, Stage, Words, prepared
from solver.rules.examples import example, options, room, session
from solver.solution import Term


class CoverageParams(RuleParams):
    """How much of a class, in thousandths, later aims may give up; never of the first class."""

    tolerance_permille: Count = 20


class Coverage(BaseRule[CoverageParams]):
    """Unserved learner-minutes of every priority class, the first class first."""

    kind: ClassVar[str] = "coverage"
    stage: ClassVar[Stage] = "coverage"
    source: ClassVar[str] = "3.2; R30"
    title: ClassVar[Words] = Words("Невыполненные заявки", "Unserved requests")
    Params: ClassVar[type[RuleParams]] = CoverageParams
    words: ClassVar[Mapping[str, Words]] = {}

    def cost(self, problem: Problem, rule: Rule, params: CoverageParams, plan: Plan) -> Iterator[Term]:
        """Yield one term a class, in learner-minutes."""
        worth = prepared(
            problem,
            params,
            lambda: [
                (a.id, problem.request_by_id[a.request].priority, a.learner_minutes)
                for a in problem.activities
            ],
        )
        unserved = dict.fromkeys(problem.priorities, 0)
        for name, priority, minutes in worth:
            if name not in plan.placements:
                unserved[priority] += minutes
        for priority, value in unserved.items():
            yield Term(
                rule=rule.id,
                stage="coverage",
                name=priority,
                value=value,
                weight=rule.weight or 1,
                unit="learner_minutes",
            )

    def most(self, problem: Problem, params: CoverageParams) -> int:
        """Return what everything together is worth."""
        return sum(activity.learner_minutes for activity in problem.activities)

    def lower(self, problem: Problem, params: CoverageParams) -> Iterable[Primitive]:
        """One `LinearCost` an activity; its term is the priority class."""
        return [
            LinearCost(a.id, problem.request_by_id[a.request].priority, unplaced=a.learner_minutes)
            for a in problem.activities
        ]

    def example(self) -> Problem:
        """Pose two classes of requests."""
        return example(
            self.kind,
            {},
            weight=1,
            priorities=("exam", "module"),
            requests=(
                Request(id="r1", participant="c1", priority="module"),
                Request(id="r2", participant="c2", priority="exam"),
            ),
            resources=(room("a"),),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a",)},
            activities=(
                session("x", "t", {"room": "rooms"}),
                session("y", "t", {"room": "rooms"}, size=8),
                session("z", "t", {"room": "rooms"}, request="r2", contact_minutes=45),
            ),
        )
