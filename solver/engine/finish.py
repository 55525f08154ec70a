"""From a searched plan to a `Solution`: numbers, units, reasons, score, and the check of all of it."""

import time
from collections.abc import Callable, Mapping, Sequence

from solver import checker
from solver.codec import sha256_of
from solver.engine.company import mend
from solver.engine.lowering import TermKey
from solver.engine.model import Model
from solver.engine.numbering import Placed, number, resources_of
from solver.engine.reasons import NOT_FOUND, Explainer, Shortages
from solver.engine.state import State
from solver.engine.units import Take, assign
from solver.errors import NoPlan
from solver.problem import Problem
from solver.solution import Placement, Score, Solution, SolveReport, Unplaced, Violation

_SAMPLED = 50


class BrokenPlan(AssertionError):
    """The search returned a plan that breaks a rule: a fault of the engine, never of the problem."""


def no_plan(problem: Problem, broken: Sequence[Violation]) -> NoPlan:
    """Return the error that says what even the plan without any session breaks."""
    return NoPlan(
        {
            "ru": [checker.describe(problem, v, "ru") for v in broken],
            "en": [checker.describe(problem, v, "en") for v in broken],
        }
    )


class Finisher:
    """Turns the plan in a state into a checked `Solution`."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._sha256 = sha256_of(model.problem)
        self._shortages = Shortages(model)
        self._named = {i for i, r in enumerate(model.problem.resources) if r.units}

    def solution(
        self,
        state: State,
        report: SolveReport | None,
        bounds: Mapping[TermKey, int],
        not_found: bool,
        *,
        explained: bool = True,
        hurried: Callable[[], bool] = lambda: False,
    ) -> Solution:
        """Return the plan as a checked solution.

        `bounds` are what is proved of terms. `not_found`: the search was cut short, so that an activity which
        would fit may be left out. Without `explained` nobody will ask why anything is left out. What is not
        yet explained once `hurried` says so is called not found.

        Raises
        ------
        BrokenPlan
            The plan breaks a rule.
        NoPlan
            Not even with nothing placed does the plan keep every rule.
        """
        problem = self._model.problem
        mend(state)
        number(state)
        units = self._units(state)
        placements = tuple(
            self._placement(activity, placed, units)
            for activity, placed in enumerate(state.at)
            if placed is not None
        )
        there = {p.activity for p in placements}
        explainer = Explainer(state, not_found=not_found, shortages=self._shortages)
        unplaced = tuple(
            Unplaced(
                activity=a.id,
                reasons=explainer.reasons(self._model.template_of[i])
                if explained and not hurried()
                else (NOT_FOUND,),
            )
            for i, a in enumerate(problem.activities)
            if a.id not in there
        )
        solution = Solution(
            problem_sha256=self._sha256, placements=placements, unplaced=unplaced, report=report
        )
        broken = checker.check(problem, solution, limit=5)
        if broken and state.model.debt.total:
            raise no_plan(problem, broken)
        if broken:
            raise BrokenPlan("; ".join(checker.describe(problem, v, "en") for v in broken))
        score = checker.score(problem, solution)
        terms = tuple(
            term.model_copy(update={"bound": bounds.get((term.rule, term.name))}) for term in score.terms
        )
        return solution.model_copy(update={"score": Score(terms=terms)})

    def explaining_s(self, state: State) -> float:
        """Return about how many seconds it takes to explain all that is left out, from a few of it."""
        left = [activity for activity, place in enumerate(state.at) if place is None]
        some = left[:: len(left) // _SAMPLED + 1]
        explainer = Explainer(state, shortages=self._shortages)
        begun = time.monotonic()
        for activity in some:
            explainer.reasons(self._model.template_of[activity])
        return (time.monotonic() - begun) * len(left) / max(1, len(some))

    def placements(self, state: State) -> tuple[Placement, ...]:
        """Return what is placed in a state, without names of units."""
        return tuple(
            self._placement(i, placed, {}) for i, placed in enumerate(state.at) if placed is not None
        )

    def _placement(
        self, activity: int, placed: Placed, units: Mapping[tuple[int, str], tuple[str, ...]]
    ) -> Placement:
        model = self._model
        template = model.templates[model.template_of[activity]]
        resources = resources_of(model, template, placed[1])
        named = {role: units[activity, role] for role in resources if (activity, role) in units}
        return Placement(
            activity=model.problem.activities[activity].id,
            meetings=template.bits.meetings[placed[0]],
            resources=resources,
            units=named,
        )

    def _units(self, state: State) -> dict[tuple[int, str], tuple[str, ...]]:
        """Names of units; what cannot have any leaves the plan."""
        found: dict[tuple[int, str], tuple[str, ...]] = {}
        if not self._named:
            return found
        while True:
            takes = self._takes(state)
            for resource, wanted in takes.items():
                given = assign(self._model.problem.resources[resource], wanted)
                if given is None:
                    self._drop(state, wanted)
                    mend(state)
                    number(state)
                    break
                found.update(given)
            else:
                return found
            found.clear()

    def _takes(self, state: State) -> dict[int, list[Take]]:
        takes: dict[int, list[Take]] = {resource: [] for resource in sorted(self._named)}
        for activity, placed in enumerate(state.at):
            if placed is None:
                continue
            template = self._model.templates[self._model.template_of[activity]]
            for role, position in zip(template.roles, placed[1], strict=True):
                resource = role.seats[position].resource
                if resource in takes:
                    meetings = template.bits.meetings[placed[0]]
                    takes[resource].append(Take(activity, role.name, role.amount, meetings))
        return takes

    def _drop(self, state: State, takes: list[Take]) -> None:
        """Take out the least of those that are hardest to give units to, with its all-or-none group."""
        template_of, templates = self._model.template_of, self._model.templates
        several = [t.activity for t in takes if len(t.meetings) > 1] or [t.activity for t in takes]
        least = min(several, key=lambda activity: (templates[template_of[activity]].worth, activity))
        bundle = templates[template_of[least]].bundle
        for activity in [least] if bundle < 0 else self._model.bundles[bundle]:
            if state.at[activity] is not None:
                state.remove(activity)
