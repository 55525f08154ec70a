"""Credits of fairness that earlier campaigns of a cluster left."""

from sqlalchemy import select

from scheduler.persistence.tables.requests import Campaign
from scheduler.persistence.tables.timetable import FairnessCredit
from scheduler.persistence.transaction import Tx


async def credits_before(tx: Tx, campaign: Campaign) -> dict[int, int]:
    """Return the newest credit of every participant from a campaign that began earlier, in minutes."""
    rows = await tx.session.execute(
        select(FairnessCredit.participant_id, FairnessCredit.credit_minutes)
        .join(Campaign, Campaign.id == FairnessCredit.campaign_id)
        .where(Campaign.cluster_id == campaign.cluster_id, Campaign.starts_on < campaign.starts_on)
        .order_by(Campaign.starts_on, Campaign.id)
    )
    return dict(rows.all())
