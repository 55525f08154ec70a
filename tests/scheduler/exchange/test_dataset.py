"""Reading, refusing, writing and loading a dataset."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from scheduler.clock import FixedClock
from scheduler.errors import Invalid, WrongState
from scheduler.exchange.dataset import Dataset, dump_dataset, load_dataset, read_dataset
from scheduler.exchange.dataset.rows import LIST_NAMES
from scheduler.persistence.engine import Database
from scheduler.persistence.tables import accounts, register, requests, resources
from scheduler.policy import SYSTEM

TINY = Path(__file__).parents[3] / "fixtures" / "tiny.json"
NOW = datetime(2026, 12, 20, 9, tzinfo=UTC)
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def tiny() -> Dataset:
    return read_dataset(TINY.read_bytes())


@pytest.fixture(scope="module")
def without_accounts(tiny: Dataset) -> Dataset:
    """The tiny cluster without its slow password hashes."""
    return tiny.model_copy(update={"accounts": ()})


def faults_of(*edits: Edit) -> set[tuple[str, str]]:
    """Spoil the tiny cluster and return what is found: path and code."""
    document = json.loads(TINY.read_bytes())
    for edit in edits:
        edit(document)
    with pytest.raises(Invalid) as caught:
        read_dataset(json.dumps(document))
    return {(error.field, error.code) for error in caught.value.errors}


def put(list_name: str, row: int, **values: Any) -> Edit:
    """Return an edit of one row, counted from 1."""
    return lambda document: document[list_name][row - 1].update(values)


@pytest.mark.parametrize("document", ["[" * 100_000, '{"format":' + "9" * 5000 + "}", b"\xff\xfe\x00"])
def test_what_cannot_be_read_is_a_fault_and_no_crash(document: str | bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_dataset(document)
    assert [error.code for error in caught.value.errors] == ["not_json"]


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (put("requests", 1, code="R1/1:2"), ("requests[1] R1/1:2: code", "string_pattern_mismatch")),
        (put("sites", 1, name="a\x00b"), ("sites[1]", "control_character")),
        (put("resources", 1, setup_min=10**30), ("resources[1] alpha-cnc: setup_min", "less_than_equal")),
        (put("campaigns", 1, ends_on="9999-12-31"), ("campaigns[1] {}: ends_on", "campaign_long")),
        (put("campaigns", 1, starts_on="0001-01-01"), ("campaigns[1] {}: starts_on", "too_far")),
        (
            lambda d: d["settings"].append(setting("load.group_week_hours", {"value": "many"})),
            ("settings[{n}] load.group_week_hours/2026-01-01: value", "setting_type"),
        ),
        (
            lambda d: d["settings"].append(setting("calendar", {"transfer": ["soon"]})),
            ("settings[{n}] calendar/2026-01-01: value.transfer.0", "wrong_type"),
        ),
    ],
)
def test_what_would_break_a_run_or_a_database_later_is_a_fault_now(
    edit: Edit, fault: tuple[str, str]
) -> None:
    document = json.loads(TINY.read_bytes())
    document.setdefault("settings", [])
    path = fault[0].format(document["campaigns"][0]["code"], n=len(document["settings"]) + 1)

    def with_settings(spoilt: dict[str, Any]) -> None:
        spoilt.setdefault("settings", [])
        edit(spoilt)

    assert (path, fault[1]) in faults_of(with_settings)


def setting(key: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a setting."""
    return {"key": key, "value": value, "source": "test", "valid_from": "2026-01-01"}


def test_a_backslash_before_an_escape_is_text(tiny: Dataset) -> None:
    document = json.loads(TINY.read_bytes())
    document["sites"][0]["name"] = r"C:\u0000\дом"
    assert read_dataset(json.dumps(document)).sites[0].name == r"C:\u0000\дом"


def test_its_lists_are_those_of_the_document() -> None:
    assert {"format", "about", *LIST_NAMES} == set(Dataset.model_fields)


def test_the_tiny_cluster_stands_in_its_one_form(tiny: Dataset) -> None:
    assert dump_dataset(tiny) == TINY.read_bytes()


