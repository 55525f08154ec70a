"""Learner groups: counts of learners, never their names."""

from datetime import date
from typing import Literal, TypeAlias

from pydantic import Field

from scheduler.domain.model import Input, Ref, View

GroupKind: TypeAlias = Literal["students", "graduates", "adults", "schoolchildren", "staff", "competitors"]
WeekKind: TypeAlias = Literal["theory", "study_practice", "work_practice", "exams", "final_exams", "holidays"]


class GroupWeekInput(Input):
    """What a group does in the week that begins on a Monday."""

    monday_on: date
    kind: WeekKind


class CurriculumInput(Input):
    """Academic hours of a competency in the group's curriculum of one campaign's term."""

    competency_id: int
    campaign_id: int
    hours: int = Field(gt=0, le=2000)


class GroupInput(Input):
    """A learner group; weeks that are not named are theory."""

    participant_id: int
    kind: GroupKind = "students"
    name: str = Field(min_length=1, max_length=120)
    size: int = Field(gt=0, le=500)
    minors: int = Field(default=0, ge=0)
    under_16: bool = False
    site_id: int
    speciality: str = Field(default="", max_length=200)
    weeks: tuple[GroupWeekInput, ...] = ()
    curriculum: tuple[CurriculumInput, ...] = ()


class GroupView(View):
    """A learner group."""

    id: int
    code: str
    participant: Ref
    kind: GroupKind
    name: str
    size: int
    minors: int
    under_16: bool
    site: Ref
    town: Ref
    speciality: str
    revision: int


class GroupDetails(GroupView):
    """A learner group with its weeks and curriculum."""

    weeks: tuple[GroupWeekInput, ...]
    curriculum: tuple[CurriculumInput, ...]
