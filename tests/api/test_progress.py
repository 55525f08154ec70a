"""A run's progress as a stream."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from api.v1 import progress
from scheduler.persistence.tables.requests import Campaign
from scheduler.persistence.tables.timetable import Run, RunProgress
from scheduler.policy import SYSTEM
from tests.api.conftest import ONE_DATABASE, Service

AT = datetime(2026, 12, 8, 9, tzinfo=UTC)


async def add_run(service: Service, points: int, state: str) -> int:
    """Store a run that has made some progress."""
    async with service.db.write_tx(SYSTEM) as tx:
        campaign_id = (await tx.session.execute(select(Campaign.id))).scalar_one()
        run = Run(
            campaign_id=campaign_id,
            state=state,
            options={},
            problem_sha256="0" * 64,
            problem=b"",
            created_at=AT,
        )
        tx.session.add(run)
        await tx.session.flush()
        for seq in range(1, points + 1):
            tx.session.add(
                RunProgress(
                    run_id=run.id,
                    seq=seq,
                    at=AT,
                    stage="improve",
                    objective=100 - seq,
                    unplaced=1,
                    seconds=seq,
                )
            )
        return run.id


def parse(text: str) -> list[dict[str, Any]]:
    """Return the events of a stream."""
    events = []
    for block in text.replace("\r\n", "\n").strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append(
            {
                "event": fields.get("event"),
                "id": fields.get("id"),
                "data": json.loads(fields.get("data", "null")),
            }
        )
    return events


async def test_a_finished_run_is_told_to_its_end(service: Service) -> None:
    run_id = await add_run(service, 3, "succeeded")

    answer = await service.college.get(f"/api/v1/runs/{run_id}/events")
    events = parse(answer.text)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] in ("no-cache", "no-store")
    assert [(e["event"], e["id"]) for e in events] == [
        ("progress", "1"),
        ("progress", "2"),
        ("progress", "3"),
        ("end", None),
    ]
    assert [e["data"]["objective"] for e in events[:3]] == [99, 98, 97]
    assert events[-1]["data"] == {"state": "succeeded"}


@pytest.mark.parametrize(("header", "query"), [("2", ""), (None, "?since=2"), ("2", "?since=1")])
async def test_who_comes_back_gets_what_is_new(service: Service, header: str | None, query: str) -> None:
    run_id = await add_run(service, 3, "stopped")
    headers = {} if header is None else {"Last-Event-ID": header}

    answer = await service.college.get(f"/api/v1/runs/{run_id}/events{query}", headers=headers)

    assert [e["id"] for e in parse(answer.text)] == ["3", None]


@ONE_DATABASE
async def test_a_mark_that_is_none_harms_nothing(service: Service) -> None:
    run_id = await add_run(service, 1, "failed")

    for mark in (b"x", b"-1", b"", b"9" * 40, b"2\x00"):
        headers = [(b"last-event-id", mark)]
        answer = await service.college.get(f"/api/v1/runs/{run_id}/events", headers=headers)
        assert answer.status_code == 200, mark


async def test_a_run_is_followed_while_it_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "POLL_S", 0.01)
    monkeypatch.setattr(progress, "HEARTBEAT_S", 0.0)
    run_id = await add_run(service, 1, "queued")
    seen: list[tuple[str | None, Any]] = []

    async for event in progress.events(service.db, SYSTEM, run_id, 0):
        seen.append((event.event, event.comment or event.id or event.data))
        state = {2: "running", 4: "succeeded"}.get(len(seen))
        if state is not None:
            async with service.db.write_tx(SYSTEM) as tx:
                await tx.session.execute(update(Run).where(Run.id == run_id).values(state=state))

    assert seen[:2] == [("progress", 1), ("state", '{"state":"queued"}')]
    assert ("state", '{"state":"running"}') in seen
    assert (None, "still here") in seen
    assert seen[-1] == ("end", '{"state":"succeeded"}')


async def test_a_stream_does_not_last_for_ever(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LONGEST_S", 0.0)
    run_id = await add_run(service, 1, "running")

    assert [event async for event in progress.events(service.db, SYSTEM, run_id, 0)] == []


async def test_progress_is_a_list_too(service: Service) -> None:
    run_id = await add_run(service, 3, "running")

    page = (await service.college.get(f"/api/v1/runs/{run_id}/progress?since=1")).json()

    assert [point["seq"] for point in page["items"]] == [2, 3]
    assert page["next"] is None
