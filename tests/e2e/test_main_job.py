"""The main job in a browser: offered, requested, allocated, published, and in the trainer's calendar."""

import time
from collections.abc import Callable

import httpx
import pytest

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

Visit = Callable[..., Visitor]
CALENDAR_S = 20
RUN_S = 60
TITLE = "Сварка трубных стыков"
PUSHED_ASIDE = (
    "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
)


def offer(employer: Visitor) -> None:
    page = employer.page
    employer.open("/offers/new")
    page.get_by_role("combobox", name="Ресурс").select_option(label="Учебный участок ЧПУ · 4")
    days = page.get_by_role("group", name="Дни", exact=True)
    days.get_by_label("вт").check()
    days.get_by_label("чт").check()
    page.locator("#from").fill("14:00")
    page.locator("#until").fill("17:10")
    page.get_by_label("Мест", exact=True).fill("4")
    page.get_by_text("6 ч 20 мин в неделю").wait_for()
    page.get_by_label("Согласовано заранее").check()
    employer.press("Открыть предложение")
    assert "Предложение открыто" in employer.text()


def request_welding(college: Visitor) -> None:
    page = college.page
    college.open("/requests/new")
    page.get_by_label("Свободное окно").check()
    page.get_by_role("combobox", name="Группа").select_option(label="Б-21 · 8")
    page.get_by_role("combobox", name="Компетенция").select_option(label="Сварочные технологии")
    page.get_by_label("Название занятия").fill(TITLE)
    page.get_by_label("Ак. часов").fill("4")
    page.get_by_label("Часов в занятии").fill("4")
    page.get_by_text("1 подгруппа × 1 занятие по 4 ч").wait_for()
    college.press("Отправить заявку")
    assert "Заявка отправлена." in college.text()


def request_too_much(college: Visitor) -> str:
    """Ask for eight at once where no CNC workshop has more than six places; return the request's page."""
    page = college.page
    college.open("/requests/new")
    page.get_by_label("Свободное окно").check()
    page.get_by_role("combobox", name="Группа").select_option(label="Б-21 · 8")
    page.get_by_role("combobox", name="Компетенция").select_option(label="Токарные работы на станках с ЧПУ")
    page.get_by_label("Ак. часов").fill("4")
    page.get_by_label("Часов в занятии").fill("4")
    page.get_by_text("Подгруппы, чётность недель").click()
    page.get_by_label("Человек в подгруппе").fill("8")
    page.get_by_text("ни одна мастерская не вмещает такую подгруппу").wait_for()
    college.press("Отправить заявку")
    return page.url.removeprefix(college.url).partition("?")[0]


def calendar_address(trainer: Visitor) -> str:
    trainer.open("/trainer")
    trainer.page.get_by_role("button", name="Показать адрес").click()
    address = trainer.page.locator(".address")
    address.wait_for()
    trainer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    trainer.page.get_by_role("button", name="Скопировать").click()
    trainer.page.get_by_role("button", name="Скопировано").wait_for()
    assert trainer.page.evaluate("navigator.clipboard.readText()") == address.inner_text()
    return address.inner_text()


def fetch(address: str) -> str:
    """Return a calendar as a phone gets it; one that is just being made is asked for again."""
    until = time.monotonic() + CALENDAR_S
    while True:
        answer = httpx.get(address)
        if answer.status_code == 200:
            return answer.text.replace("\r\n ", "")
        assert answer.status_code == 503
        assert time.monotonic() < until
        time.sleep(0.5)


def allocate(coordinator: Visitor) -> None:
    page = coordinator.page
    coordinator.open("/runs")
    page.get_by_label("Предел времени, секунд").fill("3")
    coordinator.press("Запустить прогон")
    # The page tells of the run by itself, without being opened again.
    page.get_by_role("heading", name="Результат").wait_for(timeout=RUN_S * 1000)
    assert page.locator("#curve-objective").get_attribute("d")
    assert "Бета" in page.get_by_role("region", name="Справедливость").inner_text()
    assert coordinator.barriers() == []
    coordinator.press("Принять в черновик")
    assert "Что изменит публикация" in coordinator.text()
    coordinator.press("Опубликовать")
    assert "Опубликовано." in coordinator.text()


