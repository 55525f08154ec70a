"""Offers: an owner's consent in advance."""

from typing import Literal

from litestar import Response, Router, get, post, put
from litestar.params import JSONBody

from api.caching import revised
from api.dependencies import ReadTx, Revision, WriteTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit, Mine
from scheduler.domain.model import Page
from scheduler.domain.offer import OfferInput, OfferView
from scheduler.services import offers


@get("/")
async def list_offers(
    read_tx: ReadTx,
    resource_id: FilterId = None,
    owner_id: FilterId = None,
    competency_id: FilterId = None,
    town_id: FilterId = None,
    in_state: InState[Literal["open", "closed"]] = None,
    mine: Mine = False,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[OfferView]:
    """Return a page of offers."""
    return await offers.list_offers(
        read_tx,
        resource_id=resource_id,
        owner_id=owner_id,
        competency_id=competency_id,
        town_id=town_id,
        state=in_state,
        mine=mine,
        limit=limit,
        after=after,
    )


@get("/{offer_id:int}")
async def get_offer(read_tx: ReadTx, offer_id: Id) -> Response[OfferView]:
    """Return one offer."""
    return revised(await offers.get_offer(read_tx, offer_id))


@post("/")
async def create_offer(write_tx: WriteTx, data: JSONBody[OfferInput]) -> Response[OfferView]:
    """Open a resource to the other participants; its owner alone may."""
    made = await offers.create_offer(write_tx, data)
    return revised(made, created_at=f"/api/v1/offers/{made.id}")


@put("/{offer_id:int}")
async def update_offer(
    write_tx: WriteTx, offer_id: Id, revision: Revision, data: JSONBody[OfferInput]
) -> Response[OfferView]:
    """Change an offer."""
    return revised(await offers.update_offer(write_tx, offer_id, data, revision))


@post("/{offer_id:int}/close", status_code=200)
async def close_offer(write_tx: WriteTx, offer_id: Id, revision: Revision) -> Response[OfferView]:
    """Close an offer; what was booked on it stays."""
    return revised(await offers.close_offer(write_tx, offer_id, revision))


ROUTES = Router(
    "/offers",
    route_handlers=[list_offers, get_offer, create_offer, update_offer, close_offer],
    tags=["offers"],
)
