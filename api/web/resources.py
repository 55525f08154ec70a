"""The catalogue: resources by competency and town, and one with its hours and offers."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post

from api.language import language_of
from api.texts import N_
from api.v1.parameters import Id
from api.web import query
from api.web.forms import Form, read, typed
from api.web.lists import competency_choices, participant_choices, town_choices, zone_of
from api.web.page import Html, page, see
from api.web.rights import has_role, may, may_for
from api.web.trainer import by_day, today_of
from api.web.transactions import reading, writing
from scheduler.domain.horizon import monday_of, resolve
from scheduler.domain.offer import OfferView
from scheduler.domain.resource import AvailabilityInput
from scheduler.errors import Invalid
from scheduler.persistence.transaction import Tx
from scheduler.policy import allowed
from scheduler.services import bookings, offers, resources, views

AnyRequest = Request[Any, Any, Any]

LABELS = {"from_on": N_("Closed from"), "until_on": N_("Closed until"), "note": N_("What for")}


@get("/resources")
async def list_resources(request: AnyRequest) -> Html:
    """Show the catalogue."""
    lang = language_of(request)
    chosen: dict[str, Any] = {
        "kind": query.text(request, "kind"),
        "competency_id": query.number(request, "competency"),
        "town_id": query.number(request, "town"),
        "owner_id": query.number(request, "owner"),
    }
    owner = has_role(request.user, "employer", "college")
    mine = owner and query.text(request, "whose") == "mine"
    async with reading(request) as tx:
        found = await resources.list_resources(tx, mine=mine, after=query.text(request, "after"), **chosen)
        return await page(
            request,
            tx,
            "resources.html",
            resources=found.items,
            next=query.next_page(request, found.next),
            chosen=chosen,
            mine=mine,
            owner=owner,
            kinds=[(kind.name, getattr(kind.title, lang)) for kind in resources.resource_kinds()],
            competencies=await competency_choices(tx, lang),
            towns=await town_choices(tx, lang),
            owners=await participant_choices(tx),
        )


@get("/resources/{resource_id:int}")
async def show_resource(request: AnyRequest, resource_id: Id) -> Html:
    """Show a resource: what it can, when it is open, what stands in it this week."""
    async with reading(request) as tx:
        return await _show(request, tx, resource_id, Form(language_of(request), {}, LABELS))


@post("/resources/{resource_id:int}/closures", status_code=303)
async def close_resource(request: AnyRequest, resource_id: Id) -> Response[Any]:
    """Close a resource for some days, or show its page again with every fault."""
    form = await typed(request, language_of(request), LABELS)
    try:
        days = {name: form.optional(name) for name in LABELS}
        closed = read(AvailabilityInput, {"kind": "closed"} | days)
        async with writing(request) as tx:
            resource = await resources.get_resource(tx, resource_id)
            rows = (*resource.availability, closed)
            await resources.set_availability(tx, resource_id, rows, form.revision())
    except Invalid as error:
        form.refuse(error.errors, lambda path: path.rpartition(".")[2])
        async with reading(request) as tx:
            return await _show(request, tx, resource_id, form, 422)
    monday = monday_of(closed.from_on) if closed.from_on is not None else None
    return see(query.address(f"/resources/{resource_id}", done="shut", week=monday))


@post("/resources/{resource_id:int}/reopenings", status_code=303)
async def reopen_resource(request: AnyRequest, resource_id: Id) -> Response[Any]:
    """Take back the closure that stands at a place of the list; the revision says of which list."""
    form = await typed(request, language_of(request), {})
    place = form.text("place")
    async with writing(request) as tx:
        resource = await resources.get_resource(tx, resource_id)
        rows = tuple(
            row
            for number, row in enumerate(resource.availability)
            if row.kind != "closed" or str(number) != place
        )
        await resources.set_availability(tx, resource_id, rows, form.revision())
    return see(f"/resources/{resource_id}?done=reopened")


async def _show(request: AnyRequest, tx: Tx, resource_id: int, form: Form, status: int = 200) -> Html:
    resource = await resources.get_resource(tx, resource_id)
    opened: tuple[OfferView, ...] = ()
    if allowed(request.user, "offer.read"):
        opened = (await offers.list_offers(tx, resource_id=resource_id, state="open")).items
    zone = await zone_of(tx, resource.town.id)
    monday = monday_of(await _day_asked(request, tx))
    sunday = monday + timedelta(days=6)
    found = await bookings.list_bookings(
        tx,
        from_at=resolve(f"{monday}T00:00", zone),
        until_at=resolve(f"{sunday + timedelta(days=1)}T00:00", zone),
        resource_id=resource_id,
        limit=200,
    )
    own = may_for(request.user, "offer.write", resource.owner.id)
    return await page(
        request,
        tx,
        "resource.html",
        status,
        form=form,
        may_close=may_for(request.user, "resource.write", resource.owner.id),
        resource=resource,
        offers=opened,
        days=by_day(found.items),
        travel={},
        today=today_of(tx, zone),
        week={"monday_on": monday},
        sunday=sunday,
        steps={
            "previous": query.address(request.url.path, week=monday - timedelta(days=7)),
            "next": query.address(request.url.path, week=monday + timedelta(days=7)),
            "today": None,
        },
        may_offer=own and resource.retired_on is None,
        feed={"kind": "trainer" if resource.kind == "trainer" else "resource", "target_id": resource.id}
        if may_for(request.user, "feed.read", resource.owner.id) or _coordinates(request)
        else None,
    )


async def _day_asked(request: AnyRequest, tx: Tx) -> Any:
    return query.day(request, "week") or await views.default_week(tx)


def _coordinates(request: AnyRequest) -> bool:
    return has_role(request.user, "coordinator") and may(request.user, "feed.read")


ROUTES = (list_resources, show_resource, close_resource, reopen_resource)
