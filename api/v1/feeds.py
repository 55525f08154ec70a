"""Calendar feeds: who has which, and their secret addresses."""

from litestar import Response, Router, get, post
from litestar.params import JSONBody

from api.auth import AnyRequest
from api.dependencies import ReadTx, WriteTx
from api.schemas.commands import FeedInput
from api.v1.parameters import Id, Mine
from scheduler.domain.feed import FeedView
from scheduler.domain.model import Page
from scheduler.services import feeds


@get("/")
async def list_feeds(request: AnyRequest, read_tx: ReadTx, mine: Mine = False) -> Page[FeedView]:
    """Return all feeds whose address one may see; it is ``/calendars/{token}.ics``."""
    return Page[FeedView](items=await feeds.list_feeds(read_tx, request.app.state.key, mine=mine))


@post("/", status_code=200)
async def ensure_feed(request: AnyRequest, write_tx: WriteTx, data: JSONBody[FeedInput]) -> FeedView:
    """Return the feed of a target; it is made if there was none, its bytes follow within 10 s."""
    return await feeds.ensure_feed(write_tx, data.kind, data.target_id, request.app.state.key)


@post("/{feed_id:int}/revoke", status_code=200)
async def revoke_feed(request: AnyRequest, write_tx: WriteTx, feed_id: Id) -> Response[FeedView]:
    """Give the feed a new address; the one before is worth nothing at once."""
    return Response(await feeds.revoke_feed(write_tx, feed_id, request.app.state.key))


ROUTES = Router("/feeds", route_handlers=[list_feeds, ensure_feed, revoke_feed], tags=["feeds"])
