"""Advice on plans with rules about pairs, days and counts: as true as on any other, and never an error."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import pytest

from solver.advice.adviser import Adviser
from solver.advice.words import Speaker
from solver.checker import check
from solver.engine.shapes import Shapes
from solver.errors import NoPlan
from solver.problem import Problem, Rule
from solver.structure import Measure, Relation
from solver.validate import validate
from tests.solver.advice.plans import greedy
from tests.solver.advice.test_moves import whole
from tests.solver.advice.test_relaxations import broken, holds
from tests.solver.engine.random_problems import make
from tests.solver.structures import COUNTS, DAYS, SLOTS, related, shaped

PER_SLOT = 24 * 7 // (DAYS * SLOTS)
"""Slots of a random problem in one of the other module, whose weeks are shorter."""


def rules_of(rng: random.Random, hard: float) -> Iterator[Rule]:
    """Yield two or three rules about the ids of the other module, such a share of them hard."""
    kinds: list[tuple[str, Callable[[random.Random], dict[str, Any]]]] = [
        *COUNTS,
        ("relation", lambda rng: related(rng, rng.choice(get_args(Relation)))),
        ("day_shape", lambda rng: shaped(rng, rng.choice(get_args(Measure)))),
        ("makespan", lambda rng: {"all": True}),
    ]
    for kind, params in rng.sample(kinds, rng.randint(2, 3)):
        weight = None if kind != "makespan" and rng.random() < hard else rng.choice((1, 5))
        yield Rule(id=f"more {kind}", kind=kind, params=params(rng), weight=weight)


def meant(value: Any, names: Mapping[str, str], last: int) -> Any:
    """Return parameters with the ids and the hours of another problem; what it lacks is left out."""
    match value:
        case dict():
            return {key: meant(one, names, last) for key, one in value.items()}
        case str():
            return names.get(value, value)
        case [int(start), int(end)] | (int(start), int(end)):
            return [min(start * PER_SLOT, last - 1), min(end * PER_SLOT, last)]
        case list() | tuple():
            found = [meant(one, names, last) for one in value]
            return [one for at, one in enumerate(found) if one not in found[:at] and one != ""]
        case _:
            return value


def with_structures(seed: int, hard: float = 0) -> Problem:
    """Return a random problem with more rules, about pairs, days and counts, such a share of them hard."""
    problem, rng = make(seed), random.Random(f"more {seed}")

    def some(among: list[str], *names: str) -> dict[str, str]:
        rng.shuffle(among)
        return {name: among[at] if at < len(among) else "" for at, name in enumerate(names)}

    names = some([a.id for a in problem.activities], "x0", "x1", "x2", "x3", "x4")
    names |= some([r.id for r in problem.requests], "r")
    names |= some([r.id for r in problem.resources if r.kind == "workshop"], "a", "b", "c")
    names |= some([r.id for r in problem.resources if r.kind in ("trainer", "learners")], "anna", "boris")
    taught = all(any(r.role == "trainer" for r in a.requirements) for a in problem.activities)
    names["second"] = "trainer" if taught else "room"
    last = problem.grid.horizon_slots
    added = tuple(
        rule.model_copy(update={"params": meant(rule.params, names, last)}) for rule in rules_of(rng, hard)
    )
    amended = problem.model_copy(update={"rules": (*problem.rules, *added)})
    validate(amended)
    return amended


@pytest.mark.parametrize(
    ("hard", "seeds"),
    [*((0.0, range(part, 100, 4)) for part in range(4)), *((0.6, range(part, 60, 2)) for part in range(2))],
)
def test_every_request_is_explained_and_every_relaxation_holds(hard: float, seeds: range) -> None:
    found = alternatives = 0
    for seed in seeds:
        problem = with_structures(seed, hard)
        try:
            plan = greedy(problem)
        except NoPlan:
            # Sessions at once that there have to be cannot be.
            continue
        adviser = Adviser(problem, plan)
        desk = adviser.desk
        assert desk.compiled
        there, rest = desk.state.snapshot(), desk.state.rest
        for request in problem.requests:
            advice = adviser.request(request.id, seconds=60)
            assert advice.complete
            for one in advice.relaxations:
                holds(desk, request.id, one)
            found += len(advice.relaxations)
            alternatives += len(advice.alternatives)
            for paid in advice.granted:
                following = paid.next_best
                if following is not None:
                    moved = {**desk.plan, paid.placement.activity: following.placement}
                    moved |= {p.activity: p for p in following.renumbered}
                    assert not broken(problem, moved)
            assert list(Speaker(problem, "ru").advice(advice))
        for activity in problem.activities:
            for ranked in adviser.ranked(activity.id, limit=3):
                moved = {**desk.plan, activity.id: ranked.placement}
                moved |= {p.activity: p for p in ranked.renumbered}
                assert not check(problem, whole(problem, moved))
        assert desk.state.snapshot() == there
        assert desk.state.rest == rest
    assert found
    assert alternatives


@pytest.mark.parametrize("after", [1, 7, 40])
def test_an_error_in_the_middle_of_a_change_leaves_no_trace(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = 0
    for seed in (4, 13, 23):
        problem = with_structures(seed)
        adviser = Adviser(problem, greedy(problem))
        assert adviser.desk.compiled
        left = after
        move = Shapes.move

        def failing(self: Shapes, *rest: Any, move: Any = move) -> int:
            nonlocal left
            left -= 1
            if left == 0:
                raise ZeroDivisionError
            found: int = move(self, *rest)
            return found

        with monkeypatch.context() as patched:
            patched.setattr(Shapes, "move", failing)
            for request in problem.requests:
                try:
                    adviser.request(request.id, seconds=60)
                except ZeroDivisionError:
                    failed += 1
        fresh = Adviser(problem, greedy(problem))
        for request in problem.requests:
            assert adviser.request(request.id, seconds=60) == fresh.request(request.id, seconds=60)
        for activity in problem.activities:
            assert adviser.ranked(activity.id) == fresh.ranked(activity.id)
    assert failed
