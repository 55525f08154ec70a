"""The cluster's compiled search with neighbourhoods solved by CP-SAT besides: does it gain by them?"""

import random
import time
from collections.abc import Iterator

from solver.engine.cluster.kernel import Kernel, Mix
from solver.engine.exact import solve_exact
from solver.engine.finish import Finisher
from solver.engine.insertion import pressures
from solver.engine.model import Model, Template
from solver.engine.numbering import numbered, spots
from solver.engine.objective import worth
from solver.engine.state import State
from solver.solution import Placement

_SHARE = 0.5
"""Share of the time that goes into neighbourhoods."""
_SECONDS = 2.0
_WEEKS = 1, 2, 3
_PLACED, _RIVALS, _OF_EACH = 40, 15, 4
"""Sessions in a neighbourhood: placed ones, and of so many waiting templates beside the first a few each."""


class WithNeighbourhoods(Kernel):
    """A neighbourhood is the rivals for some hosts during some weeks: who is there and who waits for them."""

    def __init__(self, model: Model, seed: int) -> None:
        super().__init__(model, pressures(model), seed, Mix())
        self._chance = random.Random(seed)
        self._finisher, self._state = Finisher(model), State(model)
        self._hosts = [_hosts(template) for template in model.templates]
        self._all_s = self._exact_s = 0.0

    def run(self, steps: int, heat: float, *, owed_only: bool = False) -> None:
        """Try so many changes, and a neighbourhood of the best plan when it is its turn."""
        begun = time.monotonic()
        super().run(steps, heat, owed_only=owed_only)
        at = time.monotonic()
        if self._exact_s <= _SHARE * self._all_s:
            self._solve_one()
            self._exact_s += time.monotonic() - at
        self._all_s += time.monotonic() - begun

    def _solve_one(self) -> None:
        model, problem = self.model, self.model.problem
        self._state.restore(numbered(model, self.best()))
        plan = {placement.activity: placement for placement in self._finisher.placements(self._state)}
        waiting = [t for t in model.templates if not t.dead and t.bundle < 0 and self._state.waiting[t.index]]
        if not waiting:
            return
        first = self._chance.choice(waiting)
        hosts = self._hosts[first.index]
        rivals = [t for t in waiting if t is not first and self._hosts[t.index] & hosts]
        self._chance.shuffle(rivals)
        free = {
            problem.activities[activity].id
            for template in [first, *rivals[:_RIVALS]]
            for activity in self._state.waiting[template.index][-_OF_EACH:]
        }
        there = list(self._there(plan, hosts))
        free.update(self._chance.sample(there, min(len(there), _PLACED)))
        found = solve_exact(
            problem, seconds=_SECONDS, start=plan, free=free, aims=("coverage",), give_up=False
        )
        if found.placements:
            better = spots(model, found.placements.values())
            self._state.restore(better)
            if worth(self._state).served > self.best_worth.served:
                self.take(better)
                self.begin()

    def _there(self, plan: dict[str, Placement], hosts: set[int]) -> Iterator[str]:
        """Yield the sessions on some hosts during some weeks, all-or-none groups left out."""
        model, grid = self.model, self.model.problem.grid
        week = self._chance.randrange(grid.weeks)
        start = week * grid.slots_per_week
        end = start + self._chance.choice(_WEEKS) * grid.slots_per_week
        names = {model.problem.resources[host].id for host in hosts}
        for activity, template in enumerate(model.template_of):
            placement = plan.get(model.problem.activities[activity].id)
            if placement is None or model.templates[template].bundle >= 0:
                continue
            inside = start <= placement.meetings[0][0] and placement.meetings[-1][1] <= end
            if inside and not names.isdisjoint(placement.resources.values()):
                yield placement.activity


def _hosts(template: Template) -> set[int]:
    return {seat.resource for role in template.roles if role.hosts for seat in role.seats}
