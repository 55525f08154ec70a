"""Problems as a person sees them."""

import re

import pytest
from litestar import Request

from api.problems import Problem
from api.web import problem_page
from scheduler.services import participants
from tests.api.conftest import Service
from tests.api.web.conftest import Look, browser, htmx, keeps_promises, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "path", ["/nothing", "/requests/999999", "/bookings/x", "/versions/99999999999999999999"]
)
async def test_what_is_not_there_is_a_page(look: Look, path: str) -> None:
    assert "Не найдено" in await look("college", path, status=404)
    assert "Not found" in await look("college", path, "en", status=404)


async def test_the_way_back_is_on_the_page(service: Service) -> None:
    page = (await service.college.get("/requests/999999", headers=browser())).text

    assert '<nav class="nav"' in page
    assert '<a class="button main" href="/">На главную</a>' in page


async def test_what_the_role_forbids_is_told(service: Service) -> None:
    answer = await service.college.post("/runs", headers=browser(), data={"campaign_id": "1"})

    assert answer.status_code == 403
    keeps_promises(answer, "ru")
    assert "Ни одна из ваших ролей этого не позволяет" in text_of(answer)


async def test_an_error_of_ours_tells_nothing_of_its_inside(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(participants, "list_competencies", broken)

    answer = await service.college.get("/week", headers=browser())

    assert answer.status_code == 500
    keeps_promises(answer, "ru")
    assert "Ошибка на нашей стороне" in text_of(answer)
    assert "hunter2" not in answer.text


async def test_htmx_gets_a_fragment(service: Service) -> None:
    answer = await service.college.get("/bookings/999999", headers=htmx("en"))

    assert answer.status_code == 404
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text
    assert "Not found" in text_of(answer)


async def test_htmx_of_somebody_who_is_signed_out_leads_to_the_sign_in(service: Service) -> None:
    answer = await service.anonymous.get("/bookings/1", headers=htmx())

    assert answer.headers["hx-redirect"] == "/login?next=%2Fbookings%2F1"


async def test_every_broken_rule_and_every_fact_is_listed(service: Service) -> None:
    violations = [
        {"rule": "capacity", "code": "x", "message": f"правило {n}", "facts": {}} for n in range(30)
    ]
    problem = Problem(
        "rule_violated",
        409,
        "Нарушится правило",
        "правило 0",
        extra={"violations": violations, "holder": "ТМ-41", "revision": None},
        headers={"Retry-After": "5"},
    )
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/runs/1/accept",
        "query_string": b"",
        "headers": [(b"cookie", b"smena_lang=ru")],
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "app": service.app,
        "litestar_app": service.app,
        "state": {},
    }

    answer = problem_page(Request(scope), problem)  # type: ignore[arg-type]

    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "5")
    assert len(re.findall(r"правило \d", answer.content)) == 21
    assert "и ещё 9" in answer.content
    assert "Занято" in answer.content
    assert "ТМ-41" in answer.content
    assert "Текущая редакция" not in answer.content
