"""The course of a solve: count, construct, improve until the budget is used up, finish.

Two processes at most: this one and a partner, which first proves a bound and then searches from another
seed; they tell each other their best plans.
"""

import random
from statistics import fmean

from solver.engine.budget import Budget
from solver.engine.compile import compile_problem
from solver.engine.construct import (
    GREEDY,
    EarliestFirst,
    Order,
    fill_all,
    fill_in,
    first_come,
    ordered,
    reserve,
)
from solver.engine.counting import unserved_at_least
from solver.engine.improve import Improver
from solver.engine.insertion import Inserter, pressures
from solver.engine.journal import Journal
from solver.engine.model import Model
from solver.engine.objective import Aim, Worth, floors, quotas_met, unserved, worth
from solver.engine.partner import Found, Peer, Proved, Turned, WorstOff, prove, start
from solver.engine.prune import prune
from solver.engine.quotas import settle_quotas
from solver.engine.state import State
from solver.engine.worst_off import worst_off_at_most
from solver.errors import StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import FairnessStage, Solution

_COVERAGE_SHARE = 0.75
"""Share of the improvement that seeks coverage alone; the rest seeks fair shares within its tolerance."""
_IMPROVE_UNTIL = 0.94
"""Share of the budget after which the plan is finished: explained, numbered, checked."""
_IMPROVE_AT_LEAST = 0.6
_HEAT = 0.1
"""Loss that is often accepted at first, as a part of a usual activity's worth."""
_TRIED_A_UNIT = 1_500
"""Sessions looked at in a unit of counted work."""
_BOUND_SHARE = 0.15
_WORST_OFF_SHARE, _PARTNER_WORST_OFF_SHARE = 0.3, 0.8
"""Share of the time left to fair shares that their bound may take: alone, and of a partner."""
_QUOTAS_SHARE = 0.1
"""Share of the budget that a search for quotas alone may take."""
HAND, BY_CLASS = "hand", "by_class"
"""Names of the plans that a person would make: first come, first served; class by class."""
_HAND_UNTIL, _ORDERS_UNTIL = 0.8, 0.3
"""Shares of the budget after which the other plans of a person are not made any more."""
_PARTNER_WORTH_S = 4.0
"""A partner takes seconds to get ready: with less time than this there is none."""
_TELL_EVERY_S = 2.0
_CALM_STEPS = 400
"""Steps without a gain after which a plan whose coverage is proved best is left as it is."""


