"""A project's solve as the engine's commands want it: progress, better plans, a checked solution."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from solver import checker
from solver.codec import sha256_of
from solver.engine.budget import Budget
from solver.engine.exact.facts import facts_of
from solver.engine.exact.project.read import project_of
from solver.engine.exact.project.search import ProjectPlan, ProjectSearch
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Placement, ProgressPoint, Score, Solution, SolveReport

_FINISH_S = 0.5


def solve_project(
    problem: Problem,
    options: SolveOptions,
    budget: Budget,
    on_progress: Callable[[ProgressPoint], None],
    on_solution: Callable[[Solution], None],
) -> Solution | None:
    """Return a checked plan that places everything; None: the problem is no project, or none was found.

    The term of the rule for the last end carries its bound.
    """
    facts = facts_of(problem)
    project = project_of(facts)
    if project is None:
        return None
    rule = problem.rules[facts.structures[0].rule_position].id
    history: list[ProgressPoint] = []
    first_s: list[float] = []
    share = budget.share_before(_FINISH_S)

    def point(stage: str) -> None:
        seconds = None if budget.deterministic else round(budget.seconds, 2)
        found = ProgressPoint(stage=stage, objective=0, bound=0, gap_permille=0, unplaced=0, seconds=seconds)
        history.append(found)
        on_progress(found)

    def solution(placements: Mapping[str, Placement], status: str, bound: int | None) -> Solution:
        clock = not budget.deterministic
        report = SolveReport.model_validate(
            {
                "status": status,
                "seed": options.seed,
                "workers": options.workers if clock else 1,
                "deterministic_units": options.deterministic_units,
                "seconds": round(budget.seconds, 2) if clock else None,
                "first_plan_seconds": first_s[0] if first_s and clock else None,
                "history": tuple(history),
            }
        )
        found = Solution(
            problem_sha256=sha256_of(problem),
            placements=tuple(placements[a.id] for a in problem.activities),
            report=report,
        )
        if broken := checker.check(problem, found, limit=5):
            raise AssertionError("; ".join(checker.describe(problem, v, "en") for v in broken))
        terms = checker.score(problem, found).terms
        bounded = (
            term.model_copy(update={"bound": bound if term.rule == rule else 0})
            if term.rule == rule or term.stage == "coverage"
            else term
            for term in terms
        )
        return found.model_copy(update={"score": Score(terms=tuple(bounded))})

    def tell(placements: dict[str, Placement]) -> None:
        if not first_s:
            first_s.append(round(budget.seconds, 2))
        point("improve")
        on_solution(solution(placements, "feasible", None))

    search = ProjectSearch(
        project, budget, workers=options.workers, seed=options.seed, tell=tell, share=share
    )
    plan: ProjectPlan | None = search.run(None)
    if plan is None:
        return None
    point("finish")
    status = "optimal" if plan.bound >= plan.end else "stopped" if budget.told else "feasible"
    return solution(plan.placements, status, plan.bound)
