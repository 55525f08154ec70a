"""Resources: what there is, whose, and when it can be used."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import delete, select, update

from scheduler import policy
from scheduler.domain.kinds import KIND_BY_NAME, KINDS, ResourceKind, resource_faults
from scheduler.domain.model import Page
from scheduler.domain.resource import (
    AvailabilityInput,
    CompetencyGrantView,
    FeatureView,
    ResourceDetails,
    ResourceInput,
    ResourceView,
)
from scheduler.errors import FieldError, Invalid
from scheduler.ids import new_code
from scheduler.persistence.queries.claims import peak_claimed
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs, sites_with_towns
from scheduler.persistence.tables.register import (
    Competency,
    EquipmentKind,
    Participant,
    Person,
    Site,
    Subject,
)
from scheduler.persistence.tables.resources import (
    Availability,
    Resource,
    ResourceCompetency,
    ResourceFeature,
    ResourceUnit,
)
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.services.audit import record
from scheduler.services.bookings import displace_bookings
from scheduler.services.feeds import mark_renamed
from scheduler.services.revisions import change_row
from scheduler.services.scope import own_participants, sees_all, target_of


def resource_kinds() -> tuple[ResourceKind, ...]:
    """Return the kinds of resource that the region knows."""
    return KINDS


async def list_resources(
    tx: Tx,
    *,
    kind: str | None = None,
    owner_id: int | None = None,
    town_id: int | None = None,
    competency_id: int | None = None,
    mine: bool = False,
    retired: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page[ResourceView]:
    """Return a page of resources by name; `mine`: of the actor's participants, `retired`: those too."""
    policy.require(tx.actor, "resource.read")
    statement = select(Resource, Subject).join(Subject, Subject.id == Resource.id)
    if kind is not None:
        statement = statement.where(Resource.kind == kind)
    if owner_id is not None:
        statement = statement.where(Resource.owner_id == owner_id)
    if mine:
        statement = statement.where(Resource.owner_id.in_(own_participants(tx.actor)))
    if town_id is not None:
        statement = statement.join(Site, Site.id == Resource.site_id).where(Site.town_id == town_id)
    if competency_id is not None:
        able = select(ResourceCompetency.resource_id).where(ResourceCompetency.competency_id == competency_id)
        statement = statement.where(Resource.id.in_(able))
    if not retired:
        today = tx.clock.now().date()
        statement = statement.where((Resource.retired_on.is_(None)) | (Resource.retired_on > today))
    rows, following = await fetch_page(tx, statement, (Resource.name, Resource.id), limit, after)
    return Page(items=await resource_views(tx, [(row[0], row[1]) for row in rows]), next=following)


async def get_resource(tx: Tx, resource_id: int) -> ResourceDetails:
    """Return one resource with everything of it that the actor may see."""
    policy.require(tx.actor, "resource.read")
    row: Resource = await get_row(tx, Resource, resource_id)
    subject: Subject = await get_row(tx, Subject, resource_id)
    (view,) = await resource_views(tx, [(row, subject)])
    features = list(
        await tx.session.scalars(select(ResourceFeature).where(ResourceFeature.resource_id == resource_id))
    )
    kinds = await refs(tx, EquipmentKind, [feature.equipment_kind_id for feature in features])
    units = await tx.session.scalars(
        select(ResourceUnit.label).where(ResourceUnit.resource_id == resource_id).order_by(ResourceUnit.id)
    )
    rows = await tx.session.scalars(
        select(Availability).where(Availability.subject_id == resource_id).order_by(Availability.id)
    )
    may_know = (
        sees_all(tx.actor)
        or row.owner_id in own_participants(tx.actor)
        or (row.person_id is not None and row.person_id == tx.actor.person_id)
    )
    person = await tx.session.get(Person, row.person_id) if may_know and row.person_id is not None else None
    return ResourceDetails(
        **dict(view),
        features=tuple(
            FeatureView(equipment_kind=kinds[f.equipment_kind_id], count=f.count) for f in features
        ),
        units=tuple(units),
        availability=tuple(_availability_view(a) for a in rows),
        person_id=None if person is None else person.id,
        person_name=None if person is None else person.full_name,
    )


