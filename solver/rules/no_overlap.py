"""No double use of what serves one activity at a time."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan, closer_than
from solver.primitives import Disjunctive, Primitive
from solver.problem import Problem, Rule
from solver.rules.base import RuleParams, Stage, Words
from solver.rules.examples import example, options, room, session
from solver.rules.single_use import SingleUse, SingleUseParams
from solver.solution import Violation


class NoOverlapParams(SingleUseParams):
    """The exclusive resources; people are bound by the rule ``presence``."""


class NoOverlap(SingleUse[NoOverlapParams]):
    """Between two uses of a resource lie at least its clean-up and its set-up."""

    kind: ClassVar[str] = "no_overlap"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R28; 3.2-3"
    title: ClassVar[Words] = Words("Одно занятие за раз", "One session at a time")
    Params: ClassVar[type[RuleParams]] = NoOverlapParams
    words: ClassVar[Mapping[str, Words]] = {
        "overlap": Words(
            "{resource_id}: «{activity_id}» ({from_slot}–{to_clock}) накладывается на «{other_id}» "
            "({other_from_slot}–{other_to_clock})",
            "{resource_id}: “{activity_id}” ({from_slot}–{to_clock}) overlaps “{other_id}” "
            "({other_from_slot}–{other_to_clock})",
        ),
        "gap": Words(
            "{resource_id}: между «{other_id}» и «{activity_id}» ({from_slot}) остаётся {have_slots}, "
            "а на уборку и подготовку нужно {need_slots}",
            "{resource_id}: between “{other_id}” and “{activity_id}” ({from_slot}) there are {have_slots}, "
            "clean-up and set-up need {need_slots}",
        ),
        "excluded": Words(
            "всё подходящее в допустимое время занято другими занятиями",
            "everything suitable is taken by other sessions at the allowed times",
        ),
        "one_more": Words("ещё одна такая же: {like_id}", "one more like {like_id}"),
    }

    def check(self, problem: Problem, rule: Rule, params: NoOverlapParams, plan: Plan) -> Iterator[Violation]:
        """Yield every two uses that overlap or leave too little between them."""
        for name in params.resources:
            resource = problem.resource_by_id[name]
            need = resource.cleanup_slots + resource.setup_slots
            for a, b in closer_than(plan.uses[name], need):
                yield self.breach(rule, name, a, b, need)

    def lower(self, problem: Problem, params: NoOverlapParams) -> Iterable[Primitive]:
        """One `Disjunctive` a resource."""
        return [Disjunctive(name) for name in params.resources]

    def example(self) -> Problem:
        """Pose two sessions, one room that needs an hour between them, a second room."""
        return example(
            self.kind,
            {"resources": ["a", "b"]},
            resources=(room("a", cleanup_slots=1), room("b")),
            option_sets={"t": options((8, 10), (10, 12), (11, 12))},
            candidate_sets={"rooms": ("a", "b")},
            activities=(session("x", "t", {"room": "rooms"}), session("y", "t", {"room": "rooms"})),
        )
