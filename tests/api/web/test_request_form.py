"""The college's one-page form."""

from typing import Any

import pytest

from scheduler.persistence.tables.register import Competency, LearnerGroup
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.policy import SYSTEM
from scheduler.services import requests
from tests.api.conftest import Service
from tests.api.web.conftest import Find, browser, chosen_value, field_value, htmx, text_of, ticked

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
async def asked(key_of: Find) -> dict[str, Any]:
    """What a college types: 16 hours of welding for its group, a pair of days a week."""
    return {
        "campaign_id": await key_of(Campaign, "tiny-2027"),
        "group_id": await key_of(LearnerGroup, "B-21"),
        "kind": "free_slot",
        "competency_id": await key_of(Competency, "10"),
        "title": "Сварка в углекислом газе",
        "hours": "16",
        "session_hours": "6",
        "subgroup_size": "5",
        "from_on": "2027-01-11",
        "until_on": "2027-01-24",
        "weekdays": ["0", "2"],
        "day_from": "08:00",
        "travel_limit_min": "60",
        "partial": "yes",
        "needs_trainer": "yes",
    }


async def test_a_request_is_stored_as_it_was_written(service: Service, asked: dict[str, Any]) -> None:
    answer = await service.college.post("/requests", headers=browser(), data=asked)

    assert answer.status_code == 303
    shown = text_of(await service.college.get(answer.headers["location"], headers=browser()))
    assert "Заявка отправлена." in shown
    assert "Сварка в углекислом газе" in shown
    assert "16, по 6 в занятии" in shown
    assert "пн, ср, с 08:00" in shown
    async with service.db.read_tx(SYSTEM) as tx:
        stored = await requests.get_request(tx, int(answer.headers["location"].split("/")[2].split("?")[0]))
    assert (stored.partial, stored.needs_trainer, stored.subgroup_size) == (True, True, 5)
    assert (stored.form, stored.session_kind, stored.state) == ("single", "study_practice", "submitted")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ({"day_from": "", "day_until": "20:00"}, "пн, ср, до 20:00"),
        ({"day_from": "00:00", "day_until": "20:00"}, "пн, ср, до 20:00"),
        ({"day_until": "20:00"}, "пн, ср, 08:00–20:00"),
        ({"day_from": ""}, "Дни пн, ср Предел дороги"),
    ],
)
async def test_hours_are_told_as_far_as_they_are_asked(
    service: Service, asked: dict[str, Any], hours: dict[str, str], words: str
) -> None:
    answer = await service.college.post("/requests", headers=browser(), data=asked | hours)

    assert words in text_of(await service.college.get(answer.headers["location"], headers=browser()))


async def test_a_box_that_is_not_ticked_is_a_no(service: Service, asked: dict[str, Any]) -> None:
    del asked["partial"], asked["needs_trainer"]

    answer = await service.college.post("/requests", headers=browser(), data=asked)

    shown = text_of(await service.college.get(answer.headers["location"], headers=browser()))
    assert "По частям целиком или никак" in shown


async def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(
    service: Service, asked: dict[str, Any]
) -> None:
    wrong = asked | {"group_id": "", "hours": "0", "session_hours": "шесть", "day_until": "25:00"}

    answer = await service.college.post("/requests", headers=browser(), data=wrong)

    page, shown = answer.text, text_of(answer)
    assert answer.status_code == 422
    assert "Исправьте 4 поля" in shown
    assert "Группа : Заполните это поле" in shown
    assert "Ак. часов : Должно быть больше 0" in shown
    assert "Часов в занятии : Нужно целое число" in shown
    assert "Не позже : Напишите время, например 08:30" in shown
    assert field_value(page, "session_hours") == "шесть"
    assert field_value(page, "title") == "Сварка в углекислом газе"
    assert field_value(page, "day_from") == "08:00"
    assert chosen_value(page, "competency_id") == str(asked["competency_id"])
    assert chosen_value(page, "until_on") == "2027-01-24"
    assert ticked(page, "weekdays") == ["0", "2"]
    assert ticked(page, "kind") == ["free_slot"]


