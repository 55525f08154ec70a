"""What can go wrong in the domain, as data.

::

    DomainError
    ├── NotFound           there is no such thing, or none that the actor may know of
    ├── Forbidden          the policy says no, with its reason
    ├── Invalid            the input is wrong; every fault at once
    ├── ResourceTaken      a subject is already claimed for that time
    ├── StaleRevision      somebody else changed it since it was read
    ├── WrongState         not possible in the state it is in
    ├── RuleViolated       a rule of the timetable would be broken; every violation
    ├── LimitExceeded      more than a limit allows
    └── Unavailable        the system cannot do it now

The edges turn a class into a status and its data into words; no text of a driver is ever part of it.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar


class DomainError(Exception):
    """Base of all of them; `code` names the class to clients, the attributes are its data."""

    code: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.code}: {', '.join(f'{name}={value!r}' for name, value in vars(self).items())}"


class NotFound(DomainError):
    """There is no `noun` (a table's name) with that `key` (id or code)."""

    code = "not_found"

    def __init__(self, noun: str, key: int | str) -> None:
        self.noun = noun
        self.key = key


class Forbidden(DomainError):
    """The policy refused `action`; `reason` is a code of `scheduler.policy`, `roles` are those that may."""

    code = "forbidden"

    def __init__(self, action: str, reason: str, roles: tuple[str, ...] = ()) -> None:
        self.action = action
        self.reason = reason
        self.roles = roles


@dataclasses.dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of an input: dotted path of the field, code of the fault, parameters of its words."""

    field: str
    code: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Invalid(DomainError):
    """The input is wrong; `errors` holds every fault that was found."""

    code = "invalid"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)


class ResourceTaken(DomainError):
    """The subject (a resource, a person or a learner group) is claimed within ``[from_at, until_at)``.

    `holder` is what holds it, where that is known and may be shown (a booking's title or owner).
    """

    code = "resource_taken"

    def __init__(
        self, subject_id: int, from_at: datetime, until_at: datetime, holder: str | None = None
    ) -> None:
        self.subject_id = subject_id
        self.from_at = from_at
        self.until_at = until_at
        self.holder = holder


class StaleRevision(DomainError):
    """The caller edited an older revision; `current` is today's."""

    code = "stale_revision"

    def __init__(self, current: int) -> None:
        self.current = current


class WrongState(DomainError):
    """A `noun` in `state` does not allow it; `allowed` are the states that do."""

    code = "wrong_state"

    def __init__(self, noun: str, state: str, allowed: Iterable[str] = ()) -> None:
        self.noun = noun
        self.state = state
        self.allowed = tuple(allowed)


@dataclasses.dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: its kind, what happened, the facts as data, and the sentence in both languages."""

    rule: str
    code: str
    ru: str
    en: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class RuleViolated(DomainError):
    """Rules of the timetable would be broken; `violations` holds every one."""

    code = "rule_violated"

    def __init__(self, violations: Iterable[Breach]) -> None:
        self.violations = tuple(violations)


class LimitExceeded(DomainError):
    """`limit` (its name) allows `allowed`; `retry_after_s` where waiting helps."""

    code = "limit_exceeded"

    def __init__(self, limit: str, allowed: int, retry_after_s: int | None = None) -> None:
        self.limit = limit
        self.allowed = allowed
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """The system cannot do it now; `reason` is a code: busy, storage, database."""

    code = "unavailable"

    def __init__(self, reason: str, retry_after_s: int | None = None) -> None:
        self.reason = reason
        self.retry_after_s = retry_after_s
