"""A move is evaluated as the checker finds the whole plan before and after it."""

import random

import pytest

from benchmarks.synthetic import make as synthetic
from solver.advice.desk import Desk
from solver.advice.documents import Move
from solver.advice.moves import Mover
from solver.checker import check, score
from solver.problem import Problem, Rule
from solver.solution import Placement, Reason, Solution, Unplaced
from tests.solver.advice.plans import greedy
from tests.solver.clusters import planned
from tests.solver.engine.random_problems import make, places_of

UNSAID = (Reason(rule="search", code="not_found"),)


def whole(problem: Problem, placements: dict[str, Placement]) -> Solution:
    """Return a solution from scratch."""
    return Solution(
        problem_sha256="0" * 64,
        placements=tuple(placements.values()),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=UNSAID) for a in problem.activities if a.id not in placements
        ),
    )


def anywhere(rng: random.Random, problem: Problem) -> Placement:
    """Return a placement of some activity: mostly of its options and candidates, sometimes not."""
    activity = rng.choice(problem.activities)
    meetings = rng.choice(problem.option_sets[activity.times]).meetings
    if rng.random() < 0.2:
        later = rng.randrange(1, problem.grid.slots_per_day)
        meetings = tuple((start + later, end + later) for start, end in meetings)
    resources = {}
    for requirement in activity.requirements:
        among = [c.resource for c in problem.candidate_sets[requirement.candidates]]
        if rng.random() < 0.05:
            among = [r.id for r in problem.resources]
        resources[requirement.role] = rng.choice(among)
    return Placement(activity=activity.id, meetings=meetings, resources=resources)


def agrees(problem: Problem, plan: dict[str, Placement], move: Move) -> None:
    """Hold a move against the checker on whole plans."""
    before = whole(problem, plan)
    placed = {**plan, move.placement.activity: move.placement}
    after = whole(problem, placed)
    old = {v.key for v in check(problem, before)}
    new = {v.key for v in check(problem, after)}
    assert {v.key for v in move.violations} == new - old
    assert move.mended == len(old - new)
    values = {(t.rule, t.name): t.value for t in score(problem, before).terms}
    moved = {(t.rule, t.name): t.value for t in score(problem, after).terms}
    told = {(t.rule, t.name): (t.before, t.after) for t in move.terms}
    assert told == {k: (values.get(k, 0), v) for k, v in moved.items() if v != values.get(k, 0)}
    for holder in move.displaced:
        assert holder.activity in plan
        del placed[holder.activity]
    left = {v.key for v in check(problem, whole(problem, placed))} - old
    assert move.possible == (not left)
    if move.possible and len(move.displaced) <= 6:
        for holder in move.displaced:
            stays = {**placed, holder.activity: plan[holder.activity]}
            assert {v.key for v in check(problem, whole(problem, stays))} - old, holder
    gone = {(t.rule, t.name): t.value for t in score(problem, whole(problem, placed)).terms}
    told = {(t.rule, t.name): (t.before, t.after) for t in move.terms_displaced}
    assert told == {k: (values.get(k, 0), v) for k, v in gone.items() if v != values.get(k, 0)}


@pytest.mark.parametrize("seed", range(40))
def test_a_move_is_what_the_checker_says_of_it(seed: int) -> None:
    problem, solution = planned(seed)
    plan = {p.activity: p for p in solution.placements}
    mover = Mover(Desk(problem, solution))
    rng = random.Random(seed)
    for _ in range(6):
        agrees(problem, plan, mover.evaluate(anywhere(rng, problem)))


@pytest.mark.parametrize("seed", range(30))
def test_a_move_in_a_compiled_plan_is_what_the_checker_says_of_it(seed: int) -> None:
    problem = make(seed)
    solution = greedy(problem)
    desk = Desk(problem, solution)
    mover = Mover(desk)
    rng = random.Random(seed)
    for _ in range(5):
        agrees(problem, dict(desk.plan), mover.evaluate(anywhere(rng, problem)))


def test_moves_leave_the_plan_as_it_was() -> None:
    problem = synthetic(12, 4, 1, over=1.5)
    solution = greedy(problem)
    desk = Desk(problem, solution)
    mover = Mover(desk)
    there = desk.state.snapshot()
    rest, served = desk.state.rest, list(desk.state.served)
    rng = random.Random(1)
    kinds = set()
    for _ in range(25):
        move = mover.evaluate(anywhere(rng, problem))
        kinds.add((bool(move.violations), bool(move.displaced), move.possible))
        agrees(problem, dict(desk.plan), move)
    assert len(kinds) > 2
    assert desk.state.snapshot() == there
    assert (desk.state.rest, desk.state.served) == (rest, served)


@pytest.mark.parametrize("seed", range(8))
def test_ranked_places_are_free_and_in_order(seed: int) -> None:
    problem = synthetic(10, 4, seed, over=1.3)
    solution = greedy(problem)
    desk = Desk(problem, solution)
    mover = Mover(desk)
    rng = random.Random(seed)
    seen = 0
    for activity in rng.sample(list(problem.activities), 6):
        ranked = mover.ranked(activity.id, limit=4)
        costs = []
        for one in ranked:
            seen += 1
            plan = {**desk.plan, activity.id: one.placement}
            plan |= {p.activity: p for p in one.renumbered}
            assert not check(problem, whole(problem, plan))
            values = {(t.rule, t.name): t.value for t in score(problem, whole(problem, plan)).terms}
            assert all(values[t.rule, t.name] == t.after for t in one.terms)
            costs.append(sum(t.weight * t.delta for t in one.terms if t.stage == "rest"))
        assert costs == sorted(costs)
    assert seen


def free_elsewhere(problem: Problem, plan: dict[str, Placement], activity: str) -> list[Placement]:
    """Return all places of an activity but the one it has that break nothing when nobody else moves."""
    there = plan[activity]
    return [
        place
        for place in places_of(problem, problem.activity_by_id[activity])
        if (place.meetings, place.resources) != (there.meetings, there.resources)
        and not [v for v in check(problem, whole(problem, {**plan, activity: place})) if "unit" not in v.code]
    ]


def unkept(seed: int) -> Problem:
    """Return a random problem with a pin and with a rule that no engine keeps at all times."""
    problem = make(seed, 4)
    rng = random.Random(seed)
    rules = [rule for rule in problem.rules if rule.kind != "pin"]
    activity = rng.choice(problem.activities)
    start = rng.randrange(5) * 24 + 9
    room = rng.choice(problem.candidate_sets["rooms"]).resource
    pin = {"activity": activity.id, "meetings": [[start, start + 1]], "resources": {"room": room}}
    return problem.model_copy(update={"rules": (*rules, Rule(id="pin", kind="pin", params={"pins": [pin]}))})


@pytest.mark.parametrize("compiled", [True, False])
def test_no_other_free_place_is_said_only_when_there_is_none(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = pinned = 0
    for seed in range(60):
        problem = unkept(seed)
        desk = Desk(problem, greedy(problem))
        if not compiled:
            monkeypatch.setattr(Desk, "compiled", False)
        mover = Mover(desk)
        for activity in desk.plan:
            paid = mover.paid(activity)
            if paid.next_best is None and paid.complete:
                only += 1
                assert not free_elsewhere(problem, dict(desk.plan), activity)
            elif paid.next_best is not None:
                pinned += activity in problem.rules[-1].params["pins"][0].values()
                assert not check(
                    problem, whole(problem, {**desk.plan, activity: paid.next_best.placement})
                ) or (paid.next_best.renumbered)
    assert only
    assert pinned