class Climb:
    """Improves the plan in a state: its coverage, then fair shares and the rest within the tolerance."""

    def __init__(self, inserter: Inserter, budget: Budget, peer: Peer, until: float = _IMPROVE_UNTIL) -> None:
        self.state: State = inserter.state
        self.until = until
        self.best = self.state.snapshot()
        self.worth: Worth = worth(self.state)
        self.calm = 0
        self._budget = budget
        self._peer = peer
        self._improver = Improver(inserter)
        self._aim = self._improver.aim
        worths = [t.worth for t in self.state.model.templates for _ in t.activities]
        self._heat = _HEAT * (fmean(worths) if worths else 0.0)
        self._begun = budget.used
        self._tried = inserter.tried
        self._told_s = 0.0

    @property
    def done(self) -> float:
        """Share of the time for improvement that is used up."""
        return (self._budget.used - self._begun) / max(1e-9, self.until - self._begun)

    @property
    def fair(self) -> bool:
        """Whether it has turned to fair shares."""
        return self._aim.floors is not None

    def step(self) -> None:
        """Try one change."""
        cool = 0.0 if self.fair else max(0.0, 1 - self.done / _COVERAGE_SHARE) ** 2
        self._improver.heat = self._heat * cool
        self._improver.step()
        tried = self._improver.inserter.tried
        self._budget.spend((tried - self._tried) / _TRIED_A_UNIT)
        self._tried = tried
        self.calm += 1
        self._keep(worth(self.state))
        if self.fair:
            self.adopt()
        self._tell()

    def _keep(self, now: Worth) -> None:
        if self._aim(now) > self._aim(self.worth):
            self.best, self.worth = self.state.snapshot(), now
            self.calm = 0

    def turn_to_fairness(self, kept: tuple[int, ...]) -> None:
        """Seek fair shares from the best plan on, while every class keeps so many learner-minutes."""
        self.state.restore(self.best)
        self._aim = Aim(kept)
        self._improver.aim = self._aim
        self._improver.inserter.settled = True
        self.calm = 0

    def adopt(self) -> None:
        """Go on from the other side's plan if that is better."""
        plan = self._peer.take(Found)
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
        if not self._filled(GREEDY[0][1]):
            raise StoppedEarly
        self.greedy = worth(self.state).served
        self.journal.compare(BY_CLASS, self.state)
        # Whoever hears of the plan finds it written.
        self.journal.plan(self.state)
        self.journal.point("construct", self.state, always=True)

    def _filled(self, order: Order, *, settle: bool = False) -> bool:
        """Fill in everything, what quotas owe first, with `settle` after a search for it alone."""
        stopped = self.budget.stopped
        if not reserve(self.inserter, stopped):
            return False
        if settle:
            until, tried = self.budget.used + _QUOTAS_SHARE, self.inserter.tried
            settle_quotas(self.inserter, lambda: self.budget.over(until))
            self.budget.spend((self.inserter.tried - tried) / _TRIED_A_UNIT)
        return fill_all(self.inserter, ordered(self.model, order), stopped)

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
        """Whether no plan serves any class, and no quota, better than the one in the state."""
        if not quotas_met(self.state):
            return False
        bounds = self.journal.bound_of_class
        asked = zip(self.model.problem.priorities, self.model.worth_of_class, self.state.served, strict=True)
        return all(bounds.get(name, 0) == worth - served for name, worth, served in asked if worth != served)

    def _other_orders(self) -> None:
        """Try the other orders that a person would use, and keep the best plan of all."""
        best, best_worth = self.state.snapshot(), worth(self.state)
        if not quotas_met(self.state):
            self.state.clear()
            if self._filled(GREEDY[0][1], settle=True) and Aim()(worth(self.state)) > Aim()(best_worth):
                best, best_worth = self.state.snapshot(), worth(self.state)
        by_hand = EarliestFirst(self.state, self.inserter.pressure, self.inserter.rng)
        tries = [(by_hand, first_come), *((self.inserter, order) for _, order in GREEDY[1:])]
        for inserter, order in tries:
            # What people compare the plan with is worth its time; the other orders only while there is much.
            if self.budget.over(_HAND_UNTIL if inserter is by_hand else _ORDERS_UNTIL):
                break
            self.state.clear()
            if inserter is not by_hand and not reserve(inserter, self.budget.stopped):
                break
            if not fill_all(inserter, ordered(self.model, order), self.budget.stopped):
                break
            if inserter is by_hand:
                self.journal.compare(HAND, self.state)
            self.greedy = max(self.greedy, worth(self.state).served)
            if Aim()(worth(self.state)) > Aim()(best_worth):
                best, best_worth = self.state.snapshot(), worth(self.state)
        self.state.restore(best)
        self.journal.point("construct", self.state, always=True)

    def _improve(self, peer: Peer) -> list[tuple[int, tuple[int, ...]] | None]:
        # A large plan takes its time to explain and check.
        until = max(_IMPROVE_AT_LEAST, min(_IMPROVE_UNTIL, self.budget.share_before(self.journal.finish_s)))
        climb = Climb(self.inserter, self.budget, peer, until)
        shown = climb.worth
        while not self.budget.over(until):
            calm = climb.calm > _CALM_STEPS and self._proved()
            if calm and (climb.fair or not self.model.targets):
                break
            if not climb.fair and (calm or climb.done >= _COVERAGE_SHARE):
                self._turn_to_fairness(climb, peer)
            climb.step()
            self._hear(peer)
            if climb.worth is not shown and self.journal.due():
                here = self.state.snapshot()
                self.state.restore(climb.best)
                self.journal.plan(self.state)
                self.state.restore(here)
                shown = climb.worth
            self.journal.point("improve", self.state)
        self._hear(peer)
        return climb.best

    def _hear(self, peer: Peer) -> None:
        proved = peer.take(Proved)
        if proved is not None:
            self._note(proved)
        worst_off = peer.take(WorstOff)
        if worst_off is not None:
            self._note_worst_off(worst_off.permille)

    def _turn_to_fairness(self, climb: Climb, peer: Peer) -> None:
        climb.adopt()
        allowed = floors(self.model, climb.worth.served)
        kept = _above(allowed, climb.worth.served, self.greedy)
        climb.turn_to_fairness(kept)
        if not self.model.targets:
            return
        names = self.model.problem.priorities
        self.journal.fairness_stage = FairnessStage(
            served_minutes=dict(zip(names, climb.worth.served, strict=True)),
            rest=-climb.worth.rest,
            worst_off_permille=min(climb.worth.shares),
            floor_minutes=dict(zip(names, kept, strict=True)),
        )
        if peer.there:
            peer.send(Turned(kept))
        else:
            seconds = None if self.budget.deterministic else self.budget.left_s() * _WORST_OFF_SHARE
            self._note_worst_off(worst_off_at_most(self.model, kept, seconds))

    def _note_worst_off(self, permille: int | None) -> None:
        stage = self.journal.fairness_stage
        if stage is not None:
            self.journal.fairness_stage = stage.model_copy(update={"bound_permille": permille})


def _above(low: tuple[int, ...], had: tuple[int, ...], greedy: tuple[int, ...]) -> tuple[int, ...]:
    """Return floors within the tolerance with which a plan stays above a person's, class before class."""
    kept = list(low)
    for k, by_hand in enumerate(greedy):
        if had[k] > by_hand:
            kept[k] = max(low[k], by_hand + 1)
            break
        kept[k] = max(low[k], had[k])
    return tuple(kept)


def assist(problem: Problem, options: SolveOptions, peer: Peer) -> None:
    """Do a partner's part: prove the bound, then search until the time is over."""
    budget = Budget(options.time_limit_s, None, peer.gone.is_set)
    pruned = compile_problem(problem)
    prune(State(pruned))
    prove(pruned, peer.send, options.time_limit_s * _BOUND_SHARE, lambda: budget.over(0.5))
    del pruned
    model = compile_problem(problem)
    inserter = Inserter(State(model), pressures(model), random.Random(options.seed))
    reserve(inserter, budget.stopped)
    settle_quotas(inserter, budget.stopped)
    fill_all(inserter, ordered(model, GREEDY[0][1]), budget.stopped)
    climb = Climb(inserter, budget, peer)
    while not budget.over():
        turned = peer.take(Turned)
        if turned is not None:
            climb.adopt()
            climb.turn_to_fairness(turned.floors)
            bound = worst_off_at_most(model, turned.floors, budget.left_s() * _PARTNER_WORST_OFF_SHARE)
            if bound is not None:
                peer.send(WorstOff(bound))
        climb.step()
