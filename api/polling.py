"""Phones ask for their calendars again and again: an unchanged one is answered before all else."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.caching import matches

CALENDARS = "/calendars/"
SUFFIX = ".ics"
MAX_AGE_S = 300
FRESH_S = 2.0
"""So long an address is answered as it was last looked up, unless somebody wrote through this server."""
MAX_KNOWN = 10_000
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one state of a calendar from another."""

    etag: str
    modified_at: datetime

    def tag(self, *, compressed: bool) -> str:
        """Return the strong tag of one form: two forms are two representations."""
        return f'"{self.etag}-gzip"' if compressed else f'"{self.etag}"'

    def headers(self, *, compressed: bool) -> dict[str, str]:
        """Return the headers that 200 and 304 share."""
        return {
            "ETag": self.tag(compressed=compressed),
            "Last-Modified": format_datetime(self.modified_at, usegmt=True),
            "Cache-Control": f"private, max-age={MAX_AGE_S}",
            "Vary": "Accept-Encoding",
        }


class FeedUses:
    """Which feeds were read since the last time somebody asked: a GET itself writes nothing."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()

    def note(self, token: str) -> None:
        """Remember one use; with very many in a short time some are forgotten."""
        if len(self._tokens) < 10 * MAX_KNOWN:
            self._tokens.add(token)

    def take(self) -> set[str]:
        """Return what was remembered, and forget it."""
        tokens, self._tokens = self._tokens, set()
        return tokens


class KnownFeeds:
    """The validators of calendars that were looked up a moment ago."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Validators, float]] = {}

    def remember(self, token: str, validators: Validators) -> None:
        """Keep what was looked up just now."""
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[token] = (validators, time.monotonic() + FRESH_S)

    def find(self, token: str) -> Validators | None:
        """Return the validators if they are fresh."""
        found = self._known.get(token)
        if found is None or found[1] < time.monotonic():
            return None
        return found[0]

    def forget(self) -> None:
        """Keep nothing: something was written."""
        self._known.clear()


class Polling:
    """ASGI middleware: answers 304 for a calendar that the client has, passes everything else on."""

    def __init__(self, app: ASGIApp, known: KnownFeeds, uses: FeedUses) -> None:
        self._app = app
        self._known = known
        self._uses = uses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
        elif scope["method"] == "GET" and scope["path"].startswith(CALENDARS):
            headers = self._unchanged(scope)
            if headers is None:
                await self._app(scope, receive, send)
                return
            scope["path_template"] = f"{CALENDARS}{{name}}"
            await send(
                {"type": "http.response.start", "status": HTTPStatus.NOT_MODIFIED, "headers": [*headers]}
            )
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            try:
                await self._app(scope, receive, send)
            finally:
                if scope["method"] not in READING:
                    # Perhaps an address was revoked: from now on it is unknown.
                    self._known.forget()

    def _unchanged(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...] | None:
        """Return the headers of a 304, None if it must be looked up."""
        token = scope["path"][len(CALENDARS) :].removesuffix(SUFFIX)
        validators = self._known.find(token)
        if validators is None or len(scope["path"]) != len(CALENDARS) + len(token) + len(SUFFIX):
            return None
        sent: Mapping[bytes, bytes] = dict(scope["headers"])
        compressed = takes_gzip(sent.get(b"accept-encoding", b"").decode("latin-1"))
        tags = sent.get(b"if-none-match")
        if tags is None or not matches(tags.decode("latin-1"), validators.tag(compressed=compressed)):
            return None
        self._uses.note(token)
        return encoded(validators, compressed=compressed)


@lru_cache(maxsize=MAX_KNOWN)
def encoded(validators: Validators, *, compressed: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of a 304 as ASGI wants them."""
    headers = validators.headers(compressed=compressed)
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Return whether a client takes gzip.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
