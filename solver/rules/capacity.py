"""Workplaces, units and places: never more in use than there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.plan import Plan, Use
from solver.primitives import Cumulative, Forbidden, Primitive
from solver.problem import Activity, Problem, Resource, Rule
from solver.rules.base import BaseRule, Left, Relief, ResourceId, RuleParams, Stage, Words
from solver.rules.examples import example, options, room, session
from solver.rules.reliefs import FITTED, fitted
from solver.solution import Fact, Reason, Violation


class CapacityParams(RuleParams):
    """Resources whose capacity binds."""

    resources: tuple[ResourceId, ...]


class Capacity(BaseRule[CapacityParams]):
    """An exclusive resource holds each use; uses of a pooled one, with set-up and clean-up, add up."""

    kind: ClassVar[str] = "capacity"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R11"
    title: ClassVar[Words] = Words("Рабочие места и единицы", "Workplaces and units")
    Params: ClassVar[type[RuleParams]] = CapacityParams
    words: ClassVar[Mapping[str, Words]] = {
        "over": Words(
            "{resource_id}: «{activity_id}» нужно {needed:место|места|мест}, а всего {capacity}",
            "{resource_id}: “{activity_id}” needs {needed:place|places}, there are {capacity} in all",
        ),
        "peak": Words(
            "{resource_id}, {at_slot}: одновременно занято {needed:место|места|мест} из {capacity}",
            "{resource_id}, {at_slot}: {needed:place|places} of {capacity} in use at once",
        ),
        "too_small": Words(
            "нужно {needed:рабочее место|рабочих места|рабочих мест}, "
            "а больше всего их здесь: {largest_id}, {largest}",
            "{needed:workplace|workplaces} needed, the most are in {largest_id}: {largest}",
        ),
        "no_candidate": Words(
            "на роль «{role_id}» не остаётся ни одного подходящего ресурса",
            "no suitable resource is left for the role “{role_id}”",
        ),
        "excluded": Words(
            "в допустимое время не остаётся {needed:свободного места|свободных мест|свободных мест}",
            "{needed:place is|places are} never free at the allowed times",
        ),
        **FITTED,
    }

    def check(self, problem: Problem, rule: Rule, params: CapacityParams, plan: Plan) -> Iterator[Violation]:
        """Yield every use that is too large and every stretch of time with too much in use."""
        for name in params.resources:
            resource, uses = problem.resource_by_id[name], plan.uses[name]
            if resource.mode == "pooled":
                yield from self._peaks(rule, resource, uses)
                continue
            for use in uses:
                if use.amount > resource.capacity:
                    yield self.violation(
                        rule,
                        "over",
                        (use.activity,),
                        (name,),
                        resource_id=name,
                        activity_id=use.activity,
                        needed=use.amount,
                        capacity=resource.capacity,
                    )

    def _peaks(self, rule: Rule, resource: Resource, uses: list[Use]) -> Iterator[Violation]:
        before, after = resource.setup_slots, resource.cleanup_slots
        # Negative amounts sort first: what ends at a moment makes room for what begins at it.
        steps = sorted(
            step for u in uses for step in ((u.start - before, u.amount), (u.end + after, -u.amount))
        )
        load, peak, peak_at = 0, 0, 0
        for at, amount in steps:
            load += amount
            if load > max(peak, resource.capacity):
                peak, peak_at = load, at
            elif peak and load <= resource.capacity:
                held = (u.activity for u in uses if u.start - before <= peak_at < u.end + after)
                yield self.violation(
                    rule,
                    "peak",
                    held,
                    (resource.id,),
                    resource_id=resource.id,
                    at_slot=max(peak_at, 0),
                    needed=peak,
                    capacity=resource.capacity,
                )
                peak = 0

    def reason(self, problem: Problem, params: CapacityParams, activity: Activity, left: Left) -> Reason:
        """Name the largest that is left when even that is too small."""
        bound = set(params.resources)
        needed = activity.requirements[0].amount if activity.requirements else 1
        for requirement in activity.requirements:
            found = [problem.resource_by_id[name] for name in left[requirement.role]]
            if not found:
                facts: dict[str, Fact] = {"role_id": requirement.role}
                return Reason(rule=self.kind, code="no_candidate", facts=facts)
            largest = max(found, key=lambda r: r.capacity)
            if requirement.amount > largest.capacity and all(r.id in bound for r in found):
                return Reason(
                    rule=self.kind,
                    code="too_small",
                    facts={
                        "needed": requirement.amount,
                        "largest": largest.capacity,
                        "largest_id": largest.id,
                    },
                )
        return Reason(rule=self.kind, code="excluded", facts={"needed": needed})

    def relaxations(
        self, problem: Problem, rule: Rule, params: CapacityParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Split what is too large for any; add places where that is not enough, the fewest first."""
        return fitted(problem, activities, frozenset(params.resources))

    def lower(self, problem: Problem, params: CapacityParams) -> Iterable[Primitive]:
        """`Cumulative` for pooled resources, `Forbidden` for exclusive ones that are too small."""
        resources = [problem.resource_by_id[name] for name in params.resources]
        exclusive = {r.id: r.capacity for r in resources if r.mode == "exclusive"}
        found: list[Primitive] = [Cumulative(r.id, r.capacity) for r in resources if r.mode == "pooled"]
        small: dict[tuple[str, int], frozenset[str]] = {}
        for activity in problem.activities:
            for requirement in activity.requirements:
                key = requirement.candidates, requirement.amount
                if key not in small:
                    small[key] = frozenset(
                        c.resource
                        for c in problem.candidate_sets[requirement.candidates]
                        if requirement.amount > exclusive.get(c.resource, requirement.amount)
                    )
                if small[key]:
                    found.append(Forbidden(activity.id, requirement.role, small[key]))
        return found

    def example(self) -> Problem:
        """Pose a pooled lab that needs an hour before and after use, and a small exclusive room."""
        roles = {"room": "rooms"}
        return example(
            self.kind,
            {"resources": ["lab", "small"]},
            resources=(
                room("lab", mode="pooled", capacity=6, setup_slots=1, cleanup_slots=1),
                room("small", capacity=3),
            ),
            option_sets={"t": options((8, 10), (9, 11), (11, 12), (12, 13))},
            candidate_sets={"rooms": ("lab", "small")},
            activities=(
                session("x", "t", roles, amount=4),
                session("y", "t", roles, amount=3),
                session("z", "t", roles, amount=2),
            ),
        )
