"""The weeks of a campaign as minutes and slots of wall-clock time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

SLOT_MIN = 5
DAY_MIN = 24 * 60
DAY_SLOTS = DAY_MIN // SLOT_MIN
LOCAL_FORMAT = "%Y-%m-%dT%H:%M"
LOCAL_LENGTH = len("2027-01-11T08:30")


def monday_of(on: date) -> date:
    """Return the Monday of the week that holds the day."""
    return on - timedelta(days=on.weekday())


def parse_local(text: str) -> datetime:
    """Return the naive wall-clock time of ``YYYY-MM-DDTHH:MM``.

    Raises
    ------
    ValueError
        There is no such day or time.
    """
    # Ten times as fast as strptime, but more lenient: the length tells the one form that we write.
    at = datetime.fromisoformat(text)
    if len(text) != LOCAL_LENGTH or at.tzinfo is not None:
        raise ValueError(f"not a wall-clock time: {text!r}")
    return at


def resolve(local: str, zone: str) -> datetime:
    """Return the UTC instant of a wall-clock time in an IANA zone.

    A time that a clock change skips is moved on by the change; of a repeated one the first is meant.
    """
    return parse_local(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_of(instant: datetime, zone: str) -> str:
    """Return the wall-clock time of an instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).strftime(LOCAL_FORMAT)


@dataclass(frozen=True)
class Horizon:
    """Whole weeks from a Monday; minutes and slots count from its midnight, wall clock of `timezone`."""

    monday_on: date
    weeks: int
    timezone: str

    @classmethod
    def covering(cls, starts_on: date, ends_on: date, timezone: str) -> "Horizon":
        """Return the whole weeks from the Monday of `starts_on` through `ends_on`."""
        monday_on = monday_of(starts_on)
        return cls(monday_on, (ends_on - monday_on).days // 7 + 1, timezone)

    @property
    def days(self) -> int:
        """Days in it."""
        return 7 * self.weeks

    @property
    def slots(self) -> int:
        """Slots in it."""
        return self.days * DAY_SLOTS

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Its days in order."""
        return tuple(self.monday_on + timedelta(days=day) for day in range(self.days))

    def minute(self, on: date, minute_of_day: int = 0) -> int:
        """Return the minute of a day's clock time, counted from the horizon's begin."""
        return (on - self.monday_on).days * DAY_MIN + minute_of_day

    def local(self, slot: int, zone: str | None = None) -> str:
        """Return the wall clock of a slot, in `zone` if it is another than the horizon's."""
        at = datetime.combine(self.monday_on, time()) + timedelta(minutes=slot * SLOT_MIN)
        if zone is None or zone == self.timezone:
            return at.strftime(LOCAL_FORMAT)
        return local_of(at.replace(tzinfo=ZoneInfo(self.timezone)), zone)

    def minute_of_local(self, local: str, zone: str) -> int:
        """Return the horizon's minute of a wall-clock time in `zone`."""
        at = parse_local(local)
        if zone != self.timezone:
            at = parse_local(local_of(resolve(local, zone), self.timezone))
        return self.minute(at.date(), at.hour * 60 + at.minute)

    def minute_of_instant(self, instant: datetime) -> int:
        """Return the horizon's minute of an instant, rounded down."""
        at = instant.astimezone(ZoneInfo(self.timezone))
        return self.minute(at.date(), at.hour * 60 + at.minute)

    def shift_min(self, zone: str, on: date) -> int:
        """Return what is added to a clock time of `zone` on that day to get the horizon's clock time."""
        if zone == self.timezone:
            return 0
        noon = datetime.combine(on, time(12), ZoneInfo(zone))
        own, theirs = noon.astimezone(ZoneInfo(self.timezone)).utcoffset(), noon.utcoffset()
        assert own is not None
        assert theirs is not None
        return int((own - theirs).total_seconds()) // 60

    def slots_inside(self, start_min: int, end_min: int) -> tuple[int, int]:
        """Return the whole slots within an interval of minutes, cut to the horizon."""
        return max(0, -(-start_min // SLOT_MIN)), min(self.slots, end_min // SLOT_MIN)

    def mondays(self) -> Iterator[date]:
        """Yield the Mondays of its weeks."""
        for week in range(self.weeks):
            yield self.monday_on + timedelta(weeks=week)
