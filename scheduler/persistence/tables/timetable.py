"""Runs, versions, the live timetable of bookings and claims, and the log of changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.persistence.tables.base import Base, Key, one_of

RUN_STATES = ("queued", "running", "succeeded", "stopped", "failed", "lost")
VERSION_STATES = ("draft", "proposed", "approved", "published", "superseded")
HOLDING_STATES = ("held", "proposed", "confirmed")
DISPLACED = "needs_reallocation"
"""State of a booking that lost what it held and has to find another place."""
FREE_STATES = ("rejected", "cancelled", "released", DISPLACED)


class Run(Base):
    """One allocation run; the lease says who executes it, the row is the record."""

    __tablename__ = "run"
    __table_args__ = (CheckConstraint(one_of("state", *RUN_STATES), name="state"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    state: Mapped[str] = mapped_column(default="queued")
    options: Mapped[dict[str, Any]]
    problem_sha256: Mapped[str]
    problem: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """Canonical JSON, gzipped."""
    solution: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Canonical JSON, gzipped."""
    report: Mapped[dict[str, Any] | None]
    """Score terms, fairness, counts: what the pages show without the solver."""
    error: Mapped[str | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    stop_requested: Mapped[bool] = mapped_column(default=False)


class RunProgress(Base):
    """One progress point of a run; objective and bound in unserved learner-minutes."""

    __tablename__ = "run_progress"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    stage: Mapped[str]
    objective: Mapped[int]
    bound: Mapped[int | None]
    gap_permille: Mapped[int | None]
    unplaced: Mapped[int]
    seconds: Mapped[float]


class RunUnplaced(Base):
    """An activity that a run left unplaced, with the deciding reasons as data and in words."""

    __tablename__ = "run_unplaced"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    activity: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    learner_minutes: Mapped[int]
    reasons: Mapped[list[Any]]
    """``[{rule, code, facts, holders, options, ru, en}, ...]``; the first decides."""


class Version(Base):
    """How the timetable came about: a draft is edited by revision; published ones are immutable."""

    __tablename__ = "version"
    __table_args__ = (
        CheckConstraint(one_of("state", *VERSION_STATES), name="state"),
        UniqueConstraint("campaign_id", "number"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    revision: Mapped[int] = mapped_column(default=1)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    note: Mapped[str] = mapped_column(default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Counts added, moved, cancelled, unchanged by its publication."""


class FairnessCredit(Base):
    """What a participant was due and got in a campaign, and the credit that it goes on with.

    Written when a version is published, again with every later one. All in learner-minutes.
    """

    __tablename__ = "fairness_credit"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    due_minutes: Mapped[int]
    """The fair share without what an earlier credit added to it."""
    granted_minutes: Mapped[int]
    credit_minutes: Mapped[int]
    """After the campaign; below zero: it got more than its share."""


class VersionSession(Base):
    """One session as a version has it. `key` names the same session through all versions."""

    __tablename__ = "version_session"
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """``{activity}/{meeting}``; an activity is ``{request code}/{subgroup}/{index}``."""
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    starts_local: Mapped[str]
    """Wall clock, ``YYYY-MM-DDTHH:MM``."""
    ends_local: Mapped[str]
    learners_from: Mapped[int]
    learners_until: Mapped[int]
    """Half-open slice of the group's list."""
    contact_minutes: Mapped[int]
    uses: Mapped[list[Any]]
    """``[{role, resource_id, amount, units}, ...]``."""


class Booking(Base):
    """A session's row in the live timetable. Wall time and zone are the truth, UTC is derived.

    States that hold their claims: held (with an end), proposed, confirmed.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint(one_of("state", *HOLDING_STATES, *FREE_STATES), name="state"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("(state = 'held') = (hold_until IS NOT NULL)", name="hold"),
        Index("ix_booking_starts_at", "starts_at"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    """The version that last changed it."""
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    """Who requested it."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("learner_group.id"))
    learners_from: Mapped[int] = mapped_column(default=0)
    learners_until: Mapped[int] = mapped_column(default=0)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    title: Mapped[str]
    contact_minutes: Mapped[int]
    starts_local: Mapped[str]
    ends_local: Mapped[str]
    timezone: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    hold_until: Mapped[datetime | None]
    consent_until: Mapped[datetime | None]
    """When a proposed booking falls out unless its owners said yes."""
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Claim(Base):
    """What a booking holds: `amount` of a subject in ``[from_s, until_s)``, set-up and clean-up included.

    Instants are whole seconds of Unix time, so that one trigger body serves both databases. `holding`
    follows the booking's state (a trigger keeps it so). `agreed` tells whether the owner said yes.
    """

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("from_s < until_s", name="order"),
        UniqueConstraint("booking_id", "role"),
        # With all that the guard reads: it looks at the claims of a subject that end later than a moment.
        Index("ix_claim_subject_until", "subject_id", "until_s", "from_s", "holding", "amount"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    role: Mapped[str]
    amount: Mapped[int]
    units: Mapped[list[str]] = mapped_column(default=list)
    from_s: Mapped[int] = mapped_column(BigInteger)
    until_s: Mapped[int] = mapped_column(BigInteger)
    holding: Mapped[bool]
    agreed: Mapped[bool] = mapped_column(default=True)


class Change(Base):
    """One entry of the log: who did what to what, and when."""

    __tablename__ = "change"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str]
    target: Mapped[str]
    """``{noun}:{id}``."""
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
