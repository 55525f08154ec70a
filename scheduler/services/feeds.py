"""Calendar feeds: addresses that can be shown again and revoked, bytes that a job makes ahead of any GET."""

import asyncio
import gzip
import hashlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import undefer

from scheduler import policy
from scheduler.calendars import CalendarEvent, make_calendar
from scheduler.domain.feed import FeedBody, FeedKind, FeedView
from scheduler.errors import NotFound, Unavailable
from scheduler.ids import feed_token, token_sha256
from scheduler.persistence.engine import Database
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.accounts import Feed
from scheduler.persistence.tables.register import LearnerGroup, Participant, Site
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.persistence.transaction import Tx
from scheduler.policy import SYSTEM, Target
from scheduler.services.audit import record
from scheduler.services.calendar_events import calendar_events, feed_title
from scheduler.services.scope import own_participants, target_of

KEPT = timedelta(days=180)
"""How long a past session stays in a feed; a cancelled one stays as long after its cancellation."""
_MARKED = {"dirty": True, "changes": Feed.changes + 1}

log = logging.getLogger(__name__)


async def ensure_feed(tx: Tx, kind: FeedKind, target_id: int, key: bytes) -> FeedView:
    """Return the feed of a target, made if there was none; its bytes follow within seconds.

    Parameters
    ----------
    kind, target_id
        ``trainer``: a resource of that kind; ``group``, ``resource``, ``site``, ``participant``: its id.
    key
        The server's key, from which the address is derived.

    Raises
    ------
    NotFound
        There is no such target.
    """
    policy.require(tx.actor, "feed.read", await _target(tx, kind, target_id))
    feed = await tx.session.scalar(select(Feed).where(Feed.kind == kind, Feed.target_id == target_id))
    if feed is None:
        feed = Feed(kind=kind, target_id=target_id, token_sha256=f"unset:{kind}:{target_id}", changes=0)
        tx.session.add(feed)
        await tx.session.flush()
        feed.token_sha256 = token_sha256(feed_token(key, feed.id, feed.generation or 1))
        await tx.session.flush()
        record(tx, "feed.create", "feed", feed.id, kind=kind, target_id=target_id)
    return await _view(tx, feed, key)


async def list_feeds(tx: Tx, key: bytes, *, mine: bool = False) -> tuple[FeedView, ...]:
    """Return the feeds whose address the actor may see; `mine`: of its own participants and person."""
    policy.require(tx.actor, "register.read")
    feeds = await tx.session.scalars(select(Feed).order_by(Feed.kind, Feed.target_id))
    own = own_participants(tx.actor)
    found = []
    for feed in feeds:
        target = await _target(tx, feed.kind, feed.target_id)
        if mine and not (target.participant_ids & own or _is_self(tx, target)):
            continue
        if policy.allowed(tx.actor, "feed.read", target):
            found.append(await _view(tx, feed, key))
    return tuple(found)


async def revoke_feed(tx: Tx, feed_id: int, key: bytes) -> FeedView:
    """Give a feed a new address; the old one answers "not found" from the commit on.

    Raises
    ------
    NotFound
        There is no such feed.
    """
    feed: Feed = await get_row(tx, Feed, feed_id)
    policy.require(tx.actor, "feed.revoke", await _target(tx, feed.kind, feed.target_id))
    feed.generation += 1
    feed.token_sha256 = token_sha256(feed_token(key, feed.id, feed.generation))
    feed.used_at = None
    record(tx, "feed.revoke", "feed", feed.id, generation=feed.generation)
    await tx.session.flush()
    return await _view(tx, feed, key)


async def find_feed_by_token(tx: Tx, token: str) -> FeedBody | None:
    """Return the stored bytes of the feed with this token; None for an unknown token. Writes nothing.

    Raises
    ------
    Unavailable
        The feed is so new that its bytes are not made yet.
    """
    feed = await tx.session.scalar(
        select(Feed)
        .where(Feed.token_sha256 == token_sha256(token))
        .options(undefer(Feed.body), undefer(Feed.body_gzip))
    )
    if feed is None:
        return None
    if feed.body is None or feed.body_gzip is None or feed.etag is None or feed.modified_at is None:
        raise Unavailable("feed_not_made", retry_after_s=10)
    return FeedBody(body=feed.body, body_gzip=feed.body_gzip, etag=feed.etag, modified_at=feed.modified_at)


async def note_use(tx: Tx, token: str) -> None:
    """Keep when a feed was last fetched, so that its owner sees whether a leaked address is in use."""
    await tx.session.execute(
        update(Feed).where(Feed.token_sha256 == token_sha256(token)).values(used_at=tx.clock.now())
    )


async def mark_dirty(tx: Tx, booking_ids: Iterable[int] | None, subject_ids: Iterable[int] = ()) -> None:
    """Mark every feed that shows one of these bookings (None: all feeds) as to be made anew.

    Call it in the transaction that changes the bookings, after their claims are written; `subject_ids` are
    subjects that they left.
    """
    if booking_ids is None:
        await tx.session.execute(update(Feed).values(_MARKED))
        return
    bookings = sorted(set(booking_ids))
    subjects, sites, participants = set(subject_ids), set[int](), set[int]()
    for first in range(0, len(bookings), 500):
        part = bookings[first : first + 500]
        rows = await tx.session.execute(
            select(Booking.site_id, Booking.participant_id, Booking.group_id).where(Booking.id.in_(part))
        )
        for site_id, participant_id, group_id in rows:
            sites.add(site_id)
            participants.add(participant_id)
            if group_id is not None:
                subjects.add(group_id)
        subjects |= set(
            await tx.session.scalars(select(Claim.subject_id).where(Claim.booking_id.in_(part)).distinct())
        )
    participants |= set(
        await tx.session.scalars(select(Resource.owner_id).where(Resource.id.in_(subjects)).distinct())
    )
    for kinds, ids in (
        (("trainer", "resource", "group"), subjects),
        (("site",), sites),
        (("participant",), participants),
    ):
        await _mark(tx, kinds, ids)


