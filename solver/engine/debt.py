"""What hard limits lack while a plan is in work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from solver.engine.times import OptionBits


class Lacking(Protocol):
    """A node of a limit that leaving may break, or that several sessions meet together.

    Attributes
    ----------
    amount
        By how much what is placed misses it.
    """

    amount: int

    def mending(self, bits: OptionBits, payload: int, mask: int) -> tuple[int, int]:
        """Return what the best of these options takes off the amount, and the option; ``(0, -1)``: none."""

    def too_much(self) -> list[int]:
        """Return activities without which the amount is less; empty: there are none."""


class Debt:
    """What the limits of a model lack in the plan in work that leaving may break, or several meet together.

    Attributes
    ----------
    total
        Sum of the amounts of all nodes.
    nodes
        The nodes of such limits.
    open
        Such limits block nothing for the moment; `wide`: nor do those of which no amount is kept.
    """

    def __init__(self) -> None:
        self.total = 0
        self.nodes: list[Lacking] = []
        self.open = False
        self.wide = False

    @contextmanager
    def opened(self, *, wide: bool = False) -> Iterator[None]:
        """Let what only several together could meet block nothing.

        `wide`: so too where no amount is kept, so that nothing must be placed meanwhile.
        """
        before = self.open, self.wide
        self.open, self.wide = True, wide
        try:
            yield
        finally:
            self.open, self.wide = before
