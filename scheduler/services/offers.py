"""Offers: what owners open to the other participants, and on what terms."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select

from scheduler import policy
from scheduler.domain.model import Page, Ref
from scheduler.domain.offer import OfferInput, OfferView, WindowInput
from scheduler.errors import FieldError, Invalid, WrongState
from scheduler.ids import new_code
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs, sites_with_towns
from scheduler.persistence.tables.register import Competency, Participant, Site, Subject
from scheduler.persistence.tables.resources import Offer, Resource, ResourceCompetency
from scheduler.persistence.transaction import Tx
from scheduler.services.audit import record
from scheduler.services.revisions import change_row
from scheduler.services.scope import own_participants, target_of


async def list_offers(
    tx: Tx,
    *,
    resource_id: int | None = None,
    owner_id: int | None = None,
    competency_id: int | None = None,
    town_id: int | None = None,
    state: str | None = None,
    mine: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page[OfferView]:
    """Return a page of offers, newest first; `mine`: of the actor's participants."""
    policy.require(tx.actor, "offer.read")
    statement = _select()
    if resource_id is not None:
        statement = statement.where(Offer.resource_id == resource_id)
    if owner_id is not None:
        statement = statement.where(Resource.owner_id == owner_id)
    if mine:
        statement = statement.where(Resource.owner_id.in_(own_participants(tx.actor)))
    if competency_id is not None:
        able = select(ResourceCompetency.resource_id).where(ResourceCompetency.competency_id == competency_id)
        statement = statement.where(Offer.resource_id.in_(able))
    if town_id is not None:
        statement = statement.join(Site, Site.id == Resource.site_id).where(Site.town_id == town_id)
    if state is not None:
        statement = statement.where(Offer.state == state)
    rows, following = await fetch_page(tx, statement, (Offer.id,), limit, after, descending=True)
    return Page(items=await _views(tx, [(row[0], row[1]) for row in rows]), next=following)


async def get_offer(tx: Tx, offer_id: int) -> OfferView:
    """Return one offer."""
    policy.require(tx.actor, "offer.read")
    row: Offer = await get_row(tx, Offer, offer_id)
    resource: Resource = await get_row(tx, Resource, row.resource_id)
    return (await _views(tx, [(row, resource)]))[0]


async def create_offer(tx: Tx, offer: OfferInput) -> OfferView:
    """Open a resource to the other participants.

    Raises
    ------
    Invalid
        Every fault of the input.
    """
    resource = await tx.session.get(Resource, offer.resource_id)
    if resource is None:
        raise Invalid([FieldError("resource_id", "not_found")])
    policy.require(tx.actor, "offer.write", await target_of(tx, [resource.owner_id]))
    row = Offer(code=new_code("offer"), created_at=tx.clock.now(), **await _check(tx, offer, resource))
    tx.session.add(row)
    await tx.session.flush()
    record(tx, "offer.create", "offer", row.id, after=offer.model_dump(mode="json"))
    return await get_offer(tx, row.id)


async def update_offer(tx: Tx, offer_id: int, offer: OfferInput, revision: int) -> OfferView:
    """Change an open offer; its resource stays. Bookings made under it stay too.

    Raises
    ------
    Invalid
        Every fault of the input.
    StaleRevision
        Somebody else changed it.
    WrongState
        It is closed.
    """
    row, resource = await _owned(tx, offer_id)
    if offer.resource_id != row.resource_id:
        raise Invalid([FieldError("resource_id", "unchangeable")])
    await change_row(tx, Offer, offer_id, revision, **await _check(tx, offer, resource))
    record(tx, "offer.update", "offer", offer_id, after=offer.model_dump(mode="json"))
    return await get_offer(tx, offer_id)


async def close_offer(tx: Tx, offer_id: int, revision: int) -> OfferView:
    """Close an offer to new bookings; those made under it stay.

    Raises
    ------
    StaleRevision
        Somebody else changed it.
    WrongState
        It is closed already.
    """
    await _owned(tx, offer_id)
    await change_row(tx, Offer, offer_id, revision, state="closed")
    record(tx, "offer.close", "offer", offer_id)
    return await get_offer(tx, offer_id)


