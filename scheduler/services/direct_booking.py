"""A booking made by hand: what the rows can tell is checked at once, the guard has the last word."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from scheduler import policy
from scheduler.domain.availability import open_minutes
from scheduler.domain.booking import BookingInput, BookingView, UseInput
from scheduler.domain.horizon import Horizon, parse_local, resolve
from scheduler.domain.intervals import inside
from scheduler.domain.kinds import KIND_BY_NAME
from scheduler.domain.production_calendar import WorkCalendar
from scheduler.domain.settings import RegionSettings
from scheduler.errors import FieldError, Invalid, ResourceTaken
from scheduler.ids import new_uid
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.register import (
    LearnerGroup,
    Participant,
    Setting,
    Site,
    Subject,
    TownDistance,
)
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Availability, Offer, Resource, ResourceUnit
from scheduler.persistence.tables.timetable import HOLDING_STATES, Booking, Claim
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.services.audit import record
from scheduler.services.booking_views import booking_views
from scheduler.services.feeds import mark_dirty
from scheduler.services.scope import target_of

CONSENT_TIME = timedelta(days=3)
"""How long an owner who is asked for each booking has to answer."""


LONGEST_JOURNEY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Use:
    """A use with its rows, and the offer by which a guest has it (None: its owner)."""

    use: UseInput
    resource: Resource
    subject: Subject
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class Moment:
    """When: wall clock of the place and instants."""

    starts_local: datetime
    ends_local: datetime
    timezone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> tuple[int, int]:
        """Minutes from the midnight of its first day."""
        start = self.starts_local.hour * 60 + self.starts_local.minute
        return start, start + int((self.ends_local - self.starts_local).total_seconds()) // 60


async def book(tx: Tx, booking: BookingInput) -> BookingView:
    """Book resources for a time.

    Confirmed at once, unless an owner wants to be asked for each booking: then proposed, and it falls out
    without that owner's yes. With `hold_minutes` it is held and ends by itself.

    Raises
    ------
    Invalid
        Every fault: not available then, not offered, too many for it, no such unit, wrong group.
    ResourceTaken
        Somebody else has one of the subjects for a part of the time.
    """
    policy.require(tx.actor, "booking.create", await target_of(tx, [booking.participant_id]))
    uses, faults = await _uses(tx, booking)
    place = next((use for use in uses if KIND_BY_NAME[use.resource.kind].role == "room"), None)
    if place is None and not faults:
        faults.append(FieldError("uses", "no_place"))
    moment = None
    if place is not None:
        site: Site = await get_row(tx, Site, place.resource.site_id)
        moment = _moment(booking, site.timezone, faults)
    if moment is not None:
        for number, use in enumerate(uses):
            faults += [fault async for fault in _time_faults(tx, number, use, moment)]
    faults += [fault async for fault in _group_faults(tx, booking)]
    if faults or place is None or moment is None:
        raise Invalid(faults)

    subjects = [use.resource.id for use in uses]
    await lock_subjects(tx, [*subjects, booking.group_id] if booking.group_id is not None else subjects)
    await _refuse_taken_learners(tx, booking, moment)
    faults = [fault async for fault in _journey_faults(tx, booking, uses, place, moment)]
    if faults:
        raise Invalid(faults)
    row = await _write(tx, booking, uses, place, moment)
    await mark_dirty(tx, [row.id])
    record(tx, "booking.create", "booking", row.id, after=booking.model_dump(mode="json"))
    return (await booking_views(tx, [row]))[0]


async def _uses(tx: Tx, booking: BookingInput) -> tuple[list[Use], list[FieldError]]:
    """Return the uses whose resources exist, with the offer that opens each, and what is wrong with them."""
    uses: list[Use] = []
    faults: list[FieldError] = []
    for number, use in enumerate(booking.uses):
        field = f"uses.{number}"
        resource = await tx.session.get(Resource, use.resource_id)
        if resource is None:
            faults.append(FieldError(f"{field}.resource_id", "not_found"))
            continue
        if any(other.resource.id == resource.id for other in uses):
            faults.append(FieldError(f"{field}.resource_id", "repeated"))
            continue
        subject: Subject = await get_row(tx, Subject, resource.id)
        if use.amount > subject.capacity:
            faults.append(FieldError(f"{field}.amount", "too_many", {"limit": subject.capacity}))
        labels = set(
            await tx.session.scalars(
                select(ResourceUnit.label).where(ResourceUnit.resource_id == resource.id)
            )
        )
        faults += [
            FieldError(f"{field}.units", "unknown_unit", {"unit": unit})
            for unit in use.units
            if unit not in labels
        ]
        offer = None
        if resource.owner_id != booking.participant_id:
            offer = await _offer(tx, booking, use)
            if offer is None:
                faults.append(FieldError(f"{field}.resource_id", "no_offer"))
        uses.append(Use(use, resource, subject, offer))
    return uses, faults


async def _offer(tx: Tx, booking: BookingInput, use: UseInput) -> Offer | None:
    """Return the open offer whose dates, window and capacity cover the use."""
    try:
        start, end = parse_local(booking.starts_local), parse_local(booking.ends_local)
    except ValueError:
        return None
    on = start.date()
    from_min, until_min = start.hour * 60 + start.minute, end.hour * 60 + end.minute
    if end.date() != on:
        until_min = 24 * 60
    offers = await tx.session.scalars(
        select(Offer)
        .where(
            Offer.resource_id == use.resource_id,
            Offer.state == "open",
            Offer.capacity >= use.amount,
            Offer.valid_from <= on,
            Offer.valid_until.is_(None) | (Offer.valid_until >= on),
        )
        .order_by(Offer.consent.desc(), Offer.id)
    )
    for offer in offers:
        windows = [(start_min, end_min) for day, start_min, end_min in offer.windows if day == on.weekday()]
        if inside((from_min, until_min), windows):
            return offer
    return None


def _moment(booking: BookingInput, timezone: str, faults: list[FieldError]) -> Moment | None:
    times = {}
    for field in ("starts_local", "ends_local"):
        try:
            times[field] = parse_local(getattr(booking, field))
        except ValueError:
            faults.append(FieldError(field, "local_time"))
    if len(times) < 2:
        return None
    if times["ends_local"] <= times["starts_local"]:
        faults.append(FieldError("ends_local", "order"))
        return None
    return Moment(
        times["starts_local"],
        times["ends_local"],
        timezone,
        resolve(booking.starts_local, timezone),
        resolve(booking.ends_local, timezone),
    )


async def _time_faults(tx: Tx, number: int, use: Use, moment: Moment) -> AsyncIterator[FieldError]:
    """Yield what speaks against the time: notice, retirement, the resource's own calendar."""
    field = f"uses.{number}.resource_id"
    resource, on = use.resource, moment.starts_local.date()
    if use.offer is not None and moment.starts_at < tx.clock.now() + timedelta(days=resource.lead_days):
        yield FieldError(field, "lead_time", {"lead_days": resource.lead_days})
    if resource.retired_on is not None and resource.retired_on <= on:
        yield FieldError(field, "retired", {"retired_on": resource.retired_on.isoformat()})
    owner: Participant = await get_row(tx, Participant, resource.owner_id)
    site: Site = await get_row(tx, Site, resource.site_id)
    rows = await tx.session.scalars(select(Availability).where(Availability.subject_id == resource.id))
    settings = RegionSettings.effective(list(await tx.session.scalars(select(Setting))), on)
    week = Horizon.covering(on, on, moment.timezone)
    open_ = open_minutes(
        list(rows),
        week,
        WorkCalendar.parse(settings.table("calendar")),
        owner.days_per_week,
        site.timezone,
    )
    from_min, until_min = moment.minutes
    midnight = week.minute(on)
    if not inside((midnight + from_min, midnight + until_min), open_):
        yield FieldError(field, "unavailable")


