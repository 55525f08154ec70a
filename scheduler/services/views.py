"""What a page shows at a glance: a week of resources, a trainer's week, a campaign, a request's outcome."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, func, or_, select

from scheduler import policy
from scheduler.domain.availability import open_minutes
from scheduler.domain.booking import BookingView
from scheduler.domain.horizon import DAY_MIN, Horizon, monday_of
from scheduler.domain.intervals import intersect, union
from scheduler.domain.model import Ref
from scheduler.domain.production_calendar import WorkCalendar
from scheduler.domain.resource import ResourceView
from scheduler.domain.week import (
    CampaignProgress,
    OpenWindow,
    ParticipantProgress,
    TimelineOwner,
    TimelineRow,
    TimelineTown,
    TrainerWeek,
    WeekTimeline,
)
from scheduler.errors import FieldError, Invalid, NotFound
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.register import (
    Cluster,
    Membership,
    Participant,
    Site,
    Subject,
    Town,
    TownDistance,
)
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.persistence.tables.resources import Availability, Resource, ResourceCompetency
from scheduler.persistence.tables.timetable import DISPLACED, HOLDING_STATES, Booking, Claim, Version
from scheduler.persistence.transaction import Tx
from scheduler.services.booking_views import booking_views
from scheduler.services.region_settings import region_settings
from scheduler.services.request_outcome import request_outcome, request_outcomes
from scheduler.services.resources import resource_views

__all__ = [
    "campaign_progress",
    "default_week",
    "request_outcome",
    "request_outcomes",
    "trainer_week",
    "week_timeline",
]

SHOWN_STATES = (*HOLDING_STATES, DISPLACED)
FIRST_YEAR, LAST_YEAR = 1900, 2999
_WEEK = timedelta(weeks=1)
_CHUNK = 500


async def default_week(tx: Tx, campaign_id: int | None = None) -> date:
    """Return the Monday of the week that a page without a date opens at.

    This week if the published timetable covers today, else its first week with sessions; without any
    sessions this week.
    """
    policy.require(tx.actor, "booking.read")
    today = tx.clock.now().date()
    local_day = func.substr(Booking.starts_local, 1, 10)
    statement = select(func.min(local_day), func.max(local_day)).where(Booking.state.in_(SHOWN_STATES))
    if campaign_id is not None:
        versions = select(Version.id).where(Version.campaign_id == campaign_id)
        statement = statement.where(Booking.version_id.in_(versions))
    first, last = (await tx.session.execute(statement)).one()
    if first is None:
        return monday_of(today)
    first_monday, last_monday = monday_of(date.fromisoformat(first)), monday_of(date.fromisoformat(last))
    return monday_of(today) if first_monday <= monday_of(today) <= last_monday else first_monday


async def week_timeline(
    tx: Tx,
    monday_on: date,
    *,
    cluster_id: int | None = None,
    town_id: int | None = None,
    competency_id: int | None = None,
    kind: str | None = None,
    owner_id: int | None = None,
) -> WeekTimeline:
    """Return the week of the resources that pass all filters, grouped by town and owner.

    Parameters
    ----------
    monday_on
        Any day of the week.
    cluster_id
        Resources of the cluster's present members.
    """
    policy.require(tx.actor, "booking.read")
    monday_on = _week_of(monday_on)
    statement = (
        select(Resource, Subject)
        .join(Subject, Subject.id == Resource.id)
        .join(Site, Site.id == Resource.site_id)
        .join(Town, Town.id == Site.town_id)
        .join(Participant, Participant.id == Resource.owner_id)
        .where(Resource.retired_on.is_(None) | (Resource.retired_on > monday_on))
        .order_by(Town.name, Participant.short_name, Resource.kind.desc(), Resource.name, Resource.id)
    )
    if cluster_id is not None:
        statement = statement.where(Resource.owner_id.in_(_members(cluster_id, monday_on)))
    if town_id is not None:
        statement = statement.where(Site.town_id == town_id)
    if competency_id is not None:
        able = select(ResourceCompetency.resource_id).where(ResourceCompetency.competency_id == competency_id)
        statement = statement.where(Resource.id.in_(able))
    if kind is not None:
        statement = statement.where(Resource.kind == kind)
    if owner_id is not None:
        statement = statement.where(Resource.owner_id == owner_id)
    resources = [(row[0], row[1]) for row in await tx.session.execute(statement)]
    views = await resource_views(tx, resources)
    bookings = await _bookings_of(tx, [view.id for view in views], monday_on)
    calendar = await _calendar(tx, monday_on)
    windows = await _open_windows(tx, [row for row, _ in resources], monday_on, calendar)
    rows = [TimelineRow(resource=v, open=windows[v.id], bookings=tuple(bookings[v.id])) for v in views]
    return WeekTimeline(
        monday_on=monday_on,
        previous_on=monday_on - _WEEK,
        next_on=monday_on + _WEEK,
        holidays=tuple(
            on for on in Horizon(monday_on, 1, "UTC").dates if calendar.is_holiday(on, days_per_week=6)
        ),
        towns=_grouped(rows),
    )


async def trainer_week(tx: Tx, monday_on: date, resource_id: int | None = None) -> TrainerWeek:
    """Return a trainer's week; `resource_id` None: of the trainer that the actor is.

    Raises
    ------
    NotFound
        There is no such trainer, or the actor is none.
    """
    policy.require(tx.actor, "booking.read")
    monday_on = _week_of(monday_on)
    statement = select(Resource, Subject).join(Subject, Subject.id == Resource.id)
    if resource_id is not None:
        statement = statement.where(Resource.id == resource_id)
    else:
        # Without the second condition nobody's week would be that of a trainer who is nobody yet.
        statement = statement.where(Resource.person_id == tx.actor.person_id, Resource.person_id.is_not(None))
    row = (await tx.session.execute(statement.where(Resource.kind == "trainer").limit(1))).first()
    if row is None:
        raise NotFound("trainer", resource_id or 0)
    resource: ResourceView = (await resource_views(tx, [(row[0], row[1])]))[0]
    bookings = (await _bookings_of(tx, [resource.id], monday_on))[resource.id]
    minutes = await _minutes_from(tx, resource.town.id)
    return TrainerWeek(
        resource=resource,
        monday_on=monday_on,
        previous_on=monday_on - _WEEK,
        next_on=monday_on + _WEEK,
        bookings=tuple(bookings),
        travel_min={booking.id: minutes.get(booking.town.id, 0) for booking in bookings},
    )


async def campaign_progress(tx: Tx, campaign_id: int) -> CampaignProgress:
    """Return who of the cluster has sent requests to a campaign and who has not.

    Raises
    ------
    NotFound
        There is no such campaign.
    """
    policy.require(tx.actor, "campaign.read")
    campaign: Campaign = await get_row(tx, Campaign, campaign_id)
    await get_row(tx, Cluster, campaign.cluster_id)
    sent: dict[int, list[Request]] = defaultdict(list)
    for request in await tx.session.scalars(select(Request).where(Request.campaign_id == campaign_id)):
        sent[request.participant_id].append(request)
    members = list(
        await tx.session.scalars(
            select(Participant).where(
                or_(
                    Participant.id.in_(_members(campaign.cluster_id, campaign.starts_on)),
                    Participant.id.in_(sent),
                )
            )
        )
    )
    schools = ("college", "university")
    members.sort(key=lambda member: (member.kind not in schools, member.short_name, member.id))
    rows = []
    for member in members:
        submitted = [request for request in sent[member.id] if request.state == "submitted"]
        rows.append(
            ParticipantProgress(
                participant=Ref(id=member.id, code=member.code, name=member.short_name),
                kind=member.kind,
                submitted=len(submitted),
                drafts=sum(request.state == "draft" for request in sent[member.id]),
                hours=sum(request.hours for request in submitted),
                last_submitted_at=max((request.submitted_at for request in submitted), default=None),
            )
        )
    return CampaignProgress(
        campaign=(await refs(tx, Campaign, [campaign_id]))[campaign_id],
        requests=sum(row.submitted for row in rows),
        participants=tuple(rows),
        silent=sum(row.kind in schools and not row.submitted for row in rows),
    )


def _members(cluster_id: int, on: date) -> Select[int]:
    return select(Membership.participant_id).where(
        Membership.cluster_id == cluster_id,
        Membership.joined_on <= on,
        Membership.left_on.is_(None) | (Membership.left_on > on),
    )


async def _bookings_of(tx: Tx, resource_ids: Sequence[int], monday_on: date) -> dict[int, list[BookingView]]:
    """Return the bookings of each resource whose wall clock begins in the week, in order."""
    first, last = monday_on.isoformat(), (monday_on + _WEEK).isoformat()
    bookings = list(
        await tx.session.scalars(
            select(Booking)
            # The instants narrow the search by index; zones differ by less than a day.
            .where(Booking.starts_at >= _midnight(monday_on) - timedelta(days=1))
            .where(Booking.starts_at < _midnight(monday_on) + _WEEK + timedelta(days=1))
            .where(Booking.starts_local >= first, Booking.starts_local < last)
            .where(Booking.state.in_(SHOWN_STATES))
            .order_by(Booking.starts_local, Booking.id)
        )
    )
    wanted = set(resource_ids)
    users: dict[int, list[int]] = defaultdict(list)
    for start in range(0, len(bookings), _CHUNK):
        part = [booking.id for booking in bookings[start : start + _CHUNK]]
        claims = select(Claim.booking_id, Claim.subject_id).where(Claim.booking_id.in_(part))
        for booking_id, subject_id in await tx.session.execute(claims):
            if subject_id in wanted:
                users[booking_id].append(subject_id)
    found: dict[int, list[BookingView]] = defaultdict(list)
    for view in await booking_views(tx, [booking for booking in bookings if booking.id in users]):
        for resource_id in users[view.id]:
            found[resource_id].append(view)
    return found


def _week_of(on: date) -> date:
    """Return the Monday of a day's week.

    Raises
    ------
    Invalid
        The day is at the end of time, where there is no week before or after.
    """
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Invalid([FieldError("monday_on", "too_far")])
    return monday_of(on)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)


async def _calendar(tx: Tx, on: date) -> WorkCalendar:
    settings = await region_settings(tx, on)
    return WorkCalendar.parse(settings.table("calendar"))


async def _open_windows(
    tx: Tx, resources: Iterable[Resource], monday_on: date, calendar: WorkCalendar
) -> dict[int, tuple[OpenWindow, ...]]:
    """Return when each resource can be used in the week, by its own calendar, in its site's wall clock."""
    rows: dict[int, list[Availability]] = defaultdict(list)
    for row in await tx.session.scalars(select(Availability).order_by(Availability.id)):
        rows[row.subject_id].append(row)
    sites = {site.id: site for site in await tx.session.scalars(select(Site))}
    days = dict((await tx.session.execute(select(Participant.id, Participant.days_per_week))).all())
    found = {}
    for resource in resources:
        zone = sites[resource.site_id].timezone
        week = Horizon(monday_on, 1, zone)
        open_ = open_minutes(rows[resource.id], week, calendar, days[resource.owner_id], zone)
        whole = union(intersect(open_, [(0, 7 * DAY_MIN)]))
        found[resource.id] = tuple(OpenWindow(from_min=start, until_min=end) for start, end in whole)
    return found


def _grouped(rows: Iterable[TimelineRow]) -> tuple[TimelineTown, ...]:
    """Return the rows, which come in order, by town and owner."""
    towns: dict[int, tuple[Ref, dict[int, tuple[Ref, list[TimelineRow]]]]] = {}
    for row in rows:
        town, owner = row.resource.town, row.resource.owner
        owners = towns.setdefault(town.id, (town, {}))[1]
        owners.setdefault(owner.id, (owner, []))[1].append(row)
    return tuple(
        TimelineTown(
            town=town,
            owners=tuple(TimelineOwner(owner=owner, rows=tuple(mine)) for owner, mine in owners.values()),
        )
        for town, owners in towns.values()
    )


async def _minutes_from(tx: Tx, town_id: int) -> dict[int, int]:
    """Return travel minutes from a town to every other one."""
    rows = await tx.session.scalars(
        select(TownDistance).where(or_(TownDistance.a_id == town_id, TownDistance.b_id == town_id))
    )
    return {(row.b_id if row.a_id == town_id else row.a_id): row.car_min for row in rows}
