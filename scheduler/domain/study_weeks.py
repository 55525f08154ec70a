"""Odd and even weeks of the academic year (числитель, знаменатель): a week is odd or even for everybody.

Source: R24; the year's first week is the one that holds 1 September.
"""

from datetime import date

from scheduler.domain.horizon import monday_of


def study_week(on: date) -> int:
    """Return the number of a day's week in its academic year, from 1.

    >>> study_week(date(2026, 9, 1)), study_week(date(2026, 9, 7)), study_week(date(2027, 1, 11))
    (1, 2, 20)
    """
    first = monday_of(date(on.year, 9, 1))
    if on < first:
        first = monday_of(date(on.year - 1, 9, 1))
    return (on - first).days // 7 + 1


def in_weeks(on: date, odd: bool | None) -> bool:
    """Return whether a day lies in the odd (True) or even (False) weeks; None: all weeks."""
    return odd is None or study_week(on) % 2 == odd
