"""Bookings as their readers see them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from scheduler.domain.booking import BookingView
from scheduler.domain.model import Ref
from scheduler.domain.version import UseView
from scheduler.persistence.queries.refs import refs, site_owners, sites_with_towns
from scheduler.persistence.tables.register import Competency, LearnerGroup, Participant
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.persistence.transaction import Tx

_CHUNK = 500


async def booking_views(tx: Tx, bookings: Sequence[Booking]) -> tuple[BookingView, ...]:
    """Return the views of bookings in their order, with a fixed number of queries for every 500."""
    participants = await refs(tx, Participant, [b.participant_id for b in bookings])
    groups = await refs(tx, LearnerGroup, [b.group_id for b in bookings])
    requests = await refs(tx, Request, [b.request_id for b in bookings])
    sites = await sites_with_towns(tx, [b.site_id for b in bookings])
    hosts = await site_owners(tx, [b.site_id for b in bookings])
    asked = await _asked(tx, sorted(requests))
    uses = await _uses(tx, [b.id for b in bookings])
    return tuple(
        BookingView.model_validate(
            {
                "id": b.id,
                "uid": b.uid,
                "key": b.key,
                "state": b.state,
                "title": b.title,
                "participant": participants[b.participant_id],
                "group": groups.get(b.group_id or 0),
                "learners_from": b.learners_from,
                "learners_until": b.learners_until,
                "site": sites[b.site_id][0],
                "host": hosts[b.site_id],
                "town": sites[b.site_id][1],
                "competency": asked.get(b.request_id or 0, (None, None))[0],
                "session_kind": asked.get(b.request_id or 0, (None, None))[1],
                "request": requests.get(b.request_id or 0),
                "starts_local": b.starts_local,
                "ends_local": b.ends_local,
                "timezone": b.timezone,
                "starts_at": b.starts_at,
                "ends_at": b.ends_at,
                "hold_until": b.hold_until,
                "consent_until": b.consent_until,
                "contact_minutes": b.contact_minutes,
                "sequence": b.sequence,
                "uses": tuple(uses[b.id]),
                "updated_at": b.updated_at,
            }
        )
        for b in bookings
    )


async def _asked(tx: Tx, request_ids: list[int]) -> dict[int, tuple[Ref, str]]:
    """Return competency and kind of session of every request."""
    found: dict[int, tuple[int, str]] = {}
    for first in range(0, len(request_ids), _CHUNK):
        rows = await tx.session.execute(
            select(Request.id, Request.competency_id, Request.session_kind).where(
                Request.id.in_(request_ids[first : first + _CHUNK])
            )
        )
        found |= {request_id: (competency_id, kind) for request_id, competency_id, kind in rows}
    competencies = await refs(tx, Competency, [competency_id for competency_id, _ in found.values()])
    return {id_: (competencies[competency_id], kind) for id_, (competency_id, kind) in found.items()}


async def _uses(tx: Tx, booking_ids: list[int]) -> dict[int, list[UseView]]:
    """Return the resources of every booking by role; the claim of its learner group is not one."""
    found: dict[int, list[UseView]] = defaultdict(list)
    for first in range(0, len(booking_ids), _CHUNK):
        rows = await tx.session.execute(
            select(Claim, Resource)
            .join(Resource, Resource.id == Claim.subject_id)
            .where(Claim.booking_id.in_(booking_ids[first : first + _CHUNK]))
            .order_by(Claim.booking_id, Claim.role)
        )
        for claim, resource in rows:
            found[claim.booking_id].append(
                UseView(
                    role=claim.role,
                    resource=Ref(id=resource.id, code=resource.code, name=resource.name),
                    kind=resource.kind,
                    amount=claim.amount,
                    units=tuple(claim.units),
                )
            )
    return found
