"""Changes against a revision: nobody overwrites what they have not seen."""

from typing import Any

from sqlalchemy import select, update

from scheduler.errors import NotFound, StaleRevision
from scheduler.persistence.transaction import Tx


async def change_row(tx: Tx, table: Any, id_: int, revision: int, **values: Any) -> None:
    """Change a row that still has this revision, and raise the revision by one.

    Raises
    ------
    NotFound
        There is no such row.
    StaleRevision
        Somebody else was first.
    """
    done = await tx.session.execute(
        update(table)
        .where(table.id == id_, table.revision == revision)
        .values(**values, revision=revision + 1)
        .execution_options(synchronize_session=False)
        .returning(table.id)
    )
    if done.first() is not None:
        return
    current = await tx.session.scalar(select(table.revision).where(table.id == id_))
    if current is None:
        raise NotFound(table.__tablename__, id_)
    raise StaleRevision(current)