async def create_resource(tx: Tx, resource: ResourceInput) -> ResourceDetails:
    """Add a resource to its owner.

    Raises
    ------
    Invalid
        Every fault of the input.
    """
    policy.require(tx.actor, "resource.write", await target_of(tx, [resource.owner_id]))
    await _check(tx, resource)
    kind = KIND_BY_NAME[resource.kind]
    subject = Subject(kind="resource", mode=resource.mode or kind.modes[0], capacity=resource.capacity)
    tx.session.add(subject)
    await tx.session.flush()
    row = Resource(id=subject.id, code=new_code(kind.name), kind=kind.name, **_columns(resource))
    tx.session.add(row)
    await tx.session.flush()
    _add_parts(tx, subject.id, resource)
    await tx.session.flush()
    record(tx, "resource.create", "resource", row.id, after=resource.model_dump(mode="json"))
    return await get_resource(tx, row.id)


async def update_resource(
    tx: Tx, resource_id: int, resource: ResourceInput, revision: int
) -> ResourceDetails:
    """Change a resource; its kind and owner stay.

    Raises
    ------
    Invalid
        Every fault of the input, also a capacity below what is already claimed.
    StaleRevision
        Somebody else changed it.
    """
    row: Resource = await get_row(tx, Resource, resource_id)
    policy.require(tx.actor, "resource.write", await target_of(tx, [row.owner_id]))
    name = row.name
    await lock_subjects(tx, [resource_id])
    faults = []
    if resource.kind != row.kind:
        faults.append(FieldError("kind", "unchangeable"))
    if resource.owner_id != row.owner_id:
        faults.append(FieldError("owner_id", "unchangeable"))
    mode = resource.mode or KIND_BY_NAME[row.kind].modes[0]
    claimed = await peak_claimed(tx, resource_id, tx.clock.now())
    if resource.capacity < claimed:
        faults.append(FieldError("capacity", "below_claimed", {"claimed": claimed}))
    await _check(tx, resource, faults)
    await change_row(tx, Resource, resource_id, revision, **_columns(resource))
    await tx.session.execute(
        update(Subject).where(Subject.id == resource_id).values(mode=mode, capacity=resource.capacity)
    )
    for table in (ResourceCompetency, ResourceFeature, ResourceUnit):
        await tx.session.execute(delete(table).where(table.resource_id == resource_id))
    _add_parts(tx, resource_id, resource)
    await tx.session.flush()
    if resource.name != name:
        await mark_renamed(tx, subject_id=resource_id)
    record(tx, "resource.update", "resource", resource_id, after=resource.model_dump(mode="json"))
    return await get_resource(tx, resource_id)


async def set_availability(
    tx: Tx, resource_id: int, rows: tuple[AvailabilityInput, ...], revision: int
) -> ResourceDetails:
    """Replace when a resource can be used; none: the whole of its owner's working days.

    What stands in a new closure loses its place and waits for a repair. Bookings outside new windows keep
    their claims: the owner cancels them by name.
    """
    row: Resource = await get_row(tx, Resource, resource_id)
    policy.require(tx.actor, "resource.write", await target_of(tx, [row.owner_id]))
    faults = list(availability_faults(rows))
    if faults:
        raise Invalid(faults)
    # Nobody books it while what stands in a closure is looked for.
    await lock_subjects(tx, [resource_id])
    await change_row(tx, Resource, resource_id, revision)
    known = await tx.session.scalars(select(Availability).where(Availability.subject_id == resource_id))
    before = {_availability_view(entry) for entry in known}
    await tx.session.execute(delete(Availability).where(Availability.subject_id == resource_id))
    tx.session.add_all(Availability(subject_id=resource_id, **entry.model_dump()) for entry in rows)
    await tx.session.flush()
    record(
        tx, "resource.availability", "resource", resource_id, rows=[r.model_dump(mode="json") for r in rows]
    )
    await displace_bookings(tx, resource_id, [row for row in rows if row not in before])
    return await get_resource(tx, resource_id)


def availability_faults(rows: Iterable[AvailabilityInput]) -> Iterator[FieldError]:
    """Yield everything that is wrong with rows of availability."""
    for number, row in enumerate(rows):
        where = f"availability.{number}"
        if row.until_min <= row.from_min:
            yield FieldError(f"{where}.until_min", "order")
        if row.kind == "weekly" and row.weekday is None:
            yield FieldError(f"{where}.weekday", "weekday_needed")
        if row.kind != "weekly" and row.from_on is None:
            yield FieldError(f"{where}.from_on", "date_needed")
        if row.from_on is not None and row.until_on is not None and row.until_on < row.from_on:
            yield FieldError(f"{where}.until_on", "order")


