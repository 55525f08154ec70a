"""A workshop or lab: workplaces at one site."""

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
    name="workshop",
    title=Words("Мастерская", "Workshop"),
    role="room",
    modes=("exclusive", "pooled"),
    session_kinds=frozenset(
        {"final_exam", "study_practice", "camp", "staff_internship", "further_training", "event"}
    ),
    faults=_faults,
)
