"""What a run's report tells of its proofs."""

import pytest

from scheduler.bridge import inspect
from solver.codec import dump_solution
from solver.solution import ProgressPoint, Solution, SolveReport
from tests.scheduler.bridge.conftest import Build
from tests.scheduler.bridge.test_attributes import solved

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def bounded(solution: Solution, of_class: int | None, together: int | None) -> Solution:
    """Return the solution with other bounds of what stays unserved: of every class, and of all of them."""
    terms = tuple(
        term.model_copy(update={"bound": of_class}) if term.stage == "coverage" else term
        for term in solution.score.terms
    )
    last = ProgressPoint(stage="finish", objective=90_000, bound=together, unplaced=0)
    return solution.model_copy(
        update={
            "score": solution.score.model_copy(update={"terms": terms}),
            "report": SolveReport(status="feasible", seed=1, workers=1, history=(last,)),
        }
    )


@pytest.mark.parametrize(("of_class", "together"), [(0, 900), (700, 0), (None, 900), (None, None)])
async def test_the_better_proof_is_told_of_all_classes_together(
    build: Build, of_class: int | None, together: int | None
) -> None:
    built = await build()
    content = dump_solution(bounded(solved(built), of_class, together))

    report = inspect(built.content, built.sha256, content).report

    each = None if of_class is None else of_class * len(built.problem.priorities)
    known = [bound for bound in (each, together) if bound is not None]
    assert report["unserved_bound"] == max(known, default=None)
