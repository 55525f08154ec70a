"""The rules of a campaign's problem, from the region's settings and the rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from scheduler.bridge.demand import Asked, Demand, home_tag, part_id
from scheduler.bridge.equipping import infrastructure
from scheduler.bridge.fairness import Markets, shares
from scheduler.bridge.guarantees import guarantees
from scheduler.bridge.places import Ways, slots_of
from scheduler.bridge.snapshot import Snapshot
from scheduler.bridge.supply import Supply, area_tag
from scheduler.bridge.when import (
    Windows,
    group_minutes,
    part_minutes,
    request_minutes,
    through,
    week_minutes,
    windows_in_slots,
    working_minutes,
)
from scheduler.domain.bells import ACADEMIC_HOUR_MIN
from scheduler.domain.horizon import DAY_MIN, DAY_SLOTS, SLOT_MIN
from scheduler.domain.kinds import KIND_BY_NAME
from solver.problem import Resource, Rule

NIGHT_REST_SLOTS = 160
"""A gap of days ends this long before its last full day, so that a later day may begin earlier."""


class Ruleset:
    """Makes the rules; ids are their kinds, with what they are for where a kind occurs twice."""

    def __init__(
        self, snapshot: Snapshot, ways: Ways, supply: Supply, demand: Demand, resources: list[Resource]
    ) -> None:
        self._snapshot = snapshot
        self._ways = ways
        self._supply = supply
        self._demand = demand
        self._settings = snapshot.settings
        self._things = [r for r in resources if r.kind != "learners" and not KIND_BY_NAME[r.kind].travels]
        self._people = [r for r in resources if r.kind != "learners" and KIND_BY_NAME[r.kind].travels]
        self._parts = [r for r in resources if r.kind == "learners"]

    def rules(self) -> Iterator[Rule]:
        """Yield all rules, hard ones first; those without subjects are left out."""
        yield from self._hard()
        yield from self._soft()

    def _hard(self) -> Iterator[Rule]:
        yield from _rule("no_overlap", resources=_ids(r for r in self._things if r.mode == "exclusive"))
        beds = [r for r in self._things if KIND_BY_NAME[r.kind].role == "stay"]
        yield from _rule("capacity", resources=_ids(r for r in self._things if r not in beds))
        yield from _rule("presence", "learners", resources=_ids(self._parts))
        yield from _rule("presence", "trainers", resources=_ids(self._people), host_buffers=True)
        yield from _rule("competence", needs=self._needs())
        yield from _rule("availability", calendars=self._calendars())
        yield from _rule("terms", terms=[*self._guests(), *self._qualifications(), *self._ways_home()])
        yield from self._allowed()
        yield Rule(
            id="precedence", kind="precedence", params={"sequences": self._sequences(), "chains": True}
        )
        yield from _rule("max_load", limits=self._loads())
        yield from self._minors()
        yield from self._gaps()
        limit = self._settings.number("travel.away_towns_a_day")
        yield from _rule("away_town", resources=_ids([*self._parts, *self._people]), limit=limit)
        yield from _rule("away_block", hostels=self._hostels(beds), blocks=self._blocks())
        whole = [
            a.request.code for a in self._demand.asked if not a.request.partial and len(a.activities) > 1
        ]
        yield from _rule("all_or_none", requests=whole)
        yield from _rule("travel_limit", limits=self._travel_limits())
        listed = infrastructure(self._snapshot, self._supply, self._demand)
        yield from _rule("infrastructure", **listed)
        equipped = [a.request.code for a in self._demand.asked if a.request.equipment_count]
        yield from _rule("same_place", requests=equipped)

    def _soft(self) -> Iterator[Rule]:
        tolerance = self._settings.number("coverage.tolerance_permille")
        yield Rule(id="coverage", kind="coverage", weight=1, params={"tolerance_permille": tolerance})
        markets = Markets(self._snapshot, self._supply, self._demand)
        owed = guarantees(self._snapshot, self._demand, markets)
        if owed["standings"]:
            yield Rule(id="guaranteed_share", kind="guaranteed_share", weight=1, params=owed)
        fair = shares(self._snapshot, markets)
        if fair:
            params = {"participants": {name: share.params() for name, share in fair.items()}}
            yield Rule(id="fair_share", kind="fair_share", weight=1, params=params)
        yield Rule(id="travel", kind="travel", weight=1)
        yield Rule(id="preference", kind="preference", weight=1, params={"missed": self._missed()})

    def _missed(self) -> list[dict[str, Any]]:
        """Return what sessions without a place count among equals: more than any way that could be saved."""
        farthest = max(self._ways.by_car.values(), default=0) + 1
        by_penalty: dict[int, list[str]] = defaultdict(list)
        for asked in self._demand.asked:
            if asked.weight and asked.activities:
                size = max(activity.size for activity in asked.activities)
                by_penalty[asked.weight * size * farthest].append(asked.request.code)
        return [{"requests": codes, "penalty": penalty} for penalty, codes in sorted(by_penalty.items())]

    def _needs(self) -> list[dict[str, Any]]:
        by_need: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for asked in self._demand.asked:
            for role, tags in asked.needs.items():
                by_need[role, tuple(sorted(tags))].append(asked.request.code)
        return [
            {"requests": requests, "role": role, "tags": list(tags)}
            for (role, tags), requests in sorted(by_need.items())
        ]

    def _calendars(self) -> list[dict[str, Any]]:
        by_windows: dict[Windows, list[str]] = defaultdict(list)
        for facts in self._supply.used():
            minutes = self._supply.minutes(facts)
            by_windows[windows_in_slots(self._snapshot, minutes)].append(facts.row.code)
        for group_id, parts in self._demand.parts.items():
            group = self._snapshot.groups[group_id]
            open_ = group_minutes(self._snapshot, group)
            for learners in parts:
                minutes = part_minutes(self._snapshot, self._ways, group, open_, learners)
                by_windows[windows_in_slots(self._snapshot, minutes)].append(part_id(group, learners))
        return [{"resources": ids, "windows": windows} for windows, ids in by_windows.items()]

    def _guests(self) -> Iterator[dict[str, Any]]:
        for facts in self._supply.used():
            guests = self._supply.guests(facts)
            if guests is not None:
                yield {
                    "resource": facts.row.code,
                    "tags": [f"of:{name}" for name in sorted(guests.participants)],
                    "windows": windows_in_slots(self._snapshot, guests.minutes),
                    "week_limit_slots": guests.week_limit_slots,
                }

    def _qualifications(self) -> Iterator[dict[str, Any]]:
        """Yield the ends of qualifications within the horizon, told by the tag of the place."""
        last = self._snapshot.horizon.dates[-1]
        for facts in self._supply.used():
            for competency_id, until in facts.competencies.items():
                if until is not None and until < last and KIND_BY_NAME[facts.row.kind].travels:
                    yield {
                        "resource": facts.row.code,
                        "tags": [f"competency:{self._snapshot.competencies[competency_id].code}"],
                        "windows": windows_in_slots(self._snapshot, through(self._snapshot, until)),
                    }

    def _ways_home(self) -> Iterator[dict[str, Any]]:
        """Yield until when groups from elsewhere may use a place, so that they are home in time."""
        home_by = self._settings.number("travel.home_by_min")
        if home_by >= DAY_MIN:
            return
        horizon = self._snapshot.horizon
        homes = sorted({part.home for part in self._parts if part.home is not None})
        for facts in self._supply.used():
            town = self._snapshot.towns[facts.site.town_id].code
            if KIND_BY_NAME[facts.row.kind].role != "room":
                continue
            for home in homes:
                if home != town:
                    end = max(0, home_by - self._ways.by_bus[home, town])
                    days = (horizon.minute(on) for on in horizon.dates)
                    windows = windows_in_slots(self._snapshot, ((start, start + end) for start in days))
                    yield {"resource": facts.row.code, "tags": [home_tag(home)], "windows": windows}

    def _hostels(self, beds: list[Resource]) -> list[dict[str, Any]]:
        """Return the hostels with the tags of the towns that they are not in."""
        rooms = (f for f in self._supply.used() if KIND_BY_NAME[f.row.kind].role == "room")
        towns = sorted({area_tag(self._snapshot, facts) for facts in rooms})
        return [
            {
                "resource": hostel.id,
                "elsewhere": [
                    tag for tag in towns if tag != area_tag(self._snapshot, self._supply.facts[hostel.id])
                ],
            }
            for hostel in beds
        ]

    def _blocks(self) -> list[dict[str, Any]]:
        """Return what stays away, by its nights: that before each of its days."""
        by_nights: dict[int, list[str]] = defaultdict(list)
        for asked in self._demand.asked:
            if asked.hostels:
                for activity in asked.activities:
                    nights = asked.days(activity.contact_minutes // ACADEMIC_HOUR_MIN)
                    by_nights[nights].append(activity.id)
        return [{"activities": found, "nights": nights} for nights, found in sorted(by_nights.items())]

    def _allowed(self) -> Iterator[Rule]:
        days: dict[Windows, list[str]] = defaultdict(list)
        weeks: dict[Windows, list[str]] = defaultdict(list)
        working: dict[int, list[str]] = defaultdict(list)
        for asked in self._demand.asked:
            code, zone = asked.request.code, asked.group.site.timezone
            found = request_minutes(self._snapshot, asked.request, zone)
            days[windows_in_slots(self._snapshot, found)].append(code)
            found = week_minutes(self._snapshot, asked.request, asked.group)
            weeks[windows_in_slots(self._snapshot, found)].append(code)
            working[asked.days_per_week].append(code)
        holidays = {
            windows_in_slots(self._snapshot, working_minutes(self._snapshot, length)): codes
            for length, codes in working.items()
        }
        for name, masks in (("days", days), ("weeks", weeks), ("holidays", holidays)):
            yield from _rule(
                "allowed_time",
                name,
                masks=[{"requests": codes, "windows": windows} for windows, codes in masks.items()],
                **({"given": True} if name == "holidays" else {}),
            )

    def _sequences(self) -> list[dict[str, Any]]:
        """Return the modules of each group's programmes, in their order."""
        modules = self._snapshot.modules
        by_programme: dict[tuple[int, int], list[Asked]] = defaultdict(list)
        for asked in self._demand.asked:
            if asked.request.module_id is not None:
                programme_id = modules[asked.request.module_id].programme_id
                by_programme[asked.request.group_id, programme_id].append(asked)
        found = []
        for series in by_programme.values():
            positions: dict[int, list[Asked]] = defaultdict(list)
            for asked in series:
                assert asked.request.module_id is not None
                positions[modules[asked.request.module_id].position].append(asked)
            stages = [positions[position] for position in sorted(positions)]
            if len(stages) > 1:
                found += list(_staged(stages))
        return found

    def _loads(self) -> list[dict[str, Any]]:
        def limit(resources: list[Resource], period: str, key: str) -> dict[str, Any]:
            return {
                "resources": _ids(resources),
                "period": period,
                "measure": "contact_minutes",
                "limit": self._settings.number(key) * ACADEMIC_HOUR_MIN,
            }

        limits = [
            limit(self._parts, "day", "load.group_day_hours"),
            limit(self._parts, "week", "load.group_week_hours"),
            limit(self._people, "week", "load.trainer_week_hours"),
        ]
        return [entry for entry in limits if entry["resources"]]

    def _minors(self) -> Iterator[Rule]:
        number = self._settings.number
        night = [minute // SLOT_MIN for minute in self._settings.numbers("minors.night_min")]
        ages = (("minors", False, "minors."), ("under_16", True, "minors.under_16_"))
        for name, under_16, prefix in ages:
            parts = [
                part_id(group, learners)
                for group_id, found in self._demand.parts.items()
                for group in (self._snapshot.groups[group_id],)
                if (group.row.minors or group.row.under_16) and group.row.under_16 is under_16
                for learners in found
            ]
            yield from _rule(
                "minors",
                name,
                resources=parts,
                employer_day_slots=number(f"{prefix}employer_day_min") // SLOT_MIN,
                employer_week_slots=number(f"{prefix}employer_week_min") // SLOT_MIN,
                hazard_day_slots=number("minors.hazard_day_min") // SLOT_MIN,
                night=night,
                employer_weekends=self._settings.flag("minors.employer_weekends"),
            )

    def _gaps(self) -> Iterator[Rule]:
        one_a_day = self._settings.flag("sessions.one_a_day")
        by_gap: dict[tuple[int, bool], list[str]] = defaultdict(list)
        for asked in self._demand.asked:
            longest = len(asked.activities) // len(asked.slices)
            if longest < 2:
                continue
            gap = max(0, asked.request.min_gap_days * DAY_SLOTS - NIGHT_REST_SLOTS)
            found = request_minutes(self._snapshot, asked.request, self._snapshot.horizon.timezone)
            days = sum(-(-(end - start) // DAY_MIN) for start, end in found)
            by_gap[gap, one_a_day and longest <= days].append(asked.request.code)
        for (gap, daily), codes in sorted(by_gap.items()):
            if gap or daily:
                name = f"{gap}" + ("-daily" if daily else "")
                yield from _rule("min_gap", name, requests=codes, min_slots=gap, one_a_day=daily)

    def _travel_limits(self) -> list[dict[str, Any]]:
        by_limit: dict[tuple[str, int, bool], list[str]] = defaultdict(list)
        for asked in self._demand.asked:
            if asked.hostels:
                continue
            home = self._snapshot.towns[asked.group.site.town_id].code
            limit = slots_of(asked.request.travel_limit_min)
            by_limit[home, limit, bool(asked.group.row.minors)].append(asked.request.code)
        areas = sorted({self._snapshot.towns[f.site.town_id].code for f in self._supply.used()})
        found = []
        for (home, limit, minors), codes in sorted(by_limit.items()):
            entry: dict[str, Any] = {"requests": codes, "role": "room", "home": home, "limit_slots": limit}
            if minors:
                entry["ways"] = {area: slots_of(self._ways.by_bus[home, area]) for area in areas}
            found.append(entry)
        return found


def _rule(kind: str, name: str = "", **params: Any) -> Iterator[Rule]:
    """Yield the rule, unless the list that it is about (its first parameter) is empty."""
    if next(iter(params.values())):
        yield Rule(id=f"{kind}:{name}" if name else kind, kind=kind, params=params)


def _ids(resources: Iterable[Resource]) -> list[str]:
    return [resource.id for resource in resources]


def _staged(stages: list[list[Asked]]) -> Iterator[dict[str, Any]]:
    """Yield one sequence a subgroup where all modules split the group alike, else one for the group."""
    splits = {tuple(asked.slices) for stage in stages for asked in stage}
    if len(splits) > 1:
        yield {"stages": [[a.id for asked in stage for a in asked.activities] for stage in stages]}
        return
    for number in range(1, len(next(iter(splits))) + 1):
        yield {
            "stages": [
                [a.id for asked in stage for a in asked.activities if a.chain == f"{a.request}/{number}"]
                for stage in stages
            ]
        }
