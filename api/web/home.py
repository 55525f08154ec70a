"""The home page: for each role what waits and what comes."""

from datetime import timedelta
from typing import Any

from litestar import Request, get

from api.web.lists import choose_campaign, zone_of
from api.web.page import Html, page
from api.web.rights import has_role, own_participants
from api.web.trainer import by_day
from api.web.transactions import reading
from scheduler.domain.horizon import resolve
from scheduler.domain.programme import CampaignView
from scheduler.persistence.transaction import Tx
from scheduler.services import bookings, offers, requests, runs, versions, views

FEW = 10


@get("/")
async def show_home(request: Request[Any, Any, Any]) -> Html:
    """Show what the visitor's roles need first."""
    actor = request.user
    async with reading(request) as tx:
        campaign = await choose_campaign(tx)
        return await page(
            request,
            tx,
            "home.html",
            campaign=campaign,
            trainer=await _trainer(tx)
            if actor.person_id is not None and has_role(actor, "trainer")
            else None,
            coordinator=await _coordinator(tx, campaign) if has_role(actor, "coordinator") else None,
            employer=await _employer(tx) if has_role(actor, "employer") else None,
            college=await _college(tx) if has_role(actor, "college") else None,
        )


async def _college(tx: Tx) -> dict[str, Any]:
    mine = (await requests.list_requests(tx, mine=True, limit=FEW)).items
    return {
        "requests": mine,
        "outcomes": await views.request_outcomes(tx, [one.id for one in mine]),
        "waiting": len(await bookings.list_awaiting_consent(tx)),
    }


async def _employer(tx: Tx) -> dict[str, Any]:
    monday = await views.default_week(tx)
    zone = await zone_of(tx)
    span: dict[str, Any] = {
        "from_at": resolve(f"{monday}T00:00", zone),
        "until_at": resolve(f"{monday + timedelta(days=7)}T00:00", zone),
    }
    coming = {
        booking.id: booking
        for owner_id in own_participants(tx.actor)
        for booking in (await bookings.list_bookings(tx, owner_id=owner_id, limit=200, **span)).items
    }
    return {
        "offers": (await offers.list_offers(tx, mine=True, state="open", limit=FEW)).items,
        "waiting": await bookings.list_awaiting_consent(tx),
        "days": by_day(tuple(coming.values())),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
    }


async def _coordinator(tx: Tx, campaign: CampaignView | None) -> dict[str, Any]:
    displaced = await bookings.count_displaced(tx)
    if campaign is None:
        return {"progress": None, "run": None, "versions": (), "displaced": displaced}
    last = (await runs.list_runs(tx, campaign_id=campaign.id, limit=1)).items
    return {
        "displaced": displaced,
        "progress": await views.campaign_progress(tx, campaign.id),
        "run": last[0] if last else None,
        "versions": (await versions.list_versions(tx, campaign_id=campaign.id, limit=5)).items,
    }


async def _trainer(tx: Tx) -> dict[str, Any]:
    week = await views.trainer_week(tx, await views.default_week(tx))
    return {"week": week, "days": by_day(week.bookings), "sunday": week.monday_on + timedelta(days=6)}


ROUTES = (show_home,)
