"""The solver as a command, as others start it: a process, a file, lines of JSON."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.synthetic import make as synthetic
from solver.checker import check
from solver.codec import dump_problem, load_problem, load_solution

ROOT = Path(__file__).parents[2]
TINY = ROOT / "fixtures" / "solver" / "tiny.problem.json"
COMMAND = [sys.executable, "-m", "solver"]


def run(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], input=stdin, capture_output=True, cwd=ROOT, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A problem on which the search does not end by itself."""
    path = tmp_path_factory.mktemp("problem") / "large.json"
    path.write_bytes(dump_problem(synthetic(150, 16, 1, over=1.6)))
    return path


def test_solve_then_check(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    done = run("solve", TINY, "-o", plan, "--time-limit", "5", "--workers", "1")
    assert done.returncode == 0, done.stderr.decode()
    points = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(points[-1]) == {"stage", "objective", "bound", "gap_permille", "unplaced", "seconds"}
    assert check(load_problem(TINY.read_bytes()), load_solution(plan.read_bytes())) == []

    checked = run("check", TINY, plan)
    assert checked.returncode == 0
    assert "coverage" in checked.stdout.decode()


def test_check_says_in_words_what_is_broken(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    run("solve", TINY, "-o", plan, "--time-limit", "5", "--workers", "1")
    document = json.loads(plan.read_bytes())
    document["placements"].append(document["placements"][0])
    plan.write_text(json.dumps(document))
    for language, word in (("ru", "раз"), ("en", "twice")):
        checked = run("check", TINY, plan, "--lang", language)
        assert checked.returncode == 1
        assert checked.stdout.decode().splitlines()[0], word


def test_a_machine_on_which_nothing_is_compiled_plans_at_once(tmp_path: Path) -> None:
    problem, plan, cache = tmp_path / "p.json", tmp_path / "s.json", tmp_path / "cache"
    problem.write_bytes(dump_problem(synthetic(60, 8, 2)))
    begun = time.monotonic()
    subprocess.run(
        [*COMMAND, "solve", problem, "-o", plan, "--time-limit", "6", "--workers", "1"],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "NUMBA_CACHE_DIR": ""},
    )
    # Compiling takes most of a minute on any machine.
    assert time.monotonic() - begun < 25
    assert check(load_problem(problem.read_bytes()), load_solution(plan.read_bytes())) == []
    assert list(cache.glob("smena/cluster-*"))


def test_the_problem_may_come_on_stdin(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    done = run("solve", "-", "-o", plan, "--time-limit", "5", "--workers", "1", stdin=TINY.read_bytes())
    assert done.returncode == 0
    assert plan.exists()


def test_a_bad_file_is_named_with_every_fault(tmp_path: Path) -> None:
    document = json.loads(TINY.read_bytes())
    document["activities"][0]["times"] = "nowhere"
    document["requests"][0]["priority"] = "none such"
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(document))
    done = run("solve", bad, "-o", tmp_path / "plan.json")
    assert done.returncode == 2
    words = done.stderr.decode()
    assert "nowhere" in words
    assert "none such" in words
    assert not (tmp_path / "plan.json").exists()
    assert run("solve", tmp_path / "missing.json", "-o", tmp_path / "plan.json").returncode == 2


def test_where_no_plan_can_be_written_is_told_before_the_search(tmp_path: Path) -> None:
    for name in (tmp_path, tmp_path / "nowhere" / "plan.json", Path("/dev/null"), tmp_path / ("x" * 300)):
        begun = time.monotonic()
        done = run("solve", TINY, "-o", name, "--time-limit", "60")
        assert done.returncode == 2
        assert time.monotonic() - begun < 30
        # No line of progress: nothing was computed.
        assert not done.stdout
        (line,) = done.stderr.decode().splitlines()
        told = name if name.parent.is_dir() else name.parent
        assert str(told) in line
        assert f".{name.name}." not in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_program_loads_stops_it_without_a_plan(tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-X", "importtime", *COMMAND[1:], "solve", TINY, "-o", tmp_path / "plan.json"]
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stderr is not None
    for line in process.stderr:
        if line.endswith(" pydantic_core\n"):
            break
    process.send_signal(number)
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 3
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_work_counted_gives_equal_bytes(tmp_path: Path) -> None:
    plans = [tmp_path / "a.json", tmp_path / "b.json"]
    for plan in plans:
        done = run("solve", TINY, "-o", plan, "--deterministic", "2", "--seed", "7")
        assert done.returncode == 0
    assert plans[0].read_bytes() == plans[1].read_bytes()


@pytest.mark.parametrize("how", ["line", "end", "signal"])
def test_a_stop_leaves_the_best_plan_within_two_seconds(large: Path, tmp_path: Path, how: str) -> None:
    plan = tmp_path / "plan.json"
    process = subprocess.Popen(
        [*COMMAND, "solve", str(large), "-o", str(plan), "--time-limit", "300", "--control-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["stage"] == "improve":
            break
    begun = time.monotonic()
    if how == "line":
        process.stdin.write(b"stop\n")
        process.stdin.flush()
    elif how == "end":
        process.stdin.close()
    else:
        process.send_signal(signal.SIGTERM)
    process.stdout.read()
    assert process.wait(timeout=30) == 0
    # Two seconds are promised; what comes on top is this machine's other work.
    assert time.monotonic() - begun < 10
    process.stdout.close()
    if not process.stdin.closed:
        process.stdin.close()
    assert check(load_problem(large.read_bytes()), load_solution(plan.read_bytes())) == []


def test_a_killed_solve_leaves_the_best_plan_and_no_process(large: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    process = subprocess.Popen(
        [*COMMAND, "solve", str(large), "-o", str(plan), "--time-limit", "300", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["stage"] == "improve":
            break
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    process.wait()
    process.stdout.close()
    assert check(load_problem(large.read_bytes()), load_solution(plan.read_bytes())) == []
    deadline = time.monotonic() + 15
    while alive := [pid for pid in children if _alive(pid)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.1)


def _alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False
