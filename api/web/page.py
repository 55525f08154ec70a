"""Pages and fragments: templates in the visitor's language, with what every page shows."""

import hashlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from api import texts
from api.csrf import csrf_token
from api.language import language_of
from api.web.labels import label, named
from api.web.navigation import links_for
from api.web.windows import days_text, windows_text
from scheduler.domain.account import AccountView
from scheduler.persistence.transaction import Tx
from scheduler.policy import ANONYMOUS
from scheduler.services import accounts, participants

AnyRequest = Request[Any, Any, Any]
Html = Response[str]

FOLDER = Path(__file__).parents[1]
TEMPLATES = FOLDER / "templates"
STATIC = FOLDER / "static"

_WITH_LANGUAGE: dict[str, Callable[..., object]] = {
    "_": texts.gettext,
    "n_": texts.ngettext,
    "label": label,
    "number": texts.number,
    "percent": texts.percent,
    "hours": texts.hours,
    "duration": texts.duration,
    "weekday": texts.weekday,
    "day": texts.day,
    "date_text": texts.date_text,
    "date_range": texts.date_range,
    "span": texts.span,
    "instant": texts.instant,
    "windows_text": windows_text,
    "days_text": days_text,
}


@cache
def environment(lang: str) -> Environment:
    """Return the templates of a language; a name that a template does not get is an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update({name: partial(function, lang) for name, function in _WITH_LANGUAGE.items()})
    env.filters["named"] = partial(named, lang)
    env.globals.update(lang=lang, clock=texts.clock, static=static_url)
    return env


@cache
def static_url(name: str) -> str:
    """Return the address of a file of ``api/static``, which changes when the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def fragment(request: AnyRequest, template: str, status: int = 200, **context: Any) -> Html:
    """Return a part of a page, for htmx."""
    env = environment(language_of(request))
    body = env.get_template(template).render(csrf=csrf_token(request), **context)
    return Response(body, media_type=MediaType.HTML, status_code=status)


async def page(request: AnyRequest, tx: Tx, template: str, status: int = 200, **context: Any) -> Html:
    """Return a whole page; `tx` answers who is signed in and whether the data are a demonstration."""
    account = None if tx.actor.account_id is None else await accounts.get_account(tx)
    request.app.state.demo = await participants.is_demo(tx)
    return fragment(request, template, status, **frame(request, account), **context)


def frame(request: AnyRequest, account: AccountView | None) -> dict[str, Any]:
    """Return what the frame around every page needs, without a look at the database."""
    return {
        "account": account,
        "demo": request.app.state.get("demo", False),
        "here": request.url.path,
        "address": _address(request),
        # An unknown address is refused before it is known who asks.
        "links": links_for(request.scope.get("user") or ANONYMOUS),
        "done": request.query_params.get("done"),
    }


def see(path: str) -> Redirect:
    """Return the answer after a form did its work: the browser gets another page."""
    return Redirect(path, status_code=HTTP_303_SEE_OTHER)


def is_fragment_request(request: AnyRequest) -> bool:
    """Return whether htmx asks and will put the answer inside the page that is there."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-request-type") != "full"


def _address(request: AnyRequest) -> str:
    """Return path and query: where the language switch comes back to; of a refused form its page."""
    if request.method != "GET":
        return request.url.path
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
