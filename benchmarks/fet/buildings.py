"""Constraints on the ways between buildings, and from room to room."""

from collections.abc import Callable
from typing import Literal

from benchmarks.fet.draft import Draft, Site, Uncovered
from benchmarks.fet.school import Constraint
from benchmarks.fet.shapes import meant
from solver.structure import DayShape

LEAST_GAPS = ("Min_Gaps_Between_Building_Changes", "Min_Gaps_Between_Room_Changes")


def gaps(who: str, everyone: bool, site: Site) -> Callable[[Draft, Constraint], None]:
    """Make the handler of: so many free hours whenever the building or room changes within a day.

    Where the numbers differ by person, all keep the greatest.
    """

    def handle(draft: Draft, constraint: Constraint) -> None:
        _look_at(draft, constraint, site)
        draft.gap_slots = max(draft.gap_slots, constraint.number(*LEAST_GAPS))
        draft.travellers.update(meant(draft, constraint, who, everyone))

    return handle


def changes(
    who: str, everyone: bool, site: Site, period: Literal["day", "horizon"]
) -> Callable[[Draft, Constraint], None]:
    """Make the handler of: at most so many changes of building or room within days, each or all together.

    Lessons without a room, and those in rooms without a building, change nothing.
    """
    number = f"Max_{site.title()}_Changes_Per_{'Day' if period == 'day' else 'Week'}"

    def handle(draft: Draft, constraint: Constraint) -> None:
        _look_at(draft, constraint, site)
        at_most, names = constraint.number(number), meant(draft, constraint, who, everyone)
        if at_most == 0:
            draft.settled.update(names)
            return
        draft.shaped.update(names)
        draft.state(None, *(DayShape("moves", period, at_most=at_most, resources=(name,)) for name in names))

    return handle


def _look_at(draft: Draft, constraint: Constraint, site: Site) -> None:
    """Count buildings or rooms as places; refuse what is soft, what asks for both, and some virtual rooms.

    FET counts a virtual room itself, or its building, here it is the rooms that it stands for, or theirs.
    For a virtual room in no building that is stricter, so that a plan still keeps the constraint.
    """
    if not constraint.hard:
        raise Uncovered(f"{constraint.kind} of less than 100 %")
    if draft.site not in (None, site):
        raise Uncovered(f"{constraint.kind} beside limits on changes of {draft.site}")
    building = {room.name: room.building for room in draft.school.rooms}
    for name, sets in draft.virtual.items():
        elsewhere = {building.get(real) for reals in sets for real in reals} - {building[name]}
        if site == "room" or (building[name] is not None and elsewhere):
            raise Uncovered(f"{constraint.kind} with virtual rooms in other places than their rooms")
    draft.site = site
