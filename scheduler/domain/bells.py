"""From bell grids to times of a session: pairs are whole, breaks lie between them.

Source: R01 (an academic hour is 45 minutes, a pair two of them), R02 (grids differ by college).
"""

from collections.abc import Sequence

from scheduler.domain.intervals import Interval

ACADEMIC_HOUR_MIN = 45
PAIR_HOURS = 2


def session_times(bells: Sequence[Interval], hours: int) -> list[Interval]:
    """Return every time of a day at which a session of so many academic hours fits the grid.

    n pairs last from the begin of the first to the end of the last; an odd hour is the first half of
    the pair that follows. None where the grid has too few pairs.

    >>> session_times([(510, 600), (610, 700), (720, 810)], 3)
    [(510, 655), (610, 765)]
    """
    grid = sorted(bells)
    pairs, half = divmod(hours, PAIR_HOURS)
    needed = pairs + half
    found = []
    for first in range(len(grid) - needed + 1):
        last_start, last_end = grid[first + needed - 1]
        end = last_start + ACADEMIC_HOUR_MIN if half else last_end
        found.append((grid[first][0], end))
    return found


def plain_grid(from_min: int, pairs: int, break_min: int) -> list[Interval]:
    """Return a grid of so many pairs from a begin on, for those who have none of their own."""
    pair_min = PAIR_HOURS * ACADEMIC_HOUR_MIN
    starts = [from_min + number * (pair_min + break_min) for number in range(pairs)]
    return [(start, start + pair_min) for start in starts]
