"""The employer's one-page form."""

from typing import Any

import pytest

from scheduler.persistence.tables.resources import Resource
from scheduler.policy import SYSTEM
from scheduler.services import offers
from tests.api.conftest import Service
from tests.api.web.conftest import Find, browser, chosen_value, field_value, htmx, text_of, ticked

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

OFFER: dict[str, Any] = {
    "days": ["1", "3"],
    "from": "14:00",
    "until": "17:10",
    "capacity": "4",
    "valid_from": "2027-01-11",
    "valid_until": "2027-01-24",
    "conditions": "Паспорт на проходной",
    "consent": "each",
}


async def test_an_offer_is_stored_as_it_was_written(service: Service, key_of: Find) -> None:
    resource = await key_of(Resource, "gamma-cnc")

    answer = await service.employer.post("/offers", headers=browser(), data=OFFER | {"resource_id": resource})

    assert answer.status_code == 303
    listed = text_of(await service.employer.get(answer.headers["location"], headers=browser()))
    assert "Предложение открыто" in listed
    assert "Паспорт на проходной" in listed
    async with service.db.read_tx(SYSTEM) as tx:
        offer = (await offers.list_offers(tx, resource_id=resource)).items[0]
    assert [(w.weekday, w.from_min, w.until_min) for w in offer.windows] == [(1, 840, 1030), (3, 840, 1030)]
    assert (offer.capacity, offer.consent, offer.hours_per_week) == (4, "each", None)


async def test_other_days_may_have_other_hours(service: Service, key_of: Find) -> None:
    resource = await key_of(Resource, "gamma-cnc")
    second = {"days2": ["5"], "from2": "09:00", "until2": "12:00"}

    await service.employer.post("/offers", headers=browser(), data=OFFER | second | {"resource_id": resource})

    async with service.db.read_tx(SYSTEM) as tx:
        offer = (await offers.list_offers(tx, resource_id=resource)).items[0]
    assert [(w.weekday, w.from_min, w.until_min) for w in offer.windows][-1] == (5, 540, 720)


async def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(service: Service, key_of: Find) -> None:
    wrong = {
        "resource_id": "",
        "days": ["1", "3"],
        "from": "четыре",
        "until": "",
        "capacity": "много",
        "valid_from": "",
        "conditions": "Спецодежда <b>&</b> каска",
        "consent": "each",
    }

    answer = await service.employer.post("/offers", headers=browser(), data=wrong)

    assert answer.status_code == 422
    page, shown = answer.text, text_of(answer)
    assert "Исправьте 5 полей" in shown
    assert "Ресурс : Заполните это поле" in shown
    assert "Напишите время, например 08:30" in shown
    assert "Укажите, с какого и до какого часа" in shown
    assert "Мест : Нужно целое число" in shown
    assert "Первый день : Заполните это поле" in shown
    for name in ("resource_id", "from", "until", "capacity", "valid_from"):
        assert f'href="#{name}"' in page
        assert f'id="fault-{name}"' in page
    assert ticked(page, "days") == ["1", "3"]
    assert ticked(page, "consent") == ["each"]
    assert field_value(page, "from") == "четыре"
    assert field_value(page, "capacity") == "много"
    assert "Спецодежда &lt;b&gt;&amp;&lt;/b&gt; каска</textarea>" in page


async def test_what_the_service_finds_stands_beside_its_field(service: Service, key_of: Find) -> None:
    resource = await key_of(Resource, "gamma-cnc")
    wrong = OFFER | {"resource_id": resource, "capacity": "5", "from": "17:00", "until": "14:00"}

    answer = await service.employer.post("/offers", headers=browser("en"), data=wrong)

    assert answer.status_code == 422
    assert "Until : The end is before the begin" in text_of(answer)
    assert "Places : More than there is: 4" in text_of(answer)
    assert chosen_value(answer.text, "resource_id") == str(resource)


async def test_nobody_offers_what_belongs_to_others(service: Service, key_of: Find) -> None:
    resource = await key_of(Resource, "beta-weld")

    answer = await service.employer.post("/offers", headers=browser(), data=OFFER | {"resource_id": resource})

    assert answer.status_code == 403
    assert "Это может только владелец" in text_of(answer)


async def test_the_preview_says_what_it_means(service: Service, key_of: Find) -> None:
    resource = await key_of(Resource, "gamma-cnc")

    answer = await service.employer.post(
        "/offers/preview", headers=htmx(), data=OFFER | {"resource_id": resource}
    )

    shown = text_of(answer)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "вт, чт 14:00–17:10" in shown
    assert "4 места одновременно, 6 ч 20 мин в неделю" in shown
    assert "до 24 января это 13 ч за 2 недели, до 51 чел.-ч" in shown
    assert "Каждая бронь ждёт вашего «да»." in shown


@pytest.mark.parametrize("data", [{}, {"capacity": "4"}, {"resource_id": "999999", **OFFER}])
async def test_a_preview_of_an_unfinished_form_is_no_error(service: Service, data: dict[str, Any]) -> None:
    answer = await service.employer.post("/offers/preview", headers=htmx(), data=data)

    assert answer.status_code == 200
    assert "Выберите ресурс, дни, часы и места" in text_of(answer)


async def test_an_offer_is_closed_once(service: Service, key_of: Find) -> None:
    page = (await service.employer.get("/offers", headers=browser())).text
    path = page.partition('action="/offers/')[2].partition('"')[0]
    revision = field_value(page, "revision")

    closed = await service.employer.post(f"/offers/{path}", headers=browser(), data={"revision": revision})
    again = await service.employer.post(f"/offers/{path}", headers=browser(), data={"revision": revision})

    assert closed.status_code == 303
    assert again.status_code == 409
    assert "Сейчас невозможно" in text_of(again)


async def test_who_has_nothing_to_offer_gets_no_form(service: Service) -> None:
    answer = await service.trainer.get("/offers/new", headers=browser())

    assert answer.status_code == 403
