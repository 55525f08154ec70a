"""Schools as FET files: place every activity under every 100 % constraint, break few of the others.

    python -m benchmarks.fet FILE... [--seconds 120] [--workers 2] [--seed 1] [--out DIR] [--judge]

One line a file: activities placed, broken soft constraints by their weights (1 for each broken one of 100 %),
seconds. A kind of constraint that is not covered is named, and the file does not count as solved. With
`--out`, each plan is written as the file with its times and rooms locked; with `--judge`, FET (`fet-cl`)
opens that file and completes it, or says that it cannot. Exit code 1: a file is not solved.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fet.judge import Verdict, judge
from benchmarks.fet.posing import Posed, pose
from benchmarks.fet.school import School, read
from benchmarks.fet.writing import as_written, write
from benchmarks.inputs import Readable, check_targets, positive
from solver.checker import check, score
from solver.engine import solve
from solver.engine.warm import warm
from solver.options import SolveOptions
from solver.solution import Solution
from solver.validate import validate

JUDGE_SECONDS = 120


@dataclass(frozen=True)
class Run:
    """A file and what came of it.

    `broken` counts hard rules that the plan breaks: where activities are missing, others that have to take
    place in some slots may be too few.
    """

    school: School
    posed: Posed
    solution: Solution
    seconds: float
    broken: int

    @property
    def placed(self) -> int:
        """Activities that have a place."""
        return len(self.solution.placements)

    @property
    def soft(self) -> float:
        """Weights of the soft constraints that the plan breaks, 1 for 100 %."""
        counted = score(self.posed.counted, as_written(self.solution))
        rest = (term for term in counted.terms if term.stage == "rest")
        return sum(term.value * term.weight for term in rest) / 10_000

    @property
    def solved(self) -> bool:
        """Whether every activity is placed under all that the file asks."""
        whole = self.placed == len(self.school.lessons) and not self.broken
        return whole and not self.posed.uncovered


def posed_school(path: Path) -> tuple[School, Posed]:
    """Read and pose a file.

    Raises
    ------
    Unreadable
        It is no FET file.
    """
    school = read(path)
    posed = pose(school)
    validate(posed.problem)
    return school, posed


def run(school: School, posed: Posed, options: SolveOptions) -> Run:
    """Solve a school."""
    # What has to be compiled first is not counted.
    warm()
    begun = time.monotonic()
    solution = solve(posed.problem, options, lambda _: None, lambda _: None, lambda: False)
    seconds = time.monotonic() - begun
    return Run(school, posed, solution, seconds, len(check(posed.problem, solution)))


def report(path: Path, done: Run, verdict: Verdict | None) -> str:
    """Return the line of a file."""
    told = [
        f"{path.name}: {done.placed} of {len(done.school.lessons)} placed",
        f"soft {done.soft:.2f}",
        f"{done.seconds:.0f} s",
    ]
    if done.broken:
        told.append(f"breaks {done.broken} hard rules")
    told += [f"not covered: {kind} ({count})" for kind, count in done.posed.uncovered.items()]
    if verdict is not None:
        soft = "" if verdict.soft is None else f", soft {verdict.soft:.2f}"
        told.append(f"FET: {verdict.word}{soft}{': ' + verdict.says if verdict.says else ''}")
    return "; ".join(told)


def figures(path: Path, done: Run, verdict: Verdict | None) -> dict[str, int | float | str]:
    """Return the same as numbers by name."""
    return {
        "instance": path.stem,
        "activities": len(done.school.lessons),
        "placed": done.placed,
        "broken": done.broken,
        "soft": round(done.soft, 2),
        "uncovered": ", ".join(done.posed.uncovered),
        "judge": "not asked" if verdict is None else verdict.word,
        "seconds": round(done.seconds, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fet",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--seconds", type=positive(float), default=120.0)
    parser.add_argument("--workers", type=positive(int), default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append a line of figures for every file")
    given = parser.parse_args()
    check_targets(parser, given.out, given.json)
    options = SolveOptions(time_limit_s=given.seconds, workers=given.workers, seed=given.seed)
    solved = True
    files = Readable(given.files, posed_school)
    for path, (school, posed) in files:
        done = run(school, posed, options)
        with tempfile.TemporaryDirectory() as scratch:
            folder = given.out or Path(scratch)
            target = folder / path.name
            placements = {placement.activity: placement for placement in done.solution.placements}
            write(path, done.school, done.posed, placements, target)
            verdict = judge(target.resolve(), seconds=JUDGE_SECONDS) if given.judge else None
        print(report(path, done, verdict), flush=True)
        if given.json is not None:
            with given.json.open("a") as file:
                file.write(json.dumps(figures(path, done, verdict)) + "\n")
        accepted = verdict is None or verdict.word != "refused"
        solved = solved and done.solved and accepted
    return 0 if solved and not files.bad else 1


if __name__ == "__main__":
    sys.exit(main())
