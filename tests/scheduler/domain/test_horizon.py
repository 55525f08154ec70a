from datetime import UTC, date, datetime

import pytest

from scheduler.domain.horizon import Horizon, local_of, monday_of, parse_local, resolve

MOSCOW, KALININGRAD = "Europe/Moscow", "Europe/Kaliningrad"


def test_whole_weeks_cover_the_term() -> None:
    horizon = Horizon.covering(date(2027, 1, 13), date(2027, 1, 25), MOSCOW)

    assert (horizon.monday_on, horizon.weeks) == (date(2027, 1, 11), 3)
    assert horizon.dates[-1] == date(2027, 1, 31)
    assert list(horizon.mondays()) == [date(2027, 1, 11), date(2027, 1, 18), date(2027, 1, 25)]


def test_a_term_that_ends_on_a_sunday_takes_no_week_more() -> None:
    assert Horizon.covering(date(2027, 1, 11), date(2027, 1, 24), MOSCOW).weeks == 2


def test_slots_are_wall_clock_of_the_horizon_and_shown_in_any_zone() -> None:
    horizon = Horizon(date(2027, 1, 11), 1, MOSCOW)
    slot = (24 * 60 + 8 * 60 + 30) // 5

    assert horizon.local(slot) == "2027-01-12T08:30"
    assert horizon.local(slot, KALININGRAD) == "2027-01-12T07:30"
    assert horizon.minute_of_local("2027-01-12T07:30", KALININGRAD) == slot * 5
    assert horizon.minute_of_instant(datetime(2027, 1, 12, 5, 30, tzinfo=UTC)) == slot * 5


def test_the_shift_of_a_zone_follows_its_clock_changes() -> None:
    horizon = Horizon(date(2027, 3, 22), 2, MOSCOW)

    assert horizon.shift_min(KALININGRAD, date(2027, 3, 22)) == 60
    assert horizon.shift_min("Europe/Berlin", date(2027, 3, 27)) == 120
    assert horizon.shift_min("Europe/Berlin", date(2027, 3, 29)) == 60


def test_slots_inside_never_reach_out_of_a_window_or_of_the_horizon() -> None:
    horizon = Horizon(date(2027, 1, 11), 1, MOSCOW)

    assert horizon.slots_inside(512, 608) == (103, 121)
    assert horizon.slots_inside(-60, 8 * 24 * 60) == (0, 2016)


def test_wall_clock_becomes_an_instant_and_comes_back() -> None:
    assert resolve("2027-01-12T08:30", MOSCOW) == datetime(2027, 1, 12, 5, 30, tzinfo=UTC)
    assert local_of(resolve("2027-07-01T09:00", KALININGRAD), KALININGRAD) == "2027-07-01T09:00"
    assert monday_of(date(2027, 1, 17)) == date(2027, 1, 11)


@pytest.mark.parametrize(
    "text", ["2027-02-30T08:00", "2027-01-12T25:00", "2027-01-12", "2027-01-12T08:30:00", "2027-01-12T08:30Z"]
)
def test_another_form_of_a_local_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own words or ours
        parse_local(text)
