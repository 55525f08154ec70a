"""The course of a solve by the compiled search: lay out, construct, anneal until the budget is used up."""

import time
from collections.abc import Callable

from solver.engine.budget import Budget
from solver.engine.local.climb import MOVES_A_UNIT, Climb
from solver.engine.local.instance import Instance, Snapshot, build
from solver.engine.local.outcome import Finisher
from solver.engine.local.partner import Peer, start
from solver.engine.lowering import Lowered
from solver.errors import StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution, SolveReport

_UNTIL = 0.97
"""Share of the budget after which the plan is finished."""
_FINISH_S = 3.0
_PARTNER_WORTH_S = 6.0
"""A partner takes seconds to get ready: with less time than this there is none."""
_POINT_EVERY_S = 1.0
_PLAN_EVERY_S = 2.0
_PLAN_SHARE = 0.05
_SLICE_S = 0.03
_MOVES = 20_000
_HISTORY_KEPT = 400


class Drive:
    """One solve of one problem."""

    def __init__(
        self,
        problem: Problem,
        lowered: Lowered,
        options: SolveOptions,
        budget: Budget,
        on_progress: Callable[[ProgressPoint], None],
        on_solution: Callable[[Solution], None],
    ) -> None:
        self._problem = problem
        self._lowered = lowered
        self._options = options
        self._budget = budget
        self._on_progress = on_progress
        self._on_solution = on_solution
        self._history: list[ProgressPoint] = []
        self._first_plan_s: float | None = None
        self._point_at = self._plan_at = 0.0
        self._plan_took_s = 0.0
        self._shown = (float("inf"), float("inf"))
        self._unserved = (sum(a.learner_minutes for a in problem.activities), len(problem.activities))
        limit = options.time_limit_s
        self._until = max(_UNTIL * limit, limit - _FINISH_S) / limit

    def run(self) -> Solution:
        """Return the best plan found.

        Raises
        ------
        StoppedEarly
            The solve was told to stop before a first plan was complete.
        """
        budget, options = self._budget, self._options
        peer = Peer()
        if options.workers > 1 and not budget.deterministic and budget.left_s() > _PARTNER_WORTH_S:
            peer = start(self._problem, options.seed + 1, time.time() + budget.left_s() * self._until)
        try:
            instance = build(self._problem, self._lowered)
            finisher = Finisher(instance, self._lowered)
            if budget.stopped():
                raise StoppedEarly
            climb = Climb(instance, options.seed)
            self._plan(finisher, climb.best(), "construct")
            best = self._climb(instance, climb, finisher, peer)
        finally:
            peer.close()
        self._point("finish", always=True)
        status = "stopped" if budget.told else "feasible"
        return finisher.solution(best, self._report(status))

    def _climb(self, instance: Instance, climb: Climb, finisher: Finisher, peer: Peer) -> Snapshot:
        budget = self._budget
        best, worth = climb.best(), climb.worth
        moves = _MOVES
        begun = budget.used
        while climb.can_move and not budget.over(self._until):
            at = time.monotonic()
            climb.run(moves, (budget.used - begun) / max(1e-9, self._until - begun))
            budget.spend(moves / MOVES_A_UNIT)
            if not budget.deterministic:
                took = max(1e-4, time.monotonic() - at)
                moves = int(min(4 * moves, max(200, moves * _SLICE_S / took)))
            if climb.worth < worth:
                best, worth = climb.best(), climb.worth
            found = peer.take()
            if found is not None and found.worth < worth:
                best, worth = found.snapshot, found.worth
            if worth < self._shown and self._due():
                self._shown = worth
                self._plan(finisher, best, "improve")
            self._point("improve")
        return best

    def _due(self) -> bool:
        """Tell whether a better plan should go out now: seldom enough that it costs little of the time."""
        wait = max(_PLAN_EVERY_S, self._plan_took_s / _PLAN_SHARE)
        return not self._budget.deterministic and self._budget.seconds - self._plan_at >= wait

    def _plan(self, finisher: Finisher, snapshot: Snapshot, stage: str) -> None:
        begun = self._budget.seconds
        solution = finisher.solution(snapshot, self._report("feasible"))
        if self._first_plan_s is None:
            self._first_plan_s = round(self._budget.seconds, 2)
        self._unserved = (
            sum(self._problem.activity_by_id[u.activity].learner_minutes for u in solution.unplaced),
            len(solution.unplaced),
        )
        self._on_solution(solution)
        self._plan_at = self._budget.seconds
        self._plan_took_s = self._plan_at - begun
        self._point(stage, always=True)

    def _point(self, stage: str, *, always: bool = False) -> None:
        """Tell what the last plan that went out leaves unserved, at most about once a second."""
        now = self._budget.seconds
        paced = not self._budget.deterministic and now - self._point_at >= _POINT_EVERY_S
        if not (always or paced):
            return
        objective, unplaced = self._unserved
        point = ProgressPoint(
            stage=stage,
            objective=objective,
            bound=0 if not objective else None,
            gap_permille=0 if not objective else None,
            unplaced=unplaced,
            seconds=None if self._budget.deterministic else round(now, 2),
        )
        self._point_at = now
        self._on_progress(point)
        self._history.append(point)
        if len(self._history) > _HISTORY_KEPT:
            half = _HISTORY_KEPT // 2
            self._history[:half] = self._history[:half:2]

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
