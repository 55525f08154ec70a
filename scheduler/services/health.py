"""Whether the database answers; anybody may ask."""

from sqlalchemy import text

from scheduler.persistence.transaction import Tx


async def database_revision(tx: Tx) -> str:
    """Return the newest migration that the database has."""
    found = await tx.session.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found)
