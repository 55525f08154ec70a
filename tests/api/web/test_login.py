"""Signing in and out as a browser does it, and the language that stays."""

from collections.abc import Callable

import httpx
import pytest

from tests.api.conftest import Service
from tests.api.web.conftest import browser, field_value, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

MakeClient = Callable[..., httpx.AsyncClient]
HTML = {"Accept": "text/html"}


async def open_form(client: httpx.AsyncClient, path: str = "/login") -> tuple[str, dict[str, str]]:
    """Return a page and the fields that its forms carry along."""
    page = (await client.get(path, headers=HTML)).text
    return page, {
        "_csrf_token": field_value(page, "_csrf_token") or "",
        "next": field_value(page, "next") or "",
    }


async def sign_in(client: httpx.AsyncClient, login: str, path: str = "/login") -> httpx.Response:
    page, fields = await open_form(client, path)
    inside = page[page.index('action="/login"') :]
    fields["next"] = field_value(inside, "next") or ""
    return await client.post(
        "/login", headers=HTML, data=fields | {"login": login, "password": f"demo-{login}"}
    )


async def test_whoever_signs_in_comes_to_the_page_that_was_asked_for(make_client: MakeClient) -> None:
    client = make_client()
    refused = await client.get("/requests?state=draft", headers=HTML)

    answer = await sign_in(client, "college", refused.headers["location"])

    assert answer.status_code == 303
    assert answer.headers["location"] == "/requests?state=draft"
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if value.startswith("smena_login=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Методист (демо), «Бета»" in (await client.get("/", headers=HTML)).text


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
async def test_signing_in_never_leads_out_of_this_site(make_client: MakeClient, target: str) -> None:
    client = make_client()

    answer = await sign_in(client, "college", str(httpx.URL("/login", params={"next": target})))

    assert answer.headers["location"] == "/"


async def test_a_wrong_password_keeps_the_login_and_not_the_password(make_client: MakeClient) -> None:
    client = make_client()
    _, fields = await open_form(client)

    answer = await client.post(
        "/login", headers=HTML, data=fields | {"login": "college", "password": "secret-of-mine"}
    )

    assert answer.status_code == 422
    assert "Логин и пароль не подходят друг к другу" in text_of(answer)
    assert field_value(answer.text, "login") == "college"
    assert "secret-of-mine" not in answer.text


async def test_a_form_of_another_site_is_refused(make_client: MakeClient) -> None:
    client = make_client()
    await open_form(client)

    answer = await client.post("/login", headers=HTML, data={"login": "college", "password": "demo-college"})

    assert answer.status_code == 403
    assert "Страница устарела" in text_of(answer)


async def test_after_signing_out_the_login_is_over(make_client: MakeClient) -> None:
    client = make_client()
    await sign_in(client, "college")
    token = client.cookies["smena_login"]
    _, fields = await open_form(client, "/")

    await client.post("/logout", headers=HTML, data=fields)
    client.cookies.set("smena_login", token)

    assert (await client.get("/", headers=HTML)).status_code == 303


async def test_the_language_stays_without_a_login(make_client: MakeClient) -> None:
    client = make_client()
    _, fields = await open_form(client)

    answer = await client.post(
        "/language", headers=HTML, data=fields | {"language": "en", "next": "/login?next=%2Fweek"}
    )

    assert answer.headers["location"] == "/login?next=%2Fweek"
    assert '<html lang="en">' in (await client.get("/login", headers=HTML)).text


async def test_the_language_of_an_account_stays_for_its_next_browser(
    service: Service, make_client: MakeClient
) -> None:
    await service.college.post("/language", headers=HTML, data={"language": "en", "next": "/"})

    other = make_client()
    await sign_in(other, "college")
    assert '<html lang="en">' in (await other.get("/", headers=HTML)).text


async def test_a_language_that_is_not_there_changes_nothing(service: Service) -> None:
    answer = await service.college.post(
        "/language", headers=browser(), data={"language": "xx", "next": "/week"}
    )

    assert answer.headers["location"] == "/week"
    assert "set-cookie" not in answer.headers
