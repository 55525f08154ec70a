"""The log: who did what to what, written in the same transaction as the deed."""

from typing import Any

from scheduler.persistence.tables.timetable import Change
from scheduler.persistence.transaction import Tx


def record(
    tx: Tx, action: str, noun: str, id_: int, *, version_id: int | None = None, **details: Any
) -> None:
    """Add an entry to the log; it is stored if and only if the transaction is."""
    tx.session.add(
        Change(
            at=tx.clock.now(),
            account_id=tx.actor.account_id,
            action=action,
            target=f"{noun}:{id_}",
            version_id=version_id,
            details=details,
        )
    )
