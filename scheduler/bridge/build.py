"""From a campaign's rows to its problem, the same bytes for the same rows."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.bridge.demand import Demand
from scheduler.bridge.labels import labels_of
from scheduler.bridge.places import distances_of, places_of, ways_between
from scheduler.bridge.ruleset import Ruleset
from scheduler.bridge.sessions import LEARNERS
from scheduler.bridge.snapshot import Published, Snapshot, read_snapshot
from scheduler.bridge.supply import Supply
from scheduler.bridge.times import Times
from scheduler.domain.horizon import SLOT_MIN
from scheduler.persistence.transaction import Tx
from solver.codec import dump_problem
from solver.problem import Activity, Candidate, Problem, Request, Rule, TimeGrid


@dataclass(frozen=True, slots=True)
class Keep:
    """What of the published timetable a new plan keeps.

    Attributes
    ----------
    published
        Its sessions cost when they move.
    freeze_until
        Sessions that begin before this day are pinned; None: none.
    repair
        They are repaired: none is pinned, and those that an outage took their place from are among them.
    """

    published: bool = False
    freeze_until: date | None = None
    repair: bool = False


NOTHING = Keep()


@dataclass(frozen=True, slots=True)
class BuiltProblem:
    """A problem with its canonical bytes and their SHA-256."""

    problem: Problem
    content: bytes
    sha256: str

    @property
    def keeps(self) -> bool:
        """Whether the problem names where published sessions are."""
        return any(rule.kind == "change" for rule in self.problem.rules)


async def build_problem(tx: Tx, campaign_id: int, keep: Keep = NOTHING) -> BuiltProblem:
    """Return a campaign's problem; the same rows and options give the same bytes.

    Raises
    ------
    NotFound
        There is no such campaign.
    Invalid
        A setting has a value that cannot be used.
    """
    snapshot = await read_snapshot(tx, campaign_id)
    return await asyncio.to_thread(assemble, snapshot, keep)


def assemble(snapshot: Snapshot, keep: Keep = NOTHING) -> BuiltProblem:
    """Return the problem of rows already read; takes a second or two of work at a region's size."""
    ways = ways_between(snapshot)
    supply = Supply(snapshot, ways)
    times = Times(snapshot)
    demand = Demand(snapshot, ways, supply, times)
    stock = sorted(demand.stock)
    resources = [*(supply.resource(facts, stock) for facts in supply.used()), *demand.learners()]
    ruleset = Ruleset(snapshot, ways, supply, demand, resources)
    parts = {r.id: (Candidate(resource=r.id),) for r in resources if r.kind == "learners"}
    towns = {snapshot.towns[snapshot.sites[f.row.site_id].town_id].code for f in supply.used()}
    homes = {resource.home for resource in resources if resource.home is not None}
    problem = Problem(
        name=snapshot.campaign.code,
        grid=TimeGrid(slot_minutes=SLOT_MIN, weeks=snapshot.horizon.weeks),
        places=places_of(snapshot, {facts.site.id for facts in supply.used()}),
        distances=distances_of(snapshot, ways, towns | homes),
        resources=tuple(resources),
        option_sets=times.sets,
        candidate_sets=supply.sets() | parts,
        priorities=demand.priorities or ("only",),
        requests=tuple(
            Request(
                id=asked.request.code,
                participant=asked.participant,
                priority=asked.priority,
                kind=asked.request.kind,
                partial=asked.request.partial,
            )
            for asked in demand.asked
        ),
        activities=tuple(activity for asked in demand.asked for activity in asked.activities),
        rules=tuple(ruleset.rules()),
        labels=labels_of(snapshot, supply, demand),
    )
    problem = _kept(snapshot, problem, keep)
    content = dump_problem(problem)
    return BuiltProblem(problem, content, hashlib.sha256(content).hexdigest())


def _kept(snapshot: Snapshot, problem: Problem, keep: Keep) -> Problem:
    """Return the problem with what it keeps of the published sessions."""
    if not (keep.published or keep.freeze_until or keep.repair):
        return problem
    known = snapshot.published
    if keep.repair:
        # What was given another place since then stands there.
        known = tuple({s.booking.key: s for s in (*snapshot.displaced, *snapshot.published)}.values())
    previous, pins = [], []
    for activity_id, entry in _placements(snapshot, problem, known, gone_too=keep.repair).items():
        if not keep.repair and keep.freeze_until is not None and entry["first_on"] < keep.freeze_until:
            pins.append({k: entry[k] for k in ("meetings", "resources")} | {"activity": activity_id})
        activity = problem.activity_by_id[activity_id]
        previous.append(
            {
                "activity": activity_id,
                "meetings": entry["meetings"],
                "resources": entry["resources"] | _learners(activity),
                "people": activity.size,
            }
        )
    rules = list(problem.rules)
    if pins:
        rules.append(Rule(id="pin", kind="pin", params={"pins": pins}))
    if previous and (keep.published or keep.repair):
        rules.append(Rule(id="change", kind="change", weight=1, params={"previous": previous}))
    return problem.model_copy(update={"rules": tuple(rules)})


def _learners(activity: Activity) -> dict[str, str]:
    """Return the parts of its group by role: each is the only candidate of its own set."""
    return {r.role: r.candidates for r in activity.requirements if r.role.startswith(LEARNERS)}


def _placements(
    snapshot: Snapshot, problem: Problem, known: Iterable[Published], *, gone_too: bool
) -> dict[str, dict[str, Any]]:
    """Return where the published sessions of activities that still exist stand, by activity.

    An activity is left out when a meeting, or unless `gone_too` one of its resources, is gone.
    """
    codes = {facts.row.id: facts.row.code for facts in snapshot.resources}
    meetings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    resources: dict[str, dict[str, str]] = {}
    first_on: dict[str, date] = {}
    broken: set[str] = set()
    for session in known:
        booking = session.booking
        assert booking.key is not None
        activity_id = booking.key.rpartition("/")[0]
        activity = problem.activity_by_id.get(activity_id)
        if activity is None:
            continue
        roles = {requirement.role for requirement in activity.requirements}
        used = {c.role: codes.get(c.subject_id) for c in session.claims if c.role in roles}
        if not gone_too and any(code not in problem.resource_by_id for code in used.values()):
            broken.add(activity_id)
        horizon = snapshot.horizon
        start = horizon.minute_of_instant(booking.starts_at) // SLOT_MIN
        end = -(-horizon.minute_of_instant(booking.ends_at) // SLOT_MIN)
        if not 0 <= start < end <= horizon.slots:
            broken.add(activity_id)
        meetings[activity_id].append((start, end))
        resources[activity_id] = {role: code for role, code in used.items() if code is not None}
        on = date.fromisoformat(booking.starts_local[:10])
        first_on[activity_id] = min(on, first_on.get(activity_id, on))
    return {
        activity_id: {
            "meetings": sorted(meetings[activity_id]),
            "resources": resources[activity_id],
            "first_on": first_on[activity_id],
        }
        for activity_id in sorted(meetings)
        if activity_id not in broken
    }
