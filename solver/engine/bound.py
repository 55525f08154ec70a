"""A proved lower bound on unserved learner-minutes.

Take any plan that keeps the rules. Let ``y[template, host, week]`` be how many sessions of a template it
holds in that week on that host, the resource that gives the place (options of several meetings: one ``y``
for each option). Then:

- a template has no more sessions than activities; an all-or-none group has the same share of each template;
- sessions on an exclusive resource lie apart by its gap and within the stretches of time that its options
  reach. In a stretch of length L, sessions and the gaps between them fill at most L, so the sum of length +
  gap is at most L + gap; over a week, at most the sum of L + gap over its stretches. On a pooled resource
  the same holds at every moment for amounts against its capacity;
- where a role has several candidates, each session is on one of them, so the sessions of a week can be
  shared out among the candidates, each within its own stretches and its own limits by the clock;
- loads of a period are within its limit, so those of a week are within the limits of its days.

Each line follows from the rules, and the learner-minutes of the plan are a linear function of ``y``; so the
greatest value of that function over all ``y`` that keep these lines is at least what the plan serves. Hours
of the day, travel and order are left out, which can only make the bound weaker.

The bound is not read from the solver's objective, which is exact only within tolerances, but from its
multipliers: for any multipliers ``p`` (not negative for a sum with an upper limit) the value is at most ``p
b + sum of max(0, c - p A) u`` over the columns with upper limits ``u``. That holds for multipliers of a
solve that was cut short as well.
"""

from collections.abc import Callable, Collection

import numpy as np

from solver.engine.model import Model
from solver.engine.relaxation import Programme, Relaxation

LARGEST = 2_000_000
"""Terms of a programme beyond which there is no time to solve it."""
_SAFETY = 1e-6


class Bound:
    """Bounds of one model; each needs one linear programme."""

    def __init__(self, model: Model, programme: Programme | None = None) -> None:
        self._asked = model.worth_of_class
        # Only the arrays are kept: of a region the programme itself takes hundreds of megabytes.
        stated = Relaxation(model).programme if programme is None else programme
        rows = list(stated.rows.values())
        self._row_of = np.repeat(np.arange(len(rows)), [len(row.terms) for row in rows])
        self._column_of = np.array([c for row in rows for c, _ in row.terms], dtype=np.int64)
        self._factor = np.array([f for row in rows for _, f in row.terms], dtype=np.float64)
        self._limit = np.array([row.limit for row in rows], dtype=np.float64)
        self._equal = np.array([row.equal for row in rows], dtype=bool)
        self._upper = np.array(stated.upper, dtype=np.float64)
        self._worth = np.array(stated.worth, dtype=np.float64)
        self._priority = np.array(stated.priority, dtype=np.int64)

    @property
    def terms(self) -> int:
        """Size of the programme."""
        return len(self._factor)

    def unserved(self, classes: Collection[int], seconds: float | None) -> int:
        """Learner-minutes of these classes that every plan leaves unserved, at least.

        `seconds` limits the solve; the less it gets, the weaker the bound.
        """
        asked = sum(self._asked[k] for k in classes)
        worth = np.where(np.isin(self._priority, list(classes)), self._worth, 0.0)
        if self.terms > LARGEST:
            return 0
        multipliers = self._multipliers(worth, seconds)
        if multipliers is None:
            return 0
        return max(0, asked - self._value(worth, multipliers))

    def at_most(self, worth: np.ndarray, seconds: float | None) -> int:
        """Return what no plan exceeds when one of each column is worth this much, rounded down."""
        multipliers = self._multipliers(worth, seconds)
        return self._value(worth, np.zeros(len(self._limit)) if multipliers is None else multipliers)

    def _value(self, worth: np.ndarray, multipliers: np.ndarray) -> int:
        """Most that any plan can serve, by these multipliers."""
        p = np.where(self._equal, multipliers, np.maximum(multipliers, 0.0))
        reduced = worth.copy()
        np.subtract.at(reduced, self._column_of, self._factor * p[self._row_of])
        value = float(p @ self._limit + np.maximum(reduced, 0.0) @ self._upper)
        return int(np.floor(value + _SAFETY * max(1.0, abs(value) * 1e-3)))

    def _multipliers(self, worth: np.ndarray, seconds: float | None) -> np.ndarray | None:
        from ortools.linear_solver import pywraplp

        solver = pywraplp.Solver.CreateSolver("GLOP")
        if seconds is not None:
            solver.SetTimeLimit(max(1, int(seconds * 1000)))
        columns = [solver.NumVar(0.0, float(u), "") for u in self._upper]
        objective = solver.Objective()
        for column in np.flatnonzero(worth):
            objective.SetCoefficient(columns[column], float(worth[column]))
        objective.SetMaximization()
        rows = [
            solver.Constraint(float(limit) if equal else -solver.infinity(), float(limit))
            for limit, equal in zip(self._limit, self._equal, strict=True)
        ]
        set_factor: Callable[..., None] = pywraplp.Constraint.SetCoefficient
        for row, column, factor in zip(
            self._row_of.tolist(), self._column_of.tolist(), self._factor.tolist(), strict=True
        ):
            set_factor(rows[row], columns[column], factor)
        if solver.Solve() == solver.NOT_SOLVED:
            return None
        found = np.array([row.dual_value() for row in rows], dtype=np.float64)
        return found if np.all(np.isfinite(found)) else None
