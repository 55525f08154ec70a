"""Validators of answers: revisions of things that are edited, hashes of bytes that are only read."""

from http import HTTPStatus
from typing import Protocol, TypeVar

from litestar import Response


class Revised(Protocol):
    """Something with a revision that rises with every change."""

    @property
    def revision(self) -> int:
        """Number of the change."""
        ...


R = TypeVar("R", bound=Revised)


def revised(view: R, *, created_at: str | None = None) -> Response[R]:
    """Return the answer with its revision as ETag, for If-Match of the next change.

    Parameters
    ----------
    created_at
        Address of what was just made; the answer is then 201.
    """
    headers = {"ETag": f'"{view.revision}"'}
    if created_at is None:
        return Response(view, headers=headers)
    return Response(view, status_code=HTTPStatus.CREATED, headers=headers | {"Location": created_at})


def matches(if_none_match: str, etag: str) -> bool:
    """Return whether If-None-Match names the tag; the comparison is weak, as RFC 9110 wants it here.

    >>> matches('W/"a", "b"', '"b"'), matches("*", '"b"'), matches('"c"', '"b"')
    (True, True, False)
    """
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag.removeprefix("W/") in tags
