"""Bookings by hand: refused with every fault, never two at once, consent where the owner wants it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from scheduler.domain.booking import BookingView, UseInput
from scheduler.domain.model import Page
from scheduler.errors import DomainError, Forbidden, Invalid, ResourceTaken, WrongState
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Participant, Subject
from scheduler.persistence.tables.resources import Availability, Offer, Resource, ResourceUnit
from scheduler.persistence.tables.timetable import Booking, Change, Claim
from scheduler.persistence.transaction import Tx
from scheduler.policy import SYSTEM, Actor
from scheduler.services import bookings
from tests.scheduler.services.region import Region, read_region

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 1, tzinfo=UTC)
GAMMA_TIME: dict[str, Any] = {"starts_local": "2027-01-12T14:00", "ends_local": "2027-01-12T15:30"}


@pytest.fixture
async def region(tiny: Database) -> Region:
    return await read_region(tiny)


async def january(tx: Tx, **filters: Any) -> Page[BookingView]:
    return await bookings.list_bookings(tx, from_at=JANUARY, until_at=FEBRUARY, **filters)


async def book(region: Region, actor: Actor | None = None, **changes: Any) -> BookingView:
    async with region.db.write_tx(actor or region.member("beta")) as tx:
        return await bookings.book(tx, region.booking(**changes))


async def faults_of(region: Region, **changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        await book(region, **changes)
    return {error.field: error.code for error in caught.value.errors}


async def test_an_own_workshop_is_booked_at_once_with_its_set_up(region: Region) -> None:
    made = await book(region, uses=(region.use("beta-weld", 8), region.use("beta-t2")))
    assert (made.state, made.site.code, made.host.code, made.town.code) == (
        *("confirmed", "beta-main"),
        *("beta", "yartsevo"),
    )
    assert made.starts_at == datetime(2027, 1, 13, 7, 15, tzinfo=UTC)
    async with region.db.read_tx(SYSTEM) as tx:
        claims = {claim.role: claim for claim in await tx.session.scalars(select(Claim))}
        setup_min = await tx.session.scalar(select(Resource.setup_min).where(Resource.code == "beta-weld"))
        logged = await tx.session.scalar(select(Change.action))
        assert await bookings.get_booking(tx, made.id) == made
        page = await january(tx, resource_id=region.resources["beta-t2"])
    assert set(claims) == {"room", "trainer", "learners"}
    assert (
        claims["room"].from_s == made.starts_at.timestamp() - 60 * (setup_min or 0) < claims["trainer"].from_s
    )
    assert all(claim.holding for claim in claims.values())
    assert logged == "booking.create"
    assert page.items == (made,)


async def test_every_fault_is_named_at_once(region: Region) -> None:
    with pytest.raises(Invalid) as caught:
        await book(
            region,
            uses=(region.use("beta-weld", 9), region.use("alpha-cnc", 6)),
            starts_local="2027-01-17T10:15",
            ends_local="2027-01-17T11:50",
            learners_until=9,
        )
    assert {(error.field, error.code) for error in caught.value.errors} == {
        ("uses.0.amount", "too_many"),
        ("uses.0.resource_id", "unavailable"),
        ("uses.1.resource_id", "no_offer"),
        ("uses.1.resource_id", "unavailable"),
        ("learners_until", "group_size"),
    }


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"starts_local": "2027-02-30T10:15"}, "starts_local", "local_time"),
        ({"ends_local": "2027-01-13T10:15"}, "ends_local", "order"),
        ({"learners_until": 0}, "learners_until", "order"),
        ({"group_id": 10**9}, "group_id", "not_found"),
        ({"request_id": 10**9}, "request_id", "not_found"),
    ],
)
async def test_a_fault_names_its_field(
    region: Region, changes: dict[str, Any], field: str, code: str
) -> None:
    assert (await faults_of(region, **changes))[field] == code


@on_sqlite
@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("0001-01-01T00:00", "0001-01-01T01:00"),
        ("1027-01-13T10:15", "1027-01-13T11:50"),
        ("9999-12-31T22:00", "9999-12-31T23:59"),
    ],
)
async def test_a_slip_of_the_pen_in_the_year_is_a_fault(region: Region, starts: str, ends: str) -> None:
    faults = await faults_of(region, starts_local=starts, ends_local=ends)
    assert faults == {"starts_local": "too_far", "ends_local": "too_far"}


@on_sqlite
async def test_there_is_a_place_for_every_learner(region: Region) -> None:
    assert await faults_of(region, uses=(region.use("beta-weld", 7),)) == {"uses.0.amount": "too_few"}


@on_sqlite
async def test_who_is_not_active_books_nothing(region: Region) -> None:
    async with region.db.write_tx(SYSTEM) as tx:
        await tx.session.execute(
            update(Participant).where(Participant.id == region.participants["beta"]).values(state="applied")
        )
    assert await faults_of(region) == {"participant_id": "not_active"}


@on_sqlite
async def test_a_guest_has_no_hours_past_midnight_that_no_window_opens(region: Region) -> None:
    gamma = region.resources["gamma-cnc"]
    async with region.db.write_tx(SYSTEM) as tx:
        await tx.session.execute(delete(Availability).where(Availability.subject_id == gamma))
        await tx.session.execute(
            update(Offer).where(Offer.resource_id == gamma).values(windows=[[1, 1200, 1440]])
        )
    night: dict[str, Any] = {
        "uses": (region.use("gamma-cnc", 4),),
        "learners_until": 4,
        "starts_local": "2027-01-12T22:00",
    }
    assert await faults_of(region, **night, ends_local="2027-01-13T02:00") == {
        "uses.0.resource_id": "no_offer"
    }
    assert (await book(region, **night, ends_local="2027-01-13T00:00")).state == "proposed"


@on_sqlite
async def test_guests_together_have_no_more_than_an_offer_opens(region: Region) -> None:
    weld = region.resources["beta-weld"]
    async with region.db.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Subject).where(Subject.id == weld).values(mode="pooled"))
        await tx.session.execute(update(Offer).where(Offer.resource_id == weld).values(capacity=6))
    alpha = region.member("alpha")
    guests: dict[str, Any] = {
        "participant_id": region.participants["alpha"],
        "group_id": None,
        "learners_until": 0,
    }
    for amount in (4, 2):
        await book(region, alpha, **guests, uses=(region.use("beta-weld", amount),))
    with pytest.raises(Invalid) as caught:
        await book(region, alpha, **guests, uses=(region.use("beta-weld", 1),))
    assert [error.code for error in caught.value.errors] == ["no_offer"]
    # The owner's own places are not what it opened to guests.
    assert (await book(region, uses=(region.use("beta-weld", 2),), learners_until=2)).state == "confirmed"


@on_sqlite
async def test_a_unit_is_nobody_s_twice(region: Region) -> None:
    kit = await make_kit(region)

    def use(*units: str, amount: int = 1) -> dict[str, Any]:
        kit_use = UseInput(resource_id=kit, amount=amount, units=units)
        return {"uses": (region.use("beta-weld", 2), kit_use), "group_id": None, "learners_until": 0}

    assert await faults_of(region, **use("Т-1", "Т-1", amount=2)) == {"uses.1.units": "repeated"}
    assert await faults_of(region, **use("Т-1", "Т-2")) == {"uses.1.units": "units_amount"}
    async with region.db.write_tx(SYSTEM) as tx:
        weld = region.resources["beta-weld"]
        await tx.session.execute(update(Subject).where(Subject.id == weld).values(mode="pooled"))
    made = await book(region, **use("Т-1"))
    with pytest.raises(ResourceTaken) as caught:
        await book(region, **use("Т-1"))
    assert (caught.value.subject_id, caught.value.holder) == (kit, made.title)
    assert (await book(region, **use())).uses[0].units == ("Т-2",)


async def make_kit(region: Region) -> int:
    """Return movable equipment of «Бета» with three named units."""
    async with region.db.write_tx(SYSTEM) as tx:
        weld = await tx.session.get(Resource, region.resources["beta-weld"])
        assert weld is not None
        subject = Subject(kind="resource", mode="pooled", capacity=3)
        tx.session.add(subject)
        await tx.session.flush()
        tx.session.add(
            Resource(
                id=subject.id,
                code="beta-kit",
                kind="equipment",
                owner_id=weld.owner_id,
                site_id=weld.site_id,
                name="Тренажёр",
            )
        )
        await tx.session.flush()
        tx.session.add_all(ResourceUnit(resource_id=subject.id, label=f"Т-{n}") for n in (1, 2, 3))
    return subject.id


async def test_a_place_is_needed_and_no_resource_twice(region: Region) -> None:
    assert await faults_of(region, uses=(region.use("beta-t2"),)) == {"uses": "no_place"}
    twice = (region.use("beta-weld"), region.use("beta-weld"))
    assert (await faults_of(region, uses=twice))["uses.1.resource_id"] == "repeated"


async def test_another_s_group_cannot_be_booked(region: Region) -> None:
    faults = await faults_of(region, group_id=region.groups["A-21"])
    assert faults == {"group_id": "not_own"}


async def test_nobody_books_for_another_participant(region: Region) -> None:
    with pytest.raises(Forbidden):
        await book(region, region.member("alpha"))


async def test_the_same_time_is_not_booked_twice_not_even_for_set_up(region: Region) -> None:
    await book(region)
    with pytest.raises(ResourceTaken):
        await book(region, group_id=None, learners_until=0)
    close: dict[str, Any] = {"starts_local": "2027-01-13T09:20", "ends_local": "2027-01-13T10:05"}
    with pytest.raises(ResourceTaken):
        await book(region, group_id=None, learners_until=0, **close)


async def test_of_rivals_one_wins(region: Region) -> None:
    async def attempt() -> str:
        try:
            await book(region, group_id=None, learners_until=0)
        except DomainError as error:
            return error.code
        return "won"

    outcomes = await asyncio.gather(*(attempt() for _ in range(8)))
    assert sorted(outcomes) == ["resource_taken"] * 7 + ["won"]


async def test_a_group_s_slices_may_run_in_parallel_but_no_learner_twice(region: Region) -> None:
    await book(region, uses=(region.use("beta-weld", 4),), learners_until=4)
    elsewhere: dict[str, Any] = {"uses": (region.use("gamma-cnc", 4),), **GAMMA_TIME, "learners_from": 4}
    # The employer's windows are on Tuesday: put the first one there too.
    async with region.db.write_tx(SYSTEM) as tx:
        times = {"starts_at": datetime(2027, 1, 12, 11, 0, tzinfo=UTC)}
        await tx.session.execute(
            update(Booking).values(**times, ends_at=datetime(2027, 1, 12, 12, 30, tzinfo=UTC))
        )
    with pytest.raises(ResourceTaken) as caught:
        await book(region, **elsewhere | {"learners_from": 3, "learners_until": 7})
    assert caught.value.subject_id == region.groups["B-21"]
    assert (await book(region, **elsewhere)).state == "proposed"


async def test_nobody_is_in_two_towns_without_the_journey(region: Region) -> None:
    await book(region, uses=(region.use("beta-weld", 8), region.use("beta-t2")))
    soon = {"starts_local": "2027-01-13T12:20", "ends_local": "2027-01-13T13:05"}
    alpha = region.member("alpha")
    there = {
        "participant_id": region.participants["alpha"],
        "group_id": region.groups["A-21"],
        "learners_until": 6,
        "uses": (region.use("alpha-cnc", 6), region.use("beta-t2")),
    }
    with pytest.raises(Invalid) as caught:
        await book(region, alpha, **there, **soon)
    assert [(error.field, error.code) for error in caught.value.errors] == [("starts_local", "travel")]
    later = {"starts_local": "2027-01-13T12:45", "ends_local": "2027-01-13T13:30"}
    assert (await book(region, alpha, **there, **later)).state == "confirmed"


async def ask_gamma(region: Region) -> BookingView:
    return await book(region, uses=(region.use("gamma-cnc", 4),), learners_until=4, **GAMMA_TIME)


async def test_an_owner_who_wants_to_be_asked_is_asked(region: Region) -> None:
    asked = await ask_gamma(region)
    assert asked.state == "proposed"
    assert asked.consent_until is not None
    employer = region.member("gamma", "employer")
    async with region.db.write_tx(employer) as tx:
        assert await bookings.list_awaiting_consent(tx) == (asked,)
        agreed = await bookings.confirm_booking(tx, asked.id)
        assert await bookings.list_awaiting_consent(tx) == ()
    assert (agreed.state, agreed.consent_until, agreed.sequence) == ("confirmed", None, asked.sequence + 1)
    async with region.db.write_tx(employer) as tx:
        with pytest.raises(WrongState):
            await bookings.confirm_booking(tx, asked.id)


async def test_only_the_owner_gives_consent(region: Region) -> None:
    asked = await ask_gamma(region)
    for actor in (region.coordinator, region.member("alpha"), region.member("beta")):
        async with region.db.write_tx(actor) as tx:
            with pytest.raises(Forbidden):
                await bookings.confirm_booking(tx, asked.id)
            with pytest.raises(Forbidden):
                await bookings.reject_booking(tx, asked.id)


async def test_a_no_frees_the_time(region: Region) -> None:
    asked = await ask_gamma(region)
    async with region.db.write_tx(region.member("gamma", "employer")) as tx:
        assert (await bookings.reject_booking(tx, asked.id)).state == "rejected"
    assert (await ask_gamma(region)).state == "proposed"


async def test_holds_and_unanswered_proposals_end_by_themselves(region: Region) -> None:
    held = await book(region, hold_minutes=10)
    asked = await ask_gamma(region)
    assert held.state == "held"
    async with region.db.write_tx(SYSTEM) as tx:
        assert await bookings.expire_holds(tx) == 0
        past = tx.clock.now() - timedelta(seconds=1)
        await tx.session.execute(update(Booking).where(Booking.id == held.id).values(hold_until=past))
        await tx.session.execute(update(Booking).where(Booking.id == asked.id).values(consent_until=past))
    async with region.db.write_tx(SYSTEM) as tx:
        assert await bookings.expire_holds(tx) == 2
    async with region.db.read_tx(SYSTEM) as tx:
        states = {row.id: row.state for row in (await january(tx)).items}
    assert states == {held.id: "released", asked.id: "rejected"}
    assert (await book(region)).state == "confirmed"


async def test_cancelling_frees_the_time_and_keeps_the_row(region: Region) -> None:
    made = await book(region)
    stranger, requester = region.member("alpha"), region.member("beta")
    async with region.db.write_tx(stranger) as tx:
        with pytest.raises(Forbidden):
            await bookings.cancel_booking(tx, made.id)
    async with region.db.write_tx(requester) as tx:
        gone = await bookings.cancel_booking(tx, made.id)
        with pytest.raises(WrongState):
            await bookings.cancel_booking(tx, made.id)
    assert (gone.state, gone.uid, gone.sequence) == ("cancelled", made.uid, made.sequence + 1)
    again = await book(region)
    assert again.uid != made.uid


async def test_a_list_is_filtered_and_paged(region: Region) -> None:
    days = [
        await book(region, starts_local=f"2027-01-{day}T10:15", ends_local=f"2027-01-{day}T11:50")
        for day in (11, 13)
    ]
    async with region.db.read_tx(region.member("alpha")) as tx:
        first = await january(tx, limit=1)
        assert first.items == (days[0],)
        second = await january(tx, limit=1, after=first.next)
        assert (second.items, second.next) == ((days[1],), None)
        for filters in ({"owner_id": region.participants["alpha"]}, {"state": "held"}, {"competency_id": 1}):
            assert (await january(tx, **filters)).items == ()
        beta = {"participant_id": region.participants["beta"], "group_id": region.groups["B-21"]}
        assert len((await january(tx, **beta)).items) == 2
