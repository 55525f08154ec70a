"""The server as it is started: from a request to a calendar over HTTP alone."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.config import Settings, prepare_data
from tests.conftest import copy_sqlite

START_S = 30
STOP_S = 15


@pytest.fixture
def server(tmp_path: Path, sqlite_tiny: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The server's address and process."""
    settings = Settings(data=tmp_path / "data")
    prepare_data(settings)
    copy_sqlite(sqlite_tiny, settings.data / "smena.sqlite")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--data", str(settings.data)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SMENA_")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address, process
    finally:
        process.terminate()
        process.wait(STOP_S)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/health").json()["worker"] == "alive":
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server does not answer")


def signed_in(address: str, login: str) -> httpx.Client:
    """Return a client of an account."""
    body = {"login": login, "password": f"demo-{login}"}
    token = httpx.post(f"{address}/api/v1/login", json=body).json()["token"]
    return httpx.Client(
        base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


def events(client: httpx.Client, run_id: int, **headers: str) -> Generator[tuple[str, str, Any], None, None]:
    """Follow a run's stream: name, id and data of its events."""
    with client.stream("GET", f"/runs/{run_id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                yield fields.get("event", ""), fields.get("id", ""), json.loads(fields.get("data", "null"))
                fields = {}


def test_from_a_request_to_a_calendar(server: tuple[str, "subprocess.Popen[bytes]"]) -> None:
    address, _ = server
    with signed_in(address, "coordinator") as coordinator, signed_in(address, "trainer") as trainer:
        me = trainer.get("/me").json()
        feed = trainer.post("/feeds", json={"kind": "trainer", "target_id": me["person_resource_id"]}).json()
        campaign = coordinator.get("/campaigns").json()["items"][0]
        body = {"campaign_id": campaign["id"], "options": {"time_limit_s": 1, "workers": 1}}
        started = coordinator.post("/runs", json=body)
        run = started.json()
        followed = list(events(coordinator, run["id"]))
        points = [int(key) for name, key, _ in followed if name == "progress"]
        resumed = list(events(coordinator, run["id"], **{"Last-Event-ID": str(points[-1])}))
        report = coordinator.get(f"/runs/{run['id']}").json()["report"]
        version = coordinator.post(f"/runs/{run['id']}/accept")
        tag = {"If-Match": version.headers["etag"]}
        published = coordinator.post(
            f"{version.headers['location'].removeprefix('/api/v1')}/publish", headers=tag
        )
        unplaced = coordinator.get(f"/runs/{run['id']}/unplaced?limit=200").json()["items"]
        calendar = wait_for_calendar(f"{address}/calendars/{feed['token']}.ics")

    assert started.status_code == 201
    assert points == sorted(set(points))
    assert followed[-1][0] == "end"
    assert followed[-1][2] == {"state": "succeeded"}
    assert [name for name, _, _ in resumed] == ["end"]
    assert published.json()["added"] == report["placed"] > 0
    assert {item["request"]["code"] for item in unplaced} == {"R4"}
    assert all(item["reasons"][0]["ru"] for item in unplaced)
    assert calendar.count("BEGIN:VEVENT") > 0


def wait_for_calendar(address: str) -> str:
    """Return a calendar as soon as it has a session; ten seconds are promised."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = httpx.get(address)
        if answer.status_code == 200 and "BEGIN:VEVENT" in answer.text:
            return answer.text
        time.sleep(0.5)
    pytest.fail("the calendar has no session")


def test_it_ends_when_it_is_told_to_even_with_an_open_stream(
    server: tuple[str, "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    address, process = server
    with signed_in(address, "coordinator") as coordinator:
        campaign = coordinator.get("/campaigns").json()["items"][0]
        body = {"campaign_id": campaign["id"], "options": {"time_limit_s": 600, "workers": 1}}
        run = coordinator.post("/runs", json=body).json()
        stream = events(coordinator, run["id"])
        assert next(stream)[0] == "state"
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        process.wait(STOP_S)
        took_s = time.monotonic() - began
        stream.close()

    assert took_s < STOP_S
    assert process.returncode == 0
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
