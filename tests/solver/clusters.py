"""Small random clusters in which every rule matters, and valid plans for them by first fit."""

import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from typing import Any

from solver.checker import check
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
from solver.solution import Placement, Reason, Solution, Unplaced

DAY, WEEK, WEEKS = 96, 96 * 7, 3  # a quarter of an hour a slot
WORKDAYS = [week * WEEK + day * DAY for week in range(WEEKS) for day in range(5)]
ROOMS = ("w0", "w1", "w2", "w3", "w4")
TRAINERS = ("t0", "t1", "t2", "t3")
PARTS = ("g0", "g1", "g2", "g3")


def resources(rng: random.Random) -> Iterator[Resource]:
    """Yield rooms, stationary and movable equipment, trainers and parts of groups."""

    def room(name: str, place: str, capacity: int, *tags: str, mode: Any = "exclusive") -> Resource:
        return Resource(
            id=name,
            kind="workshop",
            place=place,
            capacity=capacity,
            mode=mode,
            tags=frozenset(tags),
            setup_slots=rng.randrange(2),
            cleanup_slots=rng.randrange(1, 3),
        )

    yield room("w0", "p0", 12, "skill", "area:north")
    yield room("w1", "p1", 10, "skill", "hazard:high", "area:south")
    yield room("w2", "p2", 12, "skill", "host:employer", "area:west", mode="pooled")
    yield room("w3", "p3", 12, "area:west")
    yield room("w4", "p4", 3, "skill", "area:north")
    for name, place, beds in (("h0", "p0", 3), ("h1", "p2", 6)):
        yield Resource(id=name, kind="hostel", place=place, mode="pooled", capacity=beds, setup_slots=40)
    for name, stands in (("e0", "p0"), ("e1", "p1"), ("e2", None)):
        yield Resource(
            id=name, kind="equipment", place=stands, mode="pooled", capacity=2, units=(f"{name}a", f"{name}b")
        )
    for name in TRAINERS:
        home = rng.choice(("north", "south", None))
        yield Resource(id=name, kind="trainer", home=home, tags=frozenset({"skill"} if name != "t3" else ()))
    for name in PARTS:
        tags = frozenset({"of:guest"} if name in {"g0", "g1"} else ())
        yield Resource(id=name, kind="learners", home="north", size=rng.randrange(4, 7), tags=tags)


def options(rng: random.Random, lengths: tuple[int, ...] = (6, 8)) -> tuple[TimeOption, ...]:
    """Return starts in the daytime of working days."""
    starts = {(day + slot, rng.choice(lengths)) for day in WORKDAYS for slot in rng.sample(range(32, 64), 3)}
    return tuple(
        TimeOption(meetings=((start, start + length),), penalty=rng.randrange(3))
        for start, length in sorted(starts)
    )


def activities(rng: random.Random, sizes: dict[str, int]) -> Iterator[Activity]:
    """Yield three chains of modules, a whole request with equipment, and an internship."""

    def activity(request: str, chain: str, index: int, part: str, times: str, *roles: str) -> Activity:
        sets = {"room": "rooms", "equipment": "tools", "trainer": "trainers", "learners:1": part}
        sets["stay"] = "beds"
        return Activity(
            id=f"{chain}/{index}",
            request=request,
            chain=chain,
            index=index,
            times=times,
            size=sizes[part],
            contact_minutes=rng.choice((90, 95, 100)),
            requirements=tuple(
                Requirement(
                    role=role, candidates=sets[role], amount=sizes[part] if role in ("room", "stay") else 1
                )
                for role in ("room", *roles, "learners:1")
            ),
        )

    for at in range(3):
        for index in range(4):
            yield activity(f"r{at}", f"r{at}/1", index, rng.choice(PARTS), f"times{at}", "trainer")
    for index in range(3):
        yield activity("r3", f"r3/{index}", 0, f"g{index}", "times0", "equipment", "trainer")
    yield activity("r4", "r4/1", 0, "g3", "blocks", "trainer", "stay")


