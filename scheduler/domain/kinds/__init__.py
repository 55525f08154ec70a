"""The kinds of resource. A new one: its file, a line here, a test."""

from collections.abc import Iterator, Mapping

from scheduler.domain.kinds import bus, equipment, hostel, internship, trainer, workshop
from scheduler.domain.kinds.base import ResourceKind
from scheduler.domain.resource import ResourceInput
from scheduler.errors import FieldError

KINDS: tuple[ResourceKind, ...] = (
    workshop.KIND,
    equipment.KIND,
    internship.KIND,
    trainer.KIND,
    hostel.KIND,
    bus.KIND,
)
KIND_BY_NAME: Mapping[str, ResourceKind] = {kind.name: kind for kind in KINDS}


def resource_faults(resource: ResourceInput) -> Iterator[FieldError]:
    """Yield everything that is wrong with a resource by itself, without a look at the register."""
    kind = KIND_BY_NAME.get(resource.kind)
    if kind is None:
        yield FieldError("kind", "unknown_kind", {"known": ", ".join(KIND_BY_NAME)})
        return
    if resource.mode is not None and resource.mode not in kind.modes:
        yield FieldError("mode", "mode_of_kind", {"allowed": ", ".join(kind.modes)})
    yield from _repeated("competencies", [str(grant.competency_id) for grant in resource.competencies])
    yield from _repeated("features", [str(feature.equipment_kind_id) for feature in resource.features])
    yield from _repeated("units", list(resource.units))
    yield from kind.faults(resource)


def _repeated(field: str, names: list[str]) -> Iterator[FieldError]:
    if len(set(names)) != len(names):
        yield FieldError(field, "repeated")


__all__ = ["KINDS", "KIND_BY_NAME", "ResourceKind", "resource_faults"]
