"""Every page for the role that needs it, in both languages."""

import pytest

from scheduler.persistence.tables.register import Participant
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Resource
from tests.api.conftest import Service
from tests.api.web.conftest import Find, Look, browser

ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

PAGES = [
    ("college", "/", "Мои заявки Новая заявка", "My requests New request"),
    ("employer", "/", "Ждут вашего согласия", "Waiting for your consent"),
    ("coordinator", "/", "колледжей без заявок", "colleges without a request"),
    ("trainer", "/", "Неделя и адрес календаря", "Week and calendar address"),
    ("trainer", "/trainer", "В календаре телефона", "In your phone's calendar"),
    ("college", "/week", "Неделя ресурсов", "Week of the resources"),
    (
        "college",
        "/requests",
        "Ручная дуговая сварка",
        "Ручная дуговая сварка Welding · study practice",
    ),
    ("coordinator", "/requests?competency=", "11–24 января", "11–24 January"),
    ("college", "/requests/new", "Модуль сетевой программы", "A module of a network programme"),
    ("employer", "/offers", "вт, чт 14:00–17:10", "Tue, Thu 14:00–17:10"),
    ("employer", "/offers/new", "Подтверждаю каждую бронь", "I confirm each booking"),
    ("employer", "/consents", "Ничто не ждёт вашего ответа.", "Nothing waits for your answer."),
    ("college", "/resources", "Мастерская", "Workshop"),
    ("coordinator", "/infrastructure", "Новый лист", "New list"),
    ("college", "/participants", "Ярцево Малый кластер (демо)", "Yartsevo Tiny cluster (demo)"),
    ("coordinator", "/runs", "Прогонов пока нет.", "No runs yet."),
    ("coordinator", "/versions", "Версий пока нет", "No versions yet"),
    ("college", "/unplaced", "Отказы с причинами", "Refusals with their reasons"),
]


@ONE_DATABASE
@pytest.mark.parametrize("lang", ["ru", "en"])
async def test_every_page_speaks_both_languages(look: Look, lang: str) -> None:
    for login, path, russian, english in PAGES:
        assert (russian if lang == "ru" else english) in await look(login, path, lang)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
async def test_every_page_works_on_the_other_database(look: Look) -> None:
    for login, path, *_ in PAGES:
        await look(login, path)


@ONE_DATABASE
async def test_a_resource_shows_what_it_is_and_when_it_is_open(look: Look, key_of: Find) -> None:
    resource = await key_of(Resource, "gamma-cnc")

    shown = await look("college", f"/resources/{resource}")

    assert "вт, чт 14:00–17:10 4 места одновременно, владелец подтверждает каждую бронь" in shown
    assert "Спецодежда и очки" in shown
    assert "Токарно-винторезный" in shown or "× 4" in shown
    assert "Предложить другим" not in shown
    assert "Предложить другим" in await look("employer", f"/resources/{resource}")


@ONE_DATABASE
async def test_a_trainers_name_is_shown_to_its_own_college_alone(look: Look, key_of: Find) -> None:
    trainer = await key_of(Resource, "beta-t2")

    assert "Демо Тренер 02" in (await look("college", f"/resources/{trainer}"))
    assert "Демо Тренер 02" not in (await look("employer", f"/resources/{trainer}"))


@ONE_DATABASE
async def test_a_participant_shows_its_sites_groups_and_resources(look: Look, key_of: Find) -> None:
    shown = await look("employer", f"/participants/{await key_of(Participant, 'beta')}")

    assert "Сварочная мастерская" in shown
    assert "08:30–10:05" in shown
    assert "Б-21 8 0 15.01.05" in shown


@ONE_DATABASE
async def test_a_request_shows_what_was_asked(look: Look, key_of: Find) -> None:
    request = await key_of(Request, "R2")

    shown = await look("college", f"/requests/{request}")

    assert "Ручная дуговая сварка" in shown
    assert "11–24 января" in shown
    assert "8, по 4 в занятии" in shown
    assert "Отозвать заявку" in shown
    assert "Отозвать заявку" not in await look("employer", f"/requests/{request}")


@ONE_DATABASE
@pytest.mark.parametrize(
    ("login", "sees", "misses"),
    [
        ("trainer", "/trainer", "/runs"),
        ("employer", "/consents", "/trainer"),
        ("coordinator", "/runs", "/consents"),
    ],
)
async def test_the_navigation_is_that_of_the_role(
    service: Service, login: str, sees: str, misses: str
) -> None:
    page = (await service.client(login).get("/", headers=browser())).text
    navigation = page[page.index('<nav class="nav"') : page.index("</nav>")]

    assert f'href="{sees}"' in navigation
    assert f'href="{misses}"' not in navigation
    assert '<a href="/" aria-current="page">' in navigation


@ONE_DATABASE
async def test_without_a_login_every_page_leads_to_the_sign_in(service: Service) -> None:
    for _, path, *_ in PAGES:
        answer = await service.anonymous.get(path, headers=browser())
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=%2F")


@ONE_DATABASE
@pytest.mark.parametrize(
    "query", ["week=soon", "competency=x", "owner=99999999999999999999", "day=2027-13-01"]
)
async def test_a_filter_that_makes_no_sense_is_named(look: Look, query: str) -> None:
    shown = await look("college", f"/week?{query}", status=422)

    assert "Исправьте отмеченные поля" in shown
    assert query.partition("=")[0] in shown


@ONE_DATABASE
async def test_the_timeline_without_a_choice_holds_a_scale_and_a_list(service: Service) -> None:
    page = (await service.college.get("/week?week=2027-01-11", headers=browser())).text

    assert page.count('class="line"') == 5
    assert "Смоленск" in page
    assert 'class="day-list"' in page
    assert 'class="line"' not in (await service.college.get("/week?view=list", headers=browser())).text


@ONE_DATABASE
async def test_a_filter_of_the_week_leaves_the_rows_that_fit(service: Service, key_of: Find) -> None:
    gamma = await key_of(Participant, "gamma")

    page = (await service.college.get(f"/week?week=2027-01-11&owner={gamma}", headers=browser())).text

    assert page.count('class="line"') == 1
    assert "Учебный участок ЧПУ" in page
    assert f"week=2027-01-18&amp;owner={gamma}" in page
