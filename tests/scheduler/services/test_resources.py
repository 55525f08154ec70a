"""Resources and offers: validated whole, changed by revision, written by their owners alone."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.domain.offer import OfferInput, OfferView
from scheduler.domain.resource import AvailabilityInput, ResourceDetails, ResourceInput
from scheduler.errors import Forbidden, Invalid, NotFound, StaleRevision, WrongState
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Competency, EquipmentKind, Person, Site
from scheduler.persistence.tables.timetable import Change
from scheduler.policy import SYSTEM, Actor, Role
from scheduler.services import offers, resources
from scheduler.services.bookings import book
from tests.scheduler.services.region import Region, read_region

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
async def region(tiny: Database) -> Region:
    return await read_region(tiny)


async def workshop(region: Region, **changes: Any) -> ResourceInput:
    async with region.db.read_tx(SYSTEM) as tx:
        site = await tx.session.scalar(select(Site.id).where(Site.code == "beta-main"))
        competency = await tx.session.scalar(select(Competency.id).where(Competency.code == "10"))
        kind = await tx.session.scalar(select(EquipmentKind.id).where(EquipmentKind.code == "weld_booth"))
    usual = {
        "kind": "workshop",
        "owner_id": region.participants["beta"],
        "site_id": site,
        "name": "Сварочная № 2",
        "capacity": 10,
        "setup_min": 15,
        "competencies": [{"competency_id": competency, "valid_until": None}],
        "features": [{"equipment_kind_id": kind, "count": 10}],
    }
    return ResourceInput.model_validate(usual | changes)


async def create(region: Region, actor: Actor | None = None, **changes: Any) -> ResourceDetails:
    resource = await workshop(region, **changes)
    async with region.db.write_tx(actor or region.member("beta")) as tx:
        return await resources.create_resource(tx, resource)


async def test_a_resource_is_stored_whole_and_logged(region: Region) -> None:
    made = await create(region)

    assert (made.mode, made.capacity, made.owner.code, made.town.code, made.revision) == (
        "exclusive",
        10,
        "beta",
        "yartsevo",
        1,
    )
    assert [grant.competency.code for grant in made.competencies] == ["10"]
    assert [(feature.equipment_kind.code, feature.count) for feature in made.features] == [("weld_booth", 10)]
    async with region.db.read_tx(SYSTEM) as tx:
        assert await resources.get_resource(tx, made.id) == made
        logged = await tx.session.scalar(select(Change).where(Change.target == f"resource:{made.id}"))
    assert logged is not None
    assert logged.action == "resource.create"


@on_sqlite
async def test_every_fault_is_told_at_once(region: Region) -> None:
    with pytest.raises(Invalid) as caught:
        await create(
            region,
            site_id=999,
            mode="pooled",
            person_id=999,
            competencies=[{"competency_id": 999}],
            features=[{"equipment_kind_id": 999, "count": 1}],
            units=["1"],
        )

    assert {(error.field, error.code) for error in caught.value.errors} == {
        ("site_id", "not_found"),
        ("person_id", "not_found"),
        ("competencies.0.competency_id", "not_found"),
        ("features.0.equipment_kind_id", "not_found"),
        ("units", "no_units"),
    }


@on_sqlite
async def test_only_the_owner_writes_not_even_the_coordinator(region: Region) -> None:
    for actor in (region.member("alpha"), region.coordinator, region.member("gamma", "employer")):
        with pytest.raises(Forbidden):
            await create(region, actor)


@on_sqlite
async def test_a_change_needs_the_revision_that_was_read(region: Region) -> None:
    made = await create(region)
    changed = await workshop(region, name="Сварочная № 3", capacity=6, mode="pooled", features=[])
    async with region.db.write_tx(region.member("beta")) as tx:
        done = await resources.update_resource(tx, made.id, changed, made.revision)
    assert (done.name, done.capacity, done.mode, done.features, done.revision) == (
        "Сварочная № 3",
        6,
        "pooled",
        (),
        2,
    )
    with pytest.raises(StaleRevision) as caught:
        async with region.db.write_tx(region.member("beta")) as tx:
            await resources.update_resource(tx, made.id, changed, made.revision)
    assert caught.value.current == 2


@on_sqlite
async def test_kind_and_owner_stay_what_they_are(region: Region) -> None:
    made = await create(region)
    other = await workshop(region, owner_id=region.participants["alpha"], kind="internship", mode="pooled")
    with pytest.raises(Invalid) as caught:
        async with region.db.write_tx(region.member("beta")) as tx:
            await resources.update_resource(tx, made.id, other, 1)
    assert {("kind", "unchangeable"), ("owner_id", "unchangeable")} <= {
        (error.field, error.code) for error in caught.value.errors
    }


async def test_a_capacity_below_what_is_claimed_is_refused(region: Region) -> None:
    async with region.db.write_tx(region.member("beta")) as tx:
        await book(tx, region.booking())  # eight places of the welding workshop
        weld = await resources.get_resource(tx, region.resources["beta-weld"])
    smaller = await workshop(region, capacity=7)
    with pytest.raises(Invalid) as caught:
        async with region.db.write_tx(region.member("beta")) as tx:
            await resources.update_resource(tx, weld.id, smaller, weld.revision)
    (error,) = caught.value.errors
    assert (error.field, error.code, error.params) == ("capacity", "below_claimed", {"claimed": 8})


@on_sqlite
async def test_availability_is_replaced_and_checked(region: Region) -> None:
    weld = region.resources["beta-weld"]
    rows = (
        AvailabilityInput(kind="weekly", weekday=4, from_min=480, until_min=600),
        AvailabilityInput(kind="closed", from_on=date(2027, 1, 15), note="ремонт"),
    )
    async with region.db.write_tx(region.member("beta")) as tx:
        done = await resources.set_availability(tx, weld, rows, 1)
    assert done.availability == rows
    assert done.revision == 2

    faulty = (
        AvailabilityInput(kind="weekly", from_min=600, until_min=600),
        AvailabilityInput(kind="date"),
        AvailabilityInput(kind="closed", from_on=date(2027, 1, 15), until_on=date(2027, 1, 14)),
    )
    with pytest.raises(Invalid) as caught:
        async with region.db.write_tx(region.member("beta")) as tx:
            await resources.set_availability(tx, weld, faulty, 2)
    assert {(error.field, error.code) for error in caught.value.errors} == {
        ("availability.0.until_min", "order"),
        ("availability.0.weekday", "weekday_needed"),
        ("availability.1.from_on", "date_needed"),
        ("availability.2.until_on", "order"),
    }


async def test_lists_are_filtered_and_paged(region: Region) -> None:
    async with region.db.read_tx(region.member("beta")) as tx:
        everything = await resources.list_resources(tx)
        first = await resources.list_resources(tx, limit=2)
        second = await resources.list_resources(tx, limit=200, after=first.next)
        found = {
            "mine": await resources.list_resources(tx, mine=True),
            "kind": await resources.list_resources(tx, kind="trainer"),
            "town": await resources.list_resources(tx, town_id=everything.items[0].town.id),
            "owner": await resources.list_resources(tx, owner_id=region.participants["gamma"]),
        }
        with pytest.raises(Invalid):
            await resources.list_resources(tx, after="nonsense")
    codes = {name: {item.code for item in page.items} for name, page in found.items()}
    assert [item.id for item in (*first.items, *second.items)] == [item.id for item in everything.items]
    assert codes["mine"] == {"beta-weld", "beta-t2"}
    assert codes["kind"] == {"alpha-t1", "beta-t2"}
    assert codes["owner"] == {"gamma-cnc"}
    assert codes["town"] == {i.code for i in everything.items if i.town == everything.items[0].town}


@on_sqlite
async def test_a_trainers_name_is_for_the_owner_the_coordinator_and_the_person(region: Region) -> None:
    trainer = region.resources["beta-t2"]
    async with region.db.read_tx(SYSTEM) as tx:
        person = await tx.session.scalar(select(Person.id).where(Person.full_name == "Демо Тренер 02"))
    self_ = Actor(None, (Role("trainer", participant_id=region.participants["alpha"]),), person_id=person)
    for actor, expected in (
        (region.member("beta"), "Демо Тренер 02"),
        (region.coordinator, "Демо Тренер 02"),
        (self_, "Демо Тренер 02"),
        (region.member("alpha"), None),
    ):
        async with region.db.read_tx(actor) as tx:
            assert (await resources.get_resource(tx, trainer)).person_name == expected


@on_sqlite
async def test_what_is_not_there_is_not_found(region: Region) -> None:
    async with region.db.read_tx(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await resources.get_resource(tx, 999)
        with pytest.raises(NotFound):
            await offers.get_offer(tx, 999)


def offer(region: Region, code: str = "gamma-cnc", **changes: Any) -> OfferInput:
    usual = {
        "resource_id": region.resources[code],
        "capacity": 4,
        "valid_from": "2027-01-11",
        "windows": [{"weekday": 1, "from_min": 840, "until_min": 1080}],
        "conditions": "Спецодежда",
    }
    return OfferInput.model_validate(usual | changes)


async def make_offer(region: Region, actor: Actor, value: OfferInput) -> OfferView:
    async with region.db.write_tx(actor) as tx:
        return await offers.create_offer(tx, value)


async def test_an_employer_is_asked_each_time_and_a_college_agrees_in_advance(region: Region) -> None:
    made = await make_offer(region, region.member("gamma", "employer"), offer(region))
    assert (made.consent, made.state, made.town.code, made.resource_kind) == (
        "each",
        "open",
        "yartsevo",
        "workshop",
    )
    assert [competency.code for competency in made.competencies] == ["06"]
    assert made.valid_until is None

    college = await make_offer(region, region.member("beta"), offer(region, "beta-weld"))
    assert college.consent == "standing"


@on_sqlite
async def test_an_offer_opens_no_more_than_there_is(region: Region) -> None:
    value = offer(
        region,
        capacity=5,
        valid_until="2027-01-01",
        windows=[
            {"weekday": 1, "from_min": 840, "until_min": 960},
            {"weekday": 1, "from_min": 900, "until_min": 1000},
            {"weekday": 2, "from_min": 900, "until_min": 900},
        ],
    )
    with pytest.raises(Invalid) as caught:
        await make_offer(region, region.member("gamma", "employer"), value)
    assert {(error.field, error.code) for error in caught.value.errors} == {
        ("capacity", "offer_capacity"),
        ("valid_until", "order"),
        ("windows.1.from_min", "overlap"),
        ("windows.2.until_min", "order"),
    }


@on_sqlite
async def test_an_offer_is_its_owners_and_closes_once(region: Region) -> None:
    owner = region.member("gamma", "employer")
    with pytest.raises(Forbidden):
        await make_offer(region, region.coordinator, offer(region))
    made = await make_offer(region, owner, offer(region))
    async with region.db.write_tx(owner) as tx:
        changed = await offers.update_offer(tx, made.id, offer(region, capacity=2), 1)
        assert (changed.capacity, changed.revision) == (2, 2)
        with pytest.raises(StaleRevision):
            await offers.close_offer(tx, made.id, 1)
        assert (await offers.close_offer(tx, made.id, 2)).state == "closed"
        with pytest.raises(WrongState):
            await offers.update_offer(tx, made.id, offer(region), 3)
    async with region.db.read_tx(owner) as tx:
        mine = await offers.list_offers(tx, mine=True, state="open")
        assert {item.code for item in mine.items} == {"o-gamma-cnc"}
        page = await offers.list_offers(tx, competency_id=made.competencies[0].id, limit=1)
        assert page.items[0].id == made.id
        assert page.next is not None
