"""Accounts, their roles and logins, and calendar feeds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.persistence.tables.base import Base, Key, one_of
from scheduler.policy import ROLES

FEED_KINDS = ("trainer", "group", "resource", "site", "participant")


class Account(Base):
    """Somebody who can sign in."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint(one_of("state", "active", "blocked"), name="state"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    display_name: Mapped[str]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(default="ru")
    state: Mapped[str] = mapped_column(default="active")
    demo: Mapped[bool] = mapped_column(default=False)


class RoleGrant(Base):
    """A role: in a participant (college, employer, trainer) or in a cluster (coordinator, observer)."""

    __tablename__ = "role_grant"
    __table_args__ = (CheckConstraint(one_of("role", *ROLES), name="role"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str]
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))


class Login(Base):
    """A signed-in browser or API client; only the hash of its secret is kept."""

    __tablename__ = "login"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Feed(Base):
    """A calendar feed of one target; its bytes are made by a job, never by a GET."""

    __tablename__ = "feed"
    __table_args__ = (
        CheckConstraint(one_of("kind", *FEED_KINDS), name="kind"),
        UniqueConstraint("kind", "target_id"),
        {"sqlite_autoincrement": True},  # a token is derived from the id: no other feed may ever get it
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    target_id: Mapped[int]
    """Id of the trainer resource, learner group, resource, site or participant."""
    generation: Mapped[int] = mapped_column(default=1)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    dirty: Mapped[bool] = mapped_column(default=True, index=True)
    changes: Mapped[int] = mapped_column(default=0)
    """How often it was marked dirty: bytes made before a change do not clear the mark that came with it."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    body_gzip: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    etag: Mapped[str | None]
    modified_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
