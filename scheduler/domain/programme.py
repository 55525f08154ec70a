"""Network programmes and campaigns."""

from datetime import date, datetime
from typing import Literal, TypeAlias

from scheduler.domain.model import Ref, View

ProgrammeState: TypeAlias = Literal["draft", "agreed", "approved", "running", "closed"]


class ModuleView(View):
    """A module of a programme; hours are academic hours."""

    id: int
    code: str
    programme: Ref
    position: int
    name: str
    hours: int
    session_hours: int
    competency: Ref
    provider: Ref | None
    needs_trainer: bool
    equipment_kind: Ref | None


class PartyView(View):
    """A participant of a programme and when it agreed."""

    participant: Ref
    agreed_at: datetime | None


class ProgrammeView(View):
    """A network programme with its parties and modules in their order."""

    id: int
    code: str
    cluster: Ref
    base: Ref
    name: str
    state: ProgrammeState
    tags: tuple[str, ...]
    parties: tuple[PartyView, ...]
    modules: tuple[ModuleView, ...]


class CampaignView(View):
    """A campaign; `monday_on` begins its first week, `weeks` counts them."""

    id: int
    code: str
    cluster: Ref
    name: str
    starts_on: date
    ends_on: date
    requests_until: date
    timezone: str
    state: str
    monday_on: date
    weeks: int
