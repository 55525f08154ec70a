"""When resources, groups and requests may be used, as windows of slots."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeAlias

from scheduler.bridge.places import Ways
from scheduler.bridge.snapshot import GroupFacts, ResourceFacts, Snapshot, Taken
from scheduler.domain.availability import open_minutes
from scheduler.domain.horizon import DAY_MIN
from scheduler.domain.intervals import Interval, intersect, subtract, union
from scheduler.domain.study_weeks import in_weeks
from scheduler.persistence.tables.requests import Request

Windows: TypeAlias = tuple[Interval, ...]
FREE_WEEKS = ("exams", "final_exams", "holidays")
"""Weeks that a group never has by default; all others are taken where its calendar names no fitting week."""


def windows_in_slots(snapshot: Snapshot, minutes: Iterable[Interval]) -> Windows:
    """Return the whole slots inside windows of minutes."""
    slots = (snapshot.horizon.slots_inside(start, end) for start, end in minutes)
    return tuple((start, end) for start, end in slots if start < end)


def whole(snapshot: Snapshot) -> Interval:
    """Return the horizon in minutes."""
    return (0, snapshot.horizon.days * DAY_MIN)


def resource_minutes(snapshot: Snapshot, ways: Ways, facts: ResourceFacts) -> list[Interval]:
    """Return when a resource can be used at all: its calendar, its site's last hour, what others hold."""
    horizon = snapshot.horizon
    open_ = open_minutes(
        facts.availability, horizon, snapshot.calendar, facts.owner.days_per_week, facts.site.timezone
    )
    if facts.row.retired_on is not None:
        open_ = intersect(open_, [(0, horizon.minute(facts.row.retired_on))])
    latest = facts.site.latest_end_min
    if latest is not None and facts.row.person_id is None:
        days = (horizon.minute(on) + horizon.shift_min(facts.site.timezone, on) for on in horizon.dates)
        open_ = intersect(open_, [(start, start + latest) for start in days])
    if not facts.taken:
        return open_
    margin = None if facts.row.person_id is None else _farthest(snapshot, ways)
    held = (
        _held(snapshot, claim, margin, facts.row.setup_min, facts.row.cleanup_min) for claim in facts.taken
    )
    return subtract(open_, held)


def group_minutes(snapshot: Snapshot, facts: GroupFacts) -> list[Interval]:
    """Return when a group studies by its own windows.

    Which days of the week it studies is for its requests to name, so a group without windows is open on
    every day that is no holiday.
    """
    return open_minutes(facts.availability, snapshot.horizon, snapshot.calendar, 7, facts.site.timezone)


def part_minutes(
    snapshot: Snapshot, ways: Ways, facts: GroupFacts, open_: list[Interval], learners: tuple[int, int]
) -> list[Interval]:
    """Return when a part of a group is free: `open_` of the group, without what others hold of the part."""
    claims = [
        claim for claim in facts.taken if claim.learners[0] < learners[1] and learners[0] < claim.learners[1]
    ]
    if not claims:
        return open_
    margin = _farthest(snapshot, ways)
    return subtract(open_, (_held(snapshot, claim, margin, 0, 0) for claim in claims))


def _farthest(snapshot: Snapshot, ways: Ways) -> dict[int, int]:
    """Return the longest way from a town, by its id: what a person may need around other work."""
    used = {snapshot.sites[facts.row.site_id].town_id for facts in snapshot.resources}
    codes = {id_: snapshot.towns[id_].code for id_ in used}
    return {
        town.id: max((ways.by_car[town.code, other] for other in codes.values()), default=0)
        for town in snapshot.towns.values()
    }


def _held(
    snapshot: Snapshot, claim: Taken, margin: dict[int, int] | None, setup_min: int, cleanup_min: int
) -> Interval:
    """Return the minutes in which no meeting may lie because of a claim of somebody else."""
    around = 0 if margin is None else margin[claim.town_id]
    return (
        snapshot.horizon.minute_of_instant(claim.from_at) - max(cleanup_min, around),
        snapshot.horizon.minute_of_instant(claim.until_at) + max(setup_min, around),
    )


def guest_minutes(snapshot: Snapshot, facts: ResourceFacts, capacity: int) -> list[Interval]:
    """Return when guests may use a resource: windows of offers that open at least so much of it.

    The days of notice that it needs count from the end of the campaign's requests, when who comes is
    first known.
    """
    horizon = snapshot.horizon
    first_on = date.min
    if facts.row.lead_days:
        first_on = snapshot.campaign.requests_until + timedelta(days=1 + facts.row.lead_days)
    last_on = facts.guests_until or date.max
    found: list[Interval] = []
    for offer in facts.offers:
        if offer.capacity < capacity:
            continue
        since, until = max(offer.valid_from, first_on), min(offer.valid_until or date.max, last_on)
        windows = [(day, start, end) for day, start, end in offer.windows]
        for on in horizon.dates:
            if since <= on <= until and in_weeks(on, offer.odd_weeks):
                midnight = horizon.minute(on) + horizon.shift_min(facts.site.timezone, on)
                found += [
                    (midnight + start, midnight + end) for day, start, end in windows if day == on.weekday()
                ]
    return union(found)


def request_minutes(snapshot: Snapshot, request: Request, zone: str) -> list[Interval]:
    """Return the days and hours that a request itself allows."""
    horizon, campaign = snapshot.horizon, snapshot.campaign
    first, last = max(request.from_on, campaign.starts_on), min(request.until_on, campaign.ends_on)
    weekdays = frozenset(request.weekdays)
    start = 0 if request.day_from_min is None else request.day_from_min
    end = DAY_MIN if request.day_until_min is None else request.day_until_min
    found = []
    for on in horizon.dates:
        if first <= on <= last and on.weekday() in weekdays and in_weeks(on, request.odd_weeks):
            midnight = horizon.minute(on) + horizon.shift_min(zone, on)
            found.append((midnight + start, midnight + end))
    return union(found)


def week_minutes(snapshot: Snapshot, request: Request, group: GroupFacts) -> list[Interval]:
    """Return the weeks of the group's calendar in which such sessions are held.

    Where the group's calendar names none of the fitting kinds, any week counts but examinations and
    holidays.
    """
    allowed = set(snapshot.settings.table("weeks.allowed").get(request.session_kind, ()))
    mondays = list(snapshot.horizon.mondays())
    kinds = {monday: group.weeks.get(monday, "theory") for monday in mondays}
    if not allowed.intersection(kinds.values()):
        allowed = set(kinds.values()).difference(FREE_WEEKS)
    minute = snapshot.horizon.minute
    return union((minute(m), minute(m) + 7 * DAY_MIN) for m in mondays if kinds[m] in allowed)


def working_minutes(snapshot: Snapshot, days_per_week: int) -> list[Interval]:
    """Return the days that are no holiday for an organisation with such a week."""
    horizon = snapshot.horizon
    return union(
        (horizon.minute(on), horizon.minute(on) + DAY_MIN)
        for on in horizon.dates
        if not snapshot.calendar.is_holiday(on, days_per_week)
    )


def through(snapshot: Snapshot, on: date) -> list[Interval]:
    """Return the time through a day."""
    return intersect([whole(snapshot)], [(0, snapshot.horizon.minute(on) + DAY_MIN)])
