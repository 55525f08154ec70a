"""From a searched plan to a `Solution` that keeps every hard rule."""

from collections import Counter
from collections.abc import Mapping

from solver import checker
from solver.codec import sha256_of
from solver.engine.chance import seeded
from solver.engine.finish import no_plan
from solver.engine.local import anneal, begin, layout, settle
from solver.engine.local.instance import Instance, Snapshot
from solver.engine.reasons import NOT_FOUND
from solver.engine.units import Take, assign
from solver.solution import Placement, Solution, SolveReport, Unplaced, Violation

_ROUNDS, _MOVES, _HEAT = 60, 4_000, 0.03
"""Activities given up one by one, moves of the others after each, and their temperature in breaches."""


class Finisher:
    """Turns snapshots into checked solutions, on arrays of its own."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._problem = instance.problem
        self._sha256 = sha256_of(instance.problem)
        self._named = {r.id for r in instance.problem.resources if r.units}

    def solution(self, snapshot: Snapshot, report: SolveReport | None) -> Solution:
        """Return the plan without what breaks a rule and with what still fits, checked and scored.

        Raises
        ------
        NoPlan
            What is broken is not so by anything that is placed.
        """
        placements = self._settled(snapshot)
        while True:
            units = self._units(placements)
            solution = self._laid_out(placements, units, report)
            broken = checker.check(self._problem, solution)
            guilty = _guilty(broken, placements)
            if not broken:
                break
            if not guilty:
                raise no_plan(self._problem, broken)
            for name in guilty:
                del placements[name]
        return solution.model_copy(update={"score": checker.score(self._problem, solution)})

    def _settled(self, snapshot: Snapshot) -> dict[str, Placement]:
        """Take out and put in on the arrays; the plan in work is as before afterwards."""
        instance = self._instance
        arrays = instance.ints, instance.floats
        before = instance.now()
        begin.restore(*arrays, snapshot.options, snapshot.candidates)
        self._settle()
        placements = instance.placements(instance.now())
        begin.restore(*arrays, before.options, before.candidates)
        return placements

    def _settle(self) -> None:
        """Leave nothing broken on the arrays.

        Where taking one activity out mends nothing by itself (a day without holes gets one), one that is
        concerned goes all the same and the others move around it.
        """
        ints, floats, allowed = self._instance.ints, self._instance.floats, self._instance.allowed
        chance = seeded(0)
        first = ints[layout.WEIGHT]
        weight = float(floats[first : first + len(self._instance.hard)][self._instance.hard].max(initial=1.0))
        settle.take_out(ints, floats)
        for _ in range(_ROUNDS):
            if not ints[layout.RAW] or not settle.give_up(ints, floats, chance):
                break
            anneal.run(ints, floats, allowed, chance, _MOVES, _HEAT * weight, 512, 460, 700, 200)
            settle.take_out(ints, floats)
        settle.put_in(ints, floats, allowed, chance)

    def _units(self, placements: dict[str, Placement]) -> dict[tuple[str, str], tuple[str, ...]]:
        """Names of units; what cannot have any leaves the plan."""
        problem = self._problem
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        takes: dict[str, list[Take]] = {}
        names = list(placements)
        for at, name in enumerate(names):
            for requirement in problem.activity_by_id[name].requirements:
                resource = placements[name].resources[requirement.role]
                if resource in self._named:
                    take = Take(at, requirement.role, requirement.amount, placements[name].meetings)
                    takes.setdefault(resource, []).append(take)
        for resource, wanted in sorted(takes.items()):
            while (given := assign(problem.resource_by_id[resource], wanted)) is None:
                least = min(
                    wanted, key=lambda t: (problem.activity_by_id[names[t.activity]].learner_minutes, t)
                )
                placements.pop(names[least.activity], None)
                wanted = [take for take in wanted if take.activity != least.activity]
            found |= {(names[at], role): units for (at, role), units in given.items()}
        return found

    def _laid_out(
        self,
        placements: Mapping[str, Placement],
        units: Mapping[tuple[str, str], tuple[str, ...]],
        report: SolveReport | None,
    ) -> Solution:
        placed, unplaced = [], []
        for activity in self._problem.activities:
            placement = placements.get(activity.id)
            if placement is None:
                unplaced.append(Unplaced(activity=activity.id, reasons=(NOT_FOUND,)))
                continue
            named = {
                role: units[activity.id, role] for role in placement.resources if (activity.id, role) in units
            }
            placed.append(placement.model_copy(update={"units": named}) if named else placement)
        return Solution(
            problem_sha256=self._sha256, placements=tuple(placed), unplaced=tuple(unplaced), report=report
        )


def _guilty(broken: list[Violation], placements: Mapping[str, Placement]) -> set[str]:
    """Placed activities without which every breach that names one is gone: those most often named."""
    named = Counter(name for violation in broken for name in violation.activities if name in placements)
    found: set[str] = set()
    for violation in broken:
        here = [name for name in violation.activities if name in placements]
        if here and not found.intersection(here):
            found.add(max(here, key=lambda name: (named[name], name)))
    return found
