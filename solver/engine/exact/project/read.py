"""Project scheduling seen in a problem: activities of fixed length, crews out of people with skills, one end.

Activities have single meetings of one length, their roles are filled by exclusive people without any
set-up, and what counts after coverage is the end of the last activity alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

import numpy as np

from solver.engine.exact.domains import Domain, Domains, Rest
from solver.engine.exact.facts import Facts
from solver.structure import Makespan

Skill: TypeAlias = frozenset[str]
"""People who can fill a role."""

Windows: TypeAlias = list[tuple[int, int]]
"""Earliest and latest start of every job."""

_MOST_SKILLS_WHOLE = 12
"""Up to so many skills, all their sets are looked at; of more, sets of at most three."""


@dataclass(slots=True)
class Job:
    """An activity of a project.

    Attributes
    ----------
    starts
        Slots at which it may start, sorted.
    needs
        How many people of each skill it takes.
    """

    name: str
    length: int
    starts: list[int]
    needs: dict[Skill, int]
    roles: dict[str, Skill]


@dataclass
class Project:
    """Jobs by position, what must end before what starts (with a lag), people in classes, sets of skills.

    Attributes
    ----------
    before
        ``(earlier, later) -> lag``.
    classes
        People who have the same skills; jobs take a number of each class.
    crowds
        ``(people, skills)``: of these skills no more can be needed at once than there are people.
    """

    jobs: list[Job]
    before: dict[tuple[int, int], int]
    classes: list[tuple[str, ...]]
    crowds: list[tuple[int, frozenset[Skill]]]
    _fits: dict[tuple[int, ...], bool] = field(default_factory=dict)

    @cached_property
    def followers(self) -> list[set[int]]:
        """For every job all jobs that start after its end."""
        found: list[set[int]] = [set() for _ in self.jobs]
        for i in reversed(self.order):
            for later in self.after[i]:
                found[i] |= {later} | found[later]
        return found

    @cached_property
    def after(self) -> list[list[int]]:
        """Direct followers of every job."""
        found: list[list[int]] = [[] for _ in self.jobs]
        for earlier, later in self.before:
            found[earlier].append(later)
        return found

    @cached_property
    def order(self) -> list[int]:
        """Jobs such that what comes before is listed before."""
        waits = Counter(later for _, later in self.before)
        ready = [i for i in range(len(self.jobs)) if not waits[i]]
        found = []
        while ready:
            i = ready.pop()
            found.append(i)
            for later in self.after[i]:
                waits[later] -= 1
                if not waits[later]:
                    ready.append(later)
        return found

    def windows(self, end: int) -> Windows | None:
        """Return what of time is left to every job when all end by `end`; None: impossible."""
        return self.narrowed([(job.starts[0], min(end - job.length, job.starts[-1])) for job in self.jobs])

    def narrowed(self, windows: Windows) -> Windows | None:
        """Return the windows without starts that the order rules out, or jobs that cannot run at once."""
        early, late = [a for a, _ in windows], [b for _, b in windows]
        before = None
        while before != (early, late):
            before = (early[:], late[:])
            for i in self.order:
                for later in self.after[i]:
                    early[later] = max(early[later], early[i] + self.jobs[i].length + self.before[i, later])
            for i in reversed(self.order):
                for later in self.after[i]:
                    late[i] = min(late[i], late[later] - self.before[i, later] - self.jobs[i].length)
            if any(a > b for a, b in zip(early, late, strict=True)):
                return None
            for i, j in self.never_at_once:
                for one, other in ((i, j), (j, i)):
                    end = early[one] + self.jobs[one].length
                    if end > late[other]:
                        # `other` cannot come after `one`, so it comes before.
                        early[one] = max(early[one], early[other] + self.jobs[other].length)
                        late[other] = min(late[other], late[one] - self.jobs[other].length)
        return list(zip(early, late, strict=True))

    @cached_property
    def never_at_once(self) -> list[tuple[int, int]]:
        """Pairs of jobs in no order for which there are too few people at once."""
        pairs = combinations(range(len(self.jobs)), 2)
        return [(i, j) for i, j in pairs if not self.related(i, j) and not self.fits(i, j)]

    def related(self, i: int, j: int) -> bool:
        """Tell whether one of two jobs comes before the other."""
        return j in self.followers[i] or i in self.followers[j]

    def apart(self, i: int, j: int) -> bool:
        """Tell whether two jobs never run at once: ordered, or too few people for both."""
        return self.related(i, j) or not self.fits(i, j)

    def fits(self, *jobs: int) -> bool:
        """Tell whether there are people enough for these jobs at once."""
        if jobs not in self._fits:
            self._fits[jobs] = all(
                sum(self.demand(i, skills) for i in jobs) <= people for people, skills in self.crowds
            )
        return self._fits[jobs]

    def demand(self, job: int, skills: frozenset[Skill]) -> int:
        """People that a job takes out of these skills."""
        return sum(count for skill, count in self.jobs[job].needs.items() if skill in skills)

    def least_end(self) -> int:
        """No plan ends sooner: paths, the work of each crowd, what cannot run side by side."""
        ends = self.windows(1 << 40)
        assert ends is not None
        found = max(early + job.length for (early, _), job in zip(ends, self.jobs, strict=True))
        tails = [0] * len(self.jobs)
        for i in reversed(self.order):
            for later in self.after[i]:
                tails[i] = max(tails[i], self.before[i, later] + self.jobs[later].length + tails[later])
        for people, skills in self.crowds:
            mine = [(i, d) for i in range(len(self.jobs)) if (d := self.demand(i, skills))]
            if mine:
                work = sum(self.jobs[i].length * d for i, d in mine)
                tail = min(tails[i] for i, _ in mine)
                found = max(found, min(ends[i][0] for i, _ in mine) - (-work // people) + tail)
        for clique in self.cliques:
            length = sum(self.jobs[i].length for i in clique)
            tail = min(tails[i] for i in clique)
            found = max(found, min(ends[i][0] for i in clique) + length + tail)
        return found

    @cached_property
    def cliques(self) -> list[list[int]]:
        """Sets of jobs of which no two can run at once, so that each unrelated such pair is in one."""
        n = len(self.jobs)
        never: list[set[int]] = [set() for _ in range(n)]
        for i, j in combinations(range(n), 2):
            if self.apart(i, j):
                never[i].add(j)
                never[j].add(i)
        edges = sorted(self.never_at_once, key=lambda e: -(self.jobs[e[0]].length + self.jobs[e[1]].length))
        covered: set[tuple[int, int]] = set()
        found = []
        for i, j in edges:
            if (i, j) in covered:
                continue
            clique, left = [i, j], never[i] & never[j]
            while left:
                k = max(left, key=lambda k: (len(never[k] & left), self.jobs[k].length, -k))
                clique.append(k)
                left = left & never[k]
            covered.update(combinations(sorted(clique), 2))
            found.append(clique)
        return found


def project_of(facts: Facts) -> Project | None:
    """Return the project that a problem is, or None when it is anything else."""
    lowered = facts.lowered
    if not facts.problem.activities or not _plain(facts):
        return None
    spans = [s.primitive for s in facts.structures]
    if (
        not facts.problem.activities
        or len(spans) != 1
        or not isinstance(spans[0], Makespan)
        or facts.structures[0].weight is None
    ):
        return None
    if set(spans[0].activities) != facts.problem.activity_by_id.keys():
        return None
    narrowed = Domains(facts, Rest(facts, ()))
    jobs = []
    for activity in facts.problem.activities:
        job = _job(facts, narrowed.of(activity))
        if job is None:
            return None
        jobs.append(job)
    at = {job.name: i for i, job in enumerate(jobs)}
    before: dict[tuple[int, int], int] = {}
    for _, sequence in lowered.sequences:
        for earlier, later in combinations(sequence.stages, 2):
            for a in earlier:
                for b in later:
                    pair = (at[a], at[b])
                    before[pair] = max(before.get(pair, 0), sequence.min_lag_slots)
    project = Project(jobs, before, *_people(jobs))
    return project if len(project.order) == len(jobs) else None


def _plain(facts: Facts) -> bool:
    lowered = facts.lowered
    others = (
        lowered.cumulatives,
        lowered.sums,
        lowered.distances,
        lowered.presences,
        lowered.same_place,
        lowered.shares,
        lowered.quotas,
    )
    if any(others) or any(window.on_tags for _, window in lowered.windows):
        return False
    if any(facts.travels(name) or facts.gap(name) for name in facts.exclusive):
        return False
    costs = (cost for costs in lowered.costs.values() for cost in costs)
    return all(
        cost.stage == "coverage"
        and not (cost.linear.by_meetings or cost.linear.other_meetings or cost.linear.by_resource)
        for cost in costs
    )


def _job(facts: Facts, domain: Domain) -> Job | None:
    if domain.dead or not domain.table.single:
        return None
    kept = [int(i) for i in np.flatnonzero(domain.mask)]
    lengths = {domain.table.meetings[i][0][1] - domain.table.meetings[i][0][0] for i in kept}
    roles: dict[str, Skill] = {}
    for role in domain.roles:
        if any(s.resource not in facts.exclusive or (s.mask != domain.mask).any() for s in role.seats):
            return None
        roles[role.name] = frozenset(seat.resource for seat in role.seats)
    if len(lengths) != 1:
        return None
    starts = [domain.table.meetings[i][0][0] for i in kept]
    return Job(domain.activity.id, lengths.pop(), starts, dict(Counter(roles.values())), roles)


def _people(jobs: Iterable[Job]) -> tuple[list[tuple[str, ...]], list[tuple[int, frozenset[Skill]]]]:
    skills = list(dict.fromkeys(skill for job in jobs for skill in job.needs))
    alike: dict[frozenset[Skill], list[str]] = {}
    for person in dict.fromkeys(p for skill in skills for p in sorted(skill)):
        alike.setdefault(frozenset(s for s in skills if person in s), []).append(person)
    whole = len(skills) <= _MOST_SKILLS_WHOLE
    sizes = range(1, len(skills) + 1) if whole else (1, 2, 3, len(skills))
    crowds: dict[frozenset[str], frozenset[Skill]] = {}
    for size in sizes:
        for chosen in combinations(skills, size):
            people = frozenset().union(*chosen)
            if people not in crowds:
                crowds[people] = frozenset(s for s in skills if s <= people)
    return (
        [tuple(members) for members in alike.values()],
        [(len(people), mine) for people, mine in crowds.items()],
    )
