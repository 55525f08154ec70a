"""What a solve tells while it runs: progress points, better plans, and the history in its report."""

from collections.abc import Callable, Mapping

from solver.engine.budget import Budget
from solver.engine.finish import Finisher
from solver.engine.objective import unserved
from solver.engine.state import State
from solver.fairness import figures
from solver.options import SolveOptions
from solver.solution import FairnessStage, PlanFigures, ProgressPoint, Solution, SolveReport

_POINT_EVERY_S = 1.0
_PLAN_EVERY_S = 2.0
_PLAN_SHARE = 0.1
_HISTORY_KEPT = 400


class Journal:
    """Paces what goes out. When work is counted, nothing in it holds a clock time."""

    def __init__(
        self,
        options: SolveOptions,
        budget: Budget,
        finisher: Finisher,
        on_progress: Callable[[ProgressPoint], None],
        on_solution: Callable[[Solution], None],
    ) -> None:
        self._options = options
        self._budget = budget
        self._finisher = finisher
        self._on_progress = on_progress
        self._on_solution = on_solution
        self._point_at = -_POINT_EVERY_S
        self._plan_at = -_PLAN_EVERY_S
        self._plan_cost_s = 0.0
        self._history: list[ProgressPoint] = []
        self._first_plan_s: float | None = None
        self.bound: int | None = None
        self.bound_of_class: Mapping[str, int] = {}
        self.fairness_stage: FairnessStage | None = None
        self.baselines: tuple[PlanFigures, ...] = ()

    def point(self, stage: str, state: State, *, always: bool = False) -> None:
        """Tell how far the plan in a state is, at most about once a second."""
        now = self._budget.seconds
        paced = not self._budget.deterministic and now - self._point_at >= _POINT_EVERY_S
        if not (always or paced):
            return
        objective = unserved(state)
        gap = None
        if self.bound is not None:
            gap = (objective - self.bound) * 1000 // objective if objective else 0
        point = ProgressPoint(
            stage=stage,
            objective=objective,
            bound=self.bound,
            gap_permille=gap,
            unplaced=sum(placed is None for placed in state.at),
            seconds=None if self._budget.deterministic else round(now, 2),
        )
        self._point_at = now
        self._on_progress(point)
        self._history.append(point)
        if len(self._history) > _HISTORY_KEPT:
            # Every second point of the older half goes: the curve keeps its shape.
            half = _HISTORY_KEPT // 2
            self._history[:half] = self._history[:half:2]

    def due(self) -> bool:
        """Tell whether a better plan should go out now: seldom enough that it costs little of the time."""
        wait = max(_PLAN_EVERY_S, self._plan_cost_s / _PLAN_SHARE)
        return not self._budget.deterministic and self._budget.seconds - self._plan_at >= wait

    @property
    def finish_s(self) -> float:
        """Seconds to keep for explaining and checking the last plan: more than the one before took."""
        return 0.0 if self._budget.deterministic else 1.5 * self._plan_cost_s

    def plan(self, state: State, *, not_found: bool = False) -> Solution:
        """Send out the plan in a state, checked and explained."""
        begun = self._budget.seconds
        solution = self._finisher.solution(
            state, self._report("feasible"), self.bound_of_class, not_found=not_found
        )
        if self._first_plan_s is None:
            self._first_plan_s = round(self._budget.seconds, 2)
        self._on_solution(solution)
        self._plan_at = self._budget.seconds
        self._plan_cost_s = self._plan_at - begun
        return solution

    def compare(self, name: str, state: State) -> None:
        """Keep the figures of the plan in a state under this name, to set the solve's plan beside it."""
        placements = self._finisher.placements(state)
        self.baselines += (figures(state.model.problem, name, placements),)

    def last(self, state: State, *, optimal: bool) -> Solution:
        """Return the plan in a state with the report of the whole solve."""
        status = "optimal" if optimal else "stopped" if self._budget.told else "feasible"
        report = self._report(status)
        return self._finisher.solution(state, report, self.bound_of_class, not_found=False)

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
                "fairness_stage": self.fairness_stage,
                "baselines": self.baselines,
            }
        )