async def _group_faults(tx: Tx, booking: BookingInput) -> AsyncIterator[FieldError]:
    """Yield what is wrong with the group, its slice and the request."""
    if booking.group_id is not None:
        group = await tx.session.get(LearnerGroup, booking.group_id)
        if group is None:
            yield FieldError("group_id", "not_found")
        elif group.participant_id != booking.participant_id:
            yield FieldError("group_id", "not_own")
        else:
            subject: Subject = await get_row(tx, Subject, group.id)
            if booking.learners_until > subject.capacity:
                yield FieldError("learners_until", "group_size", {"size": subject.capacity})
            if booking.learners_until <= booking.learners_from:
                yield FieldError("learners_until", "order")
    if booking.request_id is not None:
        request = await tx.session.get(Request, booking.request_id)
        if request is None or request.participant_id != booking.participant_id:
            yield FieldError("request_id", "not_found" if request is None else "not_own")


async def _refuse_taken_learners(tx: Tx, booking: BookingInput, moment: Moment) -> None:
    """Refuse a slice of the group of which somebody is elsewhere at the time; the group is locked."""
    if booking.group_id is None:
        return
    other = await tx.session.scalar(
        select(Booking)
        .where(
            Booking.group_id == booking.group_id,
            Booking.state.in_(HOLDING_STATES),
            Booking.starts_at < moment.ends_at,
            Booking.ends_at > moment.starts_at,
            Booking.learners_from < booking.learners_until,
            Booking.learners_until > booking.learners_from,
        )
        .order_by(Booking.starts_at)
        .limit(1)
    )
    if other is not None:
        raise ResourceTaken(booking.group_id, other.starts_at, other.ends_at, other.title)


