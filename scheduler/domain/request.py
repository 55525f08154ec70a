"""Requests, and what became of them."""

from datetime import date, datetime
from typing import Literal, TypeAlias

from pydantic import Field

from scheduler.domain.model import Input, Ref, View

RequestKind: TypeAlias = Literal["module", "free_slot", "camp", "exam", "internship", "event"]
SessionKind: TypeAlias = Literal[
    "final_exam", "study_practice", "work_practice", "camp", "staff_internship", "further_training", "event"
]
RequestState: TypeAlias = Literal["draft", "submitted", "withdrawn"]


class RequestInput(Input):
    """What a participant asks for; hours are academic hours of 45 minutes, weekdays count from 0 = Monday.

    What is None takes its usual value: `session_kind`, `partial` and `title` follow the kind and the
    module, `competency_id`, `hours`, `session_hours` and `provider_id` the module, `subgroup_size` the
    competency, `weekdays` the participant's working days. `overnight`: where no place is within the travel
    limit, the group may stay there for consecutive days. `odd_weeks`: odd (True) or even (False) weeks of
    the academic year alone.
    """

    campaign_id: int
    participant_id: int
    kind: RequestKind
    group_id: int
    session_kind: SessionKind | None = None
    form: Literal["network", "single"] | None = None
    funding: Literal["state", "paid"] = "state"
    tags: tuple[str, ...] = ()
    competency_id: int | None = None
    module_id: int | None = None
    title: str | None = Field(default=None, max_length=200)
    hours: int | None = Field(default=None, gt=0, le=2000)
    session_hours: int | None = Field(default=None, gt=0, le=36)
    subgroup_size: int | None = Field(default=None, gt=0, le=500)
    partial: bool | None = None
    from_on: date
    until_on: date
    weekdays: tuple[int, ...] | None = None
    day_from_min: int | None = Field(default=None, ge=0, lt=1440)
    day_until_min: int | None = Field(default=None, gt=0, le=1440)
    travel_limit_min: int = Field(default=90, ge=0, le=600)
    min_gap_days: int = Field(default=0, ge=0, le=60)
    needs_trainer: bool | None = None
    equipment_kind_id: int | None = None
    equipment_count: int = Field(default=0, ge=0, le=100)
    provider_id: int | None = None
    exam_days: int | None = Field(default=None, gt=0, le=20)
    overnight: bool = False
    needs_bus: bool = False
    odd_weeks: bool | None = None
    state: Literal["draft", "submitted"] = "submitted"


class RequestView(View):
    """A request as stored."""

    id: int
    code: str
    campaign: Ref
    participant: Ref
    group: Ref
    group_size: int
    competency: Ref
    module: Ref | None
    provider: Ref | None
    kind: RequestKind
    session_kind: SessionKind
    form: Literal["network", "single"]
    funding: Literal["state", "paid"]
    tags: tuple[str, ...]
    title: str
    hours: int
    session_hours: int
    subgroup_size: int | None
    partial: bool
    from_on: date
    until_on: date
    weekdays: tuple[int, ...]
    day_from_min: int | None
    day_until_min: int | None
    travel_limit_min: int
    min_gap_days: int
    needs_trainer: bool
    equipment_kind: Ref | None
    equipment_count: int
    exam_days: int | None
    overnight: bool
    needs_bus: bool
    odd_weeks: bool | None
    state: RequestState
    submitted_at: datetime
    revision: int
