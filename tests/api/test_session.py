"""Signing in and out, over the API."""

from datetime import UTC, datetime, timedelta

import pytest

from api.auth import LOGIN_COOKIE
from scheduler.clock import Clock
from tests.api.conftest import ONE_DATABASE, Service

PASSWORD = "demo-college"


@pytest.fixture
def clock() -> Clock:
    return MovableClock()


class MovableClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 12, 8, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


async def test_a_token_signs_in_until_it_is_given_up(service: Service) -> None:
    answer = await service.anonymous.post("/api/v1/login", json={"login": " College ", "password": PASSWORD})
    token = answer.json()["token"]
    signed_in = {"authorization": f"Bearer {token}"}
    me = await service.anonymous.get("/api/v1/me", headers=signed_in)
    logout = await service.anonymous.post("/api/v1/logout", headers=signed_in)
    afterwards = await service.anonymous.get("/api/v1/me", headers=signed_in)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (me.status_code, me.json()["login"]) == (200, "college")
    assert logout.status_code == 204
    assert afterwards.status_code == 401
    assert afterwards.headers["www-authenticate"].startswith("Bearer")


async def test_a_login_ends_by_itself(service: Service, clock: MovableClock) -> None:
    assert (await service.college.get("/api/v1/me")).status_code == 200
    clock.at += timedelta(days=15)

    assert (await service.college.get("/api/v1/me")).status_code == 401


@ONE_DATABASE
async def test_another_authorization_is_none_and_hides_the_cookie(service: Service) -> None:
    good = service.college.headers["authorization"].removeprefix("Bearer ")
    service.anonymous.cookies.set(LOGIN_COOKIE, good)

    assert (await service.anonymous.get("/api/v1/me")).status_code == 200
    for header in ("Bearer nonsense", "Basic Y29sbGVnZTpkZW1v", "", "Bearer "):
        answer = await service.anonymous.get("/api/v1/me", headers={"authorization": header})
        assert answer.status_code == 401, header


async def test_the_answer_to_a_wrong_pair_does_not_tell_which_is_wrong(service: Service) -> None:
    answers = [
        await service.anonymous.post("/api/v1/login", json={"login": login, "password": "wrong"})
        for login in ("college", "nobody")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["errors"][0]["code"] == "wrong_login"


async def test_guessing_is_stopped_and_allowed_again_later(
    service: Service, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"login": "college", "password": "wrong"}
    right = {"login": "college", "password": PASSWORD}
    asked: list[str] = []

    async def refuse(_tx: object, login: str, _password: str) -> None:
        asked.append(login)

    with monkeypatch.context() as patch:
        patch.setattr("scheduler.services.accounts.authenticate", refuse)
        answers = [await service.anonymous.post("/api/v1/login", json=wrong) for _ in range(11)]
    stopped = await service.anonymous.post("/api/v1/login", json=right)
    wait_s = int(stopped.headers["retry-after"])
    clock.at += timedelta(seconds=wait_s)
    again = await service.anonymous.post("/api/v1/login", json=right)

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert len(asked) == 10
    assert stopped.status_code == 429
    assert stopped.json()["type"] == "urn:smena:problem:limit_exceeded"
    assert 0 < wait_s <= 600
    assert again.status_code == 200


async def test_signing_in_rightly_is_not_counted(service: Service) -> None:
    limits = service.app.state.sign_in_limits
    await service.anonymous.post("/api/v1/login", json={"login": "college", "password": PASSWORD})

    assert [
        len(a._recent(key)) for a, key in ((limits.login, "college"), (limits.pair, "127.0.0.1 college"))
    ] == [0, 0]
