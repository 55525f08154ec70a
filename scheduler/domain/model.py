"""Bases of what goes into a service and comes out of it."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Input(BaseModel):
    """What a caller hands in: an unknown field is an error, spaces around texts are dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class View(BaseModel):
    """What a service returns: a value of its own, nothing of the database in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ref(View):
    """Another thing, named enough to show and to link to; `name_en` of what the register names in English."""

    id: int
    code: str
    name: str
    name_en: str | None = None


class Page(View, Generic[T]):
    """Some items of a list and where the next ones begin; `next` is None on the last page."""

    items: tuple[T, ...]
    next: str | None = None
