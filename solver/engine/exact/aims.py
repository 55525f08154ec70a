"""What is minimised, one level after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from solver.engine.exact.choices import Choices, Chosen, Lit
from solver.engine.exact.structures import Charge
from solver.engine.lowering import Cost

STAGES = ("coverage", "fairness", "rest", "change")
_MOST_FAIR_LEVELS = 6
_REST_TOLERANCE_PERMILLE = 10


@dataclass(slots=True)
class Level:
    """One aim: an expression to minimise, the stage and name it stands for, what later aims may give up.

    `constant` is what the fixed rest and the activities without any place add, so that value = expression
    + constant.
    """

    stage: str
    name: str
    expression: Any
    constant: int
    slack: Callable[[int], int]
    prepare: Callable[[], None] | None = None


@dataclass(slots=True)
class Sum:
    """A weighted sum of literals and expressions."""

    lits: list[Any] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    constant: int = 0

    def add(self, lit: Any, weight: int) -> None:
        """Add a literal or a variable."""
        if weight:
            self.lits.append(lit)
            self.weights.append(weight)

    @property
    def expression(self) -> Any:
        """The sum without its constant."""
        return cp_model.LinearExpr.weighted_sum(self.lits, self.weights) if self.lits else 0


def levels(choices: Choices, aims: Sequence[str], charges: Sequence[Charge]) -> list[Level]:
    """Return the aims of these stages, in order; `charges` are what soft structures cost.

    Raises
    ------
    ValueError
        A stage is not known.
    """
    found: list[Level] = []
    for stage in aims:
        if stage == "coverage":
            found += _coverage(choices)
        elif stage == "fairness":
            found += _fairness(choices)
        elif stage in ("rest", "change"):
            found += _weighted(choices, stage, charges)
        else:
            raise ValueError(f"{stage!r} is no aim; there are {', '.join(STAGES)}")
    return found


def nothing(value: int) -> int:
    """Give up nothing."""
    return 0


def _coverage(choices: Choices) -> Iterator[Level]:
    """One level a class; the first gives up nothing, any other the tolerance, a share of what it serves."""
    facts = choices.facts
    sums: dict[str, Sum] = {name: Sum() for name in facts.problem.priorities}
    asked: dict[str, int] = defaultdict(int)
    for activity in facts.problem.activities:
        for cost in facts.lowered.costs.get(activity.id, ()):
            if cost.stage == "coverage":
                term = sums.setdefault(cost.linear.term, Sum())
                asked[cost.linear.term] += cost.linear.unplaced
                _add_cost(choices, term, activity.id, cost, 1)
    tolerance = facts.lowered.tolerance_permille
    owed = _quotas(choices)
    for i, (name, total) in enumerate(sums.items()):

        def slack(value: int, worth: int = asked[name]) -> int:
            return (worth - value) * tolerance // 1000

        yield from owed.pop(i, ())
        if total.lits or total.constant:
            yield Level("coverage", name, total.expression, total.constant, slack if i else nothing)


def _quotas(choices: Choices) -> dict[int, list[Level]]:
    """Levels of what is owed first, by the position of the class before which they come."""
    by_group: dict[tuple[int, int], Sum] = {}
    for quota in choices.facts.lowered.quotas:
        met = Sum()
        for name, minutes in quota.worth:
            if name in choices.at:
                met.add(choices.at[name].present, minutes)
            elif name in choices.rest.placements:
                met.constant += minutes
        lacks = choices.model.new_int_var(0, max(0, quota.target), "")
        choices.model.add(lacks + met.expression >= quota.target - met.constant)
        by_group.setdefault((quota.before_class, quota.group), Sum()).add(lacks, 1)
    found: dict[int, list[Level]] = defaultdict(list)
    for (before, group), total in sorted(by_group.items()):
        found[before].append(Level("guarantee", f"{before}:{group}", total.expression, 0, nothing))
    return found


def _weighted(choices: Choices, stage: str, charges: Sequence[Charge]) -> Iterator[Level]:
    total = Sum()
    for charge in charges:
        if charge.stage == stage:
            total.add(charge.variable, charge.weight)
    for activity in choices.facts.problem.activities:
        for cost in choices.facts.lowered.costs.get(activity.id, ()):
            if cost.stage == stage:
                _add_cost(choices, total, activity.id, cost, cost.weight)
    tolerance = _REST_TOLERANCE_PERMILLE if stage == "rest" else 0
    if total.lits or total.constant:
        yield Level(stage, stage, total.expression, total.constant, lambda value: value * tolerance // 1000)


def _add_cost(choices: Choices, total: Sum, name: str, cost: Cost, weight: int) -> None:
    linear = cost.linear
    chosen = choices.at.get(name)
    if chosen is None:
        placement = choices.rest.placements.get(name)
        if placement is None:
            total.constant += weight * linear.unplaced
            return
        price = sum(linear.by_resource.get(pair, 0) for pair in placement.resources.items())
        times = len(placement.meetings) if linear.per_meeting else 1
        price = price * times + linear.by_meetings.get(placement.meetings, linear.other_meetings)
        total.constant += weight * price
        return
    total.constant += weight * linear.unplaced
    total.add(chosen.present, -weight * linear.unplaced)
    if linear.by_meetings or linear.other_meetings:
        for meetings, lit in zip(chosen.options, chosen.at, strict=True):
            total.add(lit, weight * linear.by_meetings.get(meetings, linear.other_meetings))
    if linear.by_resource:
        _add_seats(choices, total, chosen, cost, weight)


def _add_seats(choices: Choices, total: Sum, chosen: Chosen, cost: Cost, weight: int) -> None:
    lengths = {len(meetings) for meetings in chosen.options} if cost.linear.per_meeting else {1}
    for r, (role, lits) in enumerate(zip(chosen.roles, chosen.seats, strict=True)):
        for k, (seat, lit) in enumerate(zip(role.seats, lits, strict=True)):
            price = weight * cost.linear.by_resource.get((role.name, seat.resource), 0)
            if not price:
                continue
            if len(lengths) == 1:
                total.add(lit, price * min(lengths))
            else:
                for option, used in choices.use(chosen, r, k):
                    total.add(used, price * len(chosen.options[option]))


def _fairness(choices: Choices) -> Iterator[Level]:
    """Lexicographically best sorted shares: sums of the least, the two least, and so on, then of all."""
    model = choices.model
    targets: dict[str, int] = {}
    worth: dict[str, dict[str, int]] = defaultdict(dict)
    for shares in choices.facts.lowered.shares:
        for who, target in shares.target.items():
            targets[who] = target
            worth[who] = {}
            for activity, minutes in shares.worth[who]:
                worth[who][activity] = worth[who].get(activity, 0) + minutes
    share_of: list[Lit] = []
    for who, target in targets.items():
        share = model.new_int_var(0, 1000, "")
        granted = Sum()
        for activity, minutes in worth[who].items():
            if activity in choices.at:
                granted.add(choices.at[activity].present, minutes * 1000)
            elif activity in choices.rest.placements:
                granted.constant += minutes * 1000
        model.add(target * share <= granted.expression + granted.constant)
        share_of.append(share)
    if not share_of or not any(a in choices.at for mine in worth.values() for a in mine):
        return
    for least in range(1, min(len(share_of), _MOST_FAIR_LEVELS + 1)):
        line = model.new_int_var(0, 1000, "")
        below = []
        for share in share_of:
            short = model.new_int_var(0, 1000, "")
            model.add(short >= line - share)
            below.append(short)
        yield Level("fairness", str(least), sum(below) - least * line, least * 1000, nothing)
    yield Level("fairness", "all", -sum(share_of), 1000 * len(share_of), nothing)
