"""First project plans: jobs in order of what follows them, each as soon as people are free."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator

from solver.engine.exact.project.crews import match
from solver.engine.exact.project.read import Project

Plan = tuple[list[int], list[dict[str, str]]]
"""Start and people by role of every job."""

_NOISE = 0.6
"""Most that a job's rank is varied by, as a part of the longest chain of jobs."""


def first_plans(project: Project, rng: random.Random, times: int) -> Iterator[Plan]:
    """Yield plans of several orders, the plain one first; an order that leaves a job out yields nothing."""
    tails = [0] * len(project.jobs)
    for i in reversed(project.order):
        tails[i] = project.jobs[i].length + max((tails[j] for j in project.after[i]), default=0)
    longest = max(tails, default=0)
    able = _Able(project)
    for turn in range(times):
        noise = _NOISE * longest * turn / times
        ranks = [tail + rng.uniform(0, noise) for tail in tails]
        plan = _serial(project, able, ranks.__getitem__)
        if plan is not None:
            yield plan


class _Able:
    """People who can do anything of a job, those with the fewest skills first."""

    def __init__(self, project: Project) -> None:
        skills = {skill for job in project.jobs for skill in job.needs}
        mastered = {p: sum(p in skill for skill in skills) for skill in skills for p in skill}
        self.of = [
            sorted(frozenset().union(*job.needs), key=lambda p: (mastered[p], p)) for job in project.jobs
        ]


def _serial(project: Project, able: _Able, rank: Callable[[int], float]) -> Plan | None:
    n = len(project.jobs)
    waits = [0] * n
    earliest = [job.starts[0] for job in project.jobs]
    for _, later in project.before:
        waits[later] += 1
    starts = [-1] * n
    people: list[dict[str, str]] = [{} for _ in range(n)]
    busy: dict[str, list[tuple[int, int]]] = {}
    ready = {i for i in range(n) if not waits[i]}
    while ready:
        i = max(ready, key=lambda i: (rank(i), -i))
        ready.remove(i)
        job = project.jobs[i]
        for start in job.starts[bisect_left(job.starts, earliest[i]) :]:
            end = start + job.length
            crew = [p for p in able.of[i] if all(b <= start or a >= end for a, b in busy.get(p, ()))]
            if len(crew) < len(job.roles):
                continue
            matched = match(job.roles, crew)
            if matched is not None:
                break
        else:
            return None
        starts[i], people[i] = start, matched
        for person in matched.values():
            busy.setdefault(person, []).append((start, end))
        for later in project.after[i]:
            earliest[later] = max(earliest[later], end + project.before[i, later])
            waits[later] -= 1
            if not waits[later]:
                ready.add(later)
    return starts, people
