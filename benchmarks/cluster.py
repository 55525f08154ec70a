"""Our plan of a generated cluster beside what a person would make of the same requests.

    python -m benchmarks.cluster --scale 1 --seed 1001 [--seconds 60] [--workers 2] [--json FILE] [--out DIR]

Two baselines: "by hand" takes requests as they arrive and puts every session at the earliest free time;
"by class" takes the higher class first and chooses places well. Neither moves what is placed. Afterwards
the size of every group changes by up to 20 per cent: our plan is repaired, the others are made anew.
Seeds from 1000 on are for reports, smaller ones for tuning.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.synthetic_cluster import SIZES, make, resized
from solver.baselines import BASELINES
from solver.checker import check
from solver.child import resident_mb
from solver.codec import dump_problem, load_solution
from solver.engine.warm import warm_cluster
from solver.fairness import figures, report
from solver.problem import Problem
from solver.repair import RepairOptions, repair
from solver.solution import PlanFigures, Solution

Figure = int | float | str | None
ACADEMIC_HOUR_MINUTES = 45
KM_A_MINUTE = 1
"""The generator's towns are joined by roads on which 60 km take an hour."""
_LOOK_EVERY_S = 0.1
_OVERTIME_S = 120.0
_REPAIR_S = 20.0


@dataclass(frozen=True, slots=True)
class Column:
    """One plan of the problem with what it took."""

    name: str
    solution: Solution
    figures: PlanFigures
    seconds: float
    changed: int | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A solve in a process of its own; memory is the largest resident size of it and its partner together."""

    solution: Solution
    seconds: float
    memory_mb: int


def solved(problem: Problem, seconds: float, workers: int, seed: int) -> Child:
    """Solve in a child as the product does, and watch its memory."""
    with tempfile.TemporaryDirectory() as folder:
        asked, plan = Path(folder) / "problem.json", Path(folder) / "plan.json"
        asked.write_bytes(dump_problem(problem))
        command = [sys.executable, "-m", "solver", "solve", str(asked), "-o", str(plan)]
        command += ["--time-limit", f"{seconds:g}", "--workers", str(workers), "--seed", str(seed)]
        begun = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        most = 0
        while child.poll() is None:
            most = max(most, resident_mb(child.pid))
            if time.monotonic() - begun > seconds + _OVERTIME_S:
                child.kill()
            time.sleep(_LOOK_EVERY_S)
        if child.returncode:
            raise SystemExit(f"the solver ended with {child.returncode}")
        return Child(load_solution(plan.read_bytes()), time.monotonic() - begun, most)


def timed(make_plan: Callable[[], Solution]) -> tuple[Solution, float]:
    """Return a plan and the seconds that it took."""
    begun = time.monotonic()
    plan = make_plan()
    return plan, time.monotonic() - begun


def repaired(problem: Problem, previous: Solution) -> Solution:
    """Return our plan after the sizes have changed, with as few moves as the repair finds."""
    options = RepairOptions(time_limit_s=_REPAIR_S)
    return repair(problem, previous, options, lambda _: None, lambda _: None, lambda: False)


def changes(before: Solution, after: Solution) -> int:
    """Return how many sessions of a plan are elsewhere, at another time or gone in another one."""
    now = after.placement_of
    return sum(
        (there := now.get(was.activity)) is None
        or (there.meetings, there.resources) != (was.meetings, was.resources)
        for was in before.placements
    )


def checked(problem: Problem, name: str, solution: Solution) -> PlanFigures:
    """Return the figures of a plan that keeps every rule."""
    if broken := check(problem, solution, limit=1):
        raise SystemExit(f"{name} breaks a rule: {broken[0]}")
    return figures(problem, name, solution.placements)


def hours(minutes: int) -> float:
    """Academic hours."""
    return round(minutes / ACADEMIC_HOUR_MINUTES, 1)


def row(problem: Problem, ours: Column, others: Sequence[Column], child: Child) -> dict[str, Figure]:
    """Return all figures by name; those of a baseline carry its name."""
    run = ours.solution.report
    assert run is not None
    last = run.history[-1]
    stage = run.fairness_stage
    found: dict[str, Figure] = {
        "sessions": len(problem.activities),
        "first_s": run.first_plan_seconds,
        "memory_mb": child.memory_mb,
        "gap_permille": last.gap_permille,
        "worst_off_bound": None if stage is None else stage.bound_permille,
        "envies": len(report(problem, ours.solution).envies),
    }
    for column in (ours, *others):
        end = "" if column is ours else f"_{column.name}"
        f = column.figures
        found |= {
            f"placed{end}": f.placed,
            **{f"hours_{name}{end}": hours(minutes) for name, minutes in f.served_minutes.items()},
            f"refused{end}": f.requests_none,
            f"km{end}": f.travel_minutes * KM_A_MINUTE,
            f"worst_off{end}": f.worst_off_permille,
            f"jain{end}": f.jain_permille,
            f"changed{end}": column.changed,
            f"seconds{end}": round(column.seconds, 2),
        }
    return found


def table(
    problem: Problem, ours: Column, others: Sequence[Column], told: Mapping[str, Figure]
) -> Iterator[str]:
    """Yield the lines of the table."""
    columns = (ours, *others)
    yield " ".join(["".ljust(34), *(column.name.rjust(12) for column in columns)])

    def line(words: str, value: Callable[[Column], Figure]) -> str:
        cells = ["-" if (v := value(column)) is None else f"{v:,}" for column in columns]
        return " ".join([words.ljust(34), *(cell.rjust(12) for cell in cells)])

    asked = dict.fromkeys(problem.priorities, 0)
    for activity in problem.activities:
        asked[problem.request_by_id[activity.request].priority] += activity.learner_minutes
    for name, minutes in asked.items():
        words = f"{name}: learner-hours of {hours(minutes):,.0f}"
        yield line(words, lambda c, name=name: hours(c.figures.served_minutes[name]))  # type: ignore[misc]
    yield line("all: learner-hours", lambda c: round(sum(map(hours, c.figures.served_minutes.values())), 1))
    yield line(f"sessions placed of {len(problem.activities):,}", lambda c: c.figures.placed)
    yield line("requests refused whole", lambda c: c.figures.requests_none)
    yield line("learner-km one way", lambda c: c.figures.travel_minutes * KM_A_MINUTE)
    yield line("worst-off college, permille", lambda c: c.figures.worst_off_permille)
    yield line("Jain, permille", lambda c: c.figures.jain_permille)
    yield line("changed after sizes vary by 20 %", lambda c: c.changed)
    yield line("seconds", lambda c: round(c.seconds, 1))
    yield (
        f"first plan after {told['first_s']} s, gap {told['gap_permille']} permille, worst-off at most "
        f"{told['worst_off_bound']} permille, {told['envies']} envies, {told['memory_mb']} MiB"
    )


def main() -> int:
    given = _arguments()
    problem = make(given.scale, given.seed)
    warm_cluster()
    child = solved(problem, given.seconds, given.workers, given.seed)
    varied = resized(problem, given.seed)
    moved = None if given.no_change else changes(child.solution, repaired(varied, child.solution))
    ours = Column("ours", child.solution, checked(problem, "ours", child.solution), child.seconds, moved)
    others = []
    for name, baseline in BASELINES.items():
        plan, seconds = timed(lambda baseline=baseline: baseline(problem))  # type: ignore[misc]
        anew = None if given.no_change else changes(plan, baseline(varied))
        others.append(Column(name, plan, checked(problem, name, plan), seconds, anew))
    told = row(problem, ours, others, child)
    instance = f"scale-{given.scale}"
    print(f"{instance}, seed {given.seed}: {len(problem.requests)} requests")
    print("\n".join(table(problem, ours, others, told)), flush=True)
    if given.json is not None:
        head = {"family": "cluster", "instance": instance, "seed": given.seed}
        head |= {"workers": given.workers, "limit_s": given.seconds}
        with given.json.open("a") as file:
            file.write(json.dumps(head | told) + "\n")
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        name = f"{instance}-{given.seed}"
        (given.out / f"{name}.problem.json").write_bytes(dump_problem(problem))
        (given.out / f"{name}.plan.json").write_text(child.solution.model_dump_json())
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cluster",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scale", type=int, choices=list(SIZES), default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-change", action="store_true", help="leave the varied sizes out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append the figures as one line")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the problem and our plan")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
