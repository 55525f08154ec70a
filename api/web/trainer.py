"""A trainer's week."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get

from api.v1.parameters import Id
from api.web import query
from api.web.lists import zone_of
from api.web.page import Html, page
from api.web.rights import may, may_for
from api.web.transactions import reading
from scheduler.domain.booking import BookingView
from scheduler.domain.horizon import monday_of
from scheduler.domain.week import TrainerWeek
from scheduler.persistence.transaction import Tx
from scheduler.services import views

AnyRequest = Request[Any, Any, Any]


@get("/trainer")
async def show_own_week(request: AnyRequest) -> Html:
    """Show the week of the trainer who is signed in."""
    return await _week(request, None)


@get("/trainers/{resource_id:int}")
async def show_week(request: AnyRequest, resource_id: Id) -> Html:
    """Show the week of any trainer."""
    return await _week(request, resource_id)


async def monday_asked(request: AnyRequest, tx: Tx) -> date:
    """Return the Monday of the week that is asked for, else of the week that a page opens at."""
    asked = query.day(request, "week")
    return monday_of(asked if asked is not None else await views.default_week(tx))


def steps_of(request: AnyRequest, week: Any, today: date, **kept: object) -> dict[str, str | None]:
    """Return the addresses of the weeks around the one that is shown."""
    path = request.url.path
    current = monday_of(today)
    return {
        "previous": query.address(path, week=week.previous_on, **kept),
        "next": query.address(path, week=week.next_on, **kept),
        "today": query.address(path, week=current, **kept) if current != week.monday_on else None,
    }


def today_of(tx: Tx, zone: str) -> date:
    """Return today in a zone."""
    return tx.clock.now().astimezone(ZoneInfo(zone)).date()


def by_day(bookings: Iterable[BookingView]) -> list[tuple[date, list[BookingView]]]:
    """Return the bookings by the day on which they begin, in order."""
    ordered = sorted(bookings, key=lambda one: (one.starts_local, one.id))
    days = groupby(ordered, key=lambda one: one.starts_local[:10])
    return [(date.fromisoformat(day), list(found)) for day, found in days]


async def _week(request: AnyRequest, resource_id: int | None) -> Html:
    async with reading(request) as tx:
        week: TrainerWeek = await views.trainer_week(tx, await monday_asked(request, tx), resource_id)
        resource = week.resource
        today = today_of(tx, await zone_of(tx, resource.town.id))
        own = resource_id is None
        shows_feed = (
            may(request.user, "feed.read") if own else may_for(request.user, "feed.read", resource.owner.id)
        )
        return await page(
            request,
            tx,
            "trainer.html",
            week=week,
            own=own,
            days=by_day(week.bookings),
            today=today,
            sunday=week.monday_on + timedelta(days=6),
            steps=steps_of(request, week, today),
            travel=week.travel_min,
            feed={"kind": "trainer", "target_id": resource.id} if shows_feed else None,
        )


ROUTES = (show_own_week, show_week)
