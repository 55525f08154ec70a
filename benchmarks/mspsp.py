"""Multi-skill project scheduling: ``python -m benchmarks.mspsp FILE… --seconds 60 --workers 2 --seed 1``.

Reads MiniZinc data (``.dzn``); prints instance, makespan, whether it is proved, the bound, the faults that a
separate scorer finds, seconds. With ``--out`` writes each plan as a MiniZinc solution::

    start = [s1, s2, …];                      % of every activity of the file, those without length too
    contrib = [| c11, c12, … | c21, … |];     % activity × resource: the skill contributed, 0: none
    makespan = m;
    ----------

followed by ``==========`` when the makespan is proved to be the least.
"""

import sys
from pathlib import Path

from benchmarks.command import Row, arguments, solved
from benchmarks.inputs import Readable
from benchmarks.mspsp_problem import Instance, problem_of, read, solution_text
from benchmarks.mspsp_score import judge
from solver.engine.exact.project import warm
from solver.problem import Problem
from solver.validate import validate


def main() -> int:
    """Solve every file and print one row each."""
    given = arguments("benchmarks.mspsp", "multi-skill project scheduling", seconds=60)
    bad = 0
    files = Readable(given.files, posed)
    for path, (instance, problem) in files:
        warm()
        run = solved(problem, given)
        report, score = run.solution.report, run.solution.score
        proved = report is not None and report.status == "optimal"
        bound = next((t.bound for t in score.terms if t.rule == "end"), None)
        plan = solution_text(instance, run.solution)
        makespan, faults = judge(path.read_text(), plan)
        bad += bool(faults)
        for fault in faults[:10]:
            print(f"  {fault}", file=sys.stderr)
        row = Row(
            family="mspsp",
            instance=instance.name,
            figures={"makespan": makespan, "proved": proved, "bound": bound, "faults": len(faults)},
            run=run,
        )
        row.tell(given, (plan + "==========\n" * proved).encode(), ".sol")
    return 1 if bad or files.bad else 0


def posed(path: Path) -> tuple[Instance, Problem]:
    """Read a file and pose it as a problem."""
    instance = read(path)
    problem = problem_of(instance)
    validate(problem)
    return instance, problem


if __name__ == "__main__":
    sys.exit(main())
