"""Proofs on demand: the live timetable against the rules, and the claims against the capacities."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from scheduler import policy
from scheduler.bridge import check_sessions
from scheduler.domain.model import View
from scheduler.errors import Breach
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.register import Subject
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.persistence.tables.timetable import HOLDING_STATES, Booking, Claim
from scheduler.persistence.transaction import Tx
from scheduler.services.placing import LEARNERS


class Overload(View):
    """A subject of which more is claimed than there is, at the first such moment of a stretch."""

    subject_id: int
    at: datetime
    claimed: int
    capacity: int


@dataclass(slots=True)
class _LiveSession:
    """A booking as the bridge reads sessions."""

    key: str
    starts_local: str
    ends_local: str
    uses: list[Any] = field(default_factory=list)


async def check_published(tx: Tx, campaign_id: int) -> tuple[Breach, ...]:
    """Return every rule that the live sessions of a campaign break by the rows of now, in words."""
    policy.require(tx.actor, "version.read")
    await get_row(tx, Campaign, campaign_id)
    rows = await tx.session.execute(
        select(Booking, Claim)
        .join(Request, Request.id == Booking.request_id)
        .join(Claim, Claim.booking_id == Booking.id)
        .where(
            Request.campaign_id == campaign_id,
            Booking.key.is_not(None),
            Booking.state.in_(HOLDING_STATES),
        )
        .order_by(Booking.key, Claim.id)
    )
    sessions: dict[int, _LiveSession] = {}
    for booking, claim in rows:
        assert booking.key is not None
        session = sessions.setdefault(
            booking.id, _LiveSession(booking.key, booking.starts_local, booking.ends_local)
        )
        if claim.role != LEARNERS:
            session.uses.append(
                {
                    "role": claim.role,
                    "resource_id": claim.subject_id,
                    "amount": claim.amount,
                    "units": claim.units,
                }
            )
    return await check_sessions(tx, campaign_id, sessions.values())


async def overloads(tx: Tx) -> tuple[Overload, ...]:
    """Return every stretch in which claims exceed a subject's capacity, found by a sweep of all claims.

    Shares nothing with the guard in the database, so that each proves the other; empty is what it
    should be.
    """
    policy.require(tx.actor, "version.read")
    subjects = {row.id: row for row in await tx.session.scalars(select(Subject))}
    steps: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = await tx.session.execute(
        select(Claim.subject_id, Claim.from_s, Claim.until_s, Claim.amount).where(Claim.holding)
    )
    for subject_id, from_s, until_s, amount in rows:
        subject = subjects[subject_id]
        taken = max(amount, subject.capacity) if subject.mode == "exclusive" else amount
        steps[subject_id] += [(from_s, taken), (until_s, -taken)]
    found = []
    for subject_id in sorted(steps):
        capacity, level, over = subjects[subject_id].capacity, 0, False
        # At one moment what ends goes before what begins.
        for at, step in sorted(steps[subject_id]):
            level += step
            if level > capacity and not over:
                moment = datetime.fromtimestamp(at, UTC)
                found.append(Overload(subject_id=subject_id, at=moment, claimed=level, capacity=capacity))
            over = level > capacity
    return tuple(found)
