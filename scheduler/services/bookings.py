"""The live timetable: who has what when; consent, cancellation, and holds that end by themselves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select, update

from scheduler import policy
from scheduler.domain.availability import AvailabilityRow, shuts
from scheduler.domain.booking import BookingView
from scheduler.domain.horizon import parse_local
from scheduler.domain.model import Page
from scheduler.errors import NotFound, WrongState
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import DISPLACED, HOLDING_STATES, Booking, Claim
from scheduler.persistence.transaction import Tx
from scheduler.services.audit import record
from scheduler.services.booking_views import booking_views
from scheduler.services.direct_booking import book
from scheduler.services.feeds import mark_dirty
from scheduler.services.scope import own_participants, target_of

__all__ = [
    "book",
    "cancel_booking",
    "confirm_booking",
    "count_displaced",
    "displace_bookings",
    "expire_holds",
    "get_booking",
    "list_awaiting_consent",
    "list_bookings",
    "reject_booking",
]


async def list_bookings(
    tx: Tx,
    *,
    from_at: datetime,
    until_at: datetime,
    resource_id: int | None = None,
    participant_id: int | None = None,
    owner_id: int | None = None,
    group_id: int | None = None,
    site_id: int | None = None,
    competency_id: int | None = None,
    state: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[BookingView]:
    """Return a page of the bookings that overlap ``[from_at, until_at)``, in order of wall-clock time.

    `resource_id`: that use it; `owner_id`: that use a resource of this participant; `participant_id`: that
    it requested.
    """
    policy.require(tx.actor, "booking.read")
    statement = select(Booking).where(Booking.starts_at < until_at, Booking.ends_at > from_at)
    if resource_id is not None:
        statement = statement.where(Booking.id.in_(_claiming(Claim.subject_id == resource_id)))
    if owner_id is not None:
        statement = statement.where(Booking.id.in_(_hosted_by({owner_id})))
    if competency_id is not None:
        asked = select(Request.id).where(Request.competency_id == competency_id)
        statement = statement.where(Booking.request_id.in_(asked))
    for column, value in (
        (Booking.participant_id, participant_id),
        (Booking.group_id, group_id),
        (Booking.site_id, site_id),
        (Booking.state, state),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows, following = await fetch_page(tx, statement, (Booking.starts_local, Booking.id), limit, after)
    return Page(items=await booking_views(tx, [row[0] for row in rows]), next=following)


async def get_booking(tx: Tx, booking_id: int) -> BookingView:
    """Return one booking.

    Raises
    ------
    NotFound
        There is none with this id.
    """
    policy.require(tx.actor, "booking.read")
    return (await booking_views(tx, [await get_row(tx, Booking, booking_id)]))[0]


async def list_awaiting_consent(tx: Tx) -> tuple[BookingView, ...]:
    """Return the proposed bookings that wait for a yes of the actor's participants, soonest first."""
    policy.require(tx.actor, "booking.read")
    waiting = _hosted_by(own_participants(tx.actor), Claim.agreed.is_(False))
    rows = await tx.session.scalars(
        select(Booking)
        .where(Booking.state == "proposed", Booking.id.in_(waiting))
        .order_by(Booking.starts_at, Booking.id)
    )
    return await booking_views(tx, list(rows))


async def cancel_booking(tx: Tx, booking_id: int) -> BookingView:
    """Cancel a booking; what it held is free from the commit on, calendars show it as cancelled.

    Raises
    ------
    WrongState
        It holds nothing any more.
    """
    booking = await _locked(tx, booking_id)
    owners = await tx.session.scalars(_owners_of(booking_id))
    policy.require(tx.actor, "booking.cancel", await target_of(tx, [booking.participant_id, *owners]))
    if booking.state not in HOLDING_STATES:
        raise WrongState("booking", booking.state, HOLDING_STATES)
    await _change(tx, booking, "booking.cancel", state="cancelled", hold_until=None, consent_until=None)
    return await get_booking(tx, booking_id)


async def confirm_booking(tx: Tx, booking_id: int) -> BookingView:
    """Say yes for the actor's resources; with the last owner's yes the booking is confirmed.

    Raises
    ------
    WrongState
        It does not wait for consent.
    """
    booking, own = await _proposed_to(tx, booking_id)
    await tx.session.execute(
        update(Claim)
        .where(
            Claim.booking_id == booking_id,
            Claim.subject_id.in_(select(Resource.id).where(Resource.owner_id.in_(own))),
        )
        .values(agreed=True)
    )
    open_ = select(Claim.id).where(Claim.booking_id == booking_id, Claim.agreed.is_(False)).limit(1)
    if await tx.session.scalar(open_) is None:
        await _change(tx, booking, "booking.confirm", state="confirmed", consent_until=None)
    else:
        record(tx, "booking.agree", "booking", booking_id)
    return await get_booking(tx, booking_id)


