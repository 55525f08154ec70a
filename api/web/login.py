"""Signing in and out, and the language of the pages."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from api.auth import clear_login_cookie, set_login_cookie, sign_in, sign_out
from api.language import LANGUAGE_COOKIE, language_of
from api.texts import LANGUAGES, N_
from api.web import query
from api.web.forms import Form, typed
from api.web.page import Html, page, see
from api.web.transactions import reading, writing
from scheduler.errors import Invalid
from scheduler.services import accounts

AnyRequest = Request[Any, Any, Any]
YEAR_S = 365 * 24 * 3600
LABELS = {"login": N_("Login"), "password": N_("Password")}


@get("/login")
async def show_login(request: AnyRequest) -> Response[Any]:
    """Ask who it is."""
    target = query.inside(query.text(request, "next") or "/")
    if request.user.account_id is not None:
        return see(target)
    return await _form(request, Form(language_of(request), {"next": [target]}, LABELS))


@post("/login", status_code=303)
async def log_in(request: AnyRequest) -> Response[Any]:
    """Open a login, or show the form again without the password."""
    form = await typed(request, language_of(request), LABELS)
    try:
        login = await sign_in(request, form.text("login"), (await request.form()).get("password", ""))
    except Invalid as error:
        form.refuse(error.errors, lambda path: path)
        return await _form(request, form, 422)
    response: Response[Any] = see(query.inside(form.text("next")))
    set_login_cookie(request, response, login.token, login.expires_at)
    return response


@post("/logout", status_code=303)
async def log_out(request: AnyRequest) -> Response[Any]:
    """End the login."""
    await sign_out(request)
    response: Response[Any] = see("/login")
    clear_login_cookie(request, response)
    return response


@post("/language", status_code=303)
async def choose_language(request: AnyRequest) -> Response[Any]:
    """Keep the language: in a cookie, and in the account of whoever is signed in."""
    form = await typed(request, language_of(request), {})
    response: Response[Any] = see(query.inside(form.text("next")))
    language = form.text("language")
    if language in LANGUAGES:
        if request.user.account_id is not None:
            async with writing(request) as tx:
                await accounts.set_language(tx, language)
        response.set_cookie(
            Cookie(LANGUAGE_COOKIE, value=language, path="/", max_age=YEAR_S, samesite="lax", httponly=True)
        )
    return response


async def _form(request: AnyRequest, form: Form, status: int = 200) -> Html:
    async with reading(request) as tx:
        return await page(request, tx, "login.html", status, form=form)


ROUTES = (show_login, log_in, log_out, choose_language)
