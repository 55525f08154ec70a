"""The pages' own transactions: a refused form is shown again with lists from a second one."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Request

from scheduler.persistence.engine import Database
from scheduler.persistence.transaction import Tx


def reading(request: Request[Any, Any, Any]) -> AbstractAsyncContextManager[Tx]:
    """Open a transaction of the visitor that cannot write."""
    db: Database = request.app.state.db
    return db.read_tx(request.user)


def writing(request: Request[Any, Any, Any]) -> AbstractAsyncContextManager[Tx]:
    """Open a transaction of the visitor that is committed when it ends without an exception."""
    db: Database = request.app.state.db
    return db.write_tx(request.user)
