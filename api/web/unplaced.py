"""What an allocation refused, with the deciding reason in words."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from litestar import Request, get

from api.language import language_of
from api.web import query
from api.web.lists import choose_campaign, competency_choices, participant_choices
from api.web.page import Html, page
from api.web.refusals import deciding
from api.web.rights import has_role, may_for, own_participants
from api.web.transactions import reading
from scheduler.domain.run import RefusalReport, UnplacedView
from scheduler.persistence.transaction import Tx
from scheduler.policy import ANONYMOUS, Actor
from scheduler.services import runs

EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Refused:
    """Sessions of one request that share a deciding reason; `first` stands for all.

    `may_ask`: the visitor may ask what would have to change; only at the first refusal of a request.
    """

    first: UnplacedView
    sessions: int
    learner_minutes: int
    may_ask: bool


@get("/unplaced")
async def list_unplaced(request: Request[Any, Any, Any]) -> Html:
    """Show the refusals of a run; a participant sees its own first, the coordinator everybody's."""
    lang = language_of(request)
    own = set() if has_role(request.user, "coordinator") else own_participants(request.user)
    asked = query.text(request, "participant")
    if asked == EVERYBODY:
        participant_id = None
    elif asked is None:
        participant_id = min(own, default=None)
    else:
        participant_id = query.number(request, "participant")
    chosen: dict[str, Any] = {
        "participant_id": participant_id,
        "competency_id": query.number(request, "competency"),
    }
    run_id = query.number(request, "run")
    async with reading(request) as tx:
        campaign = await choose_campaign(tx, query.number(request, "campaign"))
        found = await runs.unplaced_of(
            tx,
            run_id,
            campaign_id=campaign.id if campaign and run_id is None else None,
            after=query.text(request, "after"),
            **chosen,
        )
        return await page(
            request,
            tx,
            "unplaced.html",
            items=together(found.items, request.user if run_id is None else ANONYMOUS),
            run_id=run_id or (found.items[0].run_id if found.items else None),
            asked_run=run_id,
            reasons=await _top_reasons(tx, run_id or (found.items[0].run_id if found.items else None))
            if not any(chosen.values())
            else (),
            next=query.next_page(request, found.next),
            chosen=chosen,
            everybody=EVERYBODY,
            competencies=await competency_choices(tx, lang),
            participants=await participant_choices(tx),
        )


async def _top_reasons(tx: Tx, run_id: int | None) -> tuple[RefusalReport, ...]:
    run = None if run_id is None else await runs.get_run(tx, run_id)
    return () if run is None or run.report is None else run.report.refusals


def together(items: Iterable[UnplacedView], asking: Actor) -> list[Refused]:
    """Return one entry for the sessions of a request that one rule refused with the same numbers."""
    groups: dict[Hashable, list[UnplacedView]] = {}
    for item in items:
        reason = deciding(item.reasons[0]) if item.reasons else None
        groups.setdefault((item.request.id, reason), []).append(item)
    everywhere = has_role(asking, "coordinator")
    shown: set[int] = set()
    found = []
    for group in groups.values():
        first = group[0]
        own = everywhere or may_for(asking, "request.write", first.participant.id)
        ask = own and first.request.id not in shown
        shown.add(first.request.id)
        found.append(Refused(first, len(group), sum(item.learner_minutes for item in group), ask))
    return found


ROUTES = (list_unplaced,)
