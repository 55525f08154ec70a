"""The region's short lists: towns, competencies, kinds of equipment, clusters."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from litestar import Router, get

from api.dependencies import ReadTx
from api.v1.parameters import DEFAULT_LIMIT, After, Id, Limit
from scheduler.domain.model import Page
from scheduler.domain.register import ClusterView, CompetencyView, EquipmentKindView, TownView
from scheduler.errors import FieldError, Invalid, NotFound
from scheduler.services import participants

R = TypeVar("R", TownView, CompetencyView, EquipmentKindView, ClusterView)


def pick(rows: Iterable[R], noun: str, row_id: int) -> R:
    """Return the row with that key.

    Raises
    ------
    NotFound
    """
    for row in rows:
        if row.id == row_id:
            return row
    raise NotFound(noun, row_id)


def page(rows: Sequence[R], limit: int, after: str | None) -> Page[R]:
    """Return a page of all `rows`; the next one begins after the key of its last.

    Raises
    ------
    Invalid
        The mark is no row's key.
    """
    keys = [str(row.id) for row in rows]
    if after is not None and after not in keys:
        raise Invalid([FieldError("after", "cursor")])
    first = 0 if after is None else keys.index(after) + 1
    last = first + limit
    following = keys[last - 1] if last < len(rows) else None
    return Page(items=tuple(rows[first:last]), next=following)


@get("/")
async def list_towns(read_tx: ReadTx, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Page[TownView]:
    """Return a page of towns by name."""
    return page(await participants.list_towns(read_tx), limit, after)


@get("/{town_id:int}")
async def get_town(read_tx: ReadTx, town_id: Id) -> TownView:
    """Return one town."""
    return pick(await participants.list_towns(read_tx), "town", town_id)


@get("/")
async def list_competencies(
    read_tx: ReadTx, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[CompetencyView]:
    """Return a page of competencies by code."""
    return page(await participants.list_competencies(read_tx), limit, after)


@get("/{competency_id:int}")
async def get_competency(read_tx: ReadTx, competency_id: Id) -> CompetencyView:
    """Return one competency."""
    return pick(await participants.list_competencies(read_tx), "competency", competency_id)


@get("/")
async def list_equipment_kinds(
    read_tx: ReadTx, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[EquipmentKindView]:
    """Return a page of kinds of equipment by name."""
    return page(await participants.list_equipment_kinds(read_tx), limit, after)


@get("/{equipment_kind_id:int}")
async def get_equipment_kind(read_tx: ReadTx, equipment_kind_id: Id) -> EquipmentKindView:
    """Return one kind of equipment."""
    return pick(await participants.list_equipment_kinds(read_tx), "equipment_kind", equipment_kind_id)


@get("/")
async def list_clusters(
    read_tx: ReadTx, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[ClusterView]:
    """Return a page of sectoral clusters by name."""
    return page(await participants.list_clusters(read_tx), limit, after)


@get("/{cluster_id:int}")
async def get_cluster(read_tx: ReadTx, cluster_id: Id) -> ClusterView:
    """Return one cluster."""
    return pick(await participants.list_clusters(read_tx), "cluster", cluster_id)


ROUTES = (
    Router("/towns", route_handlers=[list_towns, get_town], tags=["register"]),
    Router("/competencies", route_handlers=[list_competencies, get_competency], tags=["register"]),
    Router("/equipment-kinds", route_handlers=[list_equipment_kinds, get_equipment_kind], tags=["register"]),
    Router("/clusters", route_handlers=[list_clusters, get_cluster], tags=["register"]),
)
