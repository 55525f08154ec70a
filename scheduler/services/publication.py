"""The difference between a version and the live timetable, and how it is applied."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import and_, bindparam, delete, insert, select, update

from scheduler.domain.version import PublicationDiff
from scheduler.ids import new_uid
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.timetable import HOLDING_STATES, Booking, Claim, Version, VersionSession
from scheduler.persistence.transaction import Tx
from scheduler.services.placing import (
    ClaimDraft,
    Holding,
    SessionTime,
    claim_drafts,
    holdings,
    place_of,
)

_CHUNK = 500


@dataclass(slots=True)
class _Wanted:
    """A session as its booking should be."""

    columns: dict[str, Any]
    claims: list[ClaimDraft]

    def settle(self, consent_days: int, now: datetime) -> None:
        """Set the state that its claims' consent gives."""
        agreed = all(claim.agreed for claim in self.claims)
        self.columns["state"] = "confirmed" if agreed else "proposed"
        deadline = min(now + timedelta(days=consent_days), self.columns["starts_at"])
        self.columns["consent_until"] = None if agreed else deadline


async def subjects_of(tx: Tx, version: Version) -> set[int]:
    """Return every subject that a version claims or that its campaign's bookings hold."""
    uses = await tx.session.scalars(
        select(VersionSession.uses).where(VersionSession.version_id == version.id)
    )
    found = {use["resource_id"] for session in uses for use in session}
    groups = select(Request.group_id).where(
        Request.id.in_(select(VersionSession.request_id).where(VersionSession.version_id == version.id))
    )
    held = (
        select(Claim.subject_id)
        .join(Booking, Booking.id == Claim.booking_id)
        .join(Request, Request.id == Booking.request_id)
        .where(Request.campaign_id == version.campaign_id, Claim.holding)
        .distinct()
    )
    return found | set(await tx.session.scalars(groups)) | set(await tx.session.scalars(held))


async def lock_bookings(tx: Tx, version: Version) -> None:
    """Let nobody say yes or no to a booking of the version's campaign until the transaction ends."""
    await tx.session.execute(
        select(Booking.id)
        .join(Request, Request.id == Booking.request_id)
        .where(Request.campaign_id == version.campaign_id, Booking.key.is_not(None))
        .order_by(Booking.id)
        .with_for_update(of=Booking)
    )


