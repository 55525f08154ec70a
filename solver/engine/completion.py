"""What the search of a timetable leaves out: put in where it can be, and explained.

Searches of timetables seek a place for everything and know nothing of what is left out when that cannot be.
The search of clusters does: it goes on from their plan.
"""

from dataclasses import dataclass

from solver.engine.budget import Budget
from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, fill_all, ordered
from solver.engine.finish import Finisher
from solver.engine.numbering import numbered, spots
from solver.engine.peer import Peer
from solver.engine.search import Climb
from solver.engine.state import State
from solver.engine.workbench import Interpreted
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Solution

_SEARCHED, _EXPLAINED = 20_000, 400_000
"""Ways to place all sessions up to which a plan is searched further, and up to which it is explained."""
_ALONE = 0.6
"""Share of its time after which the search of a small timetable leaves the rest to this one."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Goes on from the plan of another search, until so much of the budget is used (`until`)."""

    problem: Problem
    options: SolveOptions
    budget: Budget
    until: float
    ways: int

    @classmethod
    def of(cls, problem: Problem, options: SolveOptions, budget: Budget, until: float) -> "Completion":
        """Return what completes plans of a problem."""
        times = {name: len(found) for name, found in problem.option_sets.items()}
        candidates = {name: len(found) for name, found in problem.candidate_sets.items()}
        ways = sum(
            times[a.times] * max(1, sum(candidates[r.candidates] for r in a.requirements))
            for a in problem.activities
        )
        return cls(problem, options, budget, until, ways)

    @property
    def due(self) -> bool:
        """Whether it is time to hand over a plan that leaves something out."""
        return self.ways <= _SEARCHED and self.budget.over(_ALONE * self.until)

    def __call__(self, plan: Solution) -> Solution:
        """Return a plan that serves at least as much, to which nothing can simply be added, with reasons.

        A plan that is complete, or too large for that, comes back as it is. Time may end before all is done.
        """
        if not plan.unplaced or self.ways > (_SEARCHED if self.budget.stopped() else _EXPLAINED):
            return plan
        state = self._searched(plan)
        late = self.budget.late
        return Finisher(state.model).solution(state, plan.report, {}, not_found=late(), hurried=late)

    def _searched(self, plan: Solution) -> State:
        budget = self.budget
        model = compile_problem(self.problem)
        bench = Interpreted(model, self.options.seed, self.budget.late)
        state = State(model)
        for activity, spot in enumerate(spots(model, plan.placements)):
            if spot is not None and state.fits(model.templates[model.template_of[activity]], *spot):
                state.place(activity, *spot)
        order = ordered(model, GREEDY[0][1])
        bench.take(state.snapshot())
        fill_all(bench.fill, order, self.budget.late)
        if bench.waiting and self.ways <= _SEARCHED:
            climb = Climb(bench, model, budget, Peer(), self.until)
            everything = tuple(model.worth_of_class)
            while climb.worth.served != everything and not budget.over(self.until):
                climb.step()
            bench.take(climb.bench.best())
            fill_all(bench.fill, order, self.budget.late)
        state.restore(numbered(model, bench.now()))
        return state
