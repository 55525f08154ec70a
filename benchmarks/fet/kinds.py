"""Every kind of constraint that is covered, by its name in the file without ``Constraint``.

A new kind is one line here, and its handler in the module of its subject.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from benchmarks.fet import buildings, pairs, rooms, shapes, slots, times
from benchmarks.fet.draft import Draft, Site, Uncovered
from benchmarks.fet.school import Constraint

Handler = Callable[[Draft, Constraint], None]


def _nothing(draft: Draft, constraint: Constraint) -> None:
    """What every problem here keeps anyway: nobody and no room is in two lessons at a time."""


_ABSENCES: Mapping[str, Handler] = {
    "BasicCompulsoryTime": _nothing,
    "BasicCompulsorySpace": _nothing,
    "BreakTimes": times.breaks,
    "TeacherNotAvailableTimes": times.teacher_away,
    "StudentsSetNotAvailableTimes": times.students_away,
    "RoomNotAvailableTimes": times.room_closed,
    "Break": times.breaks,
    "TeacherNotAvailable": times.teacher_away,
    "StudentsSetNotAvailable": times.students_away,
    "RoomNotAvailable": times.room_closed,
}

_NO_LONGER_MEANT: Mapping[str, Handler] = dict.fromkeys(
    (
        "MaxBuildingChangesPerDayForStudents",
        "MaxBuildingChangesPerDayForTeachers",
        "MaxRoomChangesPerDayForStudents",
        "MaxRoomChangesPerDayForTeachers",
        "MinimizeNumberOfRoomsForStudents",
        "MinimizeNumberOfRoomsForTeachers",
        "RoomTypeNotAllowedSubjects",
        "StudentsNHoursDaily",
        "StudentsSetNHoursDaily",
        "SubjectRequiresEquipments",
        "SubjectSubjectTagRequireEquipments",
        "TeacherRequiresRoom",
        "TeacherSubjectRequireRoom",
        "TeachersSubgroupsMaxHoursDaily",
        "TeachersSubgroupsNoMoreThanXHoursDaily",
        "TeachersSubjectTagMaxHoursContinuously",
        "TeachersSubjectTagsMaxHoursContinuously",
    ),
    _nothing,
)
"""Kinds of old files that FET reads over."""

_TIMES: Mapping[str, Handler] = {
    "ActivityPreferredStartingTime": times.one_start,
    "ActivityPreferredStartingTimes": times.starts_of_one,
    "ActivityPreferredTimeSlots": times.slots_of_one,
    "ActivitiesPreferredStartingTimes": times.starts_of_many,
    "ActivitiesPreferredTimeSlots": times.slots_of_many,
    "SubactivitiesPreferredStartingTimes": times.starts_of_parts,
    "SubactivitiesPreferredTimeSlots": times.slots_of_parts,
}

_PAIRS: Mapping[str, Handler] = {
    "MinDaysBetweenActivities": pairs.min_days,
    "MaxDaysBetweenActivities": pairs.among("days_within", "MaxDays"),
    "MinGapsBetweenActivities": pairs.among("min_gap", "MinGaps"),
    "ActivitiesSameStartingTime": pairs.among("same_start"),
    "ActivitiesSameStartingHour": pairs.among("same_clock"),
    "ActivitiesSameStartingDay": pairs.among("same_days"),
    "ActivitiesNotOverlapping": pairs.among("not_overlap"),
    "ActivityTagsNotOverlapping": pairs.tags_apart,
    "TwoActivitiesConsecutive": pairs.consecutive,
    "TwoActivitiesGrouped": pairs.grouped,
    "ThreeActivitiesGrouped": pairs.three_grouped,
    "TwoActivitiesOrdered": pairs.ordered,
    "TwoActivitiesOrderedIfSameDay": pairs.ordered_on_a_day,
    "TwoSetsOfActivitiesOrdered": pairs.sets_ordered,
    "ActivityEndsStudentsDay": pairs.edge("students", last=True, many=False),
    "ActivitiesEndStudentsDay": pairs.edge("students", last=True, many=True),
    "ActivityBeginsStudentsDay": pairs.edge("students", last=False, many=False),
    "ActivitiesBeginStudentsDay": pairs.edge("students", last=False, many=True),
    "ActivityEndsTeachersDay": pairs.edge("teachers", last=True, many=False),
    "ActivitiesEndTeachersDay": pairs.edge("teachers", last=True, many=True),
    "ActivityBeginsTeachersDay": pairs.edge("teachers", last=False, many=False),
    "ActivitiesBeginTeachersDay": pairs.edge("teachers", last=False, many=True),
}

_SLOTS: Mapping[str, Handler] = {
    "ActivitiesMaxSimultaneousInSelectedTimeSlots": slots.max_simultaneous,
    "ActivitiesMinSimultaneousInSelectedTimeSlots": slots.min_simultaneous,
    "ActivitiesOccupyMaxTimeSlotsFromSelection": slots.max_occupied,
    "ActivitiesOccupyMinTimeSlotsFromSelection": slots.min_occupied,
}

_OF_BOTH: Mapping[str, shapes.Statement] = {
    "MaxDaysPerWeek": shapes.max_days,
    "IntervalMaxDaysPerWeek": shapes.interval_max_days,
    "MaxGapsPerWeek": shapes.gaps_in_week,
    "MaxGapsPerDay": shapes.gaps_in_day,
    "NoGaps": shapes.no_gaps,
    "MaxHoursDaily": shapes.max_hours,
    "MinHoursDaily": shapes.min_hours,
    "MaxHoursContinuously": shapes.max_run,
    "ActivityTagMaxHoursDaily": shapes.tag_max_hours,
    "ActivityTagMinHoursDaily": shapes.tag_min_hours,
    "ActivityTagMaxHoursContinuously": shapes.tag_max_run,
    "MinGapsBetweenActivityTag": shapes.tag_min_gaps,
    "MaxSpanPerDay": shapes.max_span,
    "MinRestingHours": shapes.rest,
}
_OF_TEACHERS: Mapping[str, shapes.Statement] = {"MinDaysPerWeek": shapes.min_days}
_OF_STUDENTS: Mapping[str, shapes.Statement] = {
    "EarlyMaxBeginningsAtSecondHour": shapes.early,
    "Early": shapes.always_early,
}
_PREFIXES = (
    ("Teachers", "teacher", True),
    ("Teacher", "teacher", False),
    ("Students", "students", True),
    ("StudentsSet", "students", False),
)


def _of_people() -> Iterator[tuple[str, Handler]]:
    for prefix, who, everyone in _PREFIXES:
        own = _OF_TEACHERS if who == "teacher" else _OF_STUDENTS
        for name, statement in {**_OF_BOTH, **own}.items():
            yield prefix + name, shapes.Of(statement, who, everyone)
        yield f"{prefix}MinGapsBetweenOrderedPairOfActivityTags", pairs.tags_ordered_apart(who, everyone)
        for site in get_args(Site):
            changes = f"{site.title()}Changes"
            yield f"{prefix}MinGapsBetween{changes}", buildings.gaps(who, everyone, site)
            yield f"{prefix}Max{changes}PerDay", buildings.changes(who, everyone, site, "day")
            yield f"{prefix}Max{changes}PerWeek", buildings.changes(who, everyone, site, "horizon")


_ROOMS: Mapping[str, Handler] = {
    "ActivityPreferredRoom": rooms.of_one,
    "ActivityPreferredRooms": rooms.of_one,
    "SubjectPreferredRoom": rooms.of_matching,
    "SubjectPreferredRooms": rooms.of_matching,
    "ActivityTagPreferredRoom": rooms.of_matching,
    "ActivityTagPreferredRooms": rooms.of_matching,
    "SubjectActivityTagPreferredRoom": rooms.of_matching,
    "SubjectActivityTagPreferredRooms": rooms.of_matching,
    "StudentsSetHomeRoom": rooms.of_students,
    "StudentsSetHomeRooms": rooms.of_students,
    "TeacherHomeRoom": rooms.of_teacher,
    "TeacherHomeRooms": rooms.of_teacher,
}

_SETS_OF_ROOMS: Mapping[str, Handler] = {
    "ActivitiesSameRoom": rooms.same,
    "ActivitiesSameRoomIfConsecutive": rooms.same_if_consecutive,
    "TeacherRoomNotAvailableTimes": rooms.teacher_not_in,
    "ActivitiesOccupyMaxDifferentRooms": rooms.max_different,
}

# What stands in one row needs to know all that the rows before it say.
ROWS: tuple[Mapping[str, Handler], ...] = (
    {**_ABSENCES, **_NO_LONGER_MEANT},
    {**_TIMES, **_PAIRS, **dict(_of_people()), **_ROOMS},
    {**_SLOTS, **_SETS_OF_ROOMS},
)

ALIASES: Mapping[str, str] = {
    "MinNDaysBetweenActivities": "MinDaysBetweenActivities",
    "ActivityPreferredTime": "ActivityPreferredStartingTime",
    "ActivityPreferredTimes": "ActivityPreferredStartingTimes",
    "ActivitiesPreferredTimes": "ActivitiesPreferredStartingTimes",
    "ActivityPreferredDay": "ActivityPreferredStartingTime",
    "2ActivitiesConsecutive": "TwoActivitiesConsecutive",
    "2ActivitiesGrouped": "TwoActivitiesGrouped",
    "2ActivitiesOrdered": "TwoActivitiesOrdered",
    "3ActivitiesGrouped": "ThreeActivitiesGrouped",
    "SubjectSubjectTagPreferredRoom": "SubjectActivityTagPreferredRoom",
    "SubjectSubjectTagPreferredRooms": "SubjectActivityTagPreferredRooms",
    "ActivityEndsDay": "ActivityEndsStudentsDay",
}


def take_in(draft: Draft) -> None:
    """Enter every constraint of the school; what is not covered is counted in the draft."""
    known = set().union(*ROWS)
    for constraint in draft.school.constraints:
        if ALIASES.get(constraint.kind, constraint.kind) not in known:
            draft.uncovered[constraint.kind] += 1
    for row in ROWS:
        for constraint in draft.school.constraints:
            handler = row.get(ALIASES.get(constraint.kind, constraint.kind))
            if handler is not None:
                try:
                    handler(draft, constraint)
                except Uncovered as error:
                    draft.uncovered[str(error)] += 1
