"""The course of a repair: what is hit, places for it by chains, exact models around it, quality, report."""

from collections.abc import Callable, Iterable
from functools import cached_property

from solver import checker
from solver.codec import sha256_of
from solver.engine.budget import Budget
from solver.engine.compile import compile_problem
from solver.engine.finish import BrokenPlan
from solver.engine.model import Template
from solver.engine.numbering import resources_of
from solver.engine.peer import Peer
from solver.engine.reasons import Explainer, Shortages
from solver.engine.repair_chains import Chains
from solver.engine.repair_exact import Exact
from solver.engine.repair_ground import ground
from solver.engine.repair_partner import start
from solver.engine.repair_prices import Prices
from solver.engine.repair_quality import Quality
from solver.engine.repair_rounds import Rounds
from solver.engine.repair_structures import Outside
from solver.engine.repair_tariff import Change, Count
from solver.engine.repair_units import units_of
from solver.errors import StoppedEarly
from solver.problem import Activity, Problem
from solver.repair import RepairOptions
from solver.repair_report import RepairReport
from solver.solution import Placement, ProgressPoint, Reason, Solution, SolveReport, Unplaced
from solver.stability import changes, touched

_CHAINS_UNTIL = 0.12
_FORCED = 40
"""How many may need a place so that chains seek one for each; of more, a programme finds better ones."""
_EXACT_UNTIL = 0.35
_ROUNDS_UNTIL = 0.80
_MOVES_UNTIL = 0.94
_QUALITY_UNTIL = 0.97
_RESCUED_FROM_S = 8.0
_SEARCH_AT_LEAST_S = 0.3
_TOLD_EACH_S, _TOLD_SHARE = 0.01, 0.15
"""What it takes to say why a chain is out, and the share of the time that all of them get at most."""
_COUNTED_FROM = 20
"""Chains that are out without a reason, from which on it is worth while to count what places lack."""


class _Uncounted(Shortages):
    """Counts nothing: with every activity a template of its own it would take longer than the repair."""

    def of(self, template: Template) -> Reason | None:
        """Return nothing."""
        return None


class _Counted(Shortages):
    """Counts where alike activities share a template."""

    def __init__(self, problem: Problem) -> None:
        self._usual = compile_problem(problem)
        super().__init__(self._usual)

    def of(self, template: Template) -> Reason | None:
        """Return what is lacking in the places of a template of another model of the same problem."""
        return super().of(self._usual.templates[self._usual.template_of[template.activities[0]]])