def test_from_an_offer_to_a_phone(visit: Visit) -> None:
    employer, college, coordinator, trainer = (
        visit(name) for name in ("employer", "college", "coordinator", "trainer")
    )
    for visitor in (employer, college, coordinator, trainer):
        visitor.sign_in()

    offer(employer)
    request_welding(college)
    impossible = request_too_much(college)
    address = calendar_address(trainer)
    before = fetch(address)
    assert "BEGIN:VCALENDAR" in before
    assert TITLE not in before

    allocate(coordinator)

    until = time.monotonic() + CALENDAR_S
    while TITLE not in fetch(address):
        assert time.monotonic() < until, "the trainer's calendar does not get the session"
        time.sleep(0.5)
    trainer.open("/trainer")
    assert "Сварочная мастерская" in trainer.text()

    college.open(impossible)
    refusal = college.page.get_by_role("region", name="Отказ с причиной").inner_text()
    assert "8" in refusal
    assert college.barriers() == []
    look_at_the_week(college)
    read_on_a_phone(visit("coordinator", width=390))


def read_on_a_phone(coordinator: Visitor) -> None:
    page = coordinator.page
    coordinator.sign_in()
    for path in ("/runs/1", "/unplaced", "/infrastructure"):
        coordinator.open(path)
        assert not coordinator.overflows()
        # No table is to be pushed aside, and the link of the page where one is stands in view.
        assert page.evaluate(PUSHED_ASIDE) == 0, path
        assert coordinator.barriers() == []
    coordinator.open("/runs/1")
    current = page.locator(".nav [aria-current]").bounding_box()
    assert current is not None
    assert current["x"] >= 0
    assert current["x"] + current["width"] <= 390

    coordinator.open("/requests?whose=all")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Почему здесь и что ещё было свободно").click()
    page.get_by_role("heading", name="Чем заплачено за место").wait_for(timeout=RUN_S * 1000)
    assert not coordinator.overflows()
    assert coordinator.barriers() == []


def look_at_the_week(college: Visitor) -> None:
    page = college.page
    college.open("/week?week=2027-01-11")
    rows = page.locator(".line")
    assert rows.count() == 5
    page.get_by_role("combobox", name="Вид").select_option(label="Мастерская")
    page.wait_for_url("**kind=workshop**")
    assert rows.count() == 3
    # What came by the filter works as what was there at first.
    page.locator(".box a").first.click()
    details = page.locator("#details-body")
    details.get_by_text("Мастерская", exact=True).wait_for()
    assert college.barriers() == []
    page.keyboard.press("Escape")
    assert details.inner_text() == ""


MAIN_PAGES = {
    "college": ("/", "/week", "/week?view=list", "/requests", "/requests/new", "/unplaced", "/resources"),
    "employer": ("/", "/offers", "/offers/new", "/consents"),
    "coordinator": ("/", "/runs", "/versions", "/participants"),
    "trainer": ("/", "/trainer"),
}


@pytest.mark.parametrize("width", [1440, 390])
def test_the_main_pages_have_no_barriers_and_fit_the_screen(visit: Visit, width: int) -> None:
    found = []
    for name, paths in MAIN_PAGES.items():
        visitor = visit(name, width=width)
        visitor.open("/login")
        found += visitor.barriers()
        visitor.sign_in()
        for path in paths:
            visitor.open(path)
            found += visitor.barriers()
            if visitor.overflows():
                found.append(f"{path} is wider than {width} px")

    assert found == []


def test_a_form_with_faults_leads_to_them(visit: Visit) -> None:
    employer = visit("employer", width=390, height=844)
    employer.sign_in()
    employer.open("/offers/new")
    employer.page.get_by_label("Условия").fill("Каска")
    # A page that answers with a fault is no complaint of the browser's console here.
    employer.page.get_by_role("button", name="Открыть предложение").click()

    employer.page.get_by_role("alert").wait_for()
    employer.page.get_by_role("alert").get_by_role("link", name="Ресурс").click()

    assert employer.page.evaluate("location.hash") == "#resource_id"
    assert employer.page.get_by_label("Условия").input_value() == "Каска"
    assert employer.barriers() == []
    employer.complaints = [text for text in employer.complaints if "422" not in text]
