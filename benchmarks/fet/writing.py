"""Plans written back into their FET files as locked times and rooms."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.fet.draft import NO_ROOM, ROOM
from benchmarks.fet.posing import Posed
from benchmarks.fet.school import School
from solver.solution import Placement, Solution

_TIME = "ConstraintActivityPreferredStartingTime"
_ROOM = "ConstraintActivityPreferredRoom"
_COMMENT = "Locked by the plan"


def write(
    source: Path, school: School, posed: Posed, placements: Mapping[str, Placement], target: Path
) -> None:
    """Write a FET file again with the plan's times and rooms locked; what has no place stays free."""
    tree = ET.parse(source)
    root = tree.getroot()
    times, spaces = root.find("Time_Constraints_List"), root.find("Space_Constraints_List")
    if times is None or spaces is None:
        raise ValueError(f"{source.name} has no lists of constraints")
    for name, placement in placements.items():
        day, hour = divmod(placement.meetings[0][0], posed.problem.grid.slots_per_day)
        where = {"Preferred_Day": school.days[day], "Preferred_Hour": school.hours[hour]}
        _lock(times, _TIME, name, where)
    for name, rooms in ((name, _rooms(placement)) for name, placement in placements.items()):
        if name in posed.virtual and rooms:
            parts = [("Number_of_Real_Rooms", str(len(rooms))), *(("Real_Room", room) for room in rooms)]
            _lock(spaces, _ROOM, name, {"Room": posed.virtual[name]}, parts)
        elif rooms:
            _lock(spaces, _ROOM, name, {"Room": rooms[0]})
    tree.write(target, encoding="utf-8", xml_declaration=True)


def as_written(solution: Solution) -> Solution:
    """Return the plan as it is written: where one of the rooms of an activity is missing, all are."""
    placements = (
        placement
        if _rooms(placement)
        else placement.model_copy(
            update={"resources": {**placement.resources, **dict.fromkeys(_roles(placement), NO_ROOM)}}
        )
        for placement in solution.placements
    )
    return solution.model_copy(update={"placements": tuple(placements)})


def _roles(placement: Placement) -> list[str]:
    roles = (role for role in placement.resources if role.split(" ")[0] == ROOM)
    return sorted(roles, key=lambda role: (len(role), role))


def _rooms(placement: Placement) -> list[str]:
    """Rooms of a placement in the order of the roles; none where one of them is missing."""
    rooms = [placement.resources[role] for role in _roles(placement)]
    return [] if NO_ROOM in rooms else rooms


def _lock(
    parent: ET.Element,
    tag: str,
    name: str,
    where: Mapping[str, str],
    parts: Sequence[tuple[str, str]] = (),
) -> None:
    """Lock an activity; the same constraint, if the file has it, goes, for FET refuses to have it twice."""
    same = {"Weight_Percentage": "100", "Activity_Id": name, **where}
    for element in parent.findall(tag):
        if all((element.findtext(key) or "").strip() == text for key, text in same.items()):
            parent.remove(element)
    new = ET.SubElement(parent, tag)
    last = {"Permanently_Locked": "true", "Active": "true", "Comments": _COMMENT}
    for key, text in (*same.items(), *parts, *last.items()):
        ET.SubElement(new, key).text = text
