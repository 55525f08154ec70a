"""A run's progress as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, TypeAlias

from litestar import get
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from api.auth import AnyRequest
from api.v1.parameters import Id
from api.validation import MAX_INTEGER
from scheduler.domain.run import ProgressView, RunView
from scheduler.persistence.engine import Database
from scheduler.policy import Actor
from scheduler.services import runs

POLL_S = 0.5
HEARTBEAT_S = 15.0
"""A line without meaning after so much silence: it keeps the connection and finds out who has gone."""
LONGEST_S = 600.0
"""The stream ends then; the client comes back with Last-Event-ID, and its login is looked at again."""
ENDED = frozenset({"succeeded", "stopped", "failed", "lost"})

Since: TypeAlias = Annotated[
    int, QueryParameter(ge=0, le=MAX_INTEGER, description="Number of the last point that is known.")
]
LastEventId: TypeAlias = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", description="Sent by a browser that comes back.")
]


@get("/{run_id:int}/events", media_type="text/event-stream")
async def stream_run_events(
    request: AnyRequest, run_id: Id, since: Since = 0, last_event_id: LastEventId = None
) -> ServerSentEvent:
    """Stream a run's progress until it ends.

    Events: ``progress`` (its id is the point's number, its data a point), ``state`` (the run's new state),
    ``end`` (the run's last state; the stream is over).
    """
    db: Database = request.app.state.db
    async with db.read_tx(request.user) as tx:
        await runs.get_run(tx, run_id)
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        since = min(int(last_event_id[:16]), MAX_INTEGER)
    return ServerSentEvent(events(db, request.user, run_id, since))


async def events(
    db: Database, actor: Actor, run_id: int, since: int
) -> AsyncIterator[ServerSentEventMessage]:
    """Yield what is new since a point; every look at the run is a short transaction of its own."""
    loop = asyncio.get_running_loop()
    began = spoke = loop.time()
    state = ""
    while loop.time() - began < LONGEST_S:
        # The state first: points that are written with the last state are read after it.
        run, points = await look(db, actor, run_id, since)
        for point in points:
            yield ServerSentEventMessage(event="progress", id=point.seq, data=point.model_dump_json())
            since = point.seq
        if run.state != state:
            state = run.state
            name = "end" if state in ENDED else "state"
            yield ServerSentEventMessage(event=name, data=f'{{"state":"{state}"}}')
        elif not points and loop.time() - spoke > HEARTBEAT_S:
            yield ServerSentEventMessage(data=None, comment="still here")
        else:
            await asyncio.sleep(POLL_S)
            continue
        spoke = loop.time()
        if state in ENDED:
            return


async def look(
    db: Database, actor: Actor, run_id: int, since: int
) -> tuple[RunView, tuple[ProgressView, ...]]:
    """Read the run and its points after `since` in one state of the database."""
    async with db.read_tx(actor) as tx:
        return await runs.get_run(tx, run_id), await runs.progress_since(tx, run_id, since)
