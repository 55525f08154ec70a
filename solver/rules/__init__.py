"""The registry of rules.

A new rule is one file beside this one and one line in `RULES`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from solver.errors import Fault, InvalidProblem, UnknownRule
from solver.problem import Problem, Rule
from solver.rules.all_or_none import AllOrNone
from solver.rules.allowed_time import AllowedTime
from solver.rules.availability import Availability
from solver.rules.away_block import AwayBlocks
from solver.rules.away_town import AwayTown
from solver.rules.balance import Balance
from solver.rules.base import RuleKind, RuleParams, Stage, prepared, stage_of
from solver.rules.capacity import Capacity
from solver.rules.change import Change
from solver.rules.competence import Competence
from solver.rules.concurrent import Together
from solver.rules.coverage import Coverage
from solver.rules.day_shape import Days
from solver.rules.fair_share import FairShare
from solver.rules.guaranteed_share import GuaranteedShare
from solver.rules.infrastructure import Infrastructure
from solver.rules.makespan import LastEnd
from solver.rules.max_load import MaxLoad
from solver.rules.min_gap import MinGap
from solver.rules.minors import Minors
from solver.rules.no_overlap import NoOverlap
from solver.rules.pin import Pinned
from solver.rules.precedence import Precedence
from solver.rules.preference import Preference
from solver.rules.presence import Presence
from solver.rules.relation import InTime
from solver.rules.rest import RestOvernight
from solver.rules.same_place import OnePlace
from solver.rules.same_resource import SameResource
from solver.rules.stability import Stability
from solver.rules.terms import Terms
from solver.rules.travel import Travel
from solver.rules.travel_limit import TravelLimits
from solver.rules.worth_journey import WorthJourney
from solver.shape import faults_of_shape

RULES: tuple[RuleKind[Any], ...] = (
    NoOverlap(),
    Capacity(),
    Presence(),
    Competence(),
    Availability(),
    Terms(),
    AllowedTime(),
    Precedence(),
    MaxLoad(),
    Minors(),
    MinGap(),
    AwayTown(),
    AwayBlocks(),
    Pinned(),
    AllOrNone(),
    TravelLimits(),
    Infrastructure(),
    OnePlace(),
    InTime(),
    SameResource(),
    Days(),
    Together(),
    RestOvernight(),
    WorthJourney(),
    GuaranteedShare(),
    Coverage(),
    FairShare(),
    Travel(),
    Preference(),
    Stability(),
    Balance(),
    LastEnd(),
    Change(),
)

KINDS: Mapping[str, RuleKind[Any]] = {rule.kind: rule for rule in RULES}


class Parsed(NamedTuple):
    """A rule of a problem with what it means and its validated parameters."""

    rule: Rule
    kind: RuleKind[Any]
    params: RuleParams

    @property
    def stage(self) -> Stage:
        """The stage that this rule has here: a flexible one is hard without a weight."""
        return stage_of(self.kind, self.rule)


def kind(name: str) -> RuleKind[Any]:
    """Return the rule registered under this kind.

    Raises
    ------
    UnknownRule
        No rule of this kind is registered.
    """
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownRule(name, tuple(KINDS)) from None


def parsed(problem: Problem) -> tuple[Parsed, ...]:
    """Return the problem's rules in its order, parameters validated once for a problem.

    Raises
    ------
    InvalidProblem
        Parameters are malformed or name what the problem does not hold; all faults of all rules.
    UnknownRule
        A rule's kind is not registered.
    """
    return prepared(problem, problem.rules, lambda: _parse(problem))


def read(problem: Problem, rule: Rule) -> RuleParams | tuple[Fault, ...]:
    """Return one rule's parameters, read once for a problem; if they are not valid, all their faults.

    Raises
    ------
    UnknownRule
        The rule's kind is not registered.
    """
    return prepared(problem, rule, lambda: _read(problem, rule))


def faults_of(problem: Problem, rule: Rule) -> tuple[Fault, ...]:
    """Return the faults of one rule's parameters; empty when they are valid.

    Raises
    ------
    UnknownRule
        The rule's kind is not registered.
    """
    found = read(problem, rule)
    return found if isinstance(found, tuple) else ()


def _read(problem: Problem, rule: Rule) -> RuleParams | tuple[Fault, ...]:
    try:
        return kind(rule.kind).Params.model_validate(rule.params, context=problem)
    except ValidationError as error:
        return tuple(faults_of_shape(error, where=f"rules[{rule.id}].params"))


def _parse(problem: Problem) -> tuple[Parsed, ...]:
    faults: list[Fault] = []
    found: list[Parsed] = []
    for rule in problem.rules:
        params = read(problem, rule)
        if isinstance(params, tuple):
            faults.extend(params)
        else:
            found.append(Parsed(rule, kind(rule.kind), params))
    if faults:
        raise InvalidProblem(faults)
    return tuple(found)
