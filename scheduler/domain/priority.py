"""Priority classes: a dated table turns a request's attributes into a class.

Source: R30 as a first draft; a council's decision replaces it as a row of the settings.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict


class Attributes(Protocol):
    """What of a request the table looks at."""

    @property
    def session_kind(self) -> str: ...  # noqa: D102
    @property
    def form(self) -> str: ...  # noqa: D102
    @property
    def funding(self) -> str: ...  # noqa: D102
    @property
    def tags(self) -> Iterable[str]: ...  # noqa: D102


class PriorityClass(BaseModel):
    """One class; an attribute that it does not name may have any value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    session_kinds: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    fundings: frozenset[str] | None = None
    tags: frozenset[str] | None = None
    """Any one of them is enough."""

    def fits(self, request: Attributes) -> bool:
        """Return whether a request belongs here."""
        return (
            (self.session_kinds is None or request.session_kind in self.session_kinds)
            and (self.forms is None or request.form in self.forms)
            and (self.fundings is None or request.funding in self.fundings)
            and (self.tags is None or not self.tags.isdisjoint(request.tags))
        )


REST = "rest"
"""Class of what no row of the table fits; it comes last."""


class PriorityTable:
    """Classes, first served first; a request belongs to the first that fits."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.classes = tuple(PriorityClass.model_validate(row) for row in rows)

    def class_of(self, request: Attributes) -> str:
        """Return the name of a request's class."""
        return next((row.name for row in self.classes if row.fits(request)), REST)

    def order(self, used: Iterable[str]) -> tuple[str, ...]:
        """Return the classes that are used, in their order."""
        present = set(used)
        return tuple(name for name in (*(row.name for row in self.classes), REST) if name in present)
