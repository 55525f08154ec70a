"""The week of resources as boxes on a scale: where each begins, how long it is, in which lane it lies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain.booking import BookingView
from scheduler.domain.week import OpenWindow, TimelineRow, WeekTimeline

DAY_MIN = 24 * 60
USUAL_FROM_MIN, USUAL_UNTIL_MIN = 8 * 60, 18 * 60


@dataclass(frozen=True, slots=True)
class Scale:
    """Days side by side, each cut to the same hours; positions are minutes along the whole of it."""

    monday_on: date
    first_day: int
    """0 = Monday."""
    days: int
    from_min: int
    until_min: int

    @property
    def day_min(self) -> int:
        """Minutes of a day that are shown."""
        return self.until_min - self.from_min

    @property
    def length(self) -> int:
        """Minutes of the whole scale."""
        return self.days * self.day_min

    @property
    def dates(self) -> list[date]:
        """The days that are shown."""
        return [self.monday_on + timedelta(days=self.first_day + day) for day in range(self.days)]

    @property
    def hours(self) -> list[int]:
        """Full hours of a day to be named: every second one, each where there is room."""
        first = -(-self.from_min // 60)
        return list(range(first, self.until_min // 60, 2 if self.days > 1 else 1))

    def place(self, week_min: int) -> int:
        """Return the position of a minute of the week; what is not shown lies at the nearest edge."""
        day, minute = divmod(week_min - self.first_day * DAY_MIN, DAY_MIN)
        if day < 0:
            return 0
        if day >= self.days:
            return self.length
        return day * self.day_min + min(max(minute - self.from_min, 0), self.day_min)

    def minute_of(self, local: str) -> int:
        """Return the minute of the week of a wall-clock time."""
        at = datetime.fromisoformat(local)
        return (at.date() - self.monday_on).days * DAY_MIN + at.hour * 60 + at.minute


@dataclass(frozen=True, slots=True)
class Box:
    """A booking in a row."""

    booking: BookingView
    start: int
    length: int
    lane: int


@dataclass(frozen=True, slots=True)
class Row:
    """A resource's boxes and, as a CSS gradient, when it can be used."""

    source: TimelineRow
    boxes: tuple[Box, ...]
    lanes: int
    open: str


def scale_of(week: WeekTimeline, day: date | None = None) -> Scale:
    """Return hours that hold every booking of the week and its usual day.

    Sunday is shown only if it is used. With a `day` of the week that day alone is shown.
    """
    start, end, sunday = USUAL_FROM_MIN, USUAL_UNTIL_MIN, False
    for booking in _bookings(week):
        begins, ends = (
            datetime.fromisoformat(booking.starts_local),
            datetime.fromisoformat(booking.ends_local),
        )
        sunday = sunday or ends.date() >= week.monday_on + timedelta(days=6)
        start = min(start, begins.hour * 60)
        last = ends.hour * 60 + ends.minute if ends.date() == begins.date() else DAY_MIN
        end = max(end, -(-last // 60) * 60)
    if day is not None:
        return Scale(week.monday_on, day.weekday(), 1, start, end)
    return Scale(week.monday_on, 0, 7 if sunday else 6, start, end)


def row_of(scale: Scale, row: TimelineRow) -> Row:
    """Return a resource's row; bookings that overlap lie in lanes below one another."""
    boxes: list[Box] = []
    lane_ends: list[int] = []
    for booking in sorted(row.bookings, key=lambda one: (one.starts_local, one.id)):
        start = scale.place(scale.minute_of(booking.starts_local))
        end = scale.place(scale.minute_of(booking.ends_local))
        if end <= start:
            continue
        lane = next((number for number, taken in enumerate(lane_ends) if taken <= start), len(lane_ends))
        lane_ends[lane : lane + 1] = [end]
        boxes.append(Box(booking, start, end - start, lane))
    return Row(row, tuple(boxes), max(1, len(lane_ends)), open_gradient(scale, row.open))


def open_gradient(scale: Scale, windows: Sequence[OpenWindow]) -> str:
    """Return a CSS gradient along the scale: transparent when open, ``--shut`` when not.

    One declaration a row instead of an element a window: a week of 150 rows has 900 windows.
    """
    stops: list[str] = []
    at = 0
    for window in sorted(windows, key=lambda one: one.from_min):
        start, end = scale.place(window.from_min), scale.place(window.until_min)
        if end <= max(start, at):
            continue
        if start > at:
            stops.append(f"var(--shut) {_share(scale, at)} {_share(scale, start)}")
        stops.append(f"transparent {_share(scale, max(start, at))} {_share(scale, end)}")
        at = end
    if at < scale.length:
        stops.append(f"var(--shut) {_share(scale, at)} 100%")
    return f"linear-gradient(90deg,{','.join(stops)})"


def week_bookings(week: WeekTimeline) -> tuple[BookingView, ...]:
    """Return every booking of the week once, in order of time."""
    unique = {booking.id: booking for booking in _bookings(week)}
    return tuple(sorted(unique.values(), key=lambda one: (one.starts_local, one.town.name, one.id)))


def _bookings(week: WeekTimeline) -> Iterable[BookingView]:
    for town in week.towns:
        for owner in town.owners:
            for row in owner.rows:
                yield from row.bookings


def _share(scale: Scale, position: int) -> str:
    return f"{100 * position / scale.length:.4g}%"
