"""Sessions that share a resource, or must not."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import Activity, Problem
from solver.rules.base import (
    Breach,
    Chains,
    Filled,
    FlexibleRule,
    Left,
    RuleParams,
    Switch,
    Words,
    prepared,
)
from solver.rules.examples import example, options, person, room, session
from solver.solution import Reason
from solver.structure import PairResource


class Alike(Filled, Chains):
    """Sessions of which any two have the same resource in the role, or different ones with `same` off."""

    same: Switch = True


class SameResourceParams(RuleParams):
    """Sets of sessions; each of them binds. A session without the role is free."""

    sets: tuple[Alike, ...]


class SameResource(FlexibleRule[SameResourceParams]):
    """The same trainer for a chain, one room for parallel subgroups, different examiners."""

    kind: ClassVar[str] = "same_resource"
    source: ClassVar[str] = "R12; R17; 3.2-3"
    title: ClassVar[Words] = Words("Один и тот же ресурс или разные", "The same resource or different ones")
    unit: ClassVar[str] = "pairs"
    Params: ClassVar[type[RuleParams]] = SameResourceParams
    words: ClassVar[Mapping[str, Words]] = {
        "differ": Words(
            "у «{other_id}» {other_resource_id}, у «{activity_id}» {resource_id}, а должно быть одно и то же",
            "“{other_id}” has {other_resource_id}, “{activity_id}” has {resource_id}; it must be the same",
        ),
        "same": Words(
            "«{other_id}» и «{activity_id}» оба на {resource_id}, а должны быть на разных",
            "“{other_id}” and “{activity_id}” both have {resource_id}; they must have different ones",
        ),
        "left_differ": Words(
            "то же, что у «{other_id}», в возможное время занято или не подходит",
            "what “{other_id}” has is taken or does not fit at the possible times",
        ),
        "left_same": Words(
            "в возможное время подходит только то, что уже у «{other_id}», а должно быть другое",
            "only what “{other_id}” has would fit at the possible times, and it must be another",
        ),
    }

    def breaches(self, problem: Problem, params: SameResourceParams, plan: Plan) -> Iterator[Breach]:
        """Yield every pair that differs, or is the same."""
        for alike, groups in prepared(problem, params, lambda: _bound(problem, params)):
            for names in groups:
                taken = [
                    (name, used)
                    for name in names
                    if name in plan.placements
                    for used in (plan.placements[name].resources.get(alike.role),)
                    # What is no resource is for the checker to name.
                    if used in problem.resource_by_id
                ]
                if alike.same and len({used for _, used in taken}) < 2:
                    continue
                for (other, of_other), (name, used) in combinations(taken, 2):
                    if alike.same and used != of_other:
                        yield Breach(
                            1,
                            "differ",
                            (other, name),
                            (of_other, used),
                            {
                                "other_id": other,
                                "other_resource_id": of_other,
                                "activity_id": name,
                                "resource_id": used,
                            },
                        )
                    elif not alike.same and used == of_other:
                        facts = {"other_id": other, "activity_id": name, "resource_id": used}
                        yield Breach(1, "same", (other, name), (used,), facts)

    def reason(self, problem: Problem, params: SameResourceParams, activity: Activity, left: Left) -> Reason:
        """Name the first other session that this one is tied to."""
        tied = (
            (alike, other)
            for alike in params.sets
            for group in alike.groups(problem)
            if activity in group
            for other in group
            if other != activity
        )
        alike, other = next(tied, (params.sets[0], activity))
        code = "left_differ" if alike.same else "left_same"
        return Reason(rule=self.kind, code=code, facts={"other_id": other.id})

    def lower(self, problem: Problem, params: SameResourceParams) -> Iterable[Primitive]:
        """One `PairResource` for sessions taken together."""
        for alike, groups in _bound(problem, params):
            for names in groups:
                if len(names) > 1:
                    yield PairResource(names, alike.role, alike.same)

    def example(self) -> Problem:
        """Pose a chain that keeps its trainer, and two sessions that need different rooms."""
        roles = {"room": "rooms", "trainer": "trainers"}
        return example(
            self.kind,
            {
                "sets": [
                    {"requests": ["r1"], "each_chain": True, "role": "trainer"},
                    {"activities": ["x0", "y"], "role": "room", "same": False},
                ]
            },
            resources=(room("a"), room("b"), person("anna"), person("boris")),
            option_sets={"t": options((8, 10), (30, 32))},
            candidate_sets={"rooms": ("a", "b"), "trainers": ("anna", "boris")},
            activities=(
                session("x0", "t", roles, chain="x", index=0),
                session("x1", "t", roles, chain="x", index=1),
                session("y", "t", {"room": "rooms"}),
            ),
        )


def _bound(problem: Problem, params: SameResourceParams) -> list[tuple[Alike, list[tuple[str, ...]]]]:
    return [(alike, [tuple(a.id for a in group) for group in alike.groups(problem)]) for alike in params.sets]
