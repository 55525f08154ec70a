"""Clusters of three sizes for reported figures: all kinds of request, contested competencies, earlier terms.

A few competencies are wanted by most colleges; a college is due a part of what is offered of them by the
curriculum hours of its groups, and some ask for more than these. What earlier terms left over raises the
entitlement, by a fifth at most. Other bookings have taken some of the rooms' time.

python -m benchmarks.synthetic_cluster --scale 1 --seed 1001 -o PROBLEM.json
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.synthetic import (
    BELLS,
    BREAK,
    CLASSES,
    DAY,
    PAIR,
    WEEK,
    Cluster,
    add_groups,
    add_internship,
    add_internships,
    add_towns,
    add_trainers,
    add_workshops,
)
from solver.codec import dump_problem
from solver.problem import Activity, Candidate, Problem, Request, Requirement, Resource, TimeOption

EXAM_DAYS = 3
EXAM_WEEKS = 5
CAMP_SESSIONS = 10
CAMP_UNTIL_WEEK = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of what; `chains`: lengths of the chains of sessions."""

    requests: int
    colleges: int
    competencies: int
    workshops: int
    groups: int
    chains: tuple[int, ...]
    weeks: int = 24


SIZES: Mapping[int, Size] = {
    1: Size(requests=420, colleges=12, competencies=12, workshops=38, groups=48, chains=(3, 4, 6)),
    10: Size(requests=2_000, colleges=32, competencies=40, workshops=150, groups=300, chains=(2, 3, 4)),
    50: Size(requests=4_000, colleges=60, competencies=80, workshops=300, groups=600, chains=(2, 3, 4)),
}
"""By scale: a cluster, a region, and both terms of a region's year at once."""


