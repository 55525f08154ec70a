"""Few different rooms, few different trainers for sessions that belong together."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import MOST_NUMBER, Activity, Problem
from solver.rules.base import Breach, Chains, Fact, Filled, FlexibleRule, Left, RuleParams, Words, prepared
from solver.rules.examples import example, options, person, room, session
from solver.solution import Reason
from solver.structure import Distinct


class Stable(Filled, Chains):
    """Sessions that use at most so many different resources in the role."""

    at_most: Annotated[int, Field(strict=True, ge=1, le=MOST_NUMBER)] = 1


class StabilityParams(RuleParams):
    """Sets of sessions; each of them binds."""

    sets: tuple[Stable, ...]


class Stability(FlexibleRule[StabilityParams]):
    """Each resource beyond the number counts."""

    kind: ClassVar[str] = "stability"
    source: ClassVar[str] = "5.2-2; R12"
    title: ClassVar[Words] = Words("Постоянство места и преподавателя", "Steady place and trainer")
    unit: ClassVar[str] = "resources"
    Params: ClassVar[type[RuleParams]] = StabilityParams
    words: ClassVar[Mapping[str, Words]] = {
        "many": Words(
            "«{activity_id}» и связанные занятия используют {resource_ids}: "
            "это {load:ресурс|ресурса|ресурсов} при пределе {limit}",
            "“{activity_id}” and the sessions with it use {resource_ids}: "
            "that is {load:resource|resources}, the limit is {limit}",
        ),
        "left": Words(
            "связанные занятия уже используют столько разных ресурсов, сколько можно: {limit}",
            "the sessions that belong to it already use as many different resources as they may: {limit}",
        ),
    }

    def breaches(self, problem: Problem, params: StabilityParams, plan: Plan) -> Iterator[Breach]:
        """Yield every set that uses too many."""
        for stable, groups in prepared(problem, params, lambda: _bound(problem, params)):
            for names in groups:
                placed = [p for p in map(plan.placements.get, names) if p is not None]
                used = {p.resources[stable.role] for p in placed if stable.role in p.resources}
                if len(used) > stable.at_most:
                    facts: dict[str, Fact] = {
                        "activity_id": placed[0].activity,
                        "resource_ids": ",".join(sorted(used)),
                        "load": len(used),
                        "limit": stable.at_most,
                    }
                    known = sorted(used & problem.resource_by_id.keys())
                    over = len(used) - stable.at_most
                    yield Breach(over, "many", [p.activity for p in placed], known, facts)

    def reason(self, problem: Problem, params: StabilityParams, activity: Activity, left: Left) -> Reason:
        """Name the number of the first set that the session is in."""
        stable = next((s for s in params.sets if s.mean(activity)), params.sets[0])
        return Reason(rule=self.kind, code="left", facts={"limit": stable.at_most})

    def lower(self, problem: Problem, params: StabilityParams) -> Iterable[Primitive]:
        """One `Distinct` for sessions taken together."""
        for stable, groups in _bound(problem, params):
            for names in groups:
                if len(names) > stable.at_most:
                    yield Distinct(names, stable.role, stable.at_most)

    def example(self) -> Problem:
        """Pose three sessions in at most two rooms, a chain with one trainer."""
        roles = {"room": "rooms", "trainer": "trainers"}
        return example(
            self.kind,
            {
                "sets": [
                    {"requests": ["r1"], "role": "room", "at_most": 2},
                    {"requests": ["r1"], "each_chain": True, "role": "trainer"},
                ]
            },
            resources=(room("a"), room("b"), room("c"), person("anna"), person("boris")),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a", "b", "c"), "trainers": ("anna", "boris")},
            activities=(
                session("x0", "t", roles, chain="x", index=0),
                session("x1", "t", roles, chain="x", index=1),
                session("y", "t", {"room": "rooms"}),
            ),
        )


def _bound(problem: Problem, params: StabilityParams) -> list[tuple[Stable, list[tuple[str, ...]]]]:
    return [
        (stable, [tuple(a.id for a in group) for group in stable.groups(problem)]) for stable in params.sets
    ]
