"""Rows named just enough to show and to link to."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import null, select

from scheduler.domain.model import Ref
from scheduler.errors import NotFound
from scheduler.persistence.tables.base import Base
from scheduler.persistence.tables.register import (
    Cluster,
    Competency,
    EquipmentKind,
    LearnerGroup,
    Participant,
    Site,
    Town,
)
from scheduler.persistence.tables.requests import Campaign, Module, Programme, Request
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.transaction import Tx

_NAME: dict[type[Base], Any] = {
    Campaign: Campaign.name,
    Cluster: Cluster.name,
    Competency: Competency.name,
    EquipmentKind: EquipmentKind.name,
    LearnerGroup: LearnerGroup.name,
    Module: Module.name,
    Participant: Participant.short_name,
    Programme: Programme.name,
    Request: Request.title,
    Resource: Resource.name,
    Site: Site.name,
    Town: Town.name,
}
_CHUNK = 500


async def refs(tx: Tx, table: Any, ids: Iterable[int | None]) -> dict[int, Ref]:
    """Return the rows of a table by id; None and repeated ids do no harm."""
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    found: dict[int, Ref] = {}
    for first in range(0, len(wanted), _CHUNK):
        english = getattr(table, "name_en", null())
        statement = select(table.id, table.code, _NAME[table], english).where(
            table.id.in_(wanted[first : first + _CHUNK])
        )
        for id_, code, name, name_en in await tx.session.execute(statement):
            found[id_] = Ref(id=id_, code=code, name=name, name_en=name_en)
    return found


async def get_row(tx: Tx, table: Any, id_: int) -> Any:
    """Return one row by its id, as the database has it now.

    Raises
    ------
    NotFound
        There is none.
    """
    row = await tx.session.get(table, id_, populate_existing=True)
    if row is None:
        raise NotFound(table.__tablename__, id_)
    return row


async def sites_with_towns(tx: Tx, ids: Iterable[int]) -> dict[int, tuple[Ref, Ref, str]]:
    """Return site, town and time zone by site id."""
    statement = (
        select(Site.id, Site.code, Site.name, Site.timezone, Town)
        .join(Town, Town.id == Site.town_id)
        .where(Site.id.in_(sorted(set(ids))))
    )
    return {
        site_id: (
            Ref(id=site_id, code=code, name=name),
            Ref(id=town.id, code=town.code, name=town.name, name_en=town.name_en),
            zone,
        )
        for site_id, code, name, zone, town in await tx.session.execute(statement)
    }


async def site_owners(tx: Tx, ids: Iterable[int]) -> dict[int, Ref]:
    """Return whose a site is by site id."""
    statement = (
        select(Site.id, Participant.id, Participant.code, Participant.short_name)
        .join(Participant, Participant.id == Site.participant_id)
        .where(Site.id.in_(sorted(set(ids))))
    )
    return {
        site_id: Ref(id=id_, code=code, name=name)
        for site_id, id_, code, name in await tx.session.execute(statement)
    }
