"""Repair of a published plan after a disruption: the least change first, then quality.

First D, the sum over what is not where it was of people x notice x kind, where what loses its place counts
for its academic hours as well (rule `change`): an hour is kept for as much moving as it is worth, nobody who
could stay is put out for a higher class, and quotas never owe more than before. Then, with D at most
(1 + epsilon) of the least found, coverage of what waits, fair shares and the rest.
What begins before the freeze stays where it is, unless the disruption hits it; nothing else is moved to
before the freeze. What is hit inside it goes to no earlier time than it had.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from solver.errors import InvalidProblem
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution
from solver.words import FIRST_DAY
from solver.words_of_faults import fault


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """Limits of one repair.

    Attributes
    ----------
    freeze_until_slot
        What begins before it stays.
    epsilon_permille
        By how much D may exceed the least found for the sake of quality.
    time_limit_s
        Wall-clock time of the search, from the call to the returned solution.
    workers
        Processes, two at most; with 1 everything is done in this one.
    deterministic_units
        If given, work is counted instead of time, one process does it all, and equal input gives equal
        solutions byte for byte.

    Raises
    ------
    ValueError
        A limit is not positive, or a share or moment negative.
    """

    freeze_until_slot: int = 0
    epsilon_permille: int = 100
    time_limit_s: float = 5.0
    workers: int = 2
    deterministic_units: int | None = None

    def __post_init__(self) -> None:
        if self.time_limit_s <= 0 or (self.deterministic_units is not None and self.deterministic_units <= 0):
            raise ValueError("limits of a repair are positive")
        if self.freeze_until_slot < 0 or self.epsilon_permille < 0:
            raise ValueError("the freeze and epsilon are not negative")


def repair(
    problem: Problem,
    previous: Solution,
    options: RepairOptions,
    on_progress: Callable[[ProgressPoint], None],
    on_solution: Callable[[Solution], None],
    should_stop: Callable[[], bool],
) -> Solution:
    """Return the repaired plan, checked, with a `RepairReport` in its report.

    Parameters
    ----------
    problem
        As it is after the disruption.
    previous
        The plan that people know, of the problem as it was: what it placed and what it left out. Activities
        in neither are new.

    Raises
    ------
    StoppedEarly
        Told to stop before there was a plan.
    InvalidProblem, UnknownRule
        The problem's rules cannot be read.
    """
    # The engine takes its time to import, and a faulty document is told before.
    from solver.engine.repair import Repair

    return Repair(problem, previous, options, on_progress, on_solution, should_stop).run()


def slot_of(problem: Problem, moment: str) -> int:
    """Return the slot of a moment: a number of slots, or a local date or date and time in ISO 8601.

    Raises
    ------
    InvalidProblem
        It is neither, or a date while the problem does not tell its first day.
    """
    if moment.isdecimal():
        return int(moment)
    first = problem.labels.get(FIRST_DAY)
    if first is None:
        raise InvalidProblem([fault("freeze-until", "no_first_day", label=FIRST_DAY)])
    try:
        at = datetime.fromisoformat(moment).replace(tzinfo=None)
    except ValueError:
        raise InvalidProblem([fault("freeze-until", "no_moment", text=moment)]) from None
    grid, passed = problem.grid, at - datetime.fromisoformat(first)
    week, weekday = divmod(passed.days, 7)
    # What lies in the days or hours that the grid leaves out begins with the next that it has.
    if weekday >= grid.days_per_week:
        return max(0, (week + 1) * grid.slots_per_week)
    within_day = min(grid.slots_per_day, -(-(passed.seconds // 60) // grid.slot_minutes))
    return max(0, week * grid.slots_per_week + weekday * grid.slots_per_day + within_day)
