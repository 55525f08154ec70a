"""What to show: whether the visitor may do something with what is its own."""

from scheduler import policy
from scheduler.policy import Actor, Target


def own_participants(actor: Actor) -> frozenset[int]:
    """Return the participants that the actor has a role in."""
    return frozenset(role.participant_id for role in actor.roles if role.participant_id is not None)


def may(actor: Actor, action: str) -> bool:
    """Return whether the actor may do it at least somewhere; the service decides the case."""
    clusters = frozenset(role.cluster_id for role in actor.roles if role.cluster_id is not None)
    target = Target(own_participants(actor), clusters, actor.person_id)
    return policy.allowed(actor, action, target)


def may_for(actor: Actor, action: str, *participant_ids: int) -> bool:
    """Return whether the actor may do it with something of these participants."""
    clusters = frozenset(role.cluster_id for role in actor.roles if role.cluster_id is not None)
    return policy.allowed(actor, action, Target(frozenset(participant_ids), clusters))


def has_role(actor: Actor, *roles: str) -> bool:
    """Return whether the actor has one of the roles anywhere."""
    return any(role.role in roles for role in actor.roles)
