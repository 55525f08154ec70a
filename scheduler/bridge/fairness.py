"""What each participant is entitled to, by its curriculum and never by what it asked for; and each class.

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
from scheduler.domain.fairness import raise_of
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
    """Learner-minutes that a participant asks for and is entitled to; `raised` of these for earlier terms."""

    demand: int
    entitlement: int
    raised: int = 0

    def params(self) -> dict[str, int]:
        """Return it as the rule takes it."""
        return {"demand": self.demand, "entitlement": self.entitlement, "raised": self.raised}


class Markets:
    """Requests by what their sessions compete for, and the time that there is for them."""

    def __init__(self, snapshot: Snapshot, supply: Supply, demand: Demand) -> None:
        self._snapshot = snapshot
        self._supply = supply
        self._times = Times(snapshot)
        self._open: dict[Market, tuple[int, dict[str, int]]] = {}
        found: dict[Market, list[Asked]] = defaultdict(list)
        for asked in demand.asked:
            kinds = (
                name
                for name, kind in KIND_BY_NAME.items()
                if asked.request.session_kind in kind.session_kinds
            )
            found[asked.request.competency_id, frozenset(kinds)].append(asked)
        self.asking = dict(sorted(found.items(), key=lambda pair: (pair[0][0], sorted(pair[0][1]))))

    def open_minutes(self, market: Market) -> tuple[int, dict[str, int]]:
        """Return workplace-minutes that offers hold, and what owners that ask keep to themselves."""
        if market not in self._open:
            asking = {asked.participant for asked in self.asking[market]}
            self._open[market] = _open_minutes(self._snapshot, self._supply, self._times, market, asking)
        return self._open[market]


def shares(snapshot: Snapshot, markets: Markets) -> dict[str, Share]:
    """Return the share of every participant that asks, by code.

    Where a competency is contested, a participant is entitled to its part of what is offered, and to the
    time of its own places that it does not offer, whatever it asked for; where not, or where no
    curriculum holds the competency, to what it asked for. What earlier terms left owing comes on top.
    """
    demanded: dict[str, int] = defaultdict(int)
    entitled: dict[str, int] = defaultdict(int)
    for market, asking in markets.asking.items():
        offered, own = markets.open_minutes(market)
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
    most_permille = snapshot.settings.number("fairness.credit_raise_permille")
    owed = {snapshot.participants[id_].code: credit for id_, credit in snapshot.credits.items()}
    found = {}
    for name in sorted(demanded):
        raised = raise_of(entitled[name], owed.get(name, 0), most_permille)
        found[name] = Share(demanded[name], entitled[name] + raised, raised)
    return found


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
