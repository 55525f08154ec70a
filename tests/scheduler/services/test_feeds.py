"""Feeds show what their target has; their bytes change when that does, and only then."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import delete, func, insert, select, update

from scheduler.domain.feed import FeedKind, FeedView
from scheduler.domain.group import GroupInput
from scheduler.domain.register import SiteInput
from scheduler.domain.resource import ResourceInput
from scheduler.errors import Forbidden, NotFound, Unavailable
from scheduler.ids import new_uid
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.accounts import Feed
from scheduler.persistence.tables.register import Competency, LearnerGroup, Participant, Site, Town
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.policy import ANONYMOUS, SYSTEM, Actor, Role
from scheduler.services import feeds
from scheduler.services.groups import get_group, update_group
from scheduler.services.participants import update_site
from scheduler.services.resources import get_resource, update_resource

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
KEY = b"k" * 32
STARTS_AT = datetime(2027, 1, 13, 5, 30, tzinfo=UTC)
WRITTEN_AT = datetime(2026, 12, 1, tzinfo=UTC)


async def id_of(db: Database, table: type, code: str) -> int:
    async with db.read_tx(SYSTEM) as tx:
        id_ = await tx.session.scalar(select(table.id).where(table.code == code))  # type: ignore[attr-defined]
    assert id_ is not None
    return int(id_)


async def add_booking(db: Database, state: str = "confirmed", hour: int = 0) -> int:
    """Book the employer's workshop for a group of «Бета» with trainer 02."""
    beta, room = await id_of(db, Participant, "beta"), await id_of(db, Resource, "gamma-cnc")
    trainer, group = await id_of(db, Resource, "beta-t2"), await id_of(db, LearnerGroup, "B-21")
    site = await id_of(db, Site, "gamma-main")
    starts_at = STARTS_AT + timedelta(hours=hour)
    from_s = int(starts_at.timestamp())
    async with db.write_tx(SYSTEM) as tx:
        booking_id = await tx.session.scalar(
            insert(Booking).returning(Booking.id),
            {
                "uid": new_uid(),
                "state": state,
                "participant_id": beta,
                "group_id": group,
                "learners_from": 0,
                "learners_until": 4,
                "site_id": site,
                "title": "Станки с ЧПУ",
                "contact_minutes": 45,
                "starts_local": "2027-01-13T08:30",
                "ends_local": "2027-01-13T09:15",
                "timezone": "Europe/Moscow",
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=45),
                "created_at": WRITTEN_AT,
                "updated_at": WRITTEN_AT,
            },
        )
        assert booking_id is not None
        for role, subject_id, amount in (("room", room, 4), ("trainer", trainer, 1), ("learners", group, 4)):
            await tx.session.execute(
                insert(Claim).values(
                    booking_id=booking_id,
                    subject_id=subject_id,
                    role=role,
                    amount=amount,
                    from_s=from_s,
                    until_s=from_s + 45 * 60,
                    holding=state in ("confirmed", "proposed"),
                )
            )
        await feeds.mark_dirty(tx, [booking_id])
    return int(booking_id)


async def make_feed(db: Database, kind: FeedKind, target_id: int) -> FeedView:
    async with db.write_tx(SYSTEM) as tx:
        return await feeds.ensure_feed(tx, kind, target_id, KEY)


async def read(db: Database, feed: FeedView) -> Calendar:
    async with db.read_tx(ANONYMOUS) as tx:
        found = await feeds.find_feed_by_token(tx, feed.token)
    assert found is not None
    return Calendar.from_ical(found.body)


async def statuses(db: Database, kind: FeedKind, table: type, code: str) -> list[str]:
    feed = await make_feed(db, kind, await id_of(db, table, code))
    async with db.write_tx(SYSTEM) as tx:
        await feeds.mark_dirty(tx, None)
    while await feeds.remake_dirty(db):
        pass
    return [str(event["STATUS"]) for event in (await read(db, feed)).events]


EVERY_FEED: list[tuple[FeedKind, type, str]] = [
    ("trainer", Resource, "beta-t2"),
    ("resource", Resource, "gamma-cnc"),
    ("group", LearnerGroup, "B-21"),
    ("site", Site, "gamma-main"),
    ("participant", Participant, "beta"),
    ("participant", Participant, "gamma"),
]


