"""Whether the service is well, for monitors."""

from http import HTTPStatus
from importlib.metadata import version
from typing import Literal

from litestar import Response, get

from api.auth import NO_LOGIN, AnyRequest
from scheduler.domain.model import View
from scheduler.errors import Unavailable
from scheduler.policy import ANONYMOUS
from scheduler.services.health import database_revision


class Health(View):
    """State of the service; `worker` is off where other processes execute the runs."""

    status: Literal["ok", "failing"]
    version: str
    database: Literal["ok", "unavailable"]
    migration: str | None
    worker: Literal["alive", "dead", "off"]


@get("/health", opt=NO_LOGIN, tags=["health"])
async def get_health(request: AnyRequest) -> Response[Health]:
    """Return the state of the service; 503 if it cannot do its work."""
    state = request.app.state
    migration: str | None = None
    try:
        async with state.db.read_tx(ANONYMOUS) as tx:
            migration = await database_revision(tx)
    except Unavailable:
        database: Literal["ok", "unavailable"] = "unavailable"
    else:
        database = "ok"
    worker: Literal["alive", "dead", "off"] = "off"
    if state.worker is not None:
        worker = "alive" if state.worker.alive else "dead"
    well = database == "ok" and worker != "dead"
    health = Health(
        status="ok" if well else "failing",
        version=version("smena"),
        database=database,
        migration=migration,
        worker=worker,
    )
    return Response(health, status_code=HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)
