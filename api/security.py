"""The outermost layer: headers of every answer, names the server answers to, the log of requests."""

import ipaddress
import logging
import time
from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from scheduler.policy import ANONYMOUS

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""A `style` attribute with CSS variables is needed by the timeline; scripts are files."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What an answer has unless its handler said something else."""

ENCODED = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

access_log = logging.getLogger("smena.access")


def host_name(host: str) -> str:
    """Return the name in a Host header, without port and brackets, in lower case.

    >>> host_name("[::1]:8000"), host_name("Localhost:8000")
    ('::1', 'localhost')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


class Edge:
    """ASGI middleware around the whole application, unknown routes included.

    A request is answered only under a known name, so that a foreign name that was pointed at this machine
    cannot use a visitor's browser; an address in digits cannot be pointed anywhere and is always known.
    The log names a request by its route, since a path may hold a secret.

    Parameters
    ----------
    app
        The application.
    hosts
        Names that the server answers to.
    unknown_host
        Answers requests for any other name.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], unknown_host: ASGIApp) -> None:
        self._app = app
        self._hosts = frozenset(name.lower() for name in hosts)
        self._unknown_host = unknown_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        # Nobody, until the login is looked up; on unknown addresses that never happens.
        scope["user"] = ANONYMOUS
        began = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                named = {name.lower() for name, _ in headers}
                headers += [(name, value) for name, value in ENCODED if name not in named]
                message["headers"] = headers
            await send(message)

        app = self._app if self._knows(scope) else self._unknown_host
        try:
            await app(scope, receive, send_with_headers)
        finally:
            access_log.info(
                "%s %s %d %.1f ms",
                scope["method"],
                scope.get("path_template") or "-",
                status,
                (time.perf_counter() - began) * 1000,
            )

    def _knows(self, scope: Scope) -> bool:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        name = host_name(host.decode("latin-1"))
        return name in self._hosts or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
