"""Requests, groups and programmes: what may be asked, by whom, and what is filled in."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from scheduler.domain.group import GroupDetails, GroupInput
from scheduler.domain.register import BellInput, SiteInput
from scheduler.domain.request import RequestInput, RequestView
from scheduler.errors import Forbidden, Invalid, NotFound, StaleRevision, WrongState
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Competency, Membership, Participant, Site
from scheduler.persistence.tables.requests import Campaign, Module, Programme, ProgrammeParty
from scheduler.policy import SYSTEM, Actor
from scheduler.services import groups, participants, programmes, requests
from scheduler.services.bookings import book
from tests.scheduler.conftest import NOW
from tests.scheduler.services.region import Region, read_region

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
async def region(tiny: Database) -> Region:
    return await read_region(tiny)


def asked(region: Region, **changes: Any) -> RequestInput:
    usual = {
        "campaign_id": 1,
        "participant_id": region.participants["beta"],
        "kind": "free_slot",
        "group_id": region.groups["B-21"],
        "competency_id": 2,
        "hours": 8,
        "session_hours": 4,
        "from_on": "2027-01-11",
        "until_on": "2027-01-22",
    }
    return RequestInput.model_validate(usual | changes)


async def create(region: Region, actor: Actor | None = None, **changes: Any) -> RequestView:
    async with region.db.write_tx(actor or region.member("beta")) as tx:
        return await requests.create_request(tx, asked(region, **changes))


async def faults_of(region: Region, **changes: Any) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        await create(region, **changes)
    return {(error.field, error.code) for error in caught.value.errors}


async def add_programme(region: Region, state: str = "approved") -> int:
    """Store a programme of two modules of «Альфа» and «Бета», and return the first module's id."""
    async with region.db.write_tx(SYSTEM) as tx:
        programme = Programme(
            code="p", cluster_id=1, base_id=region.participants["alpha"], name="Сеть", state=state, tags=[]
        )
        tx.session.add(programme)
        await tx.session.flush()
        for code in ("alpha", "beta"):
            tx.session.add(
                ProgrammeParty(programme_id=programme.id, participant_id=region.participants[code])
            )
        module = Module(
            code="m1",
            programme_id=programme.id,
            position=1,
            name="ПМ.01",
            hours=36,
            session_hours=6,
            competency_id=1,
            provider_id=region.participants["alpha"],
            needs_trainer=False,
        )
        tx.session.add(module)
        await tx.session.flush()
        return module.id


async def test_a_free_slot_takes_its_usual_values(region: Region) -> None:
    made = await create(region)

    assert (made.session_kind, made.form, made.funding, made.partial, made.state, made.title) == (
        "study_practice",
        "single",
        "state",
        True,
        "submitted",
        "Сварочные технологии",
    )
    assert (made.weekdays, made.needs_trainer, made.revision) == ((0, 1, 2, 3, 4, 5), True, 1)
    assert (made.participant.code, made.group.code, made.group_size) == ("beta", "B-21", 8)
    async with region.db.read_tx(region.member("alpha")) as tx:
        assert await requests.get_request(tx, made.id) == made


@on_sqlite
async def test_a_module_gives_its_own_values(region: Region) -> None:
    module_id = await add_programme(region)
    made = await create(
        region, kind="module", module_id=module_id, competency_id=None, hours=None, session_hours=None
    )

    assert (made.form, made.title, made.hours, made.session_hours, made.competency.code) == (
        "network",
        "ПМ.01",
        36,
        6,
        "06",
    )
    assert made.provider is not None
    assert (made.provider.code, made.needs_trainer) == ("alpha", False)


@on_sqlite
@pytest.mark.parametrize("state", ["draft", "agreed", "closed"])
async def test_a_programme_cannot_be_requested_before_everybody_agreed_and_it_was_approved(
    region: Region, state: str
) -> None:
    module_id = await add_programme(region, state)
    faults = await faults_of(region, kind="module", module_id=module_id, competency_id=None)

    assert faults == {("module_id", "programme_not_approved")}


