"""Plans written by hand, read by the rules of their problem."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from solver.plan import Plan
from solver.problem import Problem
from solver.rules import parsed
from solver.solution import Placement

Placed: TypeAlias = tuple[Any, Mapping[str, str]]


def _plan(problem: Problem, placed: Mapping[str, Placed]) -> Plan:
    return Plan(
        problem,
        [
            Placement(activity=name, meetings=(at,) if isinstance(at[0], int) else at, resources=resources)
            for name, (at, resources) in placed.items()
        ],
    )


@pytest.fixture
def concerned() -> Callable[..., list[tuple[str, ...]]]:
    """Activities that each breach names."""

    def find(problem: Problem, **placed: Placed) -> list[tuple[str, ...]]:
        plan = _plan(problem, placed)
        return [
            breach.activities
            for rule, kind, params in parsed(problem)
            for breach in kind.check(problem, rule, params, plan)
        ]

    return find


@pytest.fixture
def codes() -> Callable[..., list[str]]:
    """Codes of all breaches when activities stand at a meeting, or at several, on resources by role."""

    def find(problem: Problem, **placed: Placed) -> list[str]:
        plan = _plan(problem, placed)
        return [
            breach.code
            for rule, kind, params in parsed(problem)
            for breach in kind.check(problem, rule, params, plan)
        ]

    return find


@pytest.fixture
def terms() -> Callable[..., dict[str, int]]:
    """Values of all score terms by name."""

    def find(problem: Problem, **placed: Placed) -> dict[str, int]:
        plan = _plan(problem, placed)
        return {
            term.name: term.value
            for rule, kind, params in parsed(problem)
            for term in kind.cost(problem, rule, params, plan)
        }

    return find
