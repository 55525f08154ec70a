"""A chain of repairs ends in a valid plan with the wanted placement, and loses no more than it must."""

import random

import pytest

from benchmarks.synthetic import make as synthetic
from solver.advice.chains import Chains
from solver.advice.desk import Desk
from solver.advice.moves import Mover
from solver.checker import check
from solver.solution import Placement
from tests.solver.advice.plans import greedy
from tests.solver.advice.test_moves import whole
from tests.solver.engine.random_problems import make


def fixed_places(desk: Desk, activity: str) -> list[Placement]:
    """Return the placements that the activity's windows and candidates allow."""
    template = desk.template(activity)
    state = desk.state
    found = []
    for option in range(template.bits.size):
        choice = tuple(0 for _ in template.roles)
        if all(role.seats for role in template.roles) and state.fixed_mask(template, choice) >> option & 1:
            found.append(desk.placement(desk.at[activity], template, option, choice))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_chain_is_a_valid_plan(seed: int) -> None:
    problem = synthetic(14, 3, seed, over=2.5) if seed < 6 else make(seed)
    desk = Desk(problem, greedy(problem))
    there = desk.state.snapshot()
    rng = random.Random(seed)
    for activity in [a.id for a in problem.activities if a.id not in desk.plan][:6]:
        places = fixed_places(desk, activity)
        if not places:
            continue
        wanted = rng.choice(places)
        chain = Chains(desk, seconds=0.5).placing(wanted)
        move = Mover(desk).evaluate(wanted)
        if chain is None:
            continue
        plan = dict(desk.plan)
        for step in chain.steps:
            assert step.before == desk.plan.get(step.activity)
            if step.after is None:
                del plan[step.activity]
            else:
                plan[step.activity] = step.after
        assert not check(problem, whole(problem, plan))
        assert any(
            p.meetings == wanted.meetings and dict(p.resources) == dict(wanted.resources)
            for p in plan.values()
        )
        assert {h.activity for h in chain.lost} == desk.plan.keys() - plan.keys()
        if move.possible:
            worth = {a.id: a.learner_minutes for a in problem.activities}
            best = [0] * len(problem.priorities)
            told = [0] * len(problem.priorities)
            for holder in move.displaced:
                best[problem.priorities.index(holder.priority)] += worth[holder.activity]
            for holder in chain.lost:
                told[problem.priorities.index(holder.priority)] += worth[holder.activity]
            if len(move.displaced) <= 1:
                assert told <= best
    assert desk.state.snapshot() == there
