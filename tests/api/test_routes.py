"""Every address × every role × somebody else's things, against a table that a new address must enter.

The things belong to the college `alpha`, of which nobody here has a role. A change names a revision that
is not today's, or a body that the domain refuses, so whoever may gets 412, 409 or 422 and nothing changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.openapi import document
from scheduler.domain.run import RunOptions
from scheduler.jobs.execute import execute_run
from scheduler.persistence.tables.register import (
    Cluster,
    InfrastructureList,
    LearnerGroup,
    Participant,
    Site,
    Town,
)
from scheduler.persistence.tables.requests import Campaign, Module, Programme, Request
from scheduler.persistence.tables.resources import Offer, Resource
from scheduler.persistence.tables.timetable import Booking
from scheduler.policy import SYSTEM
from scheduler.services import accounts, feeds, runs, versions
from tests.api.conftest import ONE_DATABASE, Service, token_of

NOBODYS = 999_999
ROLES = ("coordinator", "college", "employer", "trainer", "outsider")
OPEN = {"login": 422, "getHealth": 200, "getCalendar": 404}
"""What answers without a login."""


@dataclass(frozen=True)
class Case:
    """What each role gets."""

    expected: tuple[int, int, int, int, int]
    body: Mapping[str, Any] | None = None
    query: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Names of the things whose keys stand in the path or the body, where not the usual ones."""


ALL = (200, 200, 200, 200, 200)
NOT_TRAINER = (200, 200, 200, 403, 200)
NOBODY = (403, 403, 403, 403, 403)


def coordinator(status: int) -> tuple[int, int, int, int, int]:
    """Only the cluster's own coordinator may."""
    return (status, 403, 403, 403, 403)


WEEK = "?from_at=2027-01-11T00:00:00Z&until_at=2027-01-18T00:00:00Z"
SITE = {"name": "Корпус", "town_id": NOBODYS}
RESOURCE = {"kind": "workshop", "owner_id": "alpha", "site_id": "site", "name": "Цех", "capacity": 1}
GROUP = {"participant_id": "alpha", "name": "Г-1", "size": 5, "minors": 9, "site_id": NOBODYS}
INFRASTRUCTURE = {
    "competency_id": NOBODYS,
    "season": "2028",
    "valid_from": "2027-09-01",
    "source": "x",
    "items": [{"equipment_kind_id": NOBODYS}],
}
OFFER = {
    "resource_id": "resource",
    "capacity": 1,
    "valid_from": "2027-01-11",
    "windows": [{"weekday": 0, "from_min": 510, "until_min": 600}],
}
REQUEST = {
    "campaign_id": "campaign",
    "participant_id": "alpha",
    "kind": "free_slot",
    "group_id": NOBODYS,
    "from_on": "2027-01-11",
    "until_on": "2027-01-24",
}
BOOKING = {
    "participant_id": "alpha",
    "title": "Занятие",
    "starts_local": "2027-01-12T10:00",
    "ends_local": "2027-01-12T09:00",
    "uses": [{"resource_id": "resource"}],
}

