"""Which of two plans is better: coverage by class, then fair shares, then the weighted rest, then change."""

from dataclasses import dataclass
from typing import NamedTuple

from solver.engine.model import Model
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
    """

    served: tuple[int, ...]
    shares: tuple[int, ...]
    rest: int
    change: int


@dataclass(frozen=True, slots=True)
class Aim:
    """What a search compares plans by; the greater is better.

    Attributes
    ----------
    floors
        Learner-minutes of each class beyond which more coverage counts only after all other aims; None:
        coverage before all.
    """

    floors: tuple[int, ...] | None = None

    def __call__(self, worth: Worth) -> tuple[tuple[int, ...], tuple[int, ...], int, int, tuple[int, ...]]:
        """Return what decides, in order."""
        served = worth.served if self.floors is None else tuple(map(min, worth.served, self.floors))
        return served, worth.shares, worth.rest, worth.change, worth.served


def worth(state: State) -> Worth:
    """Return what the plan in a state is worth."""
    return Worth(tuple(state.served), shares(state), -state.rest, -state.change)


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


def unserved(state: State) -> int:
    """Learner-minutes of all classes that are not placed."""
    return sum(state.model.worth_of_class) - sum(state.served)
