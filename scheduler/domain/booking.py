"""Bookings: the live timetable."""

from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import Field

from scheduler.domain.model import Input, Ref, View
from scheduler.domain.version import UseView

BookingState: TypeAlias = Literal[
    "held", "proposed", "confirmed", "rejected", "cancelled", "released", "needs_reallocation"
]


class UseInput(Input):
    """A resource to book; `units` names the units of countable equipment, empty: any free ones."""

    resource_id: int
    amount: int = Field(default=1, gt=0)
    units: tuple[str, ...] = ()


class BookingInput(Input):
    """A booking made by hand, wall clock of the place's site (``YYYY-MM-DDTHH:MM``).

    The first use gives the place. `hold_minutes`: a hold that ends by itself, None: a booking.
    """

    participant_id: int
    title: str = Field(min_length=1, max_length=200)
    starts_local: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")
    ends_local: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")
    uses: tuple[UseInput, ...] = Field(min_length=1)
    group_id: int | None = None
    learners_from: int = Field(default=0, ge=0)
    learners_until: int = Field(default=0, ge=0)
    contact_minutes: int | None = Field(default=None, ge=0, le=1440)
    request_id: int | None = None
    hold_minutes: int | None = Field(default=None, gt=0, le=7 * 24 * 60)


class BookingView(View):
    """A booking; `host` is the participant whose site it is."""

    id: int
    uid: str
    key: str | None
    state: BookingState
    title: str
    participant: Ref
    group: Ref | None
    learners_from: int
    learners_until: int
    site: Ref
    host: Ref
    town: Ref
    competency: Ref | None
    session_kind: str | None
    request: Ref | None
    starts_local: str
    ends_local: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    hold_until: datetime | None
    consent_until: datetime | None
    contact_minutes: int
    sequence: int
    uses: tuple[UseView, ...]
    updated_at: datetime
