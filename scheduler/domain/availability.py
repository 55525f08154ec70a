"""When something can be used: weekly windows, single dates, exceptions, working days."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from scheduler.domain.horizon import DAY_MIN, Horizon
from scheduler.domain.intervals import Interval, subtract, union
from scheduler.domain.production_calendar import WorkCalendar


class AvailabilityRow(Protocol):
    """What a stored or entered row of availability tells."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def weekday(self) -> int | None: ...  # noqa: D102
    @property
    def from_on(self) -> date | None: ...  # noqa: D102
    @property
    def until_on(self) -> date | None: ...  # noqa: D102
    @property
    def from_min(self) -> int: ...  # noqa: D102
    @property
    def until_min(self) -> int: ...  # noqa: D102


class _Window(NamedTuple):
    """A row read once: stored rows are slow to ask for every day anew."""

    from_on: date
    until_on: date
    from_min: int
    until_min: int


def _windows(rows: Iterable[AvailabilityRow]) -> dict[tuple[str, int | None], list[_Window]]:
    """Return the windows by kind, weekly ones by weekday too."""
    found: dict[tuple[str, int | None], list[_Window]] = defaultdict(list)
    for row in rows:
        weekly = row.kind == "weekly"
        from_on = row.from_on or (date.min if weekly else date.max)
        until_on = row.until_on or (date.max if weekly else from_on)
        key = (row.kind, row.weekday if weekly else None)
        found[key].append(_Window(from_on, until_on, row.from_min, row.until_min))
    return found


def open_minutes(
    rows: Iterable[AvailabilityRow],
    horizon: Horizon,
    calendar: WorkCalendar,
    days_per_week: int,
    zone: str,
) -> list[Interval]:
    """Return when a subject can be used, in minutes of the horizon.

    (weekly or date windows) minus closed ones; without any weekly and date rows the whole of the
    participant's working days. Weekly windows do not hold on its holidays; a date window does, since
    its owner named the day.

    Parameters
    ----------
    days_per_week
        Of the participant, 5 or 6.
    zone
        Of the rows' wall clock; the result is in the horizon's.
    """
    windows = _windows(rows)
    named = any(kind in ("weekly", "date") for kind, _ in windows)
    open_: list[Interval] = []
    shut: list[Interval] = []
    for on in horizon.dates:
        midnight = horizon.minute(on) + horizon.shift_min(zone, on)
        if not named and calendar.is_working(on, days_per_week):
            open_.append((midnight, midnight + DAY_MIN))
        weekly = windows.get(("weekly", on.weekday()), ())
        for window in weekly if not calendar.is_holiday(on, days_per_week) else ():
            if window.from_on <= on <= window.until_on:
                open_.append((midnight + window.from_min, midnight + window.until_min))
        for kind, found in (("date", open_), ("closed", shut)):
            for window in windows.get((kind, None), ()):
                if window.from_on <= on <= window.until_on:
                    found.append((midnight + window.from_min, midnight + window.until_min))
    return subtract(union(open_), shut)


def shuts(row: AvailabilityRow, starts: datetime, ends: datetime) -> bool:
    """Tell whether a closure takes a part of ``[starts, ends)``, wall clock of the same site."""
    if row.kind != "closed" or row.from_on is None:
        return False
    on = max(row.from_on, starts.date())
    last = min(row.until_on or row.from_on, ends.date())
    while on <= last:
        midnight = datetime.combine(on, time())
        shut_from, shut_until = (midnight + timedelta(minutes=m) for m in (row.from_min, row.until_min))
        if shut_from < ends and starts < shut_until:
            return True
        on += timedelta(days=1)
    return False
