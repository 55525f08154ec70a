"""Versions of the timetable: the list, one with its changes and sessions, publishing."""

from typing import Any

from litestar import Request, Response, get, post

from api.language import language_of
from api.v1.parameters import Id
from api.web import query
from api.web.forms import typed
from api.web.lists import choose_campaign, known_campaigns
from api.web.page import Html, page, see
from api.web.rights import may
from api.web.transactions import reading, writing
from scheduler.services import versions

AnyRequest = Request[Any, Any, Any]
PUBLISHABLE = ("draft", "proposed", "approved")


@get("/versions")
async def list_versions(request: AnyRequest) -> Html:
    """Show the versions of a campaign, newest first."""
    async with reading(request) as tx:
        campaign = await choose_campaign(tx, query.number(request, "campaign"))
        found = await versions.list_versions(
            tx,
            campaign_id=campaign.id if campaign else None,
            after=query.text(request, "after"),
        )
        return await page(
            request,
            tx,
            "versions.html",
            campaign=campaign,
            campaigns=await known_campaigns(tx),
            versions=found.items,
            next=query.next_page(request, found.next),
        )


@get("/versions/{version_id:int}")
async def show_version(request: AnyRequest, version_id: Id) -> Html:
    """Show a version, its sessions and, before it is published, what publishing would change."""
    async with reading(request) as tx:
        version = await versions.get_version(tx, version_id)
        open_ = version.state in PUBLISHABLE
        may_publish = open_ and may(request.user, "timetable.publish")
        found = await versions.sessions_of_version(
            tx, version_id, after=query.text(request, "after"), limit=50
        )
        return await page(
            request,
            tx,
            "version.html",
            version=version,
            difference=await versions.preview_publication(tx, version_id) if may_publish else version.summary,
            published=version.state in ("published", "superseded"),
            sessions=found.items,
            next=query.next_page(request, found.next),
            may_publish=may_publish,
        )


@post("/versions/{version_id:int}/publish", status_code=303)
async def publish_version(request: AnyRequest, version_id: Id) -> Response[Any]:
    """Put a version's difference into the live timetable."""
    form = await typed(request, language_of(request), {})
    async with writing(request) as tx:
        await versions.publish_version(tx, version_id, form.revision())
    return see(f"/versions/{version_id}?done=published")


ROUTES = (list_versions, show_version, publish_version)
