"""What became of a request: its sessions in the live timetable, and why others have no place."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from scheduler import policy
from scheduler.domain.booking import BookingView
from scheduler.domain.run import ReasonView
from scheduler.domain.week import OutcomeBrief, OutcomeSession, RequestOutcome
from scheduler.persistence.tables.register import Subject
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.timetable import HOLDING_STATES, Booking, RunUnplaced
from scheduler.persistence.transaction import Tx
from scheduler.services.booking_views import booking_views
from scheduler.services.requests import get_request
from scheduler.services.runs import run_in_force

ACADEMIC_HOUR_MIN = 45


@dataclass(slots=True)
class _Found:
    bookings: list[BookingView] = field(default_factory=list)
    reasons: tuple[ReasonView, ...] = ()
    learner_minutes: int = 0


async def request_outcome(tx: Tx, request_id: int) -> RequestOutcome:
    """Return what a request got, session by session in order, and the reasons of what it did not get.

    A session that was placed in the meantime shows its booking, whatever the last run said of it.

    Raises
    ------
    NotFound
        There is no such request.
    """
    policy.require(tx.actor, "request.read")
    request = await get_request(tx, request_id)
    run_id = await run_in_force(tx, request.campaign.id)
    found: dict[str, _Found] = defaultdict(_Found)
    rows = await tx.session.scalars(
        select(Booking).where(Booking.request_id == request_id).order_by(Booking.starts_local, Booking.id)
    )
    granted = 0
    for view in await booking_views(tx, list(rows)):
        session = found[f"{request.code}/0/0" if view.key is None else view.key.rpartition("/")[0]]
        session.bookings.append(view)
        learner_minutes = view.contact_minutes * (view.learners_until - view.learners_from)
        session.learner_minutes += learner_minutes
        if view.state in HOLDING_STATES:
            granted += learner_minutes
    unplaced = select(RunUnplaced).where(RunUnplaced.run_id == run_id, RunUnplaced.request_id == request_id)
    for row in await tx.session.scalars(unplaced):
        session = found[row.activity]
        if not any(booking.state in HOLDING_STATES for booking in session.bookings):
            session.reasons = tuple(ReasonView.model_validate(reason) for reason in row.reasons)
            session.learner_minutes = row.learner_minutes
    return RequestOutcome(
        request=request,
        run_id=run_id,
        asked_tenths=10 * request.hours,
        granted_tenths=_tenths(granted, request.group_size),
        sessions=tuple(
            OutcomeSession(
                activity=activity,
                subgroup=subgroup,
                index=index,
                learner_minutes=found[activity].learner_minutes,
                bookings=tuple(found[activity].bookings),
                reasons=found[activity].reasons,
            )
            for subgroup, index, activity in sorted(_place_of(activity) for activity in found)
        ),
    )


async def request_outcomes(tx: Tx, request_ids: Sequence[int]) -> dict[int, OutcomeBrief]:
    """Return how much of each request is in the live timetable, for a list of them."""
    policy.require(tx.actor, "request.read")
    found = {}
    runs: dict[int, int | None] = {}
    for first in range(0, len(request_ids), 500):
        part = request_ids[first : first + 500]
        learner_minutes = func.sum(Booking.contact_minutes * (Booking.learners_until - Booking.learners_from))
        granted = dict(
            (
                await tx.session.execute(
                    select(Booking.request_id, learner_minutes)
                    .where(Booking.request_id.in_(part), Booking.state.in_(HOLDING_STATES))
                    .group_by(Booking.request_id)
                )
            ).all()
        )
        rows = await tx.session.execute(
            select(Request.id, Request.campaign_id, Request.hours, Subject.capacity)
            .join(Subject, Subject.id == Request.group_id)
            .where(Request.id.in_(part))
        )
        for id_, campaign_id, hours, size in rows:
            if campaign_id not in runs:
                runs[campaign_id] = await run_in_force(tx, campaign_id)
            found[id_] = OutcomeBrief(
                run_id=runs[campaign_id],
                asked_tenths=10 * hours,
                granted_tenths=_tenths(int(granted.get(id_, 0)), size),
            )
    return found


def _tenths(learner_minutes: int, group_size: int) -> int:
    return round(10 * learner_minutes / (ACADEMIC_HOUR_MIN * group_size))


def _place_of(activity: str) -> tuple[int, int, str]:
    """Return subgroup and index of ``{request code}/{subgroup}/{index}``."""
    _, subgroup, index = activity.rsplit("/", 2)
    return int(subgroup), int(index), activity
