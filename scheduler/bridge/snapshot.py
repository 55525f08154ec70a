"""All rows that a campaign's problem is made of, read in one go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from scheduler.domain.horizon import Horizon
from scheduler.domain.production_calendar import WorkCalendar
from scheduler.domain.settings import RegionSettings
from scheduler.persistence.queries.credits import credits_before
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.register import (
    Competency,
    CurriculumHours,
    EquipmentKind,
    GroupWeek,
    InfrastructureItem,
    InfrastructureList,
    LearnerGroup,
    Membership,
    Participant,
    Setting,
    Site,
    Subject,
    Town,
    TownDistance,
)
from scheduler.persistence.tables.requests import Campaign, Module, Programme, Request
from scheduler.persistence.tables.resources import (
    Availability,
    Offer,
    Resource,
    ResourceCompetency,
    ResourceFeature,
    ResourceUnit,
)
from scheduler.persistence.tables.timetable import DISPLACED, HOLDING_STATES, Booking, Claim
from scheduler.persistence.transaction import Tx

SCHEDULABLE = ("approved", "running")
"""States of a programme whose modules may be scheduled (3.2-5)."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim of a booking that this campaign does not replace."""

    from_at: datetime
    until_at: datetime
    town_id: int
    learners: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """A resource with all that belongs to it."""

    row: Resource
    subject: Subject
    owner: Participant
    site: Site
    competencies: dict[int, date | None]
    features: dict[int, int]
    units: tuple[str, ...]
    availability: tuple[Availability, ...]
    offers: tuple[Offer, ...]
    """Open ones, while the owner is in the campaign's cluster."""
    guests_until: date | None
    """Last day for guests, when the owner leaves the cluster."""
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A learner group with all that belongs to it."""

    row: LearnerGroup
    size: int
    site: Site
    weeks: dict[date, str]
    curriculum: dict[int, int]
    availability: tuple[Availability, ...]
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class ListInForce:
    """The infrastructure list of a competency when a campaign begins."""

    season: str
    items: tuple[tuple[int, int, int], ...]
    """Kind of equipment, pieces, for how many workplaces."""


@dataclass(frozen=True, slots=True)
class Published:
    """A session of this campaign in the live timetable."""

    booking: Booking
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows, by id where they are looked up."""

    campaign: Campaign
    settings: RegionSettings
    calendar: WorkCalendar
    horizon: Horizon
    towns: dict[int, Town]
    distances: tuple[TownDistance, ...]
    participants: dict[int, Participant]
    sites: dict[int, Site]
    competencies: dict[int, Competency]
    equipment_kinds: dict[int, EquipmentKind]
    infrastructure: dict[int, ListInForce]
    """By competency."""
    resources: tuple[ResourceFacts, ...]
    groups: dict[int, GroupFacts]
    requests: tuple[Request, ...]
    modules: dict[int, Module]
    published: tuple[Published, ...] = field(default=())
    displaced: tuple[Published, ...] = field(default=())
    """Sessions that were published and whose place an outage or a withdrawal took."""
    credits: dict[int, int] = field(default_factory=dict)
    """What earlier terms left owing to participants, in learner-minutes."""


async def read_snapshot(tx: Tx, campaign_id: int) -> Snapshot:
    """Return everything that the campaign's problem depends on, in an order that does not vary.

    Raises
    ------
    NotFound
        There is no such campaign.
    """
    campaign: Campaign = await get_row(tx, Campaign, campaign_id)
    settings = RegionSettings.effective(await _all(tx, select(Setting)), campaign.starts_on)
    horizon = Horizon.covering(campaign.starts_on, campaign.ends_on, campaign.timezone)
    participants = _by_id(await _all(tx, select(Participant)))
    sites = _by_id(await _all(tx, select(Site)))
    members = await _members(tx, campaign, participants)
    requests = await _requests(tx, campaign_id, members)
    modules = _by_id(await _all(tx, select(Module)))
    taken, published, displaced = await _booked(tx, campaign_id, horizon, sites)
    availability = _grouped(
        (row.subject_id, row) for row in await _all(tx, select(Availability).order_by(Availability.id))
    )
    return Snapshot(
        campaign=campaign,
        settings=settings,
        calendar=WorkCalendar.parse(settings.table("calendar")),
        horizon=horizon,
        towns=_by_id(await _all(tx, select(Town))),
        distances=tuple(await _all(tx, select(TownDistance))),
        participants=participants,
        sites=sites,
        competencies=_by_id(await _all(tx, select(Competency))),
        equipment_kinds=_by_id(await _all(tx, select(EquipmentKind))),
        infrastructure=await _infrastructure(tx, campaign.starts_on),
        resources=await _resources(tx, participants, sites, members, availability, taken),
        groups=await _groups(tx, campaign_id, requests, sites, availability, taken),
        requests=requests,
        modules=modules,
        published=published,
        displaced=displaced,
        credits=await credits_before(tx, campaign),
    )


