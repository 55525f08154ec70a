"""Opening the region that a command works on."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from api.cli.terminal import Failure, say, terminal_language
from api.problems import describe
from scheduler.config import Settings
from scheduler.errors import DomainError
from scheduler.persistence.engine import Database
from scheduler.persistence.migrate import upgrade

T = TypeVar("T")


def bring_up_to_date(settings: Settings) -> None:
    """Make or migrate the region's database.

    Raises
    ------
    Failure
        It cannot be reached or written.
    """
    try:
        upgrade(settings.database_url)
    except DBAPIError as error:
        raise Failure(say("The database cannot be opened: %(reason)s", reason=error.orig)) from error


@asynccontextmanager
async def region(settings: Settings) -> AsyncIterator[Database]:
    """Open the region's database for the time of a block."""
    db = Database(settings.database_url)
    try:
        yield db
    finally:
        await db.dispose()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end; an error of the domain becomes its words.

    Raises
    ------
    Failure
    """
    try:
        return asyncio.run(work)
    except DomainError as error:
        raise Failure(words_of(error)) from error


def words_of(error: DomainError) -> str:
    """Return an error in words for a terminal."""
    problem = describe(error, terminal_language())
    lines = [f"{problem.title}: {problem.detail}"]
    lines += [f"  {fault.field}: {fault.message}" for fault in problem.errors]
    lines += [f"  {violation['message']}" for violation in problem.extra.get("violations", ())]
    return "\n".join(lines)
