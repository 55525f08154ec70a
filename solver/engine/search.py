"""The course of a solve: count, construct, improve until the budget is used up, finish.

Two processes at most: this one and a partner, which first proves a bound and then searches from another
seed; they tell each other their best plans.
"""

import time
from functools import partial
from statistics import fmean

from solver.engine.budget import Budget
from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, Order, fill_all, first_come, ordered, reserve, settle_quotas
from solver.engine.counting import unserved_at_least
from solver.engine.journal import Journal
from solver.engine.model import Model
from solver.engine.numbering import numbered
from solver.engine.objective import Aim, Worth, floors, quotas_met
from solver.engine.partner import Compiled, Found, Peer, Proved, RestAtLeast, Turned, WorstOff, prove, start
from solver.engine.prune import prune
from solver.engine.rest_bound import rest_at_least
from solver.engine.state import State
from solver.engine.workbench import Interpreted, Places, Workbench, soft, waits, workbench
from solver.engine.worst_off import worst_off_at_most
from solver.errors import StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.rules import parsed
from solver.solution import FairnessStage, Solution

_COVERAGE_SHARE = 0.6
"""Share of the improvement that seeks coverage alone; the rest seeks fair shares within its tolerance."""
_IMPROVE_UNTIL = 0.94
"""Share of the budget after which the plan is finished: explained, numbered, checked."""
_IMPROVE_AT_LEAST = 0.6
_HEAT = 0.1
"""Loss that is often accepted at first, as a part of a usual activity's worth."""
_SLICE_S = 0.03
"""How long a search goes on before it looks up: to tell, to hear, to be stopped."""
_SLICES_A_UNIT, _TRIED_A_STEP = 40, 8
_BOUND_SHARE = 0.15
_WORST_OFF_SHARE, _PARTNER_WORST_OFF_SHARE = 0.3, 0.8
"""Share of the time left to fair shares that their bound may take: alone, and of a partner."""
_REST_SHARE, _PARTNER_REST_SHARE = 0.1, 0.3
"""Share of the time then left that the bounds of the rest may take: alone, and of a partner."""
_PROVED_AT_MOST = 5_000
"""Sessions up to which a search that is done early still proves that: nobody who stops it waits for long."""
_QUOTAS_SHARE = 0.1
"""Share of the budget that a search for quotas alone may take."""
HAND, BY_CLASS = "hand", "by_class"
"""Names of the plans that a person would make: first come, first served; class by class."""
_HAND_UNTIL, _ORDERS_UNTIL = 0.8, 0.3
"""Shares of the budget after which the other plans of a person are not made any more."""
_PARTNER_WORTH_S = 4.0
"""A partner takes seconds to get ready: with less time than this there is none."""
_COMPILING_S = 60.0
"""What the compiled search takes to compile, about; with less time left the search does without it."""
_TELL_EVERY_S = 2.0
_EXPLAINED_AT_FIRST = 200
"""Unplaced sessions up to which the first plan is explained; later ones are in any case."""
_CALM_STEPS = 400
"""Steps without a gain after which a plan whose coverage is proved best is left as it is."""


