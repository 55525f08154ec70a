"""Tiny schools as FET files, for the tests beside this file."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

DAYS = ("Mo", "Tu", "We")
HOURS = ("1", "2", "3", "4")

TEACHERS = ("Anna", "Boris", "Clara")


def lesson(
    name: str,
    *,
    teachers: Iterable[str] = (),
    students: Iterable[str] = (),
    duration: int = 1,
    subject: str = "Maths",
    tags: Iterable[str] = (),
    group: str = "0",
    active: bool = True,
) -> str:
    """An activity."""
    return (
        "<Activity>"
        + "".join(f"<Teacher>{x}</Teacher>" for x in teachers)
        + f"<Subject>{subject}</Subject>"
        + "".join(f"<Activity_Tag>{x}</Activity_Tag>" for x in tags)
        + "".join(f"<Students>{x}</Students>" for x in students)
        + f"<Duration>{duration}</Duration><Total_Duration>{duration}</Total_Duration>"
        + f"<Id>{name}</Id><Activity_Group_Id>{group}</Activity_Group_Id>"
        + f"<Active>{str(active).lower()}</Active><Comments></Comments></Activity>"
    )


def constraint(kind: str, texts: str = "", *, percent: str = "100", active: bool = True) -> str:
    """A constraint: its own elements between the weight and the rest."""
    return (
        f"<Constraint{kind}><Weight_Percentage>{percent}</Weight_Percentage>{texts}"
        f"<Active>{str(active).lower()}</Active><Comments></Comments></Constraint{kind}>"
    )


def of(*ids: int | str) -> str:
    """A list of activities as most constraints have it."""
    return f"<Number_of_Activities>{len(ids)}</Number_of_Activities>" + "".join(
        f"<Activity_Id>{x}</Activity_Id>" for x in ids
    )


def slots(outer: str, prefix: str, chosen: Iterable[tuple[int, int]]) -> str:
    """A list of slots, each an element `outer` with a day and an hour."""
    listed = list(chosen)
    return f"<Number_of_{outer}s>{len(listed)}</Number_of_{outer}s>" + "".join(
        f"<{outer}><{prefix}Day>{DAYS[d]}</{prefix}Day><{prefix}Hour>{HOURS[h]}</{prefix}Hour></{outer}>"
        for d, h in listed
    )


def school(
    lessons: Iterable[str],
    time: Iterable[str] = (),
    space: Iterable[str] = (),
    *,
    days: int = 2,
    hours: int = 4,
    students: str = "<Year><Name>Y</Name><Number_of_Students>0</Number_of_Students></Year>",
    rooms: Mapping[str, str | None] | None = None,
    more_rooms: str = "",
    mode: str = "Official",
) -> str:
    """A FET file; `rooms` gives the building of each, `more_rooms` adds elements as they are."""
    named = rooms or {}
    buildings = sorted({b for b in named.values() if b})
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<fet version="6.8.5"><Mode>{mode}</Mode><Institution_Name>tiny</Institution_Name>',
            _names("Days_List", "Number_of_Days", "Day", DAYS[:days]),
            _names("Hours_List", "Number_of_Hours", "Hour", HOURS[:hours]),
            "<Subjects_List><Subject><Name>Maths</Name></Subject><Subject><Name>Sport</Name></Subject></Subjects_List>",
            "<Activity_Tags_List>"
            + "".join(f"<Activity_Tag><Name>{tag}</Name></Activity_Tag>" for tag in ("lab", "talk"))
            + "</Activity_Tags_List>",
            "<Teachers_List>"
            + "".join(f"<Teacher><Name>{t}</Name></Teacher>" for t in TEACHERS)
            + "</Teachers_List>",
            f"<Students_List>{students}</Students_List>",
            f"<Activities_List>{''.join(lessons)}</Activities_List>",
            "<Buildings_List>"
            + "".join(f"<Building><Name>{b}</Name></Building>" for b in buildings)
            + "</Buildings_List>",
            "<Rooms_List>"
            + "".join(
                f"<Room><Name>{escape(r)}</Name><Building>{b or ''}</Building><Capacity>30000</Capacity>"
                "<Virtual>false</Virtual></Room>"
                for r, b in named.items()
            )
            + more_rooms
            + "</Rooms_List>",
            f"<Time_Constraints_List>{constraint('BasicCompulsoryTime')}{''.join(time)}</Time_Constraints_List>",
            f"<Space_Constraints_List>{constraint('BasicCompulsorySpace')}{''.join(space)}</Space_Constraints_List>",
            "</fet>",
        ]
    )


def _names(outer: str, number: str, inner: str, names: Iterable[str]) -> str:
    listed = list(names)
    items = "".join(f"<{inner}><Name>{name}</Name></{inner}>" for name in listed)
    return f"<{outer}><{number}>{len(listed)}</{number}>{items}</{outer}>"