def structures(rule: Callable[..., Rule]) -> Iterator[Rule]:
    """Yield the rules about pairs, days and counts, hard ones and a soft one."""
    related = [
        {
            "requests": ["r0"],
            "each_chain": True,
            "following": True,
            "relation": "days_within",
            "limit": 9,
        },
        {"activities": ["r1/1/0", "r2/1/0"], "relation": "not_overlap"},
    ]
    yield rule("relation", relations=related)
    alike = [
        {"requests": ["r2"], "each_chain": True, "role": "trainer"},
        {"activities": ["r0/1/0", "r2/1/0"], "role": "room", "same": False},
    ]
    yield rule("same_resource", sets=alike)
    steady = [
        {"requests": ["r1"], "role": "room", "at_most": 2},
        {"requests": ["r0"], "role": "trainer", "at_most": 2},
    ]
    yield rule("stability", sets=steady)
    shapes = [
        {"resources": PARTS, "measure": "gaps", "at_most": 30},
        {"resources": TRAINERS, "measure": "used", "period": "week", "at_most": 3},
    ]
    yield rule("day_shape", shapes=shapes)
    compact = [{"resources": [*PARTS, *TRAINERS], "measure": "gaps", "at_most": 0}]
    yield rule("day_shape", weight=2, shapes=compact).model_copy(update={"id": "rule-compact"})
    noon = [(day + 46, day + 50) for day in WORKDAYS]
    at_once = [
        {"requests": ["r0", "r1", "r2"], "windows": [(0, WEEKS * WEEK)], "at_most": 3},
        {"requests": ["r2"], "windows": noon, "at_most": 1},
    ]
    yield rule("concurrent", limits=at_once)
    yield rule("rest", rests=[{"resources": [*TRAINERS, *PARTS], "min_slots": 52}])
    journeys = [{"resources": TRAINERS, "from_slots": 6, "min_minutes": 90}]
    yield rule("worth_journey", journeys=journeys)
    portions = [
        {"resources": ["w0", "w1", "w3"], "period": "week", "measure": "clock_slots", "limit": 24},
        {"resources": TRAINERS, "together": True, "period": "day", "measure": "activities", "limit": 4},
    ]
    yield rule("balance", portions=portions)


def rules(rng: random.Random, pinned: Activity, pinned_at: TimeOption) -> Iterator[Rule]:
    """Yield every hard rule, with limits that bind, and every soft one."""

    def rule(kind: str, weight: int | None = None, **params: Any) -> Rule:
        return Rule(id=f"rule-{kind}", kind=kind, weight=weight, params=params)

    daytime = [(day + 30, day + 80) for day in WORKDAYS]
    people = [*TRAINERS, *PARTS]
    modules = ["r0", "r1", "r2"]
    yield rule("no_overlap", resources=["w0", "w1", "w3", "w4"])
    yield rule("capacity", resources=[*ROOMS, "e0", "e1", "e2"])
    yield rule("presence", resources=TRAINERS, host_buffers=True)
    yield rule("presence", resources=PARTS).model_copy(update={"id": "rule-presence-learners"})
    needs = [
        {"requests": modules, "role": "trainer", "tags": ["skill"]},
        {"requests": ["r0", "r1"], "role": "room", "tags": ["skill"]},
        {"requests": ["r4"], "role": "room", "tags": ["host:employer"]},
    ]
    yield rule("competence", needs=needs)
    yield rule("availability", calendars=[{"resources": [*ROOMS, *TRAINERS], "windows": daytime}])
    terms = [{"resource": "w0", "tags": ["of:guest"], "windows": daytime, "week_limit_slots": 14}]
    yield rule("terms", terms=terms)
    allowed = [(day + 32, day + 78) for day in WORKDAYS]
    yield rule("allowed_time", masks=[{"requests": [*modules, "r3"], "windows": allowed}])
    order = {"stages": [["r0/1/0"], ["r3/0/0"]], "min_lag_slots": rng.randrange(1, 5)}
    yield rule("precedence", sequences=[order])
    limits = [
        {"resources": PARTS, "period": "day", "measure": "contact_minutes", "limit": 200},
        {"resources": TRAINERS, "period": "week", "measure": "activities", "limit": 4},
        {"resources": TRAINERS, "period": "horizon", "measure": "clock_slots", "limit": 100},
    ]
    yield rule("max_load", limits=limits)
    yield rule(
        "minors",
        resources=PARTS,
        employer_day_slots=28,
        employer_week_slots=60,
        hazard_day_slots=16,
        night=[88, 24],
    )
    yield rule("min_gap", requests=modules, min_slots=rng.randrange(20, 40), one_a_day=True)
    yield rule("away_town", resources=people, limit=1)
    pin = {"activity": pinned.id, "meetings": pinned_at.meetings, "resources": {"room": "w1"}}
    yield rule("pin", pins=[pin])
    yield rule("all_or_none", requests=["r3"])
    limit = {"requests": ["r0", "r3"], "home": "north", "limit_slots": 4}
    yield rule("travel_limit", limits=[limit])
    yield rule("same_place", requests=["r3"])
    hostels = [
        {"resource": "h0", "elsewhere": ["area:south", "area:west"]},
        {"resource": "h1", "elsewhere": ["area:north", "area:south"]},
    ]
    yield rule("away_block", hostels=hostels, blocks=[{"requests": ["r4"], "nights": 2}])
    benches = {"w0": 12, "w1": 10, "w2": 12, "w3": 2, "w4": 3}
    yield rule(
        "infrastructure",
        lists=[{"requests": ["r0", "r1"], "season": "2027", "items": [{"equipment": "bench"}]}],
        stocks=[{"resource": name, "pieces": {"bench": count}} for name, count in benches.items()],
    )
    yield from structures(rule)
    yield rule("coverage", weight=1)
    shares = {"c0": {"demand": 4000, "entitlement": 3000}, "c1": {"demand": 2000, "entitlement": 5000}}
    yield rule("fair_share", weight=1, participants=shares)
    yield rule("travel", weight=2)
    yield rule("preference", weight=1)
    was = {
        "activity": pinned.id,
        "meetings": pinned_at.meetings,
        "resources": {"trainer": "t2"},
        "people": 6,
    }
    yield rule("change", weight=1, previous=[was])


