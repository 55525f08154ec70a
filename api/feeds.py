"""Calendar feeds: stored bytes and their validators; nothing is made on a GET."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.auth import NO_LOGIN, AnyRequest, client_address
from api.caching import matches
from api.limits import Attempts
from api.polling import SUFFIX, FeedUses, Validators, takes_gzip
from scheduler.clock import Clock
from scheduler.domain.feed import FeedBody
from scheduler.errors import DomainError
from scheduler.persistence.engine import Database
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.services import feeds

STORE_EVERY_S = 10

log = logging.getLogger("smena.feeds")


def unknown_feed_limit(clock: Clock) -> Attempts:
    """Return how many unknown addresses one client may try: sixty a minute."""
    return Attempts(clock, "unknown_feed", allowed=60, window_s=60)


@get("/calendars/{name:str}", opt=NO_LOGIN, tags=["feeds"], media_type="text/calendar")
async def get_calendar(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Return the calendar of a feed: iCalendar bytes as they were stored when its bookings changed.

    Every unknown address is answered alike.
    """
    state = request.app.state
    token = name.removesuffix(SUFFIX)
    found: FeedBody | None = None
    if token != name:
        async with state.db.read_tx(ANONYMOUS) as tx:
            found = await feeds.find_feed_by_token(tx, token)
    if found is None:
        state.unknown_feeds.take(client_address(request))
        raise NotFoundException
    state.feed_uses.note(token)
    validators = Validators(found.etag, found.modified_at)
    state.known_feeds.remember(token, validators)
    return calendar_response(request, found, validators)


def calendar_response(request: AnyRequest, feed: FeedBody, validators: Validators) -> Response[bytes]:
    """Return the bytes in the form that the client takes, or 304 if it has them."""
    compressed = takes_gzip(request.headers.get("accept-encoding", ""))
    headers = validators.headers(compressed=compressed)
    if has_it(request, validators.tag(compressed=compressed), feed.modified_at):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="smena.ics"'
    if compressed:
        headers["Content-Encoding"] = "gzip"
    body = feed.body_gzip if compressed else feed.body
    return Response(body, headers=headers, media_type="text/calendar")


def has_it(request: AnyRequest, tag: str, modified_at: datetime) -> bool:
    """Return whether the client's copy is today's; a date counts only where there is no tag."""
    if (tags := request.headers.get("if-none-match")) is not None:
        return matches(tags, tag)
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        seen_at = parsedate_to_datetime(since)
    except ValueError:
        return False
    return seen_at.tzinfo is not None and modified_at.replace(microsecond=0) <= seen_at


@asynccontextmanager
async def storing_uses(db: Database, uses: FeedUses) -> AsyncIterator[None]:
    """Store every few seconds which feeds were read, and once more at the end."""
    task = asyncio.create_task(_store_forever(db, uses))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await store_uses(db, uses)


async def store_uses(db: Database, uses: FeedUses) -> None:
    """Store which feeds were read; what cannot be stored now is kept for the next time."""
    tokens = uses.take()
    if not tokens:
        return
    try:
        async with db.write_tx(SYSTEM) as tx:
            for token in sorted(tokens):
                await feeds.note_use(tx, token)
    except DomainError as error:
        log.warning("uses of feeds are kept for later: %s", error.code)
        for token in tokens:
            uses.note(token)


async def _store_forever(db: Database, uses: FeedUses) -> None:
    while True:
        await asyncio.sleep(STORE_EVERY_S)
        await store_uses(db, uses)
