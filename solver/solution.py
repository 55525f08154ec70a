"""The solution: placements, what stays unplaced and why, the score, how it was found."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from pydantic import Field, NonNegativeInt

from solver.problem import Frozen, Interval

Fact: TypeAlias = int | str


class Placement(Frozen):
    """An activity's place in time and its resource for every role.

    `units` names, for each role whose resource has units, which of them are used.
    """

    activity: str
    meetings: tuple[Interval, ...] = Field(min_length=1)
    resources: Mapping[str, str]
    units: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Reason(Frozen):
    """Why something is not placed: the rule that decides, with its numbers.

    Attributes
    ----------
    rule
        Kind of the deciding rule.
    code
        Which of the rule's templates says it.
    facts
        Numbers and ids for the template; ids are shown through the problem's labels.
    holders
        Activities that hold the place, at most ten.
    options
        How many placements this rule excludes.
    """

    rule: str
    code: str
    facts: Mapping[str, Fact] = Field(default_factory=dict)
    holders: tuple[str, ...] = ()
    options: NonNegativeInt = 0


class Unplaced(Frozen):
    """An activity that found no place; the first reason decides."""

    activity: str
    reasons: tuple[Reason, ...] = Field(min_length=1)


class Violation(Frozen):
    """One breach of a hard rule: who is concerned and the numbers."""

    rule: str
    kind: str
    code: str
    activities: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = Field(default_factory=dict)


class Term(Frozen):
    """One term of the score; `bound` is a proved lower bound of `value`, None when none is known."""

    rule: str
    stage: Literal["coverage", "fairness", "rest", "change"]
    name: str
    value: int
    weight: int = 1
    bound: int | None = None
    unit: str


class Score(Frozen):
    """All terms in the order of the aims."""

    terms: tuple[Term, ...] = ()

    def stage(self, stage: str) -> tuple[Term, ...]:
        """Terms of one stage, in order."""
        return tuple(term for term in self.terms if term.stage == stage)


class ProgressPoint(Frozen):
    """State of a search at one moment.

    `objective` and `bound` are unserved learner-minutes over all classes; `gap_permille` is
    ``(objective - bound) / objective`` in thousandths.
    """

    stage: str
    objective: NonNegativeInt
    bound: NonNegativeInt | None = None
    gap_permille: NonNegativeInt | None = None
    unplaced: NonNegativeInt
    seconds: float | None = None


class SolveReport(Frozen):
    """How a solution was found. A deterministic solve holds no clock time."""

    status: Literal["optimal", "feasible", "stopped"]
    seed: int
    workers: int
    deterministic_units: int | None = None
    seconds: float | None = None
    first_plan_seconds: float | None = None
    history: tuple[ProgressPoint, ...] = ()


class Solution(Frozen):
    """A plan for one problem, named by the SHA-256 of that problem's canonical JSON."""

    format: Literal[1] = 1
    problem_sha256: str
    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...] = ()
    score: Score = Score()
    report: SolveReport | None = None

    @cached_property
    def placement_of(self) -> dict[str, Placement]:
        """Placements by activity id."""
        return {p.activity: p for p in self.placements}
