"""Constraints on the ways between buildings."""

from collections.abc import Callable

from benchmarks.fet.draft import Draft, Uncovered
from benchmarks.fet.school import Constraint
from benchmarks.fet.shapes import meant

LEAST_GAPS = "Min_Gaps_Between_Building_Changes"


def gaps(who: str, everyone: bool) -> Callable[[Draft, Constraint], None]:
    """Make the handler of: so many free hours whenever the building changes within a day."""

    def handle(draft: Draft, constraint: Constraint) -> None:
        _only_hard(constraint)
        wanted = constraint.number(LEAST_GAPS)
        if draft.travellers and wanted != draft.gap_slots:
            raise Uncovered(f"{constraint.kind} with numbers that differ by person")
        draft.gap_slots = wanted
        draft.travellers.update(meant(draft, constraint, who, everyone))

    return handle


def changes(who: str, everyone: bool, number: str) -> Callable[[Draft, Constraint], None]:
    """Make the handler of: never another building within a day; a number above 0 is not covered."""

    def handle(draft: Draft, constraint: Constraint) -> None:
        _only_hard(constraint)
        if constraint.number(number) > 0:
            raise Uncovered(f"{constraint.kind} with a number above 0")
        draft.settled.update(meant(draft, constraint, who, everyone))

    return handle


def _only_hard(constraint: Constraint) -> None:
    if not constraint.hard:
        raise Uncovered(f"{constraint.kind} of less than 100 %")
