"""Small random problems in which every rule can matter: an hour a slot, a week or two, three towns."""

import random
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from solver.checker import check
from solver.codec import sha256_of
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
from solver.solution import Placement, Reason, Solution, Unplaced

CLASSES = ("first", "second", "third")


def make(seed: int, most_activities: int = 8) -> Problem:
    """Return a problem that depends on the seed alone."""
    rng = random.Random(seed)
    weeks = rng.choice((1, 1, 2))
    rooms = [_room(rng, i) for i in range(rng.randint(1, 3))]
    trainers = [_trainer(rng, i) for i in range(rng.randint(1, 3))]
    parts = [_part(rng, i) for i in range(rng.randint(1, 3))]
    kits = [
        Resource(
            id="kit",
            kind="equipment",
            mode="pooled",
            capacity=3,
            units=("k1", "k2", "k3"),
            cleanup_slots=rng.choice((0, 1)),
            tags=frozenset({"hazard:high"} if rng.random() < 0.3 else ()),
        )
    ]
    option_sets = {f"t{i}": _options(rng, weeks) for i in range(rng.randint(1, 3))}
    candidate_sets = {
        "rooms": _candidates(rng, rooms),
        "trainers": _candidates(rng, trainers),
        "kits": _candidates(rng, kits),
        **{p.id: (Candidate(resource=p.id),) for p in parts},
    }
    requests: list[Request] = []
    activities: list[Activity] = []
    while len(activities) < rng.randint(2, most_activities):
        request = Request(
            id=f"r{len(requests)}",
            participant=rng.choice("ab"),
            priority=rng.choice(CLASSES[: rng.randint(1, 3)]),
        )
        requests.append(request)
        activities += _chain(rng, request, option_sets, parts, most_activities - len(activities))
    problem = Problem(
        name=f"random {seed}",
        grid=TimeGrid(slot_minutes=60, slots_per_day=24, weeks=weeks),
        places=(Place(id="p1", area="north"), Place(id="p2", area="south"), Place(id="p3", area="south")),
        distances=Distances(
            areas=("north", "south", "west"), slots=((0, 2, 3), (2, 0, 1), (3, 1, 0)), within_area_slots=1
        ),
        resources=(*rooms, *trainers, *parts, *kits),
        option_sets=option_sets,
        candidate_sets=candidate_sets,
        priorities=CLASSES,
        requests=tuple(requests),
        activities=tuple(activities),
    )
    return problem.model_copy(update={"rules": tuple(_rules(rng, problem))})


def _room(rng: random.Random, i: int) -> Resource:
    return Resource(
        id=f"room{i}",
        kind="workshop",
        place=rng.choice(("p1", "p2", "p3")),
        mode=rng.choice(("exclusive", "exclusive", "pooled")),
        capacity=rng.choice((4, 6, 8)),
        setup_slots=rng.choice((0, 0, 1)),
        cleanup_slots=rng.choice((0, 0, 1)),
        tags=frozenset(rng.sample(("skill:a", "hazard:high", "host:employer"), rng.randint(0, 2))),
    )


def _trainer(rng: random.Random, i: int) -> Resource:
    return Resource(
        id=f"trainer{i}",
        kind="trainer",
        home=rng.choice((None, "north")),
        tags=frozenset(rng.sample(("skill:a", "skill:b"), rng.randint(0, 2))),
    )


def _part(rng: random.Random, i: int) -> Resource:
    return Resource(
        id=f"part{i}", kind="learners", size=rng.choice((3, 4)), home=rng.choice(("north", "west"))
    )


def _candidates(rng: random.Random, resources: Sequence[Resource]) -> tuple[Candidate, ...]:
    return tuple(Candidate(resource=r.id, penalty=rng.choice((0, 0, 2))) for r in resources)


def _options(rng: random.Random, weeks: int) -> tuple[TimeOption, ...]:
    found: dict[tuple[Interval, ...], TimeOption] = {}
    length = rng.choice((1, 2, 3))
    for _ in range(rng.randint(2, 6)):
        days = sorted(rng.sample(range(weeks * 7), rng.choice((1, 1, 1, 2))))
        start = rng.choice((7, 8, 9, 10, 12, 21))
        meetings = tuple((d * 24 + start, d * 24 + start + length) for d in days)
        found[meetings] = TimeOption(meetings=meetings, penalty=rng.choice((0, 0, 3)))
    return tuple(found.values())


def _chain(
    rng: random.Random,
    request: Request,
    option_sets: dict[str, Any],
    parts: Sequence[Resource],
    most: int,
) -> Iterator[Activity]:
    times = rng.choice(list(option_sets))
    chosen = rng.sample(list(parts), rng.randint(1, min(2, len(parts))))
    size = sum(p.size for p in chosen)
    needs = [Requirement(role="room", candidates="rooms", amount=size)]
    if rng.random() < 0.7:
        needs.append(Requirement(role="trainer", candidates="trainers"))
        if rng.random() < 0.2:
            needs.append(Requirement(role="trainer:2", candidates="trainers"))
    if rng.random() < 0.3:
        needs.append(Requirement(role="equipment", candidates="kits", amount=rng.randint(1, 2)))
    needs += [Requirement(role=f"learners:{i}", candidates=p.id) for i, p in enumerate(chosen, 1)]
    for index in range(min(most, rng.randint(1, 3))):
        yield Activity(
            id=f"{request.id}/{index}",
            request=request.id,
            chain=request.id,
            index=index,
            times=times,
            size=size,
            contact_minutes=60,
            requirements=tuple(needs),
        )


