"""The programme of a repair in whole columns, solved by CP-SAT."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.repair_linear import Chosen
from solver.engine.repair_rows import Columns, Numbers, Table

_SAFETY = 1e-6


class Whole(NamedTuple):
    """A solution if one was found, what any costs at least, and the work it took."""

    values: Numbers | None
    bound: float
    work: float


def prepared(seconds: float, *, counted: bool) -> cp_model.CpSolver:
    """Return a solver for models of a repair, with a limit of time, deterministic if work is counted."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    if counted:
        solver.parameters.max_deterministic_time = seconds
    else:
        solver.parameters.max_time_in_seconds = seconds
    return solver


def solve_whole(
    table: Table,
    costs: Numbers,
    open_: Chosen,
    fixed: Columns,
    below: float,
    seconds: float,
    *,
    counted: bool,
) -> Whole:
    """Seek the least cost under `below` with what is not open at zero and what is fixed at one.

    Parameters
    ----------
    seconds
        Limit; of deterministic time if work is `counted`.
    """
    model = cp_model.CpModel()
    numbers = np.flatnonzero(open_)
    variables = {column: model.new_bool_var("") for column in numbers.tolist()}
    kept = np.flatnonzero(open_[table.columns])
    kept = kept[np.argsort(table.rows[kept], kind="stable")]
    starts = np.searchsorted(table.rows[kept], np.arange(len(table.least) + 1)).tolist()
    columns = [variables[column] for column in table.columns[kept].tolist()]
    factors = table.factors[kept].astype(np.int64).tolist()
    limits = zip(table.least.astype(np.int64).tolist(), table.most.astype(np.int64).tolist(), strict=True)
    for (lo, hi), (least, most) in zip(pairwise(starts), limits, strict=True):
        _state(model, columns[lo:hi], factors[lo:hi], least, most)
    for column in fixed.tolist():
        model.add(variables[column] == 1)
    prices = costs[numbers].astype(np.int64).tolist()
    total = cp_model.LinearExpr.weighted_sum(list(variables.values()), prices)
    model.add(total < int(below))
    model.minimize(total)
    solver = prepared(seconds, counted=counted)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Whole(None, below, solver.deterministic_time)
    bound = float(np.ceil(min(below, solver.best_objective_bound) - _SAFETY))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Whole(None, bound, solver.deterministic_time)
    values = np.zeros(len(costs))
    values[[c for c, variable in variables.items() if solver.value(variable)]] = 1.0
    return Whole(values, bound, solver.deterministic_time)


def _state(
    model: cp_model.CpModel, columns: list[cp_model.IntVar], factors: list[int], least: int, most: int
) -> None:
    """State a row as a constraint."""
    if most == 1 and all(factor == 1 for factor in factors):
        if least == 1:
            model.add_exactly_one(columns)
        elif len(columns) > 1:
            model.add_at_most_one(columns)
        return
    if sum(f for f in factors if f < 0) < least or sum(f for f in factors if f > 0) > most:
        model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(columns, factors), least, most)
