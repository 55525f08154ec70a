"""A writer that is killed in mid-write loses nothing that it acknowledged and leaves nothing half done."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, insert, text

from scheduler.persistence.engine import Database
from scheduler.persistence.tables.timetable import Booking, Change, Claim
from scheduler.persistence.transaction import lock_subjects
from scheduler.policy import SYSTEM
from tests.scheduler.persistence.world import HOUR_S, NOON_S, WHEN, add_subject, booking_row

ROOT = Path(__file__).parents[3]
KILLS = 3


async def write_forever(url: str, first: int, subject_ids: list[int]) -> None:
    """Book hour after hour, each booking with claims and an entry of the log; say what is committed."""
    database = Database(url)
    hour = first
    while True:
        async with database.write_tx(SYSTEM) as tx:
            await lock_subjects(tx, subject_ids)
            booking_id = await tx.session.scalar(insert(Booking).values(booking_row()).returning(Booking.id))
            span = {"from_s": NOON_S + hour * HOUR_S, "until_s": NOON_S + (hour + 1) * HOUR_S}
            common = {**span, "booking_id": booking_id, "amount": 1, "holding": True}
            for subject_id in subject_ids:
                claim = insert(Claim).values(**common, subject_id=subject_id, role=str(subject_id))
                await tx.session.execute(claim)
            tx.session.add(Change(at=WHEN, action="booking.create", target=f"booking:{booking_id}"))
        print(booking_id, flush=True)
        hour += 1


def run_and_kill(url: str, first: int, subject_ids: list[int], after: int) -> list[int]:
    """Kill a writer once it has acknowledged so many bookings; return all that it acknowledged."""
    command = [sys.executable, "-m", "tests.scheduler.persistence.test_kill", url, str(first)]
    child = subprocess.Popen(
        [*command, *map(str, subject_ids)], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert child.stdout is not None
    with child, child.stdout:
        acknowledged = [int(child.stdout.readline()) for _ in range(after)]
        child.kill()
        acknowledged += [int(line) for line in child.stdout if line.endswith("\n")]
    return acknowledged


def test_killed_writers_lose_nothing_and_leave_nothing_half_done(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        subject_ids = [add_subject(connection) for _ in range(3)]
    acknowledged: list[int] = []
    for kill in range(KILLS):
        after = random.Random(kill).randrange(1, 8)
        acknowledged += run_and_kill(database_url, 100 * kill, subject_ids, after)

    # A new writer is not hindered by what the killed ones held.
    with plain.begin() as connection:
        connection.execute(text("UPDATE subject SET seq = seq + 1"))
        rows = connection.execute(
            text(
                "SELECT id, (SELECT count(*) FROM claim WHERE booking_id = booking.id AND holding) AS claims,"
                " (SELECT count(*) FROM change WHERE target = 'booking:' || booking.id) AS entries"
                " FROM booking"
            )
        ).all()
        orphans = connection.execute(
            text("SELECT count(*) FROM claim WHERE booking_id NOT IN (SELECT id FROM booking)")
        ).scalar()
    stored = {row.id for row in rows}
    assert len(acknowledged) >= KILLS
    assert stored >= set(acknowledged)
    # Of each writer at most the one in the air may be there unacknowledged.
    assert len(stored) <= len(acknowledged) + KILLS
    assert {(row.claims, row.entries) for row in rows} == {(3, 1)}
    assert orphans == 0


if __name__ == "__main__":
    asyncio.run(write_forever(sys.argv[1], int(sys.argv[2]), [int(key) for key in sys.argv[3:]]))
