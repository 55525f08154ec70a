"""The life of a run between its executor and the database: lease, progress, end. Jobs alone call these."""

import gzip
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import undefer

from scheduler.bridge import Inspection, UnplacedDraft
from scheduler.domain.run import RunOptions
from scheduler.persistence.tables.register import Participant
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.timetable import Run, RunProgress, RunUnplaced
from scheduler.persistence.transaction import Tx
from scheduler.services.audit import record

ATTEMPTS = 2
"""A run whose executor is lost begins again once."""


async def next_queued(tx: Tx) -> int | None:
    """Return the run that has waited longest."""
    return await tx.session.scalar(select(Run.id).where(Run.state == "queued").order_by(Run.id).limit(1))


async def take_lease(tx: Tx, run_id: int, owner: str, lease_s: int) -> tuple[bytes, RunOptions] | None:
    """Begin a waiting run: return its problem's bytes and options, None when somebody else was first."""
    now = tx.clock.now()
    done = await tx.session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == "queued")
        .values(
            state="running",
            lease_owner=owner,
            lease_until=now + timedelta(seconds=lease_s),
            started_at=func.coalesce(Run.started_at, now),
            attempts=Run.attempts + 1,
        )
        .returning(Run.id)
    )
    if done.first() is None:
        return None
    run = await tx.session.scalar(select(Run).where(Run.id == run_id).options(undefer(Run.problem)))
    assert run is not None
    return gzip.decompress(run.problem), RunOptions.model_validate(run.options)


async def renew_lease(tx: Tx, run_id: int, owner: str, lease_s: int) -> bool:
    """Keep a run; False: it is not this owner's any more and must be left alone."""
    done = await tx.session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == "running", Run.lease_owner == owner)
        .values(lease_until=tx.clock.now() + timedelta(seconds=lease_s))
        .returning(Run.id)
    )
    return done.first() is not None


async def stop_is_asked(tx: Tx, run_id: int) -> bool:
    """Return whether somebody asked the run to stop."""
    return bool(await tx.session.scalar(select(Run.stop_requested).where(Run.id == run_id)))


async def add_progress(tx: Tx, run_id: int, point: dict[str, Any]) -> None:
    """Keep one progress point as the solver told it."""
    last = await tx.session.scalar(select(func.max(RunProgress.seq)).where(RunProgress.run_id == run_id))
    tx.session.add(
        RunProgress(
            run_id=run_id,
            seq=(last or 0) + 1,
            at=tx.clock.now(),
            stage=point["stage"],
            objective=point["objective"],
            bound=point["bound"],
            gap_permille=point["gap_permille"],
            unplaced=point["unplaced"],
            seconds=point["seconds"] or 0.0,
        )
    )
    await tx.session.flush()


async def finish_run(
    tx: Tx,
    run_id: int,
    owner: str,
    state: str,
    *,
    solution: bytes | None = None,
    inspection: Inspection | None = None,
    error: str | None = None,
) -> bool:
    """End a run in `state`; False: it was not this owner's any more, and nothing is written."""
    report = None if inspection is None else await _with_references(tx, inspection.report)
    done = await tx.session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == "running", Run.lease_owner == owner)
        .values(
            state=state,
            finished_at=tx.clock.now(),
            lease_owner=None,
            lease_until=None,
            solution=None if solution is None else gzip.compress(solution, 6),
            report=report,
            error=error,
        )
        .returning(Run.id)
    )
    if done.first() is None:
        return False
    if inspection is not None:
        await _keep_unplaced(tx, run_id, inspection.unplaced)
    record(tx, f"run.{state}", "run", run_id, error=error)
    return True


async def release_lease(tx: Tx, run_id: int, owner: str) -> None:
    """Give a run back untouched, because its executor ends; that is no attempt."""
    await tx.session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == "running", Run.lease_owner == owner)
        .values(state="queued", lease_owner=None, lease_until=None, attempts=Run.attempts - 1)
    )


async def recover_lost(tx: Tx) -> Sequence[int]:
    """Queue runs again whose lease ran out, or end them as lost the second time; return the queued ones."""
    gone = (Run.state == "running") & or_(Run.lease_until.is_(None), Run.lease_until < tx.clock.now())
    ended = await tx.session.scalars(
        update(Run)
        .where(gone, Run.attempts >= ATTEMPTS)
        .values(state="lost", error="lost", finished_at=tx.clock.now(), lease_owner=None, lease_until=None)
        .returning(Run.id)
    )
    for run_id in ended.all():
        record(tx, "run.lost", "run", run_id)
    again = await tx.session.scalars(
        update(Run).where(gone).values(state="queued", lease_owner=None, lease_until=None).returning(Run.id)
    )
    queued = again.all()
    for run_id in queued:
        record(tx, "run.requeue", "run", run_id)
    return queued


async def _keep_unplaced(tx: Tx, run_id: int, unplaced: Iterable[UnplacedDraft]) -> None:
    rows = list(unplaced)
    codes = sorted({row.request for row in rows})
    ids: dict[str, int] = {}
    for first in range(0, len(codes), 500):
        found = await tx.session.execute(
            select(Request.code, Request.id).where(Request.code.in_(codes[first : first + 500]))
        )
        ids |= dict(found.all())
    values = [
        {
            "run_id": run_id,
            "activity": row.activity,
            "request_id": ids[row.request],
            "learner_minutes": row.learner_minutes,
            "reasons": row.reasons,
        }
        for row in rows
    ]
    if values:
        await tx.session.execute(insert(RunUnplaced), values)


async def _with_references(tx: Tx, report: dict[str, Any]) -> dict[str, Any]:
    """Return the report with participants as references in place of their codes."""
    rows = await tx.session.execute(select(Participant.id, Participant.code, Participant.short_name))
    named = {code: {"id": id_, "code": code, "name": name} for id_, code, name in rows}
    fairness = report["fairness"]
    envies = [
        {**envy, "participant": named[envy["participant"]], "of": named[envy["of"]]}
        for envy in fairness["envies"]
    ]
    return {
        **report,
        "participants": [
            {**entry, "participant": named[entry["participant"]]} for entry in report["participants"]
        ],
        "fairness": {**fairness, "envies": envies},
        "plans": [{**plan, "worst_off": named.get(plan["worst_off"])} for plan in report["plans"]],
    }
