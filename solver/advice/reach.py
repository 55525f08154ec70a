"""Whom changes of a plan can concern, so that nobody else has to be checked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from solver import checker
from solver.engine.lowering import Lowered
from solver.plan import Plan
from solver.primitives import Sequence
from solver.problem import Activity, Problem, Request, Resource
from solver.rules import parsed
from solver.rules.pin import PinParams
from solver.solution import Placement, Violation

if TYPE_CHECKING:
    from solver.advice.desk import Changes, Desk

Key: TypeAlias = tuple[object, ...]
T = TypeVar("T", Activity, Request, Resource)


class Reach:
    """The sessions of a plan that stand in one statement, or on one resource, with what changes.

    A breach is of one statement: of the activities that it lists and of all uses of the resources that it
    lists. So whoever is not reached breaks the same as before, and together with nobody who changes.
    """

    def __init__(self, lowered: Lowered, plan: Mapping[str, Placement]) -> None:
        self._plan = plan
        self._on: dict[str, list[str]] = defaultdict(list)
        for name, placement in plan.items():
            for resource in placement.resources.values():
                self._on[resource].append(name)
        self._statements = [row for row in map(_subjects, _joining(lowered)) if len(row[0]) + len(row[1]) > 1]
        self._naming: dict[str, list[int]] = defaultdict(list)
        self._using: dict[str, list[int]] = defaultdict(list)
        for number, (activities, resources) in enumerate(self._statements):
            for activity in activities:
                self._naming[activity].append(number)
            for resource in resources:
                self._using[resource].append(number)

    def of(self, changes: Changes, activities: Iterable[str] = (), resources: Iterable[str] = ()) -> set[str]:
        """Return whom changes can concern, those that change among them; some may have no place.

        Of `activities` and `resources` something else may be said than before.
        """
        found = {*changes, *activities}
        for resource in resources:
            found.update(self._on.get(resource, ()))
        there = (p for name in found for p in (changes.get(name), self._plan.get(name)) if p is not None)
        used = {resource for placement in there for resource in placement.resources.values()}
        numbers = {number for name in found for number in self._naming.get(name, ())}
        numbers.update(number for resource in used for number in self._using.get(resource, ()))
        for number in numbers:
            named, shared = self._statements[number]
            found.update(named)
            used.update(shared)
        return found.union(*(self._on.get(resource, ()) for resource in used))


class Standing:
    """What changes of a plan break and mend: rules are asked of those whom the changes reach."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reach = Reach(desk.compiler.lowered, desk.plan)

    def breaches(self, changes: Changes, problem: Problem | None = None) -> list[Violation]:
        """Return what the changed plan breaks and the plan as it is does not, once each.

        In an amended problem what differs counts as changed, with all of its request and whoever uses it, and
        rules that differ are asked of all. What is known of who stands in one statement is that of the
        problem as it is: an amendment is to bring together no others.
        """
        desk, told = self._desk, self._desk.standing
        of = problem or desk.problem
        same = {id(rule) for rule in desk.problem.rules}
        kept = {rule.id for rule in of.rules if id(rule) in same}
        among = self._reach.of(changes, *_differing(desk.problem, of, kept))
        after = self._broken(of, changes, among, kept)
        before = self._broken(desk.problem, {}, among, kept) if after else {}
        found = {key: v for key, v in after.items() if key not in before}
        if len(kept) < len(of.rules):
            plan = Plan(of, (p for p in {**desk.plan, **changes}.values() if p is not None))
            for one in parsed(of):
                if one.stage == "hard" and one.rule.id not in kept:
                    found.update((v.key, v) for v in one.kind.check(of, one.rule, one.params, plan))
        return [v for key, v in found.items() if key not in told]

    def mended(self, changes: Changes) -> int:
        """Return how many breaches of the plan as it is the changed plan no longer has."""
        of, told = self._desk.problem, self._desk.standing
        among = self._reach.of(changes)
        before, after = self._broken(of, {}, among), self._broken(of, changes, among)
        return sum(key in told and key not in after for key in before)

    def _broken(
        self, problem: Problem, changes: Changes, among: Container[str], rules: Container[str] | None = None
    ) -> Mapping[Key, Violation]:
        """Return breaches of those concerned, by what tells them apart.

        Whoever is there only in part, beside those concerned, may seem to break what it does not: before and
        after alike.
        """
        plan = self._desk.solution(changes, problem, among)
        return {v.key: v for v in checker.check(problem, plan, among=among, rules=rules)}


def _differing(before: Problem, after: Problem, kept: Container[str]) -> tuple[set[str], set[str]]:
    """Return activities and resources of which an amended problem says something else; not by its rules."""
    activities: set[str] = set()
    for one in parsed(before):
        if isinstance(one.params, PinParams) and one.rule.id not in kept:
            # What is pinned may stand where else it must not.
            activities.update(pin.activity for pin in one.params.pins)
    requests = _changed(before.requests, after.requests)
    times = _changed_sets(before.option_sets, after.option_sets)
    candidates = _changed_sets(before.candidate_sets, after.candidate_sets)
    changed = _changed(before.activities, after.activities)
    activities |= changed
    # What is added stands in statements with the others of its request.
    requests |= {a.request for a in after.activities if a.id in changed} if changed else set()
    if requests or times or candidates:
        activities.update(
            a.id
            for a in after.activities
            if a.request in requests
            or a.times in times
            or any(r.candidates in candidates for r in a.requirements)
        )
    return activities, _changed(before.resources, after.resources)


def _changed(before: tuple[T, ...], after: tuple[T, ...]) -> set[str]:
    """Return the ids of items that are not the very same, or only in one."""
    if before is after:
        return set()
    old, new = ({id(item): item.id for item in items} for items in (before, after))
    return {name for at, name in (old | new).items() if at not in old or at not in new}


def _changed_sets(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) is not after.get(name)}


def _joining(lowered: Lowered) -> Iterator[Any]:
    """Yield the hard statements that can join sessions of several resources, or listed ones."""
    for rows in (lowered.sums, lowered.sequences, lowered.distances, lowered.presences):
        for _, primitive in rows:
            yield primitive
    for structured in lowered.structures:
        if structured.weight is None:
            yield structured.primitive


def _subjects(primitive: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the activities and the resources that a statement lists."""
    if isinstance(primitive, Sequence):
        return tuple(chain.from_iterable(primitive.stages)), ()
    resources: Iterable[str] = getattr(primitive, "resources", ())
    return tuple(getattr(primitive, "activities", ())), tuple(resources)
