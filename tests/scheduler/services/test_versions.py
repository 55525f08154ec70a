"""Publication: the live timetable follows a version, or nothing happens."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.clock import FixedClock
from scheduler.domain.booking import BookingView
from scheduler.domain.version import PublicationDiff
from scheduler.errors import Forbidden, RuleViolated, StaleRevision, WrongState
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.accounts import Feed
from scheduler.persistence.tables.register import Setting, Subject
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Change, Claim
from scheduler.persistence.transaction import Tx
from scheduler.policy import SYSTEM, Actor
from scheduler.services.bookings import book, cancel_booking, confirm_booking, expire_holds, reject_booking
from scheduler.services.checks import check_published, overloads
from scheduler.services.feeds import ensure_feed, remake_dirty
from scheduler.services.versions import (
    get_version,
    list_versions,
    preview_publication,
    publish_version,
    sessions_of_version,
)
from tests.scheduler.conftest import NOW
from tests.scheduler.services.plan import PLAN, Planned, bookings_by_activity, make_draft
from tests.scheduler.services.region import read_region

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def publish(
    db: Database, *changes: Planned, without: tuple[str, ...] = (), actor: Actor = SYSTEM
) -> PublicationDiff:
    async with db.write_tx(SYSTEM) as tx:
        version_id = await make_draft(tx, *changes, without=without)
    async with db.read_tx(SYSTEM) as tx:
        expected = await preview_publication(tx, version_id)
    async with db.write_tx(actor) as tx:
        diff = await publish_version(tx, version_id, 1)
    assert diff == expected
    return diff


async def test_publishing_makes_bookings_with_their_claims(tiny: Database) -> None:
    diff = await publish(tiny)

    assert diff == PublicationDiff(added=8, moved=0, cancelled=0, unchanged=0)
    async with tiny.read_tx(SYSTEM) as tx:
        booked = await bookings_by_activity(tx)
        claims = (
            await tx.session.execute(
                select(Claim.role, Claim.amount, Claim.from_s, Claim.until_s, Claim.holding, Subject.kind)
                .join(Subject, Subject.id == Claim.subject_id)
                .where(Claim.booking_id == booked["R1/1/1"]["id"])
                .order_by(Claim.role)
            )
        ).all()
        version = await get_version(tx, 1)
        logged = await tx.session.scalar(select(Change).where(Change.action == "timetable.publish"))
        breaches, over = await check_published(tx, 1), await overloads(tx)
    assert booked.keys() == PLAN.keys()
    start = int(datetime(2027, 1, 11, 5, 30, tzinfo=UTC).timestamp())
    end = start + 200 * 60
    assert [tuple(claim) for claim in claims] == [
        ("learners", 6, start, end, True, "learner_group"),
        ("room", 6, start - 20 * 60, end, True, "resource"),
        ("trainer", 1, start, end, True, "resource"),
    ]
    # The plant wants to be asked for each booking; everybody else agreed in advance or owns what is used.
    proposed = {name for name, booking in booked.items() if booking["state"] == "proposed"}
    assert proposed == {"R3/1/1", "R3/2/1"}
    assert booked["R3/1/1"]["consent_until"] == NOW + timedelta(days=3)
    assert {booking["state"] for name, booking in booked.items() if name not in proposed} == {"confirmed"}
    assert (version.state, version.revision, version.published_at, version.summary) == (
        "published",
        2,
        NOW,
        diff,
    )
    assert logged is not None
    assert logged.details["added"] == 8
    assert (breaches, over) == ((), ())


async def test_publishing_the_same_again_changes_nothing(tiny: Database) -> None:
    await publish(tiny)
    async with tiny.read_tx(SYSTEM) as tx:
        before = await bookings_by_activity(tx)
        claims = set(await tx.session.scalars(select(Claim.id)))

    diff = await publish(tiny)

    assert diff == PublicationDiff(added=0, moved=0, cancelled=0, unchanged=8)
    async with tiny.read_tx(SYSTEM) as tx:
        assert await bookings_by_activity(tx) == before
        assert set(await tx.session.scalars(select(Claim.id))) == claims
        assert [version.state for version in (await list_versions(tx)).items] == ["published", "superseded"]


async def test_a_moved_session_keeps_its_identity_in_the_calendar(tiny: Database) -> None:
    await publish(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        before = await bookings_by_activity(tx)
        region = await read_region(tiny)
        feed = await ensure_feed(tx, "trainer", region.resources["alpha-t1"], bytes(32))
    await remake_dirty(tiny)

    diff = await publish(tiny, PLAN["R1/1/1"].at("2027-01-11T10:15", "2027-01-11T13:55"))

    assert diff == PublicationDiff(added=0, moved=1, cancelled=0, unchanged=7)
    async with tiny.read_tx(SYSTEM) as tx:
        after = await bookings_by_activity(tx)
        dirty = await tx.session.scalar(select(Feed.dirty).where(Feed.id == feed.id))
        claim = await tx.session.scalar(
            select(Claim.from_s).where(Claim.booking_id == after["R1/1/1"]["id"], Claim.role == "room")
        )
    moved = after.pop("R1/1/1")
    was = before.pop("R1/1/1")
    assert after == before
    assert (moved["uid"], moved["sequence"], moved["starts_local"]) == (was["uid"], 1, "2027-01-11T10:15")
    assert moved["starts_at"] == datetime(2027, 1, 11, 7, 15, tzinfo=UTC)
    assert claim == int(moved["starts_at"].timestamp()) - 20 * 60
    assert dirty


async def test_sessions_that_change_places_with_each_other_do_not_stand_in_each_others_way(
    tiny: Database,
) -> None:
    await publish(tiny)
    one, other = PLAN["R1/1/1"], PLAN["R1/2/1"]

    diff = await publish(
        tiny,
        one.at(other.starts, other.ends),
        other.at(one.starts, one.ends),
        PLAN["R1/1/2"].at("2027-01-20T08:30", "2027-01-20T11:50"),
        PLAN["R1/2/2"].at("2027-01-13T08:30", "2027-01-13T11:50"),
    )

    assert (diff.moved, diff.unchanged) == (4, 4)


async def test_what_a_version_leaves_out_is_cancelled_and_may_come_back(tiny: Database) -> None:
    await publish(tiny)

    assert (await publish(tiny, without=("R2/1/2",))).cancelled == 1
    async with tiny.read_tx(SYSTEM) as tx:
        gone = (await bookings_by_activity(tx))["R2/1/2"]
        holding = set(await tx.session.scalars(select(Claim.holding).where(Claim.booking_id == gone["id"])))
    assert (gone["state"], gone["sequence"], holding) == ("cancelled", 1, {False})

    assert (await publish(tiny, without=("R2/1/2",))).unchanged == 7
    assert (await publish(tiny)).added == 1
    async with tiny.read_tx(SYSTEM) as tx:
        back = (await bookings_by_activity(tx))["R2/1/2"]
    assert (back["state"], back["sequence"], back["uid"]) == ("confirmed", 2, gone["uid"])


@on_sqlite
async def test_a_yes_holds_for_what_it_was_given_for(tiny: Database) -> None:
    region = await read_region(tiny)
    await publish(tiny)
    async with tiny.write_tx(region.member("gamma", "employer")) as tx:
        for name in ("R3/1/1", "R3/2/1"):
            await confirm_booking(tx, (await bookings_by_activity(tx))[name]["id"])

    await publish(tiny, PLAN["R3/1/1"].at("2027-01-19T14:00", "2027-01-19T17:10"))

    async with tiny.read_tx(SYSTEM) as tx:
        booked = await bookings_by_activity(tx)
    assert (booked["R3/1/1"]["state"], booked["R3/2/1"]["state"]) == ("proposed", "confirmed")


@on_sqlite
@pytest.mark.parametrize("ended_by", [reject_booking, cancel_booking])
async def test_what_its_owner_refused_is_not_asked_again_for_the_same_place_and_time(
    tiny: Database, ended_by: Callable[[Tx, int], Awaitable[BookingView]]
) -> None:
    region = await read_region(tiny)
    await publish(tiny)
    async with tiny.write_tx(region.member("gamma", "employer")) as tx:
        await ended_by(tx, (await bookings_by_activity(tx))["R3/1/1"]["id"])
        before = await bookings_by_activity(tx)

    for _ in range(2):
        assert await publish(tiny) == PublicationDiff(added=0, moved=0, cancelled=0, unchanged=8)
        async with tiny.read_tx(SYSTEM) as tx:
            assert await bookings_by_activity(tx) == before

    elsewhere = await publish(tiny, PLAN["R3/1/1"].at("2027-01-19T14:00", "2027-01-19T17:10"))
    assert (elsewhere.added, elsewhere.unchanged) == (1, 7)
    async with tiny.read_tx(SYSTEM) as tx:
        assert (await bookings_by_activity(tx))["R3/1/1"]["state"] == "proposed"


@on_sqlite
async def test_an_owner_who_did_not_answer_is_asked_again(tiny: Database, database_url: str) -> None:
    await publish(tiny)
    later = Database(database_url, FixedClock(NOW + timedelta(days=4)))
    try:
        async with later.write_tx(SYSTEM) as tx:
            assert await expire_holds(tx) == 2
        diff = await publish(later)
    finally:
        await later.dispose()

    assert (diff.added, diff.unchanged) == (2, 6)
    async with tiny.read_tx(SYSTEM) as tx:
        booked = await bookings_by_activity(tx)
    assert booked["R3/1/1"]["state"] == "proposed"
    assert booked["R3/1/1"]["consent_until"] == NOW + timedelta(days=7)


@on_sqlite
async def test_a_yes_ends_with_the_booking_that_it_was_given_for(tiny: Database) -> None:
    region = await read_region(tiny)
    await publish(tiny)
    async with tiny.write_tx(region.member("gamma", "employer")) as tx:
        await confirm_booking(tx, (await bookings_by_activity(tx))["R3/1/1"]["id"])
    await publish(tiny, without=("R3/1/1",))
    await publish(tiny)

    async with tiny.read_tx(SYSTEM) as tx:
        assert (await bookings_by_activity(tx))["R3/1/1"]["state"] == "proposed"


@on_sqlite
async def test_the_region_sets_how_long_an_owner_has_to_answer(tiny: Database) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        tx.session.add(
            Setting(key="bookings.consent_days", value={"value": 10}, source="council", valid_from=NOW.date())
        )
    await publish(tiny)

    async with tiny.read_tx(SYSTEM) as tx:
        booked = await bookings_by_activity(tx)
    assert booked["R3/1/1"]["consent_until"] == NOW + timedelta(days=10)


@on_sqlite
async def test_what_has_taken_place_is_not_moved(tiny: Database, database_url: str) -> None:
    await publish(tiny)
    later = Database(database_url, FixedClock(datetime(2027, 1, 12, 9, 0, tzinfo=UTC)))
    try:
        diff = await publish(later, PLAN["R1/1/1"].at("2027-01-11T10:15", "2027-01-11T13:55"))
    finally:
        await later.dispose()

    assert (diff.moved, diff.unchanged) == (0, 8)
    async with tiny.read_tx(SYSTEM) as tx:
        assert (await bookings_by_activity(tx))["R1/1/1"]["starts_local"] == "2027-01-11T08:30"


@on_sqlite
async def test_what_has_taken_place_is_not_cancelled(tiny: Database, database_url: str) -> None:
    await publish(tiny)
    later = Database(database_url, FixedClock(datetime(2027, 1, 12, 9, 0, tzinfo=UTC)))
    try:
        diff = await publish(later, without=("R2/1/1", "R2/1/2"))
    finally:
        await later.dispose()

    assert diff.cancelled == 1
    async with tiny.read_tx(SYSTEM) as tx:
        booked = await bookings_by_activity(tx)
    assert (booked["R2/1/1"]["state"], booked["R2/1/2"]["state"]) == ("confirmed", "cancelled")


@on_sqlite
async def test_a_version_that_breaks_rules_changes_nothing_and_says_why(tiny: Database) -> None:
    await publish(tiny)
    clash = PLAN["R1/2/1"].at("2027-01-11T10:15", "2027-01-11T13:55")

    async with tiny.write_tx(SYSTEM) as tx:
        version_id = await make_draft(tx, clash, without=("R1/1/2",))
    with pytest.raises(RuleViolated) as caught:
        async with tiny.write_tx(SYSTEM) as tx:
            await publish_version(tx, version_id, 1)

    rules = {breach.rule for breach in caught.value.violations}
    assert rules == {"no_overlap", "presence"}
    assert any("alpha" not in b.ru and "станков с ЧПУ" in b.ru for b in caught.value.violations)
    async with tiny.read_tx(SYSTEM) as tx:
        assert (await get_version(tx, version_id)).state == "draft"
        assert (await bookings_by_activity(tx))["R1/1/2"]["state"] == "confirmed"


@on_sqlite
async def test_a_booking_made_by_hand_meanwhile_is_in_the_way(tiny: Database) -> None:
    region = await read_region(tiny)
    async with tiny.write_tx(region.member("beta")) as tx:
        await book(tx, region.booking(starts_local="2027-01-11T08:30", ends_local="2027-01-11T10:05"))

    with pytest.raises(RuleViolated) as caught:
        await publish(tiny)

    assert {breach.facts["activity_id"] for breach in caught.value.violations} == {"R2/1/1"}
    async with tiny.read_tx(SYSTEM) as tx:
        assert await bookings_by_activity(tx) == {}


@on_sqlite
async def test_a_closed_resource_is_told_before_anything_is_published(tiny: Database) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        resource = await tx.session.scalar(select(Resource).where(Resource.code == "beta-weld"))
        assert resource is not None
        resource.retired_on = datetime(2027, 1, 12, tzinfo=UTC).date()

    with pytest.raises(RuleViolated) as caught:
        await publish(tiny)

    assert [b.code for b in caught.value.violations] == ["closed"]


@on_sqlite
async def test_who_may_publish_what_and_when(tiny: Database) -> None:
    region = await read_region(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        version_id = await make_draft(tx)
    async with tiny.write_tx(region.member("alpha")) as tx:
        with pytest.raises(Forbidden):
            await publish_version(tx, version_id, 1)
    async with tiny.write_tx(region.coordinator) as tx:
        with pytest.raises(StaleRevision) as stale:
            await publish_version(tx, version_id, 7)
        assert stale.value.current == 1
        await publish_version(tx, version_id, 1)
        with pytest.raises(WrongState):
            await publish_version(tx, version_id, 2)


@on_sqlite
async def test_sessions_of_a_version_are_listed_in_order_of_time_in_pages(tiny: Database) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        version_id = await make_draft(tx)
    async with tiny.read_tx(SYSTEM) as tx:
        first = await sessions_of_version(tx, version_id, limit=5)
        second = await sessions_of_version(tx, version_id, limit=5, after=first.next)

    listed = [(session.starts_local, session.key) for page in (first, second) for session in page.items]
    assert listed == sorted(listed)
    assert {key for _, key in listed} == {f"{activity}/1" for activity in PLAN}
    assert second.next is None
    assert [(use.role, use.resource.code, use.kind) for use in first.items[0].uses] == [
        ("room", "alpha-cnc", "workshop"),
        ("trainer", "alpha-t1", "trainer"),
    ]
