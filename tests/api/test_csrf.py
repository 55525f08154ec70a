"""A browser that is signed in by its cookie cannot be made to act by another site."""

from collections.abc import Callable

import httpx
import pytest

from api.auth import LOGIN_COOKIE
from api.csrf import CSRF_COOKIE, CSRF_HEADER
from tests.api.conftest import ONE_DATABASE, Service

pytestmark = ONE_DATABASE


@pytest.fixture
def browser(service: Service, make_client: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    """The college's browser: a cookie, no header."""
    token = service.college.headers["authorization"].removeprefix("Bearer ")
    return make_client(cookies={LOGIN_COOKIE: token})


async def test_a_cookie_reads(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/v1/me")).json()["login"] == "college"


async def test_a_cookie_alone_does_not_write(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/api/v1/logout")

    assert answer.status_code == 403
    assert (await browser.get("/api/v1/me")).status_code == 200


async def test_a_cookie_with_the_pages_token_writes(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/login", headers={"accept": "text/html"})
    token = page.cookies[CSRF_COOKIE]
    answer = await browser.post("/api/v1/logout", headers={CSRF_HEADER: token})

    assert answer.status_code == 204


async def test_a_made_up_token_is_none(browser: httpx.AsyncClient) -> None:
    made_up = "0" * 128
    browser.cookies.set(CSRF_COOKIE, made_up)
    answer = await browser.post("/api/v1/logout", headers={CSRF_HEADER: made_up})

    assert answer.status_code == 403


async def test_the_login_form_needs_a_token_too(service: Service) -> None:
    answer = await service.anonymous.post(
        "/login", data={"login": "college", "password": "demo-college"}, headers={"accept": "text/html"}
    )

    assert answer.status_code == 403
    assert LOGIN_COOKIE not in answer.cookies


async def test_a_bearer_token_needs_none(service: Service) -> None:
    assert (await service.college.post("/api/v1/logout")).status_code == 204


async def test_machines_get_no_cookie(service: Service) -> None:
    for path in ("/health", "/api/v1/me", "/schema/openapi.json", "/calendars/x.ics"):
        assert "set-cookie" not in (await service.college.get(path)).headers
