"""University course timetabling (ITC-2019), class part: ``python -m benchmarks.itc2019 FILE…``.

Reads ``.xml`` or ``.xml.xz``; prints instance, unplaced classes, faults, cost and its parts, seconds to it
and bound; writes plans in the family's solution format with ``--out``. Students are not sectioned.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.command import Row, arguments, solved
from benchmarks.inputs import Readable
from benchmarks.itc2019_problem import Adapter, Instance, read, solution_xml
from benchmarks.itc2019_score import Scorer
from solver.validate import validate


def main() -> int:
    """Solve every file and print one row each."""
    given = arguments("benchmarks.itc2019", "ITC-2019, class part", seconds=600)
    bad = 0
    files = Readable(given.files, posed)
    for path, (root, instance) in files:
        run = solved(instance.problem, given)
        written = solution_xml(instance, run.solution, run.seconds)
        # The scorer reads what others would read.
        verdict = Scorer(root).score(ElementTree.fromstring(written))
        bad += bool(verdict.faults or verdict.unplaced)
        for fault in verdict.faults[:10]:
            print(f"  {fault}", file=sys.stderr)
        row = Row(
            family="itc2019",
            instance=path.name.split(".")[0],
            figures={
                "valid": not (verdict.faults or verdict.unplaced),
                "unplaced": verdict.unplaced,
                "faults": len(verdict.faults),
                "cost": verdict.total,
                "time": verdict.time,
                "room": verdict.room,
                "distribution": verdict.distribution,
                "students": "not sectioned",
            },
            run=run,
        )
        row.tell(given, written, ".xml")
    return 1 if bad or files.bad else 0


def posed(path: Path) -> tuple[ElementTree.Element, Instance]:
    """Read a file and pose it as a problem."""
    root = read(path)
    instance = Adapter(root).instance()
    validate(instance.problem)
    return root, instance


if __name__ == "__main__":
    sys.exit(main())
