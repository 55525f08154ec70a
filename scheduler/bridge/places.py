"""Towns and the ways between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scheduler.bridge.snapshot import Snapshot
from scheduler.domain.horizon import SLOT_MIN
from scheduler.persistence.tables.register import TownDistance
from solver.problem import Distances, Place

UNREACHABLE_MIN = 24 * 60
"""Between towns that no known way joins: a day, so that nobody is sent there and back."""


def slots_of(minutes: int) -> int:
    """Return the slots that hold so many minutes."""
    return -(-minutes // SLOT_MIN)


@dataclass(frozen=True, slots=True)
class Ways:
    """Minutes between towns by their codes, closed under shortest paths."""

    by_car: Mapping[tuple[str, str], int]
    by_bus: Mapping[tuple[str, str], int]


def ways_between(snapshot: Snapshot) -> Ways:
    """Return the shortest ways; many a listed way is longer than a detour."""
    codes = {town.id: town.code for town in snapshot.towns.values()}
    return Ways(
        by_car=_closed(codes, snapshot, lambda row: row.car_min),
        by_bus=_closed(codes, snapshot, lambda row: row.bus_min),
    )


def _closed(
    codes: Mapping[int, str], snapshot: Snapshot, minutes: Callable[[TownDistance], int]
) -> dict[tuple[str, str], int]:
    names = sorted(codes.values())
    way = {(a, b): 0 if a == b else UNREACHABLE_MIN for a in names for b in names}
    for row in snapshot.distances:
        a, b = codes[row.a_id], codes[row.b_id]
        way[a, b] = way[b, a] = min(way[a, b], minutes(row))
    for via in names:
        for a in names:
            first = way[a, via]
            for b in names:
                if first + way[via, b] < way[a, b]:
                    way[a, b] = first + way[via, b]
    return way


def places_of(snapshot: Snapshot, site_ids: set[int]) -> tuple[Place, ...]:
    """Return the sites as places of their towns."""
    sites = sorted((snapshot.sites[id_] for id_ in site_ids), key=lambda site: site.code)
    return tuple(Place(id=site.code, area=snapshot.towns[site.town_id].code) for site in sites)


def distances_of(snapshot: Snapshot, ways: Ways, areas: set[str]) -> Distances:
    """Return the ways by car in slots, rounded up."""
    names = tuple(sorted(areas))
    return Distances(
        areas=names,
        slots=tuple(tuple(slots_of(ways.by_car[a, b]) for b in names) for a in names),
        within_area_slots=slots_of(snapshot.settings.number("travel.within_town_min")),
    )
