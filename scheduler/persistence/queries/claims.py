"""What is claimed of a subject."""

from datetime import datetime

from sqlalchemy import select

from scheduler.persistence.tables.timetable import Claim
from scheduler.persistence.transaction import Tx


async def peak_claimed(tx: Tx, subject_id: int, since: datetime) -> int:
    """Return the largest sum of amounts that is claimed of a subject at any moment from `since` on."""
    rows = await tx.session.execute(
        select(Claim.from_s, Claim.until_s, Claim.amount).where(
            Claim.subject_id == subject_id, Claim.holding, Claim.until_s > int(since.timestamp())
        )
    )
    steps: list[tuple[int, int]] = []
    for from_s, until_s, amount in rows:
        steps += [(from_s, amount), (until_s, -amount)]
    peak = level = 0
    # At one moment what ends goes before what begins.
    for _, step in sorted(steps):
        level += step
        peak = max(peak, level)
    return peak
