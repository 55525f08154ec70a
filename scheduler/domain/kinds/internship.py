"""Internship places: where learners and staff work at a host for days or weeks."""

from collections.abc import Iterator

from scheduler.domain.kinds.base import ResourceKind
from scheduler.domain.resource import ResourceInput
from scheduler.domain.words import Words
from scheduler.errors import FieldError


def _faults(resource: ResourceInput) -> Iterator[FieldError]:
    if not resource.competencies:
        yield FieldError("competencies", "competency_needed")
    if resource.units:
        yield FieldError("units", "no_units", {"kind": resource.kind})


KIND = ResourceKind(
    name="internship",
    title=Words("Места практики", "Internship places"),
    role="room",
    modes=("pooled",),
    session_kinds=frozenset({"work_practice", "staff_internship"}),
    faults=_faults,
)
