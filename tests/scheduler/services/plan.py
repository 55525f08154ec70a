"""A plan of the tiny cluster that keeps every rule, and drafts made of it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Booking, Version, VersionSession
from scheduler.persistence.transaction import Tx


@dataclass(frozen=True)
class Planned:
    """A session: its activity, its time, its learners, its place and trainer."""

    activity: str
    starts: str
    ends: str
    learners: tuple[int, int]
    room: str
    trainer: str

    def at(self, starts: str, ends: str) -> "Planned":
        """Return the session at another time."""
        return replace(self, starts=starts, ends=ends)


PLAN = {
    planned.activity: planned
    for planned in (
        Planned("R1/1/1", "2027-01-11T08:30", "2027-01-11T11:50", (0, 6), "alpha-cnc", "alpha-t1"),
        Planned("R1/1/2", "2027-01-13T08:30", "2027-01-13T11:50", (0, 6), "alpha-cnc", "alpha-t1"),
        Planned("R1/2/1", "2027-01-18T08:30", "2027-01-18T11:50", (6, 12), "alpha-cnc", "alpha-t1"),
        Planned("R1/2/2", "2027-01-20T08:30", "2027-01-20T11:50", (6, 12), "alpha-cnc", "alpha-t1"),
        Planned("R2/1/1", "2027-01-11T08:30", "2027-01-11T11:50", (0, 8), "beta-weld", "beta-t2"),
        Planned("R2/1/2", "2027-01-13T08:30", "2027-01-13T11:50", (0, 8), "beta-weld", "beta-t2"),
        Planned("R3/1/1", "2027-01-12T14:00", "2027-01-12T17:10", (0, 4), "gamma-cnc", "beta-t2"),
        Planned("R3/2/1", "2027-01-14T14:00", "2027-01-14T17:10", (4, 8), "gamma-cnc", "beta-t2"),
    )
}


async def make_draft(tx: Tx, *changes: Planned, without: tuple[str, ...] = ()) -> int:
    """Store a draft of the plan with some sessions changed or left out, and return its id."""
    plan = PLAN | {planned.activity: planned for planned in changes}
    resources = {row.code: row.id for row in await tx.session.execute(select(Resource.code, Resource.id))}
    requests = {row.code: row.id for row in await tx.session.execute(select(Request.code, Request.id))}
    number = await tx.session.scalar(select(func.count()).select_from(Version)) or 0
    version = Version(
        campaign_id=1, number=number + 1, state="draft", created_at=tx.clock.now(), note="", summary={}
    )
    tx.session.add(version)
    await tx.session.flush()
    for planned in plan.values():
        if planned.activity in without:
            continue
        uses = [
            {"role": role, "resource_id": resources[code], "amount": amount, "units": []}
            for role, code, amount in (
                ("room", planned.room, planned.learners[1] - planned.learners[0]),
                ("trainer", planned.trainer, 1),
            )
        ]
        tx.session.add(
            VersionSession(
                version_id=version.id,
                key=f"{planned.activity}/1",
                request_id=requests[planned.activity.split("/")[0]],
                starts_local=planned.starts,
                ends_local=planned.ends,
                learners_from=planned.learners[0],
                learners_until=planned.learners[1],
                contact_minutes=180,
                uses=uses,
            )
        )
    await tx.session.flush()
    return version.id


async def bookings_by_activity(tx: Tx) -> dict[str, dict[str, Any]]:
    """Return the columns of every booking that a version made, by activity."""
    rows = await tx.session.scalars(
        select(Booking).where(Booking.key.is_not(None)).execution_options(populate_existing=True)
    )
    return {
        str(row.key).rpartition("/")[0]: {
            "id": row.id,
            "uid": row.uid,
            "state": row.state,
            "sequence": row.sequence,
            "starts_local": row.starts_local,
            "starts_at": row.starts_at,
            "consent_until": row.consent_until,
        }
        for row in rows
    }
