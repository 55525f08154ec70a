"""The main job, through the services alone: requests and offers, a solved and checked plan, a calendar."""

from datetime import UTC, datetime
from pathlib import Path

import icalendar

from scheduler.config import Settings
from scheduler.domain.run import RunOptions
from scheduler.jobs.execute import execute_run
from scheduler.persistence.engine import Database
from scheduler.policy import SYSTEM
from scheduler.services.bookings import confirm_booking, list_awaiting_consent, list_bookings
from scheduler.services.checks import check_published, overloads
from scheduler.services.feeds import ensure_feed, find_feed_by_token, remake_dirty
from scheduler.services.runs import accept_run, get_run, start_run
from scheduler.services.versions import publish_version
from tests.scheduler.services.region import read_region

KEY = bytes(32)
JANUARY = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))


async def test_from_requests_to_a_trainers_calendar(tiny: Database, tmp_path: Path) -> None:
    region = await read_region(tiny)
    settings = Settings(data=tmp_path)
    async with tiny.write_tx(SYSTEM) as tx:
        feed = await ensure_feed(tx, "trainer", region.resources["beta-t2"], KEY)
    await remake_dirty(tiny)
    assert await events(tiny, feed.token) == []

    diffs = []
    for _ in range(2):
        async with tiny.write_tx(region.coordinator) as tx:
            run = await start_run(tx, 1, RunOptions(time_limit_s=5, workers=1))
        await execute_run(tiny, run.id, settings)
        async with tiny.write_tx(region.coordinator) as tx:
            assert (await get_run(tx, run.id)).state == "succeeded"
            version = await accept_run(tx, run.id)
            diffs.append(await publish_version(tx, version.id, version.revision))
    # The second run knows what is published and moves nothing without need.
    assert [(diff.added, diff.moved, diff.cancelled, diff.unchanged) for diff in diffs] == [
        (8, 0, 0, 0),
        (0, 0, 0, 8),
    ]

    async with tiny.write_tx(region.member("gamma", "employer")) as tx:
        for booking in await list_awaiting_consent(tx):
            await confirm_booking(tx, booking.id)
    await remake_dirty(tiny)
    async with tiny.read_tx(SYSTEM) as tx:
        mine = await list_bookings(
            tx, from_at=JANUARY[0], until_at=JANUARY[1], resource_id=region.resources["beta-t2"]
        )
        assert await check_published(tx, 1) == ()
        assert await overloads(tx) == ()
    shown = await events(tiny, feed.token)
    assert {(str(e["UID"]), e.decoded("DTSTART").astimezone(UTC)) for e in shown} == {
        (booking.uid, booking.starts_at) for booking in mine.items
    }
    assert len(shown) == 4
    assert {str(event["STATUS"]) for event in shown} == {"CONFIRMED"}


async def events(db: Database, token: str) -> list[icalendar.Event]:
    async with db.read_tx(SYSTEM) as tx:
        body = await find_feed_by_token(tx, token)
    assert body is not None
    return list(icalendar.Calendar.from_ical(body.body).walk("VEVENT"))  # type: ignore[arg-type]
