"""What the policy needs to know of a target, and what an actor's own things are."""

from collections.abc import Iterable

from sqlalchemy import select

from scheduler.persistence.tables.register import Membership
from scheduler.persistence.transaction import Tx
from scheduler.policy import SYSTEM, Actor, Target


async def target_of(tx: Tx, participant_ids: Iterable[int | None], person_id: int | None = None) -> Target:
    """Return a target that belongs to these participants and stands in all clusters they are in today."""
    today = tx.clock.now().date()
    ids = frozenset(id_ for id_ in participant_ids if id_ is not None)
    clusters = await tx.session.scalars(
        select(Membership.cluster_id).where(
            Membership.participant_id.in_(ids), Membership.left_on.is_(None) | (Membership.left_on > today)
        )
    )
    return Target(participant_ids=ids, cluster_ids=frozenset(clusters), person_id=person_id)


def own_participants(actor: Actor) -> frozenset[int]:
    """Return the participants that an actor has a role in."""
    return frozenset(role.participant_id for role in actor.roles if role.participant_id is not None)


def coordinated_clusters(actor: Actor) -> frozenset[int]:
    """Return the clusters that an actor coordinates."""
    return frozenset(
        role.cluster_id for role in actor.roles if role.role == "coordinator" and role.cluster_id is not None
    )


def sees_all(actor: Actor) -> bool:
    """Return whether drafts of everybody are open to the actor: jobs and coordinators."""
    return actor is SYSTEM or bool(coordinated_clusters(actor))
