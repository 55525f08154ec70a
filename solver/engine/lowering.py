"""Rules to primitives, sorted by kind, each with the rule that it comes from."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from solver.primitives import (
    Cumulative,
    Disjunctive,
    Distance,
    Fixed,
    Forbidden,
    LinearCost,
    PeriodSum,
    Quota,
    SamePlace,
    SamePresence,
    Sequence,
    Shares,
    Window,
)
from solver.problem import Problem
from solver.rules import parsed
from solver.structure import AwayDay, Distinct, Excess, PairResource, PairTime, Rest, Structure

TermKey: TypeAlias = tuple[str, str]
"""Id of the rule and name of a term of the score."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A linear cost with the aim and the weight of its rule."""

    rule_position: int
    stage: str
    weight: int
    linear: LinearCost


@dataclass(frozen=True, slots=True)
class Structured:
    """A structure primitive of a rule: hard without a weight; with one, a cost of `stage`.

    The cost is the weight times the primitive's amount (`solver.structure_reading.amount`).
    """

    rule_position: int
    stage: str
    weight: int | None
    primitive: Structure


@dataclass(slots=True)
class Lowered:
    """Primitives of a problem by kind, as ``(position of the rule, primitive)``.

    Attributes
    ----------
    structures
        Statements about pairs, days and counts, hard and soft ones.
    tolerance_permille
        Of the coverage aim: how much of a class's served learner-minutes later aims may give up.
    """

    windows: list[tuple[int, Window]] = field(default_factory=list)
    cumulatives: list[tuple[int, Cumulative]] = field(default_factory=list)
    disjunctives: list[tuple[int, Disjunctive]] = field(default_factory=list)
    sums: list[tuple[int, PeriodSum]] = field(default_factory=list)
    sequences: list[tuple[int, Sequence]] = field(default_factory=list)
    distances: list[tuple[int, Distance]] = field(default_factory=list)
    presences: list[tuple[int, SamePresence]] = field(default_factory=list)
    same_place: dict[str, int] = field(default_factory=dict)
    forbidden: dict[str, list[tuple[int, Forbidden]]] = field(default_factory=lambda: defaultdict(list))
    fixed: dict[str, list[tuple[int, Fixed]]] = field(default_factory=lambda: defaultdict(list))
    costs: dict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))
    shares: list[Shares] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)
    structures: list[Structured] = field(default_factory=list)
    tolerance_permille: int = 0

    @property
    def needs_local(self) -> bool:
        """A hard structure is among them that takes more than pairs, resources, nights and days away."""
        return any(
            not isinstance(s.primitive, PairTime | PairResource | Distinct | Rest | AwayDay)
            or (isinstance(s.primitive, PairTime) and s.primitive.relation == "reachable")
            for s in self.structures
            if s.weight is None
        )

    def take(self, rule: int, stage: str, weight: int | None, primitive: Any) -> None:
        """Sort one primitive in.

        Raises
        ------
        TypeError
            The primitive is of a kind that this engine does not implement.
        """
        match primitive:
            case LinearCost():
                self.costs[primitive.activity].append(Cost(rule, stage, weight or 1, primitive))
            case Shares():
                self.shares.append(primitive)
            case Quota():
                self.quotas.append(primitive)
            case Window():
                self.windows.append((rule, primitive))
            case Cumulative():
                self.cumulatives.append((rule, primitive))
            case Disjunctive():
                self.disjunctives.append((rule, primitive))
            case PeriodSum():
                self.sums.append((rule, primitive))
            case Sequence():
                self.sequences.append((rule, primitive))
            case Distance():
                self.distances.append((rule, primitive))
            case SamePresence():
                self.presences.append((rule, primitive))
            case SamePlace():
                for activity in primitive.activities:
                    self.same_place.setdefault(activity, rule)
            case Forbidden():
                self.forbidden[primitive.activity].append((rule, primitive))
            case Fixed():
                self.fixed[primitive.activity].append((rule, primitive))
            case Excess() if weight is None:
                limit = PeriodSum(primitive.period, primitive.measure, primitive.limit, primitive.resources)
                self.sums.append((rule, limit))
            case _ if isinstance(primitive, Structure):
                self.structures.append(Structured(rule, stage, weight, primitive))
            case _:
                raise TypeError(f"the engine does not know the primitive {type(primitive).__name__}")


def is_timetable(problem: Problem, lowered: Lowered) -> bool:
    """Tell whether all sessions are meant to take place, as in a timetable.

    Then no class comes before another, nothing is owed or shared, no request is placed whole or not at all.
    """
    ranked = len({request.priority for request in problem.requests}) > 1
    return not (ranked or lowered.shares or lowered.quotas or lowered.presences)


def lower(problem: Problem) -> Lowered:
    """State all rules of a problem in primitives.

    Raises
    ------
    UnknownRule
        A rule names a kind that is not registered.
    InvalidProblem
        Parameters of a rule are malformed.
    """
    lowered = Lowered()
    for position, found in enumerate(parsed(problem)):
        if found.stage == "coverage":
            lowered.tolerance_permille = getattr(found.params, "tolerance_permille", 0)
        for primitive in found.kind.lower(problem, found.params):
            lowered.take(position, found.stage, found.rule.weight, primitive)
    return lowered
