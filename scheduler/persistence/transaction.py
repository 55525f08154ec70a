"""What a service gets: one transaction, who acts in it, and the clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler.clock import Clock
from scheduler.persistence.tables.register import Subject
from scheduler.policy import Actor

_LOCK = update(Subject).where(Subject.id == bindparam("locked_id")).values(seq=Subject.seq + 1)


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction; whoever opened it commits, a service never does."""

    session: AsyncSession
    actor: Actor
    clock: Clock


async def lock_subjects(tx: Tx, ids: Iterable[int]) -> None:
    """Make this transaction the only one that can claim these subjects, until it ends.

    Call it once, before anything else is written, with every subject that the transaction will claim: the
    order of ids makes a deadlock impossible.
    """
    rows = [{"locked_id": subject_id} for subject_id in sorted(set(ids))]
    if rows:
        # One UPDATE a row, sent together: a single one would lock in an order that PostgreSQL chooses.
        await (await tx.session.connection()).execute(_LOCK, rows)
