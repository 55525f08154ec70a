"""A repair run: from the live timetable with an outage to a report of what has to move."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from scheduler.config import Settings
from scheduler.domain.resource import AvailabilityInput
from scheduler.domain.run import RunOptions
from scheduler.errors import Invalid
from scheduler.jobs.execute import execute_run
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.policy import SYSTEM
from scheduler.services.bookings import count_displaced
from scheduler.services.resources import get_resource, set_availability
from scheduler.services.runs import accept_run, get_run, start_run
from scheduler.services.versions import publish_version
from tests.scheduler.services.plan import make_draft

REPAIR = RunOptions(time_limit_s=20, repair=True)


async def published(db: Database) -> None:
    async with db.write_tx(SYSTEM) as tx:
        await publish_version(tx, await make_draft(tx), 1)


async def test_only_what_an_outage_hit_is_moved_and_told(tiny: Database, settings: Settings) -> None:
    await published(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        # The workshop closes from the twelfth on: the session of the thirteenth loses its place.
        resource = await tx.session.scalar(select(Resource).where(Resource.code == "beta-weld"))
        assert resource is not None
        resource.retired_on = datetime(2027, 1, 12, tzinfo=UTC).date()
        booking_id = await tx.session.scalar(select(Booking.id).where(Booking.key == "R2/1/2/1"))
        await tx.session.execute(
            update(Booking).where(Booking.id == booking_id).values(state="needs_reallocation")
        )
        await tx.session.execute(update(Claim).where(Claim.booking_id == booking_id).values(holding=False))
    async with tiny.write_tx(SYSTEM) as tx:
        run = await start_run(tx, 1, REPAIR)
    # The clock stands at the first of December: a week ahead is frozen.
    assert run.options.freeze_until == date(2026, 12, 8)

    assert await execute_run(tiny, run.id, settings)

    async with tiny.read_tx(SYSTEM) as tx:
        done = await get_run(tx, run.id)
    assert (done.state, done.error) == ("succeeded", None)
    assert done.report is not None
    repair = done.report.repair
    assert repair is not None
    assert [(c.activity, c.hit) for c in repair.changes] == [("R2/1/2", True)]
    assert repair.moves == repair.moves_bound == 1
    assert repair.weight_minimum == repair.weight_bound
    (moved,) = repair.changes
    assert moved.people == repair.people == 8
    assert "13 января" in moved.before_ru
    assert len(repair.participants) == 1


async def test_what_a_closure_hits_is_moved_by_a_repair(tiny: Database, settings: Settings) -> None:
    await published(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        weld = await tx.session.scalar(select(Resource.id).where(Resource.code == "beta-weld"))
        assert weld is not None
        before = await get_resource(tx, weld)
        closure = AvailabilityInput(kind="closed", from_on=date(2027, 1, 13), from_min=600)
        rows = (*before.availability, closure)
        await set_availability(tx, weld, rows, before.revision)
    async with tiny.read_tx(SYSTEM) as tx:
        states = {b.key: b.state for b in await tx.session.scalars(select(Booking))}
        lost = await tx.session.scalar(select(Booking).where(Booking.key == "R2/1/2/1"))
        assert lost is not None
        assert await count_displaced(tx) == 1
    assert {key for key, state in states.items() if state == "needs_reallocation"} == {"R2/1/2/1"}

    async with tiny.write_tx(SYSTEM) as tx:
        run = await start_run(tx, 1, REPAIR)
    assert await execute_run(tiny, run.id, settings)
    async with tiny.write_tx(SYSTEM) as tx:
        version = await accept_run(tx, run.id)
        await publish_version(tx, version.id, version.revision)

    async with tiny.read_tx(SYSTEM) as tx:
        found = await tx.session.scalar(select(Booking).where(Booking.uid == lost.uid))
        assert await count_displaced(tx) == 0
    assert found is not None
    assert found.state in ("proposed", "confirmed")
    assert found.starts_local != lost.starts_local or found.site_id != lost.site_id
    assert found.sequence > lost.sequence


async def test_what_no_outage_hit_stays_and_is_frozen_before_its_day(
    tiny: Database, settings: Settings
) -> None:
    await published(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        early = await tx.session.scalar(select(func.count()).where(Booking.starts_local < "2027-01-12"))
        options = REPAIR.model_copy(update={"freeze_until": date(2027, 1, 12)})
        run = await start_run(tx, 1, options)
    assert await execute_run(tiny, run.id, settings)
    async with tiny.read_tx(SYSTEM) as tx:
        done = await get_run(tx, run.id)
    assert done.report is not None
    repair = done.report.repair
    assert repair is not None
    assert repair.changes == ()
    assert repair.people == 0
    assert early
    assert repair.frozen == early


async def test_without_a_timetable_there_is_nothing_to_repair(tiny: Database) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        with pytest.raises(Invalid) as caught:
            await start_run(tx, 1, REPAIR)
    assert [(e.field, e.code) for e in caught.value.errors] == [("repair", "nothing_published")]
