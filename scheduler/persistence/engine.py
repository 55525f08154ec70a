"""Connections: one database behind two kinds of transaction, the same on SQLite and on PostgreSQL."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from scheduler.clock import Clock, SystemClock
from scheduler.errors import Unavailable
from scheduler.persistence.errors import translate
from scheduler.persistence.transaction import Tx
from scheduler.policy import Actor

WAIT_S = 10
"""How long a transaction waits for a lock or a connection before it is refused as busy."""
READERS = 5
"""Connections that stay open for reading; as many again are opened when needed."""


class Database:
    """One region's database.

    Transactions of `write_tx` see what is committed and may write; those of `read_tx` see one unchanging
    state of the database, and a write in them fails.

    Parameters
    ----------
    url
        ``sqlite+aiosqlite:///path`` or ``postgresql+psycopg://...``; the database is migrated.
    clock
        What `Tx.clock` tells.
    """

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        match make_url(url).drivername:
            case "sqlite+aiosqlite":
                self._writer, self._reader = _sqlite_engines(url)
            case "postgresql+psycopg":
                self._writer, self._reader = _postgresql_engines(url)
            case drivername:
                raise ValueError(f"no such kind of database: {drivername}")
        self._write_sessions = async_sessionmaker(self._writer, expire_on_commit=False)
        self._read_sessions = async_sessionmaker(self._reader, expire_on_commit=False)

    @asynccontextmanager
    async def write_tx(self, actor: Actor) -> AsyncIterator[Tx]:
        """Open a transaction that is committed at the end of the block, or rolled back by an exception.

        Errors of the driver that have a meaning leave as errors of the domain.

        Raises
        ------
        ResourceTaken
            The database refused a claim, a booking's state or a subject's capacity.
        Invalid
            A value that must be unique is not.
        Unavailable
            Too busy, out of reach, or nothing can be stored; repeating later may help.
        """
        try:
            async with self._write_sessions() as session:
                yield Tx(session, actor, self._clock)
                await session.commit()
        except (DBAPIError, PoolTimeout) as error:
            _raise_translated(error)

    @asynccontextmanager
    async def read_tx(self, actor: Actor) -> AsyncIterator[Tx]:
        """Open a transaction that sees one state of the database and cannot write.

        Raises
        ------
        Unavailable
            Too busy or out of reach.
        """
        try:
            async with self._read_sessions() as session:
                yield Tx(session, actor, self._clock)
        except (DBAPIError, PoolTimeout) as error:
            _raise_translated(error)

    async def dispose(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        await self._reader.dispose()


def _raise_translated(error: DBAPIError | PoolTimeout) -> None:
    """Raise what the error means to the domain, else the error itself."""
    meaning = Unavailable("busy") if isinstance(error, PoolTimeout) else translate(error)
    if meaning is None:
        raise error
    raise meaning from error


_to_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


def _create(url: str, **options: Any) -> AsyncEngine:
    # Values of rows, names of people among them, never reach a log through an error of the driver.
    return create_async_engine(
        url, json_serializer=_to_json, pool_timeout=WAIT_S, hide_parameters=True, **options
    )


def _sqlite_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    # With one writer connection writers queue here, in order and awake; between processes SQLite's own
    # busy timeout does it, which sleeps and polls.
    driver: dict[str, Any] = {"timeout": WAIT_S, "isolation_level": None}
    writer = _create(url, pool_size=1, max_overflow=0, connect_args=driver)
    reader = _create(url, pool_size=READERS, max_overflow=READERS, connect_args=driver)
    # That the journal is a write-ahead log stands in the file; scheduler.persistence.migrate sees to it.
    _on_connect(writer, "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
    _on_connect(reader, "PRAGMA query_only = ON")
    # A deferred BEGIN that writes later fails at once, whatever the timeout, when another wrote meanwhile.
    _on_begin(writer, "BEGIN IMMEDIATE")
    _on_begin(reader, "BEGIN")
    return writer, reader


def _postgresql_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    # READ COMMITTED: after the wait for a subject's lock a statement must see what its last holder did.
    writer = _create(url, isolation_level="READ COMMITTED", pool_size=READERS, max_overflow=2 * READERS)
    _on_connect(writer, f"SET lock_timeout = '{WAIT_S}s'")
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return writer, reader


def _on_connect(engine: AsyncEngine, *statements: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def run(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()


def _on_begin(engine: AsyncEngine, statement: str) -> None:
    @event.listens_for(engine.sync_engine, "begin")
    def run(connection: Connection) -> None:
        connection.exec_driver_sql(statement)
