"""Requests: the list, the one-page form and its preview, and what became of each."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post

from api.language import language_of
from api.texts import date_range
from api.v1.parameters import Id
from api.web import query
from api.web.forms import Form, typed
from api.web.lists import (
    Choices,
    choose_campaign,
    competency_choices,
    known_campaigns,
    participant_choices,
    whole,
)
from api.web.page import Html, fragment, page, see
from api.web.refusals import deciding
from api.web.request_form import (
    LABELS,
    campaign_weeks,
    chosen_group,
    field_of,
    meaning_of,
    request_input,
    wished,
)
from api.web.rights import has_role, may, may_for
from api.web.transactions import reading, writing
from scheduler.domain.booking import BookingView
from scheduler.domain.programme import CampaignView
from scheduler.domain.run import ReasonView
from scheduler.domain.week import OutcomeSession, RequestOutcome
from scheduler.errors import Forbidden, Invalid
from scheduler.persistence.transaction import Tx
from scheduler.services import groups, participants, programmes, requests, views

AnyRequest = Request[Any, Any, Any]
USUAL_TRAVEL_MIN = 90


@get("/requests")
async def list_requests(request: AnyRequest) -> Html:
    """Show the requests of a campaign; a participant sees its own first."""
    lang = language_of(request)
    owner = has_role(request.user, "employer", "college")
    mine = owner and query.text(request, "whose") != "all"
    chosen: dict[str, Any] = {
        "competency_id": query.number(request, "competency"),
        "participant_id": query.number(request, "participant"),
        "state": query.text(request, "state"),
    }
    async with reading(request) as tx:
        found = await requests.list_requests(
            tx, mine=mine, after=query.text(request, "after"), limit=25, **chosen
        )
        outcomes = await views.request_outcomes(tx, [one.id for one in found.items]) if mine else {}
        return await page(
            request,
            tx,
            "requests.html",
            requests=found.items,
            outcomes=outcomes,
            next=query.next_page(request, found.next),
            mine=mine,
            owner=owner,
            chosen=chosen,
            competencies=await competency_choices(tx, lang),
            participants=[] if mine else await participant_choices(tx),
            may_request=may(request.user, "request.write"),
        )


@get("/requests/new")
async def new_request(request: AnyRequest) -> Html:
    """Show the form, empty or filled in like another request."""
    async with reading(request) as tx:
        like = query.number(request, "like")
        asked = None if like is None else await requests.get_request(tx, like)
        campaign_id = query.number(request, "campaign") or (asked.campaign.id if asked else None)
        campaign = await choose_campaign(tx, campaign_id)
        values: dict[str, list[str]] = {"kind": ["module"], "partial": ["yes"], "needs_trainer": ["yes"]}
        if campaign is not None:
            weeks = campaign_weeks(campaign)
            values |= {
                "campaign_id": [str(campaign.id)],
                "from_on": [weeks[0][0].isoformat()],
                "until_on": [weeks[-1][1].isoformat()],
            }
        values |= {
            "travel_limit_min": [str(USUAL_TRAVEL_MIN)],
            "weekdays": [str(day) for day in range(await _working_days(tx))],
            "group_id": [query.text(request, "group") or ""],
            "competency_id": [query.text(request, "competency") or ""],
        }
        if asked is not None:
            values |= wished(asked, request.query_params, campaign) | {"like": [str(asked.id)]}
        return await _form(request, tx, Form(language_of(request), values, LABELS))


@post("/requests", status_code=303)
async def create_request(request: AnyRequest) -> Response[Any]:
    """Store a request, or show the form again with every fault."""
    form = await typed(request, language_of(request), LABELS)
    try:
        async with writing(request) as tx:
            made = await requests.create_request(tx, await request_input(tx, form))
    except Invalid as error:
        form.refuse(error.errors, field_of)
        async with reading(request) as tx:
            return await _form(request, tx, form, 422)
    return see(f"/requests/{made.id}?done=requested")


@post("/requests/preview", status_code=200)
async def preview_request(request: AnyRequest) -> Html:
    """Say in words what the form means as it stands."""
    lang = language_of(request)
    form = await typed(request, lang, LABELS)
    async with reading(request) as tx:
        group = await chosen_group(tx, form)
        meaning = wanted = None
        if group is not None:
            try:
                wanted = await request_input(tx, form)
                meaning = await meaning_of(tx, lang, wanted, group)
            except Invalid:
                meaning = None
        return fragment(request, "_request_preview.html", group=group, meaning=meaning, wanted=wanted)


@get("/requests/{request_id:int}")
async def show_request(request: AnyRequest, request_id: Id) -> Html:
    """Show what was asked, what was granted, and why the rest was not."""
    async with reading(request) as tx:
        outcome = await views.request_outcome(tx, request_id)
        asked = outcome.request
        granted = _granted(outcome)
        return await page(
            request,
            tx,
            "request.html",
            outcome=outcome,
            asked=asked,
            granted=granted,
            refusals=_refusals(outcome),
            explained=outcome.run_id is not None and any(row.booking.key for row in granted),
            may_ask=outcome.run_id is not None
            and (
                has_role(request.user, "coordinator")
                or may_for(request.user, "request.write", asked.participant.id)
            ),
            may_withdraw=asked.state != "withdrawn"
            and may_for(request.user, "request.write", asked.participant.id),
        )


@post("/requests/{request_id:int}/withdraw", status_code=303)
async def withdraw_request(request: AnyRequest, request_id: Id) -> Response[Any]:
    """Take a request back."""
    form = await typed(request, language_of(request), {})
    async with writing(request) as tx:
        await requests.withdraw_request(tx, request_id, form.revision())
    return see(f"/requests/{request_id}?done=withdrawn")


@dataclass(frozen=True, slots=True)
class Granted:
    """A session that stands in the timetable."""

    booking: BookingView
    subgroup: int
    number: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Sessions that share a deciding reason."""

    reason: ReasonView
    others: tuple[ReasonView, ...]
    subgroups: tuple[int, ...]
    """Whose sessions they are; empty: the request has one subgroup."""
    sessions: int
    learner_minutes: int


