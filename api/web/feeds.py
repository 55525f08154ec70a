"""Addresses of calendar feeds: shown on demand, reissued when one has leaked."""

from collections.abc import Mapping
from typing import Any, get_args

from litestar import Request, post

from api.language import language_of
from api.v1.parameters import Id
from api.web.forms import typed
from api.web.lists import zone_of
from api.web.page import Html, fragment, is_fragment_request, page
from api.web.transactions import reading, writing
from scheduler.domain.feed import FeedKind, FeedView
from scheduler.errors import NotFound
from scheduler.services import feeds

AnyRequest = Request[Any, Any, Any]
KINDS: Mapping[str, FeedKind] = {kind: kind for kind in get_args(FeedKind)}


@post("/feeds", status_code=200)
async def show_feed(request: AnyRequest) -> Html:
    """Show the address of a target's feed; the feed is made if there was none."""
    form = await typed(request, language_of(request), {})
    kind, target = KINDS.get(form.text("kind")), form.text("target_id")
    if kind is None or not (target.isascii() and target.isdecimal() and len(target) < 19):
        raise NotFound("feed", target)
    async with writing(request) as tx:
        feed = await feeds.ensure_feed(tx, kind, int(target), request.app.state.key)
    return await _answer(request, feed)


@post("/feeds/{feed_id:int}/reissue", status_code=200)
async def reissue_feed(request: AnyRequest, feed_id: Id) -> Html:
    """Give a feed a new address; the old one ends at once."""
    async with writing(request) as tx:
        feed = await feeds.revoke_feed(tx, feed_id, request.app.state.key)
    return await _answer(request, feed)


def feed_url(request: AnyRequest, token: str) -> str:
    """Return the address that a calendar subscribes to."""
    public = request.app.state.settings.public_base_url
    base = str(public) if public is not None else str(request.base_url)
    return f"{base.rstrip('/')}/calendars/{token}.ics"


async def _answer(request: AnyRequest, feed: FeedView) -> Html:
    url = feed_url(request, feed.token)
    context: dict[str, Any] = {"feed": feed, "url": url, "webcal": f"webcal://{url.partition('://')[2]}"}
    async with reading(request) as tx:
        context["timezone"] = await zone_of(tx)
        if is_fragment_request(request):
            return fragment(request, "_feed.html", **context)
        return await page(request, tx, "feed.html", **context)


ROUTES = (show_feed, reissue_feed)
