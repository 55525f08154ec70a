"""Infrastructure lists: checked whole, changed by revision, and what workshops lack of them."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.domain.infrastructure import InfrastructureInput, InfrastructureView
from scheduler.errors import Forbidden, Invalid, StaleRevision
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Competency, EquipmentKind
from scheduler.policy import SYSTEM
from scheduler.services import infrastructure
from tests.scheduler.services.region import Region, read_region

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
async def region(tiny: Database) -> Region:
    return await read_region(tiny)


async def given(region: Region, **changes: Any) -> InfrastructureInput:
    async with region.db.read_tx(SYSTEM) as tx:
        competency = await tx.session.scalar(select(Competency.id).where(Competency.code == "06"))
        kind = await tx.session.scalar(select(EquipmentKind.id).where(EquipmentKind.code == "cnc_lathe"))
    usual = {
        "competency_id": competency,
        "season": "2027",
        "valid_from": date(2026, 9, 1),
        "source": "демо",
        "items": [{"equipment_kind_id": kind, "count": 3, "workplaces": 2}],
    }
    return InfrastructureInput.model_validate(usual | changes)


async def create(region: Region, **changes: Any) -> InfrastructureView:
    listed = await given(region, **changes)
    async with region.db.write_tx(region.coordinator) as tx:
        return await infrastructure.create_infrastructure(tx, listed)


async def test_a_list_says_for_how_many_workplaces_each_workshop_meets_it(region: Region) -> None:
    made = await create(region)

    assert (made.competency.code, made.season, made.revision) == ("06", "2027", 1)
    fits = {fit.resource.code: fit for fit in made.workshops}
    assert set(fits) == {"alpha-cnc", "gamma-cnc"}
    # Six lathes are enough for four of six workplaces, four for two of four.
    assert {code: (fit.workplaces, fit.capacity) for code, fit in fits.items()} == {
        "alpha-cnc": (4, 6),
        "gamma-cnc": (2, 4),
    }
    (lack,) = fits["alpha-cnc"].missing
    assert (lack.needed, lack.there) == (9, 6)


@on_sqlite
async def test_every_fault_is_told_and_a_season_has_one_list(region: Region) -> None:
    await create(region)

    with pytest.raises(Invalid) as caught:
        await create(region, items=[{"equipment_kind_id": 999}, {"equipment_kind_id": 999}])

    assert {(e.field, e.code) for e in caught.value.errors} == {
        ("season", "not_unique"),
        ("items.0.equipment_kind_id", "not_found"),
        ("items.1.equipment_kind_id", "not_found"),
        ("items", "repeated"),
    }


@on_sqlite
async def test_a_list_is_changed_by_revision_and_the_next_season_stands_beside_it(region: Region) -> None:
    made = await create(region)
    changed = await given(region, items=[i.model_dump() | {"count": 1} for i in (await given(region)).items])
    async with region.db.write_tx(region.coordinator) as tx:
        after = await infrastructure.update_infrastructure(tx, made.id, changed, made.revision)
    assert after.items[0].count == 1
    assert after.revision == 2
    with pytest.raises(StaleRevision):
        async with region.db.write_tx(region.coordinator) as tx:
            await infrastructure.update_infrastructure(tx, made.id, changed, made.revision)
    await create(region, season="2028", valid_from=date(2027, 9, 1))
    async with region.db.read_tx(region.member("beta")) as tx:
        listed = await infrastructure.list_infrastructure(tx, competency_id=made.competency.id)
    assert [one.season for one in listed.items] == ["2028", "2027"]


@on_sqlite
async def test_a_college_reads_but_does_not_write(region: Region) -> None:
    listed = await given(region)
    with pytest.raises(Forbidden):
        async with region.db.write_tx(region.member("alpha")) as tx:
            await infrastructure.create_infrastructure(tx, listed)