@pytest.mark.parametrize(
    ("edit", "path", "code"),
    [
        (put("towns", 2, code="smolensk"), "towns[2] smolensk: code", "not_unique"),
        (put("towns", 1, timezone="Europe/Nowhere"), "towns[1] smolensk: timezone", "unknown_timezone"),
        (put("sites", 1, town="atlantis"), "sites[1] alpha-main: town", "not_found"),
        (put("sites", 3, bells=[[900, 840]]), "sites[3] gamma-main: bells.0", "order"),
        (put("sites", 3, bells=[[600, 700], [690, 800]]), "sites[3] gamma-main: bells.1", "overlap"),
        (put("distances", 1, b="smolensk"), "distances[1] smolensk/smolensk: b", "same_town"),
        (put("resources", 1, capacity=0), "resources[1] alpha-cnc: capacity", "greater_than"),
        (put("resources", 1, kind="spaceship"), "resources[1] alpha-cnc: kind", "unknown_kind"),
        (put("resources", 1, colour="red"), "resources[1] alpha-cnc: colour", "extra_forbidden"),
        (put("resources", 1, units=["1", "2"]), "resources[1] alpha-cnc: units", "no_units"),
        (put("resources", 1, competencies=[]), "resources[1] alpha-cnc: competencies", "competency_needed"),
        (
            put("resources", 1, kind="equipment", mode="pooled", units=["1", "2"]),
            "resources[1] alpha-cnc: units",
            "units_count",
        ),
        (put("resources", 1, kind="internship"), "resources[1] alpha-cnc: mode", "mode_of_kind"),
        (put("resources", 1, site="beta-main"), "resources[1] alpha-cnc: site", "no_site_of_owner"),
        (put("resources", 4, person=None), "resources[4] alpha-t1: person", "required"),
        (put("resources", 4, person="p2"), "resources[4] alpha-t1: person", "person_of_owner"),
        (put("resources", 4, capacity=2), "resources[4] alpha-t1: capacity", "one_person"),
        (put("resources", 1, person="p1"), "resources[1] alpha-cnc: person", "only_for_trainer"),
        (
            put("resources", 2, competencies=[{"code": "10"}, {"code": "99"}]),
            "resources[2] beta-weld: competencies.1.code",
            "not_found",
        ),
        (
            put("resources", 2, availability=[{"kind": "weekly", "from_min": 600, "until_min": 540}]),
            "resources[2] beta-weld: availability.0.until_min",
            "order",
        ),
        (
            put("resources", 2, availability=[{"kind": "weekly"}]),
            "resources[2] beta-weld: availability.0.weekday",
            "weekday_needed",
        ),
        (
            put("resources", 2, availability=[{"kind": "closed"}]),
            "resources[2] beta-weld: availability.0.from_on",
            "date_needed",
        ),
        (put("offers", 1, capacity=7), "offers[1] o-alpha-cnc: capacity", "offer_capacity"),
        (put("offers", 1, windows=[[2, 835, 510]]), "offers[1] o-alpha-cnc: windows.0", "order"),
        (
            put("offers", 1, valid_until="2026-12-01"),
            "offers[1] o-alpha-cnc: valid_until",
            "order",
        ),
        (put("campaigns", 1, ends_on="2027-01-11"), "campaigns[1] tiny-2027: ends_on", "order"),
        (put("learner_groups", 1, minors=13), "learner_groups[1] A-21: minors", "too_many"),
        (put("learner_groups", 2, under_16=True), "learner_groups[2] B-21: under_16", "no_minors"),
        (
            put("learner_groups", 1, weeks={"2027-01-12": "theory"}),
            "learner_groups[1] A-21: weeks.2027-01-12",
            "not_monday",
        ),
        (put("requests", 1, hours=7), "requests[1] R1: hours", "not_a_multiple"),
        (put("requests", 1, group="B-21"), "requests[1] R1: group", "not_own"),
        (put("requests", 1, group="Z-99"), "requests[1] R1: group", "not_found"),
        (put("requests", 1, kind="module"), "requests[1] R1: module", "module_needed"),
        (put("requests", 1, kind="exam"), "requests[1] R1: exam_days", "exam_days_needed"),
        (
            put("requests", 1, equipment_count=2),
            "requests[1] R1: equipment_kind",
            "equipment_kind_needed",
        ),
        (put("requests", 1, weekdays=[0, 0]), "requests[1] R1: weekdays", "repeated"),
        (put("requests", 1, weekdays=[7]), "requests[1] R1: weekdays.0", "less_than_equal"),
        (put("requests", 1, until_on="2027-06-01"), "requests[1] R1: from_on", "outside_campaign"),
        (put("requests", 1, hours="8"), "requests[1] R1: hours", "int_type"),
        (
            lambda document: document["memberships"].pop(0),
            "requests[1] R1: participant",
            "not_in_cluster",
        ),
        (
            put("accounts", 1, roles=[{"role": "coordinator"}]),
            "accounts[1] coordinator: roles.0.cluster",
            "required",
        ),
        (lambda document: document.update(format=2), "dataset: format", "unknown_format"),
        (lambda document: document.update(rooms=[]), "dataset: rooms", "unknown_field"),
        (lambda document: document.update(towns={}), "towns", "not_a_list"),
    ],
)
def test_a_fault_is_named_by_list_row_and_field(edit: Edit, path: str, code: str) -> None:
    assert (path, code) in faults_of(edit)


