"""Filling an empty region with a dataset."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from argon2 import PasswordHasher
from pydantic import BaseModel
from sqlalchemy import insert, select

from scheduler.errors import WrongState
from scheduler.exchange.dataset.fields import Row
from scheduler.exchange.dataset.rows import AvailabilityPart, Dataset
from scheduler.persistence.tables import accounts, register, requests, resources
from scheduler.persistence.tables.base import Base
from scheduler.persistence.transaction import Tx


class LoadedCounts(BaseModel):
    """How many rows of each list were loaded."""

    rows: dict[str, int]


async def load_dataset(tx: Tx, dataset: Dataset) -> LoadedCounts:
    """Fill an empty region: all rows in the order of their references, passwords hashed with argon2.

    Raises
    ------
    scheduler.errors.WrongState
        The region already has towns, participants or accounts; nothing was written.
    """
    for table in (register.Town, register.Participant, accounts.Account):
        if (await tx.session.scalars(select(table.id).limit(1))).first() is not None:
            raise WrongState("region", "filled", ("empty",))
    hashes = await asyncio.to_thread(hash_passwords, dataset)
    await Loader(tx, dataset).load(hashes)
    return LoadedCounts(rows={name: len(rows) for name, rows in dataset.lists()})


def hash_passwords(dataset: Dataset) -> list[str]:
    """Hash the accounts' passwords; slow by design, so never on the event loop."""
    hasher = PasswordHasher()
    return [hasher.hash(row.password) for row in dataset.accounts]


