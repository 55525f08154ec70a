"""What advice on a request is made of: the run that its timetable came from, and that run's files."""

import asyncio
import gzip
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import undefer

from scheduler import policy
from scheduler.errors import NotFound
from scheduler.persistence.tables.timetable import Run
from scheduler.persistence.transaction import Tx
from scheduler.services.requests import get_request
from scheduler.services.runs import run_in_force
from scheduler.services.scope import target_of


@dataclass(frozen=True, slots=True)
class AdviceSource:
    """Which request of which run; a run never changes, so the advice on it does not either."""

    run_id: int
    request_id: int
    request_code: str


async def advice_source(tx: Tx, request_id: int) -> AdviceSource:
    """Return what advice on a request is about; for its owner and the coordinator alone.

    Raises
    ------
    NotFound
        There is no such request, or no run of its campaign was accepted yet.
    """
    policy.require(tx.actor, "request.read")
    request = await get_request(tx, request_id)
    policy.require(tx.actor, "request.write", await target_of(tx, [request.participant.id]))
    run_id = await run_in_force(tx, request.campaign.id)
    if run_id is None:
        raise NotFound("run", request.campaign.code)
    return AdviceSource(run_id, request.id, request.code)


async def run_files(tx: Tx, run_id: int) -> tuple[bytes, bytes]:
    """Return problem and solution of a run as canonical JSON.

    Raises
    ------
    NotFound
        There is no such run, or it has no plan.
    """
    policy.require(tx.actor, "run.read")
    run = await tx.session.scalar(
        select(Run).where(Run.id == run_id).options(undefer(Run.problem), undefer(Run.solution))
    )
    if run is None or run.solution is None:
        raise NotFound("run", run_id)
    return await asyncio.to_thread(_unpacked, run.problem, run.solution)


def _unpacked(problem: bytes, solution: bytes) -> tuple[bytes, bytes]:
    return gzip.decompress(problem), gzip.decompress(solution)
