"""At most so many towns other than home in a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import PeriodSum, Primitive
from solver.problem import Activity, Problem, Rule
from solver.rules.base import BaseRule, Count, Relief, ResourceId, RuleParams, Stage, Words, prepared
from solver.rules.examples import example, options, part, person, room, session
from solver.rules.reliefs import apart
from solver.solution import Violation


class AwayTownParams(RuleParams):
    """People and parts of learner groups; for who has no home every area counts."""

    resources: tuple[ResourceId, ...]
    limit: Count = 1


class AwayTown(BaseRule[AwayTownParams]):
    """A day has at most `limit` areas other than home."""

    kind: ClassVar[str] = "away_town"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R27"
    title: ClassVar[Words] = Words("Не больше одного чужого города в день", "One away town a day")
    Params: ClassVar[type[RuleParams]] = AwayTownParams
    words: ClassVar[Mapping[str, Words]] = {
        "towns": Words(
            "{resource_id}, {at_day}: выезды в {areas:город|города|городов} ({area_ids}) при пределе {limit}",
            "{resource_id}, {at_day}: {areas:away town|away towns} ({area_ids}), the limit is {limit}",
        ),
        "excluded": Words(
            "в возможные дни группа или преподаватель уже выезжают в другой город",
            "the group or the trainer is already in another town on the possible days",
        ),
        "more_towns": Words(
            "разрешить {limit:чужой город|чужих города|чужих городов} в день",
            "allow {limit:away town|away towns} a day",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: AwayTownParams, plan: Plan) -> Iterator[Violation]:
        """Yield every day of a person with too many areas."""
        length = problem.grid.slots_per_day
        area_of = prepared(problem, params, lambda: {p.id: p.area for p in problem.places})
        for name in params.resources:
            home = problem.resource_by_id[name].home
            uses = plan.uses[name]
            days: dict[int, set[str]] = {}
            for use in uses:
                area = area_of[use.place] if use.place is not None else home
                if area is not None and area != home:
                    days.setdefault(use.start // length, set()).add(area)
            for day, areas in days.items():
                if len(areas) > params.limit:
                    yield self.violation(
                        rule,
                        "towns",
                        (
                            u.activity
                            for u in uses
                            if u.start // length == day and u.place is not None and area_of[u.place] != home
                        ),
                        (name,),
                        resource_id=name,
                        at_day=day,
                        areas=len(areas),
                        area_ids=",".join(sorted(areas)),
                        limit=params.limit,
                    )

    def relaxations(
        self, problem: Problem, rule: Rule, params: AwayTownParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Let those whom the activities could use go to one more town."""
        sets = {r.candidates for a in activities for r in a.requirements}
        names = {c.resource for name in sets for c in problem.candidate_sets[name]}
        mine = tuple(name for name in params.resources if name in names)
        if mine:
            freed = params.model_copy(update={"resources": mine, "limit": params.limit + 1})
            kept = tuple(name for name in params.resources if name not in names)
            amendment = apart(problem, rule, params.model_copy(update={"resources": kept}), freed)
            yield Relief("more_towns", {"limit": params.limit + 1}, amendment)

    def lower(self, problem: Problem, params: AwayTownParams) -> Iterable[Primitive]:
        """One `PeriodSum` a person."""
        return [
            PeriodSum(
                "day", "areas_away", params.limit, resources=(name,), home=problem.resource_by_id[name].home
            )
            for name in params.resources
        ]

    def example(self) -> Problem:
        """Pose a group of the north and a trainer without a home; rooms in three towns."""
        roles = {"room": "rooms", "learners:1": "groups", "trainer": "trainers"}
        return example(
            self.kind,
            {"resources": ["g", "anna"]},
            resources=(
                room("a"),
                room("b", "p2"),
                room("c", "p3"),
                part("g"),
                person("anna"),
                person("boris"),
            ),
            option_sets={"t": options((8, 10), (12, 13), (23, 25))},
            candidate_sets={"rooms": ("a", "b", "c"), "groups": ("g",), "trainers": ("anna", "boris")},
            activities=(session("x", "t", roles), session("y", "t", roles)),
        )
