"""A project's plans varied by compiled passes, from the order of what follows the jobs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.engine.chance import seeded
from solver.engine.exact.project.passes import improve
from solver.engine.exact.project.read import Project

_SLACK = 1
"""Slots by which a plan in work may now and then become longer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Start and people by role of every job, and when the last one ends."""

    starts: list[int]
    people: list[dict[str, str]]
    end: int


class Variation:
    """A plan in work, and the best one met."""

    def __init__(self, project: Project, seed: int) -> None:
        jobs = project.jobs
        n = len(jobs)
        self._project = project
        self._skills = list(dict.fromkeys(skill for job in jobs for skill in job.needs))
        everyone = {p for skill in self._skills for p in skill}
        # Those of few skills first, so that the others stay free.
        self._people = sorted(everyone, key=lambda p: (sum(p in skill for skill in self._skills), p))
        lengths = np.array([job.length for job in jobs], dtype=np.int64)
        needs = np.array(
            [[job.needs.get(skill, 0) for skill in self._skills] for job in jobs], dtype=np.int64
        ).reshape(n, len(self._skills))
        masters = np.array(
            [[p in skill for p in self._people] for skill in self._skills], dtype=np.bool_
        ).reshape(len(self._skills), len(self._people))
        self._horizon = max((job.starts[-1] + job.length for job in jobs), default=0)
        first, last = self._allowed()
        links = [(i, later) for i in range(n) for later in project.after[i]]
        self._arrays = (
            lengths,
            needs,
            needs.sum(axis=1),
            self._able(),
            masters,
            first,
            last,
            np.searchsorted([i for i, _ in links], np.arange(n + 1)).astype(np.int64),
            np.array([later for _, later in links], dtype=np.int64),
            np.array([project.before[link] for link in links], dtype=np.int64),
        )
        tails = np.zeros(n, dtype=np.int64)
        for i in reversed(project.order):
            tails[i] = jobs[i].length + max((tails[j] for j in project.after[i]), default=0)
        self._order = tails.max(initial=0) - tails
        self._now = self._order.copy()
        self._rank = np.arange(len(self._people))
        self._best = np.zeros(n, dtype=np.int64)
        self._crews = np.full((n, len(self._people)), -1, dtype=np.int64)
        self._ends = np.array([self._horizon + 1] * 2, dtype=np.int64)
        self._chance = seeded(seed)
        self._random = np.random.default_rng(seed)

    def _allowed(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Next and last allowed start from every slot on, -1: none."""
        jobs = self._project.jobs
        first = np.full((len(jobs), self._horizon + 1), -1, dtype=np.int64)
        for i, job in enumerate(jobs):
            first[i, job.starts] = job.starts
        last = first.copy()
        for t in range(1, self._horizon + 1):
            last[:, t] = np.where(last[:, t] < 0, last[:, t - 1], last[:, t])
            back = self._horizon - t
            first[:, back] = np.where(first[:, back] < 0, first[:, back + 1], first[:, back])
        return first, last

    def _able(self) -> NDArray[np.uint64]:
        """People who can do anything of each job, as words of 64 bits."""
        at = {p: k for k, p in enumerate(self._people)}
        found = np.zeros((len(self._project.jobs), len(self._people) // 64 + 1), dtype=np.uint64)
        for i, job in enumerate(self._project.jobs):
            for p in frozenset().union(*job.needs):
                found[i, at[p] >> 6] |= np.uint64(1 << (at[p] & 63))
        return found

    def run(self, turns: int, target: int) -> None:
        """Vary for so many turns, or until the best plan ends by `target`."""
        improve(
            self._chance,
            np.int64(turns),
            np.int64(target),
            np.int64(_SLACK),
            *self._arrays,
            self._now,
            self._rank,
            self._best,
            self._crews,
            self._ends,
        )

    def restart(self) -> None:
        """Go on from another order, with the best plan kept."""
        noise = self._random.uniform(0.0, 1.0, self._order.size) * self._order.max(initial=0)
        self._now[:] = self._order + noise.astype(np.int64)
        self._rank[:] = np.arange(self._rank.size)
        self._ends[0] = self._horizon + 1

    def take(self, starts: list[int], end: int) -> None:
        """Go on from the order of another plan."""
        self._now[:] = starts
        self._ends[0] = end

    def starts(self) -> list[int]:
        """Return the starts of the plan in work."""
        return [int(start) for start in self._now]

    @property
    def end(self) -> int:
        """When the best plan met ends; beyond all starts: none was met."""
        return int(self._ends[1])

    def best(self) -> Plan | None:
        """Return the best plan met."""
        if self._ends[1] > self._horizon:
            return None
        people = []
        for job, row in zip(self._project.jobs, self._crews, strict=True):
            given = {skill: np.flatnonzero(row == s).tolist() for s, skill in enumerate(self._skills)}
            people.append(
                {role: self._people[given[skill].pop()] for role, skill in sorted(job.roles.items())}
            )
        return Plan([int(s) for s in self._best], people, self.end)
