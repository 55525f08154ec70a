"""The best plan in the order of the aims, found by going through all plans."""

from collections.abc import Collection, Iterable, Mapping

from solver import checker
from solver.engine.exact.plans import as_solution, with_units
from solver.problem import Problem
from solver.rules import parsed
from solver.solution import Placement
from tests.solver.engine.exhaustive import plans

Aims = dict[str, int]


def aims_of(problem: Problem, placements: Mapping[str, Placement]) -> Aims:
    """Return what a plan comes to, under the names that the exact search gives its aims."""
    terms = checker.score(problem, as_solution(problem, placements)).terms
    found: Aims = {}
    for term in terms:
        if term.stage == "coverage":
            found[f"coverage:{term.name}"] = term.value
    lacks = sorted((t.value for t in terms if t.stage == "fairness"), reverse=True)
    for least in range(1, len(lacks)):
        found[f"fairness:{least}"] = sum(lacks[:least])
    if lacks:
        found["fairness:all"] = sum(lacks)
    for stage in ("rest", "change"):
        mine = [t.value * t.weight for t in terms if t.stage == stage]
        if mine:
            found[stage] = sum(mine)
    return found


def best(problem: Problem, candidates: Iterable[Aims]) -> Aims:
    """Return the least value of every aim in turn, within the tolerances of those before it."""
    left = list(candidates)
    tolerance = next(
        (p.tolerance_permille for _, k, p in parsed(problem) if k.kind == "coverage"),  # type: ignore[attr-defined]
        0,
    )
    asked = aims_of(problem, {})
    found: Aims = {}
    first = True
    for name in left[0]:
        least = min(aims[name] for aims in left)
        found[name] = least
        slack = 0
        if name.startswith("coverage:"):
            slack = 0 if first else (asked[name] - least) * tolerance // 1000
            first = False
        elif name == "rest":
            slack = least * 10 // 1000
        left = [aims for aims in left if aims[name] <= least + slack]
    return found


def whole_plans(
    problem: Problem, kept: Mapping[str, Placement] | None = None, free: Collection[str] | None = None
) -> list[dict[str, Placement]]:
    """Return every plan that keeps all rules, with units, in which what is not free stays as in `kept`."""
    found = []
    for placements in plans(problem):
        by_name = {p.activity: p for p in placements}
        if free is not None and any(
            _where(by_name.get(a.id)) != _where((kept or {}).get(a.id))
            for a in problem.activities
            if a.id not in free
        ):
            continue
        named = with_units(problem, by_name, {})
        if named is not None:
            found.append(named)
    return found


def _where(placement: Placement | None) -> object:
    return None if placement is None else (placement.meetings, dict(placement.resources))