CASES: Mapping[str, Case] = {
    "getMe": Case(ALL),
    "listTowns": Case(ALL),
    "getTown": Case(ALL),
    "listCompetencies": Case(ALL),
    "getCompetency": Case(ALL),
    "listEquipmentKinds": Case(ALL),
    "getEquipmentKind": Case(ALL),
    "listInfrastructureLists": Case(ALL),
    "getInfrastructureList": Case(ALL),
    "createInfrastructureList": Case((422, 403, 403, 403, 422), INFRASTRUCTURE),
    "updateInfrastructureList": Case((422, 403, 403, 403, 422), INFRASTRUCTURE),
    "listClusters": Case(ALL),
    "getCluster": Case(ALL),
    "listParticipants": Case(ALL),
    "getParticipant": Case(ALL),
    "listSites": Case(ALL),
    "getSite": Case(ALL),
    "createSite": Case(coordinator(422), SITE),
    "updateSite": Case(coordinator(422), SITE),
    "listResources": Case(ALL),
    "getResource": Case(ALL),
    "createResource": Case(NOBODY, RESOURCE),
    "updateResource": Case(NOBODY, RESOURCE),
    "setAvailability": Case(NOBODY, {"rows": []}),
    "listGroups": Case(ALL),
    "getGroup": Case(ALL),
    "createGroup": Case(coordinator(422), GROUP),
    "updateGroup": Case(coordinator(422), GROUP),
    "listOffers": Case(NOT_TRAINER),
    "getOffer": Case(NOT_TRAINER),
    "createOffer": Case(NOBODY, OFFER),
    "updateOffer": Case(NOBODY, OFFER),
    "closeOffer": Case(NOBODY),
    "listRequests": Case(NOT_TRAINER),
    "getRequest": Case(NOT_TRAINER),
    "getRequestOutcome": Case(NOT_TRAINER),
    "getRequestAdvice": Case(coordinator(200)),
    "createRequest": Case(coordinator(422), REQUEST),
    "updateRequest": Case(coordinator(422), REQUEST),
    "submitRequest": Case(coordinator(409)),
    "withdrawRequest": Case(coordinator(412)),
    "listProgrammes": Case(ALL),
    "getProgramme": Case(ALL),
    "agreeProgramme": Case(NOBODY, {"participant_id": "alpha"}),
    "approveProgramme": Case(coordinator(409)),
    "listModules": Case(ALL),
    "getModule": Case(ALL),
    "listCampaigns": Case(ALL),
    "getCampaign": Case(ALL),
    "getCampaignProgress": Case(ALL),
    "listCampaignUnplaced": Case(NOT_TRAINER),
    "listRuns": Case(NOT_TRAINER),
    "getRun": Case(NOT_TRAINER),
    "listRunProgress": Case(NOT_TRAINER),
    "listRunUnplaced": Case(NOT_TRAINER),
    "streamRunEvents": Case(NOT_TRAINER),
    "startRun": Case(coordinator(422), {"campaign_id": "empty_campaign"}),
    "stopRun": Case(coordinator(409)),
    "acceptRun": Case(coordinator(201)),
    "listVersions": Case(NOT_TRAINER),
    "getVersion": Case(NOT_TRAINER),
    "listVersionSessions": Case(NOT_TRAINER),
    "previewPublication": Case(NOT_TRAINER),
    "publishVersion": Case(coordinator(409)),
    "listBookings": Case(ALL, query=WEEK),
    "listAwaitingConsent": Case(ALL),
    "getBooking": Case(ALL),
    "createBooking": Case(coordinator(422), BOOKING),
    "confirmBooking": Case(NOBODY),
    "rejectBooking": Case(NOBODY),
    "cancelBooking": Case(coordinator(200)),
    "listFeeds": Case(ALL),
    "ensureFeed": Case(coordinator(200), {"kind": "participant", "target_id": "alpha"}),
    "revokeFeed": Case(coordinator(200)),
    "getWeek": Case(ALL),
    "getTrainerWeek": Case((404, 404, 404, 200, 404)),
    "logout": Case((204, 204, 204, 204, 204)),
}
"""In this order for each role; `logout` ends it."""


@dataclass
class Things:
    """Keys of what the cases speak of, by the name of the parameter."""

    keys: dict[str, int]

    def filled(self, case: Case) -> Case:
        """Return the case with keys in its body."""
        return replace(case, body=self.fill(dict(case.body)) if case.body is not None else None)

    def fill(self, value: Any) -> Any:
        """Put keys in place of names."""
        if isinstance(value, dict):
            return {
                name: self.keys[part] if name.endswith("_id") and isinstance(part, str) else self.fill(part)
                for name, part in value.items()
            }
        return [self.fill(part) for part in value] if isinstance(value, list) else value


@pytest.fixture
async def things(service: Service) -> Things:
    """A published timetable, a programme, a second cluster; keys of what belongs to alpha."""
    db = service.db
    async with db.write_tx(SYSTEM) as tx:
        found = {
            name: (await tx.session.execute(select(table.id).where(table.code == code))).scalar_one()
            for name, table, code in (
                ("alpha", Participant, "alpha"),
                ("beta", Participant, "beta"),
                ("town_id", Town, "smolensk"),
                ("cluster_id", Cluster, "tiny"),
                ("site_id", Site, "alpha-main"),
                ("resource_id", Resource, "alpha-cnc"),
                ("group_id", LearnerGroup, "A-21"),
                ("offer_id", Offer, "o-alpha-cnc"),
                ("campaign_id", Campaign, "tiny-2027"),
                ("request_id", Request, "R1"),
            )
        }
        run = await runs.start_run(tx, found["campaign_id"], RunOptions(time_limit_s=1, workers=1))
    assert await execute_run(db, run.id, service.app.state.settings)
    async with db.write_tx(SYSTEM) as tx:
        version = await runs.accept_run(tx, run.id)
        await versions.publish_version(tx, version.id, version.revision)
        feed = await feeds.ensure_feed(tx, "participant", found["alpha"], service.app.state.key)
        booking = await tx.session.scalar(
            select(Booking.id).where(Booking.participant_id == found["alpha"]).limit(1)
        )
        assert booking is not None
        return Things(
            found
            | {"run_id": run.id, "version_id": version.id, "feed_id": feed.id, "booking_id": booking}
            | {"competency_id": 1, "equipment_kind_id": 1, "participant_id": found["alpha"]}
            | {"site": found["site_id"], "resource": found["resource_id"], "campaign": found["campaign_id"]}
            | await _more(service, tx.session, found)
        )


