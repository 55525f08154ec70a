"""What speaks against a booking made by hand, as far as the rows tell."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from scheduler.domain.availability import open_minutes
from scheduler.domain.booking import BookingInput, UseInput
from scheduler.domain.horizon import Horizon, parse_local
from scheduler.domain.intervals import inside
from scheduler.domain.kinds import KIND_BY_NAME
from scheduler.domain.production_calendar import WorkCalendar
from scheduler.errors import FieldError, ResourceTaken
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.register import LearnerGroup, Participant, Site, Subject, TownDistance
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Availability, Offer, ResourceUnit
from scheduler.persistence.tables.timetable import HOLDING_STATES, Booking, Claim
from scheduler.persistence.transaction import Tx
from scheduler.services.placing import Holding, SessionTime, covering_offers, holdings
from scheduler.services.region_settings import region_settings

LONGEST_JOURNEY = timedelta(hours=12)
LONGEST_AGO, LONGEST_AHEAD = timedelta(days=366), timedelta(days=5 * 366)
"""What is farther from now is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Use:
    """A use with the rows of its resource."""

    use: UseInput
    holding: Holding
    guest: bool
    """Not the owner's own use: it needs an offer."""


async def uses_of(tx: Tx, booking: BookingInput) -> tuple[list[Use], list[FieldError]]:
    """Return the uses whose resources exist, and what is wrong with them whatever the time."""
    found = await holdings(tx, (use.resource_id for use in booking.uses))
    uses: list[Use] = []
    faults: list[FieldError] = []
    for number, use in enumerate(booking.uses):
        field = f"uses.{number}"
        holding = found.get(use.resource_id)
        if holding is None:
            faults.append(FieldError(f"{field}.resource_id", "not_found"))
            continue
        if any(other.use.resource_id == use.resource_id for other in uses):
            faults.append(FieldError(f"{field}.resource_id", "repeated"))
            continue
        if use.amount > holding.subject.capacity:
            faults.append(FieldError(f"{field}.amount", "too_many", {"limit": holding.subject.capacity}))
        faults += [fault async for fault in _unit_faults(tx, field, use)]
        uses.append(Use(use, holding, holding.owner.id != booking.participant_id))
    return uses, faults


async def _unit_faults(tx: Tx, field: str, use: UseInput) -> AsyncIterator[FieldError]:
    if not use.units:
        return
    labels = set(
        await tx.session.scalars(
            select(ResourceUnit.label).where(ResourceUnit.resource_id == use.resource_id)
        )
    )
    for unit in use.units:
        if unit not in labels:
            yield FieldError(f"{field}.units", "unknown_unit", {"unit": unit})
    if len(set(use.units)) < len(use.units):
        yield FieldError(f"{field}.units", "repeated")
    if len(use.units) != use.amount:
        yield FieldError(f"{field}.units", "units_amount", {"units": len(use.units), "amount": use.amount})


def place_among(uses: list[Use]) -> Holding | None:
    """Return the resource that gives the place: the first that stands somewhere."""
    return next((use.holding for use in uses if _gives_place(use)), None)


def _gives_place(use: Use) -> bool:
    return KIND_BY_NAME[use.holding.resource.kind].role == "room"


def session_time(
    tx: Tx, booking: BookingInput, timezone: str, faults: list[FieldError]
) -> SessionTime | None:
    """Return the time of a booking in the zone of its place; what is wrong with it goes to `faults`."""
    now = tx.clock.now()
    wrong = []
    for field in ("starts_local", "ends_local"):
        try:
            at = parse_local(getattr(booking, field)).replace(tzinfo=now.tzinfo)
        except ValueError:
            wrong.append(FieldError(field, "local_time"))
            continue
        if not now - LONGEST_AGO < at < now + LONGEST_AHEAD:
            wrong.append(FieldError(field, "too_far"))
    if not wrong:
        time = SessionTime.at(booking.starts_local, booking.ends_local, timezone)
        if booking.starts_local < booking.ends_local and time.starts_at < time.ends_at:
            return time
        wrong.append(FieldError("ends_local", "order"))
    faults += wrong
    return None


