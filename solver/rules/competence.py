"""What is chosen can do what the session needs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import Activity, Problem, Rule
from solver.rules.base import BaseRule, Filled, Left, RuleParams, Stage, Words, forbidden, prepared
from solver.rules.examples import example, options, person, room, session
from solver.solution import Reason, Violation


class Need(Filled):
    """Tags that the resource in a role of these activities carries, all of them."""

    tags: tuple[str, ...]


class CompetenceParams(RuleParams):
    """What is needed of whom."""

    needs: tuple[Need, ...]


class Competence(BaseRule[CompetenceParams]):
    """Workshops, equipment and trainers have the competencies that a session needs."""

    kind: ClassVar[str] = "competence"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "2.1-3; 6.4"
    title: ClassVar[Words] = Words("Компетенции и оснащение", "Competencies and equipment")
    Params: ClassVar[type[RuleParams]] = CompetenceParams
    words: ClassVar[Mapping[str, Words]] = {
        "lacks": Words(
            "«{activity_id}»: у {resource_id} нет нужного: {tag_ids}",
            "“{activity_id}”: {resource_id} lacks what is needed: {tag_ids}",
        ),
        "excluded": Words(
            "ни у одного из подходящих по остальным условиям нет нужного: {tag_ids}",
            "none of those that suit otherwise has what is needed: {tag_ids}",
        ),
    }

    def check(
        self, problem: Problem, rule: Rule, params: CompetenceParams, plan: Plan
    ) -> Iterator[Violation]:
        """Yield every placed activity with a resource that lacks a tag."""
        needs = prepared(problem, params, lambda: self._needs(problem, params))
        for activity, placement in plan.placements.items():
            for need, lacking in needs.get(activity, ()):
                name = placement.resources.get(need.role)
                if name in lacking:
                    tags = problem.resource_by_id[name].tags
                    yield self.violation(
                        rule,
                        "lacks",
                        (activity,),
                        (name,),
                        activity_id=activity,
                        resource_id=name,
                        tag_ids=",".join(tag for tag in need.tags if tag not in tags),
                    )

    def _needs(
        self, problem: Problem, params: CompetenceParams
    ) -> dict[str, list[tuple[Need, frozenset[str]]]]:
        """Return needs by activity, each with the resources that lack something."""
        lacking: dict[frozenset[str], frozenset[str]] = {}
        for tags in {frozenset(need.tags) for need in params.needs}:
            lacking[tags] = frozenset(r.id for r in problem.resources if not tags <= r.tags)
        found: dict[str, list[tuple[Need, frozenset[str]]]] = {}
        for need in params.needs:
            for activity in need.chosen(problem):
                found.setdefault(activity.id, []).append((need, lacking[frozenset(need.tags)]))
        return found

    def reason(self, problem: Problem, params: CompetenceParams, activity: Activity, left: Left) -> Reason:
        """Name the tags of the first need that nothing meets."""
        needs = [need for need in params.needs if need.mean(activity)]
        for need in needs:
            found = [problem.resource_by_id[name] for name in left.get(need.role, ())]
            if not any(r.tags.issuperset(need.tags) for r in found):
                needs = [need]
                break
        tags = dict.fromkeys(tag for need in needs for tag in need.tags)
        return Reason(rule=self.kind, code="excluded", facts={"tag_ids": ",".join(tags)})

    def lower(self, problem: Problem, params: CompetenceParams) -> Iterable[Primitive]:
        """`Forbidden` candidates of every activity with a need."""
        needs = prepared(problem, params, lambda: self._needs(problem, params))
        return forbidden(problem, needs)

    def example(self) -> Problem:
        """Pose one of two trainers knows turning, one of two rooms has a lathe."""
        return example(
            self.kind,
            {
                "needs": [
                    {"requests": ["r1"], "role": "trainer", "tags": ["competency:06"]},
                    {"activities": ["x"], "role": "room", "tags": ["competency:06", "equipment:lathe"]},
                ]
            },
            resources=(
                room("a", tags={"competency:06"}),
                room("b", tags={"competency:06", "equipment:lathe"}),
                person("anna", tags={"competency:06", "competency:07"}),
                person("boris"),
            ),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a", "b"), "trainers": ("anna", "boris")},
            activities=(
                session("x", "t", {"room": "rooms", "trainer": "trainers"}),
                session("y", "t", {"room": "rooms", "trainer": "trainers"}),
            ),
        )
