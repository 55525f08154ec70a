"""Which of two plans is better: coverage by class, then fair shares, then the weighted rest, then change."""

from dataclasses import dataclass
from typing import NamedTuple

from solver.engine.model import Model, Template
from solver.engine.state import State


class Worth(NamedTuple):
    """What a plan is worth; tuples compare, the greater is better.

    Attributes
    ----------
    served
        Learner-minutes by class, first class first.
    shares
        Thousandths of what participants should have, the worst-off first.
    rest, change
        Weighted costs, negative.
    owed
        For each group of quotas the class before which it comes, and learner-minutes that count for it.
    lacks
        What hard limits lack, negative: with any, it is no plan yet.
    """

    served: tuple[int, ...]
    shares: tuple[int, ...]
    rest: int
    change: int
    owed: tuple[tuple[int, int], ...] = ()
    lacks: int = 0


@dataclass(frozen=True, slots=True)
class Aim:
    """What a search compares plans by; the greater is better.

    Attributes
    ----------
    floors
        Learner-minutes of each class beyond which more coverage counts only after fair shares; None:
        coverage before all. Quotas give up nothing. What fair shares do not ask for is never given up for
        the weighted rest: nobody is refused a session because that saves others a journey.
    """

    floors: tuple[int, ...] | None = None

    def __call__(self, worth: Worth) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], int, int]:
        """Return what decides, in order."""
        served = worth.served if self.floors is None else tuple(map(min, worth.served, self.floors))
        return (
            (worth.lacks, *_merged(served, worth.owed)),
            worth.shares,
            worth.served,
            worth.rest,
            worth.change,
        )


def _merged(served: tuple[int, ...], owed: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """Return the aims of coverage in order: quotas before the class before which they come."""
    if not owed:
        return served
    found: list[int] = []
    for position, minutes in enumerate(served):
        found += [met for before, met in owed if before == position]
        found.append(minutes)
    return tuple(found)


def worth(state: State) -> Worth:
    """Return what the plan in a state is worth."""
    lacks = -state.model.debt.total
    return Worth(tuple(state.served), shares(state), -state.rest, -state.change, owed(state), lacks)


def owed(state: State) -> tuple[tuple[int, int], ...]:
    """Return for each group of quotas the class before which it comes, and what of it is met."""
    targets, met = state.model.quotas, state.reserved
    return tuple(
        (before, sum(min(targets[quota], met[quota]) for quota in quotas))
        for before, quotas in state.model.quota_groups
    )


def lacking(state: State, template: Template) -> bool:
    """Tell whether a quota for which a template counts is not yet met."""
    return any(state.reserved[quota] < state.model.quotas[quota] for quota, _ in template.owed)


def rank(state: State, template: Template) -> int:
    """Priority class of a template, that of what is owed as long as it is."""
    return -1 if template.owed and lacking(state, template) else template.priority


def quotas_met(model: Model, plan: Worth) -> bool:
    """Tell whether a plan of this worth meets all quotas."""
    return sum(minutes for _, minutes in plan.owed) == sum(model.quotas)


def shares(state: State) -> tuple[int, ...]:
    """Thousandths of their target that participants are granted, the worst-off first."""
    granted = state.granted
    return tuple(
        sorted(min(1000, granted[who] * 1000 // target) for who, target in state.model.targets.items())
    )


def floors(model: Model, best: tuple[int, ...]) -> tuple[int, ...]:
    """Learner-minutes of each class below which later aims may not go, given the best coverage found.

    The tolerance is a share of what is served; the first class gives up nothing.
    """
    keep = 1000 - model.lowered.tolerance_permille
    return tuple(served if i == 0 else -(-served * keep // 1000) for i, served in enumerate(best))
