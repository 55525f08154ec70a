"""Infrastructure lists of the region, and what workshops lack of them."""

from collections import defaultdict

from sqlalchemy import delete, select

from scheduler import policy
from scheduler.domain.infrastructure import (
    FitView,
    InfrastructureInput,
    InfrastructureItemView,
    InfrastructureView,
    MissingView,
    pieces_needed,
    workplaces_met,
)
from scheduler.domain.kinds import workshop
from scheduler.domain.model import Page, Ref
from scheduler.errors import FieldError, Invalid
from scheduler.ids import new_code
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.register import (
    Competency,
    EquipmentKind,
    InfrastructureItem,
    InfrastructureList,
    Participant,
    Subject,
)
from scheduler.persistence.tables.resources import Resource, ResourceCompetency, ResourceFeature
from scheduler.persistence.transaction import Tx
from scheduler.services.audit import record
from scheduler.services.revisions import change_row


async def list_infrastructure(
    tx: Tx, *, competency_id: int | None = None, limit: int = 50, after: str | None = None
) -> Page[InfrastructureView]:
    """Return a page of lists, newest first."""
    policy.require(tx.actor, "register.read")
    statement = select(InfrastructureList)
    if competency_id is not None:
        statement = statement.where(InfrastructureList.competency_id == competency_id)
    rows, following = await fetch_page(tx, statement, (InfrastructureList.id,), limit, after, descending=True)
    return Page(items=await _views(tx, [row[0] for row in rows]), next=following)


async def get_infrastructure(tx: Tx, list_id: int) -> InfrastructureView:
    """Return one list.

    Raises
    ------
    NotFound
        There is none.
    """
    policy.require(tx.actor, "register.read")
    row: InfrastructureList = await get_row(tx, InfrastructureList, list_id)
    return (await _views(tx, [row]))[0]


async def create_infrastructure(tx: Tx, given: InfrastructureInput) -> InfrastructureView:
    """Put a season's list of a competency in force from its day on.

    Raises
    ------
    Invalid
        Every fault of the input.
    """
    policy.require(tx.actor, "setting.write")
    await _check(tx, given, None)
    row = InfrastructureList(code=new_code("list"), **given.model_dump(exclude={"items"}))
    tx.session.add(row)
    await tx.session.flush()
    _add_items(tx, row.id, given)
    await tx.session.flush()
    record(tx, "infrastructure.create", "infrastructure_list", row.id, after=given.model_dump(mode="json"))
    return await get_infrastructure(tx, row.id)


async def update_infrastructure(
    tx: Tx, list_id: int, given: InfrastructureInput, revision: int
) -> InfrastructureView:
    """Change a list.

    Raises
    ------
    Invalid
        Every fault of the input.
    StaleRevision
        Somebody else changed it.
    """
    policy.require(tx.actor, "setting.write")
    await get_row(tx, InfrastructureList, list_id)
    await _check(tx, given, list_id)
    await change_row(tx, InfrastructureList, list_id, revision, **given.model_dump(exclude={"items"}))
    await tx.session.execute(delete(InfrastructureItem).where(InfrastructureItem.list_id == list_id))
    _add_items(tx, list_id, given)
    await tx.session.flush()
    record(tx, "infrastructure.update", "infrastructure_list", list_id, after=given.model_dump(mode="json"))
    return await get_infrastructure(tx, list_id)


def _add_items(tx: Tx, list_id: int, given: InfrastructureInput) -> None:
    tx.session.add_all(InfrastructureItem(list_id=list_id, **item.model_dump()) for item in given.items)


async def _check(tx: Tx, given: InfrastructureInput, list_id: int | None) -> None:
    faults = []
    if await tx.session.get(Competency, given.competency_id) is None:
        faults.append(FieldError("competency_id", "not_found"))
    other = await tx.session.scalar(
        select(InfrastructureList.id).where(
            InfrastructureList.competency_id == given.competency_id,
            InfrastructureList.season == given.season,
        )
    )
    if other not in (None, list_id):
        faults.append(FieldError("season", "not_unique"))
    wanted = [item.equipment_kind_id for item in given.items]
    known = await refs(tx, EquipmentKind, wanted)
    for number, kind_id in enumerate(wanted):
        if kind_id not in known:
            faults.append(FieldError(f"items.{number}.equipment_kind_id", "not_found"))
    if len(set(wanted)) != len(wanted):
        faults.append(FieldError("items", "repeated"))
    if faults:
        raise Invalid(faults)


async def _views(tx: Tx, rows: list[InfrastructureList]) -> tuple[InfrastructureView, ...]:
    competencies = await refs(tx, Competency, [row.competency_id for row in rows])
    items: dict[int, list[InfrastructureItem]] = defaultdict(list)
    for item in await tx.session.scalars(
        select(InfrastructureItem)
        .where(InfrastructureItem.list_id.in_([row.id for row in rows]))
        .order_by(InfrastructureItem.equipment_kind_id)
        .execution_options(populate_existing=True)
    ):
        items[item.list_id].append(item)
    kinds = await refs(tx, EquipmentKind, [i.equipment_kind_id for found in items.values() for i in found])
    return tuple(
        [
            InfrastructureView(
                id=row.id,
                code=row.code,
                competency=competencies[row.competency_id],
                season=row.season,
                valid_from=row.valid_from,
                source=row.source,
                items=tuple(
                    InfrastructureItemView(
                        equipment_kind=kinds[item.equipment_kind_id],
                        count=item.count,
                        workplaces=item.workplaces,
                    )
                    for item in items[row.id]
                ),
                workshops=await _fits(tx, row.competency_id, items[row.id], kinds),
                revision=row.revision,
            )
            for row in rows
        ]
    )


async def _fits(
    tx: Tx, competency_id: int, items: list[InfrastructureItem], kinds: dict[int, Ref]
) -> tuple[FitView, ...]:
    """Return how far the workshops of a competency meet the items of a list."""
    found = (
        await tx.session.execute(
            select(Resource.id, Resource.code, Resource.name, Resource.owner_id, Subject.capacity)
            .join(Subject, Subject.id == Resource.id)
            .join(ResourceCompetency, ResourceCompetency.resource_id == Resource.id)
            .where(
                ResourceCompetency.competency_id == competency_id,
                Resource.kind == workshop.KIND.name,
                Resource.retired_on.is_(None),
            )
            .order_by(Resource.code)
        )
    ).all()
    stock = await tx.session.execute(
        select(ResourceFeature.resource_id, ResourceFeature.equipment_kind_id, ResourceFeature.count).where(
            ResourceFeature.resource_id.in_([row.id for row in found])
        )
    )
    there = {(resource_id, kind_id): count for resource_id, kind_id, count in stock}
    owners = await refs(tx, Participant, [row.owner_id for row in found])
    return tuple(
        FitView(
            resource=Ref(id=row.id, code=row.code, name=row.name),
            owner=owners[row.owner_id],
            capacity=row.capacity,
            workplaces=min(
                [row.capacity]
                + [
                    workplaces_met(i.count, i.workplaces, there.get((row.id, i.equipment_kind_id), 0))
                    for i in items
                ]
            ),
            missing=tuple(
                MissingView(equipment_kind=kinds[i.equipment_kind_id], needed=needed, there=has)
                for i in items
                for needed in [pieces_needed(i.count, i.workplaces, row.capacity)]
                for has in [there.get((row.id, i.equipment_kind_id), 0)]
                if has < needed
            ),
        )
        for row in found
    )
