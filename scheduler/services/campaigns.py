"""Campaigns: the rounds of requests."""

from typing import Any

from sqlalchemy import select

from scheduler import policy
from scheduler.domain.horizon import Horizon
from scheduler.domain.model import Page
from scheduler.domain.programme import CampaignView
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.register import Cluster
from scheduler.persistence.tables.requests import Campaign
from scheduler.persistence.transaction import Tx


async def list_campaigns(
    tx: Tx,
    *,
    cluster_id: int | None = None,
    state: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[CampaignView]:
    """Return a page of campaigns, newest first."""
    policy.require(tx.actor, "campaign.read")
    statement = select(Campaign)
    if cluster_id is not None:
        statement = statement.where(Campaign.cluster_id == cluster_id)
    if state is not None:
        statement = statement.where(Campaign.state == state)
    rows, following = await fetch_page(tx, statement, (Campaign.id,), limit, after, descending=True)
    return Page(items=await _views(tx, [row[0] for row in rows]), next=following)


async def get_campaign(tx: Tx, campaign_id: int) -> CampaignView:
    """Return one campaign."""
    policy.require(tx.actor, "campaign.read")
    return (await _views(tx, [await get_row(tx, Campaign, campaign_id)]))[0]


async def _views(tx: Tx, rows: list[Any]) -> tuple[CampaignView, ...]:
    clusters = await refs(tx, Cluster, [row.cluster_id for row in rows])
    views = []
    for row in rows:
        horizon = Horizon.covering(row.starts_on, row.ends_on, row.timezone)
        views.append(
            CampaignView(
                id=row.id,
                code=row.code,
                cluster=clusters[row.cluster_id],
                name=row.name,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                requests_until=row.requests_until,
                timezone=row.timezone,
                state=row.state,
                monday_on=horizon.monday_on,
                weeks=horizon.weeks,
            )
        )
    return tuple(views)
