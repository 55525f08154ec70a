"""Cluster-like problems of any size from a seed: colleges in towns, shared workshops, too much asked.

python -m benchmarks.synthetic --requests 420 --weeks 24 --seed 1 -o PROBLEM.json
"""

import argparse
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from solver.codec import dump_problem
from solver.problem import (
    Activity,
    Candidate,
    Distances,
    Interval,
    Place,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)

DAY, WEEK = 288, 288 * 7
BELLS = (102, 123, 148, 168, 189, 208)
PAIR, BREAK = 18, 2
CLASSES = ("exam", "network", "camp", "practice", "further")


@dataclass
class Cluster:
    """A problem in the making."""

    rng: random.Random
    weeks: int
    areas: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    option_sets: dict[str, tuple[TimeOption, ...]] = field(default_factory=dict)
    candidate_sets: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    windows: dict[str, list[Interval]] = field(default_factory=dict)
    needs: list[dict[str, Any]] = field(default_factory=list)
    travel: list[dict[str, Any]] = field(default_factory=list)
    masks: list[dict[str, Any]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    spread: list[str] = field(default_factory=list)
    shares: dict[str, dict[str, int]] = field(default_factory=dict)
    offered: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    def weekly(self, days: list[int], start: int, end: int) -> list[Interval]:
        return [
            (w * WEEK + d * DAY + start, w * WEEK + d * DAY + end)
            for w in range(self.weeks)
            for d in days
            if (w, d) not in ((8, 0), (9, 1), (17, 4))
        ]

    def demand(self) -> dict[str, int]:
        found: dict[str, int] = {}
        requests = {r.id: r for r in self.requests}
        for activity in self.activities:
            who = requests[activity.request].participant
            found[who] = found.get(who, 0) + activity.learner_minutes
        return found

    def problem(self, name: str, distances: Distances) -> Problem:
        return Problem(
            name=name,
            grid=TimeGrid(weeks=self.weeks),
            places=tuple(self.places),
            distances=distances,
            resources=tuple(self.resources),
            option_sets=self.option_sets,
            candidate_sets=self.candidate_sets,
            priorities=CLASSES,
            requests=tuple(self.requests),
            activities=tuple(self.activities),
            rules=tuple(rules_of(self)),
        )


def add_towns(c: Cluster, colleges: int) -> Distances:
    count = max(2, colleges // 2)
    c.areas = [f"town{i}" for i in range(count)]
    at = [(c.rng.uniform(0, 20), c.rng.uniform(0, 12)) for _ in c.areas]
    slots = tuple(
        tuple(0 if i == j else 4 + round(abs(a[0] - b[0]) + abs(a[1] - b[1])) for j, b in enumerate(at))
        for i, a in enumerate(at)
    )
    for i in range(colleges):
        c.places.append(Place(id=f"site{i}", area=c.areas[i % count]))
    for i in range(colleges):
        c.places.append(Place(id=f"plant{i}", area=c.areas[i % count]))
    return Distances(areas=tuple(c.areas), slots=slots, within_area_slots=3)


def add_workshops(c: Cluster, colleges: int, workshops: int, competencies: int) -> None:
    shifts = ((96, 228), (96, 168), (162, 234))
    for i in range(workshops):
        skill = f"competency:{i % competencies:02d}"
        place = f"site{(i * 5 + i // competencies) % colleges}"
        name = f"room{i}"
        tags = {skill}
        if i % 6 == 0:
            tags.add("hazard:high")
        pooled = i % 9 == 4
        c.resources.append(
            Resource(
                id=name,
                kind="workshop",
                place=place,
                capacity=c.rng.choice((8, 10, 12, 14)) * (2 if pooled else 1),
                mode="pooled" if pooled else "exclusive",
                setup_slots=c.rng.choice((0, 0, 2, 3)),
                cleanup_slots=c.rng.choice((0, 2, 4)),
                tags=frozenset(tags),
            )
        )
        days = sorted(c.rng.sample(range(6), c.rng.choice((3, 4, 5))))
        c.windows[name] = c.weekly(days, *c.rng.choice(shifts))
        offered = sum(end - start for start, end in c.windows[name])
        c.offered[skill] = c.offered.get(skill, 0) + offered * (2 if pooled else 1)
    for k in range(competencies):
        skill = f"competency:{k:02d}"
        rooms = [r.id for r in c.resources if r.kind == "workshop"]
        near = [r.id for r in c.resources if skill in r.tags]
        other = [name for name in c.rng.sample(rooms, min(4, len(rooms))) if name not in near]
        c.candidate_sets[f"rooms{k}"] = tuple(Candidate(resource=name) for name in near + other)


def add_trainers(c: Cluster, trainers: int, competencies: int) -> None:
    for i in range(trainers):
        skills = {i % competencies, *c.rng.sample(range(competencies), c.rng.choice((0, 1, 2)))}
        name = f"trainer{i}"
        c.resources.append(
            Resource(id=name, kind="trainer", tags=frozenset(f"competency:{k:02d}" for k in skills))
        )
        days = sorted(c.rng.sample(range(6), c.rng.choice((3, 4, 5))))
        c.windows[name] = c.weekly(days, 96, 240)
    for k in range(competencies):
        skill = f"competency:{k:02d}"
        c.candidate_sets[f"trainers{k}"] = tuple(
            Candidate(resource=r.id) for r in c.resources if r.kind == "trainer" and skill in r.tags
        )


def add_internships(c: Cluster, offers: int, colleges: int, competencies: int) -> None:
    for i in range(offers):
        c.resources.append(
            Resource(
                id=f"offer{i}",
                kind="internship",
                mode="pooled",
                capacity=c.rng.choice((2, 4, 6)),
                place=f"plant{i % colleges}",
                tags=frozenset({"host:employer", f"competency:{i % competencies:02d}"}),
            )
        )
    for k in range(competencies):
        c.candidate_sets[f"offers{k}"] = tuple(
            Candidate(resource=r.id)
            for r in c.resources
            if r.kind == "internship" and f"competency:{k:02d}" in r.tags
        )


def add_groups(c: Cluster, colleges: int, groups: int) -> list[list[list[str]]]:
    """Groups by college, each a list of parts."""
    found: list[list[list[str]]] = [[] for _ in range(colleges)]
    for g in range(groups):
        college = g % colleges
        parts = []
        for p in range(c.rng.choice((2, 2, 3))):
            name = f"group{g}.{p}"
            minors = {"minors"} if g % 3 == 0 else set()
            c.resources.append(
                Resource(
                    id=name,
                    kind="learners",
                    size=c.rng.choice((7, 8, 9, 10)),
                    home=c.places[college].area,
                    tags=frozenset(minors),
                )
            )
            parts.append(name)
            c.candidate_sets[name] = (Candidate(resource=name),)
        found[college].append(parts)
    return found


def _starts(c: Cluster, pairs: int, days: tuple[int, ...], weeks: range) -> str:
    key = f"pairs{pairs}-days{''.join(map(str, days))}-weeks{weeks.start}-{weeks.stop}"
    if key not in c.option_sets:
        length = pairs * PAIR + (pairs - 1) * BREAK
        c.option_sets[key] = tuple(
            TimeOption(meetings=((w * WEEK + d * DAY + bell, w * WEEK + d * DAY + bell + length),))
            for w in weeks
            for d in days
            for bell in BELLS[: len(BELLS) - pairs + 1]
        )
    return key


def add_blocks(c: Cluster, length: int) -> str:
    key = f"block{length}"
    if key not in c.option_sets:
        c.option_sets[key] = tuple(
            TimeOption(
                meetings=tuple(
                    (w * WEEK + d * DAY + 108, w * WEEK + d * DAY + 168)
                    for w in range(first, first + length)
                    for d in range(5)
                )
            )
            for first in range(c.weeks - length + 1)
        )
    return key


def _module(c: Cluster, at: int, college: int, parts: list[str], skill: int) -> None:
    rng = c.rng
    name = f"request{at}"
    pairs = rng.choice((1, 2, 2, 3))
    priority = rng.choice(CLASSES[1:])
    first = rng.randrange(0, max(1, c.weeks - 5))
    weeks = range(first, min(c.weeks, first + rng.choice((6, 10, 16))))
    days = tuple(sorted(rng.sample(range(6), rng.choice((3, 4, 5)))))
    times = _starts(c, pairs, days, weeks)
    partial = rng.random() > 0.08
    c.requests.append(Request(id=name, participant=f"college{college}", priority=priority, partial=partial))
    if not partial:
        c.whole.append(name)
    if at % 2:
        c.spread.append(name)
    size_of = {r.id: r.size for r in c.resources}
    sessions = rng.choice((3, 4, 6, 8)) if partial else 2
    for part in parts:
        for index in range(sessions):
            c.activities.append(
                Activity(
                    id=f"{name}/{part}/{index}",
                    request=name,
                    chain=f"{name}/{part}",
                    index=index,
                    times=times,
                    size=size_of[part],
                    contact_minutes=90 * pairs,
                    requirements=(
                        Requirement(role="room", candidates=f"rooms{skill}", amount=size_of[part]),
                        Requirement(role="trainer", candidates=f"trainers{skill}"),
                        Requirement(role="learners:1", candidates=part),
                    ),
                )
            )
    tag = f"competency:{skill:02d}"
    length = pairs * PAIR + (pairs - 1) * BREAK
    c.asked[tag] = c.asked.get(tag, 0) + length * sessions * len(parts)
    c.needs += [{"requests": [name], "role": role, "tags": [tag]} for role in ("room", "trainer")]
    home = c.places[college].area
    c.travel.append(
        {"requests": [name], "role": "room", "home": home, "limit_slots": rng.choice((16, 24, 40))}
    )


def add_internship(c: Cluster, at: int, college: int, part: str, skill: int) -> None:
    name = f"request{at}"
    size = next(r.size for r in c.resources if r.id == part)
    length = c.rng.choice((2, 3))
    c.requests.append(
        Request(id=name, participant=f"college{college}", priority="practice", kind="internship")
    )
    c.activities.append(
        Activity(
            id=f"{name}/{part}",
            request=name,
            chain=f"{name}/{part}",
            times=add_blocks(c, length),
            size=min(size, 4),
            contact_minutes=300 * 5 * length,
            requirements=(
                Requirement(role="room", candidates=f"offers{skill}", amount=min(size, 4)),
                Requirement(role="learners:1", candidates=part),
            ),
        )
    )


def rules_of(c: Cluster) -> Iterator[Rule]:
    def rule(kind: str, weight: int | None = None, **params: Any) -> Rule:
        return Rule(id=kind, kind=kind, params=params, weight=weight)

    def of(*kinds: str) -> list[Resource]:
        return [r for r in c.resources if r.kind in kinds]

    def names(found: Iterable[Resource]) -> list[str]:
        return [r.id for r in found]

    learners = of("learners")
    yield rule("no_overlap", resources=[r.id for r in of("workshop") if r.mode == "exclusive"])
    yield rule("capacity", resources=names(of("workshop", "internship")))
    yield Rule(
        id="trainers",
        kind="presence",
        params={"resources": names(of("trainer")), "host_buffers": True},
    )
    yield rule("presence", resources=names(learners))
    yield rule("competence", needs=c.needs)
    if c.masks:
        yield rule("allowed_time", masks=c.masks)
    yield rule(
        "availability",
        calendars=[{"resources": [name], "windows": windows} for name, windows in c.windows.items()],
    )
    yield rule("precedence")
    yield rule(
        "max_load",
        limits=[
            {"resources": names(learners), "period": "day", "measure": "contact_minutes", "limit": 360},
            {"resources": names(learners), "period": "week", "measure": "contact_minutes", "limit": 1620},
            {"resources": names(of("trainer")), "period": "week", "measure": "clock_slots", "limit": 432},
        ],
    )
    minors = [r.id for r in learners if "minors" in r.tags]
    if minors:
        yield rule(
            "minors",
            resources=minors,
            employer_tag="host:employer",
            employer_day_slots=84,
            employer_week_slots=420,
            hazard_tag="hazard:high",
            hazard_day_slots=48,
            night=[264, 72],
        )
    if c.spread:
        yield rule("min_gap", requests=c.spread, min_slots=0, one_a_day=True)
    yield rule("away_town", resources=names(learners), limit=1)
    if c.whole:
        yield rule("all_or_none", requests=c.whole)
    yield rule("travel_limit", limits=c.travel)
    yield rule("coverage", weight=1, tolerance_permille=20)
    shares = c.shares or {
        who: {"demand": asked, "entitlement": asked * 9 // 10} for who, asked in c.demand().items()
    }
    yield rule("fair_share", weight=1, participants=shares)
    yield rule("travel", weight=1)


def make(requests: int, weeks: int, seed: int, over: float = 1.3) -> Problem:
    """Return a problem of `requests` requests in which about `over` times the offered time is asked for."""
    c = Cluster(random.Random(seed), weeks)
    colleges = max(2, min(12, requests // 4))
    competencies = max(2, min(12, requests // 6))
    workshops = max(3, min(38, requests // 3))
    distances = add_towns(c, colleges)
    add_workshops(c, colleges, workshops, competencies)
    add_trainers(c, max(3, workshops * 9 // 5), competencies)
    add_internships(c, max(2, requests // 9), colleges, competencies)
    groups = add_groups(c, colleges, max(2, min(48, requests // 4)))
    full = {f"competency:{k:02d}": False for k in range(competencies)}
    for at in range(requests):
        college = c.rng.randrange(colleges)
        if not groups[college]:
            college = 0
        parts = c.rng.choice(groups[college])
        if at % 10 == 9:
            add_internship(c, at, college, c.rng.choice(parts), c.rng.randrange(competencies))
            continue
        open_skills = [k for k in range(competencies) if not full[f"competency:{k:02d}"]]
        if not open_skills:
            break
        skill = c.rng.choice(open_skills)
        _module(c, at, college, parts, skill)
        tag = f"competency:{skill:02d}"
        full[tag] = c.asked[tag] > over * c.offered[tag]
    return c.problem(f"synthetic {requests} requests, {weeks} weeks, seed {seed}", distances)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=420)
    parser.add_argument("--weeks", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", type=float, default=1.3)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    problem = make(given.requests, given.weeks, given.seed, given.over)
    given.output.write_bytes(dump_problem(problem))
    print(f"{len(problem.requests)} requests, {len(problem.activities)} activities")


if __name__ == "__main__":
    main()
