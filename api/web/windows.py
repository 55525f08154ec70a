"""Weekly windows in words: days with the same hours stand together."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from api.texts import clock, weekday


class Window(Protocol):
    """Hours of a weekday, minutes from midnight."""

    @property
    def weekday(self) -> int | None: ...  # noqa: D102
    @property
    def from_min(self) -> int: ...  # noqa: D102
    @property
    def until_min(self) -> int: ...  # noqa: D102


def windows_text(lang: str, windows: Iterable[Window]) -> list[str]:
    """Return lines like ``вт, чт 14:00–18:00``, by the first day and the hour."""
    days: dict[tuple[int, int], set[int]] = defaultdict(set)
    for window in windows:
        if window.weekday is not None:
            days[window.from_min, window.until_min].add(window.weekday)
    ordered = sorted(days.items(), key=lambda item: (min(item[1]), item[0]))
    return [f"{days_text(lang, which)} {clock(start)}–{clock(end)}" for (start, end), which in ordered]


def days_text(lang: str, days: Iterable[int]) -> str:
    """Return weekdays in order: three or more that follow one another as a range.

    >>> days_text("en", [0, 1, 2, 3, 4]), days_text("en", [1, 3])
    ('Mon–Fri', 'Tue, Thu')
    """
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts: list[str] = []
    for run in runs:
        names = [weekday(lang, day) for day in run]
        parts += [f"{names[0]}–{names[-1]}"] if len(run) > 2 else names
    return ", ".join(parts)
