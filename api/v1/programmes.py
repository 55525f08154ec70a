"""Network programmes and their modules."""

from litestar import Router, get, post
from litestar.params import JSONBody

from api.dependencies import ReadTx, WriteTx
from api.schemas.commands import Agreement
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit
from scheduler.domain.model import Page
from scheduler.domain.programme import ModuleView, ProgrammeState, ProgrammeView
from scheduler.services import programmes


@get("/")
async def list_programmes(
    read_tx: ReadTx,
    cluster_id: FilterId = None,
    participant_id: FilterId = None,
    in_state: InState[ProgrammeState] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[ProgrammeView]:
    """Return a page of network programmes with parties and modules."""
    return await programmes.list_programmes(
        read_tx,
        cluster_id=cluster_id,
        participant_id=participant_id,
        state=in_state,
        limit=limit,
        after=after,
    )


@get("/{programme_id:int}")
async def get_programme(read_tx: ReadTx, programme_id: Id) -> ProgrammeView:
    """Return one network programme."""
    return await programmes.get_programme(read_tx, programme_id)


@post("/{programme_id:int}/agree", status_code=200)
async def agree_programme(write_tx: WriteTx, programme_id: Id, data: JSONBody[Agreement]) -> ProgrammeView:
    """Agree to a programme for one of its parties."""
    return await programmes.agree(write_tx, programme_id, data.participant_id)


@post("/{programme_id:int}/approve", status_code=200)
async def approve_programme(write_tx: WriteTx, programme_id: Id) -> ProgrammeView:
    """Approve a programme that all its parties agreed to."""
    return await programmes.approve(write_tx, programme_id)


@get("/")
async def list_modules(
    read_tx: ReadTx,
    participant_id: FilterId = None,
    competency_id: FilterId = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[ModuleView]:
    """Return a page of the modules of approved and running programmes."""
    return await programmes.list_modules(
        read_tx, participant_id=participant_id, competency_id=competency_id, limit=limit, after=after
    )


@get("/{module_id:int}")
async def get_module(read_tx: ReadTx, module_id: Id) -> ModuleView:
    """Return one module."""
    return await programmes.get_module(read_tx, module_id)


ROUTES = (
    Router(
        "/programmes",
        route_handlers=[list_programmes, get_programme, agree_programme, approve_programme],
        tags=["programmes"],
    ),
    Router("/modules", route_handlers=[list_modules, get_module], tags=["programmes"]),
)
