"""What would have to give for one request: computed on demand, shown inside the page or by itself."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Request, get

from api.v1.parameters import Id
from api.web import query
from api.web.page import Html, fragment, is_fragment_request, page
from api.web.transactions import reading
from scheduler.domain.advice import WishView
from scheduler.jobs.advice import AdviceDesk
from scheduler.services import requests

PARTS = ("refused", "granted")


@get("/requests/{request_id:int}/advice")
async def show_advice(request: Request[Any, Any, Any], request_id: Id) -> Html:
    """Show the advice on a request to its owner or the coordinator."""
    asked_part = query.text(request, "part")
    desk: AdviceDesk = request.app.state.advice
    advice = await desk.advice(request.user, request_id)
    async with reading(request) as tx:
        asked = await requests.get_request(tx, request_id)
        # Other kinds have no form of their own.
        address = partial(_address, request_id) if asked.kind in ("module", "free_slot") else None
        shown: dict[str, Any] = {"advice": advice, "wish_address": address}
        if is_fragment_request(request):
            return fragment(request, "_advice.html", parts=(asked_part or "refused",), **shown)
        parts = PARTS if asked_part is None else (asked_part,)
        return await page(request, tx, "advice.html", asked=asked, parts=parts, **shown)


def _address(request_id: int, wish: WishView) -> str:
    told = {
        name: ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        for name, value in wish
        if value is not None and value is not True
    }
    if wish.partial:
        told["partial"] = "yes"
    return "/requests/new?" + urlencode({"like": str(request_id), **told})


ROUTES = (show_advice,)
