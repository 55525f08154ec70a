"""An answer is sent after its transaction was committed, and reading cannot write."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import psycopg
import pytest
from litestar import get, post
from litestar.routes import HTTPRoute
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import ReadTx, WriteTx
from scheduler.errors import ResourceTaken
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Setting
from scheduler.persistence.transaction import Tx
from scheduler.policy import SYSTEM, Actor
from tests.api.conftest import Service

INSERT = text(
    "INSERT INTO setting (key, value, source, valid_from) VALUES ('probe', '{}', 'test', '2026-01-01')"
)
OPEN = {"exclude_from_auth": True}


@post("/api/v1/probe", opt=OPEN)
async def write_probe(write_tx: WriteTx) -> dict[str, str]:
    """Write one row."""
    await write_tx.session.execute(INSERT)
    return {"stored": "yes"}


@get("/api/v1/probe", opt=OPEN)
async def read_probe(read_tx: ReadTx) -> dict[str, str]:
    """Write where only reading is allowed."""
    await read_tx.session.execute(INSERT)
    return {"stored": "yes"}


@post("/api/v1/probe/taken", opt=OPEN)
async def taken_probe(write_tx: WriteTx) -> None:
    """Fail after writing."""
    await write_tx.session.execute(INSERT)
    moment = write_tx.clock.now()
    raise ResourceTaken(1, moment, moment)


@pytest.fixture
async def probe(service: Service, make_client: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    """A client of a service that has the handlers above."""
    for handler in (write_probe, read_probe, taken_probe):
        service.app.register(handler)
    return make_client()


async def stored(service: Service) -> bool:
    """Return whether the row is there."""
    async with service.db.read_tx(SYSTEM) as tx:
        return await tx.session.scalar(select(Setting.key).where(Setting.key == "probe")) is not None


async def test_an_answer_means_that_it_is_stored(service: Service, probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/api/v1/probe")

    assert answer.status_code == 201
    assert await stored(service)


async def test_a_failing_commit_is_an_error_answer(
    service: Service, probe: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(AsyncSession, "commit", fail)
        answer = await probe.post("/api/v1/probe")

    assert answer.status_code == 500
    assert "disk" not in answer.text
    assert not await stored(service)


async def test_a_busy_commit_asks_to_come_back(
    service: Service, probe: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, database_kind: str
) -> None:

    if database_kind == "sqlite":
        cause: Exception = sqlite3.OperationalError("database is locked")
        cause.sqlite_errorcode = sqlite3.SQLITE_BUSY  # type: ignore[attr-defined]
    else:
        cause = psycopg.errors.DeadlockDetected("deadlock detected")

    async def fail(_: AsyncSession) -> None:
        raise OperationalError("COMMIT", {}, cause)

    with monkeypatch.context() as patch:
        patch.setattr(AsyncSession, "commit", fail)
        answer = await probe.post("/api/v1/probe")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert not await stored(service)


async def test_a_failing_handler_stores_nothing(service: Service, probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/api/v1/probe/taken")

    assert answer.status_code == 409
    assert not await stored(service)


async def test_a_get_cannot_write(
    service: Service, probe: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await probe.get("/api/v1/probe")

    assert answer.status_code == 500
    assert re.search("readonly database|read-only transaction", caplog.text)
    assert not await stored(service)


def test_no_get_asks_for_a_transaction_that_writes(service: Service) -> None:

    checked = 0
    for route in service.app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method == "GET":
                    checked += 1
                    assert "write_tx" not in handler.parsed_fn_signature.parameters, route.path
    assert checked > 40


async def test_no_get_opens_a_transaction_that_writes(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [
        re.sub(r"\{\w+\}", "1", route.path_format)
        for route in service.app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.route_handler_map
    ]
    opened: list[str] = []

    def refuse(_: Database, __: Actor) -> AbstractAsyncContextManager[Tx]:
        opened.append(path)
        raise AssertionError(path)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write_tx", refuse)
        for path in paths:
            for login in ("coordinator", "trainer"):
                answer = await service.client(login).get(path, headers={"accept": "text/html"})
                assert answer.status_code < 500, path

    assert len(paths) > 60
    assert opened == []


def test_a_handler_has_one_transaction(service: Service) -> None:

    for route in service.app.routes:
        if isinstance(route, HTTPRoute):
            for handler, _ in route.route_handler_map.values():
                names = handler.parsed_fn_signature.parameters.keys()
                assert not {"read_tx", "write_tx"} <= names, route.path
