"""Constraints on the rooms of activities."""

from collections.abc import Iterable
from itertools import combinations

from benchmarks.fet.draft import NO_ROOM, ROOM, Draft, Uncovered
from benchmarks.fet.school import Constraint
from benchmarks.fet.times import close, slots_of
from solver.structure import Distinct, PairResource, PairTime


def _rooms(constraint: Constraint) -> frozenset[str]:
    return frozenset(constraint.all("Room", "Room_Name", "Preferred_Room"))


def _prefer(draft: Draft, constraint: Constraint, ids: Iterable[str]) -> None:
    parts = constraint.all("Real_Room")
    if parts and not constraint.hard:
        raise Uncovered(f"{constraint.kind} with real rooms of a virtual one, of less than 100 %")
    for name in ids:
        if parts:
            draft.parts[name] = tuple(parts)
        draft.preferred[name].append((draft.price(constraint), _rooms(constraint)))


def of_one(draft: Draft, constraint: Constraint) -> None:
    """An activity takes one of these rooms."""
    _prefer(draft, constraint, draft.active([constraint.text("Activity_Id")]))


def of_matching(draft: Draft, constraint: Constraint) -> None:
    """The activities of a subject, of a tag, or of both take one of these rooms."""
    _prefer(draft, constraint, [lesson.id for lesson in draft.matching(constraint)])


def of_students(draft: Draft, constraint: Constraint) -> None:
    """The activities that a set of students has alone take one of these rooms, if no other asks for rooms."""
    named = (constraint.text("Students", "Students_Name"),)
    _home(draft, constraint, (x.id for x in draft.school.lessons if x.students == named))


def of_teacher(draft: Draft, constraint: Constraint) -> None:
    """The activities that a teacher gives alone take one of these rooms, if no other asks for rooms."""
    named = (constraint.text("Teacher", "Teacher_Name"),)
    _home(draft, constraint, (x.id for x in draft.school.lessons if x.teachers == named))


def _home(draft: Draft, constraint: Constraint, ids: Iterable[str]) -> None:
    """Take it in with the other home of the activity: the rooms of both, the greater weight."""
    price = draft.price(constraint)
    for name in ids:
        weight, rooms = draft.home.get(name, (0, _rooms(constraint)))
        heavier = None if weight is None or price is None else max(weight, price)
        draft.home[name] = (heavier, rooms & _rooms(constraint))


def same(draft: Draft, constraint: Constraint) -> None:
    """All of them in one room."""
    ids = _with_room(draft, constraint)
    if len(ids) > 1:
        draft.state(draft.price(constraint), PairResource(ids, ROOM, same=True))


def same_if_consecutive(draft: Draft, constraint: Constraint) -> None:
    """In one room where one follows the other: always, or, where they have none in common, never so."""
    ids = _with_room(draft, constraint)
    choices = [set(draft.room_choices(name)) for name in ids]
    if len(ids) > 1 and set.intersection(*choices):
        draft.state(draft.price(constraint), PairResource(ids, ROOM, same=True))
        return
    for pair in combinations(ids, 2):
        if draft.room_choices(pair[0]).keys().isdisjoint(draft.room_choices(pair[1])):
            draft.state(draft.price(constraint), PairTime("min_gap", pair, 1))
        else:
            draft.state(draft.price(constraint), PairResource(pair, ROOM, same=True))


def teacher_not_in(draft: Draft, constraint: Constraint) -> None:
    """A teacher is not in a room at these times: not in the room if there is another, else not then."""
    if not constraint.hard:
        raise Uncovered(f"{constraint.kind} of less than 100 %")
    room, teacher = constraint.text("Room", "Room_Name"), constraint.text("Teacher", "Teacher_Name")
    for name in draft.of_teacher.get(teacher, ()):
        choices = draft.room_choices(name).keys()
        if not choices.isdisjoint(draft.virtual):
            raise Uncovered(f"{constraint.kind} with virtual rooms")
        if room in choices and len(choices) > 1:
            draft.preferred[name].append((None, frozenset(choices - {room})))
        elif room in choices:
            close(draft, (name,), slots_of(draft, constraint))


def max_different(draft: Draft, constraint: Constraint) -> None:
    """In at most so many rooms."""
    at_most = constraint.number("Max_Number_of_Different_Rooms")
    if ids := _with_room(draft, constraint):
        draft.state(draft.price(constraint), Distinct(ids, ROOM, at_most))


def _with_room(draft: Draft, constraint: Constraint) -> tuple[str, ...]:
    """Activities that have a room in every plan; the stand-in for none would count as a room."""
    ids = draft.active(constraint.all("Activity_Id"))
    choices = {name: draft.room_choices(name) for name in ids}
    if any(NO_ROOM in rooms for rooms in choices.values()):
        raise Uncovered(f"{constraint.kind} with activities that may be without a room")
    if any(room in draft.virtual for rooms in choices.values() for room in rooms):
        raise Uncovered(f"{constraint.kind} with virtual rooms")
    return tuple(name for name, rooms in choices.items() if rooms)
