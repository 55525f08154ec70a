"""Constraints on the starts of single lessons: absences, breaks, preferred times."""

from collections.abc import Iterable

from benchmarks.fet.draft import Draft, Uncovered
from benchmarks.fet.school import Constraint, Lesson, Slot


def slots_of(draft: Draft, constraint: Constraint) -> set[Slot]:
    """Slots that a constraint lists, each an element with a day and an hour; of old files: hours of a day."""
    found: set[Slot] = set()
    if day := constraint.text("Day"):
        school = draft.school
        first = school.slot(day, constraint.text("Start_Hour"))
        until = school.hour_at.get(constraint.text("End_Hour"), len(school.hours))
        found.update((first[0], hour) for hour in range(first[1], until))
    for child in constraint.element:
        names = {part.tag.rpartition("_")[2]: (part.text or "").strip() for part in child}
        if "Day" in names and "Hour" in names:
            found.add(draft.school.slot(names["Day"], names["Hour"]))
    return found


def _only_hard(constraint: Constraint) -> None:
    if not constraint.hard:
        raise Uncovered(f"{constraint.kind} of less than 100 %")


def close(draft: Draft, ids: Iterable[str], slots: set[Slot]) -> None:
    """Keep lessons out of slots."""
    for name in ids:
        lesson = draft.school.lesson[name]
        draft.starts[name] = {
            start for start in draft.starts[name] if slots.isdisjoint(draft.hours_of(lesson, start))
        }


def breaks(draft: Draft, constraint: Constraint) -> None:
    """Nobody has a lesson."""
    _only_hard(constraint)
    slots = slots_of(draft, constraint)
    draft.breaks |= slots
    close(draft, draft.starts, slots)


def teacher_away(draft: Draft, constraint: Constraint) -> None:
    """A teacher is not there."""
    _only_hard(constraint)
    name = constraint.text("Teacher", "Teacher_Name")
    draft.away[f"teacher:{name}"] |= slots_of(draft, constraint)
    close(draft, draft.of_teacher.get(name, ()), slots_of(draft, constraint))


def students_away(draft: Draft, constraint: Constraint) -> None:
    """A set of students is not there."""
    _only_hard(constraint)
    slots = slots_of(draft, constraint)
    for atom in draft.school.atoms.get(constraint.text("Students", "Students_Name"), ()):
        draft.away[f"students:{atom}"] |= slots
        close(draft, draft.of_atom.get(atom, ()), slots)


def room_closed(draft: Draft, constraint: Constraint) -> None:
    """A room is not free."""
    _only_hard(constraint)
    draft.closed[constraint.text("Room", "Room_Name")] |= slots_of(draft, constraint)


def one_start(draft: Draft, constraint: Constraint) -> None:
    """An activity starts on a day, at an hour, or both."""
    day = constraint.text("Preferred_Day", "Day")
    hour = constraint.text("Preferred_Hour", "Hour")
    days, hours = draft.school.day_at, draft.school.hour_at

    def fits(_: Lesson, start: Slot) -> bool:
        return (not day or start[0] == days[day]) and (not hour or start[1] == hours[hour])

    draft.allow(constraint, draft.active([constraint.text("Activity_Id")]), fits)


def starts_of_one(draft: Draft, constraint: Constraint) -> None:
    """An activity starts in one of these slots."""
    _starts(draft, constraint, draft.active([constraint.text("Activity_Id")]))


def starts_of_many(draft: Draft, constraint: Constraint) -> None:
    """The activities that match start in these slots."""
    _starts(draft, constraint, [lesson.id for lesson in draft.matching(constraint)])


def starts_of_parts(draft: Draft, constraint: Constraint) -> None:
    """Of the activities that match, the so-and-so-many-th of each group start in these slots."""
    _starts(draft, constraint, _parts(draft, constraint))


def slots_of_one(draft: Draft, constraint: Constraint) -> None:
    """An activity takes place within these slots."""
    _within(draft, constraint, draft.active([constraint.text("Activity_Id")]))


def slots_of_many(draft: Draft, constraint: Constraint) -> None:
    """The activities that match take place within these slots."""
    _within(draft, constraint, [lesson.id for lesson in draft.matching(constraint)])


def slots_of_parts(draft: Draft, constraint: Constraint) -> None:
    """Of the activities that match, the so-and-so-many-th of each group take place in these slots."""
    _within(draft, constraint, _parts(draft, constraint))


def _starts(draft: Draft, constraint: Constraint, ids: Iterable[str]) -> None:
    slots = slots_of(draft, constraint)
    draft.allow(constraint, ids, lambda _, start: start in slots)


def _within(draft: Draft, constraint: Constraint, ids: Iterable[str]) -> None:
    slots = slots_of(draft, constraint)
    draft.allow(constraint, ids, lambda lesson, start: slots.issuperset(draft.hours_of(lesson, start)))


def _parts(draft: Draft, constraint: Constraint) -> list[str]:
    wanted = constraint.number("Component_Number")
    return [lesson.id for lesson in draft.matching(constraint) if _component(lesson) == wanted]


def _component(lesson: Lesson) -> int:
    """Position of an activity in its group, from 1; the id of a group is that of its first activity."""
    return 1 if lesson.group == "0" else int(lesson.id) - int(lesson.group) + 1
