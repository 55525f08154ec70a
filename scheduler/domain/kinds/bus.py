"""Bus seats: a way from home and back for those who have no other."""

from collections.abc import Iterator

from scheduler.domain.kinds.base import ResourceKind
from scheduler.domain.resource import ResourceInput
from scheduler.domain.words import Words
from scheduler.errors import FieldError


def _faults(resource: ResourceInput) -> Iterator[FieldError]:
    if resource.units:
        yield FieldError("units", "no_units", {"kind": resource.kind})


KIND = ResourceKind(
    name="bus",
    title=Words("Места в автобусе", "Bus seats"),
    role="bus",
    modes=("pooled",),
    session_kinds=frozenset(),
    faults=_faults,
)