async def _more(service: Service, session: Any, found: dict[str, int]) -> dict[str, int]:
    """Add what the tiny region does not have."""
    elsewhere = Cluster(code="other", name="Другой", name_en="Other", demo=True)
    delta = Participant(
        code="delta", kind="college", name="Дельта", short_name="Дельта", town_id=found["town_id"], revision=1
    )
    session.add_all([elsewhere, delta])
    campaign = await session.get_one(Campaign, found["campaign_id"])
    empty = Campaign(
        **{
            column.name: getattr(campaign, column.name)
            for column in Campaign.__table__.columns
            if column.name not in ("id", "code")
        },
        code="empty",
    )
    programme = Programme(
        code="P1",
        cluster_id=found["cluster_id"],
        base_id=found["alpha"],
        name="Программа",
        state="draft",
        tags=[],
    )
    listed = InfrastructureList(
        code="il-1", competency_id=1, season="2027", valid_from=campaign.starts_on, source="x"
    )
    session.add_all([empty, programme, listed])
    await session.flush()
    module = Module(
        code="M1",
        programme_id=programme.id,
        position=1,
        name="Модуль",
        hours=8,
        session_hours=4,
        competency_id=1,
        needs_trainer=True,
    )
    session.add(module)
    await session.flush()
    return {
        "elsewhere": elsewhere.id,
        "delta": delta.id,
        "empty_campaign": empty.id,
        "programme_id": programme.id,
        "list_id": listed.id,
        "module_id": module.id,
    }


@pytest.fixture
async def clients(service: Service, things: Things, make_client: Any) -> dict[str, httpx.AsyncClient]:
    """A client a role; the outsider coordinates another cluster."""
    async with service.db.write_tx(SYSTEM) as tx:
        await accounts.create_account(
            tx,
            login="outsider",
            password="long enough",
            display_name="",
            role="coordinator",
            cluster_id=things.keys["elsewhere"],
        )
    token = await token_of(service.db, "outsider")
    outsider = make_client(headers={"Authorization": f"Bearer {token}"})
    return {role: service.client(role) for role in ROLES if role != "outsider"} | {"outsider": outsider}


Operations = dict[str, tuple[str, str, bool]]


def operations(service: Service) -> Operations:
    """Return method, path and whether a revision is asked for, by the operation's name."""
    return {
        operation["operationId"]: (
            method,
            path,
            any(p["name"] == "If-Match" for p in operation.get("parameters", ())),
        )
        for path, item in document(service.app)["paths"].items()
        for method, operation in item.items()
    }


async def ask(client: httpx.AsyncClient, operation: tuple[str, str, bool], case: Case, things: Things) -> int:
    """Call an operation and return the status."""
    method, path, revised = operation
    body = things.fill(dict(case.body)) if case.body is not None else None
    answer = await client.request(
        method,
        path.format_map(things.keys) + case.query,
        json=body,
        headers={"If-Match": '"0"'} if revised else None,
    )
    return answer.status_code


def test_every_operation_has_an_entry(service: Service) -> None:
    assert set(operations(service)) == set(CASES) | set(OPEN)


async def test_every_role_gets_what_the_table_says(
    service: Service, things: Things, clients: dict[str, httpx.AsyncClient]
) -> None:
    known = operations(service)
    got: dict[str, list[int]] = {name: [0] * len(ROLES) for name in CASES}
    # The coordinator last: what it may cancel must still be there for the others to be refused.
    for number in (1, 2, 3, 4, 0):
        for name, case in CASES.items():
            got[name][number] = await ask(clients[ROLES[number]], known[name], case, things)

    assert {name: tuple(statuses) for name, statuses in got.items()} == {
        name: case.expected for name, case in CASES.items()
    }


async def test_nobody_without_a_login_gets_anything(
    service: Service, things: Things, clients: dict[str, httpx.AsyncClient]
) -> None:
    known = operations(service)
    revoked = clients["coordinator"]
    await revoked.post("/api/v1/logout")

    named = Things(things.keys | {"name": 0})  # no calendar is called so
    got = {
        (name, who): await ask(client, known[name], CASES.get(name, Case(ALL)), named)
        for name in known
        for who, client in (("anonymous", service.anonymous), ("revoked", revoked))
    }

    assert got == {(name, who): OPEN.get(name, 401) for name, who in got} | {
        # A login that is no more is told so wherever it is looked at.
        ("login", "revoked"): 401
    }


@ONE_DATABASE
async def test_there_is_nothing_at_a_key_that_nothing_has(
    service: Service, things: Things, clients: dict[str, httpx.AsyncClient]
) -> None:
    known = operations(service)
    got = {
        (name, key): await ask(
            clients["coordinator"], known[name], things.filled(case), Things(dict.fromkeys(things.keys, key))
        )
        for name, case in CASES.items()
        if "_id}" in known[name][1]
        for key in (0, -1, 987_654_321, 2**53, 2**63, 10**30)
    }

    assert len(got) > 200
    assert {asked: status for asked, status in got.items() if status != 404} == {}