@pytest.mark.parametrize(("kind", "table", "code"), EVERY_FEED)
async def test_each_kind_shows_the_session(tiny: Database, kind: FeedKind, table: type, code: str) -> None:
    feed = await make_feed(tiny, kind, await id_of(tiny, table, code))
    await feeds.remake_dirty(tiny)
    assert (await read(tiny, feed)).events == []

    await add_booking(tiny)
    assert await feeds.remake_dirty(tiny) == 1
    (event,) = (await read(tiny, feed)).events
    assert event.decoded("DTSTART").astimezone(UTC) == STARTS_AT
    assert str(event["LOCATION"]) == "Пример-Гамма, Учебный участок, Ярцево"
    assert "Учебный участок ЧПУ, мест: 4" in str(event["DESCRIPTION"])
    assert "Тренер" not in event.to_ical().decode()


async def test_a_stranger_s_feed_stays_untouched(tiny: Database) -> None:
    await make_feed(tiny, "participant", await id_of(tiny, Participant, "alpha"))
    await feeds.remake_dirty(tiny)
    await add_booking(tiny)
    assert await feeds.remake_dirty(tiny) == 0


@pytest.mark.parametrize(
    ("state", "owners", "others"),
    [
        ("proposed", ["TENTATIVE"], []),
        ("rejected", ["CANCELLED"], []),
        ("confirmed", ["CONFIRMED"], ["CONFIRMED"]),
        ("cancelled", ["CANCELLED"], ["CANCELLED"]),
        ("released", [], []),
        ("needs_reallocation", ["CANCELLED"], ["CANCELLED"]),
    ],
)
async def test_who_sees_which_state(tiny: Database, state: str, owners: list[str], others: list[str]) -> None:
    await add_booking(tiny, state)
    assert await statuses(tiny, "participant", Participant, "gamma") == owners
    assert await statuses(tiny, "participant", Participant, "beta") == owners
    assert await statuses(tiny, "trainer", Resource, "beta-t2") == others
    assert await statuses(tiny, "group", LearnerGroup, "B-21") == others


async def test_bytes_and_etag_change_only_with_the_content(tiny: Database) -> None:
    booking_id = await add_booking(tiny)
    feed = await make_feed(tiny, "trainer", await id_of(tiny, Resource, "beta-t2"))
    await feeds.remake_dirty(tiny)

    async def state() -> tuple[object, ...]:
        async with tiny.read_tx(SYSTEM) as tx:
            row = (await tx.session.execute(select(Feed.etag, Feed.modified_at, Feed.dirty))).one()
            found = await feeds.find_feed_by_token(tx, feed.token)
        assert found is not None
        return (*row, found.body, found.body_gzip)

    before = await state()
    async with tiny.write_tx(SYSTEM) as tx:
        await feeds.mark_dirty(tx, [booking_id])
    assert await feeds.remake_dirty(tiny) == 1
    assert await state() == before

    async with tiny.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Booking).values(sequence=Booking.sequence + 1))
        await feeds.mark_dirty(tx, [booking_id])
    await feeds.remake_dirty(tiny)
    after = await state()
    assert after[0] != before[0]
    assert b"SEQUENCE:1" in after[3]  # type: ignore[operator]


