"""Network programmes, campaigns and the requests made in them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.persistence.tables.base import Base, Key, one_of

PROGRAMME_STATES = ("draft", "agreed", "approved", "running", "closed")
REQUEST_KINDS = ("module", "free_slot", "camp", "exam", "internship", "event")
SESSION_KINDS = (
    "final_exam",
    "study_practice",
    "work_practice",
    "camp",
    "staff_internship",
    "further_training",
    "event",
)
REQUEST_STATES = ("draft", "submitted", "withdrawn")


class Programme(Base):
    """A network programme: modules that run over several participants."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint(one_of("state", *PROGRAMME_STATES), name="state"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"))
    base_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    tags: Mapped[list[str]] = mapped_column(default=list)


class ProgrammeParty(Base):
    """A participant of a programme and when it agreed."""

    __tablename__ = "programme_party"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    agreed_at: Mapped[datetime | None]


class Module(Base):
    """A module: hours, session length, order, what each session requires, who provides it."""

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("programme_id", "position"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    position: Mapped[int]
    """Modules run in the order of their positions; equal ground is not shared."""
    name: Mapped[str]
    hours: Mapped[int]
    session_hours: Mapped[int]
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    """Who provides it; None: any participant with a fitting resource."""
    needs_trainer: Mapped[bool] = mapped_column(default=True)
    equipment_kind_id: Mapped[int | None] = mapped_column(ForeignKey("equipment_kind.id"))


class Campaign(Base):
    """A round of requests of one cluster for one term.

    The horizon is the weeks from the Monday of `starts_on` through `ends_on`; time zone of its wall clock.
    """

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"))
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    requests_until: Mapped[date]
    timezone: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")


class Request(Base):
    """What a participant asks for; it alone creates activities.

    Hours are academic hours (45 min); weekdays 0 = Monday; minutes from midnight.
    """

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint(one_of("kind", *REQUEST_KINDS), name="kind"),
        CheckConstraint(one_of("session_kind", *SESSION_KINDS), name="session_kind"),
        CheckConstraint(one_of("form", "network", "single"), name="form"),
        CheckConstraint(one_of("funding", "state", "paid"), name="funding"),
        CheckConstraint(one_of("state", *REQUEST_STATES), name="state"),
        CheckConstraint("hours > 0 AND session_hours > 0", name="hours"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    kind: Mapped[str]
    session_kind: Mapped[str]
    form: Mapped[str]
    funding: Mapped[str] = mapped_column(default="state")
    tags: Mapped[list[str]] = mapped_column(default=list)
    group_id: Mapped[int] = mapped_column(ForeignKey("learner_group.id"))
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"))
    module_id: Mapped[int | None] = mapped_column(ForeignKey("module.id"))
    title: Mapped[str]
    hours: Mapped[int]
    session_hours: Mapped[int]
    subgroup_size: Mapped[int | None]
    """None: the competency's default."""
    partial: Mapped[bool] = mapped_column(default=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    weekdays: Mapped[list[int]]
    day_from_min: Mapped[int | None]
    day_until_min: Mapped[int | None]
    travel_limit_min: Mapped[int]
    min_gap_days: Mapped[int] = mapped_column(default=0)
    needs_trainer: Mapped[bool] = mapped_column(default=True)
    equipment_kind_id: Mapped[int | None] = mapped_column(ForeignKey("equipment_kind.id"))
    equipment_count: Mapped[int] = mapped_column(default=0)
    """Units of movable equipment that each session uses."""
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    exam_days: Mapped[int | None]
    """Days C1…Cn of an exam; the centre is locked from C−1."""
    state: Mapped[str] = mapped_column(default="submitted")
    submitted_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    overnight: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Where no place is within the travel limit, the group may stay there for consecutive days."""
    needs_bus: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Each learner needs a bus seat from home."""
    odd_weeks: Mapped[bool | None]
    """True: odd weeks of the academic year alone, False: even ones, None: all."""
