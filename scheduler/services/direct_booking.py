"""A booking made by hand: what the rows can tell is checked at once, the guard has the last word."""

from collections.abc import Iterator
from datetime import timedelta

from scheduler import policy
from scheduler.domain.booking import BookingInput, BookingView
from scheduler.domain.kinds import KIND_BY_NAME
from scheduler.errors import FieldError, Invalid
from scheduler.ids import new_uid
from scheduler.persistence.tables.resources import Offer
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.services.audit import record
from scheduler.services.booking_checks import (
    Use,
    claim_extent,
    journey_faults,
    offer_of,
    party_faults,
    place_among,
    refuse_taken_learners,
    session_time,
    time_faults,
    units_for,
    uses_of,
)
from scheduler.services.booking_views import booking_views
from scheduler.services.feeds import mark_dirty
from scheduler.services.placing import LEARNERS, Holding, SessionTime
from scheduler.services.region_settings import consent_days
from scheduler.services.scope import target_of


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
    uses, faults = await uses_of(tx, booking)
    place = place_among(uses)
    if place is None and not faults:
        faults.append(FieldError("uses", "no_place"))
    time = None
    if place is not None:
        time = session_time(tx, booking, place.site.timezone, faults)
    if time is not None:
        for number, use in enumerate(uses):
            faults += [fault async for fault in time_faults(tx, number, use, time)]
    faults += [fault async for fault in party_faults(tx, booking, uses)]
    if faults or place is None or time is None:
        raise Invalid(faults)

    subjects = [use.use.resource_id for use in uses]
    await lock_subjects(tx, [*subjects, booking.group_id] if booking.group_id is not None else subjects)
    await refuse_taken_learners(tx, booking, time)
    faults = [fault async for fault in journey_faults(tx, booking, uses, place, time)]
    offers = [await offer_of(tx, use, time) if use.guest else None for use in uses]
    faults += [
        FieldError(f"uses.{number}.resource_id", "no_offer")
        for number, (use, offer) in enumerate(zip(uses, offers, strict=True))
        if use.guest and offer is None
    ]
    if faults:
        raise Invalid(faults)
    row = await _write(tx, booking, uses, offers, place, time)
    await mark_dirty(tx, [row.id])
    record(tx, "booking.create", "booking", row.id, after=booking.model_dump(mode="json"))
    return (await booking_views(tx, [row]))[0]


async def _write(
    tx: Tx,
    booking: BookingInput,
    uses: list[Use],
    offers: list[Offer | None],
    place: Holding,
    time: SessionTime,
) -> Booking:
    now = tx.clock.now()
    asked = any(offer is not None and offer.consent == "each" for offer in offers)
    held = booking.hold_minutes is not None
    length_min = int((time.ends_at - time.starts_at).total_seconds()) // 60
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
        site_id=place.site.id,
        title=booking.title,
        contact_minutes=length_min if booking.contact_minutes is None else booking.contact_minutes,
        starts_local=time.starts_local,
        ends_local=time.ends_local,
        timezone=time.timezone,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        hold_until=now + timedelta(minutes=booking.hold_minutes) if booking.hold_minutes else None,
        consent_until=min(now + timedelta(days=await consent_days(tx)), time.starts_at)
        if asked and not held
        else None,
        created_at=now,
        updated_at=now,
    )
    tx.session.add(row)
    await tx.session.flush()
    for (role, use), offer in zip(_roles(uses), offers, strict=True):
        from_s, until_s = claim_extent(use.holding, time)
        tx.session.add(
            Claim(
                booking_id=row.id,
                subject_id=use.use.resource_id,
                role=role,
                amount=use.use.amount,
                units=await units_for(tx, use, time),
                from_s=from_s,
                until_s=until_s,
                holding=True,
                agreed=offer is None or offer.consent == "standing",
            )
        )
    if booking.group_id is not None:
        tx.session.add(
            Claim(
                booking_id=row.id,
                subject_id=booking.group_id,
                role=LEARNERS,
                amount=booking.learners_until - booking.learners_from,
                units=[],
                from_s=int(time.starts_at.timestamp()),
                until_s=int(time.ends_at.timestamp()),
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
        role = KIND_BY_NAME[use.holding.resource.kind].role
        count[role] = count.get(role, 0) + 1
        yield (role if count[role] == 1 else f"{role}:{count[role]}"), use
