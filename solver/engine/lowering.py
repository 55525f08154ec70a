"""Rules to primitives, sorted by kind, each with the rule that it comes from."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from solver.primitives import (
    Cumulative,
    Disjunctive,
    Distance,
    Fixed,
    Forbidden,
    LinearCost,
    PeriodSum,
    SamePlace,
    SamePresence,
    Sequence,
    Shares,
    Window,
)
from solver.problem import Problem
from solver.rules import parsed


@dataclass(frozen=True, slots=True)
class Cost:
    """A linear cost with the aim and the weight of its rule."""

    stage: str
    weight: int
    linear: LinearCost


@dataclass(slots=True)
class Lowered:
    """Primitives of a problem by kind, as ``(position of the rule, primitive)``.

    Attributes
    ----------
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
    tolerance_permille: int = 0

    def take(self, rule: int, stage: str, weight: int, primitive: Any) -> None:
        """Sort one primitive in.

        Raises
        ------
        TypeError
            The primitive is of a kind that this engine does not implement.
        """
        match primitive:
            case LinearCost():
                self.costs[primitive.activity].append(Cost(stage, weight, primitive))
            case Shares():
                self.shares.append(primitive)
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
            case _:
                raise TypeError(f"the engine does not know the primitive {type(primitive).__name__}")


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
    for position, (rule, kind, params) in enumerate(parsed(problem)):
        if kind.stage == "coverage":
            lowered.tolerance_permille = getattr(params, "tolerance_permille", 0)
        for primitive in kind.lower(problem, params):
            lowered.take(position, kind.stage, rule.weight or 1, primitive)
    return lowered
