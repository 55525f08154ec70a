"""The application: everything that answers HTTP, put together."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from litestar import Litestar
from litestar.middleware import DefineMiddleware
from litestar.response.base import ASGIResponse
from litestar.serialization import encode_json
from litestar.types import Receive, Scope, Send

from api import feeds, openapi, v1, web
from api.auth import Authentication, SignInLimits
from api.bodies import StrictBodies
from api.csrf import SelectiveCSRF, csrf_config
from api.dependencies import DEPENDENCIES
from api.health import get_health
from api.language import DEFAULT
from api.polling import FeedUses, KnownFeeds, Polling
from api.problems import PROBLEM_JSON, answer_error, of_status
from api.security import LOOPBACK, Edge
from scheduler.clock import Clock, SystemClock
from scheduler.config import Settings, server_key
from scheduler.jobs.advice import AdviceDesk
from scheduler.jobs.embedded import EmbeddedWorker
from scheduler.persistence.engine import Database
from scheduler.policy import ANONYMOUS
from scheduler.services import participants

MAX_BODY_BYTES = 2_000_000
"""A request of the largest form is some kilobytes."""


def create_app(settings: Settings, clock: Clock | None = None, *, work: bool = True) -> Litestar:
    """Return the whole service as an ASGI application.

    Parameters
    ----------
    settings
        Its database is migrated.
    clock
        What everything in it takes for now.
    work
        Whether this process also executes runs and remakes feeds; without it another one must.
    """
    clock = clock or SystemClock()
    key = server_key(settings)
    secure = settings.public_base_url is not None and settings.public_base_url.scheme == "https"

    known, uses = KnownFeeds(), FeedUses()

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            db = Database(settings.database_url, clock)
            stack.push_async_callback(db.dispose)
            app.state.db = db
            app.state.advice = AdviceDesk(db)
            stack.push_async_callback(app.state.advice.close)
            async with db.read_tx(ANONYMOUS) as tx:
                # A problem page looks at no database and still says that the data are a demonstration.
                app.state.demo = await participants.is_demo(tx)
            if work:
                worker = await stack.enter_async_context(EmbeddedWorker(db, settings))
                app.state.worker = worker
                # Callable from any thread: what runs after an answer may run in one.
                app.state.wake = partial(asyncio.get_running_loop().call_soon_threadsafe, worker.wake)
            await stack.enter_async_context(feeds.storing_uses(db, uses))
            yield

    app = Litestar(
        route_handlers=[v1.ROUTES, feeds.get_calendar, get_health, *web.ROUTES],
        dependencies=dict(DEPENDENCIES),
        exception_handlers={Exception: answer_error},
        lifespan=[lifespan],
        logging_config=None,
        middleware=[
            DefineMiddleware(Authentication, exclude="^/static/"),
            DefineMiddleware(SelectiveCSRF, config=csrf_config(key, secure=secure)),
        ],
        openapi_config=openapi.CONFIG,
        plugins=[StrictBodies()],
        request_max_body_size=MAX_BODY_BYTES,
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.key = key
    app.state.secure_cookies = secure
    app.state.sign_in_limits = SignInLimits(clock)
    app.state.worker = None
    app.state.wake = _nobody_to_wake
    app.state.unknown_feeds = feeds.unknown_feed_limit(clock)
    app.state.known_feeds = known
    app.state.feed_uses = uses
    app.asgi_handler = Edge(Polling(app.asgi_handler, known, uses), known_hosts(settings), unknown_host)
    return app


def known_hosts(settings: Settings) -> Iterable[str]:
    """Return the names that the server answers to."""
    yield from LOOPBACK
    yield settings.host
    if settings.public_base_url is not None and settings.public_base_url.host is not None:
        yield settings.public_base_url.host


def _nobody_to_wake() -> None:
    """Do nothing: the runs are executed by another process, which looks for them itself."""


async def unknown_host(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request for a name that is not ours."""
    problem = of_status(421, DEFAULT)
    answer = ASGIResponse(
        body=encode_json(problem.document()), status_code=problem.status, media_type=PROBLEM_JSON
    )
    await answer(scope, receive, send)
