"""What a plan of an ITC-2019 instance costs, read from the two XML files alone.

The class part: penalties of times, rooms and distributions. It knows nothing of the solver.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from xml.etree import ElementTree

from benchmarks.itc2019_problem import named


@dataclass(frozen=True, slots=True)
class At:
    """Where a class is: bit masks of days and weeks, slots of the day, room."""

    days: int
    weeks: int
    start: int
    end: int
    room: str | None

    def meets(self, other: "At") -> bool:
        """Whether there is a date on which both meet."""
        return bool(self.days & other.days and self.weeks & other.weeks)


@dataclass(slots=True)
class Verdict:
    """Costs of the class part, weighted, and every hard fault in words."""

    time: int = 0
    room: int = 0
    distribution: int = 0
    unplaced: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Cost of the class part."""
        return self.time + self.room + self.distribution


class Scorer:
    """One instance, to score plans of it."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.root = root
        self.weeks = int(root.attrib["nrWeeks"])
        self.days = int(root.attrib["nrDays"])
        self.classes = {c.attrib["id"]: c for c in root.iter("class") if c.find("time") is not None}
        self.rooms = {r.attrib["id"]: r for r in root.findall("rooms/room")}
        self.way: dict[tuple[str, str], int] = {}
        for name, room in self.rooms.items():
            for travel in room.findall("travel"):
                self.way[name, travel.attrib["room"]] = int(travel.attrib["value"])
                self.way[travel.attrib["room"], name] = int(travel.attrib["value"])

    def score(self, plan: ElementTree.Element) -> Verdict:
        """Return what a plan costs and breaks."""
        verdict = Verdict()
        weights = self.root.find("optimization")
        assert weights is not None
        placed: dict[str, At] = {}
        for chosen in plan.findall("class"):
            at = self._placed(chosen, verdict, weights.attrib)
            if at is not None:
                placed[chosen.attrib["id"]] = at
        verdict.unplaced = len(self.classes) - len(placed)
        self._rooms(placed, verdict)
        for element in self.root.findall("distributions/distribution"):
            name, numbers = named(element.attrib["type"])
            there = [placed[c.attrib["id"]] for c in element.findall("class") if c.attrib["id"] in placed]
            broken = self._broken(name, numbers, there)
            if not broken:
                continue
            if element.attrib.get("required") == "true":
                classes = ",".join(c.attrib["id"] for c in element.findall("class"))
                verdict.faults.append(f"{element.attrib['type']} of classes {classes} is broken")
            elif name in ("MaxDayLoad", "MaxBreaks", "MaxBlock"):
                cost = int(element.attrib["penalty"]) * broken // self.weeks
                verdict.distribution += cost * int(weights.attrib["distribution"])
            else:
                verdict.distribution += (
                    int(element.attrib["penalty"]) * broken * int(weights.attrib["distribution"])
                )
        return verdict

    def _placed(self, chosen: ElementTree.Element, verdict: Verdict, weights: dict[str, str]) -> At | None:
        a = chosen.attrib
        each = self.classes.get(a["id"])
        if each is None:
            verdict.faults.append(f"class {a['id']} is not of this instance")
            return None
        times = [
            t
            for t in each.findall("time")
            if (t.attrib["days"], t.attrib["start"], t.attrib["weeks"]) == (a["days"], a["start"], a["weeks"])
        ]
        if not times:
            verdict.faults.append(f"class {a['id']} has no such time")
            return None
        time = min(times, key=lambda t: int(t.attrib["penalty"]))
        verdict.time += int(time.attrib["penalty"]) * int(weights["time"])
        room = a.get("room")
        penalties = {r.attrib["id"]: int(r.attrib["penalty"]) for r in each.findall("room")}
        if (each.attrib.get("room") == "false") != (room is None) or (room and room not in penalties):
            verdict.faults.append(f"class {a['id']} may not be in room {room}")
            return None
        if room:
            verdict.room += penalties[room] * int(weights["room"])
        start = int(a["start"])
        return At(int(a["days"], 2), int(a["weeks"], 2), start, start + int(time.attrib["length"]), room)

    def _rooms(self, placed: dict[str, At], verdict: Verdict) -> None:
        inside: dict[str, list[tuple[str, At]]] = {}
        for name, at in placed.items():
            if at.room:
                inside.setdefault(at.room, []).append((name, at))
        for room, uses in inside.items():
            for (one, a), (other, b) in combinations(uses, 2):
                if a.meets(b) and a.start < b.end and b.start < a.end:
                    verdict.faults.append(f"classes {one} and {other} overlap in room {room}")
            for closed in self.rooms[room].findall("unavailable"):
                c = closed.attrib
                start = int(c["start"])
                shut = At(int(c["days"], 2), int(c["weeks"], 2), start, start + int(c["length"]), None)
                for name, at in uses:
                    if at.meets(shut) and at.start < shut.end and shut.start < at.end:
                        verdict.faults.append(f"class {name} is in room {room} while it is closed")

    def _broken(self, name: str, numbers: tuple[int, ...], there: Sequence[At]) -> int:
        """Pairs that break a distribution, or by how much its days do."""
        if name in ("MaxDays", "MaxDayLoad", "MaxBreaks", "MaxBlock"):
            return self._days(name, numbers, there)
        return sum(not self._holds(name, numbers, a, b) for a, b in combinations(there, 2))

    def _holds(self, name: str, numbers: tuple[int, ...], a: At, b: At) -> bool:
        apart = max(a.start, b.start) - min(a.end, b.end)
        match name:
            case "SameStart":
                return a.start == b.start
            case "SameTime":
                return (a.start <= b.start and b.end <= a.end) or (b.start <= a.start and a.end <= b.end)
            case "DifferentTime":
                return a.end <= b.start or b.end <= a.start
            case "SameDays":
                return a.days | b.days in (a.days, b.days)
            case "DifferentDays":
                return not a.days & b.days
            case "SameWeeks":
                return a.weeks | b.weeks in (a.weeks, b.weeks)
            case "DifferentWeeks":
                return not a.weeks & b.weeks
            case "Overlap":
                return a.meets(b) and a.start < b.end and b.start < a.end
            case "NotOverlap":
                return not (a.meets(b) and a.start < b.end and b.start < a.end)
            case "SameRoom":
                return a.room == b.room or a.room is None or b.room is None
            case "DifferentRoom":
                return a.room != b.room or a.room is None
            case "SameAttendees":
                return not a.meets(b) or apart >= self.way.get((a.room or "", b.room or ""), 0)
            case "Precedence":
                return (*self._first(a), a.end) <= (*self._first(b), b.start)
            case "WorkDay":
                return not a.meets(b) or max(a.end, b.end) - min(a.start, b.start) <= numbers[0]
            case "MinGap":
                return not a.meets(b) or apart >= numbers[0]
        raise ValueError(f"distribution {name} is not known")

    def _first(self, at: At) -> tuple[int, int]:
        """Week and day of the first meeting; the highest bit is the first."""
        return self.weeks - at.weeks.bit_length(), self.days - at.days.bit_length()

    def _dates(self, there: Sequence[At]) -> Iterator[list[At]]:
        for week in range(self.weeks):
            for day in range(self.days):
                found = [at for at in there if at.weeks >> week & 1 and at.days >> day & 1]
                if found:
                    yield found

    def _days(self, name: str, numbers: tuple[int, ...], there: Sequence[At]) -> int:
        if name == "MaxDays":
            used = 0
            for at in there:
                used |= at.days
            return max(0, used.bit_count() - numbers[0])
        total = 0
        for uses in self._dates(there):
            if name == "MaxDayLoad":
                total += max(0, sum(at.end - at.start for at in uses) - numbers[0])
                continue
            blocks: list[list[int]] = []
            for at in sorted(uses, key=lambda at: (at.start, at.end)):
                if blocks and at.start - blocks[-1][1] <= numbers[1]:
                    blocks[-1][1] = max(blocks[-1][1], at.end)
                    blocks[-1][2] += 1
                else:
                    blocks.append([at.start, at.end, 1])
            if name == "MaxBreaks":
                total += max(0, len(blocks) - 1 - numbers[0])
            else:
                total += sum(n > 1 and end - start > numbers[0] for start, end, n in blocks)
        return total
