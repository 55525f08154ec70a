from datetime import date, timedelta

from scheduler.domain.study_weeks import in_weeks, study_week


def test_weeks_count_from_the_one_with_the_first_of_september() -> None:
    assert study_week(date(2026, 9, 1)) == study_week(date(2026, 8, 31)) == 1
    assert study_week(date(2026, 9, 6)) == 1
    assert study_week(date(2026, 9, 7)) == 2
    assert study_week(date(2027, 8, 29)) == 52
    assert study_week(date(2027, 8, 30)) == 1


def test_neighbours_within_a_year_are_of_different_kinds_and_a_week_is_of_one() -> None:
    monday = date(2027, 1, 11)
    for week in range(30):
        days = [monday + timedelta(weeks=week, days=day) for day in range(7)]
        assert len({in_weeks(on, True) for on in days}) == 1
        assert in_weeks(days[0], True) is not in_weeks(days[0], False)
        assert in_weeks(days[0], True) is not in_weeks(days[0] + timedelta(weeks=1), True)
        assert all(in_weeks(on, None) for on in days)
