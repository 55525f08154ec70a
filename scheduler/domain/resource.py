"""Resources and when they can be used."""

from datetime import date
from typing import Literal, TypeAlias

from pydantic import Field

from scheduler.domain.model import Input, Ref, View

Mode: TypeAlias = Literal["exclusive", "pooled"]
Hazard: TypeAlias = Literal["none", "medium", "high"]
AvailabilityKind: TypeAlias = Literal["weekly", "date", "closed"]


class CompetencyGrant(Input):
    """A competency that a resource serves or a trainer is qualified for, through `valid_until`."""

    competency_id: int
    valid_until: date | None = None


class FeatureInput(Input):
    """Stationary equipment of a workshop, or the kind that a movable piece of equipment is."""

    equipment_kind_id: int
    count: int = Field(gt=0, le=1000)


class ResourceInput(Input):
    """A resource; its kind's own rules are those of `scheduler.domain.kinds`.

    `capacity` is workplaces, units, places; 1 for a trainer. `mode` None: the kind's usual one.
    """

    kind: str
    owner_id: int
    site_id: int
    name: str = Field(min_length=1, max_length=200)
    mode: Mode | None = None
    capacity: int = Field(gt=0, le=10_000)
    hazard: Hazard = "none"
    setup_min: int = Field(default=0, ge=0, le=840)
    cleanup_min: int = Field(default=0, ge=0, le=480)
    lead_days: int = Field(default=0, ge=0, le=120)
    min_age: int | None = Field(default=None, ge=14, le=21)
    person_id: int | None = None
    competencies: tuple[CompetencyGrant, ...] = ()
    features: tuple[FeatureInput, ...] = ()
    units: tuple[str, ...] = ()
    retired_on: date | None = None


class AvailabilityInput(Input):
    """One row of availability, wall clock of the resource's site.

    ``weekly`` needs `weekday` (0 = Monday); ``date`` and ``closed`` need `from_on`. `until_on` is the
    last day; None: open-ended (weekly) or the first day alone (date, closed).
    """

    kind: AvailabilityKind
    weekday: int | None = Field(default=None, ge=0, le=6)
    from_on: date | None = None
    until_on: date | None = None
    from_min: int = Field(default=0, ge=0, lt=1440)
    until_min: int = Field(default=1440, gt=0, le=1440)
    note: str = Field(default="", max_length=200)


class CompetencyGrantView(View):
    """A competency with the last day on which it counts."""

    competency: Ref
    valid_until: date | None


class FeatureView(View):
    """Equipment of a resource."""

    equipment_kind: Ref
    count: int


class ResourceView(View):
    """A resource as everybody sees it: for a trainer without the person's name."""

    id: int
    code: str
    kind: str
    mode: Mode
    capacity: int
    owner: Ref
    site: Ref
    town: Ref
    name: str
    hazard: Hazard
    setup_min: int
    cleanup_min: int
    lead_days: int
    min_age: int | None
    competencies: tuple[CompetencyGrantView, ...]
    retired_on: date | None
    revision: int


class ResourceDetails(ResourceView):
    """A resource with everything of it; `person_name` only for its owner, coordinators and the person."""

    features: tuple[FeatureView, ...]
    units: tuple[str, ...]
    availability: tuple[AvailabilityInput, ...]
    person_id: int | None
    person_name: str | None
