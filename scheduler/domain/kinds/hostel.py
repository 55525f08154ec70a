"""Hostel places: beds for those who stay in another town."""

from collections.abc import Iterator

from scheduler.domain.kinds.base import ResourceKind
from scheduler.domain.resource import ResourceInput
from scheduler.domain.words import Words
from scheduler.errors import FieldError

NIGHT_MIN = 14 * 60
"""A stay holds its bed over the night before each of its days: from so long before the day begins."""


def _faults(resource: ResourceInput) -> Iterator[FieldError]:
    if resource.setup_min != NIGHT_MIN:
        yield FieldError("setup_min", "night_needed", {"needed_min": NIGHT_MIN})
    if resource.cleanup_min:
        yield FieldError("cleanup_min", "too_many", {"limit": 0})
    if resource.units:
        yield FieldError("units", "no_units", {"kind": resource.kind})


KIND = ResourceKind(
    name="hostel",
    title=Words("Места в общежитии", "Hostel places"),
    role="stay",
    modes=("pooled",),
    session_kinds=frozenset(),
    faults=_faults,
)
