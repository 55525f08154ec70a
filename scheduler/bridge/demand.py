"""What is asked for: every request as chains of activities on parts of its group."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from scheduler.bridge.places import Ways, slots_of
from scheduler.bridge.snapshot import GroupFacts, ResourceFacts, Snapshot
from scheduler.bridge.supply import Supply, competency_tag, stock_tag
from scheduler.bridge.times import Times
from scheduler.domain.bells import ACADEMIC_HOUR_MIN
from scheduler.domain.horizon import DAY_MIN
from scheduler.domain.intervals import Interval
from scheduler.domain.priority import PriorityClass, PriorityTable, listed, weight_of
from scheduler.domain.subgroups import Slice, refine, split
from scheduler.persistence.tables.requests import Request
from solver.problem import Activity, Requirement, Resource

SHORT_EXAM_HOURS = 5
"""Up to so many academic hours (4 h by the clock) an exam has two shifts a day, else one (R17)."""
FIVE_DAYS, SIX_DAYS = 5, 6
DAILY = ("module", "free_slot", "camp")
"""Kinds of request whose sessions are days of their own, and may be days in a row away from home."""


class Ranked(NamedTuple):
    """The attributes by which a request is ranked; its tags with those of the lists in force."""

    session_kind: str
    form: str
    funding: str
    tags: tuple[str, ...]


@dataclass(slots=True)
class Asked:
    """A request on its way into the problem."""

    request: Request
    group: GroupFacts
    participant: str
    row: PriorityClass
    tags: tuple[str, ...]
    weight: int
    slices: list[Slice]
    rooms: list[ResourceFacts]
    hostels: list[ResourceFacts] = field(default_factory=list)
    """Where its learners may sleep: it is placed as blocks of consecutive days, with beds."""
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Tags that the resource in a role must carry."""
    activities: list[Activity] = field(default_factory=list)

    @property
    def priority(self) -> str:
        """Class in the order of coverage."""
        return self.row.served_as

    @property
    def whole_group(self) -> bool:
        """Whether it is one activity for all learners."""
        return self.request.kind == "exam"

    def days(self, hours: int) -> int:
        """Days that so many hours take."""
        return -(-hours // self.request.session_hours)

    @property
    def days_per_week(self) -> int:
        """Length of the week that its days follow."""
        return SIX_DAYS if any(day >= FIVE_DAYS for day in self.request.weekdays) else FIVE_DAYS

    @property
    def age(self) -> int:
        """Age of the youngest learners, as the age tags tell it."""
        if self.group.row.under_16:
            return 14
        return 16 if self.group.row.minors else 18


class Demand:
    """All requests of a campaign as activities, and the learners as parts of groups."""

    def __init__(self, snapshot: Snapshot, ways: Ways, supply: Supply, times: Times) -> None:
        self._snapshot = snapshot
        self._ways = ways
        self._supply = supply
        self._times = times
        self.stock: set[tuple[int, int]] = set()
        self.table = PriorityTable(snapshot.settings.table("priority.classes"))
        self.asked = [self._asked(request) for request in snapshot.requests]
        self.parts = self._parts()
        for asked in self.asked:
            asked.activities = self._activities(asked)
        self.priorities = self.table.order(asked.priority for asked in self.asked)

    def _asked(self, request: Request) -> Asked:
        settings = self._snapshot.settings
        group = self._snapshot.groups[request.group_id]
        usual = self._snapshot.competencies[request.competency_id].practice_subgroup
        subgroup = group.size if request.kind in ("exam", "event") else usual
        if request.kind != "exam":
            subgroup = request.subgroup_size or subgroup
        tags = listed(settings.table("priority.lists"), request.tags, group.row.speciality)
        row = self.table.class_of(Ranked(request.session_kind, request.form, request.funding, tags))
        slices = split(group.size, subgroup)
        rooms = self._supply.rooms(request)
        hostels = self._hostels(request, group, rooms, max(end - start for start, end in slices))
        if hostels:
            towns = {facts.site.town_id for facts in hostels}
            rooms = [facts for facts in rooms if facts.site.town_id in towns]
        return Asked(
            request=request,
            group=group,
            participant=self._snapshot.participants[request.participant_id].code,
            row=row,
            tags=tags,
            weight=weight_of(row, settings.table("priority.tag_weights"), tags),
            slices=slices,
            rooms=rooms,
            hostels=hostels,
        )

    def _hostels(
        self, request: Request, group: GroupFacts, rooms: list[ResourceFacts], learners: int
    ) -> list[ResourceFacts]:
        """Return the hostels in the towns of what fits, if the request may stay and nothing fits nearer."""
        if not request.overnight or request.kind not in DAILY:
            return []
        fitting = [
            facts
            for facts in rooms
            if self._supply.able(facts, request.competency_id) and facts.subject.capacity >= learners
        ]
        if any(self._is_near(request, group, facts) for facts in fitting):
            return []
        towns = {facts.site.town_id for facts in fitting}
        return [facts for facts in self._supply.hostels(request) if facts.site.town_id in towns]

    def _parts(self) -> dict[int, list[Slice]]:
        splits: dict[int, list[list[Slice]]] = defaultdict(list)
        for asked in self.asked:
            splits[asked.request.group_id].append(asked.slices)
        return {group_id: refine(found) for group_id, found in splits.items()}

    def learners(self) -> list[Resource]:
        """Return the parts of groups as resources of the problem."""
        found = []
        for group_id, parts in self.parts.items():
            group = self._snapshot.groups[group_id]
            participant = self._snapshot.participants[group.row.participant_id].code
            home = self._snapshot.towns[group.site.town_id].code
            tags = {f"of:{participant}", home_tag(home)} | ({"minors"} if group.row.minors else set())
            for learners in parts:
                found.append(
                    Resource(
                        id=part_id(group, learners),
                        kind="learners",
                        owner=participant,
                        size=learners[1] - learners[0],
                        home=home,
                        tags=frozenset(tags),
                    )
                )
        return found

    def _activities(self, asked: Asked) -> list[Activity]:
        request = asked.request
        hours = self._hours(asked)
        option_sets = {length: self._option_set(asked, length) for length in set(hours)}
        found = []
        for number, learners in enumerate(asked.slices, 1):
            chain = f"{request.code}/{number}"
            requirements = self._requirements(asked, learners)
            for index, length in enumerate(hours):
                found.append(
                    Activity(
                        id=f"{chain}/{index + 1}",
                        request=request.code,
                        chain=chain,
                        index=index,
                        times=option_sets[length],
                        size=learners[1] - learners[0],
                        contact_minutes=length * ACADEMIC_HOUR_MIN,
                        requirements=requirements,
                    )
                )
        return found

    def _hours(self, asked: Asked) -> list[int]:
        """Return the hours of each activity of a chain: a session, a block of days, or all at once."""
        request = asked.request
        if request.kind in ("exam", "internship"):
            return [request.hours]
        most = request.session_hours
        if asked.hostels:
            most *= self._snapshot.settings.number("travel.block_days")
        full, rest = divmod(request.hours, most)
        return [most] * full + ([rest] if rest else [])

    def _requirements(self, asked: Asked, learners: Slice) -> tuple[Requirement, ...]:
        request, supply = asked.request, self._supply
        size = learners[1] - learners[0]
        rooms, seats = asked.rooms, size
        if asked.whole_group:
            rooms, seats = _exam_rooms(asked, rooms)
        competency = competency_tag(self._snapshot, request.competency_id)
        asked.needs["room"] = frozenset({competency, f"age:{asked.age}"})
        name = supply.choose("room", request, _at_no_cost(rooms), seats)
        found = [Requirement(role="room", candidates=name, amount=seats)]
        if asked.hostels:
            name = supply.choose("stay", request, _at_no_cost(asked.hostels), size)
            found.append(Requirement(role="stay", candidates=name, amount=size))
        if request.needs_bus:
            buses = supply.buses(request, asked.group.site.town_id)
            name = supply.choose("bus", request, _at_no_cost(buses), size)
            found.append(Requirement(role="bus", candidates=name, amount=size))
        if request.equipment_kind_id is not None and request.equipment_count:
            amount = request.equipment_count
            name = supply.choose("equipment", request, _at_no_cost(supply.equipment(request)), amount)
            found.append(Requirement(role="equipment", candidates=name, amount=amount))
        elif request.equipment_kind_id is not None:
            count = seats if asked.whole_group else max(end - start for start, end in asked.slices)
            self.stock.add((request.equipment_kind_id, count))
            asked.needs["room"] |= {stock_tag(self._snapshot, request.equipment_kind_id, count)}
        if request.needs_trainer:
            asked.needs["trainer"] = frozenset({competency})
            near = [facts for facts in rooms if self._near(asked, facts)]
            name = supply.choose("trainer", request, supply.trainers(request, near), 1)
            found.append(Requirement(role="trainer", candidates=name))
        for number, part in enumerate(self._parts_of(asked, learners), 1):
            name = part_id(asked.group, part)
            found.append(Requirement(role=f"learners:{number}", candidates=name))
        return tuple(found)

    def _parts_of(self, asked: Asked, learners: Slice) -> list[Slice]:
        parts = self.parts[asked.request.group_id]
        return [part for part in parts if learners[0] <= part[0] and part[1] <= learners[1]]

    def _option_set(self, asked: Asked, hours: int) -> str:
        request, group = asked.request, asked.group
        zone, weekdays = group.site.timezone, frozenset(request.weekdays)
        if request.kind == "internship":
            return self._times.block(request, zone, weekdays, asked.days_per_week)
        if request.kind == "exam":
            rooms = [(facts, self._supply.minutes(facts)) for facts in asked.rooms]
            return self._times.exam(request, group, rooms, weekdays, asked.days_per_week)
        if asked.hostels:
            hosts = {facts.site.id: facts.site for facts in asked.rooms}
            days = asked.days(hours)
            return self._times.stay(
                hosts.values(), request.session_hours, days, weekdays, asked.days_per_week
            )
        sites = {group.site.id: group.site} | {
            facts.site.id: facts.site for facts in asked.rooms if self._near(asked, facts)
        }
        return self._times.sessions(sites.values(), hours, _day_windows(group), 6 in weekdays)

    def _near(self, asked: Asked, facts: ResourceFacts) -> bool:
        return bool(asked.hostels) or self._is_near(asked.request, asked.group, facts)

    def _is_near(self, request: Request, group: GroupFacts, facts: ResourceFacts) -> bool:
        towns = self._snapshot.towns
        home, there = towns[group.site.town_id].code, towns[facts.site.town_id].code
        ways = self._ways.by_bus if group.row.minors else self._ways.by_car
        return slots_of(ways[home, there]) <= slots_of(request.travel_limit_min)


def part_id(group: GroupFacts, learners: Slice) -> str:
    """Return the id of a part of a group: it names the slice of the group's list."""
    return f"{group.row.code}:{learners[0]}-{learners[1]}"


def home_tag(town: str) -> str:
    """Return the tag of learners whose day begins in a town."""
    return f"home:{town}"


def slice_of(part: str) -> Slice:
    """Return the slice that a part's id names."""
    start, _, end = part.rpartition(":")[2].partition("-")
    return int(start), int(end)


def _at_no_cost(found: list[ResourceFacts]) -> dict[int, int]:
    """Return resources whose choice costs nothing by itself."""
    return {facts.row.id: 0 for facts in found}


def _day_windows(group: GroupFacts) -> list[Interval]:
    """Return the hours of the group's own weekly windows, whatever their weekday."""
    return sorted(
        {(row.from_min, min(row.until_min, DAY_MIN)) for row in group.availability if row.kind == "weekly"}
    )


def _exam_rooms(asked: Asked, rooms: list[ResourceFacts]) -> tuple[list[ResourceFacts], int]:
    """Return the centres that can be locked whole, and the seats that the series needs.

    An exclusive room is locked by any use, so it needs the seats of one shift; of pooled ones, the
    largest are taken whole.
    """
    request = asked.request
    shifts = (request.exam_days or 1) * (2 if request.session_hours <= SHORT_EXAM_HOURS else 1)
    seats = request.subgroup_size or -(-asked.group.size // shifts)
    exclusive = [facts for facts in rooms if facts.subject.mode == "exclusive"]
    if exclusive or not rooms:
        return exclusive, seats
    largest = max(facts.subject.capacity for facts in rooms)
    return [facts for facts in rooms if facts.subject.capacity == largest], largest
