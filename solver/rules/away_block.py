"""Who stays in another town has beds there, for every night of the block."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

from solver.plan import Plan, Use
from solver.primitives import Cumulative, Primitive, Window
from solver.problem import Activity, Problem, Resource, Rule
from solver.rules.base import (
    BaseRule,
    Count,
    Filled,
    Left,
    Relief,
    ResourceId,
    RuleParams,
    Stage,
    Words,
)
from solver.rules.examples import example, options, room, session
from solver.rules.reliefs import FITTED, fitted
from solver.solution import Reason, Violation


class Hostel(RuleParams):
    """Beds, and the tags of workshops that are not where they are.

    Its resource is pooled, its capacity the beds; its set-up reaches back over the night before a day, so
    that a block of consecutive days holds its beds from the eve of the first day to the end of the last.
    """

    resource: ResourceId
    elsewhere: tuple[str, ...] = ()


class AwayBlock(Filled):
    """Activities that stay away for so many nights, in the beds of the resource in a role."""

    role: str = "stay"
    nights: Count


class AwayBlockParams(RuleParams):
    """Hostels, and who stays in them."""

    hostels: tuple[Hostel, ...]
    blocks: tuple[AwayBlock, ...] = ()


class AwayBlocks(BaseRule[AwayBlockParams]):
    """Beds are in the town of the workshop, and never more in use than there are."""

    kind: ClassVar[str] = "away_block"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R27"
    title: ClassVar[Words] = Words("Блок занятий с ночёвкой", "Away block with nights")
    Params: ClassVar[type[RuleParams]] = AwayBlockParams
    words: ClassVar[Mapping[str, Words]] = {
        "elsewhere": Words(
            "«{activity_id}»: ночлег ({hostel_id}) не в городе занятия ({place_id})",
            "“{activity_id}”: the beds ({hostel_id}) are not in the town of the session ({place_id})",
        ),
        "beds": Words(
            "{hostel_id}, {at_slot}: занято {needed:спальное место|спальных места|спальных мест} из {beds}",
            "{hostel_id}, {at_slot}: {needed:bed|beds} of {beds} in use",
        ),
        "beds_short": Words(
            "спальные места: нужно {needed} на {nights:ночь|ночи|ночей}, в «{largest_id}» — {beds}",
            "beds: need {needed} for {nights:night|nights}, “{largest_id}” has {beds}",
        ),
        "excluded": Words(
            "в допустимое время нигде рядом с подходящей мастерской не остаётся "
            "{needed:спального места|спальных мест|спальных мест} на {nights:ночь|ночи|ночей} подряд",
            "{needed:bed is|beds are} never free near a suitable workshop for {nights:night|nights} in a row "
            "at the allowed times",
        ),
        **FITTED,
    }

    def check(self, problem: Problem, rule: Rule, params: AwayBlockParams, plan: Plan) -> Iterator[Violation]:
        """Yield every block whose beds are in another town, and every stretch of time with too few beds."""
        for hostel in params.hostels:
            beds, uses = problem.resource_by_id[hostel.resource], plan.uses[hostel.resource]
            far = {r.id for r in problem.resources if not r.tags.isdisjoint(hostel.elsewhere)}
            for name in dict.fromkeys(use.activity for use in uses):
                for other in plan.placements[name].resources.values():
                    if other in far:
                        yield self.violation(
                            rule,
                            "elsewhere",
                            (name,),
                            (hostel.resource, other),
                            activity_id=name,
                            hostel_id=hostel.resource,
                            place_id=other,
                        )
            yield from self._crowded(rule, beds, uses)

    def _crowded(self, rule: Rule, beds: Resource, uses: list[Use]) -> Iterator[Violation]:
        before, after = beds.setup_slots, beds.cleanup_slots
        inside: list[Use] = []
        # Uses are sorted by start, so those at one moment come together.
        for first, coming in groupby(uses, key=lambda use: use.start):
            at = first - before
            inside = [use for use in inside if use.end + after > at]
            inside += coming
            needed = sum(use.amount for use in inside)
            if needed > beds.capacity:
                yield self.violation(
                    rule,
                    "beds",
                    (use.activity for use in inside),
                    (beds.id,),
                    hostel_id=beds.id,
                    at_slot=max(at, 0),
                    needed=needed,
                    beds=beds.capacity,
                )

    def reason(self, problem: Problem, params: AwayBlockParams, activity: Activity, left: Left) -> Reason:
        """Name the largest hostel that is left when even that has too few beds."""
        block = next((block for block in params.blocks if block.mean(activity)), None)
        role = block.role if block is not None else ""
        nights = block.nights if block is not None else 0
        needed = sum(r.amount for r in activity.requirements if r.role == role)
        found = [problem.resource_by_id[name] for name in left.get(role, ())]
        if found:
            largest = max(found, key=lambda r: (r.capacity, r.id))
            if largest.capacity < needed:
                return Reason(
                    rule=self.kind,
                    code="beds_short",
                    facts={
                        "needed": needed,
                        "nights": nights,
                        "largest_id": largest.id,
                        "beds": largest.capacity,
                    },
                )
        return Reason(rule=self.kind, code="excluded", facts={"needed": needed, "nights": nights})

    def relaxations(
        self, problem: Problem, rule: Rule, params: AwayBlockParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Split what is too large for any hostel; add beds where that is not enough, the fewest first."""
        return fitted(problem, activities, frozenset(hostel.resource for hostel in params.hostels))

    def lower(self, problem: Problem, params: AwayBlockParams) -> Iterable[Primitive]:
        """One `Cumulative` a hostel, and no `Window` at all with workshops elsewhere."""
        for hostel in params.hostels:
            yield Cumulative(hostel.resource, problem.resource_by_id[hostel.resource].capacity)
            if hostel.elsewhere:
                yield Window((), resources=(hostel.resource,), on_tags=frozenset(hostel.elsewhere))

    def example(self) -> Problem:
        """Pose two rooms and a hostel in the town of each; one has six beds, the other three."""
        roles = {"stay": "hostels", "room": "rooms"}
        night: dict[str, Any] = {"mode": "pooled", "setup_slots": 14}
        return example(
            self.kind,
            {
                "hostels": [
                    {"resource": "inn", "elsewhere": ["area:south"]},
                    {"resource": "hut", "elsewhere": ["area:north"]},
                ],
                "blocks": [{"requests": ["r1"], "nights": 2}],
            },
            resources=(
                room("a", tags=frozenset({"area:north"})),
                room("b", "p2", tags=frozenset({"area:south"})),
                room("inn", capacity=6, **night),
                room("hut", "p2", capacity=3, **night),
            ),
            option_sets={"t": options(((33, 39), (57, 63)), ((57, 63), (81, 87)))},
            candidate_sets={"rooms": ("a", "b"), "hostels": ("inn", "hut")},
            activities=(
                session("x", "t", roles, amount=3),
                session("y", "t", roles, amount=4),
            ),
        )