async def reject_booking(tx: Tx, booking_id: int) -> BookingView:
    """Say no for the actor's resources; what the booking held is free from the commit on.

    Raises
    ------
    WrongState
        It does not wait for consent.
    """
    booking, _ = await _proposed_to(tx, booking_id)
    await _change(tx, booking, "booking.reject", state="rejected", consent_until=None)
    return await get_booking(tx, booking_id)


async def displace_bookings(tx: Tx, subject_id: int, closures: Iterable[AvailabilityRow]) -> int:
    """Let go of what is to come where a subject is closed; return how many bookings lost their place.

    An outage is a fact: it is never refused, and what it hits waits for a repair of the timetable.
    """
    shut = list(closures)
    if not shut:
        return 0
    rows = await tx.session.scalars(
        select(Booking)
        .where(
            Booking.state.in_(HOLDING_STATES),
            Booking.ends_at > tx.clock.now(),
            Booking.id.in_(_claiming(Claim.subject_id == subject_id)),
        )
        .order_by(Booking.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    hit = [
        booking
        for booking in rows
        if any(shuts(row, parse_local(booking.starts_local), parse_local(booking.ends_local)) for row in shut)
    ]
    for booking in hit:
        await _change(tx, booking, "booking.displace", state=DISPLACED, hold_until=None, consent_until=None)
    return len(hit)


async def count_displaced(tx: Tx) -> int:
    """Return how many bookings to come lost their place and wait for another."""
    policy.require(tx.actor, "booking.read")
    statement = select(func.count()).where(Booking.state == DISPLACED, Booking.ends_at > tx.clock.now())
    return await tx.session.scalar(statement) or 0


async def expire_holds(tx: Tx) -> int:
    """Release holds whose time is over and drop proposals that got no yes in time; return how many."""
    now = tx.clock.now()
    rows = await tx.session.scalars(
        select(Booking)
        .where(
            and_(Booking.state == "held", Booking.hold_until <= now)
            | and_(Booking.state == "proposed", Booking.consent_until <= now)
        )
        .order_by(Booking.id)
        .with_for_update()
    )
    expired = list(rows)
    for booking in expired:
        # A proposal keeps the deadline that it missed: that tells it from one that was refused.
        state = "released" if booking.state == "held" else "rejected"
        await _change(tx, booking, "booking.expire", state=state, hold_until=None)
    return len(expired)


async def _locked(tx: Tx, booking_id: int) -> Booking:
    """Return a booking that nobody else changes until the transaction ends.

    Raises
    ------
    NotFound
        There is none with this id.
    """
    booking = await tx.session.scalar(
        select(Booking)
        .where(Booking.id == booking_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if booking is None:
        raise NotFound("booking", booking_id)
    return booking


async def _proposed_to(tx: Tx, booking_id: int) -> tuple[Booking, set[int]]:
    """Return a booking that waits for the actor's consent, and the owners that the actor speaks for."""
    booking = await _locked(tx, booking_id)
    waiting = set(await tx.session.scalars(_owners_of(booking_id, Claim.agreed.is_(False))))
    owners = waiting or set(await tx.session.scalars(_owners_of(booking_id)))
    policy.require(tx.actor, "booking.consent", await target_of(tx, owners))
    if booking.state != "proposed" or not waiting:
        raise WrongState("booking", booking.state, ("proposed",))
    own = waiting & own_participants(tx.actor)
    return booking, own or waiting


async def _change(tx: Tx, booking: Booking, action: str, **columns: Any) -> None:
    """Write a change of a booking with what always goes with it: sequence, time, log, feeds."""
    before = booking.state
    await tx.session.execute(
        update(Booking)
        .where(Booking.id == booking.id)
        .values(sequence=Booking.sequence + 1, updated_at=tx.clock.now(), **columns)
        .execution_options(synchronize_session=False)
    )
    record(tx, action, "booking", booking.id, before=before, after=columns["state"])
    await mark_dirty(tx, [booking.id])


def _claiming(*conditions: Any) -> Select[int]:
    return select(Claim.booking_id).where(*conditions)


def _hosted_by(owners: Any, *conditions: Any) -> Select[int]:
    return _claiming(
        Claim.subject_id.in_(select(Resource.id).where(Resource.owner_id.in_(owners))), *conditions
    )


def _owners_of(booking_id: int, *conditions: Any) -> Select[int]:
    return (
        select(Resource.owner_id)
        .join(Claim, Claim.subject_id == Resource.id)
        .where(Claim.booking_id == booking_id, *conditions)
        .distinct()
    )
