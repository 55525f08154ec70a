"""One aim after the other: each is minimised, then bounded by what was found and its tolerance."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ortools.sat.python import cp_model

from solver.engine.exact.aims import Level
from solver.problem import Problem
from solver.solution import Placement

Plan = dict[str, Placement]

UNKNOWN, OPTIMAL, FEASIBLE, INFEASIBLE = (
    int(status) for status in (cp_model.UNKNOWN, cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)
)

_LOOK_EVERY_S = 0.1
_TELL_EVERY_S = 1.0
_LEVEL_SHARE = 0.5
"""Share of the time left that one level may use when others follow."""


class Model(Protocol):
    """A CP-SAT model of a problem, whatever its formulation."""

    model: cp_model.CpModel
    levels: list[Level]

    def decode(self, value: Callable[[Any], int]) -> Plan | None:
        """Return the plan that values stand for."""
        ...


@dataclass(slots=True)
class Clock:
    """When to end."""

    deadline: float
    should_stop: Callable[[], bool] | None = None
    stopped: bool = False

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return 0.0 if self.over() else self.deadline - time.monotonic()

    def over(self) -> bool:
        """Tell whether the time is up or a stop was asked for."""
        if not self.stopped and self.should_stop is not None and self.should_stop():
            self.stopped = True
        return self.stopped or time.monotonic() >= self.deadline


@dataclass(slots=True)
class Reached:
    """What a level came to: its value in the plan and the proved lower bound, the rest included."""

    stage: str
    name: str
    value: int
    bound: int


@dataclass(slots=True)
class Outcome:
    """Result of a climb; `plan` is None when none was found."""

    status: int = UNKNOWN
    plan: Plan | None = None
    reached: list[Reached] = field(default_factory=list)
    complete: bool = False


class _Teller(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: Model, tell: Callable[[Plan], None]) -> None:
        super().__init__()
        self._model = model
        self._tell = tell
        self._told = 0.0

    def on_solution_callback(self) -> None:
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY_S:
            plan = self._model.decode(self.value)
            self._told = now
            if plan is not None:
                self._tell(plan)


class Climb:
    """Runs CP-SAT over the levels of a model."""

    def __init__(
        self,
        problem: Problem,
        model: Model,
        clock: Clock,
        *,
        workers: int,
        seed: int,
        tell: Callable[[Plan], None] | None = None,
        tune: Callable[[cp_model.CpSolver], None] | None = None,
    ) -> None:
        self.problem = problem
        self.model = model
        self.clock = clock
        self._workers = workers
        self._seed = seed
        self._tell = tell
        self._tune = tune
        self._last: cp_model.CpSolver | None = None

    def solver(self, seconds: float) -> cp_model.CpSolver:
        """Return a solver with this climb's settings."""
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
        solver.parameters.num_workers = self._workers
        solver.parameters.random_seed = self._seed
        if self._tune is not None:
            self._tune(solver)
        return solver

    def solve(self, solver: cp_model.CpSolver, model: cp_model.CpModel, *, quiet: bool = False) -> int:
        """Solve under the eye of the clock and return the status; a stop never counts as a proof."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_LOOK_EVERY_S):
                if self.clock.over():
                    # Asked again and again: a stop before the search begins is not heard.
                    solver.stop_search()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            teller = None if quiet or self._tell is None else _Teller(self.model, self._tell)
            status = int(solver.solve(model, teller))
        finally:
            done.set()
            watcher.join()
        if self.clock.stopped and status == INFEASIBLE:
            return UNKNOWN
        if (
            status == OPTIMAL
            and model.has_objective()
            and solver.best_objective_bound < solver.objective_value - 0.5
        ):
            # Optimal has been claimed wrongly after a stop: the bound must say so too.
            return FEASIBLE
        return status

    def begin(self, hints: Sequence[tuple[Any, int]], seconds: float) -> Plan | None:
        """Take over a known plan where it keeps all rules, so that the search starts from all its values."""
        model = self.model.model
        for lit, value in hints:
            model.add_hint(lit, value)
        solver = self.solver(seconds)
        solver.parameters.fix_variables_to_their_hinted_value = True
        solver.parameters.num_workers = 1
        status = self.solve(solver, model, quiet=True)
        model.clear_hints()  # type: ignore[no-untyped-call]
        if status not in (OPTIMAL, FEASIBLE):
            return None
        plan = self.model.decode(solver.value)
        if plan is not None:
            self._last = solver
        return plan

    def _hint(self) -> None:
        model = self.model.model
        model.clear_hints()  # type: ignore[no-untyped-call]
        if self._last is not None:
            values = self._last.response_proto.solution
            for index in range(min(len(values), len(model.proto.variables))):
                model.proto.solution_hint.vars.append(index)
                model.proto.solution_hint.values.append(values[index])

    def run(self, plan: Plan | None) -> Outcome:
        """Minimise level by level; a plan is only replaced by one that is better at the level in hand."""
        outcome = Outcome(plan=plan)
        proved = True
        todo = list(self.model.levels)
        for number, level in enumerate(todo):
            if isinstance(level.expression, int):
                reached = level.expression + level.constant
                outcome.reached.append(Reached(level.stage, level.name, reached, reached))
                continue
            if self.clock.over():
                return outcome
            share = 1.0 if number == len(todo) - 1 else _LEVEL_SHARE
            status = self._level(outcome, level, self.clock.left_s * share)
            if outcome.plan is None:
                outcome.status = status
                return outcome
            proved = proved and status == OPTIMAL
        if outcome.plan is None:
            outcome.status = self._any(outcome)
        else:
            outcome.status = OPTIMAL if proved else FEASIBLE
        outcome.complete = True
        return outcome

    def _any(self, outcome: Outcome) -> int:
        """Find a plan where no level is left to be minimised."""
        solver = self.solver(self.clock.left_s)
        status = self.solve(solver, self.model.model)
        if status in (OPTIMAL, FEASIBLE):
            outcome.plan = self.model.decode(solver.value)
        return status

    def _level(self, outcome: Outcome, level: Level, seconds: float) -> int:
        """Minimise one level, bind it for those that follow, and return the status."""
        model = self.model.model
        model.minimize(level.expression)
        self._hint()
        solver = self.solver(seconds)
        status = self.solve(solver, model)
        had = None if self._last is None else round(self._last.value(level.expression))
        if status in (OPTIMAL, FEASIBLE):
            value = round(solver.objective_value)
            if had is None or value < had:
                plan = self.model.decode(solver.value)
                if plan is None:
                    return UNKNOWN
                outcome.plan, self._last = plan, solver
            bound = value if status == OPTIMAL else _up(solver.best_objective_bound)
            outcome.reached.append(
                Reached(level.stage, level.name, value + level.constant, bound + level.constant)
            )
        elif had is None:
            return status
        else:
            value = had
        model.clear_objective()  # type: ignore[no-untyped-call]
        limit = min(value, value if had is None else had)
        model.add(level.expression <= limit + level.slack(limit + level.constant))
        return status


def _up(bound: float) -> int:
    return int(-(-(bound - 1e-6) // 1))
