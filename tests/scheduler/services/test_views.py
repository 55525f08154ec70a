"""Weeks, campaigns and outcomes as the pages show them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from scheduler.clock import FixedClock
from scheduler.errors import Forbidden, Invalid, NotFound
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Competency
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.persistence.tables.resources import Resource
from scheduler.policy import ANONYMOUS, SYSTEM, Actor, Role
from scheduler.services import bookings, views
from tests.scheduler.services.region import Region, read_region

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
WEEK = date(2027, 1, 11)


@pytest.fixture
async def region(tiny: Database) -> Region:
    """A region with one session of «Бета» on Wednesday 13 January, for request R2."""
    found = await read_region(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        request = await tx.session.scalar(select(Request.id).where(Request.code == "R2"))
        uses = (found.use("beta-weld", 8), found.use("beta-t2"))
        await bookings.book(tx, found.booking(uses=uses, request_id=request, contact_minutes=90))
    return found


async def test_a_week_holds_its_resources_by_town_and_owner(region: Region) -> None:
    async with region.db.read_tx(region.member("alpha")) as tx:
        week = await views.week_timeline(tx, date(2027, 1, 14))
        empty = await views.week_timeline(tx, date(2027, 1, 18))
    assert (week.monday_on, week.previous_on, week.next_on) == (WEEK, date(2027, 1, 4), date(2027, 1, 18))
    assert [(town.town.code, [owner.owner.code for owner in town.owners]) for town in week.towns] == [
        ("smolensk", ["alpha"]),
        ("yartsevo", ["beta", "gamma"]),
    ]
    rows = {row.resource.code: row for town in week.towns for owner in town.owners for row in owner.rows}
    assert set(rows) == set(region.resources)
    assert {code for code, row in rows.items() if row.bookings} == {"beta-weld", "beta-t2"}
    (booking,) = rows["beta-weld"].bookings
    assert (booking.session_kind, booking.competency and booking.competency.code) == ("study_practice", "10")
    wednesday = 2 * 24 * 60
    assert any(
        window.from_min <= wednesday + 10 * 60 + 15 and wednesday + 11 * 60 + 50 <= window.until_min
        for window in rows["beta-weld"].open
    )
    assert not any(row.bookings for town in empty.towns for owner in town.owners for row in owner.rows)


@on_sqlite
@pytest.mark.parametrize("on", [date.min, date.max])
async def test_there_is_no_week_at_the_end_of_time(region: Region, on: date) -> None:
    async with region.db.read_tx(region.member("alpha")) as tx:
        for view in (views.week_timeline, views.trainer_week):
            with pytest.raises(Invalid):
                await view(tx, on)


@on_sqlite
async def test_who_is_no_person_has_no_trainer_s_week(region: Region) -> None:
    async with region.db.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Resource).values(person_id=None))
    async with region.db.read_tx(region.member("beta")) as tx:
        with pytest.raises(NotFound):
            await views.trainer_week(tx, WEEK)


async def test_a_week_is_filtered(region: Region) -> None:
    async with region.db.read_tx(region.member("alpha")) as tx:
        welding = await tx.session.scalar(select(Competency.id).where(Competency.code == "10"))

        async def codes(**filters: object) -> set[str]:
            week = await views.week_timeline(tx, WEEK, **filters)  # type: ignore[arg-type]
            return {row.resource.code for town in week.towns for owner in town.owners for row in owner.rows}

        assert await codes(kind="trainer") == {"alpha-t1", "beta-t2"}
        assert await codes(competency_id=welding) == {"beta-weld", "beta-t2"}
        assert await codes(owner_id=region.participants["gamma"]) == {"gamma-cnc"}
        assert await codes(cluster_id=region.clusters["tiny"]) == set(region.resources)
        assert await codes(cluster_id=10**6) == set()


async def test_a_holiday_is_named(region: Region) -> None:
    async with region.db.read_tx(SYSTEM) as tx:
        assert (await views.week_timeline(tx, date(2027, 1, 4))).holidays == (date(2027, 1, 7),)


@pytest.mark.parametrize(
    ("today", "monday"),
    [
        (datetime(2026, 12, 1, 9, tzinfo=UTC), WEEK),
        (datetime(2027, 1, 15, 9, tzinfo=UTC), WEEK),
        (datetime(2027, 3, 3, 9, tzinfo=UTC), WEEK),
    ],
)
async def test_a_page_opens_at_today_or_at_the_first_week_with_sessions(
    region: Region, database_url: str, today: datetime, monday: date
) -> None:
    db = Database(database_url, FixedClock(today))
    async with db.read_tx(SYSTEM) as tx:
        assert await views.default_week(tx) == monday
    await db.dispose()


async def test_without_sessions_it_opens_at_today(tiny: Database) -> None:
    async with tiny.read_tx(SYSTEM) as tx:
        assert await views.default_week(tx) == date(2026, 11, 30)


async def test_a_trainer_sees_the_own_week_and_the_way(region: Region) -> None:
    async with region.db.read_tx(SYSTEM) as tx:
        person = await tx.session.scalar(select(Resource.person_id).where(Resource.code == "beta-t2"))
    trainer = Actor(None, (Role("trainer", participant_id=region.participants["beta"]),), person)
    async with region.db.read_tx(trainer) as tx:
        week = await views.trainer_week(tx, WEEK)
        assert week.resource.code == "beta-t2"
        assert [booking.title for booking in week.bookings] == ["Сварка"]
        assert list(week.travel_min.values()) == [0]
        with pytest.raises(NotFound):
            await views.trainer_week(tx, WEEK, region.resources["beta-weld"])
    async with region.db.read_tx(region.member("alpha")) as tx:
        with pytest.raises(NotFound):
            await views.trainer_week(tx, WEEK)


async def test_a_campaign_shows_who_is_silent(region: Region) -> None:
    async with region.db.read_tx(region.coordinator) as tx:
        campaign = await tx.session.scalar(select(Campaign.id))
        assert campaign is not None
        progress = await views.campaign_progress(tx, campaign)
    rows = {row.participant.code: row for row in progress.participants}
    assert set(rows) == {"alpha", "beta", "gamma"}
    assert (progress.requests, progress.silent) == (4, 0)
    assert (rows["beta"].submitted, rows["beta"].hours) == (2, 12)
    assert rows["gamma"].submitted == 0


async def test_an_outcome_counts_what_is_booked(region: Region) -> None:
    async with region.db.read_tx(region.member("beta")) as tx:
        requests = {code: id_ for id_, code in await tx.session.execute(select(Request.id, Request.code))}
        outcome = await views.request_outcome(tx, requests["R2"])
        briefs = await views.request_outcomes(tx, list(requests.values()))
    assert (outcome.asked_tenths, outcome.granted_tenths) == (80, 20)
    assert [booking.title for session in outcome.sessions for booking in session.bookings] == ["Сварка"]
    assert set(briefs) == set(requests.values())
    assert briefs[requests["R2"]].granted_tenths == 20
    assert briefs[requests["R1"]].granted_tenths == 0


async def test_strangers_see_nothing(region: Region) -> None:
    async with region.db.read_tx(ANONYMOUS) as tx:
        with pytest.raises(Forbidden):
            await views.week_timeline(tx, WEEK)
        with pytest.raises(Forbidden):
            await views.default_week(tx)
