"""Nobody is sent farther than the request allows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import Activity, Problem, Rule
from solver.rules.base import (
    AreaId,
    BaseRule,
    Count,
    Filled,
    Left,
    Relief,
    RuleParams,
    Stage,
    Words,
    forbidden,
    prepared,
)
from solver.rules.examples import example, options, room, session
from solver.rules.reliefs import amended
from solver.solution import Reason, Violation

MOST_MORE_MINUTES = 120
"""How much longer a way may get by a relief."""


class TravelLimit(Filled):
    """How far the resource in a role may stand from home, one way.

    `ways` replaces the problem's travel by area, for those who go by other means.
    """

    role: str = "room"
    home: AreaId
    limit_slots: Count
    ways: Mapping[AreaId, Count] = {}

    def way(self, problem: Problem, place: str | None) -> int:
        """Return the slots of travel from home to a place."""
        area = problem.place_by_id[place].area if place is not None else None
        if area is not None and area in self.ways:
            return self.ways[area]
        return problem.travel_from(self.home, place)


class TravelLimitParams(RuleParams):
    """Limits; each of them binds."""

    limits: tuple[TravelLimit, ...]


class TravelLimits(BaseRule[TravelLimitParams]):
    """The way from home to where a session is; what stands nowhere is no way at all."""

    kind: ClassVar[str] = "travel_limit"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R27"
    title: ClassVar[Words] = Words("Предел дороги", "Travel limit")
    Params: ClassVar[type[RuleParams]] = TravelLimitParams
    words: ClassVar[Mapping[str, Words]] = {
        "far": Words(
            "«{activity_id}»: до {resource_id} {travel_slots} в одну сторону при пределе {limit_slots}",
            "“{activity_id}”: {travel_slots} one way to {resource_id}, the limit is {limit_slots}",
        ),
        "too_far": Words(
            "до ближайшего подходящего ({nearest_id}) {travel_slots} в одну сторону "
            "при пределе {limit_slots}",
            "the nearest that suits ({nearest_id}) is {travel_slots} one way, the limit is {limit_slots}",
        ),
        "excluded": Words(
            "в пределах {limit_slots} дороги ничего подходящего не остаётся",
            "nothing that suits is left within {limit_slots} of travel",
        ),
        "farther": Words(
            "разрешить дорогу на {more_slots} дольше: {travel_slots} в одну сторону",
            "allow {more_slots} more of travel: {travel_slots} one way",
        ),
    }

    def check(
        self, problem: Problem, rule: Rule, params: TravelLimitParams, plan: Plan
    ) -> Iterator[Violation]:
        """Yield every placed activity that is too far from home."""
        limits = prepared(problem, params, lambda: _far(problem, params))
        for activity, placement in plan.placements.items():
            for limit, far in limits.get(activity, ()):
                name = placement.resources.get(limit.role)
                if name in far:
                    yield self.violation(
                        rule,
                        "far",
                        (activity,),
                        (name,),
                        activity_id=activity,
                        resource_id=name,
                        travel_slots=far[name],
                        limit_slots=limit.limit_slots,
                    )

    def reason(self, problem: Problem, params: TravelLimitParams, activity: Activity, left: Left) -> Reason:
        """Name the nearest that is left when even that is too far."""
        limits = [limit for limit in params.limits if limit.mean(activity)]
        for limit in limits:
            ways = [
                (limit.way(problem, problem.resource_by_id[name].place), name)
                for name in left.get(limit.role, ())
            ]
            if ways and min(ways)[0] > limit.limit_slots:
                travel, nearest = min(ways)
                return Reason(
                    rule=self.kind,
                    code="too_far",
                    facts={
                        "nearest_id": nearest,
                        "travel_slots": travel,
                        "limit_slots": limit.limit_slots,
                    },
                )
        strictest = min(limit.limit_slots for limit in limits or params.limits)
        return Reason(rule=self.kind, code="excluded", facts={"limit_slots": strictest})

    def relaxations(
        self, problem: Problem, rule: Rule, params: TravelLimitParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Allow the way to the next nearest candidates, step by step."""
        names = {a.id for a in activities}
        request = activities[0].request
        for i, limit in enumerate(params.limits):
            if request not in limit.requests and names.isdisjoint(limit.activities):
                continue
            kept = limit.model_copy(
                update={
                    "requests": tuple(r for r in limit.requests if r != request),
                    "activities": tuple(a for a in limit.activities if a not in names),
                }
            )
            for way in self._farther(problem, limit, activities):
                further = TravelLimit(
                    requests=(request,) if request in limit.requests else (),
                    activities=tuple(a for a in limit.activities if a in names),
                    role=limit.role,
                    home=limit.home,
                    limit_slots=way,
                    ways=limit.ways,
                )
                limits = (*params.limits[:i], kept, *params.limits[i + 1 :], further)
                facts = {"more_slots": way - limit.limit_slots, "travel_slots": way}
                amendment = amended(rule, TravelLimitParams(limits=limits))
                yield Relief("farther", facts, amendment, ladder=f"way:{i}", own=True)

    def _farther(self, problem: Problem, limit: TravelLimit, activities: Sequence[Activity]) -> list[int]:
        sets = {r.candidates for a in activities for r in a.requirements if r.role == limit.role}
        ways = {
            limit.way(problem, problem.resource_by_id[c.resource].place)
            for name in sets
            for c in problem.candidate_sets[name]
        }
        most = limit.limit_slots + MOST_MORE_MINUTES // problem.grid.slot_minutes
        return sorted(way for way in ways if limit.limit_slots < way <= most)

    def lower(self, problem: Problem, params: TravelLimitParams) -> Iterable[Primitive]:
        """`Forbidden` candidates of every activity with a limit."""
        limits = prepared(problem, params, lambda: _far(problem, params))
        return forbidden(problem, limits)

    def example(self) -> Problem:
        """Pose rooms at home, two and three hours away; a limit of two, for one session by a slow bus."""
        return example(
            self.kind,
            {
                "limits": [
                    {"activities": ["x"], "home": "north", "limit_slots": 2},
                    {"activities": ["z"], "home": "north", "limit_slots": 2, "ways": {"south": 3}},
                ]
            },
            resources=(room("a"), room("b", "p2"), room("c", "p3"), room("nowhere", None)),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a", "b", "c", "nowhere")},
            activities=tuple(session(name, "t", {"room": "rooms"}) for name in "xyz"),
        )


def _far(problem: Problem, params: TravelLimitParams) -> dict[str, list[tuple[TravelLimit, dict[str, int]]]]:
    """Limits by activity, each with the travel to what lies beyond it."""
    standing: dict[str, list[str]] = {}
    for resource in problem.resources:
        if resource.place is not None:
            standing.setdefault(resource.place, []).append(resource.id)
    found: dict[str, list[tuple[TravelLimit, dict[str, int]]]] = {}
    for limit in params.limits:
        far: dict[str, int] = {}
        for place, names in standing.items():
            if (way := limit.way(problem, place)) > limit.limit_slots:
                far |= dict.fromkeys(names, way)
        for activity in limit.chosen(problem):
            found.setdefault(activity.id, []).append((limit, far))
    return found