@on_sqlite
async def test_every_fault_is_told_at_once(region: Region) -> None:
    assert await faults_of(
        region,
        group_id=region.groups["A-21"],
        kind="exam",
        hours=2,
        session_hours=4,
        subgroup_size=13,
        from_on="2026-12-01",
        until_on="2027-03-01",
        day_from_min=600,
        day_until_min=700,
        equipment_count=2,
        provider_id=999,
    ) == {
        ("group_id", "not_own"),
        ("exam_days", "exam_days_needed"),
        ("session_hours", "hours_order"),
        ("subgroup_size", "too_many"),
        ("from_on", "outside_campaign"),
        ("until_on", "outside_campaign"),
        ("day_until_min", "window_short"),
        ("equipment_kind_id", "equipment_kind_needed"),
        ("provider_id", "not_found"),
    }


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"weekdays": [6], "from_on": "2027-01-11", "until_on": "2027-01-13"}, ("weekdays", "no_day")),
        ({"weekdays": [7]}, ("weekdays", "weekday")),
        ({"weekdays": []}, ("weekdays", "required")),
        ({"exam_days": 2}, ("exam_days", "only_exam")),
        ({"kind": "module"}, ("module_id", "module_needed")),
        ({"competency_id": None}, ("competency_id", "required")),
        ({"hours": None}, ("hours", "required")),
        ({"until_on": "2027-01-10", "from_on": "2027-01-11"}, ("until_on", "order")),
        ({"campaign_id": 999}, ("campaign_id", "not_found")),
    ],
)
async def test_faults_by_themselves(region: Region, changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in await faults_of(region, **changes)


@on_sqlite
async def test_an_applicant_who_is_not_yet_active_cannot_ask(region: Region) -> None:
    async with region.db.write_tx(SYSTEM) as tx:
        beta = await tx.session.get(Participant, region.participants["beta"])
        assert beta is not None
        beta.state = "applied"

    assert await faults_of(region) == {("participant_id", "not_active")}


@on_sqlite
async def test_a_draft_is_its_authors_until_it_is_sent_in(region: Region) -> None:
    draft = await create(region, state="draft")
    async with region.db.read_tx(region.member("alpha")) as tx:
        with pytest.raises(NotFound):
            await requests.get_request(tx, draft.id)
        assert draft.id not in {r.id for r in (await requests.list_requests(tx)).items}
    async with region.db.read_tx(region.coordinator) as tx:
        assert (await requests.get_request(tx, draft.id)).state == "draft"
    async with region.db.write_tx(region.member("beta")) as tx:
        assert (await requests.submit_request(tx, draft.id, 1)).state == "submitted"
        with pytest.raises(WrongState):
            await requests.submit_request(tx, draft.id, 2)
    async with region.db.read_tx(region.member("alpha")) as tx:
        assert (await requests.get_request(tx, draft.id)).revision == 2


@on_sqlite
async def test_a_draft_is_not_sent_into_a_closed_campaign(region: Region) -> None:
    draft = await create(region, state="draft")
    async with region.db.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Campaign).values(state="closed"))
    async with region.db.write_tx(region.member("beta")) as tx:
        with pytest.raises(Invalid) as caught:
            await requests.submit_request(tx, draft.id, 1)
    assert [error.code for error in caught.value.errors] == ["campaign_closed"]


@on_sqlite
async def test_a_coordinator_speaks_for_a_participant_until_the_day_it_leaves(region: Region) -> None:
    async def leave(on: date) -> None:
        async with region.db.write_tx(SYSTEM) as tx:
            await tx.session.execute(update(Membership).values(left_on=on))

    await leave(NOW.date() + timedelta(days=90))
    assert (await create(region, region.coordinator)).state == "submitted"
    await leave(NOW.date())
    with pytest.raises(Forbidden):
        await create(region, region.coordinator)


async def test_a_request_is_changed_by_revision_and_taken_back_once(region: Region) -> None:
    made = await create(region)
    async with region.db.write_tx(region.member("beta")) as tx:
        changed = await requests.update_request(tx, made.id, asked(region, hours=12), 1)
        assert (changed.hours, changed.revision) == (12, 2)
        with pytest.raises(StaleRevision):
            await requests.update_request(tx, made.id, asked(region), 1)
        other = asked(region, participant_id=region.participants["alpha"], group_id=region.groups["A-21"])
        with pytest.raises(Invalid):
            await requests.update_request(tx, made.id, other, 2)
        assert (await requests.withdraw_request(tx, made.id, 2)).state == "withdrawn"
        with pytest.raises(WrongState):
            await requests.withdraw_request(tx, made.id, 3)


