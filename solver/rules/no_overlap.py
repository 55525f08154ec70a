"""No double use of what serves one activity at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.plan import Plan, closer_than
from solver.primitives import Disjunctive, Primitive
from solver.problem import Activity, Problem, Rule
from solver.rules.base import BaseRule, Relief, ResourceId, RuleParams, Stage, Words
from solver.rules.examples import example, options, room, session
from solver.rules.reliefs import MOST_LIKE, one_more
from solver.solution import Violation


class NoOverlapParams(RuleParams):
    """The exclusive resources; people are bound by the rule ``presence``."""

    resources: tuple[ResourceId, ...]


class NoOverlap(BaseRule[NoOverlapParams]):
    """Between two uses of a resource lie at least its clean-up and its set-up."""

    kind: ClassVar[str] = "no_overlap"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R28; 3.2-3"
    title: ClassVar[Words] = Words("Без двойного использования", "No double use")
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
                facts = {"resource_id": name, "activity_id": b.activity, "other_id": a.activity}
                pair = (a.activity, b.activity)
                if a.end > b.start:
                    yield self.violation(
                        rule,
                        "overlap",
                        pair,
                        (name,),
                        from_slot=b.start,
                        to_clock=b.end,
                        other_from_slot=a.start,
                        other_to_clock=a.end,
                        **facts,
                    )
                else:
                    yield self.violation(
                        rule,
                        "gap",
                        pair,
                        (name,),
                        from_slot=b.start,
                        have_slots=b.start - a.end,
                        need_slots=need,
                        **facts,
                    )

    def relaxations(
        self, problem: Problem, rule: Rule, params: NoOverlapParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Add one more of what a role could have, whoever it belongs to."""
        bound = set(params.resources)
        needs = {(r.candidates, r.role): r for a in activities for r in a.requirements}
        for (candidates, role), need in needs.items():
            names = [c.resource for c in problem.candidate_sets[candidates]]
            able = [problem.resource_by_id[name] for name in names if name in bound]
            able = [r for r in able if not r.size and r.capacity >= need.amount]
            for like in able[:MOST_LIKE]:
                amendment = one_more(problem, rule, params, like, candidates)
                yield Relief("one_more", {"like_id": like.id}, amendment, ladder=f"one_more:{role}")

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
