"""Campaigns: the terms for which requests are collected and allocated."""

from litestar import Router, get

from api.dependencies import ReadTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit
from scheduler.domain.model import Page
from scheduler.domain.programme import CampaignView
from scheduler.domain.run import UnplacedView
from scheduler.domain.week import CampaignProgress
from scheduler.services import campaigns, runs, views


@get("/")
async def list_campaigns(
    read_tx: ReadTx,
    cluster_id: FilterId = None,
    in_state: InState[str] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[CampaignView]:
    """Return a page of campaigns."""
    return await campaigns.list_campaigns(
        read_tx, cluster_id=cluster_id, state=in_state, limit=limit, after=after
    )


@get("/{campaign_id:int}")
async def get_campaign(read_tx: ReadTx, campaign_id: Id) -> CampaignView:
    """Return one campaign."""
    return await campaigns.get_campaign(read_tx, campaign_id)


@get("/{campaign_id:int}/progress")
async def get_campaign_progress(read_tx: ReadTx, campaign_id: Id) -> CampaignProgress:
    """Return who has sent requests and who has not."""
    return await views.campaign_progress(read_tx, campaign_id)


@get("/{campaign_id:int}/unplaced")
async def list_campaign_unplaced(
    read_tx: ReadTx,
    campaign_id: Id,
    participant_id: FilterId = None,
    competency_id: FilterId = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[UnplacedView]:
    """Return a page of what the published plan, else the newest draft, left unplaced, with the reasons."""
    await campaigns.get_campaign(read_tx, campaign_id)
    return await runs.unplaced_of(
        read_tx,
        campaign_id=campaign_id,
        participant_id=participant_id,
        competency_id=competency_id,
        limit=limit,
        after=after,
    )


ROUTES = Router(
    "/campaigns",
    route_handlers=[list_campaigns, get_campaign, get_campaign_progress, list_campaign_unplaced],
    tags=["campaigns"],
)
