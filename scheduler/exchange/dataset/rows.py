"""The rows of a dataset: the tables' columns, with natural keys in place of ids.

A small list that belongs to one row stands inside it (bells in a site, units in a resource). Weekdays count
from 0 = Monday, ``*_min`` are minutes from midnight, hours are academic hours of 45 minutes.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from scheduler.domain.group import GroupKind, WeekKind
from scheduler.domain.offer import Consent
from scheduler.domain.programme import ProgrammeState
from scheduler.domain.register import ParticipantKind, ParticipantState
from scheduler.domain.request import RequestKind, RequestState, SessionKind
from scheduler.domain.resource import AvailabilityKind, Hazard, Mode
from scheduler.exchange.dataset.fields import (
    CampaignCode,
    ClusterCode,
    Code,
    CompetencyCode,
    Count,
    EquipmentKindCode,
    GroupCode,
    Minute,
    ModuleCode,
    Part,
    ParticipantCode,
    PersonCode,
    Positive,
    ResourceCode,
    Row,
    SiteCode,
    Text,
    TownCode,
    Weekday,
)


class SettingRow(Row):
    """A setting of the region from a date on, with its source."""

    key_fields = ("key", "valid_from")
    key: Code
    value: dict[str, Any]
    source: Text
    valid_from: date


class TownRow(Row):
    """A town."""

    code: Code
    name: Text
    name_en: Text
    timezone: Text


class DistanceRow(Row):
    """Travel between two towns; `status` tells how well it is known."""

    key_fields = ("a", "b")
    a: TownCode
    b: TownCode
    road_km: Positive
    car_min: Positive
    bus_min: Positive
    status: Text


class ClusterRow(Row):
    """A sectoral cluster."""

    code: Code
    name: Text
    name_en: Text
    demo: bool = False


class ParticipantRow(Row):
    """An organisation."""

    code: Code
    kind: ParticipantKind
    state: ParticipantState = "active"
    name: Text
    short_name: Text
    town: TownCode
    days_per_week: Annotated[int, Field(ge=1, le=7)] = 6


class MembershipRow(Row):
    """A participant's place in a cluster; `left_on` None: still in it."""

    key_fields = ("participant", "cluster", "joined_on")
    participant: ParticipantCode
    cluster: ClusterCode
    profile: str = ""
    joined_on: date
    left_on: date | None = None


class SiteRow(Row):
    """A site; bells are ``[from_min, until_min]`` of its pairs."""

    code: Code
    participant: ParticipantCode
    town: TownCode
    name: Text
    timezone: Text
    latest_end_min: Minute | None = None
    bells: tuple[tuple[Minute, Minute], ...] = ()


class PersonRow(Row):
    """A member of staff; the code stands in the file alone."""

    code: Code
    participant: ParticipantCode
    full_name: Text


class CompetencyRow(Row):
    """A competency."""

    code: Code
    name: Text
    name_en: Text
    practice_subgroup: Positive


class EquipmentKindRow(Row):
    """A kind of equipment."""

    code: Code
    name: Text
    name_en: Text
    hazard: Hazard = "none"
    setup_min: Count = 0


class InfrastructurePart(Part):
    """So many pieces of a kind for every so many workplaces."""

    kind: EquipmentKindCode
    count: Positive
    workplaces: Positive = 1


class InfrastructureRow(Row):
    """What a competency's workplaces hold, by season."""

    code: Code
    competency: CompetencyCode
    season: Text
    valid_from: date
    source: Text
    items: Annotated[tuple[InfrastructurePart, ...], Field(min_length=1)]


class Qualification(Part):
    """A competency of a resource through `valid_until`; None: without end."""

    code: CompetencyCode
    valid_until: date | None = None


class Feature(Part):
    """Stationary equipment of a workshop, or the kind of a movable piece."""

    kind: EquipmentKindCode
    count: Positive


class AvailabilityPart(Part):
    """A weekly window, one of single dates, or an exception (closed)."""

    kind: AvailabilityKind
    weekday: Weekday | None = None
    from_on: date | None = None
    until_on: date | None = None
    from_min: Minute = 0
    until_min: Minute = 1440
    note: str = ""


class ResourceRow(Row):
    """A workshop, movable equipment, internship place or trainer."""

    code: Code
    kind: Code
    owner: ParticipantCode
    site: SiteCode
    name: Text
    mode: Mode
    capacity: Positive
    hazard: Hazard = "none"
    setup_min: Count = 0
    cleanup_min: Count = 0
    lead_days: Count = 0
    min_age: Annotated[int, Field(ge=14, le=21)] | None = None
    person: PersonCode | None = None
    competencies: tuple[Qualification, ...] = ()
    features: tuple[Feature, ...] = ()
    units: tuple[Text, ...] = ()
    availability: tuple[AvailabilityPart, ...] = ()


class OfferRow(Row):
    """An owner's consent in advance; windows are ``[weekday, from_min, until_min]``."""

    code: Code
    resource: ResourceCode
    consent: Consent
    capacity: Positive
    valid_from: date
    valid_until: date | None = None
    windows: Annotated[tuple[tuple[Weekday, Minute, Minute], ...], Field(min_length=1)]
    hours_per_week: Positive | None = None
    odd_weeks: bool | None = None
    conditions: str = ""
    state: Literal["open", "closed"] = "open"
    created_at: datetime


class CurriculumPart(Part):
    """Academic hours of a competency in a group's curriculum this term."""

    competency: CompetencyCode
    campaign: CampaignCode
    hours: Positive