async def test_a_subject_that_a_booking_left_is_marked(tiny: Database) -> None:
    booking_id = await add_booking(tiny)
    trainer = await id_of(tiny, Resource, "beta-t2")
    feed = await make_feed(tiny, "trainer", trainer)
    await feeds.remake_dirty(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        await tx.session.execute(delete(Claim).where(Claim.subject_id == trainer))
        await feeds.mark_dirty(tx, [booking_id], [trainer])
    await feeds.remake_dirty(tiny)
    assert (await read(tiny, feed)).events == []


@on_sqlite
async def test_a_new_name_shows_wherever_the_old_one_did(tiny: Database) -> None:
    await add_booking(tiny)
    targets = [(kind, await id_of(tiny, table, code)) for kind, table, code in EVERY_FEED]
    made = [await make_feed(tiny, kind, target) for kind, target in targets]
    room, group = await id_of(tiny, Resource, "gamma-cnc"), await id_of(tiny, LearnerGroup, "B-21")
    await feeds.remake_dirty(tiny)

    async with tiny.write_tx(SYSTEM) as tx:
        details = (await get_resource(tx, room)).model_dump(include=set(ResourceInput.model_fields))
        competency = await tx.session.scalar(select(Competency.id).where(Competency.code == "06"))
        owner, site = await id_of(tiny, Participant, "gamma"), await id_of(tiny, Site, "gamma-main")
        renamed = details | {
            "owner_id": owner,
            "site_id": site,
            "name": "Цех ЧПУ",
            "competencies": [{"competency_id": competency}],
            "features": [],
        }
        await update_resource(tx, room, ResourceInput.model_validate(renamed), 1)
        old = await get_group(tx, group)
        await update_group(
            tx,
            group,
            GroupInput(participant_id=old.participant.id, name="Б-31", size=old.size, site_id=old.site.id),
            1,
        )
        town = await tx.session.scalar(select(Town.id).where(Town.code == "smolensk"))
        assert town is not None
        await update_site(tx, site, SiteInput(name="Новый корпус", town_id=town))
    await feeds.remake_dirty(tiny)
    for feed in made:
        (event,) = (await read(tiny, feed)).events
        assert "Цех ЧПУ" in str(event["DESCRIPTION"])
        assert "Б-31" in str(event["DESCRIPTION"])
        assert str(event["LOCATION"]) == "Пример-Гамма, Новый корпус, Смоленск"


@on_sqlite
async def test_what_was_read_before_a_change_is_not_stored_after_it(
    tiny: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await make_feed(tiny, "trainer", await id_of(tiny, Resource, "beta-t2"))
    make = feeds._make
    loop = asyncio.get_running_loop()
    meanwhile = [True]

    async def another_process() -> None:
        await add_booking(tiny)
        await feeds.remake_dirty(tiny)

    def slow(*arguments: Any) -> tuple[bytes, bytes, str]:
        if meanwhile.pop() if meanwhile else False:
            asyncio.run_coroutine_threadsafe(another_process(), loop).result(30)
        return make(*arguments)

    monkeypatch.setattr(feeds, "_make", slow)
    await feeds.remake_dirty(tiny)
    assert len((await read(tiny, feed)).events) == 1


@on_sqlite
async def test_a_feed_that_cannot_be_made_keeps_no_other_waiting(tiny: Database) -> None:
    first = await make_feed(tiny, "group", await id_of(tiny, LearnerGroup, "B-21"))
    second = await make_feed(tiny, "trainer", await id_of(tiny, Resource, "alpha-t1"))
    booking_id = await add_booking(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        await tx.session.execute(
            update(Booking).where(Booking.id == booking_id).values(timezone="Europe/Nowhere")
        )
    assert await feeds.remake_dirty(tiny) == 1
    assert (await read(tiny, second)).events == []
    async with tiny.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Booking).values(timezone="Europe/Moscow"))
    assert await feeds.remake_dirty(tiny) == 1
    assert len((await read(tiny, first)).events) == 1


async def test_a_revoked_address_is_dead_and_the_new_one_lives(tiny: Database) -> None:
    old = await make_feed(tiny, "trainer", await id_of(tiny, Resource, "beta-t2"))
    await feeds.remake_dirty(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        new = await feeds.revoke_feed(tx, old.id, KEY)
    async with tiny.read_tx(ANONYMOUS) as tx:
        assert await feeds.find_feed_by_token(tx, old.token) is None
        assert await feeds.find_feed_by_token(tx, new.token) is not None
    assert (await make_feed(tiny, "trainer", new.target_id)).token == new.token
    async with tiny.read_tx(SYSTEM) as tx:
        assert await tx.session.scalar(select(func.count()).where(Feed.token_sha256 == new.token)) == 0


async def test_a_feed_without_bytes_says_so(tiny: Database) -> None:
    feed = await make_feed(tiny, "site", await id_of(tiny, Site, "gamma-main"))
    async with tiny.read_tx(ANONYMOUS) as tx:
        with pytest.raises(Unavailable):
            await feeds.find_feed_by_token(tx, feed.token)


async def test_whose_feed_it_is_decides_who_sees_its_address(tiny: Database) -> None:
    beta = await id_of(tiny, Participant, "beta")
    async with tiny.read_tx(SYSTEM) as tx:
        own = await tx.session.scalar(select(Resource.person_id).where(Resource.code == "beta-t2"))
    trainer = Actor(1, (Role("trainer", participant_id=beta),), own)
    mine, other = await id_of(tiny, Resource, "beta-t2"), await id_of(tiny, Resource, "alpha-t1")
    async with tiny.write_tx(trainer) as tx:
        feed = await feeds.ensure_feed(tx, "trainer", mine, KEY)
        with pytest.raises(Forbidden):
            await feeds.ensure_feed(tx, "trainer", other, KEY)
        assert await feeds.list_feeds(tx, KEY, mine=True) == (feed,)
    async with tiny.write_tx(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await feeds.ensure_feed(tx, "trainer", await id_of(tiny, Resource, "gamma-cnc"), KEY)
