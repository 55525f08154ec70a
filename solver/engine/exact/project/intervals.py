"""A project as intervals: good at finding plans, and at proofs where few jobs can run side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ortools.sat.python import cp_model

from solver.engine.exact.project.crews import Crew, add_crews
from solver.engine.exact.project.read import Project

_MOST_CROWDS = 25


class IntervalModel:
    """Starts as integers, people as cumulative resources, and what follows from the skills."""

    def __init__(self, project: Project, least: int, end: int) -> None:
        model = self.model = cp_model.CpModel()
        self.project = project
        windows = project.windows(end)
        assert windows is not None
        self.starts = [
            model.new_int_var_from_domain(
                cp_model.Domain.from_values([s for s in job.starts if early <= s <= late]), ""
            )
            for job, (early, late) in zip(project.jobs, windows, strict=True)
        ]
        self.spans = [
            model.new_fixed_size_interval_var(start, job.length, "")
            for start, job in zip(self.starts, project.jobs, strict=True)
        ]
        self.end = model.new_int_var(least, end, "")
        for start, job in zip(self.starts, project.jobs, strict=True):
            model.add(start + job.length <= self.end)
        for (a, b), lag in project.before.items():
            model.add(self.starts[a] + project.jobs[a].length + lag <= self.starts[b])
        self.crews: list[Crew] = add_crews(model, project)
        self._people()
        self._crowds()
        self._side_by_side()
        model.minimize(self.end)

    def _people(self) -> None:
        for k, members in enumerate(self.project.classes):
            using = [(i, crew[k]) for i, crew in enumerate(self.crews) if k in crew]
            if len(members) == 1:
                self.model.add_no_overlap(
                    self.model.new_optional_fixed_size_interval_var(
                        self.starts[i], self.project.jobs[i].length, lits[0], ""
                    )
                    for i, lits in using
                )
            else:
                spans = [self.spans[i] for i, _ in using]
                self.model.add_cumulative(spans, [sum(lits) for _, lits in using], len(members))

    def _crowds(self) -> None:
        """People enough for any set of skills at any moment: implied, but seen much sooner so."""
        found: list[tuple[float, int, list[tuple[int, int]]]] = []
        for people, skills in self.project.crowds:
            jobs = range(len(self.project.jobs))
            demands = [(i, d) for i in jobs if (d := self.project.demand(i, skills))]
            if sum(d for _, d in demands) > people:
                work = sum(self.project.jobs[i].length * d for i, d in demands) / people
                found.append((work, people, demands))
        found.sort(key=lambda row: -row[0])
        for _, people, demands in found[:_MOST_CROWDS]:
            self.model.add_cumulative([self.spans[i] for i, _ in demands], [d for _, d in demands], people)

    def _side_by_side(self) -> None:
        for clique in self.project.cliques:
            self.model.add_no_overlap([self.spans[k] for k in clique])

    def starts_of(self, value: Callable[[Any], int]) -> list[int]:
        """Return the starts in a solution."""
        return [value(start) for start in self.starts]
