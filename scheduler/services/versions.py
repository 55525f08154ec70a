"""Versions of the timetable: drafts, and their publication into the live one."""

from typing import Any

from sqlalchemy import func, select, update

from scheduler import policy
from scheduler.bridge import check_sessions
from scheduler.domain.model import Page
from scheduler.domain.version import PublicationDiff, SessionView, UseView, VersionView
from scheduler.errors import RuleViolated, StaleRevision, WrongState
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Version, VersionSession
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.policy import Target
from scheduler.services.audit import record
from scheduler.services.credits import settle_credits
from scheduler.services.feeds import mark_dirty
from scheduler.services.publication import Publication, lock_bookings, subjects_of
from scheduler.services.region_settings import consent_days

PUBLISHABLE = ("draft", "proposed", "approved")
NAMED_IN_LOG = 500


async def list_versions(
    tx: Tx,
    *,
    campaign_id: int | None = None,
    state: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[VersionView]:
    """Return a page of versions, newest first."""
    policy.require(tx.actor, "version.read")
    statement = select(Version)
    if campaign_id is not None:
        statement = statement.where(Version.campaign_id == campaign_id)
    if state is not None:
        statement = statement.where(Version.state == state)
    rows, following = await fetch_page(tx, statement, (Version.id,), limit, after, descending=True)
    return Page(items=await _views(tx, [row[0] for row in rows]), next=following)


async def get_version(tx: Tx, version_id: int) -> VersionView:
    """Return one version."""
    policy.require(tx.actor, "version.read")
    return (await _views(tx, [await get_row(tx, Version, version_id)]))[0]


async def sessions_of_version(
    tx: Tx,
    version_id: int,
    *,
    request_id: int | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[SessionView]:
    """Return a page of a version's sessions in order of time."""
    policy.require(tx.actor, "version.read")
    await get_row(tx, Version, version_id)
    statement = select(VersionSession).where(VersionSession.version_id == version_id)
    if request_id is not None:
        statement = statement.where(VersionSession.request_id == request_id)
    found, following = await fetch_page(
        tx, statement, (VersionSession.starts_local, VersionSession.key), limit, after
    )
    rows: list[VersionSession] = [row[0] for row in found]
    requests = await refs(tx, Request, [row.request_id for row in rows])
    ids = [use["resource_id"] for row in rows for use in row.uses]
    resources = await refs(tx, Resource, ids)
    kinds = {
        row.id: row.kind
        for row in await tx.session.execute(
            select(Resource.id, Resource.kind).where(Resource.id.in_(resources))
        )
    }
    items = tuple(
        SessionView(
            key=row.key,
            request=requests[row.request_id],
            starts_local=row.starts_local,
            ends_local=row.ends_local,
            learners_from=row.learners_from,
            learners_until=row.learners_until,
            contact_minutes=row.contact_minutes,
            uses=tuple(
                UseView(
                    role=use["role"],
                    resource=resources[use["resource_id"]],
                    kind=kinds[use["resource_id"]],
                    amount=use["amount"],
                    units=tuple(use["units"]),
                )
                for use in row.uses
            ),
        )
        for row in rows
    )
    return Page(items=items, next=following)


async def preview_publication(tx: Tx, version_id: int) -> PublicationDiff:
    """Return what publishing a version would do to the live timetable now."""
    policy.require(tx.actor, "version.read")
    version: Version = await get_row(tx, Version, version_id)
    return (await Publication.read(tx, version, 0)).diff


async def publish_version(tx: Tx, version_id: int, revision: int) -> PublicationDiff:
    """Make a version the live timetable: bookings and claims follow it in this transaction, or nothing.

    A session keeps its booking and calendar UID through all versions. Bookings on resources whose owners
    decide case by case become proposed; they fall out unless the owners say yes in time. What has taken
    place stays as it was; what its owner refused or somebody cancelled is not booked again at the same
    place and time.

    Raises
    ------
    ResourceTaken
        A booking made meanwhile holds what the version needs (from the end of the transaction).
    RuleViolated
        The version breaks rules by the rows of now: every breach in words.
    StaleRevision
        Somebody else changed it.
    WrongState
        It is published or superseded.
    """
    version: Version = await get_row(tx, Version, version_id)
    campaign: Campaign = await get_row(tx, Campaign, version.campaign_id)
    policy.require(tx.actor, "timetable.publish", Target(cluster_ids=frozenset({campaign.cluster_id})))
    if version.state not in PUBLISHABLE:
        raise WrongState("version", version.state, PUBLISHABLE)
    if version.revision != revision:
        raise StaleRevision(version.revision)
    # Two publications of one campaign go one after the other.
    await tx.session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
    await lock_subjects(tx, await subjects_of(tx, version))
    await lock_bookings(tx, version)
    publication = await Publication.read(tx, version, await consent_days(tx))
    breaches = await check_sessions(tx, campaign.id, publication.sessions)
    if breaches:
        raise RuleViolated(breaches)
    diff = publication.diff
    details = diff.model_dump() | publication.keys(NAMED_IN_LOG)
    await settle_credits(tx, campaign, version)
    await _mark_published(tx, version, revision, diff)
    touched, left = await publication.apply()
    await mark_dirty(tx, touched, left)
    record(tx, "timetable.publish", "version", version_id, version_id=version_id, **details)
    return diff


async def _mark_published(tx: Tx, version: Version, revision: int, diff: PublicationDiff) -> None:
    done = await tx.session.execute(
        update(Version)
        .where(Version.id == version.id, Version.revision == revision, Version.state.in_(PUBLISHABLE))
        .values(
            state="published",
            revision=revision + 1,
            published_at=tx.clock.now(),
            summary=diff.model_dump(),
        )
        .returning(Version.id)
    )
    if done.first() is None:
        current: Any = await tx.session.scalar(select(Version.revision).where(Version.id == version.id))
        raise StaleRevision(current)
    await tx.session.execute(
        update(Version)
        .where(
            Version.campaign_id == version.campaign_id,
            Version.state == "published",
            Version.id != version.id,
        )
        .values(state="superseded")
    )


async def _views(tx: Tx, rows: list[Version]) -> tuple[VersionView, ...]:
    campaigns = await refs(tx, Campaign, [row.campaign_id for row in rows])
    counted = await tx.session.execute(
        select(VersionSession.version_id, func.count())
        .where(VersionSession.version_id.in_([row.id for row in rows]))
        .group_by(VersionSession.version_id)
    )
    sessions = dict(counted.all())
    return tuple(
        VersionView.model_validate(
            {
                "id": row.id,
                "campaign": campaigns[row.campaign_id],
                "number": row.number,
                "state": row.state,
                "revision": row.revision,
                "run_id": row.run_id,
                "note": row.note,
                "created_at": row.created_at,
                "published_at": row.published_at,
                "sessions": sessions.get(row.id, 0),
                "summary": PublicationDiff.model_validate(row.summary) if row.summary else None,
            }
        )
        for row in rows
    )