async def test_what_the_service_finds_stands_beside_its_field(
    service: Service, asked: dict[str, Any]
) -> None:
    wrong = asked | {"hours": "4", "session_hours": "6"}

    answer = await service.college.post("/requests", headers=browser(), data=wrong)

    assert answer.status_code == 422
    assert "Занятие длиннее всей заявки" in text_of(answer)


async def test_a_module_that_is_not_chosen_is_a_fault(service: Service, asked: dict[str, Any]) -> None:
    answer = await service.college.post("/requests", headers=browser(), data=asked | {"kind": "module"})

    assert answer.status_code == 422
    assert "Модуль : Укажите модуль" in text_of(answer)


async def test_nobody_asks_for_a_group_of_others(
    service: Service, asked: dict[str, Any], key_of: Find
) -> None:
    asked["group_id"] = await key_of(LearnerGroup, "A-21")

    answer = await service.college.post("/requests", headers=browser(), data=asked)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("lang", "meaning", "last", "places"),
    [
        (
            "ru",
            "2 подгруппы × 3 занятия по 6 ч",
            "Последнее занятие — 4 ч.",
            "Такую подгруппу вмещает 1 мастерская: Ярцево",
        ),
        (
            "en",
            "2 subgroups × 3 sessions of 6 hours",
            "The last session has 4 hours.",
            "1 workshop holds such a subgroup: Yartsevo",
        ),
    ],
)
async def test_the_preview_counts_it_out(
    service: Service, asked: dict[str, Any], lang: str, meaning: str, last: str, places: str
) -> None:
    answer = await service.college.post("/requests/preview", headers=htmx(lang), data=asked)

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert meaning in text_of(answer)
    assert last in text_of(answer)
    assert places in text_of(answer)


async def test_the_preview_warns_where_no_workshop_is_large_enough(
    service: Service, asked: dict[str, Any], key_of: Find
) -> None:
    asked |= {"competency_id": await key_of(Competency, "06"), "subgroup_size": "8"}

    answer = await service.college.post("/requests/preview", headers=htmx(), data=asked)

    assert "ни одна мастерская не вмещает такую подгруппу" in text_of(answer)


@pytest.mark.parametrize("missing", [["group_id"], ["hours"], ["competency_id"], ["from_on", "until_on"]])
async def test_a_preview_of_an_unfinished_form_is_no_error(
    service: Service, asked: dict[str, Any], missing: list[str]
) -> None:
    for name in missing:
        del asked[name]

    answer = await service.college.post("/requests/preview", headers=htmx(), data=asked)

    assert answer.status_code == 200
    assert "здесь появятся занятия" in text_of(answer)


async def test_a_request_is_withdrawn_by_its_participant_alone(service: Service, key_of: Find) -> None:
    request = await key_of(Request, "R2")
    revision = {"revision": "1"}

    stranger = await service.employer.post(f"/requests/{request}/withdraw", headers=browser(), data=revision)
    own = await service.college.post(f"/requests/{request}/withdraw", headers=browser(), data=revision)

    assert stranger.status_code == 403
    shown = text_of(await service.college.get(own.headers["location"], headers=browser()))
    assert "Заявка отозвана." in shown
    assert "Отозвать заявку" not in shown


async def test_a_change_of_what_another_has_changed_is_told(service: Service, key_of: Find) -> None:
    request = await key_of(Request, "R2")

    answer = await service.college.post(
        f"/requests/{request}/withdraw", headers=browser(), data={"revision": "7"}
    )

    assert answer.status_code == 412
    assert "Откройте страницу заново" in text_of(answer)


async def test_a_form_filled_in_like_a_request_says_that_the_other_stays(
    service: Service, asked: dict[str, Any], key_of: Find
) -> None:
    other = await key_of(Request, "R2")

    page = await service.college.get(f"/requests/new?like={other}&weekdays=5", headers=browser())
    again = await service.college.post(
        "/requests", headers=browser(), data=asked | {"like": field_value(page.text, "like"), "hours": "-1"}
    )

    assert again.status_code == 422
    for answer in (page, again):
        assert "Прежняя остаётся" in text_of(answer)
        assert f'<a href="/requests/{other}">' in answer.text
    assert "Прежняя остаётся" not in text_of(await service.college.get("/requests/new", headers=browser()))