async def _journey_faults(
    tx: Tx, booking: BookingInput, uses: list[Use], place: Use, moment: Moment
) -> AsyncIterator[FieldError]:
    """Yield sessions in other towns from which a person or the learners would not come in time."""
    people = [use.resource.id for use in uses if KIND_BY_NAME[use.resource.kind].travels]
    mine: ColumnElement[bool] = Booking.id.in_(select(Claim.booking_id).where(Claim.subject_id.in_(people)))
    if booking.group_id is not None:
        mine = mine | and_(
            Booking.group_id == booking.group_id,
            Booking.learners_from < booking.learners_until,
            Booking.learners_until > booking.learners_from,
        )
    here: Site = await get_row(tx, Site, place.resource.site_id)
    near = await tx.session.execute(
        select(Booking.title, Booking.starts_at, Booking.ends_at, TownDistance.car_min)
        .join(Site, Site.id == Booking.site_id)
        .join(
            TownDistance,
            or_(
                and_(TownDistance.a_id == here.town_id, TownDistance.b_id == Site.town_id),
                and_(TownDistance.b_id == here.town_id, TownDistance.a_id == Site.town_id),
            ),
        )
        .where(
            mine,
            Booking.state.in_(HOLDING_STATES),
            Booking.starts_at < moment.ends_at + LONGEST_JOURNEY,
            Booking.ends_at > moment.starts_at - LONGEST_JOURNEY,
        )
        .order_by(Booking.starts_at)
    )
    for title, starts_at, ends_at, car_min in near:
        journey = timedelta(minutes=car_min)
        if moment.starts_at - journey < ends_at and starts_at < moment.ends_at + journey:
            yield FieldError("starts_local", "travel", {"title": title})


async def _write(tx: Tx, booking: BookingInput, uses: list[Use], place: Use, moment: Moment) -> Booking:
    now = tx.clock.now()
    asked = any(use.offer is not None and use.offer.consent == "each" for use in uses)
    held = booking.hold_minutes is not None
    length_min = int((moment.ends_at - moment.starts_at).total_seconds()) // 60
    row = Booking(
        uid=new_uid(),
        key=None,
        state="held" if held else "proposed" if asked else "confirmed",
        request_id=booking.request_id,
        version_id=None,
        participant_id=booking.participant_id,
        group_id=booking.group_id,
        learners_from=booking.learners_from,
        learners_until=booking.learners_until,
        site_id=place.resource.site_id,
        title=booking.title,
        contact_minutes=length_min if booking.contact_minutes is None else booking.contact_minutes,
        starts_local=booking.starts_local,
        ends_local=booking.ends_local,
        timezone=moment.timezone,
        starts_at=moment.starts_at,
        ends_at=moment.ends_at,
        hold_until=now + timedelta(minutes=booking.hold_minutes) if booking.hold_minutes else None,
        consent_until=now + CONSENT_TIME if asked and not held else None,
        created_at=now,
        updated_at=now,
    )
    tx.session.add(row)
    await tx.session.flush()
    start_s, end_s = int(moment.starts_at.timestamp()), int(moment.ends_at.timestamp())
    for role, use in _roles(uses):
        tx.session.add(
            Claim(
                booking_id=row.id,
                subject_id=use.resource.id,
                role=role,
                amount=use.use.amount,
                units=list(use.use.units or await _free_units(tx, use, start_s, end_s)),
                from_s=start_s - 60 * use.resource.setup_min,
                until_s=end_s + 60 * use.resource.cleanup_min,
                holding=True,
                agreed=use.offer is None or use.offer.consent == "standing",
            )
        )
    if booking.group_id is not None:
        tx.session.add(
            Claim(
                booking_id=row.id,
                subject_id=booking.group_id,
                role="learners",
                amount=booking.learners_until - booking.learners_from,
                units=[],
                from_s=start_s,
                until_s=end_s,
                holding=True,
                agreed=True,
            )
        )
    await tx.session.flush()
    return row


def _roles(uses: list[Use]) -> Iterator[tuple[str, Use]]:
    """Yield each use with its role; the second of a kind is ``trainer:2`` and so on."""
    count: dict[str, int] = {}
    for use in uses:
        role = KIND_BY_NAME[use.resource.kind].role
        count[role] = count.get(role, 0) + 1
        yield (role if count[role] == 1 else f"{role}:{count[role]}"), use


async def _free_units(tx: Tx, use: Use, start_s: int, end_s: int) -> list[str]:
    """Return the first units that nobody else holds then; fewer than asked where the guard will refuse."""
    labels = await tx.session.scalars(
        select(ResourceUnit.label)
        .where(ResourceUnit.resource_id == use.resource.id)
        .order_by(ResourceUnit.id)
    )
    held = await tx.session.scalars(
        select(Claim.units).where(
            Claim.subject_id == use.resource.id,
            Claim.holding,
            Claim.from_s < end_s + 60 * use.resource.cleanup_min,
            Claim.until_s > start_s - 60 * use.resource.setup_min,
        )
    )
    taken = {unit for units in held for unit in units}
    return [label for label in labels if label not in taken][: use.use.amount]
