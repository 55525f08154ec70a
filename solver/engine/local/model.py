"""A statement before it is laid out."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Node:
    """One statement; `weight` None: hard. `at_first`: its amount in an empty plan."""

    kind: int
    rule: int
    weight: float | None
    parameters: list[int] = field(default_factory=list)
    members: set[int] = field(default_factory=set)
    at_first: int = 0
