"""The programme of a repair as a linear programme, solved by HiGHS.

Bounds are not read from a solver's objective, which is exact only within tolerances, but computed from
multipliers, as in `bound`: for any multipliers ``p`` of the rows the sum of the columns costs at least
``sum of p times the limit that p pushes against + sum of min(0, c - p A)``.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from solver.engine.repair_rows import Columns, Numbers, Table

Chosen = NDArray[np.bool_]

_SAFETY = 1e-6
_PRICED = 12
"""Columns of one group that are handed over at once."""
_PASSES = 100
"""Passes of pricing after which one need not wait for a solution of least cost."""


_LACKING = (
    highspy.HighsModelStatus.kModelEmpty,
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
"""What is said of a programme that has too few columns for a solution."""


class Relaxed(NamedTuple):
    """A linear programme solved.

    Attributes
    ----------
    bound
        What any solution costs at least.
    values
        The columns of a solution, not whole.
    reduced
        What a column adds to the bound at least when it is one; of one that is below zero, what it adds
        that it is not.
    multipliers
        Of the rows; they prove the bound.
    """

    bound: float
    values: Numbers
    reduced: Numbers
    multipliers: Numbers

    def open_below(self, cost: float) -> Chosen:
        """Return the columns that a whole solution of less than a cost can have; no others."""
        found: Chosen = self.bound + self.reduced < cost
        return found

    def cheapest(self, among: Chosen, count: int) -> Chosen:
        """Return so many columns that add the least to the bound, those of its own solution first."""
        ranked = np.where(among, np.maximum(self.reduced, 0.0) - self.values, np.inf)
        found = np.zeros(len(ranked), dtype=bool)
        found[np.argpartition(ranked, count)[:count]] = True
        return found & among


class _Silent(highspy.Highs):
    """HiGHS without a word: it would greet when it is made, before it can be told not to."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class _Block(NamedTuple):
    """Entries that came together, by columns."""

    columns: Columns
    rows: Columns
    factors: Numbers

    @classmethod
    def of(cls, table: Table) -> "_Block":
        order = np.argsort(table.columns, kind="stable")
        return cls(table.columns[order], table.rows[order], table.factors[order])

    def entries(self, columns: Columns) -> tuple[Columns, Columns, Numbers]:
        """Return the entries of some columns: position among these, row and factor."""
        lo, hi = np.searchsorted(self.columns, columns), np.searchsorted(self.columns, columns, "right")
        length = hi - lo
        ends = np.cumsum(length)
        where = np.arange(ends[-1] if len(ends) else 0) + np.repeat(lo - ends + length, length)
        return np.repeat(np.arange(len(columns)), length), self.rows[where], self.factors[where]


