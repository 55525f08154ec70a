"""Pages for people: server-rendered, in Russian and English, usable without scripts."""

from collections.abc import Iterable
from itertools import chain

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router

from api.auth import signed_in
from api.web import (
    advice,
    bookings,
    feeds,
    home,
    infrastructure,
    login,
    offers,
    participants,
    requests,
    resources,
    runs,
    trainer,
    unplaced,
    versions,
    week,
)
from api.web.page import STATIC
from api.web.problems import problem_page

# What a browser may keep: addresses of our own files change with their content.
DAY_S = 24 * 3600

PAGES = (
    home,
    week,
    trainer,
    requests,
    offers,
    bookings,
    resources,
    infrastructure,
    participants,
    runs,
    unplaced,
    advice,
    versions,
    feeds,
)


def _pages(handlers: Iterable[BaseRouteHandler], *, guarded: bool) -> Router:
    return Router(
        path="/",
        route_handlers=list(handlers),
        guards=[signed_in] if guarded else [],
        include_in_schema=False,
    )


ROUTES: tuple[Router, ...] = (
    _pages(login.ROUTES, guarded=False),
    _pages(chain.from_iterable(module.ROUTES for module in PAGES), guarded=True),
    create_static_files_router(
        path="/static",
        directories=[STATIC],
        include_in_schema=False,
        name="static",
        cache_control=CacheControlHeader(public=True, max_age=DAY_S),
    ),
)

__all__ = ["ROUTES", "problem_page"]