def _granted(outcome: RequestOutcome) -> list[Granted]:
    rows = [
        Granted(booking, session.subgroup, session.index + 1)
        for session in outcome.sessions
        for booking in session.bookings
    ]
    return sorted(rows, key=lambda row: (row.booking.starts_at, row.subgroup))


def _refusals(outcome: RequestOutcome) -> list[Refusal]:
    together: dict[Hashable, list[OutcomeSession]] = defaultdict(list)
    several = len({session.subgroup for session in outcome.sessions}) > 1
    for session in outcome.sessions:
        if session.reasons and not session.bookings:
            together[deciding(session.reasons[0])].append(session)
    found = [
        Refusal(
            sessions[0].reasons[0],
            sessions[0].reasons[1:],
            tuple(sorted({session.subgroup for session in sessions})) if several else (),
            len(sessions),
            sum(session.learner_minutes for session in sessions),
        )
        for sessions in together.values()
    ]
    return sorted(found, key=lambda one: -one.learner_minutes)


async def _working_days(tx: Tx) -> int:
    """Return how many days a week the visitor's participants work; Sunday is never one."""
    ids = {role.participant_id for role in tx.actor.roles} - {None}
    days = [(await participants.get_participant(tx, id_)).days_per_week for id_ in ids if id_ is not None]
    return min(6, max(days, default=5))


async def _form(request: AnyRequest, tx: Tx, form: Form, status: int = 200) -> Html:
    if not may(request.user, "request.write"):
        raise Forbidden("request.write", "role", ("college", "employer", "coordinator"))
    lang = language_of(request)
    known = await known_campaigns(tx)
    chosen = form.text("campaign_id")
    campaign = next((one for one in known if str(one.id) == chosen), None)
    mine = not has_role(request.user, "coordinator")
    learner_groups = await whole(groups.list_groups, tx, mine=mine)
    own = {one.participant.id for one in learner_groups} if mine else None
    return await page(
        request,
        tx,
        "request_form.html",
        status,
        form=form,
        campaign=campaign,
        campaigns=[one for one in known if one.state == "open"],
        groups=_grouped((one.participant.name, one.id, f"{one.name} · {one.size}") for one in learner_groups),
        modules=await _modules(tx, own),
        competencies=await competency_choices(tx, lang),
        weeks=_weeks(lang, campaign),
    )


async def _modules(tx: Tx, participant_ids: set[int] | None) -> list[tuple[str, Choices]]:
    """Return the modules to choose from by programme; None: of every participant."""
    asked: list[int | None] = [None] if participant_ids is None else [*participant_ids]
    found = [one for id_ in asked for one in await whole(programmes.list_modules, tx, participant_id=id_)]
    unique = {one.id: one for one in found}
    return _grouped((one.programme.name, one.id, f"{one.name} · {one.hours}") for one in unique.values())


def _grouped(rows: Any) -> list[tuple[str, Choices]]:
    by_name: dict[str, Choices] = defaultdict(list)
    for name, id_, text in rows:
        by_name[name].append((id_, text))
    return sorted(by_name.items())


def _weeks(lang: str, campaign: CampaignView | None) -> dict[str, list[tuple[str, str]]]:
    """Return the weeks to choose from: as a begin and as an end."""
    weeks = campaign_weeks(campaign) if campaign is not None else []
    words = [f"{number}. {date_range(lang, first, last)}" for number, (first, last) in enumerate(weeks, 1)]
    return {
        "from_on": [(first.isoformat(), text) for (first, _), text in zip(weeks, words, strict=True)],
        "until_on": [(last.isoformat(), text) for (_, last), text in zip(weeks, words, strict=True)],
    }


ROUTES = (list_requests, new_request, create_request, preview_request, show_request, withdraw_request)
