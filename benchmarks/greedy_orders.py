"""The plan of a solve beside those of three orders that a person would use, by priority class.

    python -m benchmarks.greedy_orders PROBLEM.json [--seconds 60] [--workers 2] [--seed 1]

Each order takes the sessions one after the other and puts each where the search's own insertion routine puts
it. Printed are unserved academic hours of learners by class, the first class first; the last column is the
proved bound. Exit code 1: the solve is below an order.
"""

import argparse
import random
import sys
import time
from pathlib import Path

from solver.checker import check
from solver.codec import load_problem
from solver.engine import solve
from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, fill_all, ordered
from solver.engine.insertion import Inserter, pressures
from solver.engine.state import State
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution

ACADEMIC_HOUR_MINUTES = 45


def by_order(problem: Problem) -> dict[str, tuple[tuple[int, ...], float]]:
    """Unserved learner-minutes by class and seconds taken, for each order."""
    found = {}
    for name, order in GREEDY:
        model = compile_problem(problem)
        inserter = Inserter(State(model), pressures(model), random.Random(1))
        begun = time.monotonic()
        fill_all(inserter.fill, ordered(model, order), lambda: False)
        served = inserter.state.served
        unserved = tuple(asked - got for asked, got in zip(model.worth_of_class, served, strict=True))
        found[name] = (unserved, time.monotonic() - begun)
    return found


def by_solve(problem: Problem, options: SolveOptions) -> tuple[Solution, ProgressPoint]:
    """The solution of a solve, and its last progress point."""
    points: list[ProgressPoint] = []
    solution = solve(problem, options, points.append, lambda _: None, lambda: False)
    if broken := check(problem, solution):
        raise SystemExit(f"the plan breaks a rule: {broken[0]}")
    return solution, points[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("problem", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    problem = load_problem(given.problem.read_bytes())
    orders = by_order(problem)
    options = SolveOptions(time_limit_s=given.seconds, workers=given.workers, seed=given.seed)
    solution, last = by_solve(problem, options)
    terms = solution.score.stage("coverage")
    ours = tuple(term.value for term in terms)
    assert solution.report is not None

    columns = {**{name: unserved for name, (unserved, _) in orders.items()}, "solve": ours}
    widths = [max(len(name), 9) for name in columns]
    print("unserved academic hours of learners")
    print(
        " ".join(
            ["class".ljust(16), *(n.rjust(w) for n, w in zip(columns, widths, strict=True)), "    bound"]
        )
    )
    for position, term in enumerate(terms):
        row = [values[position] for values in columns.values()]
        cells = (hours(value).rjust(width) for value, width in zip(row, widths, strict=True))
        print(" ".join([problem.label(term.name).ljust(16)[:16], *cells, hours(term.bound).rjust(9)]))
    totals = (hours(sum(values)).rjust(width) for values, width in zip(columns.values(), widths, strict=True))
    print(" ".join(["all".ljust(16), *totals, hours(last.bound).rjust(9)]))
    seconds = [
        f"{taken:.1f}".rjust(width) for (_, taken), width in zip(orders.values(), widths, strict=False)
    ]
    print(" ".join(["seconds".ljust(16), *seconds, f"{solution.report.seconds or 0:.1f}".rjust(widths[-1])]))
    print(f"first plan after {solution.report.first_plan_seconds} s; {len(solution.unplaced)} unplaced")

    best = min(unserved for unserved, _ in orders.values())
    print("the solve is", "at least as good as" if ours <= best else "BELOW", "the best order")
    return 0 if ours <= best else 1


def hours(minutes: int | None) -> str:
    """Academic hours with one decimal; a dash when there is no value."""
    return "-" if minutes is None else f"{minutes / ACADEMIC_HOUR_MINUTES:.1f}"


if __name__ == "__main__":
    sys.exit(main())
