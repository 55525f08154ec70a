"""How soon there is a plan, and how soon a stop is obeyed, by the number of sessions.

    python -m benchmarks.sizes [--variants 1000 5000 15000 30000] [--seeds 1001] [--seconds 60] [--limit 600]
                               [--json FILE]

Each solve runs as the product runs it, in a process of its own with two workers; after `--seconds` it is told
to stop, long before the time limit that it was given and goes by. Seconds are by the clock, from the start of
the process, reading the problem included.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.synthetic_cluster import SIZES, Size, of_size
from solver.checker import check
from solver.child import resident_mb
from solver.codec import dump_problem, load_solution
from solver.engine.warm import warm_cluster
from solver.problem import Problem

VARIANTS = ("1000", "5000", "15000", "30000")
_REGION, _SESSIONS = SIZES[10], 13_500
"""A region, and about how many sessions it has."""
_FEWEST = 4
_LOOK_EVERY_S = 0.1
_LIMIT = 10
"""Unless it is said, the solve may last so many times as long as it is left alone."""
ACADEMIC_HOUR_MINUTES = 45

Figure = int | float | str


def of_sessions(sessions: int, seed: int) -> Problem:
    """Return a region shrunk or grown to about so many sessions."""

    def part(whole: int) -> int:
        return max(_FEWEST, round(whole * sessions / _SESSIONS))

    size = Size(
        requests=part(_REGION.requests),
        colleges=part(_REGION.colleges),
        competencies=part(_REGION.competencies),
        workshops=part(_REGION.workshops),
        groups=part(_REGION.groups),
        chains=_REGION.chains,
    )
    return of_size(size, seed, f"about {sessions} sessions, seed {seed}")


def measured(problem: Problem, seconds: float, limit_s: float) -> dict[str, Figure]:
    """Solve under a time limit, stop after so many seconds; return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        asked, plan = Path(folder) / "problem.json", Path(folder) / "plan.json"
        asked.write_bytes(dump_problem(problem))
        command = [sys.executable, "-m", "solver", "solve", str(asked), "-o", str(plan)]
        command += ["--time-limit", f"{limit_s:g}", "--workers", "2"]
        begun = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        told: list[tuple[float, str, int]] = []
        reader = threading.Thread(target=_read, args=(child, begun, told))
        reader.start()
        most = 0
        while time.monotonic() - begun < seconds:
            most = max(most, resident_mb(child.pid))
            time.sleep(_LOOK_EVERY_S)
        child.send_signal(signal.SIGTERM)
        stopped = time.monotonic()
        child.wait()
        took = time.monotonic() - stopped
        reader.join()
        if child.returncode:
            raise SystemExit(f"the solver ended with {child.returncode}: no plan in {seconds:g} s")
        if broken := check(problem, load_solution(plan.read_bytes()), limit=1):
            raise SystemExit(f"the plan breaks a rule: {broken[0]}")
    first = next((at, unserved) for at, stage, unserved in told if stage == "construct")
    least = min(unserved for _, _, unserved in told)
    better_s = next(at for at, _, unserved in told if unserved == least)
    return {
        "sessions": len(problem.activities),
        "first_s": round(first[0], 1),
        "first_h": first[1] // ACADEMIC_HOUR_MINUTES,
        "better_s": round(better_s, 1),
        "unserved_h": told[-1][2] // ACADEMIC_HOUR_MINUTES,
        "stop_s": round(took, 2),
        "memory_mb": most,
    }


def _read(child: "subprocess.Popen[str]", begun: float, told: list[tuple[float, str, int]]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        point = json.loads(line)
        told.append((time.monotonic() - begun, point["stage"], point["objective"]))


def main() -> None:
    """Run every size with every seed and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizes", description=__doc__)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), metavar="SESSIONS")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1001])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="ten times the seconds by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append a line of figures for every solve")
    given = parser.parse_args()
    warm_cluster()
    for variant in given.variants:
        for seed in given.seeds:
            limit_s = given.limit or _LIMIT * given.seconds
            row = measured(of_sessions(int(variant), seed), given.seconds, limit_s)
            print(f"{variant} seed {seed}: " + ", ".join(f"{k} {v}" for k, v in row.items()), flush=True)
            if given.json is not None:
                with given.json.open("a") as file:
                    file.write(json.dumps({"instance": variant, "seed": seed} | row) + "\n")


if __name__ == "__main__":
    main()