class GroupRow(Row):
    """A learner group; `weeks` tells by Monday what it does, a week that is not named is theory."""

    code: Code
    participant: ParticipantCode
    kind: GroupKind
    name: Text
    size: Positive
    minors: Count = 0
    under_16: bool = False
    site: SiteCode
    speciality: str = ""
    availability: tuple[AvailabilityPart, ...] = ()
    weeks: dict[date, WeekKind] = {}
    curriculum: tuple[CurriculumPart, ...] = ()


class PartyPart(Part):
    """A participant of a programme and when it agreed."""

    participant: ParticipantCode
    agreed_at: datetime | None = None


class ModulePart(Part):
    """A module; modules of a programme run in the order of their positions."""

    code: Code
    position: Positive
    name: Text
    hours: Positive
    session_hours: Positive
    competency: CompetencyCode
    provider: ParticipantCode | None = None
    needs_trainer: bool = True
    equipment_kind: EquipmentKindCode | None = None


class ProgrammeRow(Row):
    """A network programme with its parties and modules."""

    code: Code
    cluster: ClusterCode
    base: ParticipantCode
    name: Text
    state: ProgrammeState = "draft"
    tags: tuple[Text, ...] = ()
    parties: tuple[PartyPart, ...] = ()
    modules: tuple[ModulePart, ...] = ()


class CampaignRow(Row):
    """A round of requests of one cluster for one term."""

    code: Code
    cluster: ClusterCode
    name: Text
    starts_on: date
    ends_on: date
    requests_until: date
    timezone: Text
    state: Literal["open", "closed"] = "open"


class RequestRow(Row):
    """What a participant asks for."""

    code: Code
    campaign: CampaignCode
    participant: ParticipantCode
    kind: RequestKind
    session_kind: SessionKind
    form: Literal["network", "single"]
    funding: Literal["state", "paid"] = "state"
    tags: tuple[Text, ...] = ()
    group: GroupCode
    competency: CompetencyCode
    module: ModuleCode | None = None
    title: Text
    hours: Positive
    session_hours: Positive
    subgroup_size: Positive | None = None
    partial: bool = True
    from_on: date
    until_on: date
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    day_from_min: Minute | None = None
    day_until_min: Minute | None = None
    travel_limit_min: Count
    min_gap_days: Count = 0
    needs_trainer: bool = True
    equipment_kind: EquipmentKindCode | None = None
    equipment_count: Count = 0
    provider: ParticipantCode | None = None
    exam_days: Positive | None = None
    overnight: bool = False
    needs_bus: bool = False
    odd_weeks: bool | None = None
    state: RequestState = "submitted"
    submitted_at: datetime


class RolePart(Part):
    """A role of an account in a participant or in a cluster."""

    role: Literal["college", "employer", "coordinator", "trainer", "observer"]
    cluster: ClusterCode | None = None
    participant: ParticipantCode | None = None


class AccountRow(Row):
    """An account with the fixed password of a demonstration; real accounts are never in a file."""

    key_fields = ("login",)
    login: Code
    password: Annotated[str, Field(min_length=8)]
    display_name: Text
    participant: ParticipantCode | None = None
    person: PersonCode | None = None
    language: Literal["ru", "en"] = "ru"
    roles: Annotated[tuple[RolePart, ...], Field(min_length=1)]


class Dataset(Part):
    """A whole region; its lists stand in the order in which they are loaded."""

    format: Literal[1] = 1
    about: str = ""
    settings: tuple[SettingRow, ...] = ()
    towns: tuple[TownRow, ...] = ()
    distances: tuple[DistanceRow, ...] = ()
    clusters: tuple[ClusterRow, ...] = ()
    participants: tuple[ParticipantRow, ...] = ()
    memberships: tuple[MembershipRow, ...] = ()
    sites: tuple[SiteRow, ...] = ()
    people: tuple[PersonRow, ...] = ()
    competencies: tuple[CompetencyRow, ...] = ()
    equipment_kinds: tuple[EquipmentKindRow, ...] = ()
    infrastructure_lists: tuple[InfrastructureRow, ...] = ()
    resources: tuple[ResourceRow, ...] = ()
    offers: tuple[OfferRow, ...] = ()
    campaigns: tuple[CampaignRow, ...] = ()
    learner_groups: tuple[GroupRow, ...] = ()
    programmes: tuple[ProgrammeRow, ...] = ()
    requests: tuple[RequestRow, ...] = ()
    accounts: tuple[AccountRow, ...] = ()

    def lists(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """Yield every list with its name, in the order of loading."""
        for name in LIST_NAMES:
            yield name, getattr(self, name)


# In the order of loading.
ROW_TYPES: dict[str, type[Row]] = {
    "settings": SettingRow,
    "towns": TownRow,
    "distances": DistanceRow,
    "clusters": ClusterRow,
    "participants": ParticipantRow,
    "memberships": MembershipRow,
    "sites": SiteRow,
    "people": PersonRow,
    "competencies": CompetencyRow,
    "equipment_kinds": EquipmentKindRow,
    "infrastructure_lists": InfrastructureRow,
    "resources": ResourceRow,
    "offers": OfferRow,
    "campaigns": CampaignRow,
    "learner_groups": GroupRow,
    "programmes": ProgrammeRow,
    "requests": RequestRow,
    "accounts": AccountRow,
}
LIST_NAMES = tuple(ROW_TYPES)
