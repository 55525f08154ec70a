"""Requests: what participants ask for in a campaign."""

from sqlalchemy import or_, select

from scheduler import policy
from scheduler.domain.model import Page
from scheduler.domain.request import RequestInput, RequestView
from scheduler.errors import FieldError, Invalid, NotFound, WrongState
from scheduler.ids import new_code
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.register import (
    Competency,
    EquipmentKind,
    LearnerGroup,
    Participant,
    Subject,
)
from scheduler.persistence.tables.requests import Campaign, Module, Request
from scheduler.persistence.transaction import Tx
from scheduler.services.audit import record
from scheduler.services.request_check import request_columns
from scheduler.services.revisions import change_row
from scheduler.services.scope import own_participants, sees_all, target_of


async def list_requests(
    tx: Tx,
    *,
    campaign_id: int | None = None,
    participant_id: int | None = None,
    group_id: int | None = None,
    competency_id: int | None = None,
    kind: str | None = None,
    state: str | None = None,
    mine: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page[RequestView]:
    """Return a page of requests, newest first; drafts of others are left out."""
    policy.require(tx.actor, "request.read")
    statement = select(Request)
    own = own_participants(tx.actor)
    if not sees_all(tx.actor):
        statement = statement.where(or_(Request.state != "draft", Request.participant_id.in_(own)))
    if mine:
        statement = statement.where(Request.participant_id.in_(own))
    for column, value in (
        (Request.campaign_id, campaign_id),
        (Request.participant_id, participant_id),
        (Request.group_id, group_id),
        (Request.competency_id, competency_id),
        (Request.kind, kind),
        (Request.state, state),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows, following = await fetch_page(tx, statement, (Request.id,), limit, after, descending=True)
    return Page(items=await request_views(tx, [row[0] for row in rows]), next=following)


async def get_request(tx: Tx, request_id: int) -> RequestView:
    """Return one request.

    Raises
    ------
    NotFound
        There is none, or it is somebody else's draft.
    """
    policy.require(tx.actor, "request.read")
    row: Request = await get_row(tx, Request, request_id)
    hidden = row.state == "draft" and row.participant_id not in own_participants(tx.actor)
    if hidden and not sees_all(tx.actor):
        raise NotFound("request", request_id)
    return (await request_views(tx, [row]))[0]


async def create_request(tx: Tx, request: RequestInput) -> RequestView:
    """Ask for something in a campaign.

    Raises
    ------
    Invalid
        Every fault of the input.
    """
    policy.require(tx.actor, "request.write", await target_of(tx, [request.participant_id]))
    columns = await request_columns(tx, request)
    row = Request(
        code=new_code("request"),
        campaign_id=request.campaign_id,
        participant_id=request.participant_id,
        submitted_at=tx.clock.now(),
        **columns,
    )
    tx.session.add(row)
    await tx.session.flush()
    record(tx, "request.create", "request", row.id, after=request.model_dump(mode="json"))
    return await get_request(tx, row.id)


async def update_request(tx: Tx, request_id: int, request: RequestInput, revision: int) -> RequestView:
    """Change a request; its campaign and participant stay. Its bookings follow with the next version.

    Raises
    ------
    Invalid
        Every fault of the input.
    StaleRevision
        Somebody else changed it.
    WrongState
        It is withdrawn.
    """
    row = await _open(tx, request_id, ("draft", "submitted"))
    faults = []
    if request.campaign_id != row.campaign_id:
        faults.append(FieldError("campaign_id", "unchangeable"))
    if request.participant_id != row.participant_id:
        faults.append(FieldError("participant_id", "unchangeable"))
    columns = await request_columns(tx, request, faults)
    await change_row(tx, Request, request_id, revision, **columns, submitted_at=tx.clock.now())
    record(tx, "request.update", "request", request_id, after=request.model_dump(mode="json"))
    return await get_request(tx, request_id)


async def submit_request(tx: Tx, request_id: int, revision: int) -> RequestView:
    """Send a draft in.

    Raises
    ------
    Invalid
        Its campaign was closed meanwhile.
    StaleRevision
        Somebody else changed it.
    WrongState
        It is no draft.
    """
    row = await _open(tx, request_id, ("draft",))
    campaign: Campaign = await get_row(tx, Campaign, row.campaign_id)
    if campaign.state != "open":
        raise Invalid([FieldError("campaign_id", "campaign_closed")])
    await change_row(tx, Request, request_id, revision, state="submitted", submitted_at=tx.clock.now())
    record(tx, "request.submit", "request", request_id)
    return await get_request(tx, request_id)


async def withdraw_request(tx: Tx, request_id: int, revision: int) -> RequestView:
    """Take a request back; what was published for it goes with the next version.

    Raises
    ------
    StaleRevision
        Somebody else changed it.
    WrongState
        It is withdrawn already.
    """
    await _open(tx, request_id, ("draft", "submitted"))
    await change_row(tx, Request, request_id, revision, state="withdrawn")
    record(tx, "request.withdraw", "request", request_id)
    return await get_request(tx, request_id)


async def _open(tx: Tx, request_id: int, states: tuple[str, ...]) -> Request:
    row: Request = await get_row(tx, Request, request_id)
    policy.require(tx.actor, "request.write", await target_of(tx, [row.participant_id]))
    if row.state not in states:
        raise WrongState("request", row.state, states)
    return row


async def request_views(tx: Tx, rows: list[Request]) -> tuple[RequestView, ...]:
    """Return requests with the names of what they refer to, in the order given."""
    campaigns = await refs(tx, Campaign, [row.campaign_id for row in rows])
    participants = await refs(
        tx, Participant, [*(row.participant_id for row in rows), *(row.provider_id for row in rows)]
    )
    groups = await refs(tx, LearnerGroup, [row.group_id for row in rows])
    competencies = await refs(tx, Competency, [row.competency_id for row in rows])
    modules = await refs(tx, Module, [row.module_id for row in rows])
    kinds = await refs(tx, EquipmentKind, [row.equipment_kind_id for row in rows])
    statement = select(Subject.id, Subject.capacity).where(Subject.id.in_(groups))
    sizes = {row.id: row.capacity for row in await tx.session.execute(statement)}
    return tuple(
        RequestView.model_validate(
            {
                "id": row.id,
                "code": row.code,
                "campaign": campaigns[row.campaign_id],
                "participant": participants[row.participant_id],
                "group": groups[row.group_id],
                "group_size": sizes[row.group_id],
                "competency": competencies[row.competency_id],
                "module": modules.get(row.module_id or 0),
                "provider": participants.get(row.provider_id or 0),
                "kind": row.kind,
                "session_kind": row.session_kind,
                "form": row.form,
                "funding": row.funding,
                "tags": tuple(row.tags),
                "title": row.title,
                "hours": row.hours,
                "session_hours": row.session_hours,
                "subgroup_size": row.subgroup_size,
                "partial": row.partial,
                "from_on": row.from_on,
                "until_on": row.until_on,
                "weekdays": tuple(row.weekdays),
                "day_from_min": row.day_from_min,
                "day_until_min": row.day_until_min,
                "travel_limit_min": row.travel_limit_min,
                "min_gap_days": row.min_gap_days,
                "needs_trainer": row.needs_trainer,
                "equipment_kind": kinds.get(row.equipment_kind_id or 0),
                "equipment_count": row.equipment_count,
                "exam_days": row.exam_days,
                "overnight": row.overnight,
                "needs_bus": row.needs_bus,
                "odd_weeks": row.odd_weeks,
                "state": row.state,
                "submitted_at": row.submitted_at,
                "revision": row.revision,
            }
        )
        for row in rows
    )
