"""Signing in and out."""

from litestar import Router, get, post
from litestar.params import JSONBody

from api.auth import AnyRequest, sign_in, sign_out
from api.dependencies import ReadTx
from api.schemas.session import SignIn, Token
from scheduler.domain.account import AccountView
from scheduler.services import accounts


@post("/login", tags=["session"], status_code=200, security=[])
async def login(request: AnyRequest, data: JSONBody[SignIn]) -> Token:
    """Open a login; its token goes into the header ``Authorization: Bearer`` of every further request."""
    made = await sign_in(request, data.login, data.password)
    return Token(token=made.token, expires_at=made.expires_at)


@post("/logout", status_code=204)
async def logout(request: AnyRequest) -> None:
    """End this login; its token is worth nothing afterwards."""
    await sign_out(request)


@get("/me")
async def get_me(read_tx: ReadTx) -> AccountView:
    """Return one's own account and roles."""
    return await accounts.get_account(read_tx)


SIGN_IN = login
ROUTES = Router("/", route_handlers=[logout, get_me], tags=["session"])
