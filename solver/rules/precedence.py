"""What builds on something comes after it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import ClassVar

from pydantic import field_validator

from solver.plan import Plan
from solver.primitives import Primitive, Sequence
from solver.problem import Activity, Problem, Rule
from solver.rules.base import ActivityId, BaseRule, Count, RuleParams, Stage, Switch, Words, once, prepared
from solver.rules.examples import example, options, room, session
from solver.solution import Fact, Violation


class Order(RuleParams):
    """Stages in order; whatever is placed of an earlier one ends before a later one begins."""

    stages: tuple[tuple[ActivityId, ...], ...]
    min_lag_slots: Count = 0

    @field_validator("stages")
    @classmethod
    def _one_stage(cls, stages: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        # What is in two of them would have to end before it begins.
        once(name for stage in stages for name in dict.fromkeys(stage))
        return stages


class PrecedenceParams(RuleParams):
    """Orders between modules; with `chains` also the sessions of every chain, by their index."""

    sequences: tuple[Order, ...] = ()
    chains: Switch = True


class Precedence(BaseRule[PrecedenceParams]):
    """Modules and sessions in their order; what is not placed binds nothing."""

    kind: ClassVar[str] = "precedence"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "3.2-5"
    title: ClassVar[Words] = Words("Порядок модулей и занятий", "Order of modules and sessions")
    Params: ClassVar[type[RuleParams]] = PrecedenceParams
    words: ClassVar[Mapping[str, Words]] = {
        "order": Words(
            "«{activity_id}» ({from_slot}) начинается до конца «{earlier_id}» ({earlier_to_slot})",
            "“{activity_id}” ({from_slot}) begins before “{earlier_id}” ends ({earlier_to_slot})",
        ),
        "lag": Words(
            "«{activity_id}» ({from_slot}) начинается через {have_slots} после «{earlier_id}», "
            "а нужно {need_slots}",
            "“{activity_id}” ({from_slot}) begins {have_slots} after “{earlier_id}”, {need_slots} are needed",
        ),
        "excluded": Words(
            "между предыдущими и следующими по порядку занятиями не остаётся места",
            "no place is left between the sessions before and after it",
        ),
    }

    def check(
        self, problem: Problem, rule: Rule, params: PrecedenceParams, plan: Plan
    ) -> Iterator[Violation]:
        """Yield every activity that begins too early after the latest one of earlier stages."""
        for stages, lag in prepared(problem, params, lambda: _orders(problem, params)):
            latest, holder = None, ""
            for stage in stages:
                end, end_holder = latest, holder
                for name in stage:
                    placement = plan.placements.get(name)
                    if placement is None:
                        continue
                    start, finish = placement.meetings[0][0], placement.meetings[-1][1]
                    if latest is not None and start < latest + lag:
                        facts: dict[str, Fact] = {
                            "activity_id": name,
                            "earlier_id": holder,
                            "from_slot": start,
                        }
                        pair = (holder, name)
                        if start < latest:
                            yield self.violation(rule, "order", pair, (), earlier_to_slot=latest, **facts)
                        else:
                            have = start - latest
                            yield self.violation(
                                rule, "lag", pair, (), have_slots=have, need_slots=lag, **facts
                            )
                    if end is None or finish > end:
                        end, end_holder = finish, name
                latest, holder = end, end_holder

    def lower(self, problem: Problem, params: PrecedenceParams) -> Iterable[Primitive]:
        """One `Sequence` an order and a chain of two or more."""
        return [Sequence(stages, lag) for stages, lag in _orders(problem, params)]

    def example(self) -> Problem:
        """Pose a chain of two, and a third session an hour after both."""
        roles = {"room": "rooms"}
        return example(
            self.kind,
            {"sequences": [{"stages": [["x1", "x2"], ["y"]], "min_lag_slots": 1}]},
            resources=(room("a"),),
            option_sets={"t": options((8, 9), (9, 10), (10, 12), ((8, 9), (12, 13)))},
            candidate_sets={"rooms": ("a",)},
            activities=(
                session("x1", "t", roles, chain="x", index=0),
                session("x2", "t", roles, chain="x", index=1),
                session("y", "t", roles),
            ),
        )


def _orders(problem: Problem, params: PrecedenceParams) -> list[tuple[tuple[tuple[str, ...], ...], int]]:
    found = [(order.stages, order.min_lag_slots) for order in params.sequences]
    if params.chains:
        chains: dict[str, list[Activity]] = {}
        for activity in problem.activities:
            chains.setdefault(activity.chain, []).append(activity)
        for chain in chains.values():
            ordered = sorted(chain, key=_index)
            stages = tuple(tuple(a.id for a in same) for _, same in groupby(ordered, _index))
            if len(stages) > 1:
                found.append((stages, 0))
    return found


def _index(activity: Activity) -> int:
    return activity.index
