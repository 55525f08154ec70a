"""The solution: placements, what stays unplaced and why, the score, how it was found."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from pydantic import Field, NonNegativeInt

from solver.problem import Frozen, Interval
from solver.repair_report import RepairReport

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
    proof
        Whether what is said holds in any plan that keeps all rules, and how that is known: ``counting``, by
        adding up what there is at all; ``core``, by going through every placement under a few rules, none
        of which could be left out. ``none``: it holds against this plan.
    """

    rule: str
    code: str
    facts: Mapping[str, Fact] = Field(default_factory=dict)
    holders: tuple[str, ...] = ()
    options: NonNegativeInt = 0
    proof: Literal["none", "counting", "core"] = "none"


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

    @property
    def key(self) -> tuple[object, ...]:
        """What tells a breach apart from others."""
        return self.rule, self.code, self.activities, self.resources, tuple(sorted(self.facts.items()))


class Term(Frozen):
    """One term of the score; `bound` is a proved lower bound of `value`, None when none is known."""

    rule: str
    stage: Literal["guarantee", "coverage", "fairness", "rest", "change"]
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


class PlanFigures(Frozen):
    """What a plan comes to in a few figures, so that plans for one problem can be set side by side.

    Attributes
    ----------
    served_minutes
        Learner-minutes placed, by priority class.
    requests_whole, requests_none
        Requests of which every activity is placed, and of which none is.
    travel_minutes
        Learner-minutes on the road, one way.
    worst_off, worst_off_permille, jain_permille
        The participant with the least of its fair share, that share, and Jain's index over all shares.
    """

    name: str
    placed: NonNegativeInt
    served_minutes: Mapping[str, NonNegativeInt]
    requests_whole: NonNegativeInt
    requests_none: NonNegativeInt
    travel_minutes: NonNegativeInt
    worst_off: str | None = None
    worst_off_permille: NonNegativeInt
    jain_permille: NonNegativeInt


class FairnessStage(Frozen):
    """The best plan when the search turned to fair shares, and how far these can go at all.

    Attributes
    ----------
    served_minutes
        Learner-minutes that plan served, by priority class.
    rest
        Its weighted rest.
    worst_off_permille
        Its least share.
    floor_minutes
        What later plans had to go on serving, by class.
    bound_permille
        No plan that serves the floors gives every participant more than this; None: none is proved.
    """

    served_minutes: Mapping[str, NonNegativeInt]
    rest: NonNegativeInt
    worst_off_permille: NonNegativeInt
    floor_minutes: Mapping[str, NonNegativeInt]
    bound_permille: NonNegativeInt | None = None


class SolveReport(Frozen):
    """How a solution was found. A deterministic solve holds no clock time.

    Attributes
    ----------
    fairness_stage
        None: the search did not come to it, or nobody has a fair share.
    baselines
        Plans that a person would make of the same requests, in figures.
    repair
        What was repaired; None: it is a plan of its own.
    """

    status: Literal["optimal", "feasible", "stopped"]
    seed: int
    workers: int
    deterministic_units: int | None = None
    seconds: float | None = None
    first_plan_seconds: float | None = None
    history: tuple[ProgressPoint, ...] = ()
    fairness_stage: FairnessStage | None = None
    baselines: tuple[PlanFigures, ...] = ()
    repair: RepairReport | None = None


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
