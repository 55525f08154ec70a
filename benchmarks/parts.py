"""The searches for timetables and projects with one part left out at a time.

    python -m benchmarks.parts FILE... [--without PART ...] [--seconds 30] [--seed 1] [--json FILE]

A file's ending tells its family (``.ctt`` and ``.ectt``, ``.fet``, ``.dzn``, ``.xml`` and ``.xml.xz``). One
process, the same limit and seed for all: `unplaced` activities, the weighted `rest` that the checker counts,
and what is proved of it. The cluster's search has a command of its own, ``benchmarks.ablation``.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from ortools.sat.python import cp_model

from benchmarks import cbctt, itc2019, mspsp
from benchmarks.fet.__main__ import posed_school
from benchmarks.fet.writing import as_written
from benchmarks.inputs import Readable, check_targets, positive, stem
from solver import checker
from solver.engine import solve
from solver.engine.exact.project import warm as warm_projects
from solver.engine.exact.project.preemptive import Preemptive
from solver.engine.exact.project.search import ProjectSearch
from solver.engine.local import climb
from solver.engine.local.cooling import Cooling
from solver.engine.warm import warm
from solver.engine.weekly import course, drive
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Solution

ALL = "all"


class Change(NamedTuple):
    """What is put in the place of something while a part is left out."""

    owner: Any
    name: str
    value: Any


class Family(NamedTuple):
    """Files of a kind: how they are posed, for the search and for counting, and the parts of their search."""

    suffixes: tuple[str, ...]
    posed: Callable[[Path], tuple[Problem, Problem]]
    parts: Mapping[str, tuple[Change, ...]]
    written: Callable[[Solution], Solution] = lambda solution: solution


def _twice(problem: Problem) -> tuple[Problem, Problem]:
    return problem, problem


def _school(path: Path) -> tuple[Problem, Problem]:
    posed = posed_school(path)[1]
    return posed.problem, posed.counted


_ANNEALING = {
    "no chains": (Change(climb, "_CHAINS", 0),),
    "no trading of times": (Change(climb, "_SHARE_TRADE", climb._SHARE_TIME),),
    "no moves of resources alone": (Change(climb, "_SHARE_TRADE", 1024),),
    "no choice of temperatures": (Change(Cooling, "settle", lambda _: None),),
}
_BREACHES = {"hard rules weigh the same": (Change(climb, "_SOFTLY", climb._STEADILY),)}

FAMILIES: Mapping[str, Family] = {
    "cbctt": Family((".ctt", ".ectt"), lambda path: _twice(cbctt.posed(path)[1]), _ANNEALING),
    "fet": Family(
        (".fet",),
        _school,
        {
            "no grudges": (Change(course, "_GRUDGE", 0.0),),
            "no soft rules while placing": (Change(course, "_PULL", 0.0),),
            "no plans begun anew": (Change(course, "_ANEW_SHARE", 1.0),),
            "no seating at the end": (Change(drive.Drive, "_reseated", lambda _, solution: solution),),
        },
        as_written,
    ),
    "mspsp": Family(
        (".dzn",),
        lambda path: _twice(mspsp.posed(path)[1]),
        {
            "no looking near a plan": (Change(ProjectSearch, "_near", lambda *_: int(cp_model.UNKNOWN)),),
            "no linear programmes": (Change(Preemptive, "disprove", lambda *_: False),),
        },
    ),
    "itc2019": Family(
        (".xml", ".xml.xz"), lambda path: _twice(itc2019.posed(path)[1].problem), _ANNEALING | _BREACHES
    ),
}


def family_of(path: Path) -> str:
    """Return the family that a file belongs to by its ending.

    Raises
    ------
    ValueError
        It has another ending.
    """
    for name, family in FAMILIES.items():
        if path.name.endswith(family.suffixes):
            return name
    raise ValueError("is of no family: its name ends with none of their endings")


def variants(family: str) -> list[str]:
    """Return the names under which a family's search is run: whole, then without each of its parts."""
    return [ALL, *FAMILIES[family].parts]


def instance_of(path: Path, variant: str) -> str:
    """Return the name of a file's row for a variant."""
    return f"{stem(path, FAMILIES[family_of(path)].suffixes)}: {variant}"


def figures(path: Path, variant: str, options: SolveOptions) -> dict[str, Any]:
    """Solve a file by the search whole or without one of its parts, and return what came of it."""
    family = FAMILIES[family_of(path)]
    problem, counted = family.posed(path)
    with ExitStack() as left_out:
        for owner, name, value in family.parts.get(variant, ()):
            left_out.enter_context(patch.object(owner, name, value))
        begun = time.monotonic()
        solution = solve(problem, options, lambda _: None, lambda _: None, lambda: False)
        seconds = time.monotonic() - begun
    rest = [t for t in checker.score(counted, family.written(solution)).terms if t.stage == "rest"]
    bounds = [term.bound * term.weight for term in solution.score.stage("rest") if term.bound is not None]
    return {
        "unplaced": len(solution.unplaced),
        "rest": sum(term.value * term.weight for term in rest),
        "bound": sum(bounds) if bounds else None,
        "seconds": round(seconds, 1),
    }


def rows(
    files: Iterable[tuple[Path, str]], wanted: list[str] | None, seconds: float, seed: int
) -> Iterator[dict[str, Any]]:
    """Yield a row for each file and variant."""
    options = SolveOptions(time_limit_s=seconds, workers=1, seed=seed)
    for path, family in files:
        for variant in variants(family) if wanted is None else wanted:
            told = {"family": "parts", "instance": instance_of(path, variant), "seed": seed}
            yield told | {"workers": 1, "limit_s": seconds} | figures(path, variant, options)


def main() -> int:
    """Run every file with every part left out, or those asked for; print a row each."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.parts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    known = list(dict.fromkeys(name for family in FAMILIES for name in variants(family)))
    parser.add_argument("--without", nargs="+", choices=known, metavar="PART", help=f"of {', '.join(known)}")
    parser.add_argument("--seconds", type=positive(float), default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="append a line of figures for every run")
    given = parser.parse_args()
    check_targets(parser, None, given.json)
    warm()
    warm_projects()
    files = Readable(given.files, family_of)
    for row in rows(files, given.without, given.seconds, given.seed):
        print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)
        if given.json is not None:
            with given.json.open("a") as file:
                file.write(json.dumps(row) + "\n")
    return 1 if files.bad else 0


if __name__ == "__main__":
    sys.exit(main())
