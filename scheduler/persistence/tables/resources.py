"""Resources, when they are available, and the offers that open them to others."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.persistence.tables.base import Base, Key, one_of

HAZARD_CLASSES = ("none", "medium", "high")
AVAILABILITY_KINDS = ("weekly", "date", "closed")


class Resource(Base):
    """A workshop, equipment, internship place or trainer: one owner, one site, one calendar.

    `kind` is a name of the registry `scheduler.domain.kinds.KINDS`. Capacity and mode stand in its subject.
    """

    __tablename__ = "resource"
    __table_args__ = (CheckConstraint(one_of("hazard", *HAZARD_CLASSES), name="hazard"),)
    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str]
    hazard: Mapped[str] = mapped_column(default="none")
    setup_min: Mapped[int] = mapped_column(default=0)
    cleanup_min: Mapped[int] = mapped_column(default=0)
    lead_days: Mapped[int] = mapped_column(default=0)
    min_age: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who it is, for a trainer."""
    retired_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)


class ResourceCompetency(Base):
    """A competency that a resource serves or a trainer is qualified for, while valid."""

    __tablename__ = "resource_competency"
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"), primary_key=True)
    valid_until: Mapped[date | None]


class ResourceFeature(Base):
    """Stationary equipment of a workshop, or the kind of a movable piece of equipment."""

    __tablename__ = "resource_feature"
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    equipment_kind_id: Mapped[int] = mapped_column(ForeignKey("equipment_kind.id"), primary_key=True)
    count: Mapped[int]


class ResourceUnit(Base):
    """One named unit of a countable resource."""

    __tablename__ = "resource_unit"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    label: Mapped[str]


class Availability(Base):
    """When a subject can be used, wall clock of its site: weekly windows, single dates, exceptions (closed).

    Available = (weekly or date windows) minus closed ones. A subject without weekly and date rows is
    available on its participant's working days for the whole day.
    """

    __tablename__ = "availability"
    __table_args__ = (
        CheckConstraint(one_of("kind", *AVAILABILITY_KINDS), name="kind"),
        CheckConstraint("from_min < until_min", name="order"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    kind: Mapped[str]
    weekday: Mapped[int | None]
    """0 = Monday, for weekly rows."""
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    """Last day, inclusive; None: open-ended."""
    from_min: Mapped[int] = mapped_column(default=0)
    until_min: Mapped[int] = mapped_column(default=1440)
    note: Mapped[str] = mapped_column(default="")


class Offer(Base):
    """An owner's consent in advance: windows, capacity, conditions; the only way others use a resource."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint(one_of("consent", "standing", "each"), name="consent"),
        CheckConstraint(one_of("state", "open", "closed"), name="state"),
        CheckConstraint("capacity > 0", name="capacity"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    consent: Mapped[str]
    capacity: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    windows: Mapped[list[Any]]
    """``[[weekday, from_min, until_min], ...]``; 0 = Monday."""
    hours_per_week: Mapped[int | None]
    conditions: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    odd_weeks: Mapped[bool | None]
    """True: odd weeks of the academic year alone, False: even ones, None: all."""
