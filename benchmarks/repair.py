"""Repairs of sampled disruptions, as a user would start them: time, moves, D, how near to the proved least.

    python -m benchmarks.repair [PROBLEM PLAN] [--variants 1000] [--seeds 1001] [--count 50] [--json FILE]

Without files a generated cluster of about so many sessions is made and solved first, for every seed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.disruptions import Disruption, sample
from benchmarks.inputs import Unreadable, check_targets, opened, positive
from benchmarks.synthetic import make
from solver import checker
from solver.codec import dump_problem, dump_solution, load_problem, load_solution
from solver.engine.warm import warm_cluster
from solver.problem import Problem
from solver.solution import Solution

VARIANTS = ("1000",)
BAR = 1.2
_REQUESTS, _WEEKS = 105, 16
"""Requests for each thousand sessions, and weeks, of a cluster of some dozen colleges."""
_SOLVE_S = 60


def main() -> int:
    """Run every seed; print each repair and what they come to."""
    given = _arguments()
    try:
        files = _files(given)
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    warm_cluster()
    for variant in given.variants:
        for seed in given.seeds:
            with tempfile.TemporaryDirectory(prefix="repair-") as name:
                folder = Path(name)
                problem, plan = files or _generated(variant, seed, folder)
                plan_file = folder / "plan.json"
                plan_file.write_bytes(dump_solution(plan))
                cases = []
                for disruption in sample(problem, plan, given.count, seed):
                    cases.append(_run(disruption, plan, plan_file, folder, given.seconds))
                    print(_line(len(cases), cases[-1]), flush=True)
            print(table(cases, len(problem.activities)))
            if given.json is not None:
                row = {"instance": str(variant), "seed": seed, "sessions": len(problem.activities)}
                with given.json.open("a") as file:
                    file.write(json.dumps(row | figures(cases)) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair", description=__doc__)
    parser.add_argument("problem", type=Path, nargs="?")
    parser.add_argument("plan", type=Path, nargs="?")
    parser.add_argument(
        "--variants", type=positive(int), nargs="+", default=list(map(int, VARIANTS)), metavar="SESSIONS"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1001])
    parser.add_argument("--count", type=positive(int), default=50)
    parser.add_argument("--seconds", type=positive(float), default=5.0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="append a line of figures for every seed")
    given = parser.parse_args()
    if given.problem is not None and given.plan is None:
        parser.error("a problem goes with its PLAN")
    check_targets(parser, None, given.json)
    return given


def _files(given: argparse.Namespace) -> tuple[Problem, Solution] | None:
    """Return the problem that is given with its published plan, if there is one."""
    if given.problem is None:
        return None
    return (
        opened(given.problem, lambda path: load_problem(path.read_bytes())),
        opened(given.plan, lambda path: load_solution(path.read_bytes())),
    )


def _generated(sessions: int, seed: int, folder: Path) -> tuple[Problem, Solution]:
    """Return a generated problem and the plan that is published."""
    problem = make(sessions * _REQUESTS // 1000, _WEEKS, seed)
    source, output = folder / "problem.json", folder / "solved.json"
    source.write_bytes(dump_problem(problem))
    command = [sys.executable, "-m", "solver", "solve", source, "-o", output, "--time-limit", _SOLVE_S]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
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


def _line(number: int, row: Mapping[str, Any]) -> str:
    if row["exit"]:
        return f"{number:4} {row['kind']:18} exit {row['exit']}: {row['error']}"
    return (
        f"{number:4} {row['kind']:18} {row['seconds']:5.2f} s ({row['cpu_seconds']:.2f} cpu) "
        f"hit {row['hit']:2} moves {row['moves']:2} >= {row['moves_bound']:2} "
        f"D {row['change_minimum']:5} >= {row['change_bound']:5} "
        f"lost {row['lost_minutes']:6} >= {row['lost_minutes_bound']:6} {row['what']}"
    )


def ratio(value: int, bound: int) -> float:
    """Return how many times its bound a value is; one where both are zero, as if one stood for zero."""
    return 1.0 if value == bound else value / max(1, bound)


def figures(cases: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return what repairs come to: times, and how many are near to the proved least."""
    good = [case for case in cases if not case["exit"]]
    return {
        "cases": len(cases),
        "failed": len(cases) - len(good),
        "median_s": round(median(c["seconds"] for c in good), 2),
        "most_s": max(c["seconds"] for c in good),
        "moves": sum(c["moves"] for c in good),
        "moves_near": sum(ratio(c["moves"], c["moves_bound"]) <= BAR for c in good),
        "change_near": sum(ratio(c["change_minimum"], c["change_bound"]) <= BAR for c in good),
        "change_proved": sum(c["change_minimum"] == c["change_bound"] for c in good),
        "lost_proved": sum(c["lost_minutes"] == c["lost_minutes_bound"] for c in good),
        "frozen_moved": sum(c["frozen_moved"] for c in good),
        "violations": sum(c["violations"] for c in good),
    }


def table(cases: Sequence[Mapping[str, Any]], sessions: int) -> str:
    """Return the figures by kind of disruption, in Markdown."""
    kinds = dict.fromkeys(case["kind"] for case in cases if not case["exit"])
    rows = {kind: figures([c for c in cases if c["kind"] == kind]) for kind in kinds} | {
        "all": figures(cases)
    }
    head = ["kind", *rows["all"]]
    lines = [head, ["---"] * len(head)]
    lines += [[kind, *(f"{value:g}" for value in row.values())] for kind, row in rows.items()]
    told = [
        f"{len(cases)} disruptions of a plan of {sessions} sessions; near: at most {BAR} times the bound.",
        "",
    ]
    return "\n".join(told + ["| " + " | ".join(cells) + " |" for cells in lines])


if __name__ == "__main__":
    sys.exit(main())
