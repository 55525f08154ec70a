"""When a solve tells of itself, and the history in its report."""

from collections.abc import Callable

from solver.engine.budget import Budget
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution, SolveReport

_POINT_EVERY_S = 1.0
_HISTORY_KEPT = 400


class Pace:
    """Sends out progress points and better plans. When work is counted, nothing in it holds a clock time.

    Plans are due `plan_every_s` apart, and so that they cost at most about `plan_share` of the time.
    """

    def __init__(
        self,
        options: SolveOptions,
        budget: Budget,
        on_progress: Callable[[ProgressPoint], None],
        on_solution: Callable[[Solution], None],
        *,
        plan_every_s: float = 2.0,
        plan_share: float = 0.1,
    ) -> None:
        self._options = options
        self._budget = budget
        self._on_progress = on_progress
        self._on_solution = on_solution
        self._plan_every_s = plan_every_s
        self._plan_share = plan_share
        self._point_at = -_POINT_EVERY_S
        self._plan_at = -plan_every_s
        self._history: list[ProgressPoint] = []
        self._first_plan_s: float | None = None
        self.plan_took_s = 0.0

    def point_due(self) -> bool:
        """Tell whether a point should go out now: about once a second, never when work is counted."""
        return not self._budget.deterministic and self._budget.seconds - self._point_at >= _POINT_EVERY_S

    def point(self, stage: str, objective: int, unplaced: int, bound: int | None) -> None:
        """Send out a point and keep it for the history.

        `objective` and `bound` are unserved learner-minutes; a bound of None is not known.
        """
        now = self._budget.seconds
        gap = None
        if bound is not None:
            gap = (objective - bound) * 1000 // objective if objective else 0
        point = ProgressPoint(
            stage=stage,
            objective=objective,
            bound=bound,
            gap_permille=gap,
            unplaced=unplaced,
            seconds=None if self._budget.deterministic else round(now, 2),
        )
        self._point_at = now
        self._on_progress(point)
        self._history.append(point)
        if len(self._history) > _HISTORY_KEPT:
            # Every second point of the older half goes: the curve keeps its shape.
            half = _HISTORY_KEPT // 2
            self._history[:half] = self._history[:half:2]

    def plan_due(self) -> bool:
        """Tell whether a better plan should go out now; never when work is counted."""
        wait = max(self._plan_every_s, self.plan_took_s / self._plan_share)
        return not self._budget.deterministic and self._budget.seconds - self._plan_at >= wait

    def plan(self, made: Callable[[SolveReport], Solution]) -> Solution:
        """Send out the plan that is made with the report so far, and return it."""
        begun = self._budget.seconds
        solution = made(self._report("feasible"))
        if self._first_plan_s is None:
            self._first_plan_s = round(self._budget.seconds, 2)
        self._on_solution(solution)
        self._plan_at = self._budget.seconds
        self.plan_took_s = self._plan_at - begun
        return solution

    def last(self, *, optimal: bool = False) -> SolveReport:
        """Return the report of the whole solve."""
        return self._report("optimal" if optimal else "stopped" if self._budget.told else "feasible")

    def _report(self, status: str) -> SolveReport:
        clock = not self._budget.deterministic
        return SolveReport.model_validate(
            {
                "status": status,
                "seed": self._options.seed,
                "workers": self._options.workers if clock else 1,
                "deterministic_units": self._options.deterministic_units,
                "seconds": round(self._budget.seconds, 2) if clock else None,
                "first_plan_seconds": self._first_plan_s if clock else None,
                "history": tuple(self._history),
            }
        )


def left_out(problem: Problem, solution: Solution) -> tuple[int, int]:
    """Return the learner-minutes that a plan leaves unserved, and its number of unplaced activities."""
    by_id = problem.activity_by_id
    return sum(by_id[u.activity].learner_minutes for u in solution.unplaced), len(solution.unplaced)
