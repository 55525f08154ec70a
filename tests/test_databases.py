"""The databases that the other tests stand on."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.conftest import copy_sqlite

EXPECTED_DIALECT = {"sqlite": "sqlite", "postgresql": "postgresql"}


async def test_both_kinds_answer(empty_database_url: str, database_kind: str) -> None:
    engine = create_async_engine(empty_database_url)
    try:
        async with engine.connect() as connection:
            answer = await connection.scalar(text("SELECT 1"))
            dialect = connection.dialect.name
    finally:
        await engine.dispose()

    assert (answer, dialect) == (1, EXPECTED_DIALECT[database_kind])


@pytest.mark.parametrize("round_", [1, 2])
async def test_a_test_never_sees_the_rows_of_another(empty_database_url: str, round_: int) -> None:
    engine = create_async_engine(empty_database_url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE seen (round INTEGER)"))
            await connection.execute(text("INSERT INTO seen VALUES (:round)"), {"round": round_})
            rounds = (await connection.execute(text("SELECT round FROM seen"))).scalars().all()
    finally:
        await engine.dispose()

    assert rounds == [round_]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_postgresql_listens_on_no_network_address(empty_database_url: str) -> None:
    dsn = make_url(empty_database_url).set(drivername="postgresql").render_as_string()

    with psycopg.connect(dsn) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()

    assert row == ("",)


def test_a_copy_holds_what_stands_in_the_write_ahead_log_only(tmp_path: Path) -> None:
    source, target = tmp_path / "source.sqlite", tmp_path / "target.sqlite"
    with closing(sqlite3.connect(source)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE kept (value INTEGER)")
        writer.execute("INSERT INTO kept VALUES (7)")
        writer.commit()

        copy_sqlite(source, target)

    with closing(sqlite3.connect(target)) as reader:
        assert reader.execute("SELECT value FROM kept").fetchall() == [(7,)]
