from dataclasses import dataclass
from datetime import date

import pytest
from pydantic import ValidationError

from scheduler.domain.availability import open_minutes, shuts
from scheduler.domain.horizon import DAY_MIN, Horizon, parse_local
from scheduler.domain.intervals import Interval
from scheduler.domain.production_calendar import WorkCalendar

MONDAY = date(2027, 2, 22)  # a transferred day off; the Saturday before is worked, Tuesday is a holiday
HORIZON = Horizon(MONDAY, 1, "Europe/Moscow")
CALENDAR = WorkCalendar.parse(
    {"statutory": ["2027-02-23"], "transfer": ["2027-02-22"], "working": ["2027-02-20", "2027-02-27"]}
)


@dataclass(frozen=True)
class Row:
    kind: str
    weekday: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    from_min: int = 0
    until_min: int = DAY_MIN


def days(windows: list[Interval]) -> list[int]:
    return [day for start, end in windows for day in range(start // DAY_MIN, -(-end // DAY_MIN))]


def open_(*rows: Row, days_per_week: int = 6, zone: str = "Europe/Moscow") -> list[Interval]:
    return open_minutes(rows, HORIZON, CALENDAR, days_per_week, zone)


def test_without_windows_the_working_days_are_open_by_the_length_of_the_week() -> None:
    assert days(open_()) == [0, 2, 3, 4, 5]
    assert days(open_(days_per_week=5)) == [2, 3, 4, 5]


def test_a_five_day_week_has_its_working_saturdays_only() -> None:
    ordinary = open_minutes([], Horizon(date(2027, 3, 1), 1, "Europe/Moscow"), CALENDAR, 5, "Europe/Moscow")

    assert days(ordinary) == [0, 1, 2, 3, 4]


def test_weekly_windows_do_not_hold_on_holidays_but_named_dates_do() -> None:
    weekly = Row("weekly", weekday=1, from_min=480, until_min=600)
    named = Row("date", from_on=date(2027, 2, 23), from_min=600, until_min=660)

    assert open_(weekly) == []
    assert open_(weekly, named) == [(DAY_MIN + 600, DAY_MIN + 660)]


def test_weekly_windows_hold_from_their_first_to_their_last_day() -> None:
    row = Row("weekly", weekday=3, from_on=date(2027, 2, 25), until_on=date(2027, 2, 25), until_min=60)
    late = Row("weekly", weekday=4, from_on=date(2027, 2, 27), until_min=60)

    assert open_(row, late) == [(3 * DAY_MIN, 3 * DAY_MIN + 60)]


def test_exceptions_are_cut_out_and_leave_the_default_in_place() -> None:
    closed = Row("closed", from_on=date(2027, 2, 24), until_on=date(2027, 2, 25), from_min=600, until_min=720)

    assert open_(closed)[1:3] == [
        (2 * DAY_MIN, 2 * DAY_MIN + 600),
        (2 * DAY_MIN + 720, 3 * DAY_MIN + 600),
    ]


def test_windows_of_another_zone_are_shown_in_the_horizons_clock() -> None:
    row = Row("weekly", weekday=2, from_min=480, until_min=600)

    assert open_(row, zone="Europe/Kaliningrad") == [(2 * DAY_MIN + 540, 2 * DAY_MIN + 660)]


def test_an_unknown_layer_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValidationError):
        WorkCalendar.parse({"statutory": [], "regional": ["2027-01-01"]})


@pytest.mark.parametrize(
    ("starts", "ends", "hit"),
    [
        ("2027-01-12T09:00", "2027-01-12T10:00", False),
        ("2027-01-12T09:00", "2027-01-12T10:05", True),
        ("2027-01-13T13:55", "2027-01-13T16:00", True),
        ("2027-01-13T14:00", "2027-01-13T16:00", False),
        ("2027-01-11T22:00", "2027-01-14T02:00", True),
        ("2027-01-14T11:00", "2027-01-14T12:00", False),
    ],
)
def test_a_closure_shuts_its_hours_of_its_days(starts: str, ends: str, hit: bool) -> None:
    row = Row("closed", None, date(2027, 1, 12), date(2027, 1, 13), 600, 840)
    assert shuts(row, parse_local(starts), parse_local(ends)) is hit