@on_sqlite
async def test_nobody_asks_for_another_but_the_coordinator(region: Region) -> None:
    with pytest.raises(Forbidden):
        await create(region, region.member("alpha"))
    assert (await create(region, region.coordinator)).participant.code == "beta"


async def test_lists_are_filtered_and_paged(region: Region) -> None:
    async with region.db.read_tx(region.member("beta")) as tx:
        mine = await requests.list_requests(tx, mine=True)
        welding = await requests.list_requests(tx, competency_id=2)
        first = await requests.list_requests(tx, limit=3)
        second = await requests.list_requests(tx, limit=3, after=first.next)
    assert {item.code for item in mine.items} == {"R2", "R3"}
    assert {item.code for item in welding.items} == {"R2", "R4"}
    assert [item.code for item in (*first.items, *second.items)] == ["R4", "R3", "R2", "R1"]


def group(region: Region, **changes: Any) -> GroupInput:
    usual = {
        "participant_id": region.participants["beta"],
        "name": "Б-31",
        "size": 20,
        "minors": 3,
        "site_id": 2,
        "weeks": [{"monday_on": "2027-01-18", "kind": "exams"}],
        "curriculum": [{"competency_id": 1, "campaign_id": 1, "hours": 36}],
    }
    return GroupInput.model_validate(usual | changes)


async def make_group(region: Region, actor: Actor | None = None, **changes: Any) -> GroupDetails:
    async with region.db.write_tx(actor or region.member("beta")) as tx:
        return await groups.create_group(tx, group(region, **changes))


async def test_a_group_keeps_its_weeks_and_curriculum(region: Region) -> None:
    made = await make_group(region)
    assert (made.size, made.minors, made.town.code, made.weeks[0].kind, made.curriculum[0].hours) == (
        20,
        3,
        "yartsevo",
        "exams",
        36,
    )
    async with region.db.write_tx(region.member("beta")) as tx:
        changed = await groups.update_group(tx, made.id, group(region, size=18, weeks=[]), 1)
        assert (changed.size, changed.weeks, changed.revision) == (18, (), 2)
        with pytest.raises(StaleRevision):
            await groups.update_group(tx, made.id, group(region), 1)
    async with region.db.read_tx(region.member("alpha")) as tx:
        mine = await groups.list_groups(tx, mine=True)
        theirs = await groups.list_groups(tx, participant_id=region.participants["beta"])
    assert [item.code for item in mine.items] == ["A-21"]
    assert {item.name for item in theirs.items} == {"Б-21", "Б-31"}


@on_sqlite
async def test_faults_of_a_group_are_told_at_once(region: Region) -> None:
    with pytest.raises(Invalid) as caught:
        await make_group(
            region,
            minors=21,
            site_id=1,
            weeks=[{"monday_on": "2027-01-19", "kind": "exams"}] * 2,
            curriculum=[{"competency_id": 9, "campaign_id": 9, "hours": 1}],
        )
    assert {(error.field, error.code) for error in caught.value.errors} == {
        ("minors", "too_many"),
        ("site_id", "no_site_of_owner"),
        ("weeks", "repeated"),
        ("weeks.0.monday_on", "not_monday"),
        ("weeks.1.monday_on", "not_monday"),
        ("curriculum.0.competency_id", "not_found"),
        ("curriculum.0.campaign_id", "not_found"),
    }
    with pytest.raises(Forbidden):
        await make_group(region, region.member("alpha"))


async def test_a_group_cannot_become_smaller_than_what_is_booked(region: Region) -> None:
    async with region.db.write_tx(region.member("beta")) as tx:
        await book(tx, region.booking())
    with pytest.raises(Invalid) as caught:
        async with region.db.write_tx(region.member("beta")) as tx:
            await groups.update_group(tx, region.groups["B-21"], group(region, size=7, name="Б-21"), 1)
    assert [(error.field, error.code) for error in caught.value.errors] == [("size", "below_claimed")]