class Climb:
    """Improves the plan of a workbench: its coverage, then fair shares and the rest within the tolerance."""

    def __init__(
        self, bench: Workbench, model: Model, budget: Budget, peer: Peer, until: float = _IMPROVE_UNTIL
    ) -> None:
        self.bench = bench
        self.until = until
        self.fair = False
        self._model = model
        self._budget = budget
        self._peer = peer
        self._aim = Aim()
        worths = [t.worth for t in model.templates for _ in t.activities]
        self._heat = _HEAT * (fmean(worths) if worths else 0.0)
        self._begun = budget.used
        self._steps = 1
        self._told: tuple[float, Worth] = (0.0, bench.worth())
        bench.begin()

    @property
    def worth(self) -> Worth:
        """What the best plan so far is worth."""
        return self.bench.best_worth

    @property
    def done(self) -> float:
        """Share of the time for improvement that is used up."""
        return (self._budget.used - self._begun) / max(1e-9, self.until - self._begun)

    def step(self) -> None:
        """Try changes for a moment."""
        bench, budget = self.bench, self._budget
        cool = 0.0 if self.fair else max(0.0, 1 - self.done / _COVERAGE_SHARE) ** 2
        at, tried = time.monotonic(), bench.tried
        bench.run(self._steps, self._heat * cool)
        budget.spend((bench.tried - tried) / bench.tried_a_unit)
        if budget.deterministic:
            self._steps = max(1, bench.tried_a_unit // _TRIED_A_STEP // _SLICES_A_UNIT)
        else:
            took = max(1e-4, time.monotonic() - at)
            self._steps = int(min(4 * self._steps, max(1, self._steps * _SLICE_S / took)))
        if self.fair:
            self.adopt()
        self._tell()

    def turn_to_fairness(self, kept: tuple[int, ...], seed: int) -> None:
        """Seek fair shares from the best plan on, while every class keeps so many learner-minutes."""
        bench = self.bench
        if soft(self._model) and not isinstance(bench, Interpreted):
            bench = workbench(self._model, seed, shaped=True, hurried=self._budget.late)
        self._aim = Aim(kept)
        self.fair = True
        self.move_to(bench)

    def move_to(self, bench: Workbench) -> None:
        """Go on from the best plan on another workbench."""
        bench.take(self.bench.best())
        bench.begin(self._aim.floors)
        self.bench, self._steps = bench, 1

    def turn_to_compiled(self, seed: int) -> None:
        """Go on with the compiled search, unless it knows too little for what is sought now."""
        if isinstance(self.bench, Interpreted) and not (self.fair and soft(self._model)):
            self.move_to(workbench(self._model, seed, hurried=self._budget.late))

    def adopt(self) -> None:
        """Go on from the other side's plan if that is better."""
        plan = self._peer.take(Found)
        if plan is not None and self._aim(plan.worth) > self._aim(self.worth):
            self.bench.take(plan.snapshot)
            self.bench.begin(self._aim.floors)

    def _tell(self) -> None:
        now = self._budget.seconds
        if now - self._told[0] >= _TELL_EVERY_S and self.worth != self._told[1]:
            self._told = (now, self.worth)
            self._peer.send(Found(self.worth, self.bench.best()))


class Search:
    """One solve of one model."""

    def __init__(self, model: Model, options: SolveOptions, budget: Budget, journal: Journal) -> None:
        self.model = model
        self.options = options
        self.budget = budget
        self.journal = journal
        self.state = State(model)
        # Who waits for a first plan does not wait for a compiler; counted work is the same on every machine.
        at_once = not budget.deterministic
        self.bench = workbench(model, options.seed, at_once=at_once, hurried=budget.late)
        self.greedy: tuple[int, ...] = ()
        self._coverage = next((f.rule.id for f in parsed(model.problem) if f.stage == "coverage"), "")

    def run(self) -> Solution:
        """Return the best plan found.

        Raises
        ------
        StoppedEarly
            The solve was told to stop before a first plan was complete.
        """
        self.journal.bound = unserved_at_least(self.model)
        self._point("count", self.bench.worth(), always=True)
        self._first_plan()
        peer = self._partner()
        try:
            if not peer.there:
                self._compile()
            self._other_orders()
            best = self._improve(peer)
        finally:
            peer.close()
        self.bench.take(best)
        fill_all(self.bench.fill, ordered(self.model, GREEDY[0][1]), lambda: False)
        self.state.restore(numbered(self.model, self.bench.now()))
        self._point("finish", self.bench.worth(), always=True)
        return self.journal.last(self.state, optimal=self._proved(self.bench.worth()))

    def _point(self, stage: str, plan: Worth, *, always: bool = False) -> None:
        self.journal.point(stage, sum(self._unserved(plan)), self.bench.waiting, always=always)

    def _first_plan(self) -> None:
        if not self._filled(GREEDY[0][1]):
            raise StoppedEarly
        self.greedy = self.bench.worth().served
        self.state.restore(numbered(self.model, self.bench.now()))
        # Whoever hears of the plan finds it written; why much is left out takes its time to say.
        self.journal.plan(self.state, explained=self.state.at.count(None) <= _EXPLAINED_AT_FIRST)
        self.journal.compare(BY_CLASS, self.state)
        self._point("construct", self.bench.worth(), always=True)

    def _filled(self, order: Order, *, settle: bool = False) -> bool:
        """Fill in everything, what quotas owe first, with `settle` after a search for it alone."""
        stopped, bench = self.budget.stopped, self.bench
        if not reserve(bench, self.model, stopped):
            return False
        if settle:
            until, tried = self.budget.used + _QUOTAS_SHARE, bench.tried
            settle_quotas(bench, self.model, lambda: self.budget.over(until))
            self.budget.spend((bench.tried - tried) / bench.tried_a_unit)
        return fill_all(bench.fill, ordered(self.model, order), stopped)

    def _partner(self) -> Peer:
        """Return the partner, or nobody where the bound is trivial, proved here, or there is no time."""
        if not any(self._unserved(self.bench.worth())):
            self._note(Proved(0, dict.fromkeys(range(len(self.model.worth_of_class)), 0)))
            return Peer()
        left_s = self.budget.left_s()
        if self.options.workers > 1 and not self.budget.deterministic and left_s > _PARTNER_WORTH_S:
            return start(self.model.problem, self.options, left_s)
        seconds = None if self.budget.deterministic else left_s * _BOUND_SHARE
        prove(_pruned(self.model.problem), self._note, seconds, lambda: self.budget.over(2 * _BOUND_SHARE))
        return Peer()

    def _compile(self) -> None:
        """Wait for the compiler now that there is a plan; a partner would do that beside the search."""
        if isinstance(self.bench, Interpreted) and _compiled(self.model, self.budget):
            bench = workbench(self.model, self.options.seed)
            bench.take(self.bench.now())
            self.bench = bench

    def _note(self, proved: Proved) -> None:
        names = self.model.problem.priorities
        self.journal.bound = max(self.journal.bound or 0, proved.unserved)
        self.journal.bounds |= {(self._coverage, names[k]): bound for k, bound in proved.of_class.items()}

    def _unserved(self, plan: Worth) -> list[int]:
        """Learner-minutes of each class that a plan of this worth leaves unserved."""
        return [asked - got for asked, got in zip(self.model.worth_of_class, plan.served, strict=True)]

    def _proved(self, plan: Worth) -> bool:
        """Whether no plan serves any class, and no quota, better than one of this worth."""
        if plan.lacks or not quotas_met(self.model, plan):
            return False
        bounds, names = self.journal.bounds, self.model.problem.priorities
        left = zip(names, self._unserved(plan), strict=True)
        return all(bounds.get((self._coverage, name), 0) == minutes for name, minutes in left if minutes)

    def _other_orders(self) -> None:
        """Try the other orders that a person would use, and keep the best plan of all."""
        bench, model = self.bench, self.model
        best, best_worth = bench.now(), bench.worth()
        if not quotas_met(model, best_worth):
            bench.clear()
            if self._filled(GREEDY[0][1], settle=True) and Aim()(bench.worth()) > Aim()(best_worth):
                best, best_worth = bench.now(), bench.worth()
        for by_hand, order in [(True, first_come), *((False, order) for _, order in GREEDY[1:])]:
            # What people compare the plan with is worth its time; the other orders only while there is much.
            if self.budget.over(_HAND_UNTIL if by_hand else _ORDERS_UNTIL):
                break
            bench.clear()
            if not by_hand and not reserve(bench, model, self.budget.stopped):
                break
            fill = partial(bench.fill, earliest=by_hand)
            if not fill_all(fill, ordered(model, order), self.budget.stopped):
                break
            now = bench.worth()
            if by_hand:
                self.state.restore(numbered(model, bench.now()))
                self.journal.compare(HAND, self.state)
            self.greedy = max(self.greedy, now.served)
            if Aim()(now) > Aim()(best_worth):
                best, best_worth = bench.now(), now
        bench.take(best)
        self._point("construct", best_worth, always=True)

    def _improve(self, peer: Peer) -> Places:
        climb = Climb(self.bench, self.model, self.budget, peer, self._until())
        shown = climb.worth
        while not self.budget.over(climb.until):
            calm = climb.bench.calm > _CALM_STEPS and self._proved(climb.worth)
            if calm and (climb.fair or not self.model.targets):
                if not climb.fair and len(self.model.template_of) <= _PROVED_AT_MOST:
                    kept = floors(self.model, climb.worth.served)
                    self._prove_rest(_pruned(self.model.problem), kept)
                break
            if not climb.fair and (calm or climb.done >= _COVERAGE_SHARE):
                self._turn_to_fairness(climb, peer)
            climb.step()
            self._hear(peer)
            if peer.take(Compiled):
                climb.turn_to_compiled(self.options.seed)
            self.bench = climb.bench
            if climb.worth != shown and self.journal.due():
                self.state.restore(numbered(self.model, climb.bench.best()))
                self.journal.plan(self.state)
                shown = climb.worth
                climb.until = self._until()
            self._point("fairness" if climb.fair else "improve", climb.worth)
        self._hear(peer)
        return climb.bench.best()

    def _until(self) -> float:
        """Share of the budget after which a plan of this size is explained and checked."""
        return max(_IMPROVE_AT_LEAST, min(_IMPROVE_UNTIL, self.budget.share_before(self.journal.finish_s)))

    def _hear(self, peer: Peer) -> None:
        proved = peer.take(Proved)
        if proved is not None:
            self._note(proved)
        worst_off = peer.take(WorstOff)
        if worst_off is not None:
            self._note_worst_off(worst_off.permille)
        rest = peer.take(RestAtLeast)
        if rest is not None:
            self.journal.bounds |= rest.bounds

    def _turn_to_fairness(self, climb: Climb, peer: Peer) -> None:
        climb.adopt()
        allowed = floors(self.model, climb.worth.served)
        kept = _above(allowed, climb.worth.served, self.greedy)
        climb.turn_to_fairness(kept, self.options.seed)
        if self.model.targets:
            names = self.model.problem.priorities
            self.journal.fairness_stage = FairnessStage(
                served_minutes=dict(zip(names, climb.worth.served, strict=True)),
                rest=-climb.worth.rest,
                worst_off_permille=min(climb.worth.shares),
                floor_minutes=dict(zip(names, kept, strict=True)),
            )
        if peer.there:
            peer.send(Turned(kept))
            return
        seconds = None if self.budget.deterministic else self.budget.left_s() * _WORST_OFF_SHARE
        pruned = _pruned(self.model.problem)
        self._note_worst_off(worst_off_at_most(pruned, kept, seconds))
        self._prove_rest(pruned, kept)

    def _prove_rest(self, pruned: Model, kept: tuple[int, ...]) -> None:
        seconds = None if self.budget.deterministic else self.budget.left_s() * _REST_SHARE
        self.journal.bounds |= rest_at_least(pruned, kept, seconds)

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


def _pruned(problem: Problem) -> Model:
    """Return a model for proofs, without what fits nowhere; its plans number candidates in their own way."""
    model = compile_problem(problem)
    prune(State(model))
    return model


def _compiled(model: Model, budget: Budget) -> bool:
    """Compile the search of a model if that is still to be done and there is time; tell whether it was."""
    if not waits(model) or budget.left_s() < _COMPILING_S:
        return False
    from solver.engine.warm import warm_cluster

    warm_cluster()
    return True


def assist(problem: Problem, options: SolveOptions, peer: Peer) -> None:
    """Do a partner's part: prove the bound, then search until the time is over."""
    budget = Budget(options.time_limit_s, None, peer.gone.is_set)
    pruned = _pruned(problem)
    if _compiled(pruned, budget):
        peer.send(Compiled())
    prove(pruned, peer.send, options.time_limit_s * _BOUND_SHARE, lambda: budget.over(0.5))
    del pruned
    model = compile_problem(problem)
    bench = workbench(model, options.seed, at_once=True)
    reserve(bench, model, budget.stopped)
    settle_quotas(bench, model, budget.stopped)
    fill_all(bench.fill, ordered(model, GREEDY[0][1]), budget.stopped)
    climb = Climb(bench, model, budget, peer)
    while not budget.over():
        turned = peer.take(Turned)
        if turned is not None:
            climb.adopt()
            climb.turn_to_fairness(turned.floors, options.seed)
            pruned = _pruned(problem)
            seconds = budget.left_s() * _PARTNER_WORST_OFF_SHARE
            bound = worst_off_at_most(pruned, turned.floors, seconds)
            if bound is not None:
                peer.send(WorstOff(bound))
            seconds = budget.left_s() * _PARTNER_REST_SHARE
            peer.send(RestAtLeast(rest_at_least(pruned, turned.floors, seconds)))
            del pruned
        climb.step()