class Linear:
    """Rows over columns between zero and one, both of which grow; what was solved before is built upon.

    Columns are priced: only those that may lower the cost are handed over to the solver.
    """

    def __init__(self) -> None:
        self._solver = _Silent()  # type: ignore[no-untyped-call]
        self._solver.setOptionValue("threads", 1)
        self._groups: Columns = np.zeros(0, dtype=np.int64)
        self._blocks: list[_Block] = []
        self._table = Table.of(())
        self._given: Columns = np.zeros(0, dtype=np.int64)

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self._groups)

    @property
    def entries(self) -> int:
        """Number of entries of all rows."""
        return len(self._table.columns)

    def grow(self, fresh: Table, groups: Sequence[int]) -> None:
        """Add rows, and new columns to rows; `groups` are those of all columns, one of each a choice."""
        first = len(self._table.least)
        # Columns that are handed over already have entries in new rows.
        at = np.full(len(groups), -1)
        at[self._given] = np.arange(len(self._given))
        there = np.flatnonzero((at[fresh.columns] >= 0) & (fresh.rows >= first))
        there = there[np.argsort(fresh.rows[there], kind="stable")]
        starts = np.searchsorted(fresh.rows[there], np.arange(first, first + len(fresh.least)))
        self._solver.addRows(
            len(fresh.least),
            fresh.least,
            fresh.most,
            len(there),
            starts.astype(np.int32),
            at[fresh.columns[there]].astype(np.int32),
            fresh.factors[there],
        )
        self._blocks.append(_Block.of(fresh))
        self._table = self._table.with_(fresh)
        self._groups = np.array(groups, dtype=np.int64)

    def relax(self, costs: Numbers, open_: Chosen, begin: Chosen, seconds: float) -> Relaxed | None:
        """Return the least cost with what is not open at zero; None: there was no time for one pass.

        `begin` are columns that are handed over at once. When the time or the passes are over the solution
        need not be of least cost; the bound holds.
        """
        until, solver = time.monotonic() + seconds, self._solver
        found: Relaxed | None = None
        old = len(self._given)
        numbers = np.arange(old, dtype=np.int32)
        solver.changeColsCost(old, numbers, costs[self._given])
        solver.changeColsBounds(old, numbers, np.zeros(old), open_[self._given].astype(np.float64))
        there = np.zeros(self.size, dtype=bool)
        there[self._given] = True
        more = np.flatnonzero(begin & open_ & ~there)
        for _ in range(_PASSES):
            there[more] = True
            self._hand_over(more, costs[more])
            solver.setOptionValue("time_limit", solver.getRunTime() + max(0.01, until - time.monotonic()))
            if solver.run() == highspy.HighsStatus.kError:
                # Somebody in this process has set HiGHS up with more threads: it takes no other number.
                solver.setOptionValue("threads", 0)
                solver.run()
            status = solver.getModelStatus()
            if status in _LACKING and (open_ & ~there).any():
                # Without multipliers nothing tells which columns are lacking.
                more = np.flatnonzero(open_ & ~there)
                continue
            if status != highspy.HighsModelStatus.kOptimal:
                break
            solution = solver.getSolution()
            multipliers = np.array(solution.row_dual)
            bound, reduced = self.bound(costs, open_, multipliers)
            missing = np.flatnonzero(open_ & ~there & (reduced < -_SAFETY))
            values = np.zeros(self.size)
            values[self._given] = solution.col_value
            found = Relaxed(bound, values, reduced, multipliers)
            if not len(missing):
                break
            more = self._best(missing, reduced[missing])
        return found

    def _hand_over(self, columns: Columns, costs: Numbers) -> None:
        starts, rows, factors = self._entries(columns)
        zeros = np.zeros(len(columns))
        self._solver.addCols(
            len(columns), costs, zeros, zeros + 1.0, len(rows), starts[:-1].astype(np.int32), rows, factors
        )
        self._given = np.concatenate([self._given, columns])

    def _entries(self, columns: Columns) -> tuple[Columns, Columns, Numbers]:
        """Return where the entries of each column begin, their rows and their factors."""
        parts = [block.entries(columns) for block in self._blocks]
        owner = np.concatenate([owner for owner, _, _ in parts])
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(columns) + 1))
        rows = np.concatenate([rows for _, rows, _ in parts])[order]
        return starts, rows.astype(np.int32), np.concatenate([factors for *_, factors in parts])[order]

    def _best(self, columns: Columns, reduced: Numbers) -> Columns:
        """Return the most promising columns of every group."""
        groups = self._groups[columns]
        order = np.lexsort((reduced, groups))
        ordered = groups[order]
        rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
        return columns[order[rank < _PRICED]]

    def bound(self, costs: Numbers, open_: Chosen, multipliers: Numbers) -> tuple[float, Numbers]:
        """Return what any solution costs at least, and each column beyond that, by multipliers of rows."""
        table = self._table
        p = np.zeros(len(table.least))
        p[: len(multipliers)] = multipliers
        reduced = costs - np.bincount(table.columns, table.factors * p[table.rows], self.size)
        value = float(p @ np.where(p > 0, table.least, table.most))
        value += float(np.minimum(reduced, 0.0) @ open_)
        return value - _SAFETY * max(1.0, abs(value) * 1e-3), reduced
