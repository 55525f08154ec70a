"""Rules that give way together for one request."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solver.amendment import Amendment
from solver.problem import Problem
from solver.rules import kind, read
from solver.rules.base import Relief, RuleParams
from solver.solution import Placement


class Giving(NamedTuple):
    """A rule, by its position in the problem, and how it gives way."""

    rule: int
    relief: Relief

    @property
    def rung(self) -> tuple[int, str]:
        """What steps of one ladder have in common, and of what is on none only the same relief."""
        relief = self.relief
        return self.rule, relief.ladder or f"{relief.code} {sorted(relief.facts.items())}"


@dataclass(frozen=True, slots=True)
class Together:
    """What several reliefs come to.

    Attributes
    ----------
    givings
        The reliefs, narrowed if they were.
    amendment
        All of them as one.
    problem
        The amended problem.
    """

    givings: tuple[Giving, ...]
    amendment: Amendment
    problem: Problem


def together(
    problem: Problem,
    request: str,
    placed: Container[str],
    givings: Sequence[Giving],
    placements: Sequence[Placement] | None = None,
) -> Together | None:
    """Ask for reliefs of a request one after another, each of the problem as those before it left it.

    So two of them may change the same item. With `placements` each is narrowed to what these need. None: one
    of them is no longer to be had after those before it.
    """
    done: list[Giving] = []
    amendment = Amendment()
    for giving in givings:
        found = _again(problem, request, placed, giving) if done else giving.relief
        if found is None:
            return None
        if placements is not None and found.narrowed is not None:
            found = found.narrowed(placements)
        done.append(giving._replace(relief=found))
        problem = found.amendment.applied(problem)
        amendment = amendment.then(found.amendment)
    return Together(tuple(done), amendment, problem)


def _again(problem: Problem, request: str, placed: Container[str], giving: Giving) -> Relief | None:
    """Return the same relief of an amended problem."""
    rule = problem.rules[giving.rule]
    params = read(problem, rule)
    if not isinstance(params, RuleParams):
        return None
    waiting = [a for a in problem.activities_of[request] if a.id not in placed]
    for relief in kind(rule.kind).relaxations(problem, rule, params, waiting):
        if giving._replace(relief=relief).rung == giving.rung and relief.facts == giving.relief.facts:
            return relief
    return None
