"""Movable equipment in countable, named units."""

from collections.abc import Iterator

from scheduler.domain.kinds.base import ResourceKind
from scheduler.domain.resource import ResourceInput
from scheduler.domain.words import Words
from scheduler.errors import FieldError


def _faults(resource: ResourceInput) -> Iterator[FieldError]:
    if len(resource.features) != 1:
        yield FieldError("features", "one_equipment_kind")
    if len(resource.units) != resource.capacity:
        yield FieldError(
            "units", "units_count", {"capacity": resource.capacity, "units": len(resource.units)}
        )


KIND = ResourceKind(
    name="equipment",
    title=Words("Оборудование", "Equipment"),
    role="equipment",
    modes=("pooled",),
    session_kinds=frozenset(),
    faults=_faults,
)
