"""What a repair changed, whom it touches, and what is proved about it; part of a solution's report."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import NonNegativeInt

from solver.problem import Frozen, Interval

ChangeKind: TypeAlias = Literal["time", "place", "resource", "unplaced"]


class Position(Frozen):
    """When an activity is and what fills its roles."""

    meetings: tuple[Interval, ...]
    resources: Mapping[str, str]


class Changed(Frozen):
    """One activity of the previous plan that is not where it was.

    Attributes
    ----------
    kinds
        What changed: its time, the resource that gives its place, another resource; ``unplaced`` alone.
    hit
        It could not stay where it was, whatever else moves.
    after
        None when it has no place any more.
    people
        Learners whom it concerns.
    notice
        Factor of short notice of the time that it leaves.
    change
        Its part of D: ``people * notice * sum of the weights of its kinds``.
    """

    activity: str
    request: str
    participant: str
    kinds: tuple[ChangeKind, ...]
    hit: bool
    before: Position
    after: Position | None
    people: NonNegativeInt
    notice: NonNegativeInt
    change: NonNegativeInt


class Touched(Frozen):
    """Whom the changes touch.

    Attributes
    ----------
    people
        Learners in the touched parts of groups, each part once.
    resources
        Resources of which at least one use begins, ends or is at another time.
    """

    participants: tuple[str, ...]
    people: NonNegativeInt
    resources: tuple[str, ...]


class RepairReport(Frozen):
    """How a plan was repaired. All bounds hold for plans in which what is frozen stays where it was.

    Attributes
    ----------
    freeze_until_slot
        What begins before it stays, unless the disruption hits it.
    frozen
        Activities that were kept in their places for that reason.
    hit
        Activities that could not stay: their place breaks a rule by itself or together with what stays.
    gone
        Activities that were placed and are no part of the problem any more.
    changes
        What moved or lost its place, in the problem's order.
    added
        Activities placed now that were not before.
    missing
        Activities that the previous plan did not know and that found no place.
    lost_minutes, lost_minutes_bound
        Learner-minutes of what lost its place or is missing, and how many at least can have no place in
        any repair.
    moves, moves_bound
        Number of changes, and how many any repair has that loses no more and whose D is no greater than the
        least that was found.
    change, change_minimum, change_bound
        D of this plan, what is missing included; the least D that was found, of which this plan may exceed
        `epsilon_permille` for its quality; and how much any repair has.
    """

    freeze_until_slot: NonNegativeInt
    epsilon_permille: NonNegativeInt
    frozen: NonNegativeInt
    hit: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changes: tuple[Changed, ...] = ()
    added: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    touched: Touched
    lost_minutes: NonNegativeInt
    lost_minutes_bound: NonNegativeInt
    moves: NonNegativeInt
    moves_bound: NonNegativeInt
    change: NonNegativeInt
    change_minimum: NonNegativeInt
    change_bound: NonNegativeInt

    @property
    def proved(self) -> bool:
        """Whether no repair has a smaller D than the least found."""
        return self.change_minimum == self.change_bound