async def test_a_programme_is_agreed_by_each_party_and_then_approved(region: Region) -> None:
    await add_programme(region, "draft")
    alpha, beta = region.participants["alpha"], region.participants["beta"]
    async with region.db.write_tx(region.coordinator) as tx:
        with pytest.raises(WrongState):
            await programmes.approve(tx, 1)
    async with region.db.write_tx(region.member("alpha")) as tx:
        assert [p.id for p in await programmes.awaiting_agreement(tx)] == [1]
        assert (await programmes.agree(tx, 1, alpha)).state == "draft"
        assert await programmes.awaiting_agreement(tx) == ()
        with pytest.raises(Forbidden):
            await programmes.agree(tx, 1, beta)
    async with region.db.write_tx(region.member("gamma", "employer")) as tx:
        with pytest.raises(Forbidden):
            await programmes.agree(tx, 1, region.participants["gamma"])
    async with region.db.write_tx(region.member("beta")) as tx:
        assert (await programmes.agree(tx, 1, beta)).state == "agreed"
        assert (await programmes.agree(tx, 1, beta)).state == "agreed"
    async with region.db.write_tx(region.coordinator) as tx:
        assert (await programmes.approve(tx, 1)).state == "approved"
    async with region.db.read_tx(region.member("beta")) as tx:
        (module,) = (await programmes.list_modules(tx, participant_id=beta)).items
        assert await programmes.get_module(tx, module.id) == module
        assert (await programmes.list_modules(tx, participant_id=region.participants["gamma"])).items == ()
        (programme,) = (await programmes.list_programmes(tx, participant_id=alpha)).items
    assert programme.modules == (module,)


async def test_the_register_is_open_to_everybody_signed_in(region: Region) -> None:
    async with region.db.read_tx(region.member("gamma", "employer")) as tx:
        assert [town.code for town in await participants.list_towns(tx)] == ["smolensk", "yartsevo"]
        assert [c.code for c in await participants.list_competencies(tx)] == ["06", "10"]
        assert len(await participants.list_equipment_kinds(tx)) == 2
        assert [cluster.code for cluster in await participants.list_clusters(tx)] == ["tiny"]
        colleges = await participants.list_participants(tx, kind="college", cluster_id=1, state="active")
        assert [item.code for item in colleges.items] == ["alpha", "beta"]
        beta = await participants.get_participant(tx, region.participants["beta"])
        assert beta.sites[0].bells[0] == (510, 605)
        assert [m.cluster.code for m in beta.memberships] == ["tiny"]
        sites = await participants.list_sites(tx, town_id=beta.town.id)
        assert {site.code for site in sites.items} == {"beta-main", "gamma-main"}
        assert await participants.get_site(tx, beta.sites[0].id) == beta.sites[0]
        assert await participants.is_demo(tx)


@on_sqlite
async def test_a_site_belongs_to_its_participant_and_has_a_sound_bell_grid(region: Region) -> None:
    async with region.db.read_tx(SYSTEM) as tx:
        town_id = await tx.session.scalar(select(Site.town_id).where(Site.code == "beta-main"))
        assert await tx.session.scalar(select(Competency.id).where(Competency.code == "06")) == 1
    value = SiteInput(name="Полигон", town_id=town_id or 0, bells=(BellInput(from_min=480, until_min=570),))
    beta = region.participants["beta"]
    async with region.db.write_tx(region.member("beta")) as tx:
        site = await participants.create_site(tx, beta, value)
        assert (site.timezone, site.participant.code, site.bells) == ("Europe/Moscow", "beta", ((480, 570),))
        changed = await participants.update_site(
            tx, site.id, value.model_copy(update={"name": "Полигон 2", "latest_end_min": 1080})
        )
        assert (changed.name, changed.latest_end_min) == ("Полигон 2", 1080)
        overlapping = (BellInput(from_min=480, until_min=570), BellInput(from_min=560, until_min=550))
        faulty = value.model_copy(update={"town_id": 99, "bells": overlapping})
        with pytest.raises(Invalid) as caught:
            await participants.update_site(tx, site.id, faulty)
    assert {(error.field, error.code) for error in caught.value.errors} == {
        ("bells.1.until_min", "order"),
        ("bells.1.from_min", "overlap"),
        ("town_id", "not_found"),
    }
    async with region.db.write_tx(region.member("alpha")) as tx:
        with pytest.raises(Forbidden):
            await participants.create_site(tx, beta, value)
