"""The tiny cluster with changes of a test's own."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from scheduler.bridge import BuiltProblem, Keep, build_problem
from scheduler.clock import FixedClock
from scheduler.exchange.dataset import load_dataset, read_dataset
from scheduler.persistence.engine import Database
from scheduler.policy import SYSTEM
from tests.scheduler.conftest import NOW, TINY

TINY_JSON = TINY.read_bytes()
Rows: TypeAlias = dict[str, Any]
Edit: TypeAlias = Callable[[Rows], None]
MakeRegion: TypeAlias = Callable[..., Awaitable[Database]]
NOTHING = Keep()
Build: TypeAlias = Callable[..., Awaitable[BuiltProblem]]


def row(rows: Rows, list_name: str, code: str) -> Rows:
    """Return the row with this code."""
    found: Rows = next(row for row in rows[list_name] if row["code"] == code)
    return found


@pytest.fixture
async def region(database_url: str) -> AsyncIterator[MakeRegion]:
    """Load the tiny cluster, changed by `edit`, into the test's database."""
    db = Database(database_url, FixedClock(NOW))

    async def make(edit: Edit = lambda rows: None) -> Database:
        rows: Rows = json.loads(TINY_JSON)
        rows["accounts"] = []
        edit(rows)
        async with db.write_tx(SYSTEM) as tx:
            await load_dataset(tx, read_dataset(json.dumps(rows).encode()))
        return db

    yield make
    await db.dispose()


@pytest.fixture
def build(region: MakeRegion) -> Build:
    """Build the problem of the changed tiny cluster's campaign."""

    async def make(edit: Edit = lambda rows: None, keep: Keep = NOTHING) -> BuiltProblem:
        db = await region(edit)
        async with db.read_tx(SYSTEM) as tx:
            return await build_problem(tx, 1, keep)

    return make
