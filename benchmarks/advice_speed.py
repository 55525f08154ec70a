"""How long advice on a plan takes: whole requests by the command, proposed moves on a plan that is loaded.

``python -m benchmarks.advice_speed PROBLEM SOLUTION [--requests 20] [--moves 100] [--seed 1]``. Requests are
drawn from those with something unplaced, start-up included; a move takes a session to another of its times
or resources.
"""

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from solver.advice.adviser import Adviser
from solver.codec import load_problem, load_solution
from solver.problem import Problem
from solver.solution import Placement, Solution

REQUEST_S, MOVE_S = 5.0, 1.0


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problem", type=Path)
    parser.add_argument("solution", type=Path)
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--moves", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    problem = load_problem(given.problem.read_bytes())
    plan = load_solution(given.solution.read_bytes())
    rng = random.Random(given.seed)
    adviser = Adviser(problem, plan)
    loaded = timed([lambda: adviser.ranked(plan.placements[0].activity)])
    moves = [lambda move=move: adviser.move(move) for move in sampled_moves(problem, plan, given.moves, rng)]
    rows = [
        ("a request, by the command", REQUEST_S, list(_requests(given, problem, plan, rng))),
        ("to compile the plan", REQUEST_S, loaded),
        ("a proposed move", MOVE_S, timed(moves)),
    ]
    print(f"{len(plan.placements)} sessions placed, {len(plan.unplaced)} not.\n")
    print("| what | count | median s | 95 % s | most s | within |\n|---|---|---|---|---|---|")
    for name, bar, taken in rows:
        print(line(name, bar, taken))
    return 0


def _requests(
    given: argparse.Namespace, problem: Problem, plan: Solution, rng: random.Random
) -> Iterator[float]:
    waiting = sorted({problem.activity_by_id[u.activity].request for u in plan.unplaced})
    for name in rng.sample(waiting, min(given.requests, len(waiting))):
        command = [
            sys.executable,
            "-m",
            "solver",
            "explain",
            given.problem,
            given.solution,
            "--request",
            name,
        ]
        begun = time.monotonic()
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
        yield time.monotonic() - begun


def sampled_moves(problem: Problem, plan: Solution, count: int, rng: random.Random) -> Iterator[Placement]:
    """Yield placements that differ from the plan's, in time, in one resource or in both."""
    for _ in range(count):
        there = rng.choice(plan.placements)
        activity = problem.activity_by_id[there.activity]
        meetings = rng.choice(problem.option_sets[activity.times]).meetings
        role = rng.choice(activity.requirements)
        other = rng.choice(problem.candidate_sets[role.candidates]).resource
        yield Placement(
            activity=there.activity, meetings=meetings, resources={**there.resources, role.role: other}
        )


def timed(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Return the seconds that each call takes."""
    found = []
    for call in calls:
        begun = time.monotonic()
        call()
        found.append(time.monotonic() - begun)
    return found


def line(name: str, bar: float, taken: Sequence[float]) -> str:
    """Return a row of the table: quantiles, and how many kept within the bar."""
    if not taken:
        return f"| {name} | 0 | | | | |"
    ordered = sorted(taken)
    most = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    within = sum(seconds <= bar for seconds in taken)
    return (
        f"| {name} | {len(taken)} | {median(taken):.2f} | {most:.2f} | {ordered[-1]:.2f} | "
        f"{bar:g} s in {within}/{len(taken)} |"
    )


if __name__ == "__main__":
    sys.exit(main())
