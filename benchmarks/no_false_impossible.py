"""Whether anything is called impossible wrongly: ``python -m benchmarks.no_false_impossible --cases 10000``.

Every case is a small random problem, gone through plan by plan. Three kinds of claims are held against that:
that some activities cannot all be placed (the exact search, with its core), the reasons of a plan that say
they hold in any plan, and that places are asked for more than they have. ``--first`` and ``--cases`` choose
the cases, by seed; a line of figures for each run is appended to ``--json``, so that a long run can be done
in parts. Exits with 1 when a claim is false.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, fill_all, ordered
from solver.engine.counting import places_of as places_in
from solver.engine.exact import solve_exact
from solver.engine.exact.plans import with_units
from solver.engine.insertion import Inserter, pressures
from solver.engine.reasons import Explainer
from solver.engine.state import State
from solver.problem import Problem
from solver.solution import Placement, Reason
from tests.solver.engine.exhaustive import plans
from tests.solver.engine.random_problems import make, places_of

MOST_PLANS = 1_500


def small(problem: Problem) -> bool:
    """Tell whether all plans can be gone through in a moment."""
    count = reduce(lambda n, a: n * (1 + sum(1 for _ in places_of(problem, a))), problem.activities, 1)
    return count <= MOST_PLANS


def together(problem: Problem) -> list[frozenset[str]]:
    """Return the greatest sets of activities that some plan places."""
    found: dict[frozenset[str], None] = {}
    for placements in plans(problem):
        there = frozenset(p.activity for p in placements)
        if there not in found and with_units(problem, _by_name(placements), {}) is not None:
            found[there] = None
    return [s for s in found if not any(s < other for other in found)]


def _by_name(placements: tuple[Placement, ...]) -> dict[str, Placement]:
    return {p.activity: p for p in placements}


class Judge:
    """Holds claims about one problem against all its plans."""

    def __init__(self, seed: int, problem: Problem, told: Counter[str]) -> None:
        self._seed = seed
        self._problem = problem
        self._told = told
        self._together = together(problem)

    def possible(self, names: frozenset[str]) -> bool:
        """Tell whether some plan places all of these."""
        return any(names <= there for there in self._together)

    def _claim(self, kind: str, names: frozenset[str]) -> None:
        self._told[f"{kind} claims"] += 1
        if self.possible(names):
            self._told["false"] += 1
            print(f"false: seed {self._seed}, {kind}: {sorted(names)} can be placed", flush=True)

    def exact(self, rng: random.Random) -> None:
        """Ask the exact search for some of the activities."""
        must = frozenset(a.id for a in self._problem.activities if rng.random() < 0.8)
        found = solve_exact(self._problem, seconds=20, must=must, aims=())
        if found.status == "infeasible":
            self._claim("core", frozenset(found.core))
            if any(not self.possible(frozenset(found.core) - {name}) for name in found.core):
                self._told["cores not minimal"] += 1
        elif found.status == "unknown":
            self._told["not decided"] += 1
        else:
            self._told["plans with all that must be"] += 1

    def reasons(self) -> None:
        """Read the reasons of a first plan."""
        model = compile_problem(self._problem)
        state = State(model)
        inserter = Inserter(state, pressures(model), random.Random(self._seed))
        fill_all(inserter.fill, ordered(model, GREEDY[0][1]), lambda: False)
        explainer = Explainer(state)
        for activity, placed in enumerate(state.at):
            if placed is not None:
                continue
            template = model.templates[model.template_of[activity]]
            for reason in explainer.reasons(template.index):
                if reason.proof == "none":
                    continue
                if reason.rule != "counting":
                    if len(template.activities) == 1:
                        self._claim("reason", frozenset({self._problem.activities[activity].id}))
                    else:
                        self._claim("reason", self._all_of(template.activities))
                else:
                    named = frozenset(str(reason.facts.get("place_ids", "")).split(","))
                    self._claim("counting", self._sharing(state, reason, named))

    def _all_of(self, activities: list[int]) -> frozenset[str]:
        return frozenset(self._problem.activities[a].id for a in activities)

    def _sharing(self, state: State, reason: Reason, named: frozenset[str]) -> frozenset[str]:
        """Activities all of whose places are among the named ones; by a shared tag: all activities."""
        if "place_ids" not in reason.facts:
            return frozenset(a.id for a in self._problem.activities)
        found: set[str] = set()
        for template in state.model.templates:
            places = {self._problem.resources[p].id for p in places_in(state.model, template)}
            if places and places <= named:
                found |= self._all_of(template.activities)
        return frozenset(found)


def cases(first: int) -> Iterator[tuple[int, Problem]]:
    """Yield small problems from a seed on."""
    seed = first
    while True:
        problem = make(seed, 2 + seed % 3)
        if small(problem):
            yield seed, problem
        seed += 1


def main() -> int:
    """Hold claims against all plans and print how many there were."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.no_false_impossible", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first case")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so long")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append the figures")
    given = parser.parse_args()
    begun = time.monotonic()
    told: Counter[str] = Counter({"false": 0})
    last = given.first
    for done, (seed, problem) in enumerate(cases(given.first)):
        if done >= given.cases or time.monotonic() - begun > given.seconds:
            break
        judge = Judge(seed, problem, told)
        judge.exact(random.Random(seed))
        judge.reasons()
        told["cases"] += 1
        last = seed
    row = {"first": given.first, "next": last + 1, "seconds": round(time.monotonic() - begun, 1), **told}
    print(json.dumps(row), flush=True)
    if given.json is not None:
        with given.json.open("a") as file:
            file.write(json.dumps(row) + "\n")
    return 1 if told["false"] else 0


if __name__ == "__main__":
    sys.exit(main())
