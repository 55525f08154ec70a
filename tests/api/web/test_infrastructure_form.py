"""The coordinator's form of an infrastructure list, and the odd and even weeks of other forms."""

import pytest

from scheduler.persistence.tables.register import Competency, EquipmentKind
from scheduler.persistence.tables.resources import Resource
from scheduler.policy import SYSTEM
from scheduler.services import infrastructure, offers
from tests.api.conftest import Service
from tests.api.web.conftest import Find, Look, browser, chosen_value, field_value, text_of
from tests.api.web.test_offer_form import OFFER

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PAGE = "/infrastructure"


async def test_a_list_is_stored_and_shows_what_workshops_lack(
    service: Service, key_of: Find, look: Look
) -> None:
    typed = {
        "competency_id": await key_of(Competency, "06"),
        "season": "2027",
        "valid_from": "2026-09-01",
        "source": "Лист сезона (демо)",
        "kind0": await key_of(EquipmentKind, "cnc_lathe"),
        "count0": "3",
        "workplaces0": "2",
    }

    answer = await service.coordinator.post(PAGE, headers=browser(), data=typed)

    assert answer.status_code == 303
    shown = text_of(await service.coordinator.get(answer.headers["location"], headers=browser()))
    assert "Лист действует с указанного дня." in shown
    assert "рабочих мест 4 из 6" in shown
    assert "нужно 9, есть 6" in shown
    async with service.db.read_tx(SYSTEM) as tx:
        (listed,) = (await infrastructure.list_infrastructure(tx)).items
    assert [(item.count, item.workplaces) for item in listed.items] == [(3, 2)]
    assert "New list" not in await look("college", PAGE, "en")


async def test_faults_are_told_and_nothing_typed_is_lost(service: Service) -> None:
    answer = await service.coordinator.post(PAGE, headers=browser(), data={"season": "2027", "source": "х"})

    assert answer.status_code == 422
    assert field_value(answer.text, "season") == "2027"
    assert "Заполните это поле" in text_of(answer)


async def test_an_offer_may_hold_in_even_weeks_alone(service: Service, key_of: Find) -> None:
    resource = await key_of(Resource, "gamma-cnc")
    typed = OFFER | {"resource_id": resource, "odd_weeks": "false"}

    answer = await service.employer.post("/offers", headers=browser(), data=typed | {"capacity": "много"})
    assert chosen_value(answer.text, "odd_weeks") == "false"
    await service.employer.post("/offers", headers=browser(), data=typed)

    async with service.db.read_tx(SYSTEM) as tx:
        offer = (await offers.list_offers(tx, resource_id=resource)).items[0]
    assert offer.odd_weeks is False
