"""What jobs read of runs."""

from sqlalchemy import select

from scheduler.persistence.tables.timetable import Run
from scheduler.persistence.transaction import Tx


async def problem_sha256(tx: Tx, run_id: int) -> str:
    """Return the SHA-256 of a run's problem as stored; empty when there is no such run."""
    return await tx.session.scalar(select(Run.problem_sha256).where(Run.id == run_id)) or ""
