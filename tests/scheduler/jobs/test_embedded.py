"""The worker inside the server does what waits, and goes on after a fault."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler.config import Settings
from scheduler.errors import Unavailable
from scheduler.jobs import embedded
from scheduler.jobs.embedded import EmbeddedWorker
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.accounts import Feed
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Run
from scheduler.policy import SYSTEM
from scheduler.services import feeds, leases
from scheduler.services.feeds import ensure_feed, find_feed_by_token
from scheduler.services.runs import get_run
from tests.scheduler.conftest import NOW
from tests.scheduler.jobs.test_execute import until

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
KEY = bytes(32)


async def test_a_queued_run_is_executed_and_feeds_are_made(
    tiny: Database, run_id: int, settings: Settings
) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        trainer = await tx.session.scalar(select(Resource.id).where(Resource.code == "beta-t2"))
        assert trainer is not None
        feed = await ensure_feed(tx, "trainer", trainer, KEY)
    worker = EmbeddedWorker(tiny, settings)
    alive = [worker.alive]

    async def done() -> bool:
        async with tiny.read_tx(SYSTEM) as tx:
            dirty = await tx.session.scalar(select(Feed.id).where(Feed.dirty))
            return (await get_run(tx, run_id)).state == "succeeded" and dirty is None

    async with worker:
        worker.wake()
        alive.append(worker.alive)
        await until(done)
    alive.append(worker.alive)
    assert alive == [False, True, False]
    async with tiny.read_tx(SYSTEM) as tx:
        body = await find_feed_by_token(tx, feed.token)
    assert body is not None
    assert body.body.startswith(b"BEGIN:VCALENDAR")


@on_sqlite
async def test_a_lost_run_is_found_and_executed(tiny: Database, run_id: int, settings: Settings) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        await leases.take_lease(tx, run_id, "gone", 30)
        await tx.session.execute(update(Run).values(lease_until=NOW - timedelta(hours=1)))

    async def done() -> bool:
        async with tiny.read_tx(SYSTEM) as tx:
            return (await get_run(tx, run_id)).state == "succeeded"

    async with EmbeddedWorker(tiny, settings):
        await until(done)


@on_sqlite
async def test_a_fault_does_not_end_the_worker(
    tiny: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [Unavailable("busy"), ZeroDivisionError()]
    calls = asyncio.Event()

    async def faulty(_: Database) -> int:
        if faults:
            raise faults.pop(0)
        calls.set()
        return 0

    monkeypatch.setattr(feeds, "remake_dirty", faulty)
    monkeypatch.setattr(embedded, "FEEDS_S", 0.01)
    async with EmbeddedWorker(tiny, settings) as worker, asyncio.timeout(10):
        await calls.wait()
        assert worker.alive
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


@on_sqlite
async def test_the_end_of_the_block_gives_a_run_back(
    tiny: Database, run_id: int, settings: Settings, fake_solver: Callable[[str], None]
) -> None:
    fake_solver("patient")

    async def running() -> bool:
        async with tiny.read_tx(SYSTEM) as tx:
            return (await get_run(tx, run_id)).state == "running"

    async with EmbeddedWorker(tiny, settings):
        await until(running)
    async with tiny.read_tx(SYSTEM) as tx:
        assert (await get_run(tx, run_id)).state == "queued"
