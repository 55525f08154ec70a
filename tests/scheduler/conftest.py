"""A region to test services on: the tiny cluster, loaded into a migrated database of either kind."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pytest

from scheduler.clock import FixedClock
from scheduler.exchange.dataset import load, load_dataset, read_dataset
from scheduler.persistence.engine import Database
from scheduler.policy import SYSTEM

TINY = Path(__file__).parents[2] / "fixtures" / "tiny.json"
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


_hash_once = cache(partial(load.hash_passwords, read_dataset(TINY.read_bytes())))


@pytest.fixture
async def tiny(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Return the database of the tiny cluster; its clock stands at `NOW`."""
    # The hashes are real, but slow on purpose: once a process is enough.
    monkeypatch.setattr(load, "hash_passwords", lambda _: _hash_once())
    db = Database(database_url, FixedClock(NOW))
    async with db.write_tx(SYSTEM) as tx:
        await load_dataset(tx, read_dataset(TINY.read_bytes()))
    yield db
    await db.dispose()
