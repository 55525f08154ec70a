"""What is written is what other parsers read, as instants in UTC."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from scheduler.calendars import CalendarEvent, make_calendar

EVENT = CalendarEvent(
    uid="0f8fad5b-d9cb-469f-a165-70867728950e@smena",
    sequence=2,
    status="CONFIRMED",
    starts_at=datetime(2027, 3, 15, 5, 30, tzinfo=UTC),
    ends_at=datetime(2027, 3, 15, 7, 5, tzinfo=UTC),
    timezone="Europe/Moscow",
    summary="Токарные работы с ЧПУ, ТМ-31",
    location="Мастерская 1; Ярцево, ул. Школьная, 2",
    description="Группа ТМ-31\nСтанки: 6",
    categories=("учебная практика",),
    created_at=datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
    updated_at=datetime(2026, 12, 2, 9, 0, tzinfo=UTC),
)


def lines_of(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


def test_instants_survive_two_parsers() -> None:
    kaliningrad = replace(EVENT, uid="k@smena", timezone="Europe/Kaliningrad")
    body = make_calendar("ТМ-31", [kaliningrad, EVENT])

    parsed = Calendar.from_ical(body)
    starts: list[datetime] = [event.decoded("DTSTART") for event in parsed.events]
    assert {start.astimezone(UTC) for start in starts} == {EVENT.starts_at}
    assert {event.decoded("DTEND").astimezone(UTC) for event in parsed.events} == {EVENT.ends_at}
    assert {str(start.replace(tzinfo=None)) for start in starts} == {
        "2027-03-15 08:30:00",
        "2027-03-15 07:30:00",
    }
    found = recurring_ical_events.of(parsed).between(date(2027, 3, 15), date(2027, 3, 16))
    assert [event["DTSTART"].dt.astimezone(UTC) for event in found] == [EVENT.starts_at] * 2


def test_zones_hold_single_transitions_and_no_comment() -> None:
    lines = lines_of(make_calendar("ТМ-31", [EVENT, replace(EVENT, uid="v@smena", timezone="Europe/Paris")]))
    zones = "\n".join(lines).split("BEGIN:VTIMEZONE")[1:]
    assert len(zones) == 2
    for line in lines:
        assert not line.startswith(("COMMENT", "METHOD"))
        assert not (line.startswith("RDATE") and "," in line)
    assert "TZOFFSETTO:+0300" in lines


def test_times_of_change_come_from_the_row() -> None:
    first = make_calendar("ТМ-31", [EVENT])
    assert first == make_calendar("ТМ-31", [EVENT])
    lines = lines_of(first)
    assert "DTSTAMP:20261202T090000Z" in lines
    assert "LAST-MODIFIED:20261202T090000Z" in lines
    assert "CREATED:20261201T090000Z" in lines
    assert "SEQUENCE:2" in lines


def test_order_of_events_does_not_matter() -> None:
    later = replace(EVENT, uid="l@smena", starts_at=EVENT.starts_at + timedelta(days=1))
    later = replace(later, ends_at=EVENT.ends_at + timedelta(days=1))
    assert make_calendar("x", [EVENT, later]) == make_calendar("x", [later, EVENT])


def test_a_cancelled_session_is_shown_as_cancelled_and_frees_the_time() -> None:
    lines = lines_of(make_calendar("x", [replace(EVENT, status="CANCELLED", sequence=3)]))
    assert "STATUS:CANCELLED" in lines
    assert "TRANSP:TRANSPARENT" in lines
    assert "SEQUENCE:3" in lines


def test_an_empty_calendar_is_a_calendar() -> None:
    parsed = Calendar.from_ical(make_calendar("Пусто", []))
    assert parsed.events == []
    assert parsed["X-WR-CALNAME"] == "Пусто"


PLAIN_COMPONENTS = 5
"""Of a calendar with two events in one zone: calendar, zone, its one offset, events."""


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.text())
def test_no_text_adds_or_breaks_a_component(summary: str, location: str, name: str) -> None:
    hostile = replace(EVENT, summary=summary, location=location, description=summary + location)
    parsed = Calendar.from_ical(make_calendar(name, [hostile, replace(EVENT, uid="other@smena")]))
    assert len(parsed.events) == 2
    assert len(parsed.walk()) == len(
        Calendar.from_ical(make_calendar("x", [EVENT, replace(EVENT, uid="o")])).walk()
    )
