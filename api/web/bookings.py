"""Bookings: one in detail, and the owners' yes or no."""

from typing import Any

from litestar import Request, Response, get, post

from api.v1.parameters import Id
from api.web.page import Html, fragment, is_fragment_request, page, see
from api.web.transactions import reading, writing
from scheduler.services import bookings

AnyRequest = Request[Any, Any, Any]


@get("/bookings/{booking_id:int}")
async def show_booking(request: AnyRequest, booking_id: Id) -> Html:
    """Show a booking: a page of its own, or the details beside the timeline."""
    async with reading(request) as tx:
        booking = await bookings.get_booking(tx, booking_id)
        if is_fragment_request(request):
            return fragment(request, "_booking.html", booking=booking, closable=True)
        return await page(request, tx, "booking.html", booking=booking)


@get("/consents")
async def list_consents(request: AnyRequest) -> Html:
    """Show what waits for the visitor's yes."""
    async with reading(request) as tx:
        waiting = await bookings.list_awaiting_consent(tx)
        return await page(request, tx, "consents.html", waiting=waiting)


@post("/bookings/{booking_id:int}/confirm", status_code=303)
async def confirm_booking(request: AnyRequest, booking_id: Id) -> Response[Any]:
    """Give the owner's yes."""
    async with writing(request) as tx:
        await bookings.confirm_booking(tx, booking_id)
    return see("/consents?done=confirmed")


@post("/bookings/{booking_id:int}/reject", status_code=303)
async def reject_booking(request: AnyRequest, booking_id: Id) -> Response[Any]:
    """Give the owner's no."""
    async with writing(request) as tx:
        await bookings.reject_booking(tx, booking_id)
    return see("/consents?done=declined")


ROUTES = (show_booking, list_consents, confirm_booking, reject_booking)
