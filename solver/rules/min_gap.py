"""Sessions of one chain are spread."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Distance, PeriodSum, Primitive
from solver.problem import Activity, Problem, Rule
from solver.rules.base import BaseRule, Count, Relief, RequestId, RuleParams, Stage, Switch, Words, prepared
from solver.rules.examples import example, options, room, session
from solver.rules.reliefs import amended, apart
from solver.solution import Violation


class MinGapParams(RuleParams):
    """How far apart sessions of one chain of these requests lie; `one_a_day`: at most one a day."""

    requests: tuple[RequestId, ...]
    min_slots: Count = 0
    one_a_day: Switch = False


class MinGap(BaseRule[MinGapParams]):
    """Any two placed sessions of a chain lie apart, from the end of one to the start of the other."""

    kind: ClassVar[str] = "min_gap"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R06"
    title: ClassVar[Words] = Words("Промежуток между занятиями", "Gap between sessions")
    Params: ClassVar[type[RuleParams]] = MinGapParams
    words: ClassVar[Mapping[str, Words]] = {
        "close": Words(
            "между «{earlier_id}» и «{activity_id}» ({from_slot}) должно быть не меньше {need_slots}",
            "at least {need_slots} must lie between “{earlier_id}” and “{activity_id}” ({from_slot})",
        ),
        "same_day": Words(
            "{at_day}: «{earlier_id}» и «{activity_id}» в один день, а можно одно занятие в день",
            "{at_day}: “{earlier_id}” and “{activity_id}” on one day, where one session a day is allowed",
        ),
        "excluded": Words(
            "все возможные дни слишком близки к другим занятиям той же подгруппы",
            "all possible days are too close to other sessions of the same subgroup",
        ),
        "closer": Words(
            "разрешить меньший промежуток между занятиями подгруппы: {need_slots}",
            "allow a smaller gap between sessions of a subgroup: {need_slots}",
        ),
        "any_gap": Words(
            "разрешить занятия подгруппы подряд, в том числе несколько в день",
            "allow sessions of a subgroup one after the other, several a day too",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: MinGapParams, plan: Plan) -> Iterator[Violation]:
        """Yield every two sessions that are too close, and every further session of a day."""
        for chain in prepared(problem, params, lambda: _chains(problem, params)):
            placed = sorted(
                (p.meetings[0][0], p.meetings[-1][1], p.activity)
                for p in map(plan.placements.get, chain)
                if p is not None
            )
            if params.min_slots:
                latest, holder = None, ""
                for start, end, name in placed:
                    if latest is not None and start < latest + params.min_slots:
                        yield self.violation(
                            rule,
                            "close",
                            (holder, name),
                            activity_id=name,
                            earlier_id=holder,
                            from_slot=start,
                            need_slots=params.min_slots,
                        )
                    if latest is None or end > latest:
                        latest, holder = end, name
            if params.one_a_day:
                taken: dict[int, str] = {}
                for _, _, name in placed:
                    days = {problem.grid.day_of(start) for start, _ in plan.placements[name].meetings}
                    for day in sorted(days):
                        first = taken.setdefault(day, name)
                        if first != name:
                            yield self.violation(
                                rule,
                                "same_day",
                                (first, name),
                                activity_id=name,
                                earlier_id=first,
                                at_day=day,
                            )

    def relaxations(
        self, problem: Problem, rule: Rule, params: MinGapParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Halve the gap of the request, then give it up."""
        request = activities[0].request
        if request not in params.requests:
            return
        kept = params.model_copy(update={"requests": tuple(r for r in params.requests if r != request)})
        if half := params.min_slots // 2:
            closer = params.model_copy(update={"requests": (request,), "min_slots": half})
            amendment = apart(problem, rule, kept, closer)
            yield Relief("closer", {"need_slots": half}, amendment, ladder="gap", own=True)
        yield Relief("any_gap", {}, amended(rule, kept), ladder="gap", own=True)

    def lower(self, problem: Problem, params: MinGapParams) -> Iterable[Primitive]:
        """One `Distance` and one `PeriodSum` a chain of two or more."""
        for chain in _chains(problem, params):
            if params.min_slots:
                yield Distance(chain, params.min_slots)
            if params.one_a_day:
                yield PeriodSum("day", "activities", 1, activities=chain)

    def example(self) -> Problem:
        """Pose a chain of two with nine hours between sessions, one a day, and a session by itself."""
        roles = {"room": "rooms"}
        return example(
            self.kind,
            {"requests": ["r1"], "min_slots": 9, "one_a_day": True},
            resources=(room("a"),),
            option_sets={"t": options((8, 10), (20, 22), (25, 26), (37, 38), ((8, 9), (56, 57)))},
            candidate_sets={"rooms": ("a",)},
            activities=(
                session("x0", "t", roles, chain="x", index=0),
                session("x1", "t", roles, chain="x", index=1),
                session("y", "t", roles),
            ),
        )


def _chains(problem: Problem, params: MinGapParams) -> list[tuple[str, ...]]:
    chains: dict[str, list[str]] = {}
    for request in params.requests:
        for activity in problem.activities_of[request]:
            chains.setdefault(activity.chain, []).append(activity.id)
    return [tuple(chain) for chain in chains.values() if len(chain) > 1]
