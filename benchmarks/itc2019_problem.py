"""A university's term in the format of ITC-2019 as a `Problem`, and a plan as that format's solution.

The class part: times, rooms and distributions. Students are not sectioned.
"""

import lzma
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from solver.problem import (
    Activity,
    Candidate,
    Distances,
    Interval,
    Place,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Solution

_PAIRS = {
    "SameStart": "same_clock",
    "SameTime": "within_clock",
    "DifferentTime": "different_clock",
    "SameDays": "same_days",
    "DifferentDays": "different_days",
    "SameWeeks": "same_weeks",
    "DifferentWeeks": "different_weeks",
    "Overlap": "overlap",
    "NotOverlap": "not_overlap",
    "SameAttendees": "reachable",
    "Precedence": "before",
    "WorkDay": "work_day",
    "MinGap": "min_gap",
}
_MINUTES_EACH = 60
"""Contact minutes of every class: all of them have to be placed, none counts more."""

Time = tuple[str, int, int, str]
"""Days, start, length and weeks, as the file says them."""


def read(path: Path) -> ElementTree.Element:
    """Root element of an XML file, packed with xz or not."""
    data = path.read_bytes()
    if path.suffix == ".xz":
        data = lzma.decompress(data)
    return ElementTree.fromstring(data)


def named(kind: str) -> tuple[str, tuple[int, ...]]:
    """Name and numbers of a distribution: ``WorkDay(20)`` is ``("WorkDay", (20,))``."""
    found = re.fullmatch(r"(\w+)(?:\(([\d,\s]*)\))?", kind)
    if found is None:
        raise ValueError(f"distribution type {kind!r} is not of the form Name(number,…)")
    return found[1], tuple(int(number) for number in (found[2] or "").split(",") if number.strip())


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance as a problem; `time_of` finds a class's time by its meetings."""

    problem: Problem
    time_of: Mapping[str, Mapping[tuple[Interval, ...], Time]]


class Adapter:
    """Turns one file into a `Problem`; used once."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.root = root
        self.grid = TimeGrid(
            slot_minutes=max(1, 1440 // int(root.attrib["slotsPerDay"])),
            slots_per_day=int(root.attrib["slotsPerDay"]),
            days_per_week=int(root.attrib["nrDays"]),
            weeks=int(root.attrib["nrWeeks"]),
        )
        weights = root.find("optimization")
        assert weights is not None
        self.weight = {name: int(weights.attrib[name]) for name in ("time", "room", "distribution")}
        self.rooms = root.findall("rooms/room")
        self.classes = list(root.iter("class"))
        # Classes of distributions have no options of their own.
        self.classes = [c for c in self.classes if c.find("time") is not None]
        distributions = root.findall("distributions/distribution")
        self.distributions = [(*named(d.attrib["type"]), d) for d in distributions]
        daily = {"MaxDayLoad", "MaxBreaks", "MaxBlock"}
        # Their penalty is divided by the number of weeks: everything else counts so many times instead.
        self.scale = max(
            [1, *(self.grid.weeks for n, _, d in self.distributions if n in daily and "penalty" in d.attrib)]
        )
        self.rules: list[Rule] = []
        self.resources: list[Resource] = []
        self.roles: dict[str, list[Requirement]] = defaultdict(list)
        self.candidate_sets: dict[str, tuple[Candidate, ...]] = {}
        self.option_sets: dict[str, tuple[TimeOption, ...]] = {}
        self.time_of: dict[str, dict[tuple[Interval, ...], Time]] = {}
        self._meetings: dict[Time, tuple[Interval, ...]] = {}
        self._sets: dict[Any, str] = {}
        self.options_of: dict[str, str] = {}

    def meetings(self, time: Time) -> tuple[Interval, ...]:
        """Every meeting of a time, in order."""
        found = self._meetings.get(time)
        if found is None:
            days, start, length, weeks = time
            day, week = self.grid.slots_per_day, self.grid.slots_per_week
            found = self._meetings[time] = tuple(
                (w * week + d * day + start, w * week + d * day + start + length)
                for w, meets in enumerate(weeks)
                if meets == "1"
                for d, on in enumerate(days)
                if on == "1"
            )
        return found

    def _rooms(self) -> tuple[tuple[Place, ...], Distances]:
        """Rooms with a way to others are areas of their own; the rest is one area."""
        way: dict[tuple[str, str], int] = {}
        for room in self.rooms:
            for travel in room.findall("travel"):
                pair = room.attrib["id"], travel.attrib["room"]
                way[pair] = way[pair[::-1]] = int(travel.attrib["value"])
        far = dict.fromkeys(a for a, _ in way)
        area_of = {r.attrib["id"]: r.attrib["id"] if r.attrib["id"] in far else "" for r in self.rooms}
        areas = ("", *far)
        slots = tuple(tuple(way.get((a, b), 0) for b in areas) for a in areas)
        whole = self.grid.horizon_slots
        calendars = []
        for room in self.rooms:
            name = room.attrib["id"]
            self.resources.append(
                Resource(
                    id=f"room:{name}", kind="room", capacity=max(1, int(room.attrib["capacity"])), place=name
                )
            )
            closed = sorted(
                meeting for at in room.findall("unavailable") for meeting in self.meetings(_time(at))
            )
            if closed:
                windows, free = [], 0
                for start, end in closed:
                    if start > free:
                        windows.append((free, start))
                    free = max(free, end)
                if free < whole:
                    windows.append((free, whole))
                calendars.append({"resources": [f"room:{name}"], "windows": windows})
        if calendars:
            self.rules.append(Rule(id="closed", kind="availability", params={"calendars": calendars}))
        places = tuple(Place(id=name, area=area) for name, area in area_of.items())
        return places, Distances(areas=areas, slots=slots)

    def _classes(self) -> None:
        for each in self.classes:
            name = each.attrib["id"]
            times: dict[tuple[Interval, ...], tuple[int, Time]] = {}
            for at in each.findall("time"):
                time, penalty = _time(at), int(at.attrib["penalty"])
                meetings = self.meetings(time)
                if meetings not in times or penalty < times[meetings][0]:
                    times[meetings] = (penalty, time)
            self.time_of[name] = {meetings: time for meetings, (_, time) in times.items()}
            worth = self.weight["time"] * self.scale
            key = tuple((time, penalty) for penalty, time in times.values())
            options = self.options_of[name] = self._sets.setdefault(key, f"times:{name}")
            if options not in self.option_sets:
                self.option_sets[options] = tuple(
                    TimeOption(meetings=meetings, penalty=penalty * worth)
                    for meetings, (penalty, _) in times.items()
                )
            if each.attrib.get("room") == "false":
                continue
            rooms = tuple((r.attrib["id"], int(r.attrib["penalty"])) for r in each.findall("room"))
            candidates = self._sets.setdefault(rooms, f"rooms:{name}")
            if candidates not in self.candidate_sets:
                self.candidate_sets[candidates] = tuple(
                    Candidate(resource=f"room:{room}", penalty=penalty * self.weight["room"] * self.scale)
                    for room, penalty in rooms
                )
            self.roles[name].append(Requirement(role="room", candidates=candidates))

    def _distributions(self) -> None:
        apart: list[str] = []
        attending: list[str] = []
        for at, (name, numbers, element) in enumerate(self.distributions):
            classes = [c.attrib["id"] for c in element.findall("class")]
            hard = element.attrib.get("required") == "true"
            if hard and name in ("NotOverlap", "SameAttendees"):
                # What none of them may share is a thing that each of them uses.
                shared = f"{name}:{at}"
                self.resources.append(Resource(id=shared, kind="attendees"))
                self.candidate_sets[shared] = (Candidate(resource=shared),)
                for each in classes:
                    self.roles[each].append(Requirement(role=shared, candidates=shared))
                (attending if name == "SameAttendees" else apart).append(shared)
                continue
            penalty = int(element.attrib.get("penalty", 0)) * self.weight["distribution"]
            if not hard and not penalty:
                continue
            kind, params = self._stated(name, numbers, classes)
            daily = name in ("MaxDayLoad", "MaxBreaks", "MaxBlock")
            weight = None if hard else penalty * (1 if daily else self.scale)
            self.rules.append(Rule(id=f"{name}:{at}", kind=kind, params=params, weight=weight))
        rooms = [r.id for r in self.resources if r.kind == "room"]
        self.rules.append(Rule(id="rooms", kind="no_overlap", params={"resources": rooms + apart}))
        if attending:
            self.rules.append(Rule(id="attendees", kind="presence", params={"resources": attending}))

    def _stated(
        self, name: str, numbers: tuple[int, ...], classes: list[str]
    ) -> tuple[str, Mapping[str, Any]]:
        if name in _PAIRS:
            limit = {"limit": numbers[0]} if numbers else {}
            return "relation", {"relations": [{"activities": classes, "relation": _PAIRS[name], **limit}]}
        if name in ("SameRoom", "DifferentRoom"):
            same = name == "SameRoom"
            return "same_resource", {"sets": [{"activities": classes, "role": "room", "same": same}]}
        match name, numbers:
            case "MaxDays", (days,):
                shape = {"measure": "used", "period": "horizon", "fold": True, "at_most": days}
            case "MaxDayLoad", (slots,):
                shape = {"measure": "load", "at_most": slots}
            case "MaxBreaks", (breaks, join):
                shape = {"measure": "breaks", "at_most": breaks, "join": join}
            case "MaxBlock", (longest, join):
                shape = {"measure": "long_blocks", "at_most": 0, "longer_than": longest, "join": join}
            case _:
                raise ValueError(f"distribution {name}{numbers} is not known")
        return "day_shape", {"shapes": [{"activities": classes, **shape}]}

    def instance(self) -> Instance:
        """Return the problem.

        Raises
        ------
        ValueError
            A distribution is not of the format.
        """
        places, distances = self._rooms()
        self._classes()
        self._distributions()
        self.rules.append(Rule(id="coverage", kind="coverage", params={"tolerance_permille": 0}, weight=1))
        self.rules.append(Rule(id="preference", kind="preference", weight=1))
        activities = tuple(
            Activity(
                id=each.attrib["id"],
                request="term",
                chain=each.attrib["id"],
                times=self.options_of[each.attrib["id"]],
                size=1,
                contact_minutes=_MINUTES_EACH,
                requirements=tuple(self.roles[each.attrib["id"]]),
            )
            for each in self.classes
        )
        problem = Problem(
            name=self.root.attrib["name"],
            grid=self.grid,
            places=places,
            distances=distances,
            resources=tuple(self.resources),
            option_sets=self.option_sets,
            candidate_sets=self.candidate_sets,
            requests=(Request(id="term", participant="university", priority="only"),),
            activities=activities,
            rules=tuple(self.rules),
        )
        return Instance(problem, self.time_of)


def _time(element: ElementTree.Element) -> Time:
    a = element.attrib
    return a["days"], int(a["start"]), int(a["length"]), a["weeks"]


def solution_xml(instance: Instance, solution: Solution, seconds: float) -> bytes:
    """Return a plan in the format's own form; a class without a place is left out."""
    problem = instance.problem
    root = ElementTree.Element(
        "solution",
        {"name": problem.name, "runtime": f"{seconds:.1f}", "technique": "Local search", "cores": "2"},
    )
    for placement in solution.placements:
        days, start, _, weeks = instance.time_of[placement.activity][placement.meetings]
        given = {"id": placement.activity, "days": days, "start": str(start), "weeks": weeks}
        if "room" in placement.resources:
            given["room"] = placement.resources["room"].removeprefix("room:")
        ElementTree.SubElement(root, "class", given)
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
