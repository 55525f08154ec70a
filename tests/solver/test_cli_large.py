"""A solve of thousands of sessions obeys: it ends when told to, and keeps within its memory."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.synthetic import make as synthetic
from solver.checker import check
from solver.child import resident_mb
from solver.codec import dump_problem, load_problem, load_solution

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "solver", "solve"]
PROMISED_S = 2.0
BUSY_S = 4.0
"""What other work on the same machine may add to a promise."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("problem") / "large.json"
    problem = synthetic(600, 20, 5, over=1.5)
    assert len(problem.activities) > 4000
    path.write_bytes(dump_problem(problem))
    return path


def start(problem: Path, plan: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, str(problem), "-o", str(plan), "--time-limit", "300", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )


def hears(process: subprocess.Popen[bytes], number: int) -> bool:
    """Tell whether a process has a handler for a signal."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("moment", ["at once", "count", "construct", "improve"])
def test_a_stop_is_obeyed_at_any_moment(large: Path, tmp_path: Path, moment: str) -> None:
    plan = tmp_path / "plan.json"
    process = start(large, plan)
    assert process.stdout is not None
    if moment == "at once":
        while not hears(process, signal.SIGTERM):
            time.sleep(0.01)
    else:
        for line in process.stdout:
            if json.loads(line)["stage"] == moment:
                break
    process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    code = process.wait(timeout=60)
    took = time.monotonic() - begun
    process.stdout.close()
    assert took < PROMISED_S + BUSY_S
    assert code == (0 if plan.exists() else 3)
    assert not list(tmp_path.glob(".plan*"))
    if moment in ("construct", "improve"):
        assert plan.exists()
    if plan.exists():
        assert check(load_problem(large.read_bytes()), load_solution(plan.read_bytes())) == []


def test_the_memory_limit_ends_the_search_with_its_best_plan(large: Path, tmp_path: Path) -> None:
    free, limited = tmp_path / "free.json", tmp_path / "limited.json"
    process = start(large, free, "--workers", "1")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["stage"] == "construct":
            break
    alone = resident_mb(process.pid)
    process.terminate()
    process.wait(timeout=60)
    process.stdout.close()

    # Enough for a first plan, far too little for the second process beside it.
    limit = alone + 40
    process = start(large, limited, "--memory-limit-mb", str(limit))
    assert process.stdout is not None
    peak, until = 0, time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        peak = max(peak, resident_mb(process.pid))
        time.sleep(0.05)
    assert process.poll() == 0, "the limit was to end the search long before its time"
    process.stdout.close()
    assert peak <= limit * 1.25
    assert check(load_problem(large.read_bytes()), load_solution(limited.read_bytes())) == []
