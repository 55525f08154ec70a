"""Bookings as events of a calendar; names of resources and groups, never of people."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from scheduler.calendars import CalendarEvent
from scheduler.errors import NotFound
from scheduler.persistence.tables.register import LearnerGroup, Participant, Site, Town
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import DISPLACED, Booking, Claim
from scheduler.persistence.transaction import Tx

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
_STATUS: dict[str, Status] = {"confirmed": "CONFIRMED", "proposed": "TENTATIVE", "held": "TENTATIVE"}


async def feed_title(tx: Tx, kind: str, target_id: int) -> str:
    """Return what a feed is called in a calendar.

    Raises
    ------
    NotFound
        There is no such target.
    """
    columns: dict[str, Any] = {
        "participant": (Participant.short_name, Participant.id),
        "site": (Site.name, Site.id),
        "group": (LearnerGroup.name, LearnerGroup.id),
    }
    name, id_ = columns.get(kind, (Resource.name, Resource.id))
    title = await tx.session.scalar(select(name).where(id_ == target_id))
    if title is None:
        raise NotFound(kind, target_id)
    return f"Смена: {title}"


async def calendar_events(
    tx: Tx, booking_ids: Select[Any], kind: str, since: datetime
) -> list[CalendarEvent]:
    """Return the bookings of a subquery as events, those that ended and last changed before `since` left out.

    Parameters
    ----------
    kind
        Of the feed: a group's feed does not repeat the group's name in the summary.
    """
    # The group's name may be missing, which the columns' types do not say after an outer join.
    host = aliased(Participant)
    rows: Sequence[Any] = (
        await tx.session.execute(
            select(Booking, host.short_name, Site.name, Town.name, LearnerGroup.name, Participant.short_name)
            .join(Site, Site.id == Booking.site_id)
            .join(host, host.id == Site.participant_id)
            .join(Town, Town.id == Site.town_id)
            .join(Participant, Participant.id == Booking.participant_id)
            .outerjoin(LearnerGroup, LearnerGroup.id == Booking.group_id)
            .where(Booking.id.in_(booking_ids), (Booking.ends_at > since) | (Booking.updated_at > since))
        )
    ).all()
    kit = await _kit(tx, booking_ids)
    events = []
    for booking, owner, site, town, group, participant in rows:
        learners = booking.learners_until - booking.learners_from
        lines = [*kit[booking.id]]
        if group is not None:
            lines.append(f"Группа: {group}" + (f", {learners} чел." if learners else ""))
        lines.append(f"Заявитель: {participant}")
        if booking.state == DISPLACED:
            lines.append("Место недоступно: требует переназначения")
        events.append(
            CalendarEvent(
                uid=booking.uid,
                sequence=booking.sequence,
                status=_STATUS.get(booking.state, "CANCELLED"),
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                timezone=booking.timezone,
                summary=booking.title if group is None or kind == "group" else f"{booking.title}, {group}",
                location=f"{owner}, {site}, {town}",
                description="\n".join(lines),
                categories=(),
                created_at=booking.created_at,
                updated_at=booking.updated_at,
            )
        )
    return events


async def _kit(tx: Tx, booking_ids: Select[Any]) -> dict[int, list[str]]:
    """Return a line for every resource that a booking uses, trainers apart."""
    kit: dict[int, list[str]] = defaultdict(list)
    rows = await tx.session.execute(
        select(Claim.booking_id, Resource.name, Resource.kind, Claim.amount, Claim.units)
        .join(Resource, Resource.id == Claim.subject_id)
        .where(Claim.booking_id.in_(booking_ids), Resource.kind != "trainer")
        .order_by(Claim.booking_id, Claim.role)
    )
    for booking_id, name, kind, amount, units in rows:
        places = f", мест: {amount}" if kind in ("workshop", "internship") else f", единиц: {amount}"
        kit[booking_id].append(name + places + (f" ({', '.join(units)})" if units else ""))
    return kit
