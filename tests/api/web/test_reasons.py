"""Why a session is where it is, why others have no place, and what decided the most."""

import re

import pytest

from scheduler.persistence.tables.register import Participant
from scheduler.persistence.tables.requests import Request
from tests.api.conftest import Service
from tests.api.web.conftest import Find, Look, browser, htmx, text_of
from tests.api.web.test_story import execute, publish, start

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
async def planned(service: Service, key_of: Find) -> str:
    """Return the address of a run whose plan is published."""
    run = await start(service, key_of)
    await execute(service, run)
    await publish(service, run)
    return run


@pytest.mark.usefixtures("planned")
async def test_a_granted_request_says_what_it_paid_and_what_came_next(
    service: Service, look: Look, key_of: Find
) -> None:
    granted = f"/requests/{await key_of(Request, 'R2')}"

    assert "Почему здесь и что ещё было свободно" in await look("college", granted)
    assert "Почему здесь" not in await look("employer", granted)

    part = text_of(await service.college.get(f"{granted}/advice?part=granted", headers=htmx()))
    assert "Чем заплачено" in part
    assert "ни дороги, ни нежелательных часов" in part or "балл" in part or "в один конец" in part
    assert "другого свободного места нет" in part or re.search(r"\d\d:\d\d–\d\d:\d\d", part)
    assert "Что нужно изменить" not in part

    page = await look("college", f"{granted}/advice", "en")
    assert "Why here" in page
    assert "session 1" in page
    assert "занятие 1" not in page


@pytest.mark.usefixtures("planned")
async def test_a_refused_request_says_what_would_have_to_change(
    service: Service, look: Look, key_of: Find
) -> None:
    refused = f"/requests/{await key_of(Request, 'R4')}"

    assert "Почему здесь" not in await look("coordinator", refused)
    part = text_of(await service.coordinator.get(f"{refused}/advice?part=refused", headers=htmx()))
    assert "Что нужно изменить" in part
    assert "Чем заплачено" not in part
    assert "По состоянию на прогон" in part


async def test_the_coordinator_sees_what_decided_the_most(planned: str, look: Look, key_of: Find) -> None:
    everybodys = await look("coordinator", "/unplaced")

    assert "Сварка: ознакомление всей группой" in everybodys
    decided = everybodys.partition("Что решило")[2].partition("Заявка")[0]
    assert re.search(r"Рабочие места\S* .*\d", decided)
    assert "What decided the refusals" in await look("coordinator", planned, "en")
    # Of one participant the whole region's figures would be false.
    owner = await key_of(Participant, "alpha")
    assert "Что решило" not in await look("coordinator", f"/unplaced?participant={owner}")


async def test_sessions_that_share_a_rule_stand_together_whoever_holds_the_place(
    service: Service, planned: str
) -> None:
    answer = await service.coordinator.get("/unplaced", headers=browser())

    rows = re.findall(r'<th scope="row"><a href="/requests/(\d+)">', answer.text)
    assert rows
    assert len(rows) == len(set(rows))
