"""Curriculum-based course timetabling: ``python -m benchmarks.cbctt FILE…``.

Reads ``.ctt`` and ``.ectt`` (costs UD2); prints instance, cost and its four parts, seconds to it, bound and
breaches of hard constraints, as the scorer finds them in the plan's lines; writes these with ``--out``.
"""

import sys
from pathlib import Path

from benchmarks.cbctt_problem import Instance, lines, problem, read
from benchmarks.cbctt_score import score
from benchmarks.command import Row, arguments, solved
from benchmarks.inputs import Readable
from solver.problem import Problem
from solver.solution import Solution
from solver.validate import validate


def main() -> int:
    """Solve every file and print one row each."""
    given = arguments("benchmarks.cbctt", "curriculum-based course timetabling, UD2", seconds=300)
    bad = 0
    files = Readable(given.files, posed)
    for _, (instance, asked) in files:
        run = solved(asked, given)
        plan = lines(instance, run.solution)
        verdict = score(instance, plan)
        bad += bool(verdict.faults)
        row = Row(
            family="cbctt",
            instance=instance.name,
            figures={
                "valid": not verdict.faults,
                "faults": verdict.faults,
                "cost": verdict.cost,
                "capacity": verdict.capacity,
                "days": verdict.days,
                "compactness": verdict.compactness,
                "stability": verdict.stability,
                "bound": bound(run.solution),
            },
            run=run,
        )
        row.tell(given, plan.encode(), ".sol")
    return 1 if bad or files.bad else 0


def posed(path: Path) -> tuple[Instance, Problem]:
    """Read a file and pose it as a problem."""
    instance = read(path)
    asked = problem(instance)
    validate(asked)
    return instance, asked


def bound(solution: Solution) -> int | None:
    """Return what is proved of the cost: the sum of the bounds of its terms, as far as they are known."""
    known = [term.bound * term.weight for term in solution.score.stage("rest") if term.bound is not None]
    return sum(known) if known else None


if __name__ == "__main__":
    sys.exit(main())
