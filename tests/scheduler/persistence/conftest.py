"""A database with one participant, seen by the code under test and by a plain connection."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import Engine

from scheduler.persistence.engine import Database
from tests.scheduler.persistence.world import found_register, plain_engine


@pytest.fixture
def plain(database_url: str) -> Iterator[Engine]:
    """Engine of a writer that goes past the service; one participant and one site are there."""
    engine = plain_engine(database_url)
    with engine.begin() as connection:
        found_register(connection)
    yield engine
    engine.dispose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Database under test."""
    database = Database(database_url)
    yield database
    await database.dispose()
