"""From a run to a calendar, as the pages tell it: every page after an allocation, in both languages."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from scheduler.clock import FixedClock
from scheduler.jobs.execute import execute_run
from scheduler.persistence.tables.register import Participant
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.persistence.tables.resources import Resource
from scheduler.services import feeds
from tests.api.conftest import Service
from tests.api.web.conftest import Find, Look, browser, field_value, htmx, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def start(service: Service, key_of: Find) -> str:
    """Start a run as the coordinator and return its page's address."""
    answer = await service.coordinator.post(
        "/runs",
        headers=browser(),
        data={"campaign_id": await key_of(Campaign, "tiny-2027"), "time_limit_s": "2", "seed": "1"},
    )
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def execute(service: Service, run: str) -> None:
    state = service.app.state
    assert await execute_run(state.db, int(run.rpartition("/")[2]), state.settings)


async def publish(service: Service, run: str) -> str:
    """Accept a run, publish the draft, and return the version's address."""
    accepted = await service.coordinator.post(f"{run}/accept", headers=browser())
    version = str(accepted.headers["location"]).partition("?")[0]
    page = (await service.coordinator.get(version, headers=browser())).text
    answer = await service.coordinator.post(
        f"{version}/publish", headers=browser(), data={"revision": field_value(page, "revision")}
    )
    assert answer.headers["location"] == f"{version}?done=published"
    return version


async def test_a_run_waits_to_be_executed_and_can_be_stopped(
    service: Service, look: Look, key_of: Find
) -> None:
    run = await start(service, key_of)

    page = (await service.coordinator.get(run, headers=browser())).text

    assert "в очереди" in await look("coordinator", run)
    assert f'hx-sse:connect="/api/v1{run}/events"' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert "Остановить, сохранив лучший план" in page
    assert "Остановить" not in await look("college", run)
    stopped = await service.coordinator.post(f"{run}/stop", headers=browser())
    assert stopped.headers["location"] == f"{run}?done=stopping"


async def test_the_form_of_a_run_tells_every_fault(service: Service, key_of: Find) -> None:
    answer = await service.coordinator.post(
        "/runs",
        headers=browser(),
        data={
            "campaign_id": await key_of(Campaign, "tiny-2027"),
            "time_limit_s": "0",
            "seed": "x",
            "freeze_until": "скоро",
        },
    )

    assert answer.status_code == 422
    assert "Исправьте 3 поля" in text_of(answer)
    assert field_value(answer.text, "seed") == "x"


async def test_from_the_run_to_the_timetable(service: Service, look: Look, key_of: Find) -> None:
    run = await start(service, key_of)
    await execute(service, run)

    result = await look("coordinator", run)
    assert "занятий размещено" in result
    assert "практика по учебному плану" in result
    assert "индекс Джейна (1 — поровну)" in result
    assert "Бета 100 % 96 " in result
    assert "Рядом с «кто первый пришёл»" in result
    assert "learner-hours served" in await look("college", run, "en")

    version = await publish(service, run)
    assert "Принять в черновик" not in await look("coordinator", run)
    shown = await look("coordinator", version)
    assert "Что изменила публикация" in shown
    assert "опубликована" in shown
    assert "Что изменила публикация" in await look("college", version)
    assert re.search(r"\+[1-9]\d* ↔0 −0", await look("coordinator", "/versions"))

    week = await look("college", "/week")
    assert "11–17 января 2027" in week
    assert "Б-21 Сварочные технологии" in week
    assert "учебная практика" in week

    own = await look("college", "/requests")
    assert "8 из 8 ч" in own
    assert "Назначенные занятия" in await look("college", f"/requests/{await key_of(Request, 'R2')}")


@pytest.mark.parametrize(
    ("clock", "week"),
    [
        (FixedClock(datetime(2026, 12, 8, 9, tzinfo=UTC)), "11–17 января 2027"),
        (FixedClock(datetime(2027, 1, 13, 9, tzinfo=UTC)), "11–17 января 2027"),
        (FixedClock(datetime(2029, 5, 2, 9, tzinfo=UTC)), "11–17 января 2027"),
    ],
)
async def test_a_page_without_a_date_opens_where_there_is_something_to_see(
    service: Service, look: Look, key_of: Find, week: str
) -> None:
    run = await start(service, key_of)
    await execute(service, run)
    await publish(service, run)

    assert week in await look("college", "/week")
    assert week in await look("trainer", "/trainer")
    assert "18–24 января 2027" in await look("college", "/week?week=2027-01-20")


async def test_a_refusal_gives_its_reason_in_words(service: Service, look: Look, key_of: Find) -> None:
    run = await start(service, key_of)
    await execute(service, run)
    await publish(service, run)
    refused = await key_of(Request, "R4")

    request = await look("college", f"/requests/{refused}")
    everybodys = await look("coordinator", "/unplaced?participant=all")
    own = await look("college", "/unplaced")

    assert "Отказ с причиной" in request
    assert "12" in request.partition("Отказ с причиной")[2]
    assert "Сварка: ознакомление всей группой" in everybodys
    assert "Сварка: ознакомление всей группой" not in own
    assert "Refused, with the reason" in await look("college", f"/requests/{refused}", "en")


