"""The region's register: towns, participants, clusters, sites, people, competencies, learner groups."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.persistence.tables.base import Base, Key, one_of

PARTICIPANT_KINDS = ("college", "university", "employer", "authority")
PARTICIPANT_STATES = ("applied", "active", "left", "excluded")
GROUP_KINDS = ("students", "graduates", "adults", "schoolchildren", "staff", "competitors")
WEEK_KINDS = ("theory", "study_practice", "work_practice", "exams", "final_exams", "holidays")


class Setting(Base):
    """One setting of the region, valid from a date, with its source."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("key", "valid_from"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str]
    value: Mapped[dict[str, Any]]
    source: Mapped[str]
    valid_from: Mapped[date]


class Town(Base):
    """A town of the region."""

    __tablename__ = "town"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    timezone: Mapped[str]


class TownDistance(Base):
    """Travel between two towns, in minutes; one row a pair, ``a_id < b_id``."""

    __tablename__ = "town_distance"
    __table_args__ = (CheckConstraint("a_id < b_id", name="order"),)
    a_id: Mapped[int] = mapped_column(ForeignKey("town.id"), primary_key=True)
    b_id: Mapped[int] = mapped_column(ForeignKey("town.id"), primary_key=True)
    road_km: Mapped[int]
    car_min: Mapped[int]
    bus_min: Mapped[int]
    status: Mapped[str]


class Cluster(Base):
    """A sectoral cluster of the region."""

    __tablename__ = "cluster"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    demo: Mapped[bool] = mapped_column(default=False)


class Participant(Base):
    """An organisation that takes part; never a person."""

    __tablename__ = "participant"
    __table_args__ = (
        CheckConstraint(one_of("kind", *PARTICIPANT_KINDS), name="kind"),
        CheckConstraint(one_of("state", *PARTICIPANT_STATES), name="state"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="applied")
    name: Mapped[str]
    short_name: Mapped[str]
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    days_per_week: Mapped[int] = mapped_column(default=6)
    revision: Mapped[int] = mapped_column(default=1)


class Membership(Base):
    """A participant's place in a cluster, with its profile and dates."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("participant_id", "cluster_id", "joined_on"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"))
    profile: Mapped[str] = mapped_column(default="")
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class Site(Base):
    """A participant's site in a town; `latest_end_min` is minutes from midnight, None: no limit."""

    __tablename__ = "site"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    name: Mapped[str]
    timezone: Mapped[str]
    latest_end_min: Mapped[int | None]
    bells: Mapped[list[Any]] = mapped_column(default=list)
    """Bell grid: ``[[from_min, until_min], ...]`` of pairs, minutes from midnight."""


class Person(Base):
    """A member of staff; the only table with names of people."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    full_name: Mapped[str]
    created_at: Mapped[datetime]


class Competency(Base):
    """A competency; `practice_subgroup` is the default size of a subgroup in practice."""

    __tablename__ = "competency"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    practice_subgroup: Mapped[int]


class EquipmentKind(Base):
    """A kind of equipment with its hazard class."""

    __tablename__ = "equipment_kind"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    hazard: Mapped[str]
    setup_min: Mapped[int] = mapped_column(default=0)


class InfrastructureList(Base):
    """What a competency's workplaces hold, by season of the championship; the newest in force counts."""

    __tablename__ = "infrastructure_list"
    __table_args__ = (UniqueConstraint("competency_id", "season"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"))
    season: Mapped[str]
    valid_from: Mapped[date]
    source: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)


class InfrastructureItem(Base):
    """So many pieces of a kind of equipment for every so many workplaces."""

    __tablename__ = "infrastructure_item"
    __table_args__ = (CheckConstraint("count > 0 AND workplaces > 0", name="count"),)
    list_id: Mapped[int] = mapped_column(ForeignKey("infrastructure_list.id"), primary_key=True)
    equipment_kind_id: Mapped[int] = mapped_column(ForeignKey("equipment_kind.id"), primary_key=True)
    count: Mapped[int]
    workplaces: Mapped[int] = mapped_column(default=1)


class Subject(Base):
    """What can be claimed: a resource or a learner group. Its row is the lock of every claim on it.

    `mode` ``exclusive``: one claim at a time; ``pooled``: amounts add up to at most `capacity`. A new
    capacity or mode must suit all claims that end after `history_until_s`.
    """

    __tablename__ = "subject"
    __table_args__ = (
        CheckConstraint(one_of("kind", "resource", "learner_group"), name="kind"),
        CheckConstraint(one_of("mode", "exclusive", "pooled"), name="mode"),
        CheckConstraint("capacity > 0", name="capacity"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    mode: Mapped[str]
    capacity: Mapped[int]
    seq: Mapped[int] = mapped_column(default=0)
    history_until_s: Mapped[int] = mapped_column(default=0)
    """Seconds of Unix time; whoever lowers a capacity sets it to now, so that the past does not hinder it."""


class LearnerGroup(Base):
    """A group of learners; its subject is pooled, its capacity is its size."""

    __tablename__ = "learner_group"
    __table_args__ = (
        CheckConstraint(one_of("kind", *GROUP_KINDS), name="kind"),
        CheckConstraint("minors >= 0", name="minors"),
    )
    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    kind: Mapped[str]
    name: Mapped[str]
    minors: Mapped[int] = mapped_column(default=0)
    """How many of them are under 18."""
    under_16: Mapped[bool] = mapped_column(default=False)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    """Home: where their day starts."""
    speciality: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)


class GroupWeek(Base):
    """What a group does in the week that begins on a Monday; a week without a row is theory."""

    __tablename__ = "group_week"
    __table_args__ = (CheckConstraint(one_of("kind", *WEEK_KINDS), name="kind"),)
    group_id: Mapped[int] = mapped_column(ForeignKey("learner_group.id"), primary_key=True)
    monday_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]


class CurriculumHours(Base):
    """Academic hours of a competency that a group's curriculum holds this term; the ground of entitlement."""

    __tablename__ = "curriculum_hours"
    group_id: Mapped[int] = mapped_column(ForeignKey("learner_group.id"), primary_key=True)
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    hours: Mapped[int]
