"""Calendars as phones poll them."""

import gzip
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from api.feeds import store_uses
from api.polling import MAX_AGE_S
from scheduler.persistence.tables.accounts import Feed
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.services import feeds
from tests.api.conftest import Service


@pytest.fixture
async def calendar(service: Service) -> str:
    """Address of the trainer's calendar."""
    me = (await service.trainer.get("/api/v1/me")).json()
    body = {"kind": "trainer", "target_id": me["person_resource_id"]}
    answer = await service.trainer.post("/api/v1/feeds", json=body)
    assert answer.status_code == 200
    await feeds.remake_dirty(service.db)
    return f"/calendars/{answer.json()['token']}.ics"


async def fetch(service: Service, calendar: str, **headers: str) -> httpx.Response:
    """Fetch a calendar as a client that says nothing of itself."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.anonymous.get(calendar, headers={"accept-encoding": "identity", **named})


async def test_a_calendar_is_served_as_it_is_stored(service: Service, calendar: str) -> None:
    answer = await fetch(service, calendar)
    async with service.db.read_tx(ANONYMOUS) as tx:
        stored = (await tx.session.execute(select(Feed.body, Feed.etag))).one()

    assert answer.status_code == 200
    assert answer.content == stored.body
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["etag"] == f'"{stored.etag}"'
    assert answer.headers["cache-control"] == f"private, max-age={MAX_AGE_S}"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["last-modified"] == "Tue, 08 Dec 2026 09:00:00 GMT"


async def test_a_compressed_calendar_has_a_tag_of_its_own(service: Service, calendar: str) -> None:
    plain = await fetch(service, calendar)
    packed = await fetch(service, calendar, accept_encoding="br, gzip")

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content  # the client unpacked it
    assert (
        int(packed.headers["content-length"]) == len(gzip.compress(b"")) or packed.headers["content-length"]
    )
    assert packed.headers["etag"] != plain.headers["etag"]
    assert (await fetch(service, calendar, if_none_match=packed.headers["etag"])).status_code == 200


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_what_has_not_changed_is_not_sent_again(service: Service, calendar: str, encoding: str) -> None:
    first = await fetch(service, calendar, accept_encoding=encoding)
    tag = first.headers["etag"]
    answers = [
        await fetch(service, calendar, accept_encoding=encoding, if_none_match=tags)
        for tags in (tag, f"W/{tag}", f'"other", {tag}', "*", '"other"')
    ]

    assert [answer.status_code for answer in answers] == [304, 304, 304, 304, 200]
    assert answers[0].content == b""
    for name in ("etag", "last-modified", "cache-control", "vary"):
        assert answers[0].headers[name] == first.headers[name]
    assert "content-type" not in answers[0].headers


async def test_a_date_counts_only_without_a_tag(service: Service, calendar: str) -> None:
    first = await fetch(service, calendar)
    date = first.headers["last-modified"]

    assert (await fetch(service, calendar, if_modified_since=date)).status_code == 304
    assert (
        await fetch(service, calendar, if_modified_since="Mon, 07 Dec 2026 09:00:00 GMT")
    ).status_code == 200
    assert (await fetch(service, calendar, if_modified_since="soon")).status_code == 200
    answer = await fetch(service, calendar, if_modified_since=date, if_none_match='"other"')
    assert answer.status_code == 200


async def test_unknown_addresses_are_answered_alike(service: Service, calendar: str) -> None:
    answers = [
        await fetch(service, path)
        for path in (
            "/calendars/x.ics",
            "/calendars/x",
            calendar.removesuffix(".ics"),
            calendar.upper().replace("/CALENDARS/", "/calendars/").replace(".ICS", ".ics"),
        )
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_guessing_addresses_is_slowed_down_and_hurts_no_subscriber(
    service: Service, calendar: str
) -> None:
    answers = [await fetch(service, f"/calendars/x{n}.ics") for n in range(61)]

    assert [answer.status_code for answer in answers] == [404] * 60 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await fetch(service, calendar)).status_code == 200


async def test_a_revoked_address_is_unknown_at_once(service: Service, calendar: str) -> None:
    listed = (await service.trainer.get("/api/v1/feeds?mine=true")).json()["items"]
    answer = await service.trainer.post(f"/api/v1/feeds/{listed[0]['id']}/revoke")

    assert len(listed) == 1
    assert answer.status_code == 200
    assert answer.json()["generation"] == 2
    assert (await fetch(service, calendar)).status_code == 404
    assert (await fetch(service, f"/calendars/{answer.json()['token']}.ics")).status_code == 200


async def test_a_calendar_whose_bytes_are_not_made_yet_says_so(service: Service) -> None:
    me = (await service.trainer.get("/api/v1/me")).json()
    made = await service.trainer.post(
        "/api/v1/feeds", json={"kind": "trainer", "target_id": me["person_resource_id"]}
    )
    answer = await fetch(service, f"/calendars/{made.json()['token']}.ics")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_the_last_use_is_stored_later_and_not_by_the_get(service: Service, calendar: str) -> None:
    async def used_at() -> datetime | None:
        async with service.db.read_tx(SYSTEM) as tx:
            return (await tx.session.execute(select(Feed.used_at))).scalar_one()

    await fetch(service, calendar)
    before = await used_at()
    await store_uses(service.db, service.app.state.feed_uses)

    assert before is None
    assert await used_at() == datetime(2026, 12, 8, 9, tzinfo=UTC)
