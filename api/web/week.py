"""The week of all resources: a timeline, and the same as lists of the days."""

from datetime import date, timedelta
from typing import Any

from litestar import Request, get

from api.language import language_of
from api.web import query
from api.web.lists import competency_choices, participant_choices, town_choices, zone_of
from api.web.page import Html, page
from api.web.timeline import Row, Scale, row_of, scale_of, week_bookings
from api.web.trainer import by_day, monday_asked, steps_of, today_of
from api.web.transactions import reading
from scheduler.domain.horizon import monday_of
from scheduler.domain.model import Ref
from scheduler.domain.week import WeekTimeline
from scheduler.services import resources, views

VIEWS = ("scale", "list")


@get("/week")
async def show_week(request: Request[Any, Any, Any]) -> Html:
    """Show a week; without a choice the width of the screen decides between scale and list."""
    lang = language_of(request)
    chosen: dict[str, Any] = {
        "competency": query.number(request, "competency"),
        "kind": query.text(request, "kind"),
        "owner": query.number(request, "owner"),
        "town": query.number(request, "town"),
    }
    view = query.text(request, "view")
    view = view if view in VIEWS else None
    day = query.day(request, "day")
    async with reading(request) as tx:
        week = await views.week_timeline(
            tx,
            monday_of(day) if day is not None else await monday_asked(request, tx),
            town_id=chosen["town"],
            competency_id=chosen["competency"],
            kind=chosen["kind"],
            owner_id=chosen["owner"],
        )
        today = today_of(tx, await zone_of(tx))
        scale = scale_of(week, day)
        bookings = [
            one for one in week_bookings(week) if day is None or one.starts_local.startswith(day.isoformat())
        ]
        return await page(
            request,
            tx,
            "week.html",
            week=week,
            sunday=week.monday_on + timedelta(days=6),
            scale=scale,
            towns_rows=_rows(scale, week) if view != "list" else [],
            days=by_day(bookings) if view != "scale" else [],
            view=view,
            shown_day=day,
            today=today,
            steps=_steps(request, week, today, day, view=view, **chosen),
            views={
                name: query.address("/week", week=week.monday_on, day=day, view=name, **chosen)
                for name in VIEWS
            },
            whole_week=query.address("/week", week=week.monday_on, view=view, **chosen),
            day_address=lambda on: query.address("/week", day=on, view=view, **chosen),
            chosen=chosen,
            kinds=_kinds(lang),
            competencies=await competency_choices(tx, lang),
            towns=await town_choices(tx, lang),
            owners=await participant_choices(tx),
        )


def _steps(
    request: Request[Any, Any, Any], week: WeekTimeline, today: date, day: date | None, **kept: object
) -> dict[str, str | None]:
    """Return the addresses of the weeks around the one that is shown, or of the days."""
    if day is None:
        return steps_of(request, week, today, **kept)
    return {
        "previous": query.address("/week", day=day - timedelta(days=1), **kept),
        "next": query.address("/week", day=day + timedelta(days=1), **kept),
        "today": query.address("/week", day=today, **kept) if today != day else None,
    }


def _kinds(lang: str) -> list[tuple[str, str]]:
    return [(kind.name, getattr(kind.title, lang)) for kind in resources.resource_kinds()]


def _rows(scale: Scale, week: WeekTimeline) -> list[tuple[Ref, list[tuple[Ref, list[Row]]]]]:
    """Return the boxes by town and owner."""
    return [
        (town.town, [(owner.owner, [row_of(scale, row) for row in owner.rows]) for owner in town.owners])
        for town in week.towns
    ]


ROUTES = (show_week,)