def test_every_fault_is_named_at_once() -> None:
    found = faults_of(
        put("resources", 1, capacity=0),
        put("resources", 2, owner="nobody"),
        put("offers", 3, capacity=40),
        put("requests", 2, hours=3),
    )
    assert found == {
        ("resources[1] alpha-cnc: capacity", "greater_than"),
        ("resources[2] beta-weld: owner", "not_found"),
        ("resources[2] beta-weld: site", "no_site_of_owner"),
        ("offers[3] o-gamma-cnc: capacity", "offer_capacity"),
        ("requests[2] R2: hours", "not_a_multiple"),
    }


def test_a_resource_without_an_owner_is_refused() -> None:
    assert faults_of(lambda document: document["resources"][0].pop("owner")) == {
        ("resources[1] alpha-cnc: owner", "missing")
    }


@pytest.mark.parametrize("text", ["", "{", "[]", "null", b"\xff\xfe"])
def test_what_is_no_document_is_refused(text: str | bytes) -> None:
    with pytest.raises(Invalid):
        read_dataset(text)


async def test_it_is_loaded_whole(database_url: str, tiny: Dataset) -> None:
    db = Database(database_url, FixedClock(NOW))
    try:
        async with db.write_tx(SYSTEM) as tx:
            counts = await load_dataset(tx, tiny)
        assert counts.rows == {name: len(rows) for name, rows in tiny.lists()}
        async with db.read_tx(SYSTEM) as tx:
            distance = (await tx.session.scalars(select(register.TownDistance))).one()
            assert (distance.car_min, distance.bus_min) == (55, 79)
            trainer = (
                await tx.session.execute(
                    select(resources.Resource, register.Person.full_name)
                    .join(register.Person, resources.Resource.person_id == register.Person.id)
                    .where(resources.Resource.code == "beta-t2")
                )
            ).one()
            assert trainer.full_name == "Демо Тренер 02"
            subject = await tx.session.get_one(register.Subject, trainer.Resource.id)
            assert (subject.kind, subject.mode, subject.capacity) == ("resource", "exclusive", 1)
            qualified = select(func.count()).where(
                resources.ResourceCompetency.resource_id == trainer.Resource.id
            )
            assert await tx.session.scalar(qualified) == 2
            request = (
                await tx.session.scalars(select(requests.Request).where(requests.Request.code == "R3"))
            ).one()
            group = await tx.session.get_one(register.LearnerGroup, request.group_id)
            assert (group.code, request.weekdays, request.subgroup_size) == ("B-21", [0, 1, 2, 3, 4], 4)
            offer = (
                await tx.session.scalars(select(resources.Offer).where(resources.Offer.code == "o-gamma-cnc"))
            ).one()
            assert offer.windows == [[1, 840, 1030], [3, 840, 1030]]
            assert await tx.session.scalar(select(func.count()).select_from(resources.Availability)) == 6
            assert await tx.session.scalar(select(func.count()).select_from(register.CurriculumHours)) == 4
            week = (await tx.session.scalars(select(register.GroupWeek))).one()
            assert week.kind == "study_practice"
            account = (
                await tx.session.scalars(select(accounts.Account).where(accounts.Account.login == "trainer"))
            ).one()
            assert account.demo
            assert account.person_id == trainer.Resource.person_id
            assert PasswordHasher().verify(account.password_hash, "demo-trainer")
    finally:
        await db.dispose()


async def test_the_database_gives_new_ids_after_a_load(database_url: str, without_accounts: Dataset) -> None:
    db = Database(database_url, FixedClock(NOW))
    try:
        async with db.write_tx(SYSTEM) as tx:
            await load_dataset(tx, without_accounts)
            town = register.Town(code="new", name="Новый", name_en="New", timezone="Europe/Moscow")
            tx.session.add(town)
            await tx.session.flush()
            assert town.id is not None
    finally:
        await db.dispose()


async def test_a_filled_region_is_not_filled_again(database_url: str, without_accounts: Dataset) -> None:
    db = Database(database_url, FixedClock(NOW))
    try:
        async with db.write_tx(SYSTEM) as tx:
            await load_dataset(tx, without_accounts)
        with pytest.raises(WrongState):
            async with db.write_tx(SYSTEM) as tx:
                await load_dataset(tx, without_accounts)
        async with db.read_tx(SYSTEM) as tx:
            assert await tx.session.scalar(select(func.count()).select_from(register.Town)) == 2
    finally:
        await db.dispose()
