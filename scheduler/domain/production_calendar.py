"""Which days are worked: statutory holidays bind everyone, government transfers five-day organisations."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class CalendarSetting(BaseModel):
    """The value of the setting ``calendar``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statutory: frozenset[date] = frozenset()
    """Public holidays (Labour Code, art. 112)."""
    transfer: frozenset[date] = frozenset()
    """Days off by a government transfer."""
    working: frozenset[date] = frozenset()
    """Saturdays that five-day organisations work."""
    shortened: frozenset[date] = frozenset()
    """Days one hour shorter for staff; told, not planned with."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days of organisations by the length of their week.

    Source: R05, R22. Six-day colleges follow statutory days alone.
    """

    setting: CalendarSetting = field(default_factory=CalendarSetting)

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """Return the calendar of a stored setting.

        Raises
        ------
        pydantic.ValidationError
            The value has an unknown layer or something that is no date.
        """
        return cls(CalendarSetting.model_validate(value))

    def is_holiday(self, on: date, days_per_week: int) -> bool:
        """Return whether no organisation with such a week works on that day, whatever its weekday."""
        if on in self.setting.statutory:
            return True
        return days_per_week <= 5 and on in self.setting.transfer

    def is_working(self, on: date, days_per_week: int) -> bool:
        """Return whether an organisation with such a week works on that day."""
        if self.is_holiday(on, days_per_week):
            return False
        if on.weekday() < days_per_week:
            return True
        return days_per_week == 5 and on in self.setting.working