async def _owned(tx: Tx, offer_id: int) -> tuple[Offer, Resource]:
    row: Offer = await get_row(tx, Offer, offer_id)
    resource: Resource = await get_row(tx, Resource, row.resource_id)
    policy.require(tx.actor, "offer.write", await target_of(tx, [resource.owner_id]))
    if row.state != "open":
        raise WrongState("offer", row.state, ("open",))
    return row, resource


async def _check(tx: Tx, offer: OfferInput, resource: Resource) -> dict[str, Any]:
    """Return the columns of a faultless offer."""
    subject: Subject = await get_row(tx, Subject, resource.id)
    owner: Participant = await get_row(tx, Participant, resource.owner_id)
    faults = list(_window_faults(offer.windows))
    if offer.capacity > subject.capacity:
        faults.append(FieldError("capacity", "offer_capacity", {"capacity": subject.capacity}))
    if offer.valid_until is not None and offer.valid_until < offer.valid_from:
        faults.append(FieldError("valid_until", "order"))
    if resource.retired_on is not None and resource.retired_on <= offer.valid_from:
        faults.append(FieldError("resource_id", "retired", {"retired_on": resource.retired_on.isoformat()}))
    if faults:
        raise Invalid(faults)
    usual = "each" if owner.kind == "employer" else "standing"
    return {
        **offer.model_dump(exclude={"windows", "consent"}),
        "consent": offer.consent or usual,
        "windows": [[w.weekday, w.from_min, w.until_min] for w in offer.windows],
    }


def _window_faults(windows: tuple[WindowInput, ...]) -> Iterator[FieldError]:
    days: dict[int, list[WindowInput]] = defaultdict(list)
    for number, window in enumerate(windows):
        if window.until_min <= window.from_min:
            yield FieldError(f"windows.{number}.until_min", "order")
        if any(
            other.from_min < window.until_min and window.from_min < other.until_min
            for other in days[window.weekday]
        ):
            yield FieldError(f"windows.{number}.from_min", "overlap")
        days[window.weekday].append(window)


def _select() -> Select[*tuple[Any, ...]]:
    return select(Offer, Resource).join(Resource, Resource.id == Offer.resource_id)


async def _views(tx: Tx, rows: list[tuple[Offer, Resource]]) -> tuple[OfferView, ...]:
    owners = await refs(tx, Participant, [resource.owner_id for _, resource in rows])
    sites = await sites_with_towns(tx, [resource.site_id for _, resource in rows])
    able: dict[int, list[int]] = defaultdict(list)
    for resource_id, competency_id in await tx.session.execute(
        select(ResourceCompetency.resource_id, ResourceCompetency.competency_id)
        .where(ResourceCompetency.resource_id.in_([resource.id for _, resource in rows]))
        .order_by(ResourceCompetency.competency_id)
    ):
        able[resource_id].append(competency_id)
    competencies = await refs(tx, Competency, [id_ for ids in able.values() for id_ in ids])
    return tuple(
        OfferView.model_validate(
            {
                "id": row.id,
                "code": row.code,
                "resource": Ref(id=resource.id, code=resource.code, name=resource.name),
                "resource_kind": resource.kind,
                "owner": owners[resource.owner_id],
                "town": sites[resource.site_id][1],
                "competencies": tuple(competencies[id_] for id_ in able[resource.id]),
                "consent": row.consent,
                "capacity": row.capacity,
                "valid_from": row.valid_from,
                "valid_until": row.valid_until,
                "windows": tuple(
                    WindowInput(weekday=day, from_min=start, until_min=end) for day, start, end in row.windows
                ),
                "hours_per_week": row.hours_per_week,
                "odd_weeks": row.odd_weeks,
                "conditions": row.conditions,
                "state": row.state,
                "created_at": row.created_at,
                "revision": row.revision,
            }
        )
        for row, resource in rows
    )
