"""Lists that a page needs whole, and the campaign that it is about."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from api.web.rights import own_participants
from scheduler.domain.model import Page
from scheduler.domain.programme import CampaignView
from scheduler.persistence.transaction import Tx
from scheduler.services import campaigns, participants

T = TypeVar("T")
AT_ONCE = 200

Choices = list[tuple[int, str]]


async def whole(fetch: Callable[..., Awaitable[Page[T]]], tx: Tx, **filters: Any) -> list[T]:
    """Return all items of a list, page after page."""
    items: list[T] = []
    after: str | None = None
    while True:
        found = await fetch(tx, limit=AT_ONCE, after=after, **filters)
        items += found.items
        after = found.next
        if after is None:
            return items


async def known_campaigns(tx: Tx) -> list[CampaignView]:
    """Return the campaigns, those of the actor's clusters first, of these the open ones, then the newest."""
    mine = {role.cluster_id for role in tx.actor.roles}
    for participant_id in own_participants(tx.actor):
        participant = await participants.get_participant(tx, participant_id)
        mine |= {member.cluster.id for member in participant.memberships if member.left_on is None}
    known = await whole(campaigns.list_campaigns, tx)
    return sorted(
        known,
        key=lambda one: (one.cluster.id in mine, one.state == "open", one.starts_on, -one.id),
        reverse=True,
    )


async def choose_campaign(tx: Tx, campaign_id: int | None = None) -> CampaignView | None:
    """Return the campaign that was asked for, else the actor's usual one; None: there is none."""
    if campaign_id is not None:
        return await campaigns.get_campaign(tx, campaign_id)
    return next(iter(await known_campaigns(tx)), None)


async def competency_choices(tx: Tx, lang: str) -> Choices:
    """Return the competencies to choose from, by name."""
    found = await participants.list_competencies(tx)
    return sorted(((one.id, one.name if lang == "ru" else one.name_en) for one in found), key=lambda c: c[1])


async def town_choices(tx: Tx, lang: str) -> Choices:
    """Return the towns to choose from, by name."""
    found = await participants.list_towns(tx)
    return sorted(((one.id, one.name if lang == "ru" else one.name_en) for one in found), key=lambda c: c[1])


async def participant_choices(tx: Tx, *, kind: str | None = None) -> Choices:
    """Return the participants to choose from, by name."""
    found = await whole(participants.list_participants, tx, kind=kind)
    return sorted(((one.id, one.short_name) for one in found), key=lambda choice: choice[1])


async def zone_of(tx: Tx, town_id: int | None = None) -> str:
    """Return the IANA zone of a town; None: of the region, by its first town."""
    towns = await participants.list_towns(tx)
    return next((town.timezone for town in towns if town_id in (None, town.id)), "UTC")
