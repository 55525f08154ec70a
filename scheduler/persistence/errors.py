"""What errors of the drivers mean to the domain. Their texts stay behind, as the cause."""

import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

import psycopg
from psycopg import errors as postgresql
from sqlalchemy.exc import DBAPIError

from scheduler.errors import DomainError, FieldError, Invalid, ResourceTaken, Unavailable

TAKEN = re.compile(r"smena:taken:(\d+):(-?\d+):(-?\d+)")
"""What the guard of the claims says: subject, from and until in seconds of Unix time."""

_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "storage",
    sqlite3.SQLITE_IOERR: "storage",
    sqlite3.SQLITE_CANTOPEN: "storage",
}
_POSTGRESQL_UNAVAILABLE = {
    postgresql.LockNotAvailable: "busy",
    postgresql.DeadlockDetected: "busy",
    postgresql.SerializationFailure: "busy",
    postgresql.TooManyConnections: "busy",
    postgresql.DiskFull: "storage",
}


def translate(error: DBAPIError) -> DomainError | None:
    """Return what the error means, or None where it has no meaning but a fault of the program."""
    cause = error.orig
    # PostgreSQL adds details that may hold anybody's words; the first line is the guard's alone.
    text = cause.diag.message_primary if isinstance(cause, psycopg.Error) else str(cause)
    if taken := TAKEN.search(text or ""):
        subject_id, from_s, until_s = map(int, taken.groups())
        return ResourceTaken(subject_id, _instant(from_s), _instant(until_s))
    if isinstance(cause, sqlite3.Error):
        return _translate_sqlite(cause)
    if isinstance(cause, psycopg.Error):
        return _translate_postgresql(cause)
    return None


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _translate_sqlite(cause: sqlite3.Error) -> DomainError | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
        columns = str(cause).partition(": ")[2].split(", ")
        return _not_unique(column.partition(".")[2] for column in columns)
    # The low byte is the kind, the rest says more about it.
    reason = _SQLITE_UNAVAILABLE.get(code & 0xFF)
    return Unavailable(reason) if reason else None


def _translate_postgresql(cause: psycopg.Error) -> DomainError | None:
    if isinstance(cause, postgresql.UniqueViolation):
        if (cause.diag.constraint_name or "").startswith("pk_"):
            return None  # only the program gives keys
        # The detail names the columns in brackets in every language of the server.
        columns = re.search(r"\(([^)]*)\)=", cause.diag.message_detail or "")
        return _not_unique(columns[1].split(", ") if columns else [])
    for kind, reason in _POSTGRESQL_UNAVAILABLE.items():
        if isinstance(cause, kind):
            return Unavailable(reason)
    # Without a state the error came from the connection, not from the server.
    lost = isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or "08")[:2] in ("08", "57")
    return Unavailable("database") if lost else None


def _not_unique(columns: Iterable[str]) -> Invalid:
    return Invalid(FieldError(column, "not_unique") for column in columns)
