"""Repairs under hard rules that only the exact engine keeps: what is hit moves alone, then with others."""

from collections.abc import Iterable

from solver import checker
from solver.engine.budget import Budget
from solver.engine.repair_ground import Ground
from solver.problem import Activity, Problem, TimeOption
from solver.solution import Placement, Reason, Solution, Unplaced
from solver.stability import notice_factor

_STEPS = (0, 12, 30, 80)
"""How many of those around what is out may move as well, one attempt after the other."""
_SHARE = 0.85
_ANY = Reason(rule="search", code="not_found")


class Outside:
    """Repairs a ground whose state does not keep every rule; its plan is one of placements.

    Attributes
    ----------
    plan
        Placements by activity.
    hit
        Activities that could not stay, by id.
    """

    def __init__(self, ground: Ground, previous: Solution, budget: Budget) -> None:
        self._ground = ground
        self._budget = budget
        self._problem = ground.problem
        was = previous.placement_of
        self._name = [a.id for a in self._problem.activities]
        self._frozen = {self._name[a] for a in ground.frozen}
        self.plan: dict[str, Placement] = {
            self._name[a]: was[self._name[a]] for a, spot in enumerate(ground.state.at) if spot is not None
        }
        self._was = was
        self._drop()
        self._name_units()
        placed = {self._name[a] for a in ground.placed}
        self.hit = placed - self.plan.keys()
        self._wanted = {self._name[a] for a in ground.wanted} | self.hit

    def run(self) -> None:
        """Place what is wanted, with ever more of the others free to move, while something is out.

        What is left of an all-or-none group that lacks a part is hit by that itself.
        """
        self._search()
        self._name_units()
        self.hit |= {self._name[a] for a in self._ground.placed} - self.plan.keys()
        for members in self._ground.model.bundles:
            names = {self._name[a] for a in members}
            there = names & self.plan.keys()
            if there != names:
                self.hit |= there
                for name in there:
                    del self.plan[name]

    def _search(self) -> None:
        # The exact engine takes its time to import, and most repairs do without it.
        from solver.engine.exact import solve_exact

        barred = self._barred()
        for count in _STEPS:
            out = self._wanted - self.plan.keys()
            if not out or self._budget.over(_SHARE):
                return
            free = self._wanted | set(self._around(out, count))
            seconds = max(0.2, self._budget.left_s() * _SHARE / 2)
            found = solve_exact(
                barred,
                seconds=seconds,
                start=self.plan,
                free=free,
                aims=("coverage", "change"),
                should_stop=self._budget.stopped,
            )
            self._budget.spend(seconds)
            if found.placements.keys() >= self.plan.keys():
                self.plan = dict(found.placements)

    def _name_units(self) -> None:
        """Name units anew where those of before are not there or not free; the least that has none goes."""
        # The exact engine takes its time to import, and most repairs do without it.
        from solver.engine.exact.plans import with_units

        frozen = {name: placement for name, placement in self._was.items() if name in self._frozen}
        while (named := with_units(self._problem, self.plan, self._was, frozen)) is None:
            users = {name for name, placement in self.plan.items() if self._has_units(placement)}
            del self.plan[min(users - self._frozen or users, key=self._weight)]
        self.plan = named

    def _has_units(self, placement: Placement) -> bool:
        found = self._problem.resource_by_id
        return any(found[name].units for name in placement.resources.values())

    def _drop(self) -> None:
        """Take out, the least first, what breaks rules together with the rest."""
        while broken := [v for v in self._broken() if v]:
            names = {n for row in broken for n in row if n in self.plan}
            loose = names - self._frozen or names
            del self.plan[min(loose, key=self._weight)]

    def _broken(self) -> Iterable[tuple[str, ...]]:
        there = self.plan.keys()
        kept = Solution(
            problem_sha256="",
            placements=tuple(self.plan.values()),
            unplaced=tuple(Unplaced(activity=n, reasons=(_ANY,)) for n in self._name if n not in there),
        )
        found = checker.check(self._problem, kept)
        return [v.activities for v in found if v.kind not in ("structure", "all_or_none")]

    def _weight(self, name: str) -> tuple[int, str]:
        size = self._problem.activity_by_id[name].size
        was = self._was.get(name, self.plan[name])
        return size * notice_factor(self._problem, was, self._ground.freeze_until_slot), name

    def _around(self, out: set[str], count: int) -> list[str]:
        """Return those that may move and use what those that are out could use, the lightest first."""
        problem = self._problem
        sets = {r.candidates for name in out for r in problem.activity_by_id[name].requirements}
        wanted = {c.resource for key in sets for c in problem.candidate_sets[key]}
        near = [
            name
            for name, placement in self.plan.items()
            if name in self._was
            and name not in self._frozen
            and not wanted.isdisjoint(placement.resources.values())
        ]
        return sorted(near, key=self._weight)[:count]

    def _barred(self) -> Problem:
        """Return the problem with D as its change, in which nothing moves to before the freeze."""
        priced, freeze = self._ground.priced, self._ground.freeze_until_slot
        sets: dict[str, tuple[TimeOption, ...]] = dict(priced.option_sets)
        activities: list[Activity] = []
        for activity in priced.activities:
            since = freeze
            if activity.id in self._was:
                since = min(freeze, self._was[activity.id].meetings[0][0])
            key = f"{activity.times}@{since}"
            if key not in sets:
                options = priced.option_sets[activity.times]
                sets[key] = tuple(o for o in options if o.meetings[0][0] >= since)
            activities.append(activity.model_copy(update={"times": key}))
        return priced.model_copy(update={"option_sets": sets, "activities": tuple(activities)})
