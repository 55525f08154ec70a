"""Participants of the cluster: the list, and one with its sites and resources."""

from typing import Any

from litestar import Request, get

from api.language import language_of
from api.v1.parameters import Id
from api.web import query
from api.web.lists import town_choices
from api.web.page import Html, page
from api.web.rights import may_for
from api.web.transactions import reading
from scheduler.services import groups, participants, resources

AnyRequest = Request[Any, Any, Any]
KINDS = ("college", "university", "employer", "authority")


@get("/participants")
async def list_participants(request: AnyRequest) -> Html:
    """Show the participants."""
    lang = language_of(request)
    chosen: dict[str, Any] = {"kind": query.text(request, "kind"), "town_id": query.number(request, "town")}
    async with reading(request) as tx:
        found = await participants.list_participants(tx, after=query.text(request, "after"), **chosen)
        return await page(
            request,
            tx,
            "participants.html",
            participants=found.items,
            next=query.next_page(request, found.next),
            chosen=chosen,
            kinds=KINDS,
            towns=await town_choices(tx, lang),
        )


@get("/participants/{participant_id:int}")
async def show_participant(request: AnyRequest, participant_id: Id) -> Html:
    """Show a participant."""
    async with reading(request) as tx:
        participant = await participants.get_participant(tx, participant_id)
        owned = await resources.list_resources(tx, owner_id=participant_id, limit=100)
        learner_groups = await groups.list_groups(tx, participant_id=participant_id, limit=100)
        return await page(
            request,
            tx,
            "participant.html",
            participant=participant,
            resources=owned.items,
            resources_next=f"/resources?owner={participant_id}" if owned.next else None,
            groups=learner_groups.items,
            feed={"kind": "participant", "target_id": participant_id}
            if may_for(request.user, "feed.read", participant_id)
            else None,
        )


ROUTES = (list_participants, show_participant)
