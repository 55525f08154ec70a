"""What a session holds: its place, its claims, and whose yes they still need."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from scheduler.domain.horizon import local_of, parse_local, resolve
from scheduler.domain.kinds import KIND_BY_NAME
from scheduler.domain.study_weeks import in_weeks
from scheduler.persistence.tables.register import Participant, Site, Subject
from scheduler.persistence.tables.resources import Offer, Resource
from scheduler.persistence.transaction import Tx

LEARNERS = "learners"
"""Role of the claim on a learner group."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Holding:
    """A resource as far as claims on it go."""

    resource: Resource
    subject: Subject
    owner: Participant
    site: Site
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """A claim before it has a booking; instants are seconds of Unix time."""

    subject_id: int
    role: str
    amount: int
    units: tuple[str, ...]
    from_s: int
    until_s: int
    agreed: bool

    @property
    def extent(self) -> tuple[int, int, int, int, tuple[str, ...]]:
        """What an owner says yes to: the subject, how much of it, when."""
        return (self.subject_id, self.amount, self.from_s, self.until_s, self.units)


@dataclass(frozen=True, slots=True)
class SessionTime:
    """A session's time: wall clock with its zone, and the instants that they are."""

    starts_local: str
    ends_local: str
    timezone: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def at(cls, starts_local: str, ends_local: str, timezone: str) -> "SessionTime":
        """Return the time of wall clocks in a zone."""
        return cls(
            starts_local, ends_local, timezone, resolve(starts_local, timezone), resolve(ends_local, timezone)
        )


async def holdings(tx: Tx, resource_ids: Iterable[int]) -> dict[int, Holding]:
    """Return the resources with their subjects, owners, sites and open offers, by id."""
    wanted = sorted(set(resource_ids))
    found: dict[int, Holding] = {}
    for first in range(0, len(wanted), _CHUNK):
        ids = wanted[first : first + _CHUNK]
        offers: dict[int, list[Offer]] = defaultdict(list)
        for offer in await tx.session.scalars(
            select(Offer).where(Offer.resource_id.in_(ids), Offer.state == "open").order_by(Offer.id)
        ):
            offers[offer.resource_id].append(offer)
        rows = await tx.session.execute(
            select(Resource, Subject, Participant, Site)
            .join(Subject, Subject.id == Resource.id)
            .join(Participant, Participant.id == Resource.owner_id)
            .join(Site, Site.id == Resource.site_id)
            .where(Resource.id.in_(ids))
        )
        for resource, subject, owner, site in rows:
            found[resource.id] = Holding(resource, subject, owner, site, tuple(offers[resource.id]))
    return found


def covering_offers(holding: Holding, time: SessionTime, amount: int) -> list[Offer]:
    """Return the offers that open so much of a resource for the whole of that time.

    Windows are wall clock of the resource's site; a session over midnight is in none of them.
    """
    zone = holding.site.timezone
    start = parse_local(local_of(time.starts_at, zone))
    begin = start.hour * 60 + start.minute
    end = begin + int((time.ends_at - time.starts_at) / timedelta(minutes=1))
    return [
        offer
        for offer in holding.offers
        if offer.capacity >= amount
        and offer.valid_from <= start.date() <= (offer.valid_until or date.max)
        and in_weeks(start.date(), offer.odd_weeks)
        and any(
            weekday == start.weekday() and opens <= begin and end <= closes
            for weekday, opens, closes in offer.windows
        )
    ]


def is_agreed(holding: Holding, participant_id: int, time: SessionTime, amount: int) -> bool:
    """Return whether no more yes is needed: the owner's own use, or one under a standing offer."""
    if holding.owner.id == participant_id:
        return True
    return any(offer.consent == "standing" for offer in covering_offers(holding, time, amount))


def claim_drafts(
    uses: Sequence[Mapping[str, Any]],
    resources: Mapping[int, Holding],
    time: SessionTime,
    participant_id: int,
    group_id: int | None,
    learners: int,
) -> list[ClaimDraft]:
    """Return what a session claims: its resources with set-up and clean-up, and its learners.

    Parameters
    ----------
    uses
        ``{role, resource_id, amount, units}`` of every resource.
    learners
        How many of the group are there.
    """
    start, end = int(time.starts_at.timestamp()), int(time.ends_at.timestamp())
    found = []
    for use in uses:
        holding = resources[use["resource_id"]]
        found.append(
            ClaimDraft(
                subject_id=holding.resource.id,
                role=use["role"],
                amount=use["amount"],
                units=tuple(use["units"]),
                from_s=start - holding.resource.setup_min * 60,
                until_s=end + holding.resource.cleanup_min * 60,
                agreed=is_agreed(holding, participant_id, time, use["amount"]),
            )
        )
    if group_id is not None and learners:
        found.append(ClaimDraft(group_id, LEARNERS, learners, (), start, end, True))
    return found


def place_of(uses: Sequence[Mapping[str, Any]], resources: Mapping[int, Holding]) -> Holding | None:
    """Return the resource that gives the place: the first that stands somewhere."""
    for use in uses:
        holding = resources[use["resource_id"]]
        if KIND_BY_NAME[holding.resource.kind].role == "room":
            return holding
    return None