def cluster(rng: random.Random) -> Problem:
    """Return a problem with all rules; its pinned session is the second one of the request ``r1``."""
    found = tuple(resources(rng))
    sizes = {r.id: r.size for r in found if r.size}
    option_sets = {f"times{at}": options(rng) for at in range(3)}
    option_sets["blocks"] = tuple(
        TimeOption(meetings=((day + 32, day + 48), (day + DAY + 32, day + DAY + 48)))
        for day in WORKDAYS
        if (day // DAY) % 7 < 4
    )
    wanted = tuple(activities(rng, sizes))
    pinned = next(a for a in wanted if a.id == "r1/1/1")
    near = rng.randrange(2, 5)
    names = {"rooms": ROOMS, "tools": ("e0", "e1", "e2"), "trainers": TRAINERS, "beds": ("h0", "h1")}
    names |= {p: (p,) for p in PARTS}
    return Problem(
        name="cluster",
        grid=TimeGrid(slot_minutes=15, slots_per_day=DAY, weeks=WEEKS),
        places=(
            Place(id="p0", area="north"),
            Place(id="p1", area="south"),
            Place(id="p2", area="west"),
            Place(id="p3", area="west"),
            Place(id="p4", area="north"),
        ),
        distances=Distances(
            areas=("north", "south", "west"),
            slots=((0, near, 6), (near, 0, 5), (6, 5, 0)),
            within_area_slots=1,
        ),
        resources=found,
        option_sets=option_sets,
        candidate_sets={
            key: tuple(Candidate(resource=name, penalty=rng.randrange(2)) for name in members)
            for key, members in names.items()
        },
        priorities=("first", "second"),
        requests=tuple(
            Request(
                id=f"r{at}",
                participant=f"c{at % 2}",
                priority=rng.choice(("first", "second")),
                partial=at != 3,
            )
            for at in range(5)
        ),
        activities=wanted,
        rules=tuple(rules(rng, pinned, rng.choice(option_sets[pinned.times]))),
    )


def solution(placements: dict[str, Placement], problem: Problem) -> Solution:
    """Return placements with everything else unplaced."""
    reason = Reason(rule="search", code="not_found")
    return Solution(
        problem_sha256="",
        placements=tuple(placements.values()),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=(reason,)) for a in problem.activities if a.id not in placements
        ),
    )


def ways(rng: random.Random, problem: Problem, activity: Activity) -> Iterator[Placement]:
    """Yield some placements of an activity in random order, the unit of equipment chosen at random too."""
    by_role = {
        r.role: [c.resource for c in problem.candidate_sets[r.candidates]] for r in activity.requirements
    }
    everything = list(product(*by_role.values()))
    times = problem.option_sets[activity.times]
    for option, chosen in zip(rng.choices(times, k=60), rng.choices(everything, k=60), strict=True):
        used = dict(zip(by_role, chosen, strict=True))
        units = {
            role: (rng.choice(problem.resource_by_id[name].units),)
            for role, name in used.items()
            if problem.resource_by_id[name].units
        }
        yield Placement(activity=activity.id, meetings=option.meetings, resources=used, units=units)


def first_fit(rng: random.Random, problem: Problem) -> Solution:
    """Return a valid plan: every activity where it first fits, the whole request and the pin first."""
    placed: dict[str, Placement] = {}
    whole = [a for a in problem.activities if a.request == "r3"]
    rest = [a for a in problem.activities if a.request != "r3"]
    rng.shuffle(rest)
    rest.sort(key=lambda a: (a.id != "r1/1/1", a.id != "r0/1/0"))
    pin = next(rule.params["pins"][0] for rule in problem.rules if rule.kind == "pin")
    for way in ways(rng, problem, problem.activity_by_id["r1/1/1"]):
        fixed = way.model_copy(
            update={"meetings": pin["meetings"], "resources": {**way.resources, **pin["resources"]}}
        )
        if not check(problem, solution({fixed.activity: fixed}, problem)):
            placed[fixed.activity] = fixed
            break
    alone = problem.model_copy(update={"rules": tuple(r for r in problem.rules if r.kind != "all_or_none")})
    trial = dict(placed)
    for activity in whole:
        for way in ways(rng, problem, activity):
            if not check(alone, solution({**trial, activity.id: way}, alone)):
                trial[activity.id] = way
                break
    if all(a.id in trial for a in whole):
        placed = trial
    for activity in rest:
        for way in ways(rng, problem, activity) if activity.id not in placed else ():
            if not check(problem, solution({**placed, activity.id: way}, problem)):
                placed[activity.id] = way
                break
    return solution(placed, problem)


@lru_cache(maxsize=64)
def planned(seed: int) -> tuple[Problem, Solution]:
    """Return a cluster and a valid plan for it."""
    rng = random.Random(seed)
    problem = cluster(rng)
    return problem, first_fit(rng, problem)
