"""What the commands of all families share: arguments, a timed solve, a row of figures, a written plan."""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inputs import check_targets, positive
from solver.engine import solve
from solver.engine.local import suits
from solver.engine.lowering import lower
from solver.engine.warm import warm
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution

Figure = int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Run:
    """A solve with its times.

    Attributes
    ----------
    seconds
        From the call to the returned plan.
    best_s
        When the plan that was returned, or the last better one, was there; None if never told.
    first_s
        When there was a first plan.
    bound
        Proved lower bound of the objective, None when none is known.
    """

    solution: Solution
    seconds: float
    best_s: float | None
    first_s: float | None
    bound: int | None


def arguments(program: str, about: str, *, seconds: float) -> argparse.Namespace:
    """Read the command line that every family has."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=about)
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--seconds", type=positive(float), default=seconds, help="for each file")
    parser.add_argument("--workers", type=positive(int), default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, metavar="DIR", help="write every plan in the family's own format")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append a line of figures for every file")
    given = parser.parse_args()
    check_targets(parser, given.out, given.json)
    return given


def solved(problem: Problem, given: argparse.Namespace) -> Run:
    """Solve a problem as the arguments say; what has to be compiled first is not counted."""
    if suits(problem, lower(problem)):
        warm()
    begun = time.monotonic()
    best_s: list[float] = []
    points: list[ProgressPoint] = []

    def better(_: Solution) -> None:
        best_s.append(time.monotonic() - begun)

    options = SolveOptions(time_limit_s=given.seconds, workers=given.workers, seed=given.seed)
    solution = solve(problem, options, points.append, better, lambda: False)
    seconds = time.monotonic() - begun
    bounds = [point.bound for point in points if point.bound is not None]
    return Run(
        solution,
        seconds,
        best_s[-1] if best_s else None,
        best_s[0] if best_s else None,
        max(bounds, default=None),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one instance."""

    family: str
    instance: str
    figures: Mapping[str, Figure]
    run: Run

    def tell(self, given: argparse.Namespace, plan: bytes, suffix: str) -> None:
        """Print the row, append it to the file of rows, write the plan."""
        times = {
            "seconds": round(self.run.seconds, 1),
            "best_s": None if self.run.best_s is None else round(self.run.best_s, 1),
            "first_s": None if self.run.first_s is None else round(self.run.first_s, 1),
        }
        row = {
            "family": self.family,
            "instance": self.instance,
            "seed": given.seed,
            "workers": given.workers,
            "limit_s": given.seconds,
            **self.figures,
            **times,
        }
        shown = " ".join(f"{name}={'-' if value is None else value}" for name, value in row.items())
        print(shown, flush=True)
        if given.json is not None:
            with given.json.open("a") as file:
                file.write(json.dumps(row) + "\n")
        if given.out is not None:
            (given.out / f"{self.instance}{suffix}").write_bytes(plan)
