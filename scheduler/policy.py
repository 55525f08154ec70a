"""Who may do what: one table of actions × roles.

Every public service function begins with `require`; pages ask `decide` or `allowed` before they show a
button. A role acts within a scope: anywhere, in its own participant, in its cluster, or for its own person.
Reading is equal for the participants of a region (5.1-3); a trainer reads what a trainer's day needs.
Nobody but its owner writes a resource or gives consent for it, not even a coordinator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from scheduler.errors import Forbidden

ROLES = ("college", "employer", "coordinator", "trainer", "observer")


class Scope(StrEnum):
    """Where a role may act."""

    ANYWHERE = "anywhere"
    OWN = "own"
    """The role's participant is one of the target's."""
    CLUSTER = "cluster"
    """The role's cluster is one of the target's."""
    SELF = "self"
    """The target is the actor's own person."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role in a participant (college, employer, trainer) or in a cluster (coordinator, observer)."""

    role: str
    cluster_id: int | None = None
    participant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; without roles: anonymous."""

    account_id: int | None
    roles: tuple[Role, ...] = ()
    person_id: int | None = None
    language: str = "ru"


ANONYMOUS = Actor(None)
SYSTEM = Actor(None, (Role("system"),))
"""Jobs and the terminal of the machine's owner; no account can have its role."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: the participants it belongs to, the clusters it stands in, the person it is of."""

    participant_ids: frozenset[int] = frozenset()
    cluster_ids: frozenset[int] = frozenset()
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no.

    `reason` of a no: ``anonymous`` (sign in first), ``role`` (none of the actor's roles ever may), else why
    the scope does not reach: ``not_own``, ``not_cluster``, ``not_self``. `roles` are those that may at all.
    """

    allowed: bool
    reason: str
    roles: tuple[str, ...]


_ANYWHERE, _OWN, _CLUSTER, _SELF = Scope.ANYWHERE, Scope.OWN, Scope.CLUSTER, Scope.SELF
_ALL = dict.fromkeys(ROLES, _ANYWHERE)
_NOT_TRAINER = {role: _ANYWHERE for role in ROLES if role != "trainer"}
_OWNERS = {"college": _OWN, "employer": _OWN}
_COORDINATOR = {"coordinator": _CLUSTER}

TABLE: Mapping[str, Mapping[str, Scope]] = MappingProxyType(
    {
        "register.read": _ALL,
        "resource.read": _ALL,
        "programme.read": _ALL,
        "campaign.read": _ALL,
        "booking.read": _ALL,
        "offer.read": _NOT_TRAINER,
        "request.read": _NOT_TRAINER,
        "run.read": _NOT_TRAINER,
        "version.read": _NOT_TRAINER,
        "participant.write": _OWNERS | _COORDINATOR,
        "group.write": _OWNERS | _COORDINATOR,
        "resource.write": _OWNERS,
        "offer.write": _OWNERS,
        "request.write": _OWNERS | _COORDINATOR,
        "programme.write": {"college": _OWN} | _COORDINATOR,
        "programme.agree": _OWNERS,
        "setting.write": {"coordinator": _ANYWHERE},
        "campaign.write": _COORDINATOR,
        "run.start": _COORDINATOR,
        "run.stop": _COORDINATOR,
        "run.accept": _COORDINATOR,
        "version.edit": _COORDINATOR,
        "timetable.publish": _COORDINATOR,
        "booking.create": _OWNERS | _COORDINATOR,
        "booking.cancel": _OWNERS | _COORDINATOR,
        "booking.consent": _OWNERS,
        "feed.read": _OWNERS | _COORDINATOR | {"trainer": _SELF},
        "feed.revoke": _OWNERS | _COORDINATOR | {"trainer": _SELF},
        "account.write": _COORDINATOR,
    }
)


def decide(actor: Actor, action: str, target: Target = Target()) -> Decision:
    """Return whether the actor may do `action` (a key of `TABLE`) to the target, and why not.

    Raises
    ------
    KeyError
        There is no such action.
    """
    scopes = TABLE[action]
    roles = tuple(scopes)
    if actor is SYSTEM:
        return Decision(True, "system", roles)
    if not actor.roles:
        return Decision(False, "anonymous", roles)
    reason = "role"
    for role in actor.roles:
        scope = scopes.get(role.role)
        if scope is None:
            continue
        if _reaches(scope, role, actor, target):
            return Decision(True, scope.value, roles)
        reason = f"not_{scope.value}"
    return Decision(False, reason, roles)


def _reaches(scope: Scope, role: Role, actor: Actor, target: Target) -> bool:
    match scope:
        case Scope.ANYWHERE:
            return True
        case Scope.OWN:
            return role.participant_id in target.participant_ids
        case Scope.CLUSTER:
            return role.cluster_id in target.cluster_ids
        case Scope.SELF:
            return actor.person_id is not None and actor.person_id == target.person_id


def allowed(actor: Actor, action: str, target: Target = Target()) -> bool:
    """Return whether the actor may do it."""
    return decide(actor, action, target).allowed


def require(actor: Actor, action: str, target: Target = Target()) -> None:
    """Return if the actor may do it.

    Raises
    ------
    Forbidden
        With the reason and the roles that may.
    """
    decision = decide(actor, action, target)
    if not decision.allowed:
        raise Forbidden(action, decision.reason, decision.roles)