class Loader:
    """One load: remembers the database's ids of the rows already written, by list and key."""

    def __init__(self, tx: Tx, dataset: Dataset) -> None:
        self._tx = tx
        self._data = dataset
        self._ids: dict[str, dict[str, int]] = {}

    async def load(self, password_hashes: list[str]) -> None:
        """Write everything."""
        data = self._data
        await self._keyed(register.Setting, "settings", data.settings)
        await self._keyed(register.Town, "towns", data.towns)
        await self._plain(register.TownDistance, map(self._distance, data.distances))
        await self._keyed(register.Cluster, "clusters", data.clusters)
        await self._keyed(register.Participant, "participants", data.participants, town="towns")
        await self._keyed(
            register.Membership,
            "memberships",
            data.memberships,
            participant="participants",
            cluster="clusters",
        )
        await self._keyed(register.Site, "sites", data.sites, participant="participants", town="towns")
        await self._people()
        await self._keyed(register.Competency, "competencies", data.competencies)
        await self._keyed(register.EquipmentKind, "equipment_kinds", data.equipment_kinds)
        await self._infrastructure()
        await self._resources()
        await self._keyed(resources.Offer, "offers", data.offers, resource="resources")
        await self._keyed(requests.Campaign, "campaigns", data.campaigns, cluster="clusters")
        await self._groups()
        await self._programmes()
        await self._keyed(
            requests.Request,
            "requests",
            data.requests,
            campaign="campaigns",
            participant="participants",
            group="learner_groups",
            competency="competencies",
            module="modules",
            equipment_kind="equipment_kinds",
            provider="participants",
        )
        await self._accounts(password_hashes)

    def _id(self, name: str, key: str | None) -> int | None:
        return None if key is None else self._ids[name][key]

    async def _plain(self, table: type[Base], values: Iterable[Mapping[str, Any]]) -> None:
        rows = list(values)
        if rows:
            await self._tx.session.execute(insert(table), rows)

    async def _returning(self, table: Any, values: list[dict[str, Any]]) -> list[int]:
        if not values:
            return []
        statement = insert(table).returning(table.id, sort_by_parameter_order=True)
        return list(await self._tx.session.scalars(statement, values))

    async def _keyed(
        self, table: Any, name: str, rows: tuple[Row, ...], nested: frozenset[str] = frozenset(), **refs: str
    ) -> None:
        """Write a list whose fields are its table's columns but for references and nested lists."""
        values = [self._columns(row, nested, refs) for row in rows]
        ids = await self._returning(table, values)
        self._ids[name] = {row.row_key: id_ for row, id_ in zip(rows, ids, strict=True)}

    def _columns(self, row: BaseModel, nested: frozenset[str], refs: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field in type(row).model_fields:
            value = getattr(row, field)
            if field in refs:
                values[f"{field}_id"] = self._id(refs[field], value)
            elif field not in nested:
                values[field] = (
                    [list(v) if isinstance(v, tuple) else v for v in value]
                    if (isinstance(value, tuple))
                    else value
                )
        return values

    def _distance(self, row: Any) -> dict[str, Any]:
        a, b = sorted((self._ids["towns"][row.a], self._ids["towns"][row.b]))
        return {
            "a_id": a,
            "b_id": b,
            "road_km": row.road_km,
            "car_min": row.car_min,
            "bus_min": row.bus_min,
            "status": row.status,
        }

    async def _people(self) -> None:
        now = self._tx.clock.now()
        rows = self._data.people
        values = [
            {
                "participant_id": self._ids["participants"][row.participant],
                "full_name": row.full_name,
                "created_at": now,
            }
            for row in rows
        ]
        ids = await self._returning(register.Person, values)
        self._ids["people"] = {row.code: id_ for row, id_ in zip(rows, ids, strict=True)}

    async def _availability(self, of: Iterable[tuple[int, tuple[AvailabilityPart, ...]]]) -> None:
        await self._plain(
            resources.Availability,
            ({"subject_id": id_, **dict(part)} for id_, parts in of for part in parts),
        )

    async def _infrastructure(self) -> None:
        rows = self._data.infrastructure_lists
        nested = frozenset(("items",))
        name = "infrastructure_lists"
        await self._keyed(register.InfrastructureList, name, rows, nested, competency="competencies")
        await self._plain(
            register.InfrastructureItem,
            (
                {
                    "list_id": self._ids[name][row.code],
                    "equipment_kind_id": self._ids["equipment_kinds"][part.kind],
                    "count": part.count,
                    "workplaces": part.workplaces,
                }
                for row in rows
                for part in row.items
            ),
        )

    async def _resources(self) -> None:
        rows = self._data.resources
        ids = await self._returning(
            register.Subject,
            [{"kind": "resource", "mode": row.mode, "capacity": row.capacity} for row in rows],
        )
        self._ids["resources"] = {row.code: id_ for row, id_ in zip(rows, ids, strict=True)}
        nested = frozenset(("mode", "capacity", "competencies", "features", "units", "availability"))
        refs = {"owner": "participants", "site": "sites", "person": "people"}
        pairs = list(zip(ids, rows, strict=True))
        await self._plain(
            resources.Resource, ({"id": id_, **self._columns(row, nested, refs)} for id_, row in pairs)
        )
        await self._plain(
            resources.ResourceCompetency,
            (
                {
                    "resource_id": id_,
                    "competency_id": self._ids["competencies"][part.code],
                    "valid_until": part.valid_until,
                }
                for id_, row in pairs
                for part in row.competencies
            ),
        )
        await self._plain(
            resources.ResourceFeature,
            (
                {
                    "resource_id": id_,
                    "equipment_kind_id": self._ids["equipment_kinds"][part.kind],
                    "count": part.count,
                }
                for id_, row in pairs
                for part in row.features
            ),
        )
        await self._plain(
            resources.ResourceUnit,
            ({"resource_id": id_, "label": label} for id_, row in pairs for label in row.units),
        )
        await self._availability((id_, row.availability) for id_, row in pairs)

    async def _groups(self) -> None:
        rows = self._data.learner_groups
        ids = await self._returning(
            register.Subject,
            [{"kind": "learner_group", "mode": "pooled", "capacity": row.size} for row in rows],
        )
        self._ids["learner_groups"] = {row.code: id_ for row, id_ in zip(rows, ids, strict=True)}
        nested = frozenset(("size", "availability", "weeks", "curriculum"))
        refs = {"participant": "participants", "site": "sites"}
        pairs = list(zip(ids, rows, strict=True))
        await self._plain(
            register.LearnerGroup, ({"id": id_, **self._columns(row, nested, refs)} for id_, row in pairs)
        )
        await self._plain(
            register.GroupWeek,
            (
                {"group_id": id_, "monday_on": monday_on, "kind": kind}
                for id_, row in pairs
                for monday_on, kind in row.weeks.items()
            ),
        )
        refs = {"competency": "competencies", "campaign": "campaigns"}
        await self._plain(
            register.CurriculumHours,
            (
                {"group_id": id_, **self._columns(part, frozenset(), refs)}
                for id_, row in pairs
                for part in row.curriculum
            ),
        )
        await self._availability((id_, row.availability) for id_, row in pairs)

    async def _programmes(self) -> None:
        rows = self._data.programmes
        nested = frozenset(("parties", "modules"))
        await self._keyed(
            requests.Programme, "programmes", rows, nested, cluster="clusters", base="participants"
        )
        refs = {
            "participant": "participants",
            "competency": "competencies",
            "provider": "participants",
            "equipment_kind": "equipment_kinds",
        }
        parties, modules = [], []
        for row in rows:
            id_ = self._ids["programmes"][row.code]
            parties += [
                {"programme_id": id_, **self._columns(part, frozenset(), refs)} for part in row.parties
            ]
            modules += [
                {"programme_id": id_, **self._columns(part, frozenset(), refs)} for part in row.modules
            ]
        await self._plain(requests.ProgrammeParty, parties)
        ids = await self._returning(requests.Module, modules)
        codes = [module.code for row in rows for module in row.modules]
        self._ids["modules"] = dict(zip(codes, ids, strict=True))

    async def _accounts(self, password_hashes: list[str]) -> None:
        rows = self._data.accounts
        refs = {"participant": "participants", "person": "people", "cluster": "clusters"}
        nested = frozenset(("password", "roles"))
        values = [
            {**self._columns(row, nested, refs), "password_hash": password_hash, "demo": True}
            for row, password_hash in zip(rows, password_hashes, strict=True)
        ]
        ids = await self._returning(accounts.Account, values)
        await self._plain(
            accounts.RoleGrant,
            (
                {"account_id": id_, **self._columns(role, frozenset(), refs)}
                for id_, row in zip(ids, rows, strict=True)
                for role in row.roles
            ),
        )
