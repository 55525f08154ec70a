"""What a kind of resource says of itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scheduler.domain.resource import Mode, ResourceInput
from scheduler.domain.words import Words
from scheduler.errors import FieldError

Role: TypeAlias = Literal["room", "equipment", "trainer", "stay", "bus"]


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind of resource: its part in a session and what makes a resource of it complete.

    Attributes
    ----------
    role
        Part in a session: ``room`` gives the place, ``equipment`` is brought there from the same site,
        ``trainer`` is a person who travels, ``stay`` is where learners sleep in the town of the place,
        ``bus`` brings them there from home.
    modes
        How it may be shared, the usual way first.
    session_kinds
        Kinds of session that take place in it; empty for what gives no place.
    faults
        Yields what is wrong with an input of this kind.
    """

    name: str
    title: Words
    role: Role
    modes: tuple[Mode, ...]
    session_kinds: frozenset[str]
    faults: Callable[[ResourceInput], Iterator[FieldError]]

    @property
    def travels(self) -> bool:
        """Whether it is a person with a home town."""
        return self.role == "trainer"

    @property
    def stands(self) -> bool:
        """Whether it stays where it is."""
        return self.role not in ("trainer", "bus")