class Repair:
    """One repair of one plan."""

    def __init__(
        self,
        problem: Problem,
        previous: Solution,
        options: RepairOptions,
        on_progress: Callable[[ProgressPoint], None],
        on_solution: Callable[[Solution], None],
        should_stop: Callable[[], bool],
    ) -> None:
        self.problem = problem
        self.previous = previous
        self.options = options
        self._on_progress = on_progress
        self._on_solution = on_solution
        self._should_stop = should_stop
        self.budget = Budget(options.time_limit_s, options.deterministic_units, should_stop)

    def run(self) -> Solution:
        """Return the repaired plan.

        Raises
        ------
        StoppedEarly
            Told to stop before there was a plan.
        """
        if self.budget.stopped():
            raise StoppedEarly
        self.ground = ground(self.problem, self.previous, self.options.freeze_until_slot)
        # Shares of time are of what the search itself has.
        self.laid_s = self.budget.seconds
        left = max(_SEARCH_AT_LEAST_S, self.budget.left_s())
        self._until_told = Budget(left, self.options.deterministic_units, self._should_stop)
        chains = {(a.request, a.chain) for a in self.problem.activities if self._is_untold(a)}
        told_s = min(_TOLD_SHARE * left, _TOLD_EACH_S * len(chains))
        self._counts = len(chains) >= _COUNTED_FROM
        self.budget = Budget(left - told_s, self.options.deterministic_units, self._should_stop)
        tariff = Change(self.ground)
        self.prices = prices = Prices(self.ground, tariff)
        if not self.ground.whole:
            return self._outside(Exact(self.ground, tariff, prices, self.budget))
        alone = self.options.workers == 1 or self.budget.deterministic
        peer = Peer() if alone or not self.ground.wanted else start(self.ground)
        try:
            return self._searched(tariff, prices, peer)
        finally:
            peer.close()

    def _is_untold(self, activity: Activity) -> bool:
        """Tell whether an activity was out before for no reason that is known."""
        return activity.id not in self.previous.placement_of and activity.id not in self._known

    @cached_property
    def _known(self) -> dict[str, tuple[Reason, ...]]:
        return {u.activity: u.reasons for u in self.previous.unplaced if u.reasons != _UNKNOWN}

    def _searched(self, tariff: Change, prices: Prices, peer: Peer) -> Solution:
        self._place()
        self._whole()
        self._rescue()
        self.exact = exact = Exact(self.ground, tariff, prices, self.budget, peer)
        self._point("construct")
        self.rounds = Rounds(self.ground, prices, self.budget)
        exact.minimise_change(_EXACT_UNTIL)
        self._whole()
        exact.adopt()
        if exact.bound < exact.change():
            self.rounds.minimise_change(_ROUNDS_UNTIL)
            exact.adopt()
            exact.bound = max(exact.bound, self.rounds.bound)
            # What was too large for the programme is still to be tried.
            self._force(self.ground.wanted, _ROUNDS_UNTIL)
        self._whole()
        self._point("improve")
        self.moves_bound = self._fewest()
        self.minimum = exact.change()
        spare = self.minimum * self.options.epsilon_permille // 1000
        quality = Quality(self.ground, prices, self.minimum + spare, self.budget, _QUALITY_UNTIL)
        quality.improve()
        self._whole()
        self._point("finish")
        return self._solution()

    def _outside(self, exact: Exact) -> Solution:
        """Return the plan of the exact engine, where the state does not keep every rule."""
        outside = Outside(self.ground, self.previous, self.budget)
        outside.run()
        self.exact, self.moves_bound = exact, 0
        exact.minimise_change(0.0)
        numbers = {a.id: i for i, a in enumerate(self.problem.activities)}
        self.ground.hit = sorted(numbers[name] for name in outside.hit)
        self.ground.frozen -= set(self.ground.hit)
        was = self.previous.placement_of
        since = self.options.freeze_until_slot
        self.minimum = sum(c.change for c in changes(self.problem, was, outside.plan, from_slot=since))
        self.minimum += sum(
            cost
            for a, cost in self.ground.missing.items()
            if self.problem.activities[a].id not in outside.plan
        )
        left = (a.id for a in self.problem.activities if a.id not in outside.plan)
        return self._checked(
            tuple(outside.plan[a.id] for a in self.problem.activities if a.id in outside.plan),
            tuple(Unplaced(activity=name, reasons=_UNKNOWN) for name in left),
        )

    def _place(self) -> None:
        """Place what is wanted, what has the fewest spots first."""
        ground_ = self.ground
        free = {}
        for activity in ground_.wanted:
            if self.budget.over(_CHAINS_UNTIL):
                break
            spots = sum(mask.bit_count() for _, mask in ground_.state.feasible(ground_.template(activity)))
            free[activity] = spots
        order = sorted(ground_.wanted, key=lambda a: (free.get(a, 0), -ground_.template(a).worth, a))
        # What is free at once is worth more time than what others have to move for.
        chains = Chains(ground_, self.prices, self.budget, _EXACT_UNTIL)
        for activity in order:
            chains.settle(activity, ground_.price(activity, None), deepest=0)
        if len(order) <= _FORCED:
            self._force(order, _CHAINS_UNTIL)

    def _force(self, activities: Iterable[int], until: float) -> None:
        """Seek by chains of moves a place for what has none."""
        ground_ = self.ground
        chains = Chains(ground_, self.prices, self.budget, until)
        for activity in activities:
            if ground_.state.at[activity] is None and not self.budget.over(until):
                chains.settle(activity, ground_.price(activity, None))

    def _rescue(self) -> None:
        """Leave a first plan for whoever stops a long repair in the middle of a solve."""
        if self.options.time_limit_s >= _RESCUED_FROM_S and not self.budget.deterministic:
            self.exact = Exact(
                self.ground, Change(self.ground), Prices(self.ground, Change(self.ground)), self.budget
            )
            self.minimum, self.moves_bound = self.exact.change(), 0
            self._on_solution(self._solution(told=False))

    def _fewest(self) -> int:
        """Make fewer changes if they lose and cost no more; return how many any such repair has."""
        bound = self.rounds.fewest_moves(_MOVES_UNTIL)
        count = Count(self.ground)
        fewest = Exact(self.ground, count, Prices(self.ground, count), self.budget, within=self.exact)
        fewest.bound = bound
        fewest.minimise_change(_MOVES_UNTIL)
        return fewest.bound

    def _whole(self) -> None:
        """Take out what is left of all-or-none groups that lost a part, and is hit by that itself."""
        ground_, state = self.ground, self.ground.state
        for members in ground_.model.bundles:
            placed = [a for a in members if state.at[a] is not None]
            if placed and len(placed) < len(members):
                for activity in placed:
                    state.remove(activity)
                self._release(ground_.frozen.intersection(placed))
        state.trail.clear()

    def _release(self, frozen: set[int]) -> None:
        """Let what was frozen count as hit."""
        ground_ = self.ground
        ground_.release(frozen, self.previous)
        for activity in frozen:
            self.prices.refresh(activity)

    def _point(self, stage: str) -> None:
        exact = self.exact
        lost = exact.lost_minutes()
        self._on_progress(
            ProgressPoint(
                stage=stage,
                objective=lost,
                bound=min(lost, exact.lost_bound),
                unplaced=sum(placed is None for placed in self.ground.state.at),
                seconds=None if self.budget.deterministic else round(self.laid_s + self.budget.seconds, 2),
            )
        )

    def _solution(self, *, told: bool = True) -> Solution:
        problem, state = self.problem, self.ground.state
        units = units_of(self.ground, self.previous)
        placements = []
        for activity, spot in enumerate(state.at):
            if spot is None:
                continue
            template = self.ground.template(activity)
            resources = resources_of(self.ground.model, template, spot[1])
            placements.append(
                Placement(
                    activity=problem.activities[activity].id,
                    meetings=template.bits.meetings[spot[0]],
                    resources=resources,
                    units={role: units[activity, role] for role in resources if (activity, role) in units},
                )
            )
        return self._checked(tuple(placements), tuple(self._unplaced(told=told)))

    def _checked(self, placements: tuple[Placement, ...], unplaced: tuple[Unplaced, ...]) -> Solution:
        """Return a plan with its score and its report, once the checker has nothing against it."""
        problem = self.problem
        solution = Solution(problem_sha256=sha256_of(problem), placements=placements, unplaced=unplaced)
        if broken := checker.check(problem, solution, limit=5):
            raise BrokenPlan("; ".join(checker.describe(problem, v, "en") for v in broken))
        return solution.model_copy(
            update={"score": checker.score(problem, solution), "report": self._report(solution)}
        )

    def _unplaced(self, *, told: bool) -> list[Unplaced]:
        """Return why what is out is out: what was out before keeps its reasons, as far as it had any.

        Sessions of one chain have the reasons of the first of them that is out, as long as there is time, and
        unless nobody asks yet (`told`).
        """
        budget = self._until_told
        counts = told and self._counts and (budget.deterministic or budget.left_s() > self.laid_s)
        shortages = _Counted(self.problem) if counts else _Uncounted(self.ground.model)
        explainer = Explainer(self.ground.state, not_found=True, shortages=shortages)
        found: list[Unplaced] = []
        said: dict[tuple[str, str], tuple[Reason, ...]] = {}
        wanted = set(self.ground.wanted) | self.ground.placed
        for at, activity in enumerate(self.problem.activities):
            if self.ground.state.at[at] is not None:
                continue
            reasons = self._known.get(activity.id)
            if reasons is None or at in wanted:
                chain = (activity.request, activity.chain)
                if told and chain not in said and not budget.over():
                    said[chain] = explainer.reasons(self.ground.model.template_of[at])
                reasons = said.get(chain, _UNKNOWN)
            found.append(Unplaced(activity=activity.id, reasons=reasons))
        return found

    def _report(self, solution: Solution) -> SolveReport:
        ground_, problem = self.ground, self.problem
        name = [a.id for a in problem.activities]
        was, now = self.previous.placement_of, solution.placement_of
        since = self.options.freeze_until_slot
        out = {name[a] for a in ground_.hit}
        changed = changes(problem, was, now, from_slot=since, hit=out)
        moved = {c.activity for c in changed}
        lost = [
            c.people * problem.activity_by_id[c.activity].contact_minutes for c in changed if c.after is None
        ]
        missing = tuple(name[a] for a in ground_.wanted if a not in ground_.placed and name[a] not in now)
        lost_minutes = sum(lost) + sum(problem.activity_by_id[m].learner_minutes for m in missing)
        change = sum(c.change for c in changed)
        change += sum(cost for a, cost in ground_.missing.items() if name[a] not in now)
        report = RepairReport(
            freeze_until_slot=since,
            epsilon_permille=self.options.epsilon_permille,
            frozen=len(ground_.frozen),
            hit=tuple(name[a] for a in ground_.hit if name[a] in moved),
            gone=tuple(sorted(a for a in was if a not in problem.activity_by_id)),
            changes=changed,
            added=tuple(a.id for a in problem.activities if a.id in now and a.id not in was),
            missing=missing,
            touched=touched(problem, changed),
            lost_minutes=lost_minutes,
            lost_minutes_bound=min(lost_minutes, self.exact.lost_bound),
            moves=len(changed),
            moves_bound=min(len(changed), self.moves_bound),
            change=change,
            change_minimum=min(change, self.minimum),
            change_bound=min(change, self.minimum, self.exact.bound),
        )
        return SolveReport(
            status="optimal" if report.proved else "stopped" if self.budget.told else "feasible",
            seed=1,
            workers=1,
            deterministic_units=self.options.deterministic_units,
            seconds=None if self.budget.deterministic else round(self.laid_s + self.budget.seconds, 2),
            repair=report,
        )


_UNKNOWN = (Reason(rule="search", code="not_found"),)
