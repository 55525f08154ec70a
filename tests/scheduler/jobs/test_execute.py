"""One run from its lease to its end, with the true solver and with ones that misbehave."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from scheduler.config import Settings
from scheduler.domain.run import RunOptions, RunView
from scheduler.errors import Unavailable, WrongState
from scheduler.jobs.child import SolverChild
from scheduler.jobs.execute import execute_run
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.timetable import Run
from scheduler.persistence.transaction import Tx
from scheduler.policy import SYSTEM
from scheduler.services import leases
from scheduler.services.runs import get_run, progress_since, start_run, stop_run, unplaced_of
from tests.scheduler.conftest import NOW

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
Fake = Callable[[str], None]


async def view(db: Database, run_id: int) -> RunView:
    async with db.read_tx(SYSTEM) as tx:
        return await get_run(tx, run_id)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - what is waited for is a row of the database
            await asyncio.sleep(0.05)


async def test_a_run_is_solved_checked_and_reported(tiny: Database, run_id: int, settings: Settings) -> None:
    assert await execute_run(tiny, run_id, settings)

    run = await view(tiny, run_id)
    assert (run.state, run.error, run.attempts, run.started_at, run.finished_at) == (
        "succeeded",
        None,
        1,
        NOW,
        NOW,
    )
    report = run.report
    assert report is not None
    assert (report.activities, report.placed, report.unplaced) == (9, 8, 1)
    assert (report.requests, report.requests_whole, report.requests_none) == (4, 3, 1)
    # R4: 12 learners × 4 h of 45 minutes
    assert report.asked_minutes - report.granted_minutes == 12 * 4 * 45
    (curriculum,) = report.classes
    assert (curriculum.name, curriculum.demand_minutes, curriculum.served_minutes) == (
        "curriculum",
        report.asked_minutes,
        report.granted_minutes,
    )
    alpha, beta = report.participants
    assert (alpha.participant.code, alpha.share_permille) == ("alpha", 666)
    assert (beta.participant.code, beta.share_permille) == ("beta", 1000)
    assert (report.jain_permille, report.gini_permille) == (961, 100)
    async with tiny.read_tx(SYSTEM) as tx:
        points = await progress_since(tx, run_id)
        assert points[-1].unplaced == 1
        assert await progress_since(tx, run_id, points[-1].seq) == ()
        (unplaced,) = (await unplaced_of(tx, run_id)).items
    assert (unplaced.activity, unplaced.request.code) == ("R4/1/1", "R4")
    assert unplaced.reasons[0].ru == (
        "нужно 12 рабочих мест, а больше всего их здесь: Сварочная мастерская (Бета), 8"
    )
    assert unplaced.reasons[0].en.startswith("12 workplaces needed")
    texts = [reason.ru for reason in unplaced.reasons]
    assert len(set(texts)) == len(texts)


@on_sqlite
async def test_only_one_of_two_executors_has_a_run(
    tiny: Database, run_id: int, settings: Settings, fake_solver: Fake
) -> None:
    fake_solver("garbled")
    done = await asyncio.gather(*(execute_run(tiny, run_id, settings) for _ in range(2)))

    assert sorted(done) == [False, True]
    assert (await view(tiny, run_id)).attempts == 1


@on_sqlite
@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("killed", "crashed: exit -9"),
        ("cheat", "rule_broken: "),
        ("boast", "unusable: the solution states another score than it has"),
        ("garbled", "unusable: unreadable solution"),
    ],
)
async def test_what_is_no_plan_fails_with_the_reason(
    tiny: Database, run_id: int, settings: Settings, fake_solver: Fake, behaviour: str, error: str
) -> None:
    fake_solver(behaviour)
    await execute_run(tiny, run_id, settings)

    run = await view(tiny, run_id)
    assert run.state == "failed"
    assert run.error is not None
    assert run.error.startswith(error)
    assert run.report is None


@on_sqlite
@pytest.mark.parametrize(
    ("behaviour", "error", "placed"), [("patient", None, 8), ("deaf", None, 8), ("empty", "no_plan", None)]
)
async def test_a_stopped_run_keeps_the_best_plan_however_the_solver_takes_it(
    tiny: Database,
    run_id: int,
    settings: Settings,
    fake_solver: Fake,
    behaviour: str,
    error: str | None,
    placed: int | None,
) -> None:
    fake_solver(behaviour)
    task = asyncio.create_task(execute_run(tiny, run_id, settings))
    await until(lambda: _progressed(tiny, run_id, behaviour))
    async with tiny.write_tx(SYSTEM) as tx:
        assert (await stop_run(tx, run_id)).stop_requested
    await task

    run = await view(tiny, run_id)
    assert (run.state, run.error) == ("stopped", error)
    assert (run.report.placed if run.report else None) == placed


async def _progressed(db: Database, run_id: int, behaviour: str) -> bool:
    async with db.read_tx(SYSTEM) as tx:
        if behaviour == "empty":
            return (await get_run(tx, run_id)).state == "running"
        return bool(await progress_since(tx, run_id))


@on_sqlite
async def test_a_waiting_run_stops_at_once_and_is_never_begun(
    tiny: Database, run_id: int, settings: Settings
) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        assert (await stop_run(tx, run_id)).state == "stopped"

    assert not await execute_run(tiny, run_id, settings)
    async with tiny.write_tx(SYSTEM) as tx:
        with pytest.raises(WrongState):
            await stop_run(tx, run_id)


@on_sqlite
async def test_whoever_loses_the_lease_ends_its_solver_and_writes_nothing(
    tiny: Database, run_id: int, settings: Settings, fake_solver: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_solver("patient")
    pids = _watched(monkeypatch)
    hasty = settings.model_copy(update={"lease_s": 1})
    task = asyncio.create_task(execute_run(tiny, run_id, hasty))
    await until(lambda: _progressed(tiny, run_id, "patient"))
    async with tiny.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Run).where(Run.id == run_id).values(lease_owner="another"))
    await task

    assert (await view(tiny, run_id)).state == "running"
    assert not _lives(pids[0])


@on_sqlite
async def test_a_run_goes_back_to_the_queue_when_its_executor_ends(
    tiny: Database, run_id: int, settings: Settings, fake_solver: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_solver("deaf")
    pids = _watched(monkeypatch)
    task = asyncio.create_task(execute_run(tiny, run_id, settings))
    await until(lambda: _progressed(tiny, run_id, "deaf"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    run = await view(tiny, run_id)
    assert (run.state, run.attempts) == ("queued", 0)
    assert not _lives(pids[0])


@on_sqlite
async def test_a_run_that_breaks_its_executor_is_not_begun_for_ever(
    tiny: Database, run_id: int, settings: Settings, fake_solver: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a fault of the program")

    fake_solver("deaf")
    pids = _watched(monkeypatch)
    monkeypatch.setattr(leases, "add_progress", broken)
    with pytest.raises(RuntimeError):
        await execute_run(tiny, run_id, settings)

    run = await view(tiny, run_id)
    assert (run.state, run.attempts) == ("running", 1)
    assert not _lives(pids[0])


@on_sqlite
async def test_a_busy_database_ends_no_run(
    tiny: Database, run_id: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = leases.add_progress
    refused: list[dict[str, Any]] = []

    async def busy(tx: Tx, run: int, point: dict[str, Any]) -> None:
        if not refused:
            refused.append(point)
            raise Unavailable("busy")
        await add(tx, run, point)

    monkeypatch.setattr(leases, "add_progress", busy)
    await execute_run(tiny, run_id, settings)

    assert (await view(tiny, run_id)).state == "succeeded"
    assert refused


async def test_a_wait_that_is_given_up_leaves_the_readers_alone(tmp_path: Path, fake_solver: Fake) -> None:
    fake_solver("killed")
    child = await SolverChild.start(b"{}", RunOptions(), tmp_path)
    await child._process.wait()
    ended = asyncio.Event()

    # The process is gone, its pipes are not yet: what a machine under load shows.
    reader = asyncio.create_task(ended.wait())
    child._readers = (*child._readers, reader)  # type: ignore[assignment]
    assert await child.wait(0.5) is None
    ended.set()
    assert await child.wait(10) == -9


async def test_a_lost_run_begins_again_once(tiny: Database, run_id: int) -> None:
    async def lose() -> list[int]:
        async with tiny.write_tx(SYSTEM) as tx:
            assert await leases.take_lease(tx, run_id, "gone", 30)
        async with tiny.write_tx(SYSTEM) as tx:
            assert list(await leases.recover_lost(tx)) == []
            past = NOW - timedelta(seconds=1)
            await tx.session.execute(update(Run).where(Run.id == run_id).values(lease_until=past))
        async with tiny.write_tx(SYSTEM) as tx:
            return list(await leases.recover_lost(tx))

    assert await lose() == [run_id]
    assert (await view(tiny, run_id)).state == "queued"
    assert await lose() == []
    run = await view(tiny, run_id)
    assert (run.state, run.error, run.attempts) == ("lost", "lost", 2)


@on_sqlite
async def test_one_run_of_a_campaign_at_a_time(tiny: Database, run_id: int) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        with pytest.raises(WrongState):
            await start_run(tx, 1, RunOptions())


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    pids: list[int] = []
    start = SolverChild.start

    async def watched(*arguments: object) -> SolverChild:
        child = await start(*arguments)  # type: ignore[arg-type]
        pids.append(child.pid)
        return child

    monkeypatch.setattr(SolverChild, "start", watched)
    return pids


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