async def time_faults(tx: Tx, number: int, use: Use, time: SessionTime) -> AsyncIterator[FieldError]:
    """Yield what speaks against the time: notice, retirement, the resource's own calendar, no offer."""
    field = f"uses.{number}.resource_id"
    resource, site = use.holding.resource, use.holding.site
    start = parse_local(time.starts_local)
    on = start.date()
    if use.guest and not covering_offers(use.holding, time, use.use.amount):
        yield FieldError(field, "no_offer")
    elif use.guest and time.starts_at < tx.clock.now() + timedelta(days=resource.lead_days):
        yield FieldError(field, "lead_time", {"lead_days": resource.lead_days})
    if resource.retired_on is not None and resource.retired_on <= on:
        yield FieldError(field, "retired", {"retired_on": resource.retired_on.isoformat()})
    rows = await tx.session.scalars(select(Availability).where(Availability.subject_id == resource.id))
    settings = await region_settings(tx, on)
    week = Horizon.covering(on, parse_local(time.ends_local).date(), time.timezone)
    open_ = open_minutes(
        list(rows),
        week,
        WorkCalendar.parse(settings.table("calendar")),
        use.holding.owner.days_per_week,
        site.timezone,
    )
    from_min = week.minute(on, start.hour * 60 + start.minute)
    length_min = (parse_local(time.ends_local) - start) // timedelta(minutes=1)
    if not inside((from_min, from_min + length_min), open_):
        yield FieldError(field, "unavailable")


async def party_faults(tx: Tx, booking: BookingInput, uses: list[Use]) -> AsyncIterator[FieldError]:
    """Yield what is wrong with the participant, the group, its slice and its places, and the request."""
    participant: Participant = await get_row(tx, Participant, booking.participant_id)
    if participant.state != "active":
        yield FieldError("participant_id", "not_active")
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
            learners = booking.learners_until - booking.learners_from
            rooms = [number for number, use in enumerate(uses) if _gives_place(use)]
            if rooms and sum(uses[number].use.amount for number in rooms) < learners:
                yield FieldError(f"uses.{rooms[0]}.amount", "too_few", {"needed": learners})
    if booking.request_id is not None:
        request = await tx.session.get(Request, booking.request_id)
        if request is None or request.participant_id != booking.participant_id:
            yield FieldError("request_id", "not_found" if request is None else "not_own")


async def refuse_taken_learners(tx: Tx, booking: BookingInput, time: SessionTime) -> None:
    """Refuse a slice of the group of which somebody is elsewhere at the time; the group is locked."""
    if booking.group_id is None:
        return
    other = await tx.session.scalar(
        select(Booking)
        .where(
            Booking.group_id == booking.group_id,
            Booking.state.in_(HOLDING_STATES),
            Booking.starts_at < time.ends_at,
            Booking.ends_at > time.starts_at,
            Booking.learners_from < booking.learners_until,
            Booking.learners_until > booking.learners_from,
        )
        .order_by(Booking.starts_at)
        .limit(1)
    )
    if other is not None:
        raise ResourceTaken(booking.group_id, other.starts_at, other.ends_at, other.title)


