"""Allocation runs: options, progress, report, what stayed unplaced."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from pydantic import Field

from scheduler.domain.model import Input, Ref, View
from scheduler.domain.words import Words

RunState: TypeAlias = Literal["queued", "running", "succeeded", "stopped", "failed", "lost"]

RUN_ERRORS: Mapping[str, Words] = {
    "crashed": Words("Решатель завершился аварийно", "The solver crashed"),
    "bad_problem": Words("Решатель не принял задачу", "The solver refused the problem"),
    "unusable": Words("Решение нельзя использовать", "The solution cannot be used"),
    "rule_broken": Words("Решение нарушает правила", "The solution breaks rules"),
    "no_plan": Words("Остановлен до первого плана", "Stopped before a first plan"),
    "overtime": Words("Решатель не уложился во время", "The solver ran over its time"),
    "lost": Words("Исполнитель пропал дважды", "Whoever executed it was lost twice"),
}
"""Words of a run's error: its text is one of these codes, or a code, ``: `` and a detail."""


class RunOptions(Input):
    """How a run searches, and what it keeps.

    `keep_published`: sessions already published cost when they move. `freeze_until`: those that begin
    before this day are pinned.
    """

    time_limit_s: int = Field(default=60, ge=1, le=36_000)
    workers: int = Field(default=2, ge=1, le=64)
    seed: int = Field(default=1, ge=0, lt=2**31)
    deterministic_units: int | None = Field(default=None, ge=1)
    memory_limit_mb: int | None = Field(default=None, ge=256)
    keep_published: bool = True
    freeze_until: date | None = None


class ScoreTermView(View):
    """One term of the score; `bound` is a proved lower bound of `value`."""

    rule: str
    stage: str
    name: str
    value: int
    weight: int
    bound: int | None
    unit: str


class ClassReport(View):
    """Learner-minutes of one priority class; `unserved_bound` is proved to stay unserved in any plan."""

    name: str
    demand_minutes: int
    served_minutes: int
    unserved_bound: int | None


class ParticipantReport(View):
    """What one participant asked for and got, in learner-minutes; the share is in thousandths."""

    participant: Ref
    asked_minutes: int
    granted_minutes: int
    entitlement_minutes: int
    share_permille: int
    travel_minutes: int


class RunReport(View):
    """What a run found; Jain and Gini are in thousandths, over the participants that asked."""

    status: str
    activities: int
    placed: int
    unplaced: int
    requests: int
    requests_whole: int
    requests_none: int
    asked_minutes: int
    granted_minutes: int
    unserved_bound: int | None
    travel_minutes: int
    classes: tuple[ClassReport, ...]
    participants: tuple[ParticipantReport, ...]
    jain_permille: int
    gini_permille: int
    terms: tuple[ScoreTermView, ...]
    seconds: float | None
    first_plan_seconds: float | None


class RunView(View):
    """A run; `report` is there once it succeeded or was stopped with a plan."""

    id: int
    campaign: Ref
    state: RunState
    options: RunOptions
    problem_sha256: str
    report: RunReport | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    stop_requested: bool
    version_id: int | None
    """The version that was made of it, if any."""


class ProgressView(View):
    """One progress point; objective and bound are unserved learner-minutes."""

    seq: int
    at: datetime
    stage: str
    objective: int
    bound: int | None
    gap_permille: int | None
    unplaced: int
    seconds: float


class ReasonView(View):
    """Why something is not placed, as data and in words."""

    rule: str
    code: str
    facts: dict[str, Any]
    holders: tuple[str, ...]
    options: int
    ru: str
    en: str


class UnplacedView(View):
    """An activity that a run left unplaced; the first reason decides."""

    run_id: int
    activity: str
    request: Ref
    participant: Ref
    group: Ref
    competency: Ref
    learner_minutes: int
    reasons: tuple[ReasonView, ...]
