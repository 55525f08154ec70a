"""What handlers get: the actor and one transaction.

Litestar ends a generator dependency before it sends the answer, so an answer is sent only after its
transaction was committed, and a failed COMMIT is an error answer. A handler takes one transaction: two
generators would end at the same time, in an order that nobody chose.
"""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter, SkipValidation

from api.problems import PreconditionRequired
from scheduler.config import Settings
from scheduler.persistence.transaction import Tx
from scheduler.policy import Actor

ReadTx: TypeAlias = NamedDependency[SkipValidation[Tx]]
WriteTx: TypeAlias = NamedDependency[SkipValidation[Tx]]
CurrentActor: TypeAlias = NamedDependency[SkipValidation[Actor]]
Revision: TypeAlias = NamedDependency[int]


async def provide_read_tx(request: Request[Any, Any, Any]) -> AsyncIterator[Tx]:
    """Open a transaction that the database itself keeps from writing."""
    async with request.app.state.db.read_tx(request.user) as tx:
        yield tx


async def provide_write_tx(request: Request[Any, Any, Any]) -> AsyncIterator[Tx]:
    """Open a transaction that is committed before the answer is sent, or rolled back by an exception."""
    async with request.app.state.db.write_tx(request.user) as tx:
        yield tx


def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    """Return who is asking; nobody signed in: `ANONYMOUS`."""
    actor: Actor = request.user
    return actor


def provide_settings(request: Request[Any, Any, Any]) -> Settings:
    """Return how this installation runs."""
    settings: Settings = request.app.state.settings
    return settings


def provide_revision(
    if_match: Annotated[
        str | None,
        HeaderParameter(
            name="If-Match",
            description="The ETag of what you change, as you read it: its revision in quotes.",
        ),
    ] = None,
) -> int:
    """Return the revision that the client changes.

    Raises
    ------
    PreconditionRequired
        The header is missing or is no revision; `*` would overwrite what the client has not seen.
    """
    named = re.fullmatch(r'"(\d{1,15})"', (if_match or "").strip(), re.ASCII)
    if named is None:
        raise PreconditionRequired
    return int(named[1])


DEPENDENCIES: Mapping[str, Provide] = {
    "read_tx": Provide(provide_read_tx),
    "write_tx": Provide(provide_write_tx),
    "actor": Provide(provide_actor, sync_to_thread=False),
    "settings": Provide(provide_settings, sync_to_thread=False),
    "revision": Provide(provide_revision, sync_to_thread=False),
}
