"""The command ``repair``, as others start it."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.synthetic import make as synthetic
from solver.checker import check
from solver.codec import dump_problem, dump_solution, load_problem, load_solution
from solver.solution import Solution
from tests.solver.test_repair import cluster, disruption

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "solver", "repair"]


def run(*arguments: str | Path | int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, cwd=ROOT, timeout=120, check=False
    )


def files(folder: Path) -> tuple[Path, Path, int]:
    _, previous = cluster()
    happened = disruption("trainer_ill")
    problem, plan = folder / "problem.json", folder / "previous.json"
    problem.write_bytes(dump_problem(happened.problem))
    plan.write_bytes(dump_solution(previous))
    return problem, plan, happened.freeze_until_slot


def test_a_plan_is_repaired_and_told(tmp_path: Path) -> None:
    problem, plan, freeze = files(tmp_path)
    output = tmp_path / "repaired.json"
    done = run(problem, plan, "-o", output, "--freeze-until", freeze, "--seconds", 20)
    assert done.returncode == 0, done.stderr.decode()
    solution = load_solution(output.read_bytes())
    assert check(load_problem(problem.read_bytes()), solution) == []
    assert solution.report is not None
    report = solution.report.repair
    assert report is not None
    assert report.freeze_until_slot == freeze
    assert f"{report.moves} moved or lost" in done.stderr.decode()
    points = [json.loads(line) for line in done.stdout.splitlines()]
    assert points[-1]["stage"] == "finish"


def test_work_counted_gives_equal_bytes(tmp_path: Path) -> None:
    problem, plan, freeze = files(tmp_path)
    outputs = [tmp_path / "a.json", tmp_path / "b.json"]
    for output in outputs:
        done = run(problem, plan, "-o", output, "--freeze-until", freeze, "--deterministic", 3)
        assert done.returncode == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_unusable_files_and_moments_are_named(tmp_path: Path) -> None:
    problem, plan, _ = files(tmp_path)
    output = tmp_path / "repaired.json"
    assert run(problem, tmp_path / "none.json", "-o", output).returncode == 2
    assert run(problem, problem, "-o", output).returncode == 2
    done = run(problem, plan, "-o", output, "--freeze-until", "tomorrow")
    assert done.returncode == 2
    assert "freeze-until" in done.stderr.decode()
    assert not output.exists()


def test_the_end_of_the_parent_ends_it(tmp_path: Path) -> None:
    source, plan, output = tmp_path / "p.json", tmp_path / "s.json", tmp_path / "o.json"
    source.write_bytes(dump_problem(synthetic(60, 8, 1)))
    plan.write_bytes(dump_solution(Solution(problem_sha256="", placements=())))
    process = subprocess.Popen(
        [*COMMAND, str(source), str(plan), "-o", str(output), "--seconds", "300", "--control-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert process.stdin is not None
    process.stdin.close()
    # With nothing but new sessions it would go on for minutes; told to stop it leaves a plan, or none.
    assert process.wait(timeout=60) in (0, 3)
    if output.exists():
        assert check(load_problem(source.read_bytes()), load_solution(output.read_bytes())) == []
