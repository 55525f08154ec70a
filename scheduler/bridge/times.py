"""Time options: from bells, weeks of placement and exam days to meetings in slots."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from scheduler.bridge.places import slots_of
from scheduler.bridge.snapshot import GroupFacts, ResourceFacts, Snapshot
from scheduler.domain.bells import ACADEMIC_HOUR_MIN, plain_grid, session_times
from scheduler.domain.horizon import DAY_MIN, SLOT_MIN
from scheduler.domain.intervals import Interval, inside
from scheduler.persistence.tables.register import Site
from scheduler.persistence.tables.requests import Request
from solver.problem import TimeOption

LONG_DAY_MIN = 4 * 60
"""A day of placement longer than this has a break."""
SATURDAY, SUNDAY = 5, 6


class Times:
    """Option sets of a problem; equal ones are one set, named after what is in it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._by_content: dict[tuple[TimeOption, ...], str] = {}
        self._made: dict[tuple[object, ...], str] = {}
        settings = snapshot.settings
        self._grid = plain_grid(
            settings.number("bells.from_min"),
            settings.number("bells.pairs"),
            settings.number("bells.break_min"),
        )
        self.sets: dict[str, tuple[TimeOption, ...]] = {}

    def bells(self, site: Site) -> list[Interval]:
        """Return the bell grid of a site, the plain one where it has none."""
        return sorted((start, end) for start, end in site.bells) or self._grid

    def sessions(self, sites: Iterable[Site], hours: int, evening: Sequence[Interval], sunday: bool) -> str:
        """Return the set of all days × times at which a session fits the bells of one of the sites.

        Parameters
        ----------
        evening
            The group's own weekly windows, minutes of a day: where no bells fit them, a session may
            begin with the window.
        """
        grids = {(site.timezone, tuple(self.bells(site))) for site in sites}
        key = ("sessions", frozenset(grids), hours, tuple(evening), sunday)
        if key not in self._made:
            times = {(zone, time) for zone, grid in grids for time in session_times(grid, hours)}
            zones = {zone for zone, _ in grids}
            if evening and not any(inside(time, evening) for _, time in times):
                length = hours * ACADEMIC_HOUR_MIN
                times |= {
                    (zone, (start, start + length))
                    for zone in zones
                    for start, end in evening
                    if start + length <= end
                }
            self._made[key] = self._named(f"sessions-{hours}h", self._daily(times, sunday))
        return self._made[key]

    def _daily(self, times: Iterable[tuple[str, Interval]], sunday: bool) -> Iterable[TimeOption]:
        ordered = sorted(times)
        for on in self._snapshot.horizon.dates:
            if on.weekday() == SUNDAY and not sunday:
                continue
            for zone, time in ordered:
                yield TimeOption(
                    meetings=(self._meeting(on, time, zone),), penalty=int(on.weekday() == SATURDAY)
                )

    def block(self, request: Request, zone: str, weekdays: frozenset[int], days_per_week: int) -> str:
        """Return the set of placements on consecutive working days from the first one of a week."""
        settings = self._snapshot.settings
        count = -(-request.hours // request.session_hours)
        minutes = -(-request.hours * ACADEMIC_HOUR_MIN // count)
        if minutes > LONG_DAY_MIN:
            minutes += settings.number("internship.break_min")
        starts = (
            settings.numbers("internship.starts_min")
            if request.day_from_min is None
            else (request.day_from_min,)
        )
        key = ("block", zone, weekdays, days_per_week, count, minutes, starts)
        if key not in self._made:
            options = []
            for start in starts:
                for days in self._runs(weekdays, days_per_week, count, weekly=True):
                    time = (start, start + minutes)
                    if time[1] <= DAY_MIN:
                        options.append(
                            TimeOption(meetings=tuple(self._meeting(on, time, zone) for on in days))
                        )
            self._made[key] = self._named(f"block-{count}d", options)
        return self._made[key]

    def stay(
        self, sites: Iterable[Site], hours: int, count: int, weekdays: frozenset[int], days_per_week: int
    ) -> str:
        """Return the set of placements on days in a row, no night between them free, at one time of day."""
        times = {(site.timezone, time) for site in sites for time in session_times(self.bells(site), hours)}
        key = ("stay", frozenset(times), count, weekdays, days_per_week)
        if key not in self._made:
            options = [
                TimeOption(meetings=tuple(self._meeting(on, time, zone) for on in days))
                for days in self._runs(weekdays, days_per_week, count, weekly=False)
                if days[-1] - days[0] == timedelta(days=count - 1)
                for zone, time in sorted(times)
            ]
            self._made[key] = self._named(f"stay-{count}d", options)
        return self._made[key]

    def exam(
        self,
        request: Request,
        group: GroupFacts,
        rooms: Sequence[tuple[ResourceFacts, Sequence[Interval]]],
        weekdays: frozenset[int],
        days_per_week: int,
    ) -> str:
        """Return the set of exam series: the day before and the exam's days, whole days of the centre."""
        days = (request.exam_days or 1) + 1
        zone = group.site.timezone
        options = [
            TimeOption(meetings=tuple(self._meeting(on, time, zone) for on in run))
            for run in self._runs(weekdays, days_per_week, days, weekly=False)
            for time in self._exam_days(request, group, rooms)
        ]
        return self._named(f"exam-{days}d", options)

    def _exam_days(
        self, request: Request, group: GroupFacts, rooms: Sequence[tuple[ResourceFacts, Sequence[Interval]]]
    ) -> list[Interval]:
        """Return the hours for which a centre is locked: the day of each room's calendar within the bells.

        Where no day is long enough for a session, the times of a session.
        """
        bells = self.bells(group.site)
        least = session_times(bells, request.session_hours) or [
            (bells[0][0], bells[0][0] + request.session_hours * ACADEMIC_HOUR_MIN)
        ]
        days = set()
        for _, windows in rooms:
            daily = Counter((a % DAY_MIN, a % DAY_MIN + b - a) for a, b in windows)
            if daily:
                usual = max(daily, key=lambda day: (daily[day], -day[0], day[1]))
                days.add((max(usual[0], bells[0][0]), min(usual[1], bells[-1][1])))
        shortest = least[0][1] - least[0][0]
        return sorted(day for day in days if day[1] - day[0] >= shortest) or least

    def _runs(
        self, weekdays: frozenset[int], days_per_week: int, count: int, *, weekly: bool
    ) -> Iterable[list[date]]:
        """Consecutive working days on these weekdays, from every one of them or from each week's first."""
        horizon, calendar = self._snapshot.horizon, self._snapshot.calendar
        days = [
            on
            for on in horizon.dates
            if on.weekday() in weekdays and not calendar.is_holiday(on, days_per_week)
        ]
        for number, on in enumerate(days[: len(days) - count + 1]):
            first = number == 0 or days[number - 1] < on - timedelta(days=on.weekday())
            if first or not weekly:
                yield days[number : number + count]

    def _meeting(self, on: date, time: Interval, zone: str) -> Interval:
        horizon = self._snapshot.horizon
        midnight = horizon.minute(on) + horizon.shift_min(zone, on)
        return ((midnight + time[0]) // SLOT_MIN, slots_of(midnight + time[1]))

    def _named(self, prefix: str, options: Iterable[TimeOption]) -> str:
        """Keep the options that lie within the horizon, each once, and return their set's id."""
        last = self._snapshot.horizon.slots
        kept = {
            option.meetings: option
            for option in options
            if option.meetings[0][0] >= 0 and option.meetings[-1][1] <= last
        }
        content = tuple(kept[meetings] for meetings in sorted(kept))
        if content not in self._by_content:
            text = repr([(option.meetings, option.penalty) for option in content])
            name = f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
            self._by_content[content] = name
            self.sets[name] = content
        return self._by_content[content]
