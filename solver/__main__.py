"""The solver as a command: ``python -m solver solve`` and ``python -m solver check``.

Exit codes: 0 a plan was written, or it keeps every rule; 1 it breaks a rule; 2 a file is unusable;
3 stopped before there was a first plan.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from solver import checker
from solver.child import (
    EXIT_BAD_FILE,
    EXIT_BROKEN,
    EXIT_NO_PLAN,
    EXIT_PLAN,
    Output,
    Stop,
    memory_capped,
    read_problem,
    tell,
)
from solver.codec import load_problem, load_solution, sha256_of
from solver.errors import Fault, InvalidProblem, SolverError, StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Term


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    begun = time.monotonic()
    given = _parser().parse_args(arguments)
    try:
        return _solve(given, begun) if given.command == "solve" else _check(given)
    except InvalidProblem as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return EXIT_BAD_FILE
    except OSError as error:
        print(f"{error.filename or ''}: {error.strerror}", file=sys.stderr)
        return EXIT_BAD_FILE
    except StoppedEarly as error:
        print(error, file=sys.stderr)
        return EXIT_NO_PLAN
    except SolverError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_FILE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m solver", description="Solve or check a timetable problem."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    solve = commands.add_parser("solve", help="search for a plan until the time is up")
    solve.add_argument("problem", help="problem file; - is stdin")
    solve.add_argument("-o", "--output", type=Path, required=True, help="where the best plan is written")
    solve.add_argument("--time-limit", type=_positive(float), default=60.0, metavar="SECONDS")
    solve.add_argument("--workers", type=_positive(int), default=2)
    solve.add_argument("--seed", type=int, default=1)
    solve.add_argument("--deterministic", type=_positive(int), metavar="UNITS", help="count work, not time")
    solve.add_argument("--memory-limit-mb", type=_positive(int), metavar="MIB")
    solve.add_argument(
        "--control-stdin", action="store_true", help="a line 'stop' on stdin, or its end, ends the solve"
    )
    check = commands.add_parser("check", help="say in words what a plan breaks, then what it is worth")
    check.add_argument("problem")
    check.add_argument("solution")
    for command in (solve, check):
        command.add_argument("--lang", choices=("ru", "en"), default="ru")
    return parser


class _positive:  # noqa: N801
    """Reads a number above zero."""

    def __init__(self, kind: type[int] | type[float]) -> None:
        self._kind = kind
        self.__name__ = f"positive {kind.__name__}"

    def __call__(self, text: str) -> int | float:
        value = self._kind(text)
        if not value > 0:
            raise ValueError
        return value


def _solve(given: argparse.Namespace, begun: float) -> int:
    output = Output(given.output)
    stop = Stop(output)
    stop.on_signals()
    data = read_problem(given.problem, given.control_stdin, sys.stdin.buffer)
    if given.control_stdin:
        stop.on_control(sys.stdin.buffer)
    if given.memory_limit_mb is not None:
        stop.on_memory(given.memory_limit_mb)
    problem = load_problem(data)
    del data
    if not given.output.parent.is_dir():
        raise InvalidProblem([Fault("output", f"there is no folder {given.output.parent}")])
    # The engine takes its time to import; a bad file is told at once.
    from solver.engine import solve

    options = SolveOptions(
        time_limit_s=max(0.001, given.time_limit - (time.monotonic() - begun)),
        workers=given.workers,
        seed=given.seed,
        deterministic_units=given.deterministic,
        memory_limit_mb=given.memory_limit_mb,
    )
    with memory_capped(given.memory_limit_mb):
        solution = solve(problem, options, tell, output.write, stop)
        output.write(solution)
    unplaced = len(solution.unplaced)
    counts = f"{len(solution.placements)} / {len(solution.placements) + unplaced}"
    print(f"{given.output}: {counts}", file=sys.stderr)
    for term in solution.score.terms:
        print(_term(problem, term), file=sys.stderr)
    return EXIT_PLAN


def _check(given: argparse.Namespace) -> int:
    problem = load_problem(read_problem(given.problem, False, sys.stdin.buffer))
    solution = load_solution(Path(given.solution).read_bytes())
    found = checker.check(problem, solution)
    other = sha256_of(problem) != solution.problem_sha256
    if other:
        print(
            "расписание составлено для другой задачи"
            if given.lang == "ru"
            else "the plan was made for another problem"
        )
    for violation in found:
        print(checker.describe(problem, violation, given.lang))
    for term in checker.score(problem, solution).terms:
        print(_term(problem, term))
    return EXIT_BROKEN if found or other else EXIT_PLAN


def _term(problem: Problem, term: Term) -> str:
    bound = "" if term.bound is None else f" (>= {term.bound})"
    return f"{term.stage} {term.rule} {problem.label(term.name)}: {term.value}{bound} {term.unit}"


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread may still wait for a line on stdin: the interpreter's own way out aborts over its lock.
    os._exit(code)
