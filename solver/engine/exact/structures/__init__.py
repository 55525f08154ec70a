"""Primitives of `solver.structure` as constraints, or as what they cost."""

from __future__ import annotations

from typing import Any, NamedTuple

from solver.engine.exact.choices import Choices
from solver.engine.exact.structures.counts import (
    Weighted,
    away_days,
    concurrent,
    different,
    excess,
    last_end,
    nights,
)
from solver.engine.exact.structures.days import day_shape
from solver.engine.exact.structures.pairs import pair_resource, pair_time
from solver.engine.exact.structures.ways import Ways
from solver.structure import (
    AwayDay,
    Concurrent,
    DayShape,
    Distinct,
    Excess,
    Makespan,
    PairResource,
    PairTime,
    Rest,
)


class Charge(NamedTuple):
    """What a literal or variable adds to the aim of a stage."""

    stage: str
    variable: Any
    weight: int


def add_structures(choices: Choices) -> list[Charge]:
    """Add the hard structures as constraints and return what the soft ones cost."""
    found: list[Charge] = []
    if not choices.facts.structures:
        return found
    ways = Ways(choices)
    for structure in choices.facts.structures:
        hard = structure.weight is None
        terms = _terms(ways, structure.primitive, hard=hard)
        if hard:
            for variable, _ in terms:
                choices.model.add(variable == 0)
        else:
            found += [Charge(structure.stage, var, structure.weight * weight) for var, weight in terms]
    return found


def _terms(ways: Ways, primitive: Any, *, hard: bool) -> Weighted:
    """Terms whose sum is the amount; of hard pairs nothing, they are bound already."""
    match primitive:
        case PairTime():
            return [(lit, 1) for lit in pair_time(ways, primitive, hard=hard)]
        case PairResource():
            return [(lit, 1) for lit in pair_resource(ways, primitive, hard=hard)]
        case Distinct():
            return different(ways, primitive)
        case DayShape():
            return day_shape(ways, primitive)
        case Concurrent():
            return concurrent(ways, primitive)
        case Rest():
            return nights(ways, primitive)
        case Excess():
            return excess(ways, primitive)
        case AwayDay():
            return away_days(ways, primitive)
        case Makespan():
            return last_end(ways, primitive)
    raise TypeError(f"the exact search does not know the primitive {type(primitive).__name__}")


__all__ = ["Charge", "add_structures"]
