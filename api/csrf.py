"""A form of another site cannot act for a signed-in visitor."""

import hashlib
import hmac
from typing import Any

from litestar import Request
from litestar.config.csrf import CSRFConfig
from litestar.enums import ScopeType
from litestar.middleware.csrf import CSRFMiddleware
from litestar.template.base import csrf_token as token_of_context
from litestar.types import Receive, Scope, Send

from api.auth import LOGIN_COOKIE
from api.routes import MACHINE_PREFIXES

CSRF_COOKIE = "smena_csrf"
CSRF_HEADER = "x-csrf-token"


def csrf_config(server_key: bytes, *, secure: bool) -> CSRFConfig:
    """Return how tokens are signed and where they travel; the secret is derived from the server's key."""
    secret = hmac.digest(server_key, b"csrf", hashlib.sha256).hex()
    return CSRFConfig(secret=secret, cookie_name=CSRF_COOKIE, header_name=CSRF_HEADER, cookie_secure=secure)


def csrf_token(request: Request[Any, Any, Any]) -> str:
    """Return the token that a form or an htmx request of this page must send back."""
    return token_of_context({"request": request})


class SelectiveCSRF(CSRFMiddleware):
    """Asks for the token wherever a browser could be made to act by its cookie.

    An Authorization header is never sent by a browser on its own, and where it stands the cookie counts
    for nothing; an API request without our cookie acts for nobody.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == ScopeType.HTTP and self._needs_no_token(Request(scope)):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _needs_no_token(self, request: Request[Any, Any, Any]) -> bool:
        if "authorization" in request.headers:
            return True
        if not request.scope["path"].startswith(MACHINE_PREFIXES):
            return False
        return request.method in self.config.safe_methods or LOGIN_COOKIE not in request.cookies
