"""The course of a solve: count, construct, improve until the budget is used up, finish.

Two processes at most: this one and a partner, which first proves a bound and then searches from another
seed; they tell each other their best plans.
"""

import random
from statistics import fmean

from solver.engine.budget import Budget
from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, fill_all, fill_in, ordered
from solver.engine.counting import unserved_at_least
from solver.engine.improve import Improver
from solver.engine.insertion import Inserter, pressures
from solver.engine.journal import Journal
from solver.engine.model import Model
from solver.engine.objective import Aim, Worth, floors, unserved, worth
from solver.engine.partner import Found, Peer, Proved, prove, start
from solver.engine.prune import prune
from solver.engine.state import State
from solver.errors import StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Solution

_COVERAGE_SHARE = 0.75
"""Share of the improvement that seeks coverage alone; the rest seeks fair shares within its tolerance."""
_IMPROVE_UNTIL = 0.94
"""Share of the budget after which the plan is finished: explained, numbered, checked."""
_HEAT = 0.1
"""Loss that is often accepted at first, as a part of a usual activity's worth."""
_TRIED_A_UNIT = 1_500
"""Sessions looked at in a unit of counted work."""
_BOUND_SHARE = 0.15
_PARTNER_WORTH_S = 4.0
"""A partner takes seconds to get ready: with less time than this there is none."""
_TELL_EVERY_S = 2.0
_CALM_STEPS = 400
"""Steps without a gain after which a plan whose coverage is proved best is left as it is."""


class Climb:
    """Improves the plan in a state: its coverage, then fair shares and the rest within the tolerance."""

    def __init__(self, inserter: Inserter, budget: Budget, peer: Peer, greedy: tuple[int, ...]) -> None:
        self.state: State = inserter.state
        self.best = self.state.snapshot()
        self.worth: Worth = worth(self.state)
        self.calm = 0
        self._greedy = greedy
        self._budget = budget
        self._peer = peer
        self._improver = Improver(inserter)
        self._aim = self._improver.aim
        worths = [t.worth for t in self.state.model.templates for _ in t.activities]
        self._heat = _HEAT * (fmean(worths) if worths else 0.0)
        self._begun = budget.used
        self._tried = inserter.tried
        self._told_s = 0.0

    def step(self) -> None:
        """Try one change."""
        done = (self._budget.used - self._begun) / max(1e-9, _IMPROVE_UNTIL - self._begun)
        self._improver.heat = self._heat * max(0.0, 1 - done / _COVERAGE_SHARE) ** 2
        if done >= _COVERAGE_SHARE and self._aim.floors is None:
            self._turn_to_fairness()
        self._improver.step()
        tried = self._improver.inserter.tried
        self._budget.spend((tried - self._tried) / _TRIED_A_UNIT)
        self._tried = tried
        self.calm += 1
        self._keep(worth(self.state))
        if self._aim.floors is not None:
            self._adopt()
        self._tell()

    def _keep(self, now: Worth) -> None:
        if self._aim(now) > self._aim(self.worth):
            self.best, self.worth = self.state.snapshot(), now
            self.calm = 0

    def _turn_to_fairness(self) -> None:
        self._adopt()
        self.state.restore(self.best)
        allowed = floors(self.state.model, self.worth.served)
        # Tolerance never costs more than a person's own order of requests would.
        kept = tuple(
            max(low, min(had, greedy))
            for low, had, greedy in zip(allowed, self.worth.served, self._greedy, strict=True)
        )
        self._aim = Aim(kept)
        self._improver.aim = self._aim

    def _adopt(self) -> None:
        """Go on from the other side's plan if that is better."""
        plan = self._peer.take_plan()
        if plan is not None and self._aim(plan.worth) > self._aim(self.worth):
            self.state.restore(plan.snapshot)
            self.best, self.worth = plan.snapshot, plan.worth
            self.calm = 0

    def _tell(self) -> None:
        now = self._budget.seconds
        if not self.calm and now - self._told_s >= _TELL_EVERY_S:
            self._peer.send(Found(self.worth, self.best))
            self._told_s = now


