"""A week of the live timetable."""

from datetime import date

from litestar import Router, get
from litestar.params import FromQuery

from api.dependencies import ReadTx
from api.v1.parameters import FilterId
from scheduler.domain.week import TrainerWeek, WeekTimeline
from scheduler.errors import FieldError, Invalid
from scheduler.persistence.transaction import Tx
from scheduler.services import views

YEARS = range(1970, 2200)
"""Years whose weeks can be asked for; at the ends of the calendar there is no week before or after."""


async def monday_or_usual(tx: Tx, monday_on: date | None) -> date:
    """Return the day that was asked for; without one: the week that pages open at.

    Raises
    ------
    Invalid
        The day is beyond all timetables.
    """
    if monday_on is None:
        return await views.default_week(tx)
    if monday_on.year not in YEARS:
        raise Invalid([FieldError("monday_on", "value")])
    return monday_on


@get("/week")
async def get_week(
    read_tx: ReadTx,
    monday_on: FromQuery[date | None] = None,
    cluster_id: FilterId = None,
    town_id: FilterId = None,
    owner_id: FilterId = None,
    competency_id: FilterId = None,
    kind: FromQuery[str | None] = None,
) -> WeekTimeline:
    """Return resources by town and owner with their bookings of a week; without a date: the usual week."""
    return await views.week_timeline(
        read_tx,
        await monday_or_usual(read_tx, monday_on),
        cluster_id=cluster_id,
        town_id=town_id,
        competency_id=competency_id,
        kind=kind,
        owner_id=owner_id,
    )


@get("/trainer-week")
async def get_trainer_week(
    read_tx: ReadTx, monday_on: FromQuery[date | None] = None, resource_id: FilterId = None
) -> TrainerWeek:
    """Return a trainer's week with the travel to each booking; without a trainer: one's own."""
    return await views.trainer_week(
        read_tx, await monday_or_usual(read_tx, monday_on), resource_id=resource_id
    )


ROUTES = Router("/", route_handlers=[get_week, get_trainer_week], tags=["weeks"])
