"""What stands behind the question mark of a page's address; an empty field of a filter is no filter."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request

from scheduler.errors import FieldError, Invalid

AnyRequest = Request[Any, Any, Any]


def text(request: AnyRequest, name: str) -> str | None:
    """Return a parameter, None if it is empty."""
    return request.query_params.get(name, "").strip() or None


def number(request: AnyRequest, name: str) -> int | None:
    """Return a whole number, None if it is empty.

    Raises
    ------
    Invalid
        It is no number that a key can be.
    """
    value = text(request, name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise Invalid([FieldError(name, "type_int")])
    return int(value)


def day(request: AnyRequest, name: str) -> date | None:
    """Return a date, None if it is empty.

    Raises
    ------
    Invalid
        It is no date.
    """
    value = text(request, name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid([FieldError(name, "type_date")]) from None


def address(path: str, **params: object) -> str:
    """Return an address with the parameters that are set."""
    query = urlencode({name: str(value) for name, value in params.items() if value is not None})
    return f"{path}?{query}" if query else path


def next_page(request: AnyRequest, after: str | None) -> str | None:
    """Return the address of a list's next page with the same filters, None: this is the last."""
    if after is None:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != "after" and value}
    return address(request.url.path, **kept, after=after)


def inside(target: str) -> str:
    """Return the path to go to after signing in; what leads out of this site becomes the home page."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if safe else "/"
