"""How much of something falls into each day, week or the whole term."""

from collections.abc import Container, Iterable
from typing import Literal

from solver.plan import Use
from solver.problem import TimeGrid


def period_slots(grid: TimeGrid, period: Literal["day", "week", "horizon"]) -> int:
    """Return the length of a period."""
    if period == "day":
        return grid.slots_per_day
    return grid.slots_per_week if period == "week" else grid.horizon_slots


def loads(
    uses: Iterable[Use],
    length: int,
    measure: Literal["contact_minutes", "clock_slots", "activities"],
    only: Container[str] | None = None,
) -> dict[int, int]:
    """Return the load of every period of `length` slots that has one; of the activities `only`, if given."""
    found: dict[int, int] = {}
    if only is not None:
        uses = [use for use in uses if use.activity in only]
    if measure == "contact_minutes":
        for use in uses:
            period = use[0] // length
            found[period] = found.get(period, 0) + use[5]
    elif measure == "clock_slots":
        for use in uses:
            period = use[0] // length
            found[period] = found.get(period, 0) + use[1] - use[0]
    else:
        for period, _ in {(use.start // length, use.activity) for use in uses}:
            found[period] = found.get(period, 0) + 1
    return found
