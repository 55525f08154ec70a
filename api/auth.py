"""Who is asking: a login's secret in a cookie (pages) or as a bearer token (API clients)."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from api.limits import Attempts
from scheduler.clock import Clock
from scheduler.domain.account import LoginView
from scheduler.errors import FieldError, Invalid
from scheduler.persistence.engine import Database
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.services import accounts

LOGIN_COOKIE = "smena_login"
BEARER = "bearer "
NO_LOGIN = {"exclude_from_auth": True}
"""Option of a handler that does not care who asks, so that the login is not looked up."""
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="smena"'}

Connection = ASGIConnection[Any, Any, Any, Any]
AnyRequest = Request[Any, Any, Any]


def login_token(connection: Connection) -> str | None:
    """Return the login's secret that the request carries, None: none. A bearer token hides the cookie."""
    header = connection.headers.get("authorization")
    if header is not None:
        return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
    return connection.cookies.get(LOGIN_COOKIE)


class Authentication(AbstractAuthenticationMiddleware):
    """Sets `request.user` to the `Actor` on every route; nobody signed in: `ANONYMOUS`."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Find the login.

        Raises
        ------
        NotAuthorizedException
            There is an Authorization header but no login for it. A cookie of a login that ended is no
            error: the visitor is simply not signed in any more.
        """
        token = login_token(connection)
        if token is None:
            return AuthenticationResult(ANONYMOUS, None)
        db: Database = connection.app.state.db
        async with db.read_tx(ANONYMOUS) as tx:
            actor = await accounts.find_actor_by_token(tx, token)
        if actor is None and "authorization" in connection.headers:
            raise NotAuthorizedException(headers=CHALLENGE)
        return AuthenticationResult(actor or ANONYMOUS, token)


def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: let only a signed-in actor in; what it may do is the policy's question.

    Raises
    ------
    NotAuthorizedException
    """
    if connection.user.account_id is None:
        raise NotAuthorizedException(headers=CHALLENGE)


class SignInLimits:
    """How often a password may be guessed.

    By login and address, so that a guesser does not lock out the owner; by login, for many guessers of one
    password; by address, for one guesser of many logins.
    """

    def __init__(self, clock: Clock) -> None:
        self.pair = Attempts(clock, "sign_in", allowed=10, window_s=600)
        self.login = Attempts(clock, "sign_in", allowed=100, window_s=600)
        self.address = Attempts(clock, "sign_in", allowed=50, window_s=600)
        # The hash is slow on purpose; whoever waits for it holds no connection.
        self.at_once = asyncio.Semaphore(2)


async def sign_in(request: AnyRequest, login: str, password: str) -> LoginView:
    """Open a login for whoever knows the password; its token is in no log and no table.

    The slow hash is computed while no write transaction is open.

    Raises
    ------
    Invalid
        There is no such pair of login and password; which of them is wrong is not told.
    LimitExceeded
        Too many wrong passwords for this login or from this address.
    """
    state = request.app.state
    limits: SignInLimits = state.sign_in_limits
    name, address = login.strip().casefold(), client_address(request)
    taken = ((limits.address, address), (limits.pair, f"{address} {name}"), (limits.login, name))
    for attempts, key in taken:
        attempts.take(key)
    async with limits.at_once, state.db.read_tx(ANONYMOUS) as tx:
        account = await accounts.authenticate(tx, login, password)
    if account is None:
        raise Invalid([FieldError("password", "wrong_login")])
    for attempts, key in taken:
        attempts.give_back(key)
    async with state.db.write_tx(SYSTEM) as tx:
        lifetime = timedelta(days=state.settings.login_days)
        return await accounts.open_login(tx, account.id, lifetime)


async def sign_out(request: AnyRequest) -> None:
    """End the login that the request carries."""
    token = login_token(request)
    if token:
        async with request.app.state.db.write_tx(request.user) as tx:
            await accounts.close_login(tx, token)


def client_address(connection: Connection) -> str:
    """Return the address that the request came from; a forwarded one is not believed."""
    return connection.client.host if connection.client else ""


def set_login_cookie(request: AnyRequest, response: Response[Any], token: str, expires_at: datetime) -> None:
    """Keep a browser signed in until the login ends."""
    max_age = int((expires_at - request.app.state.clock.now()).total_seconds())
    response.set_cookie(_cookie(request, token, max_age))


def clear_login_cookie(request: AnyRequest, response: Response[Any]) -> None:
    """Make a browser forget its login."""
    response.set_cookie(_cookie(request, "", 0))


def _cookie(request: AnyRequest, value: str, max_age: int) -> Cookie:
    secure: bool = request.app.state.secure_cookies
    return Cookie(
        LOGIN_COOKIE, value=value, path="/", max_age=max_age, secure=secure, httponly=True, samesite="lax"
    )
