"""iCalendar bytes that the calendars of phones and desktops read alike.

What the clients need beyond RFC 5545: a VTIMEZONE whose transitions are single values over a narrow
window (some readers see only the first of a list), no COMMENT inside it, no METHOD in a feed, and times of
change that come from the rows, so that equal rows give equal bytes.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vDuration

REFRESH_INTERVAL = timedelta(hours=1)
"""How often a client is asked to look; most ask less often."""

_NARROW = timedelta(days=400)
"""VTIMEZONE covers the events and this much before, so that the rule in force at the first is in it."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One session as a calendar shows it.

    Attributes
    ----------
    uid, sequence
        Identity, the same through all versions, and how often it was changed.
    starts_at, ends_at
        Instants in any zone; `timezone` (an IANA name) is the zone they are written in.
    created_at, updated_at
        Instants from the row.
    """

    uid: str
    sequence: int
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
    starts_at: datetime
    ends_at: datetime
    timezone: str
    summary: str
    location: str
    description: str
    categories: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


def make_calendar(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """Return the calendar as UTF-8 bytes; equal arguments give equal bytes.

    Events stand in the order of start and UID, whatever the order given. Characters that the format
    cannot hold (controls, lone surrogates) are left out of texts, so no text can add a component.

    Parameters
    ----------
    name
        Shown by clients as the calendar's name.
    events
        Distinct UIDs.
    """
    ordered = sorted(events, key=lambda event: (event.starts_at, event.uid))
    calendar = Calendar()
    calendar.add("prodid", "-//Smena//Timetable//RU")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    title = " ".join(_plain(name).split())
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH_INTERVAL))
    if ordered:
        calendar.add("last-modified", max(event.updated_at for event in ordered))
        first = min(event.starts_at for event in ordered)
        last = max(event.ends_at for event in ordered)
        for zone in sorted({event.timezone for event in ordered}):
            calendar.add_component(_timezone(zone, first, last))
    for event in ordered:
        calendar.add_component(_component(event))
    body: bytes = calendar.to_ical()
    return body


def _timezone(zone: str, first: datetime, last: datetime) -> Timezone:
    timezone = Timezone.from_tzid(
        zone, first_date=(first - _NARROW).date(), last_date=(last + timedelta(days=1)).date()
    )
    for component in timezone.walk():
        component.pop("COMMENT", None)
    return timezone


def _component(event: CalendarEvent) -> Event:
    zone = ZoneInfo(event.timezone)
    component = Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.updated_at)
    component.add("created", event.created_at)
    component.add("last-modified", event.updated_at)
    component.add("sequence", event.sequence)
    component.add("dtstart", event.starts_at.astimezone(zone))
    component.add("dtend", event.ends_at.astimezone(zone))
    component.add("status", event.status)
    component.add("transp", "TRANSPARENT" if event.status == "CANCELLED" else "OPAQUE")
    component.add("summary", _plain(event.summary))
    component.add("location", _plain(event.location))
    component.add("description", _plain(event.description))
    if event.categories:
        component.add("categories", [_plain(category) for category in event.categories])
    return component


def _plain(text: str) -> str:
    lines = "\n".join(text.splitlines())
    return "".join(char for char in lines if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))
