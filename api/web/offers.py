"""Offers: the list, the one-page form, its preview, closing."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post

from api.language import language_of
from api.texts import N_
from api.v1.parameters import Id
from api.web import query
from api.web.forms import Form, read, typed
from api.web.labels import named
from api.web.lists import choose_campaign, competency_choices, town_choices, whole
from api.web.page import Html, fragment, page, see
from api.web.rights import has_role, may, own_participants
from api.web.transactions import reading, writing
from api.web.windows import windows_text
from scheduler.domain.offer import OfferInput
from scheduler.domain.resource import ResourceView
from scheduler.errors import Forbidden, Invalid, NotFound
from scheduler.persistence.transaction import Tx
from scheduler.services import offers, resources

AnyRequest = Request[Any, Any, Any]

LABELS = {
    "resource_id": N_("Resource"),
    "days": N_("Days"),
    "from": N_("From"),
    "until": N_("Until"),
    "days2": N_("Other days"),
    "from2": N_("From"),
    "until2": N_("Until"),
    "capacity": N_("Places"),
    "conditions": N_("Conditions"),
    "consent": N_("Consent"),
    "valid_from": N_("First day"),
    "valid_until": N_("Last day"),
    "hours_per_week": N_("At most hours a week"),
    "odd_weeks": N_("Odd or even weeks"),
}
NO_DAYS = N_("Choose at least one day")
NO_HOURS = N_("Say from when until when")
_WINDOW_FIELDS = (("days", "from", "until"), ("days2", "from2", "until2"))


@get("/offers")
async def list_offers(request: AnyRequest) -> Html:
    """Show the offers; an owner sees its own first."""
    lang = language_of(request)
    owner = has_role(request.user, "employer", "college")
    mine = query.text(request, "whose") != "all" if owner else False
    chosen: dict[str, Any] = {
        "competency_id": query.number(request, "competency"),
        "town_id": query.number(request, "town"),
        "state": query.text(request, "state"),
    }
    async with reading(request) as tx:
        found = await offers.list_offers(tx, mine=mine, after=query.text(request, "after"), **chosen)
        return await page(
            request,
            tx,
            "offers.html",
            offers=found.items,
            next=query.next_page(request, found.next),
            mine=mine,
            owner=owner,
            chosen=chosen,
            competencies=await competency_choices(tx, lang),
            towns=await town_choices(tx, lang),
            own=own_participants(request.user),
            may_offer=may(request.user, "offer.write"),
        )


@get("/offers/new")
async def new_offer(request: AnyRequest) -> Html:
    """Show the empty form."""
    lang = language_of(request)
    async with reading(request) as tx:
        campaign = await choose_campaign(tx)
        today = tx.clock.now().date()
        begin = max(campaign.starts_on, today) if campaign and campaign.ends_on >= today else today
        values = {
            "resource_id": [query.text(request, "resource") or ""],
            "consent": ["each" if has_role(request.user, "employer") else "standing"],
            "valid_from": [begin.isoformat()],
            "valid_until": [campaign.ends_on.isoformat() if campaign and campaign.ends_on > begin else ""],
        }
        return await _form(request, tx, Form(lang, values, LABELS))


@post("/offers", status_code=303)
async def create_offer(request: AnyRequest) -> Response[Any]:
    """Store an offer, or show the form again with every fault."""
    form = await typed(request, language_of(request), LABELS)
    try:
        offer = _input(form)
        async with writing(request) as tx:
            await offers.create_offer(tx, offer)
    except Invalid as error:
        form.refuse(error.errors, lambda path: _field_of(form, path))
        async with reading(request) as tx:
            return await _form(request, tx, form, 422)
    return see("/offers?done=offered")


@post("/offers/preview", status_code=200)
async def preview_offer(request: AnyRequest) -> Html:
    """Say in words what the form means as it stands."""
    lang = language_of(request)
    form = await typed(request, lang, LABELS)
    try:
        offer = _input(form)
        async with reading(request) as tx:
            resource = await resources.get_resource(tx, offer.resource_id)
            campaign = await choose_campaign(tx)
    except (Invalid, NotFound):
        return fragment(request, "_offer_preview.html", offer=None)
    ends_on = offer.valid_until or (campaign.ends_on if campaign else offer.valid_from + timedelta(weeks=1))
    days = max(0, (ends_on - offer.valid_from).days + 1)
    weekly_min = sum(window.until_min - window.from_min for window in offer.windows)
    if offer.hours_per_week is not None:
        weekly_min = min(weekly_min, offer.hours_per_week * 60)
    weeks = -(-days // 7)
    return fragment(
        request,
        "_offer_preview.html",
        offer=offer,
        resource=resource,
        windows=windows_text(lang, offer.windows),
        weekly_min=weekly_min,
        weeks=weeks,
        open_ended=offer.valid_until is None,
        ends_on=ends_on,
    )


@post("/offers/{offer_id:int}/close", status_code=303)
async def close_offer(request: AnyRequest, offer_id: Id) -> Response[Any]:
    """Close an offer to new bookings."""
    form = await typed(request, language_of(request), {})
    async with writing(request) as tx:
        await offers.close_offer(tx, offer_id, form.revision())
    return see("/offers?done=closed")


def _input(form: Form) -> OfferInput:
    """Return the service's input; faults of the windows are noted in the form.

    Raises
    ------
    Invalid
        The form cannot be an offer yet.
    """
    windows: list[dict[str, Any]] = []
    for days, start, end in _WINDOW_FIELDS:
        chosen, hours = form.all(days), (form.minutes(start), form.minutes(end))
        given = chosen or form.text(start) or form.text(end)
        if days == "days" or given:
            if not chosen:
                form.note(days, NO_DAYS)
            for name, minutes in zip((start, end), hours, strict=True):
                if minutes is None:
                    form.note(name, NO_HOURS)
        windows += [{"weekday": day, "from_min": hours[0], "until_min": hours[1]} for day in chosen]
    names = ("resource_id", "capacity", "valid_from", "valid_until", "hours_per_week", "consent", "odd_weeks")
    values: dict[str, Any] = {name: form.optional(name) for name in names}
    try:
        offer = read(OfferInput, values | {"conditions": form.text("conditions"), "windows": windows})
    except Invalid as error:
        raise Invalid(fault for fault in error.errors if not _is_noted(form, fault.field)) from None
    if form.faults:
        raise Invalid(())
    return offer


def _is_noted(form: Form, path: str) -> bool:
    """Tell a fault of the windows that the form has already said in better words."""
    return path.startswith("windows") and any(
        name in form.faults for group in _WINDOW_FIELDS for name in group
    )


def _field_of(form: Form, path: str) -> str:
    """Return the form's field for a path of the model; windows are counted by their days."""
    noun, _, rest = path.partition(".")
    if noun != "windows":
        return noun
    number, _, part = rest.partition(".")
    first = not number.isdecimal() or int(number) < len(form.all("days"))
    days, start, end = _WINDOW_FIELDS[0 if first else 1]
    return {"from_min": start, "until_min": end}.get(part, days)


async def _form(request: AnyRequest, tx: Tx, form: Form, status: int = 200) -> Html:
    own = await whole(resources.list_resources, tx, mine=True)
    if not may(request.user, "offer.write"):
        raise Forbidden("offer.write", "role", ("college", "employer"))
    return await page(
        request,
        tx,
        "offer_form.html",
        status,
        form=form,
        resources=_by_site(language_of(request), own),
        own=own,
    )


def _by_site(lang: str, own: list[ResourceView]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return the resources to choose from, by site."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for one in own:
        groups.setdefault(f"{one.site.name}, {named(lang, one.town)}", []).append(
            (one.id, f"{one.name} · {one.capacity}")
        )
    return sorted(groups.items())


ROUTES = (list_offers, new_offer, create_offer, preview_offer, close_offer)