async def test_the_owner_says_yes_or_no_to_each_booking(service: Service, look: Look, key_of: Find) -> None:
    run = await start(service, key_of)
    await execute(service, run)
    await publish(service, run)

    waiting = (await service.employer.get("/consents", headers=browser())).text
    paths = re.findall(r'action="(/bookings/\d+)/confirm"', waiting)
    assert paths
    stranger = await service.college.post(f"{paths[0]}/confirm", headers=browser())
    yes = await service.employer.post(f"{paths[0]}/confirm", headers=browser())
    no = await service.employer.post(f"{paths[1]}/reject", headers=browser())

    assert stranger.status_code == 403
    assert "Бронь подтверждена." in text_of(
        await service.employer.get(yes.headers["location"], headers=browser())
    )
    assert "Бронь отклонена" in text_of(await service.employer.get(no.headers["location"], headers=browser()))
    assert "подтверждена" in await look("college", paths[0])
    assert "отклонена" in await look("college", paths[1])
    rest = (await service.employer.get("/consents", headers=browser())).text
    assert not {f'action="{path}/confirm"' for path in paths[:2]} & set(re.findall(r'action="[^"]+"', rest))


async def test_the_details_of_a_session_come_as_a_fragment(
    service: Service, look: Look, key_of: Find
) -> None:
    run = await start(service, key_of)
    await execute(service, run)
    await publish(service, run)
    page = (await service.college.get("/week?view=scale", headers=browser())).text
    path = re.findall(r'hx-get="(/bookings/\d+)"', page)[0]

    details = await service.college.get(path, headers=htmx())

    assert "<html" not in details.text
    assert re.search(r"1[1-9] января|2[0-4] января", text_of(details))
    assert 'data-empty="details-body"' in details.text
    assert 'data-empty="details-body"' not in (await service.college.get(path, headers=browser())).text


async def test_a_trainer_sees_the_week_and_gets_the_calendars_address(
    service: Service, look: Look, key_of: Find
) -> None:
    run = await start(service, key_of)
    await execute(service, run)
    await publish(service, run)
    trainer = {"kind": "trainer", "target_id": await key_of(Resource, "beta-t2")}

    # The workshop is open on two days of both weeks; which of them a plan takes is its own matter.
    weeks = [await look("trainer", f"/trainer?week={monday}") for monday in ("2027-01-11", "2027-01-18")]
    days = re.findall(r"(?:пн|ср) (\d\d) января", " ".join(weeks))
    assert len(set(days)) == 2
    assert set(days) <= {"11", "13", "18", "20"}
    assert any("Сварочная мастерская" in week for week in weeks)

    shown = await service.trainer.post("/feeds", headers=htmx(), data=trainer)
    address = calendar_address(shown.text)
    assert f'href="webcal://127.0.0.1{address}"' in shown.text
    await feeds.remake_dirty(service.db)
    calendar = await service.anonymous.get(address)
    assert calendar.status_code == 200
    assert "BEGIN:VEVENT" in calendar.text

    feed = re.findall(r'id="feed-(\d+)"', shown.text)[0]
    again = await service.trainer.post(f"/feeds/{feed}/reissue", headers=htmx())
    assert calendar_address(again.text) != address
    assert (await service.anonymous.get(address)).status_code == 404
    assert (await service.anonymous.get(calendar_address(again.text))).status_code == 200


async def test_the_address_of_a_calendar_is_a_page_without_scripts(service: Service, key_of: Find) -> None:
    trainer = {"kind": "trainer", "target_id": await key_of(Resource, "beta-t2")}

    page = await service.trainer.post("/feeds", headers=browser(), data=trainer)

    assert "Календарная подписка" in text_of(page)
    assert calendar_address(page.text).startswith("/calendars/")


@pytest.mark.parametrize(
    "data", [{}, {"kind": "planet", "target_id": "1"}, {"kind": "trainer", "target_id": "x"}]
)
async def test_a_calendar_of_nothing_is_not_found(service: Service, data: dict[str, str]) -> None:
    assert (await service.trainer.post("/feeds", headers=htmx(), data=data)).status_code == 404


async def test_the_address_of_others_is_secret(service: Service, key_of: Find) -> None:
    alpha = {"kind": "participant", "target_id": await key_of(Participant, "alpha")}

    assert (await service.college.post("/feeds", headers=htmx(), data=alpha)).status_code == 403


def calendar_address(page: str) -> str:
    """Return the path of the address that a page shows."""
    found = re.search(r'class="address"[^>]*>http://127\.0\.0\.1(/calendars/[^<]+\.ics)<', page)
    assert found is not None, page
    return unescape(found.group(1))
