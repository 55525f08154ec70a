"""A project slot by slot, with its end given: good at proving that no plan ends so soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from solver.engine.exact.project.crews import Crew, add_crews, share_nobody
from solver.engine.exact.project.read import Project, Windows


class SlotModel:
    """For every job and slot: has it begun, is it under way; for every two jobs: do they meet.

    Two jobs that meet share nobody; at no slot more people are needed of any set of skills than have one.
    Without `crews` only the latter holds: there can be starts to which no people fit, and a proof is sooner.
    """

    def __init__(self, project: Project, windows: Windows, *, crews: bool = True) -> None:
        model = self.model = cp_model.CpModel()
        self.project = project
        self._windows = windows
        self._yes = model.new_constant(1)
        self._no = model.new_constant(0)
        self._begun: dict[tuple[int, int], Any] = {}
        self._under_way: dict[int, list[tuple[int, Any]]] = defaultdict(list)
        for i in range(len(project.jobs)):
            self._add_job(i)
        self._add_order()
        self.crews: list[Crew] = add_crews(model, project) if crews else []
        self._add_crowds()
        self._add_meetings()

    def _has_begun(self, job: int, slot: int) -> Any:
        early, late = self._windows[job]
        if slot >= late:
            return self._yes
        return self._no if slot < early else self._begun[job, slot]

    def _add_job(self, i: int) -> None:
        early, late = self._windows[i]
        job = self.project.jobs[i]
        allowed = set(job.starts)
        for slot in range(early, late):
            self._begun[i, slot] = self.model.new_bool_var("")
        for slot in range(early, late + 1):
            before, now = self._has_begun(i, slot - 1), self._has_begun(i, slot)
            if slot not in allowed:
                self.model.add(before == now)
            elif before is not self._no and now is not self._yes:
                self.model.add_implication(before, now)
        for slot in range(early, late + job.length):
            begun, ended = self._has_begun(i, slot), self._has_begun(i, slot - job.length)
            if ended is self._no:
                self._under_way[slot].append((i, begun))
            elif begun is self._yes:
                self._under_way[slot].append((i, ~ended))
            else:
                lit = self.model.new_bool_var("")
                self.model.add(lit == begun - ended)
                self._under_way[slot].append((i, lit))

    def _add_order(self) -> None:
        for (a, b), lag in self.project.before.items():
            early, late = self._windows[b]
            for slot in range(early, late + 1):
                begun = self._has_begun(b, slot)
                ended = self._has_begun(a, slot - self.project.jobs[a].length - lag)
                if begun is not self._no and ended is not self._yes:
                    self.model.add_implication(begun, ended)

    def _add_crowds(self) -> None:
        for there in self._under_way.values():
            for people, skills in self.project.crowds:
                demands = [(lit, d) for i, lit in there if (d := self.project.demand(i, skills))]
                if sum(d for _, d in demands) > people:
                    lits, amounts = zip(*demands, strict=True)
                    self.model.add(cp_model.LinearExpr.weighted_sum(lits, amounts) <= people)

    def _add_meetings(self) -> None:
        project, model = self.project, self.model
        meet: dict[tuple[int, int], Any] = {}
        for there in self._under_way.values():
            for (i, one), (j, other) in combinations(there, 2):
                if project.related(i, j):
                    continue
                if not project.fits(i, j):
                    model.add_bool_or([~one, ~other])
                    continue
                if not self.crews:
                    continue
                if (i, j) not in meet:
                    meet[i, j] = model.new_bool_var("")
                model.add_bool_or([~one, ~other, meet[i, j]])
        if not self.crews:
            return
        share_nobody(model, project, self.crews, meet)
        for k, members in enumerate(project.classes):
            if len(members) > 1:
                self._count(k)

    def _count(self, k: int) -> None:
        """Bind the number of people of one class in use at every slot."""
        members = self.project.classes[k]
        for there in self._under_way.values():
            terms: list[Any] = []
            for i, lit in there:
                for taken in self.crews[i].get(k, ()):
                    both = self.model.new_bool_var("")
                    self.model.add_bool_or([~lit, ~taken, both])
                    terms.append(both)
            if len(terms) > len(members):
                self.model.add(sum(terms) <= len(members))

    def starts_of(self, value: Callable[[Any], int]) -> list[int]:
        """Return the starts in a solution."""
        found = []
        for i, (early, late) in enumerate(self._windows):
            found.append(next(s for s in range(early, late + 1) if value(self._has_begun(i, s))))
        return found
