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
    before this day are pinned. `repair`: the published timetable is changed as little as it must be now.
    """

    time_limit_s: int = Field(default=60, ge=1, le=36_000)
    workers: int = Field(default=2, ge=1, le=64)
    seed: int = Field(default=1, ge=0, lt=2**31)
    deterministic_units: int | None = Field(default=None, ge=1)
    memory_limit_mb: int | None = Field(default=None, ge=256)
    keep_published: bool = True
    freeze_until: date | None = None
    repair: bool = False


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


class GuaranteeReport(View):
    """What a class was guaranteed in one competency, got and asked for, in learner-minutes."""

    name: str
    priority_class: str
    title: str
    title_en: str = ""
    competency: str
    competency_en: str = ""
    share_permille: int
    offered_minutes: int
    guaranteed_minutes: int
    got_minutes: int
    demanded_minutes: int
    source: str


class ParticipantReport(View):
    """What one participant asked for and got, in learner-minutes; the share is in thousandths.

    `raised_minutes` of the entitlement make good for earlier terms; `bad_minutes` of what is granted lie in
    the evening or at weekends; `attendances` counts how many times one of its learners comes to a session.
    """

    participant: Ref
    asked_minutes: int
    granted_minutes: int
    entitlement_minutes: int
    raised_minutes: int = 0
    share_permille: int
    travel_minutes: int
    bad_minutes: int = 0
    attendances: int = 0


class EnvyReport(View):
    """In the places of another one a participant would have so much more, to the scale of what it is due."""

    participant: Ref
    of: Ref
    gain_minutes: int


class FairnessReport(View):
    """What is known of the fair shares as a whole.

    Attributes
    ----------
    bound_permille
        Proved: no plan that serves as much gives every participant more; None: nothing is proved.
    best_within_session
        The worst-off participant is proved to be within one of its sessions of that.
    envies
        By more than one session; `envies_more` are not listed.
    lost_minutes, rest_lost, worst_off_before_permille
        Price of fairness against the best plan before that stage: learner-minutes by class, the weighted
        rest, and the least share of that plan; None: the search did not come to the stage.
    """

    bound_permille: int | None
    best_within_session: bool
    envies: tuple[EnvyReport, ...]
    envies_more: int
    lost_minutes: dict[str, int] | None
    rest_lost: int | None
    worst_off_before_permille: int | None


class PlanReport(View):
    """One plan of the run's requests in figures: the run's own, or what a person would make of them."""

    name: str
    placed: int
    served_minutes: dict[str, int]
    requests_whole: int
    requests_none: int
    travel_minutes: int
    worst_off: Ref | None
    worst_off_permille: int
    jain_permille: int


class RefusalReport(View):
    """How many sessions a rule decided to refuse, in the rule's own words."""

    rule: str
    ru: str
    en: str
    sessions: int
    learner_minutes: int


class ChangeReport(View):
    """One session that is not where it was; without `after` it has no place any more."""

    activity: str
    title: str
    title_en: str = ""
    kinds: tuple[str, ...]
    hit: bool
    people: int
    before_ru: str
    before_en: str
    after_ru: str | None
    after_en: str | None


class RepairReport(View):
    """What a repair changed and whom it touches; bounds are proved for every repair.

    `lost_minutes` are learner-minutes of sessions that lost their place; `weight` is people x notice x kind
    over all changes.
    """

    moves: int
    moves_bound: int
    weight: int
    weight_minimum: int
    weight_bound: int
    lost_minutes: int
    lost_minutes_bound: int
    frozen: int
    added: int
    gone: int
    people: int
    participants: tuple[str, ...]
    resources: tuple[str, ...]
    changes: tuple[ChangeReport, ...]


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
    guarantees: tuple[GuaranteeReport, ...] = ()
    participants: tuple[ParticipantReport, ...]
    jain_permille: int
    gini_permille: int
    fairness: FairnessReport | None = None
    plans: tuple[PlanReport, ...] = ()
    """The run's own plan first, then those it is set beside; empty: none was made."""
    repair: RepairReport | None = None
    refusals: tuple[RefusalReport, ...] = ()
    """By the deciding rule, the largest loss first."""
    meetings: int | None = None
    """Entries in the timetable: a session may take several days."""
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
