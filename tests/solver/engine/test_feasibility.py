"""What the compiled nodes say fits is exactly what the checker accepts."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.engine.compile import compile_problem
from solver.engine.numbering import number, resources_of
from solver.engine.state import State
from solver.problem import Activity, Problem
from solver.rules import RULES
from solver.solution import Placement
from tests.solver.engine.random_problems import breaks, make, places_of


def placements(state: State) -> list[Placement]:
    model = state.model
    found = []
    for activity, placed in enumerate(state.at):
        if placed is not None:
            template = model.templates[model.template_of[activity]]
            found.append(
                Placement(
                    activity=model.problem.activities[activity].id,
                    meetings=template.bits.meetings[placed[0]],
                    resources=resources_of(model, template, placed[1]),
                )
            )
    return found


def compare(problem: Problem, rng: random.Random, steps: int) -> int:
    """Walk through random plans; at each, compare every placement of one activity with the checker."""
    state = State(compile_problem(problem))
    model = state.model
    agreed = 0
    for _ in range(steps):
        placed = [a for a, at in enumerate(state.at) if at is not None]
        if placed and rng.random() < 0.3:
            state.remove(rng.choice(placed))
            continue
        template = rng.choice(model.templates)
        if not state.waiting[template.index]:
            continue
        free = {
            (model_meetings, tuple(sorted(resources_of(model, template, choice).items()))): (option, choice)
            for choice, mask in state.feasible(template)
            for option, model_meetings in enumerate(template.bits.meetings)
            if mask >> option & 1
        }
        activity = state.waiting[template.index][-1]
        agreed += agree(problem, state, problem.activities[activity], activity, free, template.bundle >= 0)
        if free and rng.random() < 0.9:
            state.place(activity, *rng.choice(sorted(free.values())))
    return agreed


def agree(
    problem: Problem,
    state: State,
    activity: Activity,
    position: int,
    free: Mapping[Any, tuple[int, tuple[int, ...]]],
    bundled: bool,
) -> int:
    before = state.snapshot()
    for placement in places_of(problem, activity):
        key = (placement.meetings, tuple(sorted(placement.resources.items())))
        here = free.get(key)
        if here is not None:
            state.place(position, *here)
            number(state)
            broken = [b for b in breaks(problem, placements(state)) if b != "all_or_none.partly"]
            assert not broken, (placement, placements(state))
            state.restore(before)
        elif len(state.model.templates[state.model.template_of[position]].activities) == 1:
            assert [
                b for b in breaks(problem, [*placements(state), placement]) if b != "all_or_none.partly"
            ], (
                placement,
                placements(state),
            )
    return 1


# Limits that several sessions meet together are held against their amounts in `test_shapes`.
ALONE = [rule for rule in RULES if not compile_problem(rule.example()).debt.nodes]


@pytest.mark.parametrize("rule_kind", ALONE, ids=lambda r: r.kind)
def test_nodes_agree_with_the_checker_on_each_rules_example(rule_kind: object) -> None:
    problem = rule_kind.example()  # type: ignore[attr-defined]
    for seed in range(4 if problem.rules[0].kind != "worth_journey" else 0):
        assert compare(problem, random.Random(seed), 25)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 30))
def test_nodes_agree_with_the_checker_on_random_plans(seed: int) -> None:
    compare(make(seed), random.Random(seed), 20)
