"""Advice comes from a child process, once for a run, and only to those whom it concerns."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.config import Settings
from scheduler.domain.advice import AdviceView
from scheduler.errors import Forbidden, NotFound, Unavailable
from scheduler.jobs import advice as advising
from scheduler.jobs.advice import AdviceDesk, AdviserChild
from scheduler.jobs.execute import execute_run
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Membership, Participant
from scheduler.persistence.tables.requests import Request
from scheduler.policy import SYSTEM, Actor, Role
from scheduler.services.runs import accept_run

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def key(db: Database, table: type[Participant] | type[Request], code: str) -> int:
    async with db.read_tx(SYSTEM) as tx:
        found = await tx.session.scalar(select(table.id).where(table.code == code))
    assert found is not None
    return int(found)


async def accepted(db: Database, run_id: int, settings: Settings) -> None:
    assert await execute_run(db, run_id, settings)
    async with db.write_tx(SYSTEM) as tx:
        await accept_run(tx, run_id)


def has_forgotten(child: AdviserChild) -> bool:
    return not Path(child._folder.name).exists()


def college(participant_id: int) -> Actor:
    return Actor(1, (Role("college", participant_id=participant_id),))


@on_sqlite
async def test_the_owner_learns_what_would_place_its_request(
    tiny: Database, run_id: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accepted(tiny, run_id, settings)
    request_id = await key(tiny, Request, "R4")
    desk = AdviceDesk(tiny)
    owner = college(await key(tiny, Participant, "alpha"))

    found = await desk.advice(owner, request_id)

    assert (found.run_id, found.request_id, found.placed, found.asked) == (run_id, request_id, 0, 1)
    assert found.causes[0].proved
    assert found.causes[0].ru[0].startswith("нужно 12 рабочих мест")
    assert found.complete
    smaller = next(one for one in found.relaxations if one.ways[0].code == "smaller_groups")
    # Whoever has the workshop's pairs now can have other ones.
    assert (smaller.placed, smaller.asked, smaller.lost) == (2, 2, 0)
    assert smaller.wish is not None
    assert smaller.wish.subgroup_size == 8
    assert "не больше 8 человек" in smaller.change.ru
    assert "at most 8 learners" in smaller.change.en
    assert AdviceView.model_validate_json(found.model_dump_json()) == found

    # What is known is not computed again, for whoever may see it.
    monkeypatch.setattr(advising, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    async with tiny.read_tx(SYSTEM) as tx:
        cluster_id = await tx.session.scalar(select(Membership.cluster_id).limit(1))
    coordinator = Actor(2, (Role("coordinator", cluster_id=cluster_id),))
    assert await desk.advice(coordinator, request_id) == found
    with pytest.raises(Unavailable):
        await AdviceDesk(tiny).advice(owner, request_id)
    await desk.close()


@on_sqlite
async def test_advice_is_for_the_owner_and_the_coordinator_alone(
    tiny: Database, run_id: int, settings: Settings
) -> None:
    request_id = await key(tiny, Request, "R4")
    desk = AdviceDesk(tiny)
    owner = college(await key(tiny, Participant, "alpha"))
    with pytest.raises(NotFound):
        await desk.advice(owner, request_id)
    await accepted(tiny, run_id, settings)
    for other in (
        college(await key(tiny, Participant, "beta")),
        Actor(3, (Role("observer", cluster_id=1),)),
        Actor(4, (Role("trainer", participant_id=1),)),
        Actor(None),
    ):
        with pytest.raises(Forbidden):
            await desk.advice(other, request_id)


@on_sqlite
async def test_one_process_answers_until_nobody_asks_for_a_while(
    tiny: Database, run_id: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accepted(tiny, run_id, settings)
    owner = college(await key(tiny, Participant, "alpha"))
    asked = [await key(tiny, Request, code) for code in ("R4", "R1")]
    started: list[AdviserChild] = []

    class Counted(AdviserChild):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            started.append(self)

    monkeypatch.setattr(advising, "AdviserChild", Counted)
    desk = AdviceDesk(tiny)
    both = await asyncio.gather(*(desk.advice(owner, request_id) for request_id in asked))
    assert [found.request_id for found in both] == asked
    (child,) = started
    assert has_forgotten(child)
    await desk.close()
    assert await child._process.wait() == -signal.SIGKILL

    monkeypatch.setattr(advising, "KEPT_OPEN_S", 0.0)
    again = AdviceDesk(tiny)
    assert await again.advice(owner, asked[0]) == both[0]
    async with asyncio.timeout(10):
        await started[-1]._process.wait()
    # A new question starts a new one.
    assert await again.advice(owner, asked[1]) == both[1]
    assert len(started) == 3
    await again.close()


@on_sqlite
async def test_a_process_that_ends_or_says_nothing_is_told_and_replaced(
    tiny: Database, run_id: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accepted(tiny, run_id, settings)
    owner, request_id = college(await key(tiny, Participant, "alpha")), await key(tiny, Request, "R4")
    desk = AdviceDesk(tiny)
    command = advising.COMMAND
    monkeypatch.setattr(advising, "GIVE_UP_S", 0.3)
    monkeypatch.setattr(advising, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(Unavailable) as overtime:
        await desk.advice(owner, request_id)
    assert overtime.value.reason == "advice_overtime"
    monkeypatch.setattr(advising, "GIVE_UP_S", 30.0)
    monkeypatch.setattr(advising, "COMMAND", (sys.executable, "-c", "print('half', end='')"))
    with pytest.raises(Unavailable) as failed:
        await desk.advice(owner, request_id)
    assert failed.value.reason == "advice_failed"
    monkeypatch.setattr(advising, "COMMAND", command)
    assert (await desk.advice(owner, request_id)).request_id == request_id
    await desk.close()
