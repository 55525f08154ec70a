"""How many sessions a second the checker reads, with all rules and costs, parsing apart.

python -m benchmarks.checker_speed [--sessions 4000] [--times 5]: a made plan under every rule there is.
python -m benchmarks.checker_speed PROBLEM SOLUTION: a plan under the rules that it was made for.
"""

import argparse
import gc
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from solver.checker import check, score
from solver.codec import dump_problem, load_problem, load_solution
from solver.problem import (
    Activity,
    Candidate,
    Distances,
    Place,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.rules import RULES
from solver.solution import Placement, Solution

WEEKS, DAY, WEEK = 24, 288, 288 * 7
STARTS = (102, 124, 148, 170, 192)  # pairs of ninety minutes, 18 slots
WORKSHOPS, TRAINERS, PARTS, REQUESTS, TOWNS = 38, 70, 100, 420, 9
WORKDAYS = [week * WEEK + day * DAY for week in range(WEEKS) for day in range(6)]
HARD = {"relation", "same_resource", "concurrent", "rest"}
"""Rules that may be soft and are hard here."""


def resources(rng: random.Random) -> Iterator[Resource]:
    for i in range(WORKSHOPS):
        tags = {f"competency:{i % 12}", "equipment:kit"} | ({"host:employer"} if i % 9 == 0 else set())
        tags |= {"hazard:high"} if i % 7 == 0 else set()
        yield Resource(
            id=f"w{i}",
            kind="workshop",
            place=f"p{i % TOWNS}",
            capacity=12,
            mode="pooled" if i % 6 == 0 else "exclusive",
            cleanup_slots=2,
            tags=frozenset(tags),
        )
    for i in range(TRAINERS):
        tags = {f"competency:{i % 12}"}
        yield Resource(id=f"t{i}", kind="trainer", home=f"a{i % TOWNS}", tags=frozenset(tags))
    for i in range(PARTS):
        yield Resource(
            id=f"g{i}", kind="learners", home=f"a{i % TOWNS}", size=4, tags=frozenset({f"of:c{i % 12}"})
        )
    yield Resource(id="kit", kind="equipment", mode="pooled", capacity=4, units=("k1", "k2", "k3", "k4"))


def rules(activities: list[Activity], plan: list[Placement]) -> Iterator[Rule]:
    """Yield every registered rule with everything in it."""
    workshops, trainers, parts = (
        [f"{letter}{i}" for i in range(n)] for letter, n in (("w", WORKSHOPS), ("t", TRAINERS), ("g", PARTS))
    )
    requests = [f"r{i}" for i in range(REQUESTS)]
    daytime = [(day + 96, day + 250) for day in WORKDAYS]
    limits = [
        {"resources": parts, "period": "day", "measure": "contact_minutes", "limit": 450},
        {"resources": parts, "period": "week", "measure": "contact_minutes", "limit": 1620},
        {"resources": trainers, "period": "week", "measure": "clock_slots", "limit": 432},
        {"resources": trainers, "period": "horizon", "measure": "contact_minutes", "limit": 60_000},
    ]
    firsts, lasts = ([a.id for a in found] for found in (activities[:REQUESTS], activities[-REQUESTS:]))
    whole = [f"r{i}" for i in range(0, REQUESTS, 5)]
    params: dict[str, Any] = {
        "no_overlap": {"resources": [w for i, w in enumerate(workshops) if i % 6]},
        "capacity": {"resources": [*workshops, "kit"]},
        "presence": {"resources": [*trainers, *parts], "host_buffers": True},
        "competence": {
            "needs": [
                {"requests": [request], "role": role, "tags": []}
                for request in requests
                for role in ("room", "trainer")
            ]
        },
        "availability": {
            "calendars": [
                {"resources": [name], "windows": daytime} for name in (*workshops, *trainers, *parts)
            ]
        },
        "terms": {
            "terms": [
                {"resource": w, "tags": ["of:c1", "of:c2"], "windows": daytime, "week_limit_slots": 2000}
                for w in workshops
            ]
        },
        "allowed_time": {"masks": [{"requests": [r], "windows": daytime} for r in requests]},
        "precedence": {"sequences": [{"stages": [[a], [b]]} for a, b in zip(firsts, lasts, strict=True)]},
        "max_load": {"limits": limits},
        "minors": {
            "resources": parts,
            "employer_day_slots": 84,
            "employer_week_slots": 420,
            "hazard_day_slots": 60,
            "night": [264, 72],
            "employer_weekends": True,
        },
        "min_gap": {"requests": requests, "min_slots": 1, "one_a_day": True},
        "away_town": {"resources": [*trainers, *parts], "limit": 2},
        "pin": {
            "pins": [
                {"activity": p.activity, "meetings": p.meetings, "resources": p.resources} for p in plan[::10]
            ]
        },
        "all_or_none": {"requests": whole},
        "travel_limit": {"limits": [{"requests": [r], "home": "a0", "limit_slots": 100} for r in requests]},
        "same_place": {"all": True},
        "relation": {
            "relations": [
                {
                    "requests": requests,
                    "each_chain": True,
                    "following": True,
                    "relation": "days_within",
                    "limit": 999,
                }
            ]
        },
        "same_resource": {"sets": [{"requests": whole, "each_index": True, "role": "trainer"}]},
        "day_shape": {
            "shapes": [
                {"resources": [*trainers, *parts], "measure": "gaps", "period": "week", "at_most": 0},
                {"requests": requests, "each_chain": True, "measure": "used", "at_least": 1},
            ]
        },
        "concurrent": {"limits": [{"requests": requests, "windows": daytime, "at_most": 99}]},
        "rest": {"rests": [{"resources": [*trainers, *parts], "min_slots": 120}]},
        "stability": {"sets": [{"requests": requests, "each_chain": True, "role": "room"}]},
        "balance": {
            "portions": [
                {"resources": workshops, "period": "week", "measure": "contact_minutes", "limit": 900}
            ]
        },
        "makespan": {"all": True},
        "worth_journey": {
            "journeys": [{"resources": [*trainers, *parts], "from_slots": 12, "min_minutes": 80}]
        },
        "away_block": {"hostels": [{"resource": "kit"}]},
        "infrastructure": {
            "lists": [{"requests": requests, "season": "2027", "items": [{"equipment": "bench"}]}],
            "stocks": [{"resource": w, "pieces": {"bench": 12}} for w in workshops],
        },
        "guaranteed_share": {
            "guarantees": [
                {
                    "name": "share",
                    "owner": "only",
                    "competency": "competency:1",
                    "requests": whole,
                    "offered_minutes": 10**6,
                    "share_permille": 500,
                }
            ]
        },
        "coverage": {},
        "fair_share": {"participants": {f"c{i}": {"demand": 10**6, "entitlement": 10**6} for i in range(12)}},
        "travel": {},
        "preference": {"missed": [{"requests": whole, "penalty": 1}]},
        "change": {
            "previous": [
                {"activity": p.activity, "meetings": p.meetings, "resources": p.resources, "people": 12}
                for p in plan
            ]
        },
    }
    for kind in RULES:
        yield Rule(
            id=kind.kind,
            kind=kind.kind,
            params=params[kind.kind],
            weight=None if kind.stage == "hard" or kind.kind in HARD else 1,
        )


def people(rng: random.Random, letter: str, count: int, town: int, day: int, taken: set[str]) -> list[str]:
    """Return everybody who is in a town on a day and still free, in random order."""
    here = [f"{letter}{i}" for i in range(count) if (i + day) % TOWNS == town]
    return [name for name in rng.sample(here, len(here)) if name not in taken]


def make(sessions: int, rng: random.Random) -> tuple[Problem, Solution]:
    """Return a cluster and a valid plan: every day each person stays in one town."""
    found = tuple(resources(rng))
    times = tuple(TimeOption(meetings=((d + s, d + s + 18),)) for d in WORKDAYS for s in STARTS)
    cells = [(t, w) for t in range(len(times)) for w in range(WORKSHOPS)]
    activities: list[Activity] = []
    plan: list[Placement] = []
    taken: dict[int, set[str]] = {}
    for time_at, workshop in sorted(rng.sample(cells, sessions * 11 // 10)):
        at, day, busy = len(activities), time_at // len(STARTS), taken.setdefault(time_at, set())
        trainers = people(rng, "t", TRAINERS, workshop % TOWNS, day, busy)
        parts = people(rng, "g", PARTS, workshop % TOWNS, day, busy)[:3]
        if not trainers or len(parts) < 3 or at == sessions:
            continue
        busy.update((trainers[0], *parts))
        used = {"room": f"w{workshop}", "trainer": trainers[0]}
        used |= {f"learners:{i + 1}": part for i, part in enumerate(parts)}
        units = {}
        if at % 10 == 0:
            used["equipment"], units = "kit", {"equipment": (f"k{at // 10 % 4 + 1}",)}
        sets = {"room": "workshops", "trainer": "trainers", "equipment": "kit"}
        activities.append(
            Activity(
                id=f"x{at}",
                request=f"r{at % REQUESTS}",
                chain=f"r{at % REQUESTS}/1",
                index=at // REQUESTS,
                times="pairs",
                size=12,
                contact_minutes=90,
                requirements=tuple(
                    Requirement(
                        role=role, candidates=sets.get(role, name), amount=12 if role == "room" else 1
                    )
                    for role, name in used.items()
                ),
            )
        )
        plan.append(
            Placement(activity=f"x{at}", meetings=times[time_at].meetings, resources=used, units=units)
        )
    names = {
        "workshops": [f"w{i}" for i in range(WORKSHOPS)],
        "trainers": [f"t{i}" for i in range(TRAINERS)],
        "kit": ["kit"],
    } | {f"g{i}": [f"g{i}"] for i in range(PARTS)}
    ways = [[abs(a - b) * 6 for b in range(TOWNS)] for a in range(TOWNS)]
    problem = Problem(
        name="checker speed",
        grid=TimeGrid(weeks=WEEKS),
        places=tuple(Place(id=f"p{i}", area=f"a{i}") for i in range(TOWNS)),
        distances=Distances(
            areas=tuple(f"a{i}" for i in range(TOWNS)), slots=tuple(tuple(row) for row in ways)
        ),
        resources=found,
        option_sets={"pairs": times},
        candidate_sets={
            key: tuple(Candidate(resource=name) for name in members) for key, members in names.items()
        },
        requests=tuple(
            Request(id=f"r{i}", participant=f"c{i % 12}", priority="only") for i in range(REQUESTS)
        ),
        activities=tuple(activities),
        rules=tuple(rules(activities, plan)),
    )
    return problem, Solution(problem_sha256="", placements=tuple(plan))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("problem", type=Path, nargs="?")
    parser.add_argument("solution", type=Path, nargs="?")
    parser.add_argument("--sessions", type=int, default=4000)
    parser.add_argument("--times", type=int, default=5, help="repeat and take the best")
    options = parser.parse_args()
    if options.problem is not None and options.solution is not None:
        problem = load_problem(options.problem.read_bytes())
        plan = load_solution(options.solution.read_bytes())
    else:
        problem, plan = make(options.sessions, random.Random(1))
    begun = time.process_time()
    problem = load_problem(dump_problem(problem))
    print(f"writing and reading the problem: {time.process_time() - begun:.2f} s")
    best = float("inf")
    found: list[Any] = []
    for again in range(options.times):
        fresh = plan.model_copy()
        gc.collect()
        begun = time.process_time()
        found = check(problem, fresh, limit=10**9)
        terms = score(problem, fresh).terms
        seconds = time.process_time() - begun
        print(f"{'first' if again == 0 else 'next'}: {seconds:.3f} s")
        best = min(best, seconds)
    rules_read = len({rule.kind for rule in problem.rules})
    print(f"{rules_read} of {len(RULES)} kinds of rules, {len(found)} violations, {len(terms)} terms")
    print(f"{len(plan.placements) / best:,.0f} sessions a second")


if __name__ == "__main__":
    main()