class Region:
    """A cluster in the making with its curricula."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size = size
        self.rng = random.Random(seed)
        self.c = Cluster(self.rng, size.weeks)
        self.distances = add_towns(self.c, size.colleges)
        add_workshops(self.c, size.colleges, size.workshops, size.competencies)
        self._take_time()
        add_trainers(self.c, size.workshops * 9 // 5, size.competencies)
        add_internships(self.c, size.requests // 9, size.colleges, size.competencies)
        self.groups = add_groups(self.c, size.colleges, size.groups)
        self.sizes = {r.id: r.size for r in self.c.resources if r.size}
        # Learners times curriculum hours, by competency and college.
        self.curriculum: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.skills_of: dict[str, list[int]] = {}
        wanted = [1 / (1 + k) ** 0.5 for k in range(size.competencies)]
        for college, groups in enumerate(self.groups):
            for parts in groups:
                skills = self.rng.choices(range(size.competencies), wanted, k=3)
                self.skills_of[parts[0]] = skills
                for skill in skills:
                    learners = sum(self.sizes[part] for part in parts)
                    self.curriculum[skill][college] += learners * self.rng.choice((36, 72, 108))
        self.greed = [self.rng.choice((1.0, 1.0, 1.0, 1.6)) for _ in range(size.colleges)]
        self.demanded: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.other: dict[int, int] = defaultdict(int)

    def _take_time(self) -> None:
        """Cut out of the rooms' windows the days of their owners, save for exams, and what others booked."""
        exams = self.size.weeks - EXAM_WEEKS
        for name, windows in self.c.windows.items():
            days = sorted({start % WEEK // DAY for start, _ in windows})
            own = self.rng.sample(days, max(1, len(days) // 2))
            day, first = self.rng.choice(days), self.rng.randrange(self.size.weeks - 5)
            self.c.windows[name] = [
                (start, end)
                for start, end in windows
                if ((on := start % WEEK // DAY) not in own or start // WEEK >= exams)
                and not (on == day and first <= start // WEEK < first + 6)
            ]

    def offered(self, skill: int) -> int:
        """Return the learner-minutes that rooms of a competency hold; a quarter is lost between sessions."""
        return sum(
            (end - start) * 5 * room.capacity * 3 // 4
            for room in self.c.resources
            if room.kind == "workshop" and f"competency:{skill:02d}" in room.tags
            for start, end in self.c.windows[room.id]
        )

    def starts(self, pairs: int) -> str:
        key = f"pairs{pairs}"
        if key not in self.c.option_sets:
            length = pairs * PAIR + (pairs - 1) * BREAK
            self.c.option_sets[key] = tuple(
                TimeOption(meetings=((w * WEEK + d * DAY + bell, w * WEEK + d * DAY + bell + length),))
                for w in range(self.size.weeks)
                for d in range(6)
                for bell in BELLS[: len(BELLS) - pairs + 1]
            )
        return key

    def within(self, request: str, days: list[int], weeks: range) -> None:
        """Let a request have these weekdays of these weeks alone."""
        windows = [(w * WEEK + d * DAY, w * WEEK + (d + 1) * DAY) for w in weeks for d in days]
        self.c.masks.append({"requests": [request], "windows": windows})

    def activity(
        self, request: str, parts: list[str], index: int, times: str, pairs: int, skill: int, seats: int
    ) -> None:
        size = sum(self.sizes[part] for part in parts)
        chain = f"{request}/{parts[0]}"
        requirements = [Requirement(role="room", candidates=f"rooms{skill}", amount=seats)]
        requirements.append(Requirement(role="trainer", candidates=f"trainers{skill}"))
        requirements += [
            Requirement(role=f"learners:{number}", candidates=part) for number, part in enumerate(parts, 1)
        ]
        self.c.activities.append(
            Activity(
                id=f"{chain}/{index}",
                request=request,
                chain=chain,
                index=index,
                times=times,
                size=size,
                contact_minutes=90 * pairs,
                requirements=tuple(requirements),
            )
        )

    def ask(self, request: Request, college: int, skill: int, limit_slots: int) -> None:
        """Take a request in, with what its rooms and trainers must be able to do."""
        tag = f"competency:{skill:02d}"
        self.c.requests.append(request)
        if not request.partial:
            self.c.whole.append(request.id)
        roles = ("room", "trainer")
        self.c.needs += [{"requests": [request.id], "role": role, "tags": [tag]} for role in roles]
        home = self.c.places[college].area
        self.c.travel.append(
            {"requests": [request.id], "role": "room", "home": home, "limit_slots": limit_slots}
        )

    def module(self, at: int, college: int, parts: list[str]) -> None:
        rng = self.rng
        name = f"request{at}"
        skill = rng.choice(self.skills_of[parts[0]])
        priority = rng.choice(("network", "practice", "practice", "further"))
        partial = rng.random() > 0.08
        request = Request(id=name, participant=f"college{college}", priority=priority, partial=partial)
        self.ask(request, college, skill, rng.choice((16, 24, 40)))
        first = rng.randrange(max(1, self.size.weeks - 5))
        weeks = range(first, min(self.size.weeks, first + rng.choice((6, 10, 16))))
        self.within(name, sorted(rng.sample(range(6), rng.choice((3, 4, 5)))), weeks)
        if at % 2:
            self.c.spread.append(name)
        pairs = rng.choice((1, 2, 2, 3))
        sessions = round(rng.choice(self.size.chains) * self.greed[college]) if partial else 2
        for part in parts:
            for index in range(sessions):
                self.activity(name, [part], index, self.starts(pairs), pairs, skill, self.sizes[part])
        self.demanded[skill][college] += sum(self.sizes[p] for p in parts) * sessions * pairs * 90

    def exam(self, at: int, college: int, parts: list[str]) -> None:
        """Ask for a centre on the days C-1 to C2, for a whole group in two shifts, late in the term."""
        name = f"request{at}"
        skill = self.rng.choice(self.skills_of[parts[0]])
        request = Request(
            id=name, participant=f"college{college}", priority="exam", kind="exam", partial=False
        )
        self.ask(request, college, skill, 60)
        key = "exam"
        if key not in self.c.option_sets:
            weeks = range(max(0, self.size.weeks - EXAM_WEEKS), self.size.weeks)
            self.c.option_sets[key] = tuple(
                TimeOption(
                    meetings=tuple(
                        (w * WEEK + d * DAY + 108, w * WEEK + d * DAY + 168)
                        for d in range(first, first + EXAM_DAYS)
                    )
                )
                for w in weeks
                for first in range(4)
            )
        seats = -(-sum(self.sizes[part] for part in parts) // 4)
        self.activity(name, parts, 0, key, 8, skill, seats)
        self.other[college] += self.c.activities[-1].learner_minutes

    def camp(self, at: int, college: int) -> None:
        """Ask for the training of two competitors before the championship."""
        rng = self.rng
        name, team = f"request{at}", f"team{at}"
        home = self.c.places[college].area
        self.c.resources.append(Resource(id=team, kind="learners", size=2, home=home))
        self.c.candidate_sets[team] = (Candidate(resource=team),)
        self.sizes[team] = 2
        skill = rng.randrange(self.size.competencies)
        request = Request(id=name, participant=f"college{college}", priority="camp", kind="camp")
        self.ask(request, college, skill, 60)
        until = min(CAMP_UNTIL_WEEK, self.size.weeks)
        self.within(name, [0, 1, 2, 3, 4, 5], range(max(0, until - 6), until))
        for index in range(CAMP_SESSIONS):
            self.activity(name, [team], index, self.starts(2), 2, skill, 2)
        self.other[college] += CAMP_SESSIONS * 2 * 180

    def shares(self) -> dict[str, dict[str, int]]:
        """Return demand and entitlement of every college, raised for what earlier terms left over."""
        due: dict[int, int] = defaultdict(int, self.other)
        for skill, asked in self.demanded.items():
            offered = self.offered(skill)
            weights = self.curriculum[skill]
            for college, minutes in asked.items():
                if sum(asked.values()) > offered:
                    minutes = offered * weights[college] // sum(weights.values())
                due[college] += minutes
        found = {}
        for who, demand in self.c.demand().items():
            entitlement = due[int(who.removeprefix("college"))]
            raised = max(0, min(entitlement // 5, round(entitlement * self.rng.uniform(-0.2, 0.3))))
            found[who] = {"demand": demand, "entitlement": entitlement + raised, "raised": raised}
        return found


def make(scale: int, seed: int) -> Problem:
    """Return the problem of a scale and a seed."""
    return of_size(SIZES[scale], seed, f"cluster of scale {scale}, seed {seed}")


def of_size(size: Size, seed: int, name: str) -> Problem:
    """Return a problem of any size."""
    region = Region(size, seed)
    rng = region.rng
    for at in range(size.requests):
        college = rng.randrange(size.colleges)
        parts = rng.choice(region.groups[college])
        kind = at % 20
        if kind in (9, 19):
            part = rng.choice(parts)
            add_internship(region.c, at, college, part, rng.choice(region.skills_of[parts[0]]))
            region.other[college] += region.c.activities[-1].learner_minutes
        elif kind == 4:
            region.exam(at, college, parts)
        elif kind == 14:
            region.camp(at, college)
        else:
            region.module(at, college, parts)
    region.c.shares = region.shares()
    return region.c.problem(name, region.distances)


def resized(problem: Problem, seed: int, spread_percent: int = 20) -> Problem:
    """Return the problem after every part of a group has grown or shrunk by up to so many per cent.

    Seats follow the learners; what is asked for and due follows from them.
    """
    rng = random.Random(seed)
    factor: dict[str, float] = {}
    sizes: dict[str, int] = {}
    for resource in problem.resources:
        if resource.size:
            group = resource.id.partition(".")[0]
            factor.setdefault(group, 1 + rng.uniform(-spread_percent, spread_percent) / 100)
            sizes[resource.id] = max(1, round(resource.size * factor[group]))
    resources = tuple(r.model_copy(update={"size": sizes[r.id]}) if r.size else r for r in problem.resources)
    activities = []
    before: dict[str, int] = defaultdict(int)
    after: dict[str, int] = defaultdict(int)
    for activity in problem.activities:
        parts = [r.candidates for r in activity.requirements if r.candidates in sizes]
        old = sum(problem.resource_by_id[part].size for part in parts)
        new = sum(sizes[part] for part in parts)
        size = max(1, round(activity.size * new / old))
        requirements = tuple(
            r.model_copy(update={"amount": max(1, -(-r.amount * new // old))}) if r.role == "room" else r
            for r in activity.requirements
        )
        changed = activity.model_copy(update={"size": size, "requirements": requirements})
        who = problem.request_by_id[activity.request].participant
        before[who] += activity.learner_minutes
        after[who] += changed.learner_minutes
        activities.append(changed)
    rules = []
    for rule in problem.rules:
        if rule.kind == "fair_share":
            shares = {
                who: {name: value * after[who] // before[who] for name, value in share.items()}
                for who, share in rule.params["participants"].items()
            }
            rule = rule.model_copy(update={"params": {"participants": shares}})
        rules.append(rule)
    return problem.model_copy(
        update={
            "name": f"{problem.name}, sizes changed",
            "resources": resources,
            "activities": tuple(activities),
            "rules": tuple(rules),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scale", type=int, choices=list(SIZES), default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    problem = make(given.scale, given.seed)
    given.output.write_bytes(dump_problem(problem))
    print(f"{len(problem.requests)} requests, {len(problem.activities)} activities, classes {CLASSES}")


if __name__ == "__main__":
    main()
