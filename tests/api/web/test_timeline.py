"""Where the boxes of the week lie."""

from datetime import UTC, date, datetime

import pytest

from api.web.timeline import Scale, open_gradient, row_of, scale_of, week_bookings
from scheduler.domain.booking import BookingView
from scheduler.domain.model import Ref
from scheduler.domain.resource import ResourceView
from scheduler.domain.week import OpenWindow, TimelineOwner, TimelineRow, TimelineTown, WeekTimeline

MONDAY = date(2027, 1, 11)
NAMED = Ref(id=1, code="x", name="X")
RESOURCE = ResourceView(
    id=1,
    code="r",
    kind="workshop",
    mode="pooled",
    capacity=8,
    owner=NAMED,
    site=NAMED,
    town=NAMED,
    name="Мастерская",
    hazard="none",
    setup_min=0,
    cleanup_min=0,
    lead_days=0,
    min_age=None,
    competencies=(),
    retired_on=None,
    revision=1,
)


NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)


def booking(key: int, starts: str, ends: str) -> BookingView:
    return BookingView(
        id=key,
        uid=f"{key}@smena",
        key=None,
        state="confirmed",
        session_kind=None,
        title="Занятие",
        participant=NAMED,
        group=None,
        learners_from=0,
        learners_until=0,
        site=NAMED,
        host=NAMED,
        town=NAMED,
        competency=None,
        request=None,
        starts_local=f"2027-01-{starts}",
        ends_local=f"2027-01-{ends}",
        timezone="Europe/Moscow",
        starts_at=NOON,
        ends_at=NOON,
        hold_until=None,
        consent_until=None,
        contact_minutes=90,
        sequence=0,
        uses=(),
        updated_at=NOON,
    )


def row(*bookings: BookingView) -> TimelineRow:
    return TimelineRow(resource=RESOURCE, open=(), bookings=bookings)


def week(*bookings: BookingView) -> WeekTimeline:
    owner = TimelineOwner(owner=NAMED, rows=(row(*bookings), row(*bookings)))
    return WeekTimeline(
        monday_on=MONDAY,
        previous_on=date(2027, 1, 4),
        next_on=date(2027, 1, 18),
        holidays=(),
        towns=(TimelineTown(town=NAMED, owners=(owner,)),),
    )


def test_the_hours_hold_every_booking_and_the_usual_day() -> None:
    assert scale_of(week()) == Scale(MONDAY, 0, 6, 8 * 60, 18 * 60)

    late = scale_of(week(booking(1, "12T07:30", "12T09:00"), booking(2, "13T18:10", "13T19:35")))

    assert (late.from_min, late.until_min, late.days) == (7 * 60, 20 * 60, 6)


def test_sunday_is_there_when_it_is_used() -> None:
    assert scale_of(week(booking(1, "17T10:00", "17T12:00"))).days == 7


def test_a_booking_over_midnight_opens_the_whole_evening() -> None:
    assert scale_of(week(booking(1, "12T22:00", "13T01:00"))).until_min == 24 * 60


def test_a_day_alone_is_the_whole_scale() -> None:
    one = booking(1, "13T09:00", "13T10:30")
    scale = scale_of(week(one), date(2027, 1, 13))

    (box,) = row_of(scale, row(one, booking(2, "14T09:00", "14T10:30"))).boxes

    assert scale.dates == [date(2027, 1, 13)]
    assert (box.start, box.length, scale.length) == (60, 90, 600)


def test_boxes_count_minutes_along_the_days() -> None:
    scale = Scale(MONDAY, 0, 6, 8 * 60, 18 * 60)

    laid = row_of(scale, row(booking(2, "13T10:00", "13T11:30"), booking(1, "11T08:30", "11T10:05")))

    assert [(box.booking.id, box.start, box.length, box.lane) for box in laid.boxes] == [
        (1, 30, 95, 0),
        (2, 2 * 600 + 120, 90, 0),
    ]
    assert laid.lanes == 1


def test_bookings_that_overlap_lie_in_lanes_and_use_a_free_one_again() -> None:
    scale = Scale(MONDAY, 0, 6, 8 * 60, 18 * 60)
    bookings = [
        booking(1, "11T08:00", "11T12:00"),
        booking(2, "11T09:00", "11T10:00"),
        booking(3, "11T09:30", "11T11:00"),
        booking(4, "11T10:00", "11T11:00"),
    ]

    laid = row_of(scale, row(*bookings))

    assert {box.booking.id: box.lane for box in laid.boxes} == {1: 0, 2: 1, 3: 2, 4: 1}
    assert laid.lanes == 3


@pytest.mark.parametrize(
    ("windows", "gradient"),
    [
        ([], "linear-gradient(90deg,var(--shut) 0% 100%)"),
        ([(0, 7 * 1440)], "linear-gradient(90deg,transparent 0% 100%)"),
        (
            [(8 * 60, 13 * 60), (1440 + 8 * 60, 1440 + 18 * 60)],
            "linear-gradient(90deg,transparent 0% 25%,var(--shut) 25% 50%,transparent 50% 100%)",
        ),
    ],
)
def test_the_shut_hours_are_a_gradient(windows: list[tuple[int, int]], gradient: str) -> None:
    scale = Scale(MONDAY, 0, 2, 8 * 60, 18 * 60)

    assert open_gradient(scale, [OpenWindow(from_min=a, until_min=b) for a, b in windows]) == gradient


def test_a_booking_of_several_resources_is_listed_once() -> None:
    listed = week_bookings(week(booking(2, "12T10:00", "12T11:00"), booking(1, "11T10:00", "11T11:00")))

    assert [one.id for one in listed] == [1, 2]
