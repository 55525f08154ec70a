"""Resources and when they can be used."""

from litestar import Response, Router, get, post, put
from litestar.params import FromQuery, JSONBody

from api.caching import revised
from api.dependencies import ReadTx, Revision, WriteTx
from api.schemas.commands import Availability
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, Limit, Mine
from scheduler.domain.model import Page
from scheduler.domain.resource import ResourceDetails, ResourceInput, ResourceView
from scheduler.services import resources


@get("/")
async def list_resources(
    read_tx: ReadTx,
    kind: FromQuery[str | None] = None,
    owner_id: FilterId = None,
    town_id: FilterId = None,
    competency_id: FilterId = None,
    mine: Mine = False,
    retired: FromQuery[bool] = False,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[ResourceView]:
    """Return a page of resources; a trainer stands there without a name."""
    return await resources.list_resources(
        read_tx,
        kind=kind,
        owner_id=owner_id,
        town_id=town_id,
        competency_id=competency_id,
        mine=mine,
        retired=retired,
        limit=limit,
        after=after,
    )


@get("/{resource_id:int}")
async def get_resource(read_tx: ReadTx, resource_id: Id) -> Response[ResourceDetails]:
    """Return one resource with its equipment, units and availability."""
    return revised(await resources.get_resource(read_tx, resource_id))


@post("/")
async def create_resource(write_tx: WriteTx, data: JSONBody[ResourceInput]) -> Response[ResourceDetails]:
    """Add a resource; its owner alone may."""
    made = await resources.create_resource(write_tx, data)
    return revised(made, created_at=f"/api/v1/resources/{made.id}")


@put("/{resource_id:int}")
async def update_resource(
    write_tx: WriteTx, resource_id: Id, revision: Revision, data: JSONBody[ResourceInput]
) -> Response[ResourceDetails]:
    """Change a resource; a capacity below what is claimed is refused."""
    return revised(await resources.update_resource(write_tx, resource_id, data, revision))


@put("/{resource_id:int}/availability")
async def set_availability(
    write_tx: WriteTx, resource_id: Id, revision: Revision, data: JSONBody[Availability]
) -> Response[ResourceDetails]:
    """Replace when a resource can be used."""
    return revised(await resources.set_availability(write_tx, resource_id, data.rows, revision))


ROUTES = Router(
    "/resources",
    route_handlers=[list_resources, get_resource, create_resource, update_resource, set_availability],
    tags=["resources"],
)