def _columns(resource: ResourceInput) -> dict[str, Any]:
    return resource.model_dump(
        include={
            "owner_id", "site_id", "name", "hazard", "setup_min", "cleanup_min", "lead_days", "min_age",
            "person_id", "retired_on",
        }
    )  # fmt: skip


def _add_parts(tx: Tx, resource_id: int, resource: ResourceInput) -> None:
    for grant in resource.competencies:
        tx.session.add(ResourceCompetency(resource_id=resource_id, **grant.model_dump()))
    for feature in resource.features:
        tx.session.add(ResourceFeature(resource_id=resource_id, **feature.model_dump()))
    for label in resource.units:
        tx.session.add(ResourceUnit(resource_id=resource_id, label=label))


async def _check(tx: Tx, resource: ResourceInput, faults: list[FieldError] | None = None) -> None:
    faults = [*(faults or ()), *resource_faults(resource)]
    if await tx.session.get(Participant, resource.owner_id) is None:
        faults.append(FieldError("owner_id", "not_found"))
    site = await tx.session.get(Site, resource.site_id)
    if site is None:
        faults.append(FieldError("site_id", "not_found"))
    elif site.participant_id != resource.owner_id:
        faults.append(FieldError("site_id", "no_site_of_owner"))
    if resource.person_id is not None:
        person = await tx.session.get(Person, resource.person_id)
        if person is None:
            faults.append(FieldError("person_id", "not_found"))
        elif person.participant_id != resource.owner_id:
            faults.append(FieldError("person_id", "person_of_owner"))
    competencies = await refs(tx, Competency, [grant.competency_id for grant in resource.competencies])
    for number, grant in enumerate(resource.competencies):
        if grant.competency_id not in competencies:
            faults.append(FieldError(f"competencies.{number}.competency_id", "not_found"))
    kinds = await refs(tx, EquipmentKind, [feature.equipment_kind_id for feature in resource.features])
    for number, feature in enumerate(resource.features):
        if feature.equipment_kind_id not in kinds:
            faults.append(FieldError(f"features.{number}.equipment_kind_id", "not_found"))
    if faults:
        raise Invalid(faults)


def _availability_view(row: Availability) -> AvailabilityInput:
    return AvailabilityInput.model_validate(
        {
            "kind": row.kind,
            "weekday": row.weekday,
            "from_on": row.from_on,
            "until_on": row.until_on,
            "from_min": row.from_min,
            "until_min": row.until_min,
            "note": row.note,
        }
    )


async def resource_views(tx: Tx, rows: list[tuple[Resource, Subject]]) -> tuple[ResourceView, ...]:
    """Return resources as everybody sees them, in the order given."""
    owners = await refs(tx, Participant, [row.owner_id for row, _ in rows])
    sites = await sites_with_towns(tx, [row.site_id for row, _ in rows])
    grants: dict[int, list[ResourceCompetency]] = defaultdict(list)
    for grant in await tx.session.scalars(
        select(ResourceCompetency)
        .where(ResourceCompetency.resource_id.in_([row.id for row, _ in rows]))
        .order_by(ResourceCompetency.competency_id)
    ):
        grants[grant.resource_id].append(grant)
    competencies = await refs(tx, Competency, [g.competency_id for gs in grants.values() for g in gs])
    return tuple(
        ResourceView.model_validate(
            {
                "id": row.id,
                "code": row.code,
                "kind": row.kind,
                "mode": subject.mode,
                "capacity": subject.capacity,
                "owner": owners[row.owner_id],
                "site": sites[row.site_id][0],
                "town": sites[row.site_id][1],
                "name": row.name,
                "hazard": row.hazard,
                "setup_min": row.setup_min,
                "cleanup_min": row.cleanup_min,
                "lead_days": row.lead_days,
                "min_age": row.min_age,
                "competencies": tuple(
                    CompetencyGrantView(competency=competencies[g.competency_id], valid_until=g.valid_until)
                    for g in grants[row.id]
                ),
                "retired_on": row.retired_on,
                "revision": row.revision,
            }
        )
        for row, subject in rows
    )
