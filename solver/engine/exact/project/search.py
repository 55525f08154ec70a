"""The course of a project's search: one side betters the plan, one raises the bound, until they meet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ortools.sat.python import cp_model

from solver.engine.budget import Budget
from solver.engine.exact.project.crews import name_people, values_of
from solver.engine.exact.project.preemptive import Preemptive
from solver.engine.exact.project.read import Project, Windows
from solver.engine.exact.project.slots import SlotModel
from solver.engine.exact.project.vary import Plan, Variation
from solver.solution import Placement

_TURNS = 400
"""Variations between two looks at the clock, and at most as many times so many until there is a plan."""
_TURNS_A_UNIT = 4_000
_UNITS_A_PROGRAM = 0.02
_LOOK_EVERY_S = 0.1
_VARYING = 0.05
_NEAR = 0.3
_SLICE = 0.2
"""Shares of the time left for varying, for looking near a plan, and for one end."""


@dataclass(slots=True)
class ProjectPlan:
    """The best plan of a project, when its last job ends, and the soonest that is not disproved."""

    placements: dict[str, Placement]
    end: int
    bound: int


class ProjectSearch:
    """Searches one project; used once."""

    def __init__(
        self,
        project: Project,
        budget: Budget,
        *,
        workers: int,
        seed: int,
        tell: Callable[[dict[str, Placement]], None] | None = None,
        share: float = 1.0,
    ) -> None:
        self.project = project
        self.budget = budget
        self._workers = 1 if budget.deterministic else workers
        self._seed = seed
        self._tell = tell
        self._share = share
        self._lock = threading.Lock()
        self._best: Plan | None = None
        self._bound = project.least_end()
        self._variation = Variation(project, seed)
        # From this end on there may be starts to which no people fit.
        self._uncrewed = 1 << 40
        self._left = threading.Event()

    def run(self, start: Mapping[str, Placement] | None) -> ProjectPlan | None:
        """Return the best plan in which everything is placed; None when none was found."""
        known = [] if start is None else [start.get(job.name) for job in self.project.jobs]
        placed = [p for p in known if p is not None]
        if start is not None and len(placed) == len(self.project.jobs):
            self._take([p.meetings[0][0] for p in placed], [dict(p.resources) for p in placed])
            self._variation.take([p.meetings[0][0] for p in placed], self._end)
        for _ in range(_TURNS):
            self._vary()
            if self._best is not None or self.budget.over(self._share):
                break
        if self._best is None:
            return None
        sides = [self._proofs(), self._plans()]
        if self._workers > 1:
            with ThreadPoolExecutor(1) as pool:
                other = pool.submit(self._through, sides[0])
                self._through(sides[1])
                other.result()
        while not self._done:
            for side in sides:
                next(side)
        return ProjectPlan(self._placements(self._best), self._best.end, min(self._best.end, self._bound))

    def _through(self, side: Iterator[bool]) -> None:
        try:
            while not self._done:
                next(side)
        finally:
            self._left.set()

    @property
    def _done(self) -> bool:
        met = self._best is not None and self._bound >= self._best.end
        return met or self._left.is_set() or self.budget.over(self._share)

    @property
    def _end(self) -> int:
        assert self._best is not None
        return self._best.end

    def _until(self, share: float) -> float:
        """Return the part of the budget that is used when so much of what is left now is used."""
        used = self.budget.used
        return used + max(0.0, self._share - used) * share

    def _plans(self) -> Iterator[bool]:
        """Vary, and look near the plan in work; from another order each time."""
        while True:
            until = self._until(_VARYING)
            while self.budget.used < until and not self._done:
                self._vary()
            yield True
            reach = 1
            until = self._until(_NEAR)
            while self.budget.used < until and not self._done:
                status = self._near(reach)
                yield True
                if status == cp_model.UNKNOWN:
                    break
                reach = 2 * reach if status == cp_model.INFEASIBLE else 1
            self._variation.restart()

    def _near(self, reach: int) -> int:
        """Look for a plan that ends sooner with all starts close to those of the plan in work."""
        end = self._end - 1
        windows = self.project.windows(end)
        if windows is None:
            self._raise(end + 1)
            return int(cp_model.INFEASIBLE)
        close = [
            (min(max(early, start - reach), late), max(min(late, start + reach), early))
            for (early, late), start in zip(windows, self._variation.starts(), strict=True)
        ]
        status = self._with_crews(close, end, _SLICE)
        if status == cp_model.INFEASIBLE and close == windows:
            self._raise(end + 1)
        return status

    def _vary(self) -> None:
        before = self._variation.end
        self._variation.run(_TURNS, self._bound)
        self.budget.spend(_TURNS / _TURNS_A_UNIT)
        if self._variation.end < before:
            found = self._variation.best()
            if found is not None:
                self._take(found.starts, found.people)

    def _proofs(self) -> Iterator[bool]:
        """Raise the bound by linear programs, then by growing steps, then halve what lies below the plan.

        Ends far below the least are disproved in moments; where one resists, the next lies nearer to the
        plan, and the last, one slot before the plan's end, gets all the time that is left.
        """
        programs = Preemptive(self.project)
        while not self._done:
            self.budget.spend(_UNITS_A_PROGRAM)
            windows = self.project.windows(self._bound)
            if windows is not None and not programs.disprove(windows, lambda: self._done):
                break
            self._raise(self._bound + 1)
        yield True
        step: int | None = 1
        tried = self._bound - 1
        while True:
            tried = max(tried, self._bound - 1)
            last = self._end - 1
            target = (tried + last + 1) // 2 if step is None else self._bound + step - 1
            target = min(last, max(target, tried + 1))
            alone = self._workers > 1 and target == last
            status = self._ends_by(target, 1.0 if alone else _SLICE)
            yield True
            if status == cp_model.INFEASIBLE and step is not None:
                step *= 2
                continue
            step = None
            if status == cp_model.UNKNOWN and target < self._end - 1:
                tried = target

    def _raise(self, bound: int) -> None:
        with self._lock:
            self._bound = max(self._bound, bound)

    def _take(self, starts: list[int], people: list[dict[str, str]]) -> None:
        jobs = self.project.jobs
        end = max((start + job.length for start, job in zip(starts, jobs, strict=True)), default=0)
        with self._lock:
            if self._best is not None and end >= self._best.end:
                return
            self._best = Plan(starts, people, end)
            if self._tell is not None:
                self._tell(self._placements(self._best))

    def _placements(self, plan: Plan) -> dict[str, Placement]:
        return {
            job.name: Placement(activity=job.name, meetings=((s, s + job.length),), resources=people)
            for job, s, people in zip(self.project.jobs, plan.starts, plan.people, strict=True)
        }

    def _solver(self, share: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        left = self.budget.left_s()
        if not self.budget.deterministic:
            left *= 1.0 - (1.0 - self._share) / max(1e-9, 1.0 - self.budget.used)
        left = max(0.01, left * share)
        if self.budget.deterministic:
            solver.parameters.max_deterministic_time = left
        else:
            solver.parameters.max_time_in_seconds = left
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 0
        solver.parameters.random_seed = self._seed
        return solver

    def _solve(self, solver: cp_model.CpSolver, model: cp_model.CpModel, target: int) -> int:
        """Solve for a plan that ends by `target`, as long as it is not known whether there is one."""
        done = threading.Event()
        stopped = False

        def watch() -> None:
            nonlocal stopped
            while not done.wait(_LOOK_EVERY_S):
                if self._done or not self._bound <= target < self._end:
                    stopped = True
                    solver.stop_search()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            status = int(solver.solve(model))
        finally:
            done.set()
            watcher.join()
        self.budget.spend(solver.deterministic_time)
        if stopped and status == cp_model.INFEASIBLE:
            return int(cp_model.UNKNOWN)
        return status

    def _ends_by(self, end: int, share: float) -> int:
        """Look for a plan that ends by then, or prove that there is none; return what came out.

        People are left out first, until there are starts to which nobody fits.
        """
        windows = self.project.windows(end)
        if windows is None:
            self._raise(end + 1)
            return int(cp_model.INFEASIBLE)
        if end < self._uncrewed:
            model = SlotModel(self.project, windows, crews=False)
            solver = self._solver(share)
            status = self._solve(solver, model.model, end)
            if status == cp_model.INFEASIBLE:
                self._raise(end + 1)
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return status
            starts = model.starts_of(solver.value)
            status = self._with_crews([(start, start) for start in starts], end, share)
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return status
            self._uncrewed = end
        status = self._with_crews(windows, end, share)
        if status == cp_model.INFEASIBLE:
            self._raise(end + 1)
        return status

    def _with_crews(self, windows: Windows, end: int, share: float) -> int:
        model = SlotModel(self.project, windows)
        solver = self._solver(share)
        status = self._solve(solver, model.model, end)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self._found(model.starts_of(solver.value), values_of(model.crews, solver.value))
        return status

    def _found(self, starts: list[int], taken: list[Mapping[int, int]]) -> None:
        people = name_people(self.project, starts, taken)
        if people is not None:
            self._take(starts, people)
            self._variation.take(starts, self._end)