async def _all(tx: Tx, statement: Any) -> Sequence[Any]:
    return (await tx.session.scalars(statement)).all()


def _by_id(rows: Sequence[Any]) -> dict[int, Any]:
    return {row.id: row for row in rows}


def _grouped(pairs: Any) -> dict[Any, tuple[Any, ...]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


async def _members(
    tx: Tx, campaign: Campaign, participants: dict[int, Participant]
) -> dict[int, date | None]:
    """Active participants of the campaign's cluster, with the day on which they leave it."""
    found: dict[int, date | None] = {}
    for row in await _all(tx, select(Membership).where(Membership.cluster_id == campaign.cluster_id)):
        joined = row.joined_on <= campaign.ends_on
        stays = row.left_on is None or row.left_on > campaign.starts_on
        if joined and stays and participants[row.participant_id].state == "active":
            known = found.get(row.participant_id, row.left_on)
            found[row.participant_id] = (
                None if row.left_on is None or known is None else max(known, row.left_on)
            )
    return found


async def _requests(tx: Tx, campaign_id: int, members: dict[int, date | None]) -> tuple[Request, ...]:
    statement = (
        select(Request)
        .outerjoin(Module, Module.id == Request.module_id)
        .outerjoin(Programme, Programme.id == Module.programme_id)
        .where(Request.campaign_id == campaign_id, Request.state == "submitted")
        .where(or_(Programme.id.is_(None), Programme.state.in_(SCHEDULABLE)))
    )
    rows = [row for row in await _all(tx, statement) if row.participant_id in members]
    # The order of arrival: what a plan of first come, first served goes by.
    return tuple(sorted(rows, key=lambda row: (row.submitted_at, row.code)))


async def _infrastructure(tx: Tx, on: date) -> dict[int, ListInForce]:
    """Return the newest list of every competency that holds on a day."""
    items = _grouped(
        (row.list_id, (row.equipment_kind_id, row.count, row.workplaces))
        for row in await _all(
            tx,
            select(InfrastructureItem)
            .join(EquipmentKind, EquipmentKind.id == InfrastructureItem.equipment_kind_id)
            .order_by(EquipmentKind.code),
        )
    )
    lists = select(InfrastructureList).where(InfrastructureList.valid_from <= on)
    ordered = lists.order_by(InfrastructureList.valid_from, InfrastructureList.season)
    return {
        row.competency_id: ListInForce(row.season, items.get(row.id, ()))
        for row in await _all(tx, ordered)
        if row.id in items
    }


async def _resources(
    tx: Tx,
    participants: dict[int, Participant],
    sites: dict[int, Site],
    members: dict[int, date | None],
    availability: dict[int, tuple[Availability, ...]],
    taken: dict[int, tuple[Taken, ...]],
) -> tuple[ResourceFacts, ...]:
    competencies = _grouped(
        (row.resource_id, (row.competency_id, row.valid_until))
        for row in await _all(tx, select(ResourceCompetency))
    )
    features = _grouped(
        (row.resource_id, (row.equipment_kind_id, row.count))
        for row in await _all(tx, select(ResourceFeature))
    )
    units = _grouped(
        (row.resource_id, row.label) for row in await _all(tx, select(ResourceUnit).order_by(ResourceUnit.id))
    )
    offers = _grouped(
        (row.resource_id, row)
        for row in await _all(tx, select(Offer).where(Offer.state == "open").order_by(Offer.code))
    )
    rows = await tx.session.execute(
        select(Resource, Subject).join(Subject, Subject.id == Resource.id).order_by(Resource.code)
    )
    return tuple(
        ResourceFacts(
            row=row,
            subject=subject,
            owner=participants[row.owner_id],
            site=sites[row.site_id],
            competencies=dict(competencies.get(row.id, ())),
            features=dict(features.get(row.id, ())),
            units=units.get(row.id, ()),
            availability=availability.get(row.id, ()),
            offers=offers.get(row.id, ()) if row.owner_id in members else (),
            guests_until=_day_before(members.get(row.owner_id)),
            taken=taken.get(row.id, ()),
        )
        for row, subject in rows
        if participants[row.owner_id].state == "active"
    )


def _day_before(on: date | None) -> date | None:
    return None if on is None else on - timedelta(days=1)


async def _groups(
    tx: Tx,
    campaign_id: int,
    requests: tuple[Request, ...],
    sites: dict[int, Site],
    availability: dict[int, tuple[Availability, ...]],
    taken: dict[int, tuple[Taken, ...]],
) -> dict[int, GroupFacts]:
    wanted = {request.group_id for request in requests}
    weeks = _grouped((row.group_id, (row.monday_on, row.kind)) for row in await _all(tx, select(GroupWeek)))
    hours = _grouped(
        (row.group_id, (row.competency_id, row.hours))
        for row in await _all(tx, select(CurriculumHours).where(CurriculumHours.campaign_id == campaign_id))
    )
    rows = await tx.session.execute(
        select(LearnerGroup, Subject.capacity)
        .join(Subject, Subject.id == LearnerGroup.id)
        .order_by(LearnerGroup.code)
    )
    return {
        row.id: GroupFacts(
            row=row,
            size=size,
            site=sites[row.site_id],
            weeks=dict(weeks.get(row.id, ())),
            curriculum=dict(hours.get(row.id, ())),
            availability=availability.get(row.id, ()),
            taken=taken.get(row.id, ()),
        )
        for row, size in rows
        if row.id in wanted or row.id in hours
    }


async def _booked(
    tx: Tx, campaign_id: int, horizon: Horizon, sites: dict[int, Site]
) -> tuple[dict[int, tuple[Taken, ...]], tuple[Published, ...], tuple[Published, ...]]:
    """Return what others hold within the horizon, by subject, and this campaign's own sessions.

    Last come those of them that hold nothing any more and need another place.
    """
    zone = ZoneInfo(horizon.timezone)
    first = datetime.combine(horizon.monday_on, time(), zone).astimezone(UTC)
    last = datetime.combine(horizon.monday_on + timedelta(days=horizon.days), time(), zone).astimezone(UTC)
    rows = await tx.session.execute(
        select(Booking, Claim, Request.campaign_id)
        .join(Claim, Claim.booking_id == Booking.id)
        .outerjoin(Request, Request.id == Booking.request_id)
        .where(Booking.state.in_((*HOLDING_STATES, DISPLACED)))
        .where(Booking.ends_at > first, Booking.starts_at < last)
        .order_by(Booking.key, Booking.id, Claim.role)
    )
    taken: dict[int, list[Taken]] = defaultdict(list)
    own: dict[int, tuple[Booking, list[Claim]]] = {}
    for booking, claim, campaign in rows:
        if booking.key is not None and campaign == campaign_id:
            own.setdefault(booking.id, (booking, []))[1].append(claim)
            continue
        if booking.state == DISPLACED:
            continue
        taken[claim.subject_id].append(
            Taken(
                datetime.fromtimestamp(claim.from_s, UTC),
                datetime.fromtimestamp(claim.until_s, UTC),
                sites[booking.site_id].town_id,
                (booking.learners_from, booking.learners_until),
            )
        )
    published, displaced = (
        tuple(Published(b, tuple(claims)) for b, claims in own.values() if (b.state == DISPLACED) is out)
        for out in (False, True)
    )
    return {subject: tuple(found) for subject, found in taken.items()}, published, displaced
