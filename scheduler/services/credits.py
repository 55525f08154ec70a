"""Memory of fairness over terms: written when a timetable is published, read by the next campaign."""

from collections import defaultdict

from sqlalchemy import delete, func, select

from scheduler.domain.fairness import credit_after
from scheduler.domain.run import RunReport
from scheduler.domain.settings import RegionSettings
from scheduler.persistence.queries.credits import credits_before
from scheduler.persistence.tables.register import Setting
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.persistence.tables.timetable import FairnessCredit, Run, Version, VersionSession
from scheduler.persistence.transaction import Tx


async def settle_credits(tx: Tx, campaign: Campaign, version: Version) -> None:
    """Keep what every participant was due and gets by a version, and the credit that it goes on with.

    What was due is told by the run that the version came from; without one nothing changes.
    """
    kept = await tx.session.scalar(select(Run.report).where(Run.id == version.run_id))
    if kept is None:
        return
    rows = await tx.session.scalars(select(Setting))
    settings = RegionSettings.effective(rows, campaign.starts_on)
    keep_permille = settings.number("fairness.credit_keep_permille")
    before = await credits_before(tx, campaign)
    granted = await _granted(tx, version)
    await tx.session.execute(delete(FairnessCredit).where(FairnessCredit.campaign_id == campaign.id))
    for entry in RunReport.model_validate(kept).participants:
        who = entry.participant.id
        due = min(entry.asked_minutes, entry.entitlement_minutes - entry.raised_minutes)
        tx.session.add(
            FairnessCredit(
                campaign_id=campaign.id,
                participant_id=who,
                due_minutes=due,
                granted_minutes=granted[who],
                credit_minutes=credit_after(before.get(who, 0), due, granted[who], keep_permille),
            )
        )
    await tx.session.flush()


async def _granted(tx: Tx, version: Version) -> dict[int, int]:
    """Return learner-minutes of a version's sessions, by participant."""
    learners = VersionSession.learners_until - VersionSession.learners_from
    rows = await tx.session.execute(
        select(Request.participant_id, func.sum(learners * VersionSession.contact_minutes))
        .join(VersionSession, VersionSession.request_id == Request.id)
        .where(VersionSession.version_id == version.id)
        .group_by(Request.participant_id)
    )
    # PostgreSQL adds up integers to a decimal number.
    return defaultdict(int, {who: int(minutes) for who, minutes in rows})
