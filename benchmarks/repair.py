"""Repairs of sampled disruptions, as a user would start them: time, moves, D, how near to the proved least.

``python -m benchmarks.repair PROBLEM PLAN --count 200 --rows FILE.jsonl``; what is in the rows is not run
again. Without files a generated cluster of about 1,000 sessions is made and solved first.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.disruptions import Disruption, sample
from benchmarks.synthetic import make
from solver import checker
from solver.codec import dump_problem, dump_solution, load_problem, load_solution
from solver.problem import Problem
from solver.solution import Solution

BAR = 1.2
_REQUESTS, _WEEKS = 105, 16
_SOLVE_S = 60


def main() -> int:
    """Run what is missing, then print the table."""
    given = _arguments()
    known = _rows(given.rows)
    done = {row["number"] for row in known}
    with tempfile.TemporaryDirectory(prefix="repair-") as name:
        folder = Path(name)
        problem, plan = _base(given, folder)
        plan_file = folder / "plan.json"
        plan_file.write_bytes(dump_solution(plan))
        for number, disruption in enumerate(sample(problem, plan, given.count, given.seed)):
            if number in done:
                continue
            row = {"number": number, **_run(disruption, plan, plan_file, folder, given.seconds)}
            known.append(row)
            with given.rows.open("a") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            print(_line(row), flush=True)
    print(table(known, len(problem.activities)))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problem", type=Path, nargs="?")
    parser.add_argument("plan", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rows", type=Path, default=Path("repair.jsonl"))
    return parser.parse_args()


def _base(given: argparse.Namespace, folder: Path) -> tuple[Problem, Solution]:
    """Return the problem and its published plan."""
    if given.problem is not None and given.plan is not None:
        return load_problem(given.problem.read_bytes()), load_solution(given.plan.read_bytes())
    problem = make(_REQUESTS, _WEEKS, given.seed)
    source, output = folder / "problem.json", folder / "solved.json"
    source.write_bytes(dump_problem(problem))
    command = [sys.executable, "-m", "solver", "solve", source, "-o", output, "--time-limit", _SOLVE_S]
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    return problem, load_solution(output.read_bytes())


def _run(
    disruption: Disruption, plan: Solution, plan_file: Path, folder: Path, seconds: float
) -> dict[str, Any]:
    """Repair one disruption by the command, and look at what came of it."""
    source, output = folder / "after.json", folder / "repaired.json"
    source.write_bytes(dump_problem(disruption.problem))
    output.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "solver", "repair", source, plan_file, "-o", output),
        *("--freeze-until", disruption.freeze_until_slot, "--seconds", seconds),
    ]
    begun, cpu = time.monotonic(), _cpu_s()
    done = subprocess.run(list(map(str, command)), capture_output=True, check=False)
    took, worked = time.monotonic() - begun, _cpu_s() - cpu
    row: dict[str, Any] = {
        "kind": disruption.kind,
        "what": disruption.what,
        "seconds": round(took, 2),
        "cpu_seconds": round(worked, 2),
        "exit": done.returncode,
    }
    if done.returncode:
        return row | {"error": done.stderr.decode().strip().splitlines()[-1:]}
    solution = load_solution(output.read_bytes())
    assert solution.report is not None
    report = solution.report.repair
    assert report is not None
    return row | {
        "violations": len(checker.check(disruption.problem, solution)),
        "frozen_moved": _frozen_moved(disruption, plan, solution, set(report.hit)),
        "hit": len(report.hit),
        "moves": report.moves,
        "moves_bound": report.moves_bound,
        "change": report.change,
        "change_minimum": report.change_minimum,
        "change_bound": report.change_bound,
        "lost_minutes": report.lost_minutes,
        "lost_minutes_bound": report.lost_minutes_bound,
        "added": len(report.added),
        "proved": report.proved,
    }


def _cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _frozen_moved(disruption: Disruption, plan: Solution, solution: Solution, hit: set[str]) -> int:
    """Count what begins before the freeze, could have stayed, and is not where it was."""
    moved = 0
    for name, was in plan.placement_of.items():
        if name not in disruption.problem.activity_by_id or name in hit:
            continue
        if was.meetings[0][0] < disruption.freeze_until_slot:
            now = solution.placement_of.get(name)
            moved += now is None or (now.meetings, now.resources) != (was.meetings, was.resources)
    return moved


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _line(row: Mapping[str, Any]) -> str:
    if row["exit"]:
        return f"{row['number']:4} {row['kind']:18} exit {row['exit']}: {row['error']}"
    return (
        f"{row['number']:4} {row['kind']:18} {row['seconds']:5.2f} s ({row['cpu_seconds']:.2f} cpu) "
        f"hit {row['hit']:2} moves {row['moves']:2} >= {row['moves_bound']:2} "
        f"D {row['change_minimum']:5} >= {row['change_bound']:5} "
        f"lost {row['lost_minutes']:6} >= {row['lost_minutes_bound']:6} {row['what']}"
    )


def ratio(value: int, bound: int) -> float:
    """Return how many times its bound a value is; one where both are zero, as if one stood for zero."""
    return 1.0 if value == bound else value / max(1, bound)


def table(rows: Sequence[Mapping[str, Any]], sessions: int) -> str:
    """Return what all rows come to, in Markdown."""
    good = [row for row in rows if not row["exit"]]
    lines = [
        (
            f"{len(rows)} disruptions of a plan of {sessions} sessions, "
            f"{len(rows) - len(good)} without a result."
        ),
        "",
        "| kind | cases | median s | most s | cpu s | moves | ratio of moves | D proved | lost proved |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in [*dict.fromkeys(row["kind"] for row in good), "all"]:
        own = [row for row in good if kind in ("all", row["kind"])]
        near = sum(ratio(r["moves"], r["moves_bound"]) <= BAR for r in own)
        least = sum(r["change_minimum"] == r["change_bound"] for r in own)
        lost = sum(r["lost_minutes"] == r["lost_minutes_bound"] for r in own)
        lines.append(
            f"| {kind} | {len(own)} | {median(r['seconds'] for r in own):.1f} | "
            f"{max(r['seconds'] for r in own):.1f} | {median(r['cpu_seconds'] for r in own):.1f} | "
            f"{sum(r['moves'] for r in own)} | <= {BAR} in {near}/{len(own)} | {least}/{len(own)} | "
            f"{lost}/{len(own)} |"
        )
    broken = Counter({"violations": sum(r["violations"] for r in good)})
    broken["frozen moved"] = sum(r["frozen_moved"] for r in good)
    lines += ["", ", ".join(f"{name}: {count}" for name, count in broken.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