def _rules(rng: random.Random, problem: Problem) -> Iterator[Rule]:
    def ids(*kinds: str, mode: str | None = None) -> list[str]:
        return [r.id for r in problem.resources if r.kind in kinds and mode in (None, r.mode)]

    def rule(kind: str, weight: int | None = None, **params: Any) -> Rule:
        return Rule(id=f"{kind}{rng.random()}", kind=kind, params=params, weight=weight)

    def windows() -> list[Interval]:
        found = []
        for day in range(problem.grid.weeks * 7):
            if rng.random() < 0.9:
                begin = rng.choice((7, 7, 9))
                found.append((day * 24 + begin, day * 24 + rng.choice((12, 16, 24))))
        return found or [(0, 24)]

    def some(found: Sequence[str]) -> list[str]:
        return rng.sample(list(found), rng.randint(1, len(found)))

    requests = [r.id for r in problem.requests]
    parts, trainers = ids("learners"), ids("trainer")
    yield rule("no_overlap", resources=ids("workshop", mode="exclusive"))
    yield rule("capacity", resources=ids("workshop", "equipment"))
    yield rule("presence", resources=parts)
    yield rule("presence", resources=trainers, host_buffers=rng.random() < 0.5)
    yield rule("coverage", 1, tolerance_permille=rng.choice((0, 20)))
    chance = rng.random
    if chance() < 0.3:
        role = rng.choice(("room", "trainer"))
        able = [r for r in requests if any(n.role == role for n in problem.activities_of[r][0].requirements)]
        if able:
            yield rule("competence", needs=[{"requests": some(able), "role": role, "tags": ["skill:a"]}])
    if chance() < 0.6:
        yield rule(
            "availability",
            calendars=[{"resources": some(ids("workshop", "trainer")), "windows": windows()}],
        )
    if chance() < 0.3:
        yield rule("allowed_time", masks=[{"requests": some(requests), "windows": windows()}])
    if chance() < 0.7:
        orders = []
        if len(requests) > 1 and chance() < 0.5:
            first, second = rng.sample(requests, 2)
            stages = [[a.id for a in problem.activities_of[r]] for r in (first, second)]
            orders.append({"stages": stages, "min_lag_slots": rng.choice((0, 3))})
        yield rule("precedence", sequences=orders, chains=chance() < 0.8)
    if chance() < 0.5:
        yield rule(
            "max_load",
            limits=[
                {"resources": parts, "period": "day", "measure": "contact_minutes", "limit": 120},
                {
                    "resources": trainers,
                    "period": "week",
                    "measure": "clock_slots",
                    "limit": rng.randint(2, 6),
                },
                {
                    "resources": parts,
                    "period": "horizon",
                    "measure": "activities",
                    "limit": rng.randint(2, 4),
                },
            ],
        )
    if chance() < 0.4:
        yield rule(
            "minors",
            resources=some(parts),
            employer_day_slots=2,
            employer_week_slots=4,
            hazard_day_slots=rng.choice((1, 3)),
            night=[22, 6],
        )
    if chance() < 0.4:
        yield rule("min_gap", requests=some(requests), min_slots=rng.choice((0, 4)), one_a_day=chance() < 0.5)
    if chance() < 0.4:
        yield rule("away_town", resources=some(parts + trainers), limit=1)
    if chance() < 0.2:
        yield rule("pin", pins=[_pin(rng, problem)])
    if chance() < 0.3:
        yield rule("all_or_none", requests=some(requests))
    if chance() < 0.3:
        yield rule(
            "travel_limit",
            limits=[{"requests": some(requests), "role": "room", "home": "north", "limit_slots": 1}],
        )
    if chance() < 0.2:
        yield rule("same_place", requests=some(requests))
    if chance() < 0.6:
        worth = {"a": 0, "b": 0}
        for activity in problem.activities:
            worth[problem.request_by_id[activity.request].participant] += activity.learner_minutes
        yield rule(
            "fair_share",
            1,
            participants={who: {"demand": w, "entitlement": w * 3 // 4} for who, w in worth.items()},
        )
    if chance() < 0.6:
        yield rule("travel", rng.choice((1, 3)))
    if chance() < 0.4:
        yield rule("preference", 1)


def _pin(rng: random.Random, problem: Problem) -> dict[str, Any]:
    activity = rng.choice(problem.activities)
    day = rng.randrange(5) * 24
    room = rng.choice(problem.candidate_sets["rooms"]).resource
    return {"activity": activity.id, "meetings": [[day + 9, day + 10]], "resources": {"room": room}}


def places_of(problem: Problem, activity: Activity) -> Iterator[Placement]:
    """Yield every placement of an activity that its options and candidates, or its pin, allow."""
    meetings = [o.meetings for o in problem.option_sets[activity.times]]
    candidates = {
        r.role: [c.resource for c in problem.candidate_sets[r.candidates]] for r in activity.requirements
    }
    for rule in problem.rules:
        if rule.kind == "pin" and rule.params["pins"][0]["activity"] == activity.id:
            pin = rule.params["pins"][0]
            meetings = [tuple((s, e) for s, e in pin["meetings"])]
            candidates["room"] = [pin["resources"]["room"]]
    for when in meetings:
        for chosen in product(*candidates.values()):
            yield Placement(
                activity=activity.id, meetings=when, resources=dict(zip(candidates, chosen, strict=True))
            )


def breaks(problem: Problem, placements: Sequence[Placement]) -> list[str]:
    """Say which rules a plan breaks; units are left aside."""
    there = {p.activity for p in placements}
    some = Reason(rule="search", code="not_found")
    solution = Solution(
        problem_sha256=sha256_of(problem),
        placements=tuple(placements),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=(some,)) for a in problem.activities if a.id not in there
        ),
    )
    return [f"{v.kind}.{v.code}" for v in check(problem, solution) if not v.code.startswith("unit")]
