"""Constraints on how many activities of a set take place in chosen slots."""

from benchmarks.fet.draft import Draft, Uncovered
from benchmarks.fet.school import Constraint, Slot
from solver.structure import Concurrent, DayShape


def _chosen(draft: Draft, constraint: Constraint) -> set[Slot]:
    found = constraint.element.iterfind("Selected_Time_Slot")
    return {
        draft.school.slot(
            (slot.findtext("Selected_Day") or "").strip(), (slot.findtext("Selected_Hour") or "").strip()
        )
        for slot in found
    }


def _ids(draft: Draft, constraint: Constraint) -> tuple[str, ...]:
    return tuple(draft.active(constraint.all("Activity_Id")))


def max_simultaneous(draft: Draft, constraint: Constraint) -> None:
    """In each of the slots at most so many of them take place."""
    at_most = constraint.number("Max_Number_of_Simultaneous_Activities")
    windows = draft.spans(_chosen(draft, constraint))
    draft.state(draft.price(constraint), Concurrent(_ids(draft, constraint), windows, at_most=at_most))


def min_simultaneous(draft: Draft, constraint: Constraint) -> None:
    """In each of the slots at least so many of them take place, or none if that is allowed."""
    at_least = constraint.number("Min_Number_of_Simultaneous_Activities")
    windows = draft.spans(_chosen(draft, constraint))
    or_none = constraint.flag("Allow_Empty_Slots")
    if at_least > 0:
        ids = _ids(draft, constraint)
        draft.state(draft.price(constraint), Concurrent(ids, windows, at_least=at_least, or_none=or_none))


def max_occupied(draft: Draft, constraint: Constraint) -> None:
    """They take place in at most so many of the slots."""
    at_most = constraint.number("Max_Number_of_Occupied_Time_Slots")
    within = draft.spans(_chosen(draft, constraint))
    ids = _ids(draft, constraint)
    draft.state(
        draft.price(constraint),
        DayShape("covered", "horizon", at_most=at_most, activities=ids, within=within),
    )


def min_occupied(draft: Draft, constraint: Constraint) -> None:
    """They take place in at least so many of the slots."""
    at_least = constraint.number("Min_Number_of_Occupied_Time_Slots")
    chosen = _chosen(draft, constraint)
    ids = _ids(draft, constraint)
    if at_least == 0 or not ids:
        return
    shape = DayShape("covered", "horizon", at_least=at_least, activities=ids, within=draft.spans(chosen))
    draft.state(draft.price(constraint), shape)
    # The measure says nothing when none of them touches the slots.
    if not any(_always_touches(draft, name, chosen) for name in ids):
        raise Uncovered(f"{constraint.kind} of activities that may all be elsewhere")


def _always_touches(draft: Draft, name: str, chosen: set[Slot]) -> bool:
    lesson = draft.school.lesson[name]
    return all(not chosen.isdisjoint(draft.hours_of(lesson, start)) for start in draft.starts[name])
