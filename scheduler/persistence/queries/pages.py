"""Pages of a list by key, so that a page costs the same wherever it stands."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from scheduler.errors import FieldError, Invalid
from scheduler.persistence.transaction import Tx

MAX_LIMIT = 200


def encode_cursor(values: Sequence[Any]) -> str:
    """Return where a page ended, as an opaque text."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def decode_cursor(after: str, length: int) -> list[Any]:
    """Return the values of a cursor.

    Raises
    ------
    Invalid
        The text is not one that a list gave out.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise Invalid([FieldError("after", "cursor")])
    return values


async def fetch_page(
    tx: Tx,
    statement: Select[*tuple[Any, ...]],
    keys: Sequence[InstrumentedAttribute[Any]],
    limit: int,
    after: str | None,
    *,
    descending: bool = False,
) -> tuple[list[Any], str | None]:
    """Return the rows of one page and the cursor of the next, None after the last.

    Parameters
    ----------
    statement
        Unordered; the first columns of each row may be anything, the keys are added at the end.
    keys
        Columns of the order, together unique, of types that JSON keeps.
    limit
        Rows of a page, cut to 1..200.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    ordered = statement.add_columns(*keys).order_by(*(k.desc() if descending else k.asc() for k in keys))
    if after is not None:
        bound = tuple_(*decode_cursor(after, len(keys)))
        row = tuple_(*keys)
        ordered = ordered.where(row < bound if descending else row > bound)
    rows = list((await tx.session.execute(ordered.limit(limit + 1))).all())
    following = encode_cursor(rows[limit - 1][-len(keys) :]) if len(rows) > limit else None
    return rows[:limit], following
