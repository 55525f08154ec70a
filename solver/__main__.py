"""The solver as a command: ``python -m solver solve``, ``repair``, ``check``, ``explain`` and ``warm``.

Exit codes: 0 a plan was written, or it keeps every rule; 1 it breaks a rule; 2 a file is unusable;
3 stopped before there was a first plan or an answer, or no plan was found that keeps every rule.
"""

import os
import signal

if __name__ == "__main__":
    # The other imports take a while, in which there is no plan yet either.
    for _number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(_number, lambda *_: os._exit(3))

import argparse
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
    collect_seldom,
    memory_capped,
    read_problem,
    tell,
)
from solver.codec import load_problem, load_solution, sha256_of
from solver.errors import NoPlan, SolverError, StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.repair import RepairOptions, repair, slot_of
from solver.solution import Term
from solver.stability import previous_of
from solver.words_of_faults import FAULTS, unopened

_WRITING_S = 0.8
"""What a repair keeps of its time at least for the check and the file."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # What Python took to start counts as well.
    begun = time.monotonic() - time.process_time()
    given = _parser().parse_args(arguments)
    collect_seldom()
    try:
        match given.command:
            case "solve":
                return _solve(given, begun)
            case "repair":
                return _repair(given, begun)
            case "explain":
                return _explain(given)
            case "warm":
                return _warm(given)
            case _:
                return _check(given)
    except OSError as error:
        print(unopened(error).said(given.lang), file=sys.stderr)
        return EXIT_BAD_FILE
    except SolverError as error:
        print(error.said(given.lang), file=sys.stderr)
        return EXIT_NO_PLAN if isinstance(error, NoPlan | StoppedEarly) else EXIT_BAD_FILE


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
    repair = commands.add_parser("repair", help="change a published plan as little as the problem now asks")
    repair.add_argument("problem", help="problem file as it is now; - is stdin")
    repair.add_argument(
        "previous",
        type=Path,
        nargs="?",
        help="the published solution, of the problem as it was; left out: what the rule `change` names",
    )
    repair.add_argument("-o", "--output", type=Path, required=True, help="where the repaired plan is written")
    repair.add_argument(
        "--freeze-until",
        default="0",
        metavar="SLOT_OR_TIME",
        help="what begins before it stays: a slot, or a local date or time as 2027-02-01T08:00",
    )
    repair.add_argument(
        "--epsilon", type=_share, default=100, metavar="SHARE", help="D beyond the least for quality; 0.1"
    )
    repair.add_argument("--seconds", type=_positive(float), default=5.0, help="for all of it")
    repair.add_argument("--deterministic", type=_positive(int), metavar="UNITS", help="count work, not time")
    repair.add_argument("--memory-limit-mb", type=_positive(int), metavar="MIB")
    told = "a line 'stop' on stdin, or its end, ends the search"
    for command in (solve, repair):
        command.add_argument("--control-stdin", action="store_true", help=told)
    check = commands.add_parser("check", help="say in words what a plan breaks, then what it is worth")
    check.add_argument("problem")
    check.add_argument("solution")
    explain = commands.add_parser("explain", help="say why not, and what would have to give")
    explain.add_argument("problem")
    explain.add_argument("solution")
    explain.add_argument("--request", help="a request of the problem")
    explain.add_argument("--activity", help="an activity: its place and the best others")
    explain.add_argument(
        "--move",
        metavar="JSON",
        help='where the activity is to go: {"meetings": [[start, end]], "resources": {role: id}}; '
        "roles that are left out stay as they are",
    )
    explain.add_argument("--seconds", type=_positive(float), default=4.5, help="of work, for all of it")
    explain.add_argument("--json", action="store_true", help="the same as one JSON document")
    asked = "a request a line on stdin, answered each by a line of JSON, until it ends"
    explain.add_argument("--requests-stdin", action="store_true", help=asked)
    prepare = commands.add_parser("warm", help="compile the searches, once for a version and a machine")
    prepare.add_argument("--cluster", action="store_true", help="the search of a cluster alone")
    for command in (solve, repair, check, explain, prepare):
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


def _share(text: str) -> int:
    """Read a share as thousandths."""
    value = float(text)
    if not 0 <= value < 1000:
        raise ValueError
    return round(value * 1000)


def _solve(given: argparse.Namespace, begun: float) -> int:
    problem, output, stop = _begin(given)
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


def _begin(given: argparse.Namespace) -> tuple[Problem, Output, Stop]:
    """Read the problem; from then on the process can be told to stop."""
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
    output.prepare()
    return problem, output, stop


def _repair(given: argparse.Namespace, begun: float) -> int:
    problem, output, stop = _begin(given)
    if given.previous is None:
        previous = previous_of(problem)
    else:
        previous = load_solution(given.previous.read_bytes())
    # To check and to write takes about as long as to read.
    read_s = time.monotonic() - begun
    options = RepairOptions(
        freeze_until_slot=slot_of(problem, given.freeze_until),
        epsilon_permille=given.epsilon,
        time_limit_s=max(0.001, given.seconds - max(_WRITING_S, 0.8 * read_s) - read_s),
        deterministic_units=given.deterministic,
    )
    with memory_capped(given.memory_limit_mb):
        solution = repair(problem, previous, options, tell, output.write, stop)
        output.write(solution)
    report = solution.report.repair if solution.report is not None else None
    assert report is not None
    proof = "=" if report.change_minimum == report.change_bound else ">="
    print(
        f"{given.output}: {report.moves} moved or lost (>= {report.moves_bound}), {len(report.added)} added; "
        f"D {report.change}, least {report.change_minimum} ({proof} {report.change_bound}); "
        f"lost {report.lost_minutes} learner_minutes (>= {report.lost_minutes_bound}); "
        f"{len(report.touched.participants)} participants, {report.touched.people} people",
        file=sys.stderr,
    )
    return EXIT_PLAN


def _warm(given: argparse.Namespace) -> int:
    from solver.engine.warm import warm, warm_cluster

    print("Compiling what is not compiled yet on this machine: up to three minutes.", file=sys.stderr)
    seconds = warm_cluster() if given.cluster else warm()
    print(f"Ready after {seconds:.1f} s.", file=sys.stderr)
    return EXIT_PLAN


def _check(given: argparse.Namespace) -> int:
    problem = load_problem(read_problem(given.problem, False, sys.stdin.buffer))
    solution = load_solution(Path(given.solution).read_bytes())
    found = checker.check(problem, solution)
    other = sha256_of(problem) != solution.problem_sha256
    if other:
        print(FAULTS["other_problem"].of(given.lang))
    for violation in found:
        print(checker.describe(problem, violation, given.lang))
    for term in checker.score(problem, solution).terms:
        print(_term(problem, term))
    return EXIT_BROKEN if found or other else EXIT_PLAN


def _explain(given: argparse.Namespace) -> int:
    # The engine takes its time to import; the other commands do without it.
    from solver.advice.command import run

    return run(given)


def _term(problem: Problem, term: Term) -> str:
    bound = "" if term.bound is None else f" (>= {term.bound})"
    return f"{term.stage} {term.rule} {problem.label(term.name)}: {term.value}{bound} {term.unit}"


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread may still wait for a line on stdin: the interpreter's own way out aborts over its lock.
    os._exit(code)
