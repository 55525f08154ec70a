"""Allocation runs: start, watch, stop, accept."""

from litestar import Response, Router, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import JSONBody

from api.auth import AnyRequest
from api.caching import revised
from api.dependencies import ReadTx, WriteTx
from api.schemas.commands import RunStart
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit
from api.v1.progress import Since, stream_run_events
from scheduler.domain.model import Page
from scheduler.domain.run import ProgressView, RunState, RunView, UnplacedView
from scheduler.domain.version import VersionView
from scheduler.services import runs


@get("/")
async def list_runs(
    read_tx: ReadTx,
    campaign_id: FilterId = None,
    in_state: InState[RunState] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[RunView]:
    """Return a page of runs, the newest first."""
    return await runs.list_runs(read_tx, campaign_id=campaign_id, state=in_state, limit=limit, after=after)


@get("/{run_id:int}")
async def get_run(read_tx: ReadTx, run_id: Id) -> RunView:
    """Return one run with its report."""
    return await runs.get_run(read_tx, run_id)


@get("/{run_id:int}/progress")
async def list_run_progress(read_tx: ReadTx, run_id: Id, since: Since = 0) -> Page[ProgressView]:
    """Return the progress points after `since`, at most 1,000; `next` is the last one's number."""
    await runs.get_run(read_tx, run_id)
    points = await runs.progress_since(read_tx, run_id, since, PROGRESS_LIMIT)
    more = len(points) == PROGRESS_LIMIT
    return Page[ProgressView](items=points, next=str(points[-1].seq) if more else None)


@get("/{run_id:int}/unplaced")
async def list_run_unplaced(
    read_tx: ReadTx,
    run_id: Id,
    participant_id: FilterId = None,
    competency_id: FilterId = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[UnplacedView]:
    """Return a page of what the run left unplaced, with the reasons."""
    await runs.get_run(read_tx, run_id)
    return await runs.unplaced_of(
        read_tx,
        run_id,
        participant_id=participant_id,
        competency_id=competency_id,
        limit=limit,
        after=after,
    )


@post("/")
async def start_run(request: AnyRequest, write_tx: WriteTx, data: JSONBody[RunStart]) -> Response[RunView]:
    """Queue an allocation of a campaign's requests as they are now."""
    run = await runs.start_run(write_tx, data.campaign_id, data.options)
    return Response(
        run,
        headers={"Location": f"/api/v1/runs/{run.id}"},
        # After the answer, so after the commit: before it nobody could find the run.
        background=BackgroundTask(request.app.state.wake),
    )


@post("/{run_id:int}/stop", status_code=200)
async def stop_run(write_tx: WriteTx, run_id: Id) -> RunView:
    """Ask a run to stop; the best plan so far is kept."""
    return await runs.stop_run(write_tx, run_id)


@post("/{run_id:int}/accept")
async def accept_run(write_tx: WriteTx, run_id: Id) -> Response[VersionView]:
    """Make a draft of the timetable from a run's plan, checked against the rows of today."""
    made = await runs.accept_run(write_tx, run_id)
    return revised(made, created_at=f"/api/v1/versions/{made.id}")


PROGRESS_LIMIT = 1000

ROUTES = Router(
    "/runs",
    route_handlers=[
        list_runs,
        get_run,
        list_run_progress,
        list_run_unplaced,
        stream_run_events,
        start_run,
        stop_run,
        accept_run,
    ],
    tags=["runs"],
)
