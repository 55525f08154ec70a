"""Infrastructure lists of competencies by season, and which workshops meet them."""

from litestar import Response, Router, get, post, put
from litestar.params import JSONBody

from api.caching import revised
from api.dependencies import ReadTx, Revision, WriteTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, Limit
from scheduler.domain.infrastructure import InfrastructureInput, InfrastructureView
from scheduler.domain.model import Page
from scheduler.services import infrastructure


@get("/")
async def list_infrastructure_lists(
    read_tx: ReadTx, competency_id: FilterId = None, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[InfrastructureView]:
    """Return a page of infrastructure lists, newest first."""
    return await infrastructure.list_infrastructure(
        read_tx, competency_id=competency_id, limit=limit, after=after
    )


@get("/{list_id:int}")
async def get_infrastructure_list(read_tx: ReadTx, list_id: Id) -> Response[InfrastructureView]:
    """Return one list with what each workshop of the competency lacks."""
    return revised(await infrastructure.get_infrastructure(read_tx, list_id))


@post("/")
async def create_infrastructure_list(
    write_tx: WriteTx, data: JSONBody[InfrastructureInput]
) -> Response[InfrastructureView]:
    """Put a season's list in force; coordinators alone may."""
    made = await infrastructure.create_infrastructure(write_tx, data)
    return revised(made, created_at=f"/api/v1/infrastructure-lists/{made.id}")


@put("/{list_id:int}")
async def update_infrastructure_list(
    write_tx: WriteTx, list_id: Id, revision: Revision, data: JSONBody[InfrastructureInput]
) -> Response[InfrastructureView]:
    """Change a list."""
    return revised(await infrastructure.update_infrastructure(write_tx, list_id, data, revision))


ROUTES = Router(
    "/infrastructure-lists",
    route_handlers=[
        list_infrastructure_lists,
        get_infrastructure_list,
        create_infrastructure_list,
        update_infrastructure_list,
    ],
    tags=["register"],
)
