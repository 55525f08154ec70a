"""Brings a database's tables to what the code expects."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from scheduler.persistence.tables import Base

_LOCK_KEY = 7_366_561
"""Of the advisory lock on PostgreSQL; any number that nothing else uses."""
WAIT_S = 60
"""How long a process waits while another one migrates."""


def upgrade(url: str) -> None:
    """Bring the database to the newest migration, in one transaction; nothing happens if it is there.

    Processes that start together do it one after the other. A SQLite file, whose folder must exist, gets a
    write-ahead log, so that nobody who reads hinders who writes.

    Parameters
    ----------
    url
        As for `scheduler.persistence.engine.Database`.
    """
    with _transaction(url) as connection:
        command.upgrade(config(connection), "head")


def current(url: str) -> str | None:
    """Return the newest migration that the database has; None: none."""
    with _transaction(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(url: str) -> list[Any]:
    """Return the differences of the database's tables from the code's, as Alembic states them."""
    with _transaction(url) as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def draft(url: str, message: str, number: str) -> None:
    """Write the next migration's draft from how the code's tables differ from a migrated database."""
    with _transaction(url) as connection:
        command.revision(config(connection), message, autogenerate=True, rev_id=number)


def config(connection: Connection | None = None) -> Config:
    """Return what Alembic must know; with a connection its commands run on that."""
    made = Config()
    made.set_main_option("script_location", "scheduler.persistence:migrations")
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["connection"] = connection
    return made


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    """Open the database for changing its tables, alone."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        address = address.set(drivername="sqlite")
    engine = create_engine(address, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})")
        yield connection


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions leave changes of tables out.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            # The busy timeout does not hold for this change.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
