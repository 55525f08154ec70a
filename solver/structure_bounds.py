"""How much the amounts of structures add up to at most, whatever the plan."""

from dataclasses import dataclass

from solver.primitives import Primitive
from solver.problem import Problem
from solver.structure import (
    AwayDay,
    Concurrent,
    DayShape,
    Distinct,
    Excess,
    Makespan,
    PairResource,
    PairTime,
    Rest,
)


@dataclass(frozen=True, slots=True)
class Extent:
    """What a problem holds at most: slots and numbers of meetings, contact minutes, slots, weeks, days."""

    busy_slots: int
    meetings: int
    contact_minutes: int
    horizon_slots: int
    weeks: int
    days: int

    @classmethod
    def of(cls, problem: Problem) -> "Extent":
        """Measure a problem whose names are known."""
        longest, most = {}, {}
        for key, options in problem.option_sets.items():
            longest[key] = max((sum(end - start for start, end in o.meetings) for o in options), default=0)
            most[key] = max((len(o.meetings) for o in options), default=0)
        grid = problem.grid
        return cls(
            busy_slots=sum(longest[a.times] for a in problem.activities),
            meetings=sum(most[a.times] for a in problem.activities),
            contact_minutes=sum(a.contact_minutes for a in problem.activities),
            horizon_slots=grid.horizon_slots,
            weeks=grid.weeks,
            days=grid.weeks * grid.days_per_week,
        )

    def most(self, primitive: Primitive) -> int:
        """Return what the amount of a structure is at most; 0 for any other primitive."""
        match primitive:
            case PairTime() | PairResource():
                return len(primitive.activities) ** 2 // 2
            case Distinct():
                return len(primitive.activities)
            case DayShape():
                periods = {"day": self.days, "week": self.weeks, "horizon": 1}[primitive.period]
                return (primitive.at_least or 0) * periods + self._measured(primitive.measure)
            case Concurrent():
                slots = sum(end - start for start, end in primitive.windows)
                return slots * max(primitive.at_least, len(primitive.activities))
            case Excess():
                return self._measured(primitive.measure)
            case Rest() | AwayDay():
                return self.days
            case Makespan():
                return self.horizon_slots
            case _:
                return 0

    def _measured(self, measure: str) -> int:
        match measure:
            case "load" | "clock_slots":
                return self.busy_slots
            case "contact_minutes":
                return self.contact_minutes
            case "covered" | "gaps" | "span" | "run":
                return self.horizon_slots
            case _:
                return self.meetings
