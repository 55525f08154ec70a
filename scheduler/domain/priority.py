"""Priority: a dated table turns a request's attributes into a class, a weight and a guaranteed share.

Source: R30 as a first draft; a council's decision replaces it as a row of the settings, which carries its
date and its source. Lists of occupations (ТОП-50, ТОП-РЕГИОН) are settings with dates and sources too.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field


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
    """One class; an attribute that it does not name may have any value.

    Attributes
    ----------
    title, title_en
        Its name in words, Russian and English; empty: the other language's, or its `name`.
    level
        Classes of one level are served together; by default a class is a level of its own.
    guarantee_permille
        Share of the hours that a competency offers which the class has before the levels after the first.
    first
        Its level is served even before what is guaranteed.
    weight
        What a session without a place counts among equals, beside the weights of the request's tags.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    session_kinds: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    fundings: frozenset[str] | None = None
    tags: frozenset[str] | None = None
    """Any one of them is enough."""
    title: str = ""
    title_en: str = ""
    level: str | None = None
    guarantee_permille: int | None = Field(default=None, ge=1, le=1000)
    first: bool = False
    weight: int = Field(default=0, ge=0, le=10_000)

    @property
    def served_as(self) -> str:
        """Name of its level."""
        return self.level or self.name

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

    def class_of(self, request: Attributes) -> PriorityClass:
        """Return a request's class."""
        return next((row for row in self.classes if row.fits(request)), PriorityClass(name=REST))

    def order(self, used: Iterable[str]) -> tuple[str, ...]:
        """Return the levels that are used, in the order of their first classes."""
        present = set(used)
        names = dict.fromkeys((*(row.served_as for row in self.classes), REST))
        return tuple(name for name in names if name in present)

    def guaranteed_before(self, levels: Iterable[str]) -> str | None:
        """Return the first of these levels that what is guaranteed comes before; None: all."""
        first = {row.served_as for row in self.classes if row.first}
        after = [level for level in levels if level not in first]
        return after[0] if after else None


def listed(lists: Mapping[str, Iterable[str]], tags: Iterable[str], speciality: str) -> tuple[str, ...]:
    """Return a request's tags with those of the lists in force that hold its group's speciality.

    >>> listed({"ТОП-50": ["15.01.38"]}, ["срочно"], "15.01.38")
    ('срочно', 'ТОП-50')
    """
    found = [tag for tag, codes in lists.items() if speciality and speciality in codes]
    return tuple(dict.fromkeys((*tags, *found)))


def weight_of(row: PriorityClass, weights: Mapping[str, int], tags: Iterable[str]) -> int:
    """Return what a session without a place counts among equals.

    >>> weight_of(PriorityClass(name="x", weight=1), {"ТОП-50": 2}, ["ТОП-50", "срочно"])
    3
    """
    return row.weight + sum(weights.get(tag, 0) for tag in tags)
