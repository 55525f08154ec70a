"""Ids and actors of the tiny cluster, looked up by code."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from scheduler.domain.booking import BookingInput, UseInput
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Cluster, LearnerGroup, Participant
from scheduler.persistence.tables.resources import Resource
from scheduler.policy import SYSTEM, Actor, Role


@dataclass(frozen=True)
class Region:
    """What tests name of the tiny cluster."""

    db: Database
    participants: dict[str, int]
    resources: dict[str, int]
    groups: dict[str, int]
    clusters: dict[str, int]

    def member(self, code: str, role: str = "college") -> Actor:
        """Return somebody of a participant."""
        return Actor(None, (Role(role, participant_id=self.participants[code]),))

    @property
    def coordinator(self) -> Actor:
        """Return the cluster's coordinator."""
        return Actor(None, (Role("coordinator", cluster_id=self.clusters["tiny"]),))

    def booking(self, **changes: Any) -> BookingInput:
        """Return a faultless booking: «Бета» in its own workshop, Wednesday 13 January, second pair."""
        usual = {
            "participant_id": self.participants["beta"],
            "title": "Сварка",
            "starts_local": "2027-01-13T10:15",
            "ends_local": "2027-01-13T11:50",
            "uses": (UseInput(resource_id=self.resources["beta-weld"], amount=8),),
            "group_id": self.groups["B-21"],
            "learners_until": 8,
        }
        return BookingInput.model_validate(usual | changes)

    def use(self, code: str, amount: int = 1) -> UseInput:
        """Return a use of a resource."""
        return UseInput(resource_id=self.resources[code], amount=amount)


async def read_region(db: Database) -> Region:
    """Return the region of a database with the tiny cluster."""
    async with db.read_tx(SYSTEM) as tx:

        async def ids(table: Any) -> dict[str, int]:
            rows = await tx.session.execute(select(table.code, table.id))
            return dict(rows.all())

        return Region(
            db, await ids(Participant), await ids(Resource), await ids(LearnerGroup), await ids(Cluster)
        )
