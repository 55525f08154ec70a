"""Which people a job takes: numbers of each class in a model, names in a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations, pairwise
from typing import Any

from ortools.sat.python import cp_model

from solver.engine.exact.project.read import Job, Project, Skill

Crew = dict[int, list[Any]]
"""By class of people, literals of which the first holds when one is taken, the second when two are."""

_MOST_NEEDS = 10


def add_crews(model: cp_model.CpModel, project: Project) -> list[Crew]:
    """Let every job take people of classes so that each of its roles can be filled by one of its own."""
    return [_crew(model, project, job) for job in project.jobs]


def _crew(model: cp_model.CpModel, project: Project, job: Job) -> Crew:
    crew: Crew = {}
    for k, members in enumerate(project.classes):
        useful = sum(count for skill, count in job.needs.items() if members[0] in skill)
        lits = [model.new_bool_var("") for _ in range(min(len(members), useful))]
        for one, two in pairwise(lits):
            model.add_implication(two, one)
        if lits:
            crew[k] = lits
    everyone = [lit for lits in crew.values() for lit in lits]
    if everyone:
        model.add(sum(everyone) == sum(job.needs.values()))
    for size in range(1, min(len(job.needs), _MOST_NEEDS)):
        for skills in combinations(job.needs, size):
            able = [
                lit
                for k, lits in crew.items()
                if any(project.classes[k][0] in skill for skill in skills)
                for lit in lits
            ]
            if len(able) < len(everyone):
                model.add(sum(able) >= sum(job.needs[skill] for skill in skills))
    return crew


def share_nobody(
    model: cp_model.CpModel, project: Project, crews: list[Crew], meet: Mapping[tuple[int, int], Any]
) -> None:
    """Let two jobs that meet take no more of a class together than there are."""
    for (i, j), both in meet.items():
        for k in crews[i].keys() & crews[j].keys():
            most = len(project.classes[k])
            for count, one in enumerate(crews[i][k], 1):
                rest = most - count
                if rest < len(crews[j][k]):
                    model.add_bool_or([~both, ~one, ~crews[j][k][rest]])


def name_people(
    project: Project, starts: list[int], taken: list[Mapping[int, int]]
) -> list[dict[str, str]] | None:
    """Give every role of every job a person; None when the numbers taken do not allow it."""
    free = {k: list(members) for k, members in enumerate(project.classes)}
    busy: list[tuple[int, int, str]] = []
    found: list[dict[str, str]] = [{} for _ in project.jobs]
    for i in sorted(range(len(project.jobs)), key=lambda i: (starts[i], i)):
        for row in [row for row in busy if row[0] <= starts[i]]:
            busy.remove(row)
            free[row[1]].append(row[2])
        crew = []
        for k, count in taken[i].items():
            if len(free[k]) < count:
                return None
            for _ in range(count):
                person = free[k].pop()
                crew.append(person)
                busy.append((starts[i] + project.jobs[i].length, k, person))
        matched = match(project.jobs[i].roles, crew)
        if matched is None:
            return None
        found[i] = matched
    return found


def match(roles: Mapping[str, Skill], crew: list[str]) -> dict[str, str] | None:
    """Fill every role by one of the crew who can do it."""
    role_of: dict[str, str] = {}

    def place(role: str, seen: set[str]) -> bool:
        for person in crew:
            if person in roles[role] and person not in seen:
                seen.add(person)
                if person not in role_of or place(role_of[person], seen):
                    role_of[person] = role
                    return True
        return False

    if not all(place(role, set()) for role in roles):
        return None
    return {role: person for person, role in role_of.items()}


def values_of(crews: list[Crew], value: Callable[[Any], int]) -> list[Mapping[int, int]]:
    """Return how many of each class every job takes."""
    return [{k: sum(value(lit) for lit in lits) for k, lits in crew.items()} for crew in crews]
