"""Towns, competencies, clusters, participants and their sites."""

from datetime import date
from typing import Literal, TypeAlias

from pydantic import Field

from scheduler.domain.model import Input, Ref, View

ParticipantKind: TypeAlias = Literal["college", "university", "employer", "authority"]
ParticipantState: TypeAlias = Literal["applied", "active", "left", "excluded"]


class TownView(View):
    """A town and its IANA time zone."""

    id: int
    code: str
    name: str
    name_en: str
    timezone: str


class CompetencyView(View):
    """A competency; `practice_subgroup` is the default size of a subgroup in practice."""

    id: int
    code: str
    name: str
    name_en: str
    practice_subgroup: int


class EquipmentKindView(View):
    """A kind of equipment and its hazard class."""

    id: int
    code: str
    name: str
    name_en: str
    hazard: str


class ClusterView(View):
    """A sectoral cluster; `demo` tells that its data are invented."""

    id: int
    code: str
    name: str
    name_en: str
    demo: bool


class BellInput(Input):
    """One pair (double period) of a bell grid, minutes from midnight."""

    from_min: int = Field(ge=0, lt=1440)
    until_min: int = Field(gt=0, le=1440)


class SiteInput(Input):
    """A site: `latest_end_min` is minutes from midnight, None: no limit."""

    name: str = Field(min_length=1, max_length=200)
    town_id: int
    latest_end_min: int | None = Field(default=None, gt=0, le=1440)
    bells: tuple[BellInput, ...] = ()


class SiteView(View):
    """A participant's site; bells are ``(from_min, until_min)`` of its pairs."""

    id: int
    code: str
    participant: Ref
    name: str
    town: Ref
    timezone: str
    latest_end_min: int | None
    bells: tuple[tuple[int, int], ...]


class MembershipView(View):
    """A participant's place in a cluster."""

    cluster: Ref
    profile: str
    joined_on: date
    left_on: date | None


class ParticipantView(View):
    """A participant with its sites and memberships."""

    id: int
    code: str
    kind: ParticipantKind
    state: ParticipantState
    name: str
    short_name: str
    town: Ref
    days_per_week: int
    sites: tuple[SiteView, ...]
    memberships: tuple[MembershipView, ...]
    revision: int
