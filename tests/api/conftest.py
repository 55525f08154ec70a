"""The service on the tiny region, with a client for each of its four accounts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from filelock import FileLock
from litestar import Litestar
from psycopg import sql
from sqlalchemy import URL, select

from api.app import create_app
from scheduler.clock import Clock, FixedClock
from scheduler.config import Settings
from scheduler.exchange.dataset import load, load_dataset, read_dataset
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.accounts import Account
from scheduler.policy import SYSTEM
from scheduler.services import accounts
from tests.conftest import connect, copy_sqlite, sqlite_url

TINY = Path(__file__).parents[2] / "fixtures" / "tiny.json"
LOGINS = ("coordinator", "college", "employer", "trainer")
BASE_URL = "http://127.0.0.1"
ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what no database has a part in."""


@pytest.fixture(scope="session")
def tiny_hashes() -> list[str]:
    """Hashes of the tiny region's passwords: slow by design, the same for every test."""
    return load.hash_passwords(read_dataset(TINY.read_bytes()))


async def fill(url: str) -> None:
    """Load the tiny region into a migrated database."""
    db = Database(url)
    async with db.write_tx(SYSTEM) as tx:
        await load_dataset(tx, read_dataset(TINY.read_bytes()))
    await db.dispose()


@pytest.fixture(scope="session")
def sqlite_tiny(run_dir: Path, sqlite_template: Path) -> Path:
    """File of a database with the tiny region that can be copied; made once a run."""
    template = run_dir / "tiny.sqlite"
    with FileLock(run_dir / "sqlite-tiny.lock"):
        if not template.exists():
            unfinished = run_dir / f"unfinished-{uuid4().hex}.sqlite"
            copy_sqlite(sqlite_template, unfinished)
            asyncio.run(fill(sqlite_url(unfinished).render_as_string()))
            copy_sqlite(unfinished, template)
    return template


@pytest.fixture(scope="session")
def postgresql_tiny(run_dir: Path, postgresql_url: URL, postgresql_template: str) -> str:
    """Name of a database with the tiny region that can be copied; made once a run."""
    name = f"{postgresql_template}_tiny"
    with FileLock(run_dir / "postgresql-tiny.lock"):
        ready = run_dir / "postgresql-tiny.ready"
        if not ready.exists():
            with connect(postgresql_url) as connection:
                statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
                connection.execute(
                    statement.format(sql.Identifier(name), sql.Identifier(postgresql_template))
                )
            url = postgresql_url.set(database=name)
            asyncio.run(fill(url.render_as_string(hide_password=False)))
            ready.touch()
    return name


@pytest.fixture
def tiny_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Address of a database of its own that holds the tiny region."""
    if database_kind == "sqlite":
        path = tmp_path / "smena.sqlite"
        copy_sqlite(request.getfixturevalue("sqlite_tiny"), path)
        return sqlite_url(path).render_as_string()
    template = request.getfixturevalue("postgresql_tiny")
    url: URL = request.getfixturevalue("make_postgresql")(template)
    return url.render_as_string(hide_password=False)


@pytest.fixture
def settings(tiny_url: str, tmp_path: Path) -> Settings:
    """Settings of a service on the tiny region."""
    return Settings(data=tmp_path / "data", database_url=tiny_url)


@pytest.fixture
def clock() -> Clock:
    """The service's clock: a week before the tiny campaign's requests are due."""
    return FixedClock(datetime(2026, 12, 8, 9, tzinfo=UTC))


@pytest.fixture
async def app(settings: Settings, clock: Clock) -> AsyncIterator[Litestar]:
    """The service, running, without its worker."""
    app = create_app(settings, clock, work=False)
    started, stop = asyncio.Event(), asyncio.Event()

    # In a task of its own: a fixture begins and ends in different ones, which a lifespan does not allow.
    async def live() -> None:
        try:
            async with app.lifespan():
                started.set()
                await stop.wait()
        finally:
            started.set()

    life = asyncio.create_task(live())
    await started.wait()
    yield app
    stop.set()
    await life


@dataclass
class Service:
    """The running service and clients that are signed in to it."""

    app: Litestar
    anonymous: httpx.AsyncClient
    coordinator: httpx.AsyncClient
    college: httpx.AsyncClient
    employer: httpx.AsyncClient
    trainer: httpx.AsyncClient

    def client(self, login: str) -> httpx.AsyncClient:
        """Return the client of an account."""
        found: httpx.AsyncClient = getattr(self, login)
        return found

    @property
    def db(self) -> Database:
        """The service's database."""
        db: Database = self.app.state.db
        return db


@pytest.fixture
async def make_client(app: Litestar) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """Make clients of the service; all are closed after the test."""
    async with AsyncExitStack() as stack:

        def make(**options: Any) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=cast(Any, app), raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=BASE_URL, **options)
            stack.push_async_callback(client.aclose)
            return client

        yield make


async def token_of(db: Database, login: str) -> str:
    """Open a login without its slow password."""
    async with db.write_tx(SYSTEM) as tx:
        account_id = await tx.session.scalar(select(Account.id).where(Account.login == login))
        assert account_id is not None
        return (await accounts.open_login(tx, account_id)).token


@pytest.fixture
async def service(app: Litestar, make_client: Callable[..., httpx.AsyncClient]) -> Service:
    """The service with all its clients."""
    clients = {
        login: make_client(headers={"Authorization": f"Bearer {await token_of(app.state.db, login)}"})
        for login in LOGINS
    }
    return Service(app=app, anonymous=make_client(), **clients)
