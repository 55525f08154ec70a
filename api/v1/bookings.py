"""Bookings: the live timetable."""

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from litestar import Response, Router, get, post
from litestar.params import JSONBody, QueryParameter

from api.dependencies import ReadTx, WriteTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit
from scheduler.domain.booking import BookingInput, BookingState, BookingView
from scheduler.domain.model import Page
from scheduler.errors import FieldError, Invalid
from scheduler.services import bookings

Instant: TypeAlias = Annotated[
    datetime, QueryParameter(description="An instant with its offset, such as 2027-02-01T08:00:00+03:00.")
]


def aware(name: str, instant: datetime) -> datetime:
    """Return the instant in UTC.

    Raises
    ------
    Invalid
        It has no offset, so it names no instant.
    """
    try:
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except OverflowError:
        pass  # at the ends of the calendar there is no such instant in UTC
    raise Invalid([FieldError(name, "type_instant")])


@get("/")
async def list_bookings(
    read_tx: ReadTx,
    from_at: Instant,
    until_at: Instant,
    resource_id: FilterId = None,
    participant_id: FilterId = None,
    owner_id: FilterId = None,
    group_id: FilterId = None,
    site_id: FilterId = None,
    competency_id: FilterId = None,
    in_state: InState[BookingState] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[BookingView]:
    """Return a page of the bookings that touch ``[from_at, until_at)``, in order of time."""
    return await bookings.list_bookings(
        read_tx,
        from_at=aware("from_at", from_at),
        until_at=aware("until_at", until_at),
        resource_id=resource_id,
        participant_id=participant_id,
        owner_id=owner_id,
        group_id=group_id,
        site_id=site_id,
        competency_id=competency_id,
        state=in_state,
        limit=limit,
        after=after,
    )


@get("/awaiting-consent")
async def list_awaiting_consent(read_tx: ReadTx) -> Page[BookingView]:
    """Return all bookings of one's own resources that wait for a yes."""
    return Page[BookingView](items=await bookings.list_awaiting_consent(read_tx))


@get("/{booking_id:int}")
async def get_booking(read_tx: ReadTx, booking_id: Id) -> BookingView:
    """Return one booking."""
    return await bookings.get_booking(read_tx, booking_id)


@post("/")
async def create_booking(write_tx: WriteTx, data: JSONBody[BookingInput]) -> Response[BookingView]:
    """Book resources, or hold them for some minutes; of several rivals exactly one wins."""
    made = await bookings.book(write_tx, data)
    return Response(made, headers={"Location": f"/api/v1/bookings/{made.id}"})


@post("/{booking_id:int}/cancel", status_code=200)
async def cancel_booking(write_tx: WriteTx, booking_id: Id) -> BookingView:
    """Cancel a booking; calendars show it as cancelled."""
    return await bookings.cancel_booking(write_tx, booking_id)


@post("/{booking_id:int}/confirm", status_code=200)
async def confirm_booking(write_tx: WriteTx, booking_id: Id) -> BookingView:
    """Say yes as the owner of a booked resource."""
    return await bookings.confirm_booking(write_tx, booking_id)


@post("/{booking_id:int}/reject", status_code=200)
async def reject_booking(write_tx: WriteTx, booking_id: Id) -> BookingView:
    """Say no as the owner of a booked resource."""
    return await bookings.reject_booking(write_tx, booking_id)


ROUTES = Router(
    "/bookings",
    route_handlers=[
        list_bookings,
        list_awaiting_consent,
        get_booking,
        create_booking,
        cancel_booking,
        confirm_booking,
        reject_booking,
    ],
    tags=["bookings"],
)
