"""Offers: an owner's consent in advance."""

from datetime import date, datetime
from typing import Literal, TypeAlias

from pydantic import Field

from scheduler.domain.model import Input, Ref, View

Consent: TypeAlias = Literal["standing", "each"]


class WindowInput(Input):
    """A weekly window; 0 = Monday, minutes from midnight, wall clock of the resource's site."""

    weekday: int = Field(ge=0, le=6)
    from_min: int = Field(ge=0, lt=1440)
    until_min: int = Field(gt=0, le=1440)


class OfferInput(Input):
    """Windows, capacity and conditions that an owner opens to the other participants.

    `consent` None: ``each`` for an employer, ``standing`` for anyone else. `valid_until` is the last day.
    `odd_weeks`: odd (True) or even (False) weeks of the academic year alone.
    """

    resource_id: int
    consent: Consent | None = None
    capacity: int = Field(gt=0, le=10_000)
    valid_from: date
    valid_until: date | None = None
    windows: tuple[WindowInput, ...] = Field(min_length=1)
    hours_per_week: int | None = Field(default=None, gt=0, le=168)
    odd_weeks: bool | None = None
    conditions: str = Field(default="", max_length=2000)


class OfferView(View):
    """An offer."""

    id: int
    code: str
    resource: Ref
    resource_kind: str
    owner: Ref
    town: Ref
    competencies: tuple[Ref, ...]
    consent: Consent
    capacity: int
    valid_from: date
    valid_until: date | None
    windows: tuple[WindowInput, ...]
    hours_per_week: int | None
    odd_weeks: bool | None
    conditions: str
    state: Literal["open", "closed"]
    created_at: datetime
    revision: int
