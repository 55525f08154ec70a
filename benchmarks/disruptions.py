"""Disruptions of a running plan, drawn by a seed: what happens to a cluster in the middle of a term.

A disruption turns a problem with its plan into the problem as it is afterwards; the plan stays as people
know it. Kinds: a room out for a day or two weeks, a trainer ill, a mentor withdrawn (fewer places at a host
that shares them), an employer recalling a slot, a participant leaving, a group asking for one session more.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from solver.problem import Activity, Interval, Problem, Resource, Rule
from solver.solution import Solution

FREEZE_DAYS = 7


class Disruption(NamedTuple):
    """What happened, the problem since then, and the slot until which everything else is frozen."""

    kind: str
    what: str
    problem: Problem
    freeze_until_slot: int


def kinds() -> tuple[str, ...]:
    """Return the kinds of disruption."""
    return tuple(_KINDS)


def sample(problem: Problem, plan: Solution, count: int, seed: int) -> Iterator[Disruption]:
    """Yield so many disruptions that change something, the kinds in turn."""
    rng = random.Random(seed)
    found = 0
    while found < count:
        kind = kinds()[found % len(_KINDS)]
        for _ in range(50):
            disruption = draw(problem, plan, kind, rng)
            if disruption is not None:
                yield disruption
                break
        found += 1


def draw(problem: Problem, plan: Solution, kind: str, rng: random.Random) -> Disruption | None:
    """Return a disruption of a kind, None when the one drawn touches nothing."""
    day = problem.grid.slots_per_day
    days = sorted({start // day for p in plan.placements for start, _ in p.meetings})
    at = rng.choice(days[: max(1, len(days) * 3 // 4)])
    made = _KINDS[kind](problem, plan, at, rng)
    if made is None:
        return None
    what, after = made
    # It is told on its day: what begins within a week of it stays, unless it is hit itself.
    return Disruption(kind, f"{what}, day {at}", after, (at + FREEZE_DAYS) * day)


def _room_day(problem: Problem, plan: Solution, at: int, rng: random.Random) -> tuple[str, Problem] | None:
    return _room(problem, plan, at, 1, rng)


def _room_fortnight(
    problem: Problem, plan: Solution, at: int, rng: random.Random
) -> tuple[str, Problem] | None:
    return _room(problem, plan, at, 14, rng)


def _room(
    problem: Problem, plan: Solution, at: int, days: int, rng: random.Random
) -> tuple[str, Problem] | None:
    rooms = [r for r in problem.resources if r.place is not None and "host:employer" not in r.tags]
    return _out(problem, plan, rooms, at, days, rng, "room out")


def _trainer_ill(problem: Problem, plan: Solution, at: int, rng: random.Random) -> tuple[str, Problem] | None:
    people = [r for r in problem.resources if r.place is None and not r.size and r.mode == "exclusive"]
    return _out(problem, plan, people, at, rng.choice((1, 3, 5, 10)), rng, "trainer ill")


def _slot_recalled(
    problem: Problem, plan: Solution, at: int, rng: random.Random
) -> tuple[str, Problem] | None:
    hosts = _employers(problem) or [r for r in problem.resources if r.place is not None]
    return _out(problem, plan, hosts, at, 1, rng, "slot recalled")


def _mentor_withdrawn(
    problem: Problem, plan: Solution, at: int, rng: random.Random
) -> tuple[str, Problem] | None:
    used = _used(
        problem, plan, [r for r in _employers(problem) if r.mode == "pooled" and r.capacity > 1], at, 400
    )
    if not used:
        return None
    host = rng.choice(used)
    left = max(1, host.capacity - rng.choice((2, 3)))
    smaller = host.model_copy(update={"capacity": left, "units": host.units[:left]})
    resources = tuple(smaller if r.id == host.id else r for r in problem.resources)
    return f"mentor withdrawn at {host.id}: {left} places", problem.model_copy(
        update={"resources": resources}
    )


def _participant_leaves(
    problem: Problem, plan: Solution, at: int, rng: random.Random
) -> tuple[str, Problem] | None:
    """A participant's requests end, and its rooms close with them: those that stand where only it learns."""
    participants = sorted({r.participant for r in problem.requests})
    if len(participants) < 2:
        return None
    who = rng.choice(participants)
    gone = {r.id for r in problem.requests if r.participant == who}
    left = {a.id for a in problem.activities if a.request in gone}
    after = _without(problem, gone | {who}, left)
    owned = [r for r in problem.resources if r.owner == who and r.place is not None]
    if not owned:
        owned = [r for r in problem.resources if r.place == f"site{who.removeprefix('college')}"]
    for resource in owned:
        after = _closed(after, resource.id, at * problem.grid.slots_per_day, problem.grid.horizon_slots)
    return f"{who} leaves with {len(owned)} rooms", after


