"""Learner groups: counts, never names."""

from litestar import Response, Router, get, post, put
from litestar.params import FromQuery, JSONBody

from api.caching import revised
from api.dependencies import ReadTx, Revision, WriteTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, Limit, Mine
from scheduler.domain.group import GroupDetails, GroupInput, GroupKind, GroupView
from scheduler.domain.model import Page
from scheduler.services import groups


@get("/")
async def list_groups(
    read_tx: ReadTx,
    participant_id: FilterId = None,
    kind: FromQuery[GroupKind | None] = None,
    mine: Mine = False,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[GroupView]:
    """Return a page of learner groups."""
    return await groups.list_groups(
        read_tx, participant_id=participant_id, kind=kind, mine=mine, limit=limit, after=after
    )


@get("/{group_id:int}")
async def get_group(read_tx: ReadTx, group_id: Id) -> Response[GroupDetails]:
    """Return one learner group with its weeks and curriculum."""
    return revised(await groups.get_group(read_tx, group_id))


@post("/")
async def create_group(write_tx: WriteTx, data: JSONBody[GroupInput]) -> Response[GroupDetails]:
    """Add a learner group."""
    made = await groups.create_group(write_tx, data)
    return revised(made, created_at=f"/api/v1/groups/{made.id}")


@put("/{group_id:int}")
async def update_group(
    write_tx: WriteTx, group_id: Id, revision: Revision, data: JSONBody[GroupInput]
) -> Response[GroupDetails]:
    """Change a learner group."""
    return revised(await groups.update_group(write_tx, group_id, data, revision))


ROUTES = Router(
    "/groups", route_handlers=[list_groups, get_group, create_group, update_group], tags=["groups"]
)
