"""Disproof of windows by a linear program: jobs cut into parts, sets of them at work stretch by stretch.

Time is cut where a job's window begins or ends. In each stretch sets of jobs take turns, every set one that
the people there are could do at once; in the stretches of its window every job gets its length. Where that
does not fit, no plan keeps to the windows (Mingozzi et al. 1998, with the windows of Brucker and Knust 2000).
Sets are found as they are needed. A disproof does not rest on the program's numbers: they are made whole,
and what they show is counted anew in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from solver.engine.exact.project.read import Project, Windows
from solver.engine.exact.project.sets import heaviest

_WHOLE = 1000
"""A weight of one in whole numbers."""
_TINY = 1e-6
_MOST_MS = 2_000


class Preemptive:
    """What of a project is the same for all windows, and the sets of jobs found so far."""

    def __init__(self, project: Project) -> None:
        n = len(project.jobs)
        self._lengths = np.array([job.length for job in project.jobs], dtype=np.int64)
        rows = [(people, [project.demand(i, skills) for i in range(n)]) for people, skills in project.crowds]
        rows = [(people, row) for people, row in rows if sum(row) > people]
        self._people = np.array([people for people, _ in rows], dtype=np.int64)
        self._demands = np.array([row for _, row in rows], dtype=np.int64).reshape(len(rows), n)
        self._clash = np.array(
            [[i != j and project.apart(i, j) for j in range(n)] for i in range(n)], dtype=np.bool_
        )
        self._sets: dict[bytes, NDArray[np.bool_]] = {}

    def disprove(self, windows: Windows, over: Callable[[], bool]) -> bool:
        """Tell whether it is proved that no plan has all its starts in these windows."""
        spans = np.array([[a, b + p] for (a, b), p in zip(windows, self._lengths.tolist(), strict=True)])
        cuts = np.unique(spans)
        sizes = np.diff(cuts).tolist()
        inside = [(spans[:, 0] <= a) & (b <= spans[:, 1]) for a, b in pairwise(cuts)]
        program = _Program(self._lengths.tolist(), sizes)
        for chosen in self._sets.values():
            for k, jobs in enumerate(inside):
                program.add(k, chosen & jobs)
        while not over():
            short, worths, prices = program.solve()
            if short < _TINY:
                return False
            weights = np.maximum(0, np.rint(worths * _WHOLE)).astype(np.int64)
            held = 0
            grown = False
            known: dict[bytes, tuple[int, NDArray[np.bool_]]] = {}
            for k, jobs in enumerate(inside):
                key = jobs.tobytes()
                if key not in known:
                    known[key] = self._heaviest(np.where(jobs, weights, 0))
                weight, chosen = known[key]
                if weight < 0:
                    return False
                held += weight * sizes[k]
                if weight > -_WHOLE * prices[k] + 1:
                    self._sets.setdefault(chosen.tobytes(), chosen)
                    grown = program.add(k, chosen) or grown
            if int(weights @ self._lengths) > held:
                return True
            if not grown:
                return False
        return False

    def _heaviest(self, weights: NDArray[np.int64]) -> tuple[int, NDArray[np.bool_]]:
        chosen = np.zeros(weights.size, dtype=np.bool_)
        return int(heaviest(weights, self._demands, self._people, self._clash, chosen)), chosen


class _Program:
    """The least that is left undone, with the sets added so far."""

    def __init__(self, lengths: list[int], stretches: list[int]) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SetTimeLimit(_MOST_MS)
        self._most = self._solver.infinity()
        self._jobs = [self._solver.Constraint(float(length), self._most) for length in lengths]
        self._stretches = [self._solver.Constraint(-self._most, float(length)) for length in stretches]
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        self._known: set[tuple[int, bytes]] = set()
        for job in self._jobs:
            undone = self._solver.NumVar(0, self._most, "")
            job.SetCoefficient(undone, 1)
            self._objective.SetCoefficient(undone, 1)

    def add(self, stretch: int, jobs: NDArray[np.bool_]) -> bool:
        """Let a set of jobs be at work in a stretch; False: it could be before."""
        key = (stretch, jobs.tobytes())
        if key in self._known or not jobs.any():
            return False
        self._known.add(key)
        share = self._solver.NumVar(0, self._most, "")
        self._stretches[stretch].SetCoefficient(share, 1)
        for i in np.flatnonzero(jobs).tolist():
            self._jobs[i].SetCoefficient(share, 1)
        return True

    def solve(self) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Return what is left undone, what a slot of each job is worth and a slot of each stretch.

        Where the program is too large to be solved, nothing is left undone.
        """
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            return 0.0, np.zeros(len(self._jobs)), np.zeros(len(self._stretches))
        return (
            float(self._objective.Value()),
            np.array([row.dual_value() for row in self._jobs]),
            np.array([row.dual_value() for row in self._stretches]),
        )
