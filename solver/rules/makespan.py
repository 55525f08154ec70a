"""When everything is done."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import AMOUNT, Primitive
from solver.problem import Problem, Rule
from solver.rules.base import BaseRule, RuleParams, Stage, Subjects, Switch, Words, prepared
from solver.rules.examples import example, options, room, session
from solver.solution import Term
from solver.structure import Makespan


class MakespanParams(Subjects):
    """Sessions by id and by request, or with `all` every one."""

    all: Switch = False

    def names(self, problem: Problem) -> tuple[str, ...]:
        """Return the ids of the sessions meant."""
        return tuple(a.id for a in (problem.activities if self.all else self.chosen(problem)))


class LastEnd(BaseRule[MakespanParams]):
    """The slot in which the last of the sessions ends; 0 when none of them is placed."""

    kind: ClassVar[str] = "makespan"
    stage: ClassVar[Stage] = "rest"
    source: ClassVar[str] = "5.2-2"
    title: ClassVar[Words] = Words("Ранний конец всего", "Early end of all")
    Params: ClassVar[type[RuleParams]] = MakespanParams
    words: ClassVar[Mapping[str, Words]] = {}

    def cost(self, problem: Problem, rule: Rule, params: MakespanParams, plan: Plan) -> Iterator[Term]:
        """Yield one term, in slots."""
        names = prepared(problem, params, lambda: params.names(problem))
        placed = (plan.placements.get(name) for name in names)
        last = max((max(end for _, end in p.meetings) for p in placed if p is not None), default=0)
        yield Term(rule=rule.id, stage="rest", name=AMOUNT, value=last, weight=rule.weight or 1, unit="slots")

    def lower(self, problem: Problem, params: MakespanParams) -> Iterable[Primitive]:
        """One `Makespan`."""
        return [Makespan(params.names(problem))]

    def example(self) -> Problem:
        """Pose two sessions that count and one that does not."""
        return example(
            self.kind,
            {"activities": ["x", "y"]},
            weight=1,
            resources=(room("a"),),
            option_sets={"t": options((8, 10), (30, 32), ((9, 11), (40, 41)))},
            candidate_sets={"rooms": ("a",)},
            activities=tuple(session(name, "t", {"room": "rooms"}) for name in "xyz"),
        )