@dataclass(slots=True)
class Publication:
    """A version beside the live timetable of its campaign.

    Attributes
    ----------
    sessions
        The version's sessions.
    refused
        Bookings that people ended: owners said no, or somebody cancelled.
    """

    tx: Tx
    version: Version
    sessions: list[VersionSession]
    added: list[_Wanted] = field(default_factory=list)
    changed: list[tuple[Booking, _Wanted]] = field(default_factory=list)
    cancelled: list[Booking] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    unchanged: int = 0
    revived: int = 0

    @classmethod
    async def read(cls, tx: Tx, version: Version, consent_days: int) -> Self:
        """Compare a version with the bookings of now."""
        sessions = list(
            await tx.session.scalars(
                select(VersionSession)
                .where(VersionSession.version_id == version.id)
                .order_by(VersionSession.key)
            )
        )
        booked = {
            booking.key: booking
            for booking in await tx.session.scalars(
                select(Booking)
                .join(Request, Request.id == Booking.request_id)
                .where(Request.campaign_id == version.campaign_id, Booking.key.is_not(None))
                .order_by(Booking.id)
                .execution_options(populate_existing=True)
            )
        }
        claims = await _claims(tx, [booking.id for booking in booked.values()])
        wanted = await _wanted(tx, version, sessions)
        found = cls(tx, version, sessions, refused=await _refused(tx, version))
        for key, want in wanted.items():
            booking = booked.pop(key, None)
            found._compare(want, booking, claims.get(booking.id, []) if booking else [], consent_days)
        now = tx.clock.now()
        for booking in booked.values():
            # What has taken place stays what it was.
            if booking.state in HOLDING_STATES and booking.ends_at > now:
                found.cancelled.append(booking)
        return found

    def _compare(self, want: _Wanted, booking: Booking | None, held: list[Claim], consent_days: int) -> None:
        now = self.tx.clock.now()
        if booking is None:
            want.settle(consent_days, now)
            self.added.append(want)
            return
        holding = booking.state in HOLDING_STATES
        if holding and booking.ends_at <= now:
            # What has taken place stays what it was.
            self.unchanged += 1
            return
        # A yes ends with the booking that it was given for.
        agreed = {_extent(claim) for claim in held if claim.agreed and holding}
        want.claims = [
            claim if claim.agreed or claim.extent not in agreed else _with_consent(claim)
            for claim in want.claims
        ]
        want.settle(consent_days, now)
        same_claims = {(c.role, c.extent) for c in want.claims} == {(c.role, _extent(c)) for c in held}
        same_columns = all(
            getattr(booking, name) == value
            for name, value in want.columns.items()
            if name not in ("state", "consent_until", "version_id")
        )
        if same_claims and (same_columns if holding else booking.id in self.refused):
            self.unchanged += 1
            return
        self.revived += not holding
        self.changed.append((booking, want))
        self.left.update(claim.subject_id for claim in held)

    @property
    def diff(self) -> PublicationDiff:
        """What it does, in sessions.

        One that comes back because an earlier version left it out is added; one that somebody refused
        at the same place and time stays ended, and is unchanged.
        """
        return PublicationDiff(
            added=len(self.added) + self.revived,
            moved=len(self.changed) - self.revived,
            cancelled=len(self.cancelled),
            unchanged=self.unchanged,
        )

    def keys(self, most: int) -> dict[str, list[str]]:
        """Return the keys of sessions that change or fall out, at most so many of each."""
        return {
            "moved_keys": [str(booking.key) for booking, _ in self.changed[:most]],
            "cancelled_keys": [str(booking.key) for booking in self.cancelled[:most]],
        }

    async def apply(self) -> tuple[list[int], set[int]]:
        """Write it: first everything lets go, then everything takes hold.

        Returns
        -------
        tuple[list[int], set[int]]
            Bookings that are new or changed, and subjects that changed bookings may have left.
        """
        session, now = self.tx.session, self.tx.clock.now()
        cancelled_ids = [booking.id for booking in self.cancelled]
        if self.cancelled:
            await session.execute(
                update(Booking.__table__)  # type: ignore[arg-type]
                .where(Booking.id == bindparam("booking_id"))
                .values(
                    state="cancelled",
                    hold_until=None,
                    consent_until=None,
                    version_id=self.version.id,
                    sequence=Booking.sequence + 1,
                    updated_at=now,
                ),
                [{"booking_id": id_} for id_ in cancelled_ids],
            )
        changed_ids = [booking.id for booking, _ in self.changed]
        for first in range(0, len(changed_ids), _CHUNK):
            await session.execute(
                delete(Claim).where(Claim.booking_id.in_(changed_ids[first : first + _CHUNK]))
            )
        await self._change(now)
        new_ids = await self._add(now)
        pairs = [
            *zip(changed_ids, (want for _, want in self.changed), strict=True),
            *zip(new_ids, self.added, strict=True),
        ]
        rows = [_claim_row(booking_id, claim) for booking_id, want in pairs for claim in want.claims]
        if rows:
            await session.execute(insert(Claim.__table__), rows)  # type: ignore[arg-type]
        # The statements went past the session: what it has read of bookings is no longer so.
        session.expire_all()
        return [*changed_ids, *new_ids, *cancelled_ids], self.left

    async def _change(self, now: datetime) -> None:
        if not self.changed:
            return
        names = list(self.changed[0][1].columns)
        await self.tx.session.execute(
            update(Booking.__table__)  # type: ignore[arg-type]
            .where(Booking.id == bindparam("booking_id"))
            .values(
                {name: bindparam(f"new_{name}") for name in names}
                | {"hold_until": None, "sequence": Booking.sequence + 1, "updated_at": now}
            ),
            [
                {"booking_id": booking.id} | {f"new_{name}": want.columns[name] for name in names}
                for booking, want in self.changed
            ],
        )

    async def _add(self, now: datetime) -> list[int]:
        if not self.added:
            return []
        rows = [
            {**want.columns, "uid": new_uid(), "sequence": 0, "created_at": now, "updated_at": now}
            for want in self.added
        ]
        await self.tx.session.execute(insert(Booking.__table__), rows)  # type: ignore[arg-type]
        # Asking each INSERT for its id would send them one by one.
        uids = [row["uid"] for row in rows]
        ids: dict[str, int] = {}
        for first in range(0, len(uids), _CHUNK):
            found = await self.tx.session.execute(
                select(Booking.uid, Booking.id).where(Booking.uid.in_(uids[first : first + _CHUNK]))
            )
            ids |= dict(found.all())
        return [ids[uid] for uid in uids]


