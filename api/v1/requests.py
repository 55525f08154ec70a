"""Requests, and what became of them."""

from litestar import Response, Router, get, post, put
from litestar.params import FromQuery, JSONBody

from api.auth import AnyRequest
from api.caching import revised
from api.dependencies import ReadTx, Revision, WriteTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit, Mine
from scheduler.domain.advice import AdviceView
from scheduler.domain.model import Page
from scheduler.domain.request import RequestInput, RequestKind, RequestState, RequestView
from scheduler.domain.week import RequestOutcome
from scheduler.jobs.advice import AdviceDesk
from scheduler.services import requests, views


@get("/")
async def list_requests(
    read_tx: ReadTx,
    campaign_id: FilterId = None,
    participant_id: FilterId = None,
    group_id: FilterId = None,
    competency_id: FilterId = None,
    kind: FromQuery[RequestKind | None] = None,
    in_state: InState[RequestState] = None,
    mine: Mine = False,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[RequestView]:
    """Return a page of requests."""
    return await requests.list_requests(
        read_tx,
        campaign_id=campaign_id,
        participant_id=participant_id,
        group_id=group_id,
        competency_id=competency_id,
        kind=kind,
        state=in_state,
        mine=mine,
        limit=limit,
        after=after,
    )


@get("/{request_id:int}")
async def get_request(read_tx: ReadTx, request_id: Id) -> Response[RequestView]:
    """Return one request."""
    return revised(await requests.get_request(read_tx, request_id))


@get("/{request_id:int}/outcome")
async def get_request_outcome(read_tx: ReadTx, request_id: Id) -> RequestOutcome:
    """Return what became of a request, session by session, with the reasons of what is not placed."""
    return await views.request_outcome(read_tx, request_id)


@get("/{request_id:int}/advice")
async def get_request_advice(request: AnyRequest, request_id: Id) -> AdviceView:
    """Return what would have to give so that more of a request finds a place, and what near it is free.

    Computed on demand for its owner and the coordinator, which takes seconds the first time.
    """
    desk: AdviceDesk = request.app.state.advice
    return await desk.advice(request.user, request_id)


@post("/")
async def create_request(write_tx: WriteTx, data: JSONBody[RequestInput]) -> Response[RequestView]:
    """Ask for sessions of a group in a campaign."""
    made = await requests.create_request(write_tx, data)
    return revised(made, created_at=f"/api/v1/requests/{made.id}")


@put("/{request_id:int}")
async def update_request(
    write_tx: WriteTx, request_id: Id, revision: Revision, data: JSONBody[RequestInput]
) -> Response[RequestView]:
    """Change a request."""
    return revised(await requests.update_request(write_tx, request_id, data, revision))


@post("/{request_id:int}/submit", status_code=200)
async def submit_request(write_tx: WriteTx, request_id: Id, revision: Revision) -> Response[RequestView]:
    """Send a drafted request in."""
    return revised(await requests.submit_request(write_tx, request_id, revision))


@post("/{request_id:int}/withdraw", status_code=200)
async def withdraw_request(write_tx: WriteTx, request_id: Id, revision: Revision) -> Response[RequestView]:
    """Take a request back."""
    return revised(await requests.withdraw_request(write_tx, request_id, revision))


ROUTES = Router(
    "/requests",
    route_handlers=[
        list_requests,
        get_request,
        get_request_outcome,
        get_request_advice,
        create_request,
        update_request,
        submit_request,
        withdraw_request,
    ],
    tags=["requests"],
)
