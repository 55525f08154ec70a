"""The programme of `relaxation` for plans that serve so much of each class, within a time."""

import time
from collections import defaultdict
from collections.abc import Sequence

from solver.engine.bound import LARGEST, Bound
from solver.engine.model import Model, Seat, Template
from solver.engine.relaxation import Programme, Relaxation, Row


class TooLong(Exception):
    """There is no time to state or to solve a programme."""


class Timely(Relaxation):
    """The relaxation, given up with `TooLong` when its time is over or it is too large."""

    def __init__(
        self, model: Model, deadline_s: float | None, templates: Sequence[Template] | None = None
    ) -> None:
        self._deadline_s = deadline_s
        super().__init__(model, templates)

    def _column(self, template: Template, host: Seat | None, options: list[int]) -> int:
        self.left_s()
        return super()._column(template, host, options)

    def left_s(self) -> float | None:
        """Return the seconds that are left; None: no limit."""
        left = None if self._deadline_s is None else self._deadline_s - time.monotonic()
        if left is not None and left <= 0:
            raise TooLong
        return left

    def bound(self) -> Bound:
        """Return the bounds of the programme as it is now."""
        bound = Bound(self.model, self.programme)
        if bound.terms > LARGEST:
            raise TooLong
        return bound


def serve(programme: Programme, floors: Sequence[int]) -> None:
    """Add that every class has its learner-minutes."""
    classes: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for column, worth in enumerate(programme.worth):
        if worth:
            classes[programme.priority[column]].append((column, -worth))
    for position, floor in enumerate(floors):
        if floor:
            programme.rows["floor", position] = Row(-float(floor), terms=classes[position])
