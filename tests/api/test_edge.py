"""What every answer has, whoever asks for whatever."""

import logging

import pytest

from api.security import HEADERS
from tests.api.conftest import ONE_DATABASE, Service

pytestmark = ONE_DATABASE


ANSWERS = {
    "/health": 200,
    "/schema": 200,
    "/api/v1/me": 401,
    "/": 303,
    "/login": 200,
    "/nowhere": 404,
    "/api/v1/x": 404,
    "/calendars/x.ics": 404,
    "/static/x.css": 404,
}


async def test_every_answer_has_the_security_headers(service: Service) -> None:
    for path, status in ANSWERS.items():
        answer = await service.anonymous.get(path, headers={"accept": "text/html"})

        assert answer.status_code == status, path
        for name, value in HEADERS.items():
            if name != "Cache-Control":
                assert answer.headers[name] == value
        assert answer.headers["cache-control"]
    assert answer.headers["content-security-policy"] == (
        "default-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


async def test_another_name_is_not_answered(service: Service) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        answer = await service.anonymous.get("/health", headers={"host": host})

        assert answer.status_code == 421, host
        assert answer.json()["type"] == "urn:smena:problem:unknown_host"
        assert "content-security-policy" in answer.headers


async def test_our_names_and_addresses_are_answered(service: Service) -> None:
    for host in ("localhost:8123", "127.0.0.1", "[::1]:8000", "192.168.7.5:8000"):
        assert (await service.anonymous.get("/health", headers={"host": host})).status_code == 200, host


async def test_the_log_names_the_route_and_no_secret(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    await service.anonymous.get("/calendars/verysecret.ics?token=alsosecret")
    await service.anonymous.get("/nowhere/verysecret")
    await service.college.get("/api/v1/me")

    lines = [record.getMessage() for record in caplog.records if record.name == "smena.access"]
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "GET /calendars/{name} 404",
        "GET - 404",
        "GET /api/v1/me 200",
    ]
    ours = " ".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))
    assert "secret" not in ours
    assert service.college.headers["authorization"].removeprefix("Bearer ") not in ours


async def test_a_body_that_is_too_large_is_refused(service: Service) -> None:
    answer = await service.college.post(
        "/api/v1/offers",
        content=b'{"conditions":"' + b"x" * 3_000_000,
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:smena:problem:too_large"


async def test_a_language_is_russian_unless_asked(service: Service) -> None:
    usual = await service.anonymous.get("/api/v1/me")
    english = await service.anonymous.get(
        "/api/v1/me", headers={"accept-language": "en-GB,en;q=0.9,ru;q=0.1"}
    )
    asked = await service.anonymous.get("/api/v1/me?lang=en", headers={"accept-language": "ru"})

    assert usual.headers["content-language"] == "ru"
    assert usual.json()["title"] != english.json()["title"] == asked.json()["title"] == "Sign in first"
