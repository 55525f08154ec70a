"""One solve of a weekly timetable: this process, its partner, and the plans that go out, each one checked."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from solver import checker
from solver.codec import sha256_of
from solver.engine.budget import Budget
from solver.engine.completion import Completion
from solver.engine.finish import no_plan
from solver.engine.lowering import Lowered
from solver.engine.pace import Pace, left_out
from solver.engine.peer import Peer
from solver.engine.reasons import NOT_FOUND
from solver.engine.structure_bound import Proofs
from solver.engine.weekly.course import Course, Found
from solver.engine.weekly.laying import lay_out
from solver.engine.weekly.partner import start
from solver.engine.weekly.seating import reseated
from solver.errors import NoPlan, StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Placement, ProgressPoint, Solution, SolveReport, Unplaced, Violation

_KEPT_BACK_S = 3.0
"""Seconds, and at most this share of the time, kept for checking the last plan."""
_KEPT_BACK_SHARE = 0.1
_PARTNER_WORTH_S = 6.0
_PLAN_EVERY_S, _PLAN_SHARE = 4.0, 1.0
_SLICES_A_UNIT = 40
_SEATING_S = 0.5


class Drive:
    """The calls are those of `solver.engine.solve`."""

    def __init__(
        self,
        problem: Problem,
        lowered: Lowered,
        options: SolveOptions,
        budget: Budget,
        on_progress: Callable[[ProgressPoint], None],
        on_solution: Callable[[Solution], None],
    ) -> None:
        self._problem, self._options, self._budget = problem, options, budget
        self._pace = Pace(
            options, budget, on_progress, on_solution, plan_every_s=_PLAN_EVERY_S, plan_share=_PLAN_SHARE
        )
        self._layout = lay_out(problem, lowered)
        self._sha256 = sha256_of(problem)
        self._proofs = Proofs(problem, lowered)

    def run(self) -> Solution:
        """Return the best plan found, checked.

        Raises
        ------
        StoppedEarly
            Told to stop before there was any plan.
        """
        budget = self._budget
        until = budget.share_before(min(_KEPT_BACK_S, _KEPT_BACK_SHARE * budget.left_s()))
        partner = self._partner(until)
        try:
            course = Course(self._layout, self._options.seed)
            if budget.stopped():
                raise StoppedEarly
            completion = Completion.of(self._problem, self._options, budget, until)
            best = self._search(course, partner, until, completion)
        finally:
            partner.close()
        solution = self._reseated(self._solution(best, None))
        solution = self._proofs.on(completion(solution))
        return solution.model_copy(update={"report": self._pace.last(optimal=self._proofs.are_met(solution))})

    def _partner(self, until: float) -> Peer:
        budget, options = self._budget, self._options
        if options.workers < 2 or budget.deterministic or budget.left_s() < _PARTNER_WORTH_S:
            return Peer()
        return start(self._problem, options.seed + 1, budget.left_s() * until)

    def _search(self, course: Course, partner: Peer, until: float, completion: Completion) -> Found:
        best = course.found()
        news = told = False
        while not course.done and not self._proofs.done and not self._budget.over(until):
            news = course.advance(self._budget.used / until) or news
            self._budget.spend(1 / _SLICES_A_UNIT)
            self._proofs.hear(partner)
            if course.left == 0 and not told:
                # It need not seek one any longer.
                told = True
                partner.send(course.found())
            if best.left and course.left and completion.due:
                break
            other = partner.take(Found)
            if other is not None and (other.left, other.paid) < (best.left, best.paid):
                best = other
                if other.left == 0 and (course.left or course.paid > other.paid):
                    course.take(other)
                news = True
            if news and (self._pace.plan_due() or course.done) and not self._budget.deterministic:
                news = False
                best = min(best, course.found(), key=lambda found: (found.left, found.paid))
                self._tell(best)
        return min(best, course.found(), key=lambda found: (found.left, found.paid))

    def _tell(self, found: Found) -> None:
        # As long as fewer sessions than there must be are there at once, there is nothing to show.
        try:
            solution = self._pace.plan(lambda report: self._solution(found, report))
        except NoPlan:
            return
        self._proofs.told(solution)
        objective, unplaced = left_out(self._problem, solution)
        self._pace.point("improve", objective, unplaced, None if unplaced else 0)

    def _solution(self, found: Found, report: SolveReport | None) -> Solution:
        """Return the plan as a solution; what still breaks a rule is taken out.

        Raises
        ------
        NoPlan
            What is broken is not so by anything that is placed.
        """
        placements = self._layout.placements(found.starts, found.rooms)
        while True:
            solution = self._laid_out(placements, report)
            broken = checker.check(self._problem, solution)
            if not broken:
                break
            guilty = _worst(broken, placements)
            if guilty is None:
                raise no_plan(self._problem, broken)
            del placements[guilty]
        return solution.model_copy(update={"score": checker.score(self._problem, solution)})

    def _reseated(self, solution: Solution) -> Solution:
        """Return the plan in cheaper rooms at the same times where there are any."""
        candidates = self._problem.candidate_sets.values()
        if self._budget.stopped() or not any(c.penalty for found in candidates for c in found):
            return solution
        here = {placement.activity: placement for placement in solution.placements}
        moved = self._laid_out(reseated(self._layout, here, _SEATING_S), None)
        moved = moved.model_copy(update={"score": checker.score(self._problem, moved)})
        cheaper = _rest(moved) < _rest(solution) and not checker.check(self._problem, moved)
        return moved if cheaper else solution

    def _laid_out(self, placements: dict[str, Placement], report: SolveReport | None) -> Solution:
        activities = self._problem.activities
        return Solution(
            problem_sha256=self._sha256,
            placements=tuple(placements[a.id] for a in activities if a.id in placements),
            unplaced=tuple(
                Unplaced(activity=a.id, reasons=(NOT_FOUND,)) for a in activities if a.id not in placements
            ),
            report=report,
        )


def _rest(solution: Solution) -> int:
    return sum(term.value * term.weight for term in solution.score.terms if term.stage == "rest")


def _worst(broken: Sequence[Violation], placements: Mapping[str, Placement]) -> str | None:
    """Return the placed activity that most breaches name; None when there is none."""
    named = Counter(name for violation in broken for name in violation.activities if name in placements)
    return max(named, key=lambda name: (named[name], name)) if named else None