async def _mark(tx: Tx, kinds: Iterable[str], target_ids: Iterable[int]) -> None:
    await tx.session.execute(
        update(Feed).where(Feed.kind.in_(kinds), Feed.target_id.in_(target_ids)).values(_MARKED)
    )


async def mark_renamed(tx: Tx, *, subject_id: int | None = None, site_id: int | None = None) -> None:
    """Mark every feed that names a resource, a learner group or a site, its own among them."""
    if subject_id is not None:
        shown = select(Claim.booking_id).where(Claim.subject_id == subject_id)
    else:
        shown = select(Booking.id).where(Booking.site_id == site_id)
        await _mark(tx, ("site",), [site_id] if site_id is not None else [])
    await mark_dirty(tx, await tx.session.scalars(shown), [] if subject_id is None else [subject_id])


async def remake_dirty(db: Database, limit: int = 50) -> int:
    """Make the bytes of up to `limit` dirty feeds; return how many were made.

    Opens transactions of its own: bytes are made between them, so no lock is held meanwhile. Bytes that
    came out as they were keep their ETag and their time. A feed that cannot be made stays dirty and keeps
    no other one waiting.
    """
    async with db.read_tx(SYSTEM) as tx:
        feeds = list(await tx.session.scalars(select(Feed).where(Feed.dirty).order_by(Feed.id).limit(limit)))
    made = 0
    for feed in feeds:
        try:
            await _remake(db, feed)
        except Unavailable:
            raise
        except Exception:
            log.exception("feed %d cannot be made", feed.id)
        else:
            made += 1
    return made


async def _remake(db: Database, feed: Feed) -> None:
    async with db.read_tx(SYSTEM) as tx:
        changes = await tx.session.scalar(select(Feed.changes).where(Feed.id == feed.id))
        name = await feed_title(tx, feed.kind, feed.target_id)
        since = tx.clock.now() - KEPT
        events = await calendar_events(tx, _bookings_of(feed.kind, feed.target_id), feed.kind, since)
    body, body_gzip, etag = await asyncio.to_thread(_make, name, events)
    # What was read before a change must not be stored after it, perhaps over what another process made.
    as_read = (Feed.id == feed.id) & (Feed.changes == changes)
    async with db.write_tx(SYSTEM) as tx:
        await tx.session.execute(
            update(Feed)
            .where(as_read, func.coalesce(Feed.etag, "") != etag)
            .values(body=body, body_gzip=body_gzip, etag=etag, modified_at=tx.clock.now())
        )
        await tx.session.execute(update(Feed).where(as_read).values(dirty=False))


def _make(name: str, events: list[CalendarEvent]) -> tuple[bytes, bytes, str]:
    body = make_calendar(name, events)
    # Without a time inside, equal bodies give equal archives.
    return body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:32]


def _bookings_of(kind: str, target_id: int) -> Select[Any]:
    """Return the ids of the bookings that a feed shows.

    A proposal stands in the feeds of its owners and its requester alone, and so does its refusal.
    """
    # Nobody is told of a hold, so neither of its end.
    ids = select(Booking.id).where(Booking.state.not_in(("held", "released")))
    if kind == "participant":
        hosted = (
            select(Claim.booking_id)
            .join(Resource, Resource.id == Claim.subject_id)
            .where(Resource.owner_id == target_id)
        )
        return ids.where(or_(Booking.participant_id == target_id, Booking.id.in_(hosted)))
    ids = ids.where(Booking.state.not_in(("proposed", "rejected")))
    if kind == "site":
        return ids.where(Booking.site_id == target_id)
    return ids.where(Booking.id.in_(select(Claim.booking_id).where(Claim.subject_id == target_id)))


async def _target(tx: Tx, kind: str, target_id: int) -> Target:
    """Return whose a feed is.

    Raises
    ------
    NotFound
        There is no such target.
    """
    match kind:
        case "participant":
            await get_row(tx, Participant, target_id)
            return await target_of(tx, [target_id])
        case "site":
            site: Site = await get_row(tx, Site, target_id)
            return await target_of(tx, [site.participant_id])
        case "group":
            group: LearnerGroup = await get_row(tx, LearnerGroup, target_id)
            return await target_of(tx, [group.participant_id])
        case _:
            resource: Resource = await get_row(tx, Resource, target_id)
            if (resource.kind == "trainer") != (kind == "trainer"):
                raise NotFound(kind, target_id)
            return await target_of(tx, [resource.owner_id], resource.person_id)


def _is_self(tx: Tx, target: Target) -> bool:
    return target.person_id is not None and target.person_id == tx.actor.person_id


async def _view(tx: Tx, feed: Feed, key: bytes) -> FeedView:
    return FeedView.model_validate(
        {
            "id": feed.id,
            "kind": feed.kind,
            "target_id": feed.target_id,
            "title": await feed_title(tx, feed.kind, feed.target_id),
            "generation": feed.generation,
            "token": feed_token(key, feed.id, feed.generation),
            "modified_at": feed.modified_at,
            "used_at": feed.used_at,
        }
    )
