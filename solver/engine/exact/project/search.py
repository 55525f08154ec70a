"""The course of a project's search: first plans, better ones by intervals, then proofs and plans by slots."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from solver.engine.budget import Budget
from solver.engine.exact.project.crews import name_people, values_of
from solver.engine.exact.project.greedy import first_plans
from solver.engine.exact.project.intervals import IntervalModel
from solver.engine.exact.project.read import Project
from solver.engine.exact.project.slots import SlotModel
from solver.solution import Placement

_ORDERS = 60
"""Orders of jobs that are tried for a first plan."""
_INTERVAL_SHARE = 0.07
"""Share of the time for the model of intervals."""
_SLICE = 0.2
"""Share of the time left for one end that lies between the bound and the plan."""
_LOOK_EVERY_S = 0.1
_KINDS = ("no_lp", "quick_restart_no_lp", "max_lp", "quick_restart")


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
        self._best: ProjectPlan | None = None

    def run(self, start: Mapping[str, Placement] | None) -> ProjectPlan | None:
        """Return the best plan in which everything is placed; None when none was found."""
        for starts, people in first_plans(self.project, random.Random(self._seed), _ORDERS):
            self._take(starts, people)
            if self.budget.over(self._share):
                break
        known = [] if start is None else [start.get(job.name) for job in self.project.jobs]
        placed = [p for p in known if p is not None]
        if start is not None and len(placed) == len(self.project.jobs):
            self._take([p.meetings[0][0] for p in placed], [dict(p.resources) for p in placed])
        if self._best is None:
            return None
        self._by_intervals(self._best)
        self._by_slots(self._best)
        return self._best

    def _by_slots(self, best: ProjectPlan) -> None:
        """Raise the bound by growing steps, then halve what lies between it and the plan.

        Ends far below the least are disproved in moments; where one resists, the next lies nearer to the
        plan, and the last, one slot before the plan's end, gets all the time that is left.
        """
        step: int | None = 1
        tried = best.bound - 1
        while best.bound < best.end and not self.budget.over(self._share):
            tried = max(tried, best.bound - 1)
            last = best.end - 1
            target = (tried + best.end) // 2 if step is None else best.bound + step - 1
            target = min(last, max(target, tried + 1))
            status = self._ends_by(best, target, 1.0 if target == last else _SLICE)
            if status == cp_model.INFEASIBLE and step is not None:
                step *= 2
                continue
            step = None
            if status == cp_model.UNKNOWN:
                if target == last:
                    return
                tried = target

    def _take(self, starts: list[int], people: list[dict[str, str]]) -> None:
        jobs = self.project.jobs
        end = max((start + job.length for start, job in zip(starts, jobs, strict=True)), default=0)
        if self._best is not None and end >= self._best.end:
            return
        placements = {
            job.name: Placement(activity=job.name, meetings=((s, s + job.length),), resources=taken)
            for job, s, taken in zip(jobs, starts, people, strict=True)
        }
        bound = self.project.least_end() if self._best is None else self._best.bound
        if self._best is None:
            self._best = ProjectPlan(placements, end, bound)
        else:
            self._best.placements, self._best.end = placements, end
        if self._tell is not None:
            self._tell(placements)

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
        solver.parameters.num_workers = self._workers
        solver.parameters.random_seed = self._seed
        return solver

    def _solve(self, solver: cp_model.CpSolver, model: cp_model.CpModel) -> int:
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_LOOK_EVERY_S):
                if self.budget.over(self._share):
                    solver.stop_search()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            status = int(solver.solve(model))
        finally:
            done.set()
            watcher.join()
        self.budget.spend(solver.deterministic_time)
        if self.budget.told and status == cp_model.INFEASIBLE:
            return int(cp_model.UNKNOWN)
        return status

    def _by_intervals(self, best: ProjectPlan) -> None:
        """Improve plan and bound with the model of intervals, which has large neighbourhoods."""
        if best.bound >= best.end or self.budget.over(self._share):
            return
        model = IntervalModel(self.project, best.bound, best.end)
        for start, job in zip(model.starts, self.project.jobs, strict=True):
            model.model.add_hint(start, best.placements[job.name].meetings[0][0])
        solver = self._solver(_INTERVAL_SHARE)
        status = self._solve(solver, model.model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            starts = model.starts_of(solver.value)
            people = name_people(self.project, starts, values_of(model.crews, solver.value))
            if people is not None:
                self._take(starts, people)
        bound = int(-(-(solver.best_objective_bound - 1e-6) // 1))
        best.bound = min(best.end, max(best.bound, bound))

    def _ends_by(self, best: ProjectPlan, end: int, share: float) -> int:
        """Look for a plan that ends by then, or prove that there is none; return what came out."""
        windows = self.project.windows(end)
        if windows is None:
            best.bound = end + 1
            return int(cp_model.INFEASIBLE)
        model = SlotModel(self.project, windows)
        solver = self._solver(share)
        if self._workers > 1:
            solver.parameters.subsolvers.extend(_KINDS[: self._workers])
        else:
            solver.parameters.linearization_level = 0
        status = self._solve(solver, model.model)
        if status == cp_model.INFEASIBLE:
            best.bound = end + 1
            return status
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return int(cp_model.UNKNOWN)
        starts = model.starts_of(solver.value)
        people = name_people(self.project, starts, values_of(model.crews, solver.value))
        if people is None:
            return int(cp_model.UNKNOWN)
        self._take(starts, people)
        return int(cp_model.OPTIMAL)
