"""Transactions: the same behaviour on both databases."""

import asyncio
import time
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from scheduler.clock import FixedClock
from scheduler.errors import FieldError, Invalid, ResourceTaken, Unavailable
from scheduler.persistence import engine
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Setting, Town
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.policy import SYSTEM, Actor
from tests.scheduler.persistence.world import (
    HOUR_S,
    NOON_S,
    WHEN,
    add_subject,
    book,
    plain_engine,
)

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def town(code: str) -> Town:
    return Town(code=code, name="Вязьма", name_en="Vyazma", timezone="Europe/Moscow")


async def count(database: Database) -> int:
    async with database.read_tx(SYSTEM) as tx:
        return await tx.session.scalar(select(func.count(Town.id))) or 0


async def test_a_transaction_carries_its_actor_and_the_clock(database_url: str) -> None:
    database = Database(database_url, FixedClock(WHEN))
    actor = Actor(7)
    async with database.write_tx(actor) as writing, database.read_tx(actor) as reading:
        carried = [(tx.actor, tx.clock.now()) for tx in (writing, reading)]
    await database.dispose()

    assert carried == [(actor, WHEN)] * 2


async def test_what_a_block_wrote_is_there_afterwards(database: Database) -> None:
    async with database.write_tx(SYSTEM) as tx:
        tx.session.add(town("a"))
    found = await count(database)

    assert found == 1


async def test_an_exception_undoes_the_block(database: Database) -> None:
    async def fail(tx: Tx) -> NoReturn:
        tx.session.add(town("a"))
        await tx.session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        async with database.write_tx(SYSTEM) as tx:
            await fail(tx)
    found = await count(database)

    assert found == 0


async def test_a_cancelled_block_is_undone_and_lets_the_next_in(database: Database) -> None:
    written = asyncio.Event()

    async def hang() -> None:
        async with database.write_tx(SYSTEM) as tx:
            tx.session.add(town("a"))
            await tx.session.flush()
            written.set()
            await asyncio.sleep(60)

    hanging = asyncio.create_task(hang())
    await written.wait()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    async with database.write_tx(SYSTEM) as tx:
        tx.session.add(town("a"))
    found = await count(database)

    assert found == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO town (code, name, name_en, timezone) VALUES ('a', 'a', 'a', 'UTC')",
        "DELETE FROM town",
        "CREATE TABLE other (id INTEGER)",
    ],
)
async def test_a_write_in_a_read_transaction_fails(database: Database, statement: str) -> None:
    async with database.read_tx(SYSTEM) as tx:
        with pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"):
            await tx.session.execute(text(statement))
    async with database.write_tx(SYSTEM) as tx:
        tx.session.add(town("b"))


async def test_a_read_transaction_sees_one_state(database: Database) -> None:
    query = select(func.count(Town.id))
    async with database.read_tx(SYSTEM) as reading:
        before = await reading.session.scalar(query)
        async with database.write_tx(SYSTEM) as writing:
            writing.session.add(town("a"))
        after = await reading.session.scalar(query)
    later = await count(database)

    assert (before, after, later) == (0, 0, 1)


async def test_writers_of_one_process_queue_and_all_get_through(database: Database) -> None:

    async def add(number: int) -> None:
        async with database.write_tx(SYSTEM) as tx:
            # Reading first is what makes a deferred transaction fail.
            await tx.session.scalar(select(func.count(Town.id)))
            await asyncio.sleep(0.001)
            tx.session.add(town(str(number)))

    await asyncio.gather(*(add(number) for number in range(32)))
    found = await count(database)

    assert found == 32


