"""A project's solve as the engine's commands want it: progress, better plans, a checked solution."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from solver import checker
from solver.codec import sha256_of
from solver.engine.budget import Budget
from solver.engine.exact.facts import facts_of
from solver.engine.exact.project.read import project_of
from solver.engine.exact.project.search import ProjectPlan, ProjectSearch
from solver.engine.pace import Pace
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
    pace = Pace(options, budget, on_progress, on_solution)
    share = budget.share_before(_FINISH_S)

    def solution(placements: Mapping[str, Placement], report: SolveReport, bound: int | None) -> Solution:
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
        pace.point("improve", 0, 0, 0)
        pace.plan(lambda report: solution(placements, report, None))

    search = ProjectSearch(
        project, budget, workers=options.workers, seed=options.seed, tell=tell, share=share
    )
    plan: ProjectPlan | None = search.run(None)
    if plan is None:
        return None
    pace.point("finish", 0, 0, 0)
    return solution(plan.placements, pace.last(optimal=plan.bound >= plan.end), plan.bound)
