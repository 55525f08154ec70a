"""Participants and their sites."""

from litestar import Response, Router, get, post, put
from litestar.params import FromQuery, JSONBody

from api.caching import revised
from api.dependencies import ReadTx, WriteTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit
from scheduler.domain.model import Page
from scheduler.domain.register import (
    ParticipantKind,
    ParticipantState,
    ParticipantView,
    SiteInput,
    SiteView,
)
from scheduler.services import participants


@get("/")
async def list_participants(
    read_tx: ReadTx,
    kind: FromQuery[ParticipantKind | None] = None,
    in_state: InState[ParticipantState] = None,
    cluster_id: FilterId = None,
    town_id: FilterId = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[ParticipantView]:
    """Return a page of participants with their sites, by name."""
    return await participants.list_participants(
        read_tx, kind=kind, state=in_state, cluster_id=cluster_id, town_id=town_id, limit=limit, after=after
    )


@get("/{participant_id:int}")
async def get_participant(read_tx: ReadTx, participant_id: Id) -> Response[ParticipantView]:
    """Return one participant."""
    return revised(await participants.get_participant(read_tx, participant_id))


@post("/{participant_id:int}/sites")
async def create_site(write_tx: WriteTx, participant_id: Id, data: JSONBody[SiteInput]) -> Response[SiteView]:
    """Add a site to a participant."""
    site = await participants.create_site(write_tx, participant_id, data)
    return Response(site, headers={"Location": f"/api/v1/sites/{site.id}"})


@get("/")
async def list_sites(
    read_tx: ReadTx,
    participant_id: FilterId = None,
    town_id: FilterId = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[SiteView]:
    """Return a page of sites."""
    return await participants.list_sites(
        read_tx, participant_id=participant_id, town_id=town_id, limit=limit, after=after
    )


@get("/{site_id:int}")
async def get_site(read_tx: ReadTx, site_id: Id) -> SiteView:
    """Return one site with its bells."""
    return await participants.get_site(read_tx, site_id)


@put("/{site_id:int}")
async def update_site(write_tx: WriteTx, site_id: Id, data: JSONBody[SiteInput]) -> SiteView:
    """Change a site."""
    return await participants.update_site(write_tx, site_id, data)


ROUTES = (
    Router(
        "/participants",
        route_handlers=[list_participants, get_participant, create_site],
        tags=["participants"],
    ),
    Router("/sites", route_handlers=[list_sites, get_site, update_site], tags=["participants"]),
)