async def test_a_lock_that_is_not_let_go_is_reported_as_busy(
    database_url: str, plain: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAIT_S", 0.2)
    with plain.begin() as connection:
        subject_id = add_subject(connection)
    database = Database(database_url)
    with plain.begin() as connection:
        connection.execute(text("UPDATE subject SET seq = seq + 1"))
        started = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            async with database.write_tx(SYSTEM) as tx:
                await lock_subjects(tx, [subject_id])
        waited_s = time.monotonic() - started
    await database.dispose()

    assert caught.value.reason == "busy"
    assert 0.15 < waited_s < 5


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_writer_that_waits_too_long_for_its_turn_is_told_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAIT_S", 0.2)
    database = Database(database_url)
    async with database.write_tx(SYSTEM) as tx:
        tx.session.add(town("a"))
        await tx.session.flush()
        with pytest.raises(Unavailable):
            async with database.write_tx(SYSTEM) as second:
                await second.session.execute(text("SELECT 1"))
    await database.dispose()


async def test_the_guard_leaves_as_an_error_of_the_domain(database: Database, plain: Engine) -> None:
    with plain.begin() as connection:
        workshop = add_subject(connection)
        book(connection, workshop)

    with pytest.raises(ResourceTaken) as caught:
        async with database.write_tx(SYSTEM) as tx:
            await (await tx.session.connection()).run_sync(book, workshop, NOON_S + 60, NOON_S + HOUR_S)

    error = caught.value
    assert (error.subject_id, error.from_at, error.until_at, error.holder) == (
        workshop,
        NOON.replace(minute=1),
        NOON.replace(hour=13),
        None,
    )
    assert "smena:" not in str(error)


async def test_a_value_twice_is_an_invalid_field(database: Database) -> None:
    with pytest.raises(Invalid) as one:
        async with database.write_tx(SYSTEM) as tx:
            tx.session.add_all([town("smena:taken:1:2:3"), town("smena:taken:1:2:3")])
    setting = {"key": "k", "value": {}, "source": "s", "valid_from": WHEN.date()}
    with pytest.raises(Invalid) as pair:
        async with database.write_tx(SYSTEM) as tx:
            await tx.session.execute(insert(Setting), [setting, setting])

    assert one.value.errors == (FieldError("code", "not_unique"),)
    assert pair.value.errors == (FieldError("key", "not_unique"), FieldError("valid_from", "not_unique"))


async def test_a_fault_of_the_program_stays_what_it_is(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.write_tx(SYSTEM) as tx:
            await tx.session.execute(text("SELECT * FROM nothing"))


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
async def test_a_lost_server_is_reported_as_such(database: Database, plain: Engine) -> None:

    async def lose(tx: Tx) -> None:
        pid = await tx.session.scalar(text("SELECT pg_backend_pid()"))
        with plain.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        await tx.session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable) as lost:
        async with database.write_tx(SYSTEM) as tx:
            await lose(tx)
    async with database.write_tx(SYSTEM) as tx:
        tx.session.add(town("a"))

    assert lost.value.reason == "database"


async def test_a_server_that_is_not_there_is_reported_as_such() -> None:
    database = Database("postgresql+psycopg://127.0.0.1:1/none")

    with pytest.raises(Unavailable) as caught:
        async with database.read_tx(SYSTEM) as tx:
            await tx.session.execute(text("SELECT 1"))
    await database.dispose()

    assert caught.value.reason == "database"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_sqlite_is_durable_and_keeps_its_references(database: Database) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    async with database.write_tx(SYSTEM) as tx:
        values = [await tx.session.scalar(text(f"PRAGMA {name}")) for name in pragmas]

    assert values == ["wal", 2, 1]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_full_disk_is_reported_as_such(database: Database) -> None:
    large = Setting(key="k", value={"a": "x" * 100_000}, source="s", valid_from=WHEN.date())
    async with database.write_tx(SYSTEM) as tx:
        pages = await tx.session.scalar(text("PRAGMA page_count"))
        await tx.session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(Unavailable) as caught:
        async with database.write_tx(SYSTEM) as tx:
            tx.session.add(large)

    assert caught.value.reason == "storage"


async def test_json_keeps_its_letters(database: Database, database_url: str) -> None:
    async with database.write_tx(SYSTEM) as tx:
        tx.session.add(Setting(key="k", value={"имя": "Ы"}, source="s", valid_from=WHEN.date()))
    plain = plain_engine(database_url)
    with plain.connect() as connection:
        stored = connection.execute(text("SELECT CAST(value AS TEXT) FROM setting")).scalar()

    assert stored == '{"имя":"Ы"}'


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        Database("mysql+pymysql://localhost/x")
