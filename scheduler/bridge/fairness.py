"""What each participant is entitled to, by its curriculum and never by what it asked for.

Source: 5.2-2; the share of the offered time of a contested competency by the curriculum hours of that
competency for the learners that a participant has this term.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from scheduler.bridge.demand import Asked, Demand
from scheduler.bridge.snapshot import ResourceFacts, Snapshot
from scheduler.bridge.supply import Supply
from scheduler.bridge.times import Times
from scheduler.bridge.when import guest_minutes
from scheduler.domain.bells import ACADEMIC_HOUR_MIN, PAIR_HOURS
from scheduler.domain.horizon import DAY_MIN
from scheduler.domain.intervals import Interval, inside, intersect, subtract
from scheduler.domain.kinds import KIND_BY_NAME

PAIR_MIN = PAIR_HOURS * ACADEMIC_HOUR_MIN
CURRICULUM_SESSIONS = frozenset({"study_practice"})
"""Kinds of session that curriculum hours are counted for; all others are entitled to what they ask for."""

Market: TypeAlias = tuple[int, frozenset[str]]
"""A competency and the kinds of place that its sessions compete for."""


@dataclass(frozen=True, slots=True)
class Share:
    """Learner-minutes that a participant asks for and is entitled to."""

    demand: int
    entitlement: int

    def params(self) -> dict[str, int]:
        """Return it as the rule takes it."""
        return {"demand": self.demand, "entitlement": self.entitlement}


def shares(snapshot: Snapshot, supply: Supply, demand: Demand) -> dict[str, Share]:
    """Return the share of every participant that asks, by code.

    Where a competency is contested, a participant is entitled to its part of what is offered, and to the
    time of its own places that it does not offer, whatever it asked for; where not, or where no
    curriculum holds the competency, to what it asked for.
    """
    times = Times(snapshot)
    markets: dict[Market, list[Asked]] = defaultdict(list)
    for asked in demand.asked:
        kinds = (
            name for name, kind in KIND_BY_NAME.items() if asked.request.session_kind in kind.session_kinds
        )
        markets[asked.request.competency_id, frozenset(kinds)].append(asked)
    demanded: dict[str, int] = defaultdict(int)
    entitled: dict[str, int] = defaultdict(int)
    for market, asking in sorted(markets.items(), key=lambda pair: (pair[0][0], sorted(pair[0][1]))):
        offered, own = _open_minutes(snapshot, supply, times, market, {a.participant for a in asking})
        curricular: dict[str, int] = defaultdict(int)
        for asked in asking:
            minutes = sum(activity.learner_minutes for activity in asked.activities)
            demanded[asked.participant] += minutes
            if asked.request.session_kind in CURRICULUM_SESSIONS:
                curricular[asked.participant] += minutes
            else:
                entitled[asked.participant] += minutes
                offered -= minutes
        for name, minutes in _entitled(snapshot, market[0], curricular, max(0, offered), own).items():
            entitled[name] += minutes
    return {name: Share(demanded[name], entitled[name]) for name in sorted(demanded)}


def _entitled(
    snapshot: Snapshot, competency_id: int, asked: dict[str, int], offered: int, own: dict[str, int]
) -> dict[str, int]:
    """Return what each participant that asks for curricular sessions of one market is entitled to."""
    weights = _weights(snapshot, competency_id)
    there_is = offered + sum(own.get(name, 0) for name in asked)
    contested_permille = snapshot.settings.number("fairness.contested_permille")
    if sum(asked.values()) * 1000 <= there_is * contested_permille or not weights:
        return dict(asked)
    total = sum(weights.values())
    return {name: offered * weights.get(name, 0) // total + own.get(name, 0) for name in asked}


def _weights(snapshot: Snapshot, competency_id: int) -> dict[str, int]:
    """Return learners × curriculum hours of a competency by participant."""
    found: dict[str, int] = defaultdict(int)
    for group in snapshot.groups.values():
        hours = group.curriculum.get(competency_id, 0)
        if hours:
            found[snapshot.participants[group.row.participant_id].code] += hours * group.size
    return dict(found)


def _open_minutes(
    snapshot: Snapshot, supply: Supply, times: Times, market: Market, asking: set[str]
) -> tuple[int, dict[str, int]]:
    """Return the workplace-minutes of a market that offers hold, and what owners that ask keep to themselves.

    Whole pairs count. The time of a place that serves several competencies is shared out among them in
    equal parts.
    """
    competency_id, kinds = market
    offered = 0
    own: dict[str, int] = defaultdict(int)
    for facts in supply.used():
        able = [id_ for id_ in facts.competencies if supply.able(facts, id_)]
        if facts.row.kind not in kinds or competency_id not in able:
            continue
        usable = supply.minutes(facts)
        open_ = intersect(usable, guest_minutes(snapshot, facts, 1))
        seats = max((offer.capacity for offer in facts.offers), default=0)
        pairs = _pairs(snapshot, times, facts, open_)
        limits = [offer.hours_per_week for offer in facts.offers]
        if limits and None not in limits:
            pairs = min(pairs, sum(filter(None, limits)) * snapshot.horizon.weeks // PAIR_HOURS)
        offered += pairs * PAIR_MIN * seats // len(able)
        if facts.owner.code in asking:
            kept = _pairs(snapshot, times, facts, subtract(usable, open_))
            own[facts.owner.code] += kept * PAIR_MIN * facts.subject.capacity // len(able)
    return offered, dict(own)


def _pairs(snapshot: Snapshot, times: Times, facts: ResourceFacts, windows: Iterable[Interval]) -> int:
    """Return how many whole pairs of the site's bells lie in windows of the horizon's minutes."""
    zone, bells = facts.site.timezone, times.bells(facts.site)
    by_day: dict[int, list[Interval]] = defaultdict(list)
    for start, end in windows:
        for day in range(start // DAY_MIN, (end - 1) // DAY_MIN + 1):
            by_day[day].append((start, end))
    found = 0
    for day, on in enumerate(snapshot.horizon.dates):
        midnight = day * DAY_MIN + snapshot.horizon.shift_min(zone, on)
        found += sum(inside((midnight + start, midnight + end), by_day[day]) for start, end in bells)
    return found
