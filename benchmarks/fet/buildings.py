"""Constraints on the ways between buildings."""

from collections.abc import Callable
from typing import Literal

from benchmarks.fet.draft import Draft, Uncovered
from benchmarks.fet.school import Constraint
from benchmarks.fet.shapes import meant
from solver.structure import DayShape

LEAST_GAPS = "Min_Gaps_Between_Building_Changes"


def gaps(who: str, everyone: bool) -> Callable[[Draft, Constraint], None]:
    """Make the handler of: so many free hours whenever the building changes within a day."""

    def handle(draft: Draft, constraint: Constraint) -> None:
        _check(draft, constraint)
        wanted = constraint.number(LEAST_GAPS)
        if draft.travellers and wanted != draft.gap_slots:
            raise Uncovered(f"{constraint.kind} with numbers that differ by person")
        draft.gap_slots = wanted
        draft.travellers.update(meant(draft, constraint, who, everyone))

    return handle


def changes_in_day(who: str, everyone: bool) -> Callable[[Draft, Constraint], None]:
    """Make the handler of: at most so many changes of building within a day."""
    return _changes(who, everyone, "Max_Building_Changes_Per_Day", "day")


def changes_in_week(who: str, everyone: bool) -> Callable[[Draft, Constraint], None]:
    """Make the handler of: at most so many changes of building within days, all days together."""
    return _changes(who, everyone, "Max_Building_Changes_Per_Week", "horizon")


def _changes(
    who: str, everyone: bool, number: str, period: Literal["day", "horizon"]
) -> Callable[[Draft, Constraint], None]:
    """Lessons without a room, and those in rooms without a building, change nothing."""

    def handle(draft: Draft, constraint: Constraint) -> None:
        _check(draft, constraint)
        at_most, names = constraint.number(number), meant(draft, constraint, who, everyone)
        if at_most == 0:
            draft.settled.update(names)
            return
        draft.shaped.update(names)
        draft.state(None, *(DayShape("moves", period, at_most=at_most, resources=(name,)) for name in names))

    return handle


def _check(draft: Draft, constraint: Constraint) -> None:
    """Refuse what is soft, and virtual rooms in another building than the rooms that they stand for.

    FET counts the building of the virtual room itself, here it is that of its rooms. For a virtual room in
    no building that is stricter, so that a plan still keeps the constraint.
    """
    if not constraint.hard:
        raise Uncovered(f"{constraint.kind} of less than 100 %")
    building = {room.name: room.building for room in draft.school.rooms}
    for name, sets in draft.virtual.items():
        elsewhere = {building.get(real) for reals in sets for real in reals} - {building[name]}
        if building[name] is not None and elsewhere:
            raise Uncovered(f"{constraint.kind} with virtual rooms in other buildings than their rooms")
