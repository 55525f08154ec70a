"""The worker inside the server: executes runs, remakes feeds, ends what has run out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from scheduler.config import Settings
from scheduler.errors import Unavailable
from scheduler.jobs.execute import execute_run
from scheduler.persistence.engine import Database
from scheduler.policy import SYSTEM
from scheduler.services import bookings, feeds, leases

POLL_S = 5.0
FEEDS_S = 2.0
EXPIRY_S = 15.0
RETRY_S = 1.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class EmbeddedWorker:
    """Works in tasks of the running event loop while its block lasts.

    The database is the record of all work: what is not done when the block ends is done by whoever
    comes next.

    Attributes
    ----------
    alive
        Whether all of its tasks run; False before and after the block.
    """

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._settings = settings
        self._queued = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [
            *(asyncio.create_task(self._execute_runs()) for _ in range(self._settings.run_slots)),
            asyncio.create_task(self._repeat(self._settings.lease_s / 2, self._recover)),
            asyncio.create_task(self._repeat(FEEDS_S, self._remake_feeds)),
            asyncio.create_task(self._repeat(EXPIRY_S, self._expire)),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    @property
    def alive(self) -> bool:
        """Whether all of its tasks run."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    def wake(self) -> None:
        """Tell that a run was queued, after the commit that did it; without it it is found in seconds."""
        self._queued.set()

    async def _execute_runs(self) -> None:
        while True:
            self._queued.clear()
            run_id = await _guarded(self._next_run)
            if run_id is None:
                await self._wait()
            elif not await _guarded(partial(execute_run, self._db, run_id, self._settings)):
                # Somebody else was first, or the log tells what went wrong: no busy loop in either case.
                await asyncio.sleep(RETRY_S)

    async def _next_run(self) -> int | None:
        async with self._db.read_tx(SYSTEM) as tx:
            return await leases.next_queued(tx)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self._queued.wait()
        except TimeoutError:
            return

    async def _recover(self) -> None:
        async with self._db.write_tx(SYSTEM) as tx:
            if await leases.recover_lost(tx):
                self._queued.set()

    async def _remake_feeds(self) -> None:
        await feeds.remake_dirty(self._db)

    async def _expire(self) -> None:
        async with self._db.write_tx(SYSTEM) as tx:
            await bookings.expire_holds(tx)

    async def _repeat(self, every_s: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await _guarded(work)
            await asyncio.sleep(every_s)


async def _guarded(work: Callable[[], Awaitable[T]]) -> T | None:
    """Return what the work gives; None when it failed, which the log tells, so that the worker goes on."""
    try:
        return await work()
    except Unavailable as error:
        log.warning("the worker waits: %s", error)
    except Exception:
        log.exception("the worker met a fault")
    return None
