"""Versions of the timetable and their sessions."""

from datetime import datetime
from typing import Literal, TypeAlias

from scheduler.domain.model import Ref, View

VersionState: TypeAlias = Literal["draft", "proposed", "approved", "published", "superseded"]


class PublicationDiff(View):
    """What publishing did to the live timetable, in sessions."""

    added: int
    moved: int
    cancelled: int
    unchanged: int


class VersionView(View):
    """A version; `summary` is None until it is published."""

    id: int
    campaign: Ref
    number: int
    state: VersionState
    revision: int
    run_id: int | None
    note: str
    created_at: datetime
    published_at: datetime | None
    sessions: int
    summary: PublicationDiff | None


class UseView(View):
    """A resource in a session's role."""

    role: str
    resource: Ref
    kind: str
    amount: int
    units: tuple[str, ...]


class SessionView(View):
    """One session of a version; times are wall clock, ``YYYY-MM-DDTHH:MM``."""

    key: str
    request: Ref
    starts_local: str
    ends_local: str
    learners_from: int
    learners_until: int
    contact_minutes: int
    uses: tuple[UseView, ...]
