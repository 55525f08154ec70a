"""Writing over the API: made, read, changed with a revision, refused whole."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import ONE_DATABASE, Service

Body = dict[str, Any]
WINDOW = {"weekday": 1, "from_min": 840, "until_min": 1030}


async def key_of(client: httpx.AsyncClient, noun: str, code: str) -> int:
    """Return the key of the row with that code."""
    items = (await client.get(f"/api/v1/{noun}?limit=200")).json()["items"]
    return next(int(item["id"]) for item in items if item["code"] == code)


@pytest.fixture
async def offer(service: Service) -> Body:
    """An offer of the employer."""
    return {
        "resource_id": await key_of(service.employer, "resources", "gamma-cnc"),
        "consent": "each",
        "capacity": 4,
        "valid_from": "2027-01-11",
        "valid_until": "2027-01-24",
        "windows": [WINDOW],
        "conditions": "Спецодежда",
    }


@pytest.fixture
async def request_body(service: Service) -> Body:
    """A request of the college."""
    return {
        "campaign_id": await key_of(service.college, "campaigns", "tiny-2027"),
        "participant_id": await key_of(service.college, "participants", "beta"),
        "kind": "free_slot",
        "group_id": await key_of(service.college, "groups", "B-21"),
        "competency_id": await key_of(service.college, "competencies", "10"),
        "hours": 4,
        "session_hours": 4,
        "from_on": "2027-01-11",
        "until_on": "2027-01-24",
        "state": "draft",
    }


async def test_an_offer_is_made_read_changed_and_closed(service: Service, offer: Body) -> None:
    made = await service.employer.post("/api/v1/offers", json=offer)
    address = made.headers["location"]
    read = await service.college.get(address)
    tag = read.headers["etag"]
    changed = await service.employer.put(address, json=offer | {"capacity": 3}, headers={"If-Match": tag})
    closed = await service.employer.post(f"{address}/close", headers={"If-Match": changed.headers["etag"]})

    assert made.status_code == 201
    assert address == f"/api/v1/offers/{made.json()['id']}"
    assert made.headers["etag"] == tag == '"1"'
    assert read.json() == made.json()
    assert (changed.status_code, changed.json()["capacity"], changed.headers["etag"]) == (200, 3, '"2"')
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")


async def test_a_change_needs_the_revision_that_it_is_based_on(service: Service, offer: Body) -> None:
    address = (await service.employer.post("/api/v1/offers", json=offer)).headers["location"]
    await service.employer.put(address, json=offer, headers={"If-Match": '"1"'})

    late = await service.employer.put(address, json=offer | {"capacity": 1}, headers={"If-Match": '"1"'})
    answers = [
        await service.employer.put(address, json=offer | {"capacity": 1}, headers=headers)
        for headers in (
            {},
            {"If-Match": "*"},
            {"If-Match": '"x"'},
            {"If-Match": ""},
            {"If-Match": '"1", "2"'},
        )
    ]

    assert late.status_code == 412
    assert late.headers["etag"] == '"2"'
    assert late.json()["revision"] == 2
    assert [answer.status_code for answer in answers] == [428] * 5
    assert (await service.employer.get(address)).json()["capacity"] == 4


async def test_every_fault_of_a_body_comes_back_at_once(service: Service, offer: Body) -> None:
    body = offer | {
        "capacity": 0,
        "colour": "red",
        "windows": [WINDOW | {"weekday": 9}],
        "valid_from": "soon",
    }
    answer = await service.employer.post("/api/v1/offers", json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    found = {(fault["field"], fault["code"]) for fault in answer.json()["errors"]}
    assert found == {
        ("capacity", "more_than"),
        ("colour", "unknown_field"),
        ("windows.0.weekday", "at_most"),
        ("valid_from", "type_date"),
    }
    assert all(fault["message"] for fault in answer.json()["errors"])


NO_BODIES: dict[bytes, int] = {
    b"": 422,
    b"{": 400,
    b"[]": 422,
    b"null": 422,
    b'"x"': 422,
    b"\xff": 400,
    b"[" * 100_000: 400,
    b'{"resource_id": 9007199254740992}': 422,
    b'{"conditions": "a\\u0000b"}': 422,
    b'{"conditions": "\\ud800"}': 400,
    b'{"resource_id": 1e400}': 400,
    b'{"capacity": NaN}': 400,
}


@ONE_DATABASE
async def test_a_body_that_is_none_is_refused(service: Service) -> None:
    headers = {"content-type": "application/json"}
    answers = {
        content: await service.employer.post("/api/v1/offers", content=content, headers=headers)
        for content in NO_BODIES
    }

    assert {content: answer.status_code for content, answer in answers.items()} == NO_BODIES
    assert {a.headers["content-type"] for a in answers.values()} == {"application/problem+json"}


async def test_a_body_that_is_not_said_to_be_json_is_refused(service: Service, offer: Body) -> None:
    form = await service.employer.post("/api/v1/offers", data={"capacity": "1"})
    text = await service.employer.post(
        "/api/v1/offers", content=b"{}", headers={"content-type": "text/plain"}
    )

    assert (form.status_code, text.status_code) == (415, 415)


@ONE_DATABASE
async def test_a_number_is_a_number(service: Service, offer: Body) -> None:
    for capacity in ("4", 4.5, True, None, [4]):
        answer = await service.employer.post("/api/v1/offers", json=offer | {"capacity": capacity})

        assert answer.status_code == 422
        assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("capacity", "type_int")]


async def test_a_request_is_drafted_submitted_and_withdrawn(service: Service, request_body: Body) -> None:
    made = await service.college.post("/api/v1/requests", json=request_body)
    address = made.headers["location"]
    submitted = await service.college.post(f"{address}/submit", headers={"If-Match": made.headers["etag"]})
    again = await service.college.post(f"{address}/submit", headers={"If-Match": submitted.headers["etag"]})
    withdrawn = await service.college.post(
        f"{address}/withdraw", headers={"If-Match": submitted.headers["etag"]}
    )
    outcome = await service.college.get(f"{address}/outcome")

    assert (made.status_code, made.json()["state"]) == (201, "draft")
    assert (submitted.status_code, submitted.json()["state"]) == (200, "submitted")
    assert (again.status_code, again.json()["type"]) == (409, "urn:smena:problem:wrong_state")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    assert outcome.json()["request"]["id"] == made.json()["id"]


async def test_a_resource_and_its_availability(service: Service) -> None:
    owner = await key_of(service.college, "participants", "beta")
    site = next(
        item["id"]
        for item in (await service.college.get(f"/api/v1/sites?participant_id={owner}")).json()["items"]
    )
    body = {
        "kind": "workshop",
        "owner_id": owner,
        "site_id": site,
        "name": "Вторая сварочная",
        "capacity": 6,
        "competencies": [{"competency_id": await key_of(service.college, "competencies", "10")}],
    }
    made = await service.college.post("/api/v1/resources", json=body)
    address = made.headers["location"]
    rows = [{"kind": "weekly", "weekday": 4, "from_min": 510, "until_min": 710}]
    open_ = await service.college.put(
        f"{address}/availability", json={"rows": rows}, headers={"If-Match": made.headers["etag"]}
    )
    larger = await service.college.put(
        address, json=body | {"capacity": 8}, headers={"If-Match": open_.headers["etag"]}
    )

    assert made.status_code == 201
    assert open_.status_code == 200
    assert open_.json()["availability"][0]["weekday"] == 4
    assert (larger.status_code, larger.json()["capacity"]) == (200, 8)
    assert larger.json()["availability"] == open_.json()["availability"]


async def test_somebody_elses_things_do_not_come_in_by_the_body(service: Service, request_body: Body) -> None:
    alpha = {
        noun: await key_of(service.college, noun, code)
        for noun, code in (("groups", "A-21"), ("sites", "alpha-main"), ("resources", "alpha-t1"))
    }
    own = request_body["participant_id"]
    group = {"participant_id": own, "name": "Г", "size": 5, "site_id": alpha["sites"]}
    resource = {
        "kind": "workshop",
        "owner_id": own,
        "site_id": alpha["sites"],
        "name": "Цех",
        "capacity": 1,
        "competencies": [{"competency_id": request_body["competency_id"]}],
    }
    booking = {
        "participant_id": own,
        "title": "Занятие",
        "starts_local": "2027-01-13T08:30",
        "ends_local": "2027-01-13T10:05",
        "uses": [{"resource_id": await key_of(service.college, "resources", "beta-weld")}],
        "group_id": alpha["groups"],
        "learners_until": 4,
    }
    answers = {
        "request": await service.college.post(
            "/api/v1/requests", json=request_body | {"group_id": alpha["groups"]}
        ),
        "group": await service.college.post("/api/v1/groups", json=group),
        "resource": await service.college.post("/api/v1/resources", json=resource),
        "booking": await service.college.post("/api/v1/bookings", json=booking),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 422)
    fields = {name: [fault["field"] for fault in a.json()["errors"]] for name, a in answers.items()}
    assert fields == {
        "request": ["group_id"],
        "group": ["site_id"],
        "resource": ["site_id"],
        "booking": ["group_id"],
    }


async def test_of_two_bookings_of_one_place_one_wins(service: Service) -> None:
    body: Body = {
        "participant_id": await key_of(service.college, "participants", "beta"),
        "title": "Занятие",
        "starts_local": "2027-01-13T08:30",
        "ends_local": "2027-01-13T10:05",
        "uses": [{"resource_id": await key_of(service.college, "resources", "beta-weld"), "amount": 4}],
    }
    first = await service.college.post("/api/v1/bookings", json=body)
    second = await service.college.post("/api/v1/bookings", json=body)
    cancelled = await service.college.post(f"{first.headers['location']}/cancel")
    third = await service.college.post("/api/v1/bookings", json=body)

    assert (first.status_code, first.json()["state"]) == (201, "confirmed")
    assert (second.status_code, second.json()["type"]) == (409, "urn:smena:problem:resource_taken")
    assert second.json()["subject_id"] == body["uses"][0]["resource_id"]
    assert cancelled.json()["state"] == "cancelled"
    assert third.status_code == 201
