"""What a solve of a model tells while it runs: how far a plan in a state is, and better plans."""

import time
from collections.abc import Callable

from solver.engine.budget import Budget
from solver.engine.finish import Finisher
from solver.engine.lowering import TermKey
from solver.engine.pace import Pace
from solver.engine.state import State
from solver.fairness import figures
from solver.options import SolveOptions
from solver.solution import FairnessStage, PlanFigures, ProgressPoint, Solution, SolveReport

_REASONS_OF_STOPPED_S = 1.0


class Journal:
    """Tells of the plan in a state, with the bounds and figures that are known of the solve."""

    def __init__(
        self,
        options: SolveOptions,
        budget: Budget,
        finisher: Finisher,
        on_progress: Callable[[ProgressPoint], None],
        on_solution: Callable[[Solution], None],
    ) -> None:
        self._pace = Pace(options, budget, on_progress, on_solution)
        self._budget = budget
        self._finisher = finisher
        self.bound: int | None = None
        self.bounds: dict[TermKey, int] = {}
        self.fairness_stage: FairnessStage | None = None
        self.baselines: tuple[PlanFigures, ...] = ()
        self._unexplained_s = 0.0

    def point(self, stage: str, objective: int, unplaced: int, *, always: bool = False) -> None:
        """Tell how far the search is, at most about once a second.

        `objective`: learner-minutes that the best plan leaves unserved; `unplaced`: sessions without a place.
        """
        if always or self._pace.point_due():
            self._pace.point(stage, objective, unplaced, self.bound)

    def due(self) -> bool:
        """Tell whether a better plan should go out now: seldom enough that it costs little of the time."""
        return self._pace.plan_due()

    @property
    def finish_s(self) -> float:
        """Seconds to keep for explaining and checking the last plan: more than the one before took."""
        return 0.0 if self._budget.deterministic else 1.5 * (self._pace.plan_took_s + self._unexplained_s)

    def plan(self, state: State, *, explained: bool = True) -> None:
        """Send out the plan in a state, checked, and explained if anybody is to wait for that.

        As long as hard limits lack something there is none.
        """
        if state.model.debt.total:
            return
        stopped = self._budget.stopped
        self._pace.plan(lambda report: self._solution(state, report, stopped, explained=explained))
        counted = explained or self._budget.deterministic
        self._unexplained_s = 0.0 if counted else self._finisher.explaining_s(state)

    def compare(self, name: str, state: State) -> None:
        """Keep the figures of the plan in a state under this name, to set the solve's plan beside it."""
        placements = self._finisher.placements(state)
        self.baselines += (figures(state.model.problem, name, placements),)

    def last(self, state: State, *, optimal: bool) -> Solution:
        """Return the plan in a state with the report of the whole solve.

        One that was told to stop explains what it can in a second.
        """
        until = time.monotonic() + _REASONS_OF_STOPPED_S
        told = self._budget.told
        return self._solution(
            state, self._pace.last(optimal=optimal), lambda: told and time.monotonic() > until
        )

    def _solution(
        self, state: State, report: SolveReport, hurried: Callable[[], bool], *, explained: bool = True
    ) -> Solution:
        told = {"fairness_stage": self.fairness_stage, "baselines": self.baselines}
        whole = report.model_copy(update=told)
        return self._finisher.solution(
            state, whole, self.bounds, not_found=False, explained=explained, hurried=hurried
        )