def _one_more(problem: Problem, plan: Solution, at: int, rng: random.Random) -> tuple[str, Problem] | None:
    """A group that is placed whole asks for one session more of the same."""
    whole = {a.request for a in problem.activities} - {u.activity.partition("/")[0] for u in plan.unplaced}
    models = [
        a
        for a in problem.activities
        if a.request in whole and problem.request_by_id[a.request].partial and a.contact_minutes < 600
    ]
    if not models:
        return None
    like = rng.choice(models)
    last = max((a for a in problem.activities if a.chain == like.chain), key=lambda a: a.index)
    more = last.model_copy(update={"id": f"{last.id}+1", "index": last.index + 1})
    activities: list[Activity] = []
    for activity in problem.activities:
        activities.append(activity)
        if activity.id == last.id:
            activities.append(more)
    return f"one more: {more.id}", problem.model_copy(update={"activities": tuple(activities)})


_KINDS: Mapping[str, Callable[[Problem, Solution, int, random.Random], tuple[str, Problem] | None]] = {
    "room_day": _room_day,
    "room_fortnight": _room_fortnight,
    "trainer_ill": _trainer_ill,
    "mentor_withdrawn": _mentor_withdrawn,
    "slot_recalled": _slot_recalled,
    "participant_leaves": _participant_leaves,
    "one_more": _one_more,
}


def _employers(problem: Problem) -> list[Resource]:
    return [r for r in problem.resources if "host:employer" in r.tags]


def _used(problem: Problem, plan: Solution, among: list[Resource], at: int, days: int) -> list[Resource]:
    """Return the resources that the plan uses within so many days."""
    day = problem.grid.slots_per_day
    lo, hi = at * day, (at + days) * day
    used = {
        name
        for p in plan.placements
        if any(start < hi and end > lo for start, end in p.meetings)
        for name in p.resources.values()
    }
    return [r for r in among if r.id in used]


def _out(
    problem: Problem, plan: Solution, among: list[Resource], at: int, days: int, rng: random.Random, word: str
) -> tuple[str, Problem] | None:
    used = _used(problem, plan, among, at, days)
    if not used:
        return None
    resource, day = rng.choice(used), problem.grid.slots_per_day
    after = _closed(problem, resource.id, at * day, (at + days) * day)
    return f"{word}: {resource.id} for {days} days", after


def _closed(problem: Problem, resource: str, lo: int, hi: int) -> Problem:
    """Return the problem in which a resource is not available within a stretch of time."""
    rules: list[Rule] = []
    done = False
    for rule in problem.rules:
        if rule.kind == "availability":
            rule = rule.model_copy(
                update={"params": {"calendars": list(_cut(rule.params, resource, lo, hi))}}
            )
            done = done or any(resource in c["resources"] for c in rule.params["calendars"])
        rules.append(rule)
    if not done:
        windows = [w for w in ((0, lo), (hi, problem.grid.horizon_slots)) if w[0] < w[1]]
        calendars = [{"resources": [resource], "windows": windows}]
        rules.append(Rule(id="availability:closed", kind="availability", params={"calendars": calendars}))
    return problem.model_copy(update={"rules": tuple(rules)})


def _cut(params: Mapping[str, Any], resource: str, lo: int, hi: int) -> Iterator[dict[str, Any]]:
    for calendar in params["calendars"]:
        if resource not in calendar["resources"]:
            yield dict(calendar)
            continue
        rest = [name for name in calendar["resources"] if name != resource]
        if rest:
            yield {**calendar, "resources": rest}
        windows: list[Interval] = []
        for start, end in calendar["windows"]:
            windows += [w for w in ((start, min(end, lo)), (max(start, hi), end)) if w[0] < w[1]]
        yield {"resources": [resource], "windows": windows}


def _without(problem: Problem, requests: set[str], activities: set[str]) -> Problem:
    """Return the problem without some requests; rules forget them and whatever else has gone."""
    gone = requests | activities
    return problem.model_copy(
        update={
            "requests": tuple(r for r in problem.requests if r.id not in requests),
            "activities": tuple(a for a in problem.activities if a.id not in activities),
            "rules": tuple(r.model_copy(update={"params": _forget(r.params, gone)}) for r in problem.rules),
        }
    )


def _forget(value: Any, gone: set[str]) -> Any:
    if isinstance(value, Mapping):
        return {k: _forget(v, gone) for k, v in value.items() if k not in gone}
    if isinstance(value, list | tuple):
        return [
            _forget(v, gone)
            for v in value
            if not (isinstance(v, str) and v in gone)
            and not (isinstance(v, Mapping) and v.get("activity") in gone)
        ]
    return value
