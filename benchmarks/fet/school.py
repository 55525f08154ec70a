"""A school as a FET file states it: the grid, people, rooms, activities, and its constraints one by one."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks import inputs

Slot = tuple[int, int]

_LINEAR_TO = 90.0
"""Percents up to which what the search pays for a soft constraint is its weight."""


class Unreadable(inputs.Unreadable):
    """The file is no FET file, or lacks what every FET file has."""


@dataclass(frozen=True)
class Lesson:
    """An active activity: `duration` hours on one day, with its teachers and sets of students."""

    id: str
    duration: int
    subject: str
    teachers: tuple[str, ...]
    students: tuple[str, ...]
    tags: frozenset[str]
    group: str
    people: int


@dataclass(frozen=True)
class Room:
    """A room; `building` is None where it stands in none.

    A virtual room stands for rooms: one of each of its `sets`, all different.
    """

    name: str
    capacity: int
    building: str | None
    sets: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Constraint:
    """A constraint of the file that is active and weighs more than nothing.

    `kind` is the element's name without ``Constraint``; `percent` its weight, 100 for a hard one.
    """

    kind: str
    percent: float
    element: ET.Element = field(repr=False)

    @property
    def hard(self) -> bool:
        """Whether it must hold."""
        return self.percent >= 100

    @property
    def weight(self) -> int | None:
        """Weight of a soft one in hundredths of a percent, as FET counts it; None for a hard one."""
        return None if self.hard else max(1, round(self.percent * 100))

    @property
    def effort(self) -> int | None:
        """What the search pays where a soft one is broken; None for a hard one.

        FET takes a place that breaks constraints only with the chance of 1 minus the weight for each of them,
        drawn anew for each try, so the tries that it needs multiply, and their logarithms add up. Up to 90 %
        this is the weight itself; above, the logarithm to the base of 10 of the tries, of which 90 % needs
        ten: twice that of 90 % at 99 %, 2.6 times at 99.75 %, and without end towards 100 %, which is hard.
        """
        if self.weight is None or self.percent <= _LINEAR_TO:
            return self.weight
        tries = 1 / (1 - self.percent / 100)
        return round(_LINEAR_TO * 100 * math.log10(tries))

    def text(self, *names: str) -> str:
        """Text of the first child that is there and not empty; "" when none is."""
        for name in names:
            found = (self.element.findtext(name) or "").strip()
            if found:
                return found
        return ""

    def number(self, *names: str) -> int:
        """Whole number in the first child that is there.

        Raises
        ------
        Unreadable
            None is there, or it is no number.
        """
        try:
            return int(self.text(*names))
        except ValueError:
            raise Unreadable(f"{self.kind} lacks a number in {' or '.join(names)}") from None

    def flag(self, *names: str) -> bool:
        """Whether the first child that is there says so; false when none is."""
        return self.text(*names).lower() in {"true", "yes", "1"}

    def all(self, *names: str) -> list[str]:
        """Texts of all children of these names, in their order."""
        return [(child.text or "").strip() for child in self.element if child.tag in names]


@dataclass(frozen=True)
class School:
    """What a FET file holds, inactive activities and constraints left out.

    `atoms` gives for every set of students (year, group, subgroup) the indivisible sets it consists of.
    """

    mode: str
    days: tuple[str, ...]
    hours: tuple[str, ...]
    teachers: tuple[str, ...]
    rooms: tuple[Room, ...]
    atoms: dict[str, frozenset[str]]
    lessons: tuple[Lesson, ...]
    all_ids: frozenset[str]
    constraints: tuple[Constraint, ...]

    @cached_property
    def lesson(self) -> dict[str, Lesson]:
        """Active activities by id."""
        return {lesson.id: lesson for lesson in self.lessons}

    @cached_property
    def day_at(self) -> dict[str, int]:
        """Position of each day by name."""
        return {name: at for at, name in enumerate(self.days)}

    @cached_property
    def hour_at(self) -> dict[str, int]:
        """Position of each hour by name."""
        return {name: at for at, name in enumerate(self.hours)}

    def slot(self, day: str, hour: str) -> Slot:
        """Position of a day and an hour by name.

        Raises
        ------
        Unreadable
            The file does not know one of them.
        """
        if day not in self.day_at or hour not in self.hour_at:
            raise Unreadable(f"unknown day or hour {day!r}, {hour!r}")
        return self.day_at[day], self.hour_at[hour]


def read(path: Path) -> School:
    """Read a FET file.

    Raises
    ------
    Unreadable
        It is none.
    """
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as error:
        raise Unreadable(f"{path.name}: is no XML: {error}") from None
    if root.tag != "fet":
        raise Unreadable(f"{path.name}: the root element is {root.tag!r}, not 'fet'")
    atoms, people = _students(root)
    lessons, all_ids = _lessons(root, people)
    return School(
        mode=(root.findtext("Mode") or "Official").strip(),
        days=_names(root, "Days_List", "Day"),
        hours=_names(root, "Hours_List", "Hour"),
        teachers=tuple(_text(e, "Name") for e in root.iterfind("Teachers_List/Teacher")),
        rooms=tuple(_rooms(root)),
        atoms=atoms,
        lessons=lessons,
        all_ids=all_ids,
        constraints=tuple(_constraints(root)),
    )


def _text(element: ET.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _names(root: ET.Element, list_name: str, item: str) -> tuple[str, ...]:
    found = root.find(list_name)
    if found is None:
        raise Unreadable(f"there is no {list_name}")
    named = [_text(e, "Name") for e in found.iterfind(item)]
    return tuple(named or [(e.text or "").strip() for e in found.iterfind("Name")])


def _students(root: ET.Element) -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    """Return the atoms and the head count of every year, group and subgroup.

    A set that is divided no further is an atom of itself; a group may stand in several years, a subgroup
    in several groups, described in full at their first place.
    """
    parts: dict[str, list[str]] = {}
    people: dict[str, int] = {}

    def enter(element: ET.Element, below: Iterable[str]) -> str:
        name = _text(element, "Name")
        known = name in parts
        people.setdefault(name, _whole(_text(element, "Number_of_Students")))
        mine = parts.setdefault(name, [])
        for tag in below:
            for child in element.iterfind(tag):
                part = enter(child, ("Subgroup",) if tag == "Group" else ())
                # Old files have subgroups that are called like their group.
                if not known and part != name:
                    mine.append(part)
        return name

    for year in root.iterfind("Students_List/Year"):
        enter(year, ("Group",))

    def atoms_of(name: str) -> frozenset[str]:
        below = parts[name]
        return frozenset().union(*map(atoms_of, below)) if below else frozenset({name})

    return {name: atoms_of(name) for name in parts}, people


def _lessons(root: ET.Element, people: dict[str, int]) -> tuple[tuple[Lesson, ...], frozenset[str]]:
    found: list[Lesson] = []
    ids: set[str] = set()
    for element in root.iterfind("Activities_List/Activity"):
        name = _text(element, "Id")
        ids.add(name)
        if _text(element, "Active").lower() == "false":
            continue
        students = _all(element, "Students")
        stated = _text(element, "Number_Of_Students")
        found.append(
            Lesson(
                id=name,
                duration=int(_text(element, "Duration") or 1),
                subject=_text(element, "Subject"),
                teachers=_all(element, "Teacher"),
                students=students,
                tags=frozenset(_all(element, "Activity_Tag") + _all(element, "Subject_Tag")),
                group=_text(element, "Activity_Group_Id") or "0",
                people=_whole(stated) if stated else sum(people.get(s, 0) for s in students),
            )
        )
    return tuple(found), frozenset(ids)


def _all(element: ET.Element, name: str) -> tuple[str, ...]:
    texts = ((child.text or "").strip() for child in element.iterfind(name))
    return tuple(dict.fromkeys(text for text in texts if text))


def _rooms(root: ET.Element) -> Iterator[Room]:
    for element in root.iterfind("Rooms_List/Room"):
        capacity = _text(element, "Capacity")
        yield Room(
            name=_text(element, "Name"),
            capacity=int(capacity) if capacity.isdigit() else 30_000,
            building=_text(element, "Building") or None,
            sets=tuple(_all(part, "Real_Room") for part in element.iterfind("Set_of_Real_Rooms")),
        )


def _constraints(root: ET.Element) -> Iterator[Constraint]:
    for list_name in ("Time_Constraints_List", "Space_Constraints_List"):
        for element in root.find(list_name) or ():
            percent = float(_text(element, "Weight_Percentage") or 100)
            if _text(element, "Active").lower() != "false" and percent > 0:
                yield Constraint(element.tag.removeprefix("Constraint"), percent, element)
