"""A trainer: a vocational instructor, teacher, mentor or expert."""

from collections.abc import Iterator

from scheduler.domain.kinds.base import ResourceKind
from scheduler.domain.resource import ResourceInput
from scheduler.domain.words import Words
from scheduler.errors import FieldError


def _faults(resource: ResourceInput) -> Iterator[FieldError]:
    if resource.person_id is None:
        yield FieldError("person_id", "required")
    if resource.capacity != 1:
        yield FieldError("capacity", "one_person")
    if not resource.competencies:
        yield FieldError("competencies", "competency_needed")
    if resource.units:
        yield FieldError("units", "no_units", {"kind": resource.kind})


KIND = ResourceKind(
    name="trainer",
    title=Words("Мастер, преподаватель, наставник", "Trainer"),
    role="trainer",
    modes=("exclusive",),
    session_kinds=frozenset(),
    faults=_faults,
)
