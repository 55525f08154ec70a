"""The course of a solve by the compiled search: lay out, construct, anneal until the budget is used up."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from solver.engine.budget import Budget
from solver.engine.completion import Completion
from solver.engine.local.climb import MOVES_A_UNIT, Climb
from solver.engine.local.instance import Instance, Snapshot, build
from solver.engine.local.outcome import Finisher
from solver.engine.local.partner import Found, start
from solver.engine.lowering import Lowered
from solver.engine.pace import Pace, left_out
from solver.engine.peer import Peer
from solver.engine.structure_bound import Proofs, rest_of_all_at_least
from solver.errors import NoPlan, StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import ProgressPoint, Solution

_UNTIL = 0.97
"""Share of the budget after which the plan is finished."""
_FINISH_S = 3.0
_FINISH_AT_MOST = 0.1
"""Share of the budget that is kept for that where it was seen to take long."""
_PARTNER_WORTH_S = 6.0
"""A partner takes seconds to get ready: with less time than this there is none."""
_BOUNDS_UNTIL = 0.05
"""Share of the budget in which bounds are proved where no partner does it."""
_PLAN_SHARE = 0.05
_SLICE_S = 0.03
_MOVES = 20_000


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
        self._pace = Pace(options, budget, on_progress, on_solution, plan_share=_PLAN_SHARE)
        self._proofs = Proofs(problem, lowered)
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
        NoPlan
            None was found that keeps every hard rule.
        """
        budget, options = self._budget, self._options
        peer = Peer()
        if options.workers > 1 and not budget.deterministic and budget.left_s() > _PARTNER_WORTH_S:
            peer = start(self._problem, options.seed + 1, time.time() + budget.left_s() * self._until)
        elif not budget.deterministic:
            over = partial(budget.over, _BOUNDS_UNTIL)
            self._proofs.know(rest_of_all_at_least(self._problem, self._lowered, over))
        try:
            instance = build(self._problem, self._lowered)
            finisher = Finisher(instance)
            if budget.stopped():
                raise StoppedEarly
            climb = Climb(instance, options.seed)
            at = time.monotonic()
            self._plan(finisher, climb.best(), "construct")
            if not budget.deterministic:
                # Most is broken in the first plan, so that no later one takes longer to finish.
                took = (time.monotonic() - at) / options.time_limit_s
                self._until = min(self._until, 1 - min(took, _FINISH_AT_MOST))
            completion = Completion.of(self._problem, options, budget, self._until)
            best = self._climb(instance, climb, finisher, peer, completion)
        finally:
            peer.close()
        solution = self._proofs.on(completion(finisher.solution(best, None)))
        self._unserved = left_out(self._problem, solution)
        self._point("finish", always=True)
        return solution.model_copy(update={"report": self._pace.last(optimal=self._proofs.are_met(solution))})

    def _climb(
        self, instance: Instance, climb: Climb, finisher: Finisher, peer: Peer, completion: Completion
    ) -> Snapshot:
        budget = self._budget
        best, worth = climb.best(), climb.worth
        moves = _MOVES
        begun = budget.used
        looked = False
        while climb.can_move and not budget.over(self._until):
            self._proofs.hear(peer)
            if self._proofs.done:
                break
            if not looked and completion.due:
                looked = True
                if not self._all_placed(finisher, best):
                    break
            at = time.monotonic()
            climb.run(moves, (budget.used - begun) / max(1e-9, self._until - begun))
            budget.spend(moves / MOVES_A_UNIT)
            if not budget.deterministic:
                took = max(1e-4, time.monotonic() - at)
                moves = int(min(4 * moves, max(200, moves * _SLICE_S / took)))
            if climb.worth < worth:
                best, worth = climb.best(), climb.worth
            found = peer.take(Found)
            if found is not None and found.worth < worth:
                best, worth = found.snapshot, found.worth
            if worth < self._shown and self._pace.plan_due():
                self._shown = worth
                self._plan(finisher, best, "improve")
            self._point("improve")
        return best

    def _all_placed(self, finisher: Finisher, snapshot: Snapshot) -> bool:
        try:
            return not finisher.solution(snapshot, None).unplaced
        except NoPlan:
            return True

    def _plan(self, finisher: Finisher, snapshot: Snapshot, stage: str) -> None:
        # As long as fewer sessions than there must be are there at once, there is nothing to show.
        with suppress(NoPlan):
            solution = self._pace.plan(lambda report: finisher.solution(snapshot, report))
            self._unserved = left_out(self._problem, solution)
            self._proofs.told(solution)
        self._point(stage, always=True)

    def _point(self, stage: str, *, always: bool = False) -> None:
        """Tell what the last plan that went out leaves unserved, at most about once a second."""
        if always or self._pace.point_due():
            objective, unplaced = self._unserved
            self._pace.point(stage, objective, unplaced, None if objective else 0)
