"""The curve of a run: objective and bound over time as SVG paths in the units of the data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scheduler.domain.run import ProgressView

COUNTING, FAIRNESS = "count", "fairness"


@dataclass(frozen=True, slots=True)
class Curve:
    """Two stepped paths, a line where the search turned to fair shares, and the frame around them.

    x is seconds; y is learner-minutes below `base`, the first objective: a drawing has fewer digits than a
    region has learner-minutes. The page's script draws on in the same units, so it only adds steps and
    widens the frame.
    """

    objective: str
    bound: str
    turn: str
    base: int
    low: int
    high: int
    seconds: float
    last_seq: int

    @property
    def view_box(self) -> str:
        """Return the frame as SVG wants it."""
        return f"0 {self.base - self.high} {self.seconds:g} {self.high - self.low}"


def curve_of(points: Sequence[ProgressView], until_s: float | None) -> Curve:
    """Return the curve of the points so far.

    Parameters
    ----------
    points
        In order of time.
    until_s
        Time limit of a run that is still going, so that its curve grows into the frame; None: it has ended,
        and the last values reach to the frame's end.
    """
    # Before the counting has ended nothing is placed: drawn, it would flatten all that follows.
    drawn = [point for point in points if point.stage != COUNTING]
    objective = [(point.seconds, point.objective) for point in drawn]
    bound = [(point.seconds, point.bound) for point in drawn if point.bound is not None]
    values = [value for _, value in (*objective, *bound)]
    low, high = (min(values), max(values)) if values else (0, 1)
    base = drawn[0].objective if drawn else 0
    margin = max(1, (high - low) // 20, high // 200)
    seconds = max([until_s or 1.0, *(second for second, _ in objective)])
    end = f"H{seconds:g}" if until_s is None else ""
    return Curve(
        objective=_steps(objective, base, end),
        bound=_steps(bound, base, end),
        # From there on hours may be given up, and the curve rises: a reader is told why.
        turn=next((f"M{p.seconds:g} -1e9V1e9" for p in drawn if p.stage == FAIRNESS), ""),
        base=base,
        low=low - margin,
        high=high + margin,
        seconds=seconds,
        last_seq=max((point.seq for point in points), default=0),
    )


def _steps(points: Iterable[tuple[float, int]], base: int, end: str) -> str:
    commands: list[str] = []
    for x, value in points:
        y = base - value
        commands.append(f"H{x:g}V{y}" if commands else f"M{x:g} {y}")
    return "".join([*commands, end]) if commands else ""