async def journey_faults(
    tx: Tx, booking: BookingInput, uses: list[Use], place: Holding, time: SessionTime
) -> AsyncIterator[FieldError]:
    """Yield sessions in other towns from which a person or the learners would not come in time."""
    people = [use.holding.resource.id for use in uses if KIND_BY_NAME[use.holding.resource.kind].travels]
    mine: ColumnElement[bool] = Booking.id.in_(select(Claim.booking_id).where(Claim.subject_id.in_(people)))
    if booking.group_id is not None:
        mine = mine | and_(
            Booking.group_id == booking.group_id,
            Booking.learners_from < booking.learners_until,
            Booking.learners_until > booking.learners_from,
        )
    near = await tx.session.execute(
        select(Booking.title, Booking.starts_at, Booking.ends_at, TownDistance.car_min)
        .join(Site, Site.id == Booking.site_id)
        .join(
            TownDistance,
            or_(
                and_(TownDistance.a_id == place.site.town_id, TownDistance.b_id == Site.town_id),
                and_(TownDistance.b_id == place.site.town_id, TownDistance.a_id == Site.town_id),
            ),
        )
        .where(
            mine,
            Booking.state.in_(HOLDING_STATES),
            Booking.starts_at < time.ends_at + LONGEST_JOURNEY,
            Booking.ends_at > time.starts_at - LONGEST_JOURNEY,
        )
        .order_by(Booking.starts_at)
    )
    for title, starts_at, ends_at, car_min in near:
        journey = timedelta(minutes=car_min)
        if time.starts_at - journey < ends_at and starts_at < time.ends_at + journey:
            yield FieldError("starts_local", "travel", {"title": title})


async def offer_of(tx: Tx, use: Use, time: SessionTime) -> Offer | None:
    """Return an offer that has room for one more guest's use; of several one that needs no click.

    The resource is locked. Guests of a pooled resource together never have more than an offer opens.
    """
    covering = covering_offers(use.holding, time, use.use.amount)
    if use.holding.subject.mode == "pooled":
        taken = await _taken_by_guests(tx, use.holding, time)
        covering = [offer for offer in covering if offer.capacity >= taken + use.use.amount]
    return min(covering, key=lambda offer: (offer.consent != "standing", offer.id), default=None)


async def _taken_by_guests(tx: Tx, holding: Holding, time: SessionTime) -> int:
    """Return the most that guests hold of a resource at any moment of a use with its set-up and clean-up."""
    from_s, until_s = claim_extent(holding, time)
    rows = await tx.session.execute(
        select(Claim.from_s, Claim.until_s, Claim.amount)
        .join(Booking, Booking.id == Claim.booking_id)
        .where(
            Claim.subject_id == holding.resource.id,
            Claim.holding,
            Claim.from_s < until_s,
            Claim.until_s > from_s,
            Booking.participant_id != holding.owner.id,
        )
    )
    claims = [(max(begin, from_s), end, amount) for begin, end, amount in rows]
    return max(
        (sum(amount for begin, end, amount in claims if begin <= at < end) for at, _, _ in claims), default=0
    )


def claim_extent(holding: Holding, time: SessionTime) -> tuple[int, int]:
    """Return the seconds of Unix time in which a use claims its resource."""
    start_s, end_s = int(time.starts_at.timestamp()), int(time.ends_at.timestamp())
    return start_s - 60 * holding.resource.setup_min, end_s + 60 * holding.resource.cleanup_min


async def units_for(tx: Tx, use: Use, time: SessionTime) -> list[str]:
    """Return the units that a use gets: those it names, else the first that nobody else holds then.

    The resource is locked; fewer than asked where the guard will refuse.

    Raises
    ------
    ResourceTaken
        Somebody holds a unit that it names.
    """
    from_s, until_s = claim_extent(use.holding, time)
    rows = await tx.session.execute(
        select(Claim.units, Booking.title, Booking.starts_at, Booking.ends_at)
        .join(Booking, Booking.id == Claim.booking_id)
        .where(
            Claim.subject_id == use.use.resource_id,
            Claim.holding,
            Claim.from_s < until_s,
            Claim.until_s > from_s,
        )
        .order_by(Booking.starts_at)
    )
    taken: set[str] = set()
    for units, title, starts_at, ends_at in rows:
        if not set(use.use.units).isdisjoint(units):
            raise ResourceTaken(use.use.resource_id, starts_at, ends_at, title)
        taken.update(units)
    if use.use.units:
        return list(use.use.units)
    labels = await tx.session.scalars(
        select(ResourceUnit.label)
        .where(ResourceUnit.resource_id == use.use.resource_id)
        .order_by(ResourceUnit.id)
    )
    return [label for label in labels if label not in taken][: use.use.amount]