class Search:
    """One solve of one model."""

    def __init__(self, model: Model, options: SolveOptions, budget: Budget, journal: Journal) -> None:
        self.model = model
        self.options = options
        self.budget = budget
        self.journal = journal
        self.state = State(model)
        self.inserter = Inserter(self.state, pressures(model), random.Random(options.seed))
        self.greedy: tuple[int, ...] = ()

    def run(self) -> Solution:
        """Return the best plan found.

        Raises
        ------
        StoppedEarly
            The solve was told to stop before a first plan was complete.
        """
        self.journal.bound = unserved_at_least(self.model)
        self.journal.point("count", self.state, always=True)
        self._first_plan()
        peer = self._partner()
        try:
            self._other_orders()
            best = self._improve(peer)
        finally:
            peer.close()
        self.state.restore(best)
        fill_in(self.inserter, lambda: False)
        self.journal.point("finish", self.state, always=True)
        return self.journal.last(self.state, optimal=self._proved())

    def _first_plan(self) -> None:
        if not fill_all(self.inserter, ordered(self.model, GREEDY[0][1]), self.budget.stopped):
            raise StoppedEarly
        self.greedy = tuple(self.state.served)
        # Whoever hears of the plan finds it written.
        self.journal.plan(self.state)
        self.journal.point("construct", self.state, always=True)

    def _partner(self) -> Peer:
        """Return the partner, or nobody where the bound is trivial, proved here, or there is no time."""
        if not unserved(self.state):
            self._note(Proved(0, dict.fromkeys(range(len(self.model.worth_of_class)), 0)))
            return Peer()
        left_s = self.budget.left_s()
        if self.options.workers > 1 and not self.budget.deterministic and left_s > _PARTNER_WORTH_S:
            return start(self.model.problem, self.options, left_s)
        seconds = None if self.budget.deterministic else left_s * _BOUND_SHARE
        prove(self.model, self._note, seconds, lambda: self.budget.over(2 * _BOUND_SHARE))
        return Peer()

    def _note(self, proved: Proved) -> None:
        names = self.model.problem.priorities
        self.journal.bound = max(self.journal.bound or 0, proved.unserved)
        self.journal.bound_of_class = {names[k]: bound for k, bound in proved.of_class.items()}

    def _proved(self) -> bool:
        """Whether no plan serves any class better than the one in the state."""
        bounds = self.journal.bound_of_class
        asked = zip(self.model.problem.priorities, self.model.worth_of_class, self.state.served, strict=True)
        return all(bounds.get(name, 0) == worth - served for name, worth, served in asked if worth != served)

    def _other_orders(self) -> None:
        """Try the other orders that a person would use, and keep the best plan of all."""
        best, best_worth = self.state.snapshot(), worth(self.state)
        for _, order in GREEDY[1:]:
            if self.budget.over(0.3):
                break
            self.state.clear()
            if not fill_all(self.inserter, ordered(self.model, order), self.budget.stopped):
                break
            self.greedy = max(self.greedy, tuple(self.state.served))
            if worth(self.state) > best_worth:
                best, best_worth = self.state.snapshot(), worth(self.state)
        self.state.restore(best)
        self.journal.point("construct", self.state, always=True)

    def _improve(self, peer: Peer) -> list[tuple[int, tuple[int, ...]] | None]:
        climb = Climb(self.inserter, self.budget, peer, self.greedy)
        shown = climb.worth
        while not self.budget.over(_IMPROVE_UNTIL):
            if climb.calm > _CALM_STEPS and self._proved():
                break
            climb.step()
            proved = peer.take_bound()
            if proved is not None:
                self._note(proved)
            if climb.worth is not shown and self.journal.due():
                here = self.state.snapshot()
                self.state.restore(climb.best)
                self.journal.plan(self.state)
                self.state.restore(here)
                shown = climb.worth
            self.journal.point("improve", self.state)
        return climb.best


def assist(problem: Problem, options: SolveOptions, peer: Peer) -> None:
    """Do a partner's part: prove the bound, then search until the time is over."""
    budget = Budget(options.time_limit_s, None, peer.gone.is_set)
    pruned = compile_problem(problem)
    prune(State(pruned))
    prove(pruned, peer.send, options.time_limit_s * _BOUND_SHARE, lambda: budget.over(0.5))
    del pruned
    model = compile_problem(problem)
    inserter = Inserter(State(model), pressures(model), random.Random(options.seed))
    fill_all(inserter, ordered(model, GREEDY[0][1]), budget.stopped)
    climb = Climb(inserter, budget, peer, tuple(inserter.state.served))
    while not budget.over():
        climb.step()