async def _refused(tx: Tx, version: Version) -> set[int]:
    """Return the bookings that people ended, not publications.

    The version that last changed a booking contains its session, unless it was the one that left it out.
    """
    rows = await tx.session.scalars(
        select(Booking.id)
        .join(Request, Request.id == Booking.request_id)
        .join(
            VersionSession,
            and_(VersionSession.version_id == Booking.version_id, VersionSession.key == Booking.key),
        )
        .where(
            Request.campaign_id == version.campaign_id,
            # An owner who did not answer in time said neither yes nor no, and is asked again.
            (Booking.state == "cancelled")
            | ((Booking.state == "rejected") & Booking.consent_until.is_(None)),
        )
    )
    return set(rows)


def _with_consent(claim: ClaimDraft) -> ClaimDraft:
    """Return a claim to which its owner has already said yes."""
    return ClaimDraft(
        claim.subject_id, claim.role, claim.amount, claim.units, claim.from_s, claim.until_s, True
    )


def _extent(claim: Claim) -> tuple[int, int, int, int, tuple[str, ...]]:
    return (claim.subject_id, claim.amount, claim.from_s, claim.until_s, tuple(claim.units))


def _claim_row(booking_id: int, claim: ClaimDraft) -> dict[str, Any]:
    return {
        "booking_id": booking_id,
        "subject_id": claim.subject_id,
        "role": claim.role,
        "amount": claim.amount,
        "units": list(claim.units),
        "from_s": claim.from_s,
        "until_s": claim.until_s,
        "holding": True,
        "agreed": claim.agreed,
    }


async def _claims(tx: Tx, booking_ids: Iterable[int]) -> dict[int, list[Claim]]:
    found: dict[int, list[Claim]] = defaultdict(list)
    ids = sorted(booking_ids)
    for first in range(0, len(ids), _CHUNK):
        for claim in await tx.session.scalars(
            select(Claim)
            .where(Claim.booking_id.in_(ids[first : first + _CHUNK]))
            .order_by(Claim.id)
            .execution_options(populate_existing=True)
        ):
            found[claim.booking_id].append(claim)
    return found


async def _wanted(tx: Tx, version: Version, sessions: list[VersionSession]) -> dict[str, _Wanted]:
    """Return every session of the version as a booking, by key."""
    resources: dict[int, Holding] = await holdings(
        tx, (use["resource_id"] for session in sessions for use in session.uses)
    )
    requests = {
        request.id: request
        for request in await tx.session.scalars(
            select(Request).where(Request.campaign_id == version.campaign_id)
        )
    }
    found = {}
    for session in sessions:
        request = requests[session.request_id]
        place = place_of(session.uses, resources)
        assert place is not None, "the bridge gives every session a place first"
        time = SessionTime.at(session.starts_local, session.ends_local, place.site.timezone)
        learners = session.learners_until - session.learners_from
        claims = claim_drafts(
            session.uses, resources, time, request.participant_id, request.group_id, learners
        )
        columns = {
            "key": session.key,
            "request_id": request.id,
            "version_id": version.id,
            "participant_id": request.participant_id,
            "group_id": request.group_id,
            "learners_from": session.learners_from,
            "learners_until": session.learners_until,
            "site_id": place.site.id,
            "title": request.title,
            "contact_minutes": session.contact_minutes,
            "starts_local": session.starts_local,
            "ends_local": session.ends_local,
            "timezone": time.timezone,
            "starts_at": time.starts_at,
            "ends_at": time.ends_at,
        }
        found[session.key] = _Wanted(columns, claims)
    return found
