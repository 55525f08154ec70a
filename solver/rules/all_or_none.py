"""A request that is useless in parts is placed whole or not at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.amendment import Amendment
from solver.plan import Plan
from solver.primitives import Primitive, SamePresence
from solver.problem import Activity, Problem, Request, Rule
from solver.rules.base import BaseRule, Left, Relief, RequestId, RuleParams, Stage, Words
from solver.rules.examples import example, options, room, session
from solver.rules.reliefs import amended
from solver.solution import Fact, Reason, Violation

_MOST_FEWER = 3


class AllOrNoneParams(RuleParams):
    """Requests that are not partial."""

    requests: tuple[RequestId, ...]


class AllOrNone(BaseRule[AllOrNoneParams]):
    """All activities of a request are placed, or none."""

    kind: ClassVar[str] = "all_or_none"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "3.2-6; R16"
    title: ClassVar[Words] = Words("Только целиком", "Whole or not at all")
    Params: ClassVar[type[RuleParams]] = AllOrNoneParams
    words: ClassVar[Mapping[str, Words]] = {
        "partly": Words(
            "«{request_id}» выполняется целиком, а размещено {placed:занятие|занятия|занятий} из {total}",
            "“{request_id}” is served whole or not at all, {placed:session|sessions} of {total} placed",
        ),
        "excluded": Words(
            "«{request_id}» выполняется целиком ({total:занятие|занятия|занятий}), а всем сразу места нет",
            "“{request_id}” is served whole or not at all ({total:session|sessions}), "
            "and there is no place for all",
        ),
        "in_part": Words(
            "разрешить выполнить «{request_id}» частично", "allow “{request_id}” to be served in part"
        ),
        "fewer": Words(
            "просить на {fewer:занятие|занятия|занятий} меньше",
            "ask for {fewer:session|sessions} fewer",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: AllOrNoneParams, plan: Plan) -> Iterator[Violation]:
        """Yield every request that is placed in part."""
        for request in params.requests:
            names = [a.id for a in problem.activities_of[request]]
            missing = [name for name in names if name not in plan.placements]
            if missing and len(missing) < len(names):
                yield self.violation(
                    rule,
                    "partly",
                    missing,
                    request_id=request,
                    placed=len(names) - len(missing),
                    total=len(names),
                )

    def reason(self, problem: Problem, params: AllOrNoneParams, activity: Activity, left: Left) -> Reason:
        """Name the request."""
        total = len(problem.activities_of[activity.request])
        facts: dict[str, Fact] = {"request_id": activity.request, "total": total}
        return Reason(rule=self.kind, code="excluded", facts=facts)

    def relaxations(
        self, problem: Problem, rule: Rule, params: AllOrNoneParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Ask for one session less, of each chain its last ones; then let the request be served in part."""
        request = activities[0].request
        if request not in params.requests:
            return
        last = sorted(activities, key=lambda a: (-a.index, a.chain))
        for fewer in range(1, min(_MOST_FEWER, len(activities) - 1) + 1):
            gone = tuple(a.id for a in last[:fewer])
            yield Relief("fewer", {"fewer": fewer}, Amendment(without=gone), ladder="fewer", own=True)
        kept = AllOrNoneParams(requests=tuple(r for r in params.requests if r != request))
        whole = problem.request_by_id[request].model_copy(update={"partial": True})
        amendment = amended(rule, kept).model_copy(update={"requests": (whole,)})
        yield Relief("in_part", {"request_id": request}, amendment, own=True)

    def lower(self, problem: Problem, params: AllOrNoneParams) -> Iterable[Primitive]:
        """One `SamePresence` a request of two or more."""
        for request in params.requests:
            names = tuple(a.id for a in problem.activities_of[request])
            if len(names) > 1:
                yield SamePresence(names)

    def example(self) -> Problem:
        """Pose a request of two sessions, and one that may be served in part."""
        return example(
            self.kind,
            {"requests": ["r1"]},
            resources=(room("a"),),
            option_sets={"t": options((8, 10), (10, 12))},
            candidate_sets={"rooms": ("a",)},
            requests=(
                Request(id="r1", participant="c1", priority="only", partial=False),
                Request(id="r2", participant="c1", priority="only"),
            ),
            activities=(
                session("x", "t", {"room": "rooms"}),
                session("y", "t", {"room": "rooms"}),
                session("z", "t", {"room": "rooms"}, request="r2"),
            ),
        )
