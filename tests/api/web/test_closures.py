"""An owner closes a resource for some days, and opens it again."""

import re
from datetime import date

import pytest
from sqlalchemy import update

from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Booking
from scheduler.policy import SYSTEM
from scheduler.services import resources
from scheduler.services.versions import publish_version
from tests.api.conftest import Service
from tests.api.web.conftest import Find, Look, browser, field_value, text_of
from tests.scheduler.services.plan import make_draft

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
DAYS = {"from_on": "2027-01-12", "until_on": "2027-01-13", "note": "ремонт"}


async def closed(service: Service, resource_id: int) -> list[tuple[date | None, date | None, str]]:
    async with service.db.read_tx(SYSTEM) as tx:
        rows = (await resources.get_resource(tx, resource_id)).availability
    return [(row.from_on, row.until_on, row.note) for row in rows if row.kind == "closed"]


async def test_the_owner_closes_for_two_days_and_opens_again(service: Service, key_of: Find) -> None:
    resource_id = await key_of(Resource, "gamma-cnc")
    address = f"/resources/{resource_id}"
    before = await closed(service, resource_id)
    page = (await service.employer.get(address, headers=browser())).text
    typed = DAYS | {"revision": field_value(page, "revision")}

    answer = await service.employer.post(f"{address}/closures", headers=browser(), data=typed)

    assert answer.status_code == 303
    shown = await service.employer.get(answer.headers["location"], headers=browser())
    assert "Закрыто. Занятия, которые там стояли, ждут другого места" in text_of(shown)
    assert "11–17 января 2027" in text_of(shown)
    assert await closed(service, resource_id) == [*before, (date(2027, 1, 12), date(2027, 1, 13), "ремонт")]

    again = await service.employer.post(
        f"{address}/reopenings",
        headers=browser(),
        data={"revision": field_value(shown.text, "revision"), "place": field_value(shown.text, "place")},
    )
    assert again.headers["location"] == f"{address}?done=reopened"
    assert await closed(service, resource_id) == before


async def test_faults_are_told_and_nothing_is_closed(service: Service, key_of: Find) -> None:
    resource_id = await key_of(Resource, "gamma-cnc")
    before = await closed(service, resource_id)

    for typed, fault in (
        ({"note": "ремонт"}, "дат"),
        ({"from_on": "2027-01-13", "until_on": "2027-01-12"}, "Исправьте"),
        ({"from_on": "завтра"}, "Исправьте"),
    ):
        answer = await service.employer.post(
            f"/resources/{resource_id}/closures", headers=browser(), data=typed | {"revision": "1"}
        )
        assert answer.status_code == 422
        assert fault in text_of(answer)

    assert await closed(service, resource_id) == before


async def test_the_coordinator_is_led_to_a_repair(service: Service) -> None:
    async with service.db.write_tx(SYSTEM) as tx:
        await publish_version(tx, await make_draft(tx), 1)
        await tx.session.execute(update(Booking).values(state="needs_reallocation"))
    home = (await service.coordinator.get("/", headers=browser())).text

    (address,) = re.findall(r'<a href="([^"]+)">Исправить расписание</a>', home)
    led = (await service.coordinator.get(address, headers=browser())).text
    plain = (await service.coordinator.get("/runs", headers=browser())).text

    ticked = 'name="repair" value="yes" checked'
    assert ticked in led
    assert ticked not in plain


async def test_nobody_closes_what_belongs_to_others(service: Service, look: Look, key_of: Find) -> None:
    resource_id = await key_of(Resource, "gamma-cnc")

    answer = await service.college.post(
        f"/resources/{resource_id}/closures", headers=browser(), data=DAYS | {"revision": "1"}
    )

    assert answer.status_code == 403
    assert "Закрыть на несколько дней" not in await look("college", f"/resources/{resource_id}")
    assert "Закрыть на несколько дней" in await look("employer", f"/resources/{resource_id}")
