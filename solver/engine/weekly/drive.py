"""One solve of a weekly timetable: this process, its partner, and the plans that go out, each one checked."""

import time
from collections.abc import Callable

from solver import checker
from solver.codec import sha256_of
from solver.engine.budget import Budget
from solver.engine.lowering import Lowered
from solver.engine.weekly.course import Course, Found
from solver.engine.weekly.layout import lay_out
from solver.engine.weekly.partner import Partner
from solver.errors import StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Placement, ProgressPoint, Reason, Solution, SolveReport, Unplaced

_KEPT_BACK_S = 3.0
"""Seconds, and at most this share of the time, kept for checking the last plan."""
_KEPT_BACK_SHARE = 0.1
_PARTNER_WORTH_S = 6.0
_PLAN_EVERY_S = 4.0
_SLICES_A_UNIT = 40
_NOT_FOUND = Reason(rule="search", code="not_found")


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
        self._on_progress, self._on_solution = on_progress, on_solution
        self._layout = lay_out(problem, lowered)
        self._sha256 = sha256_of(problem)
        self._history: list[ProgressPoint] = []
        self._first_plan_s: float | None = None

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
            best = self._search(course, partner, until)
        finally:
            if partner is not None:
                partner.close()
        return self._solution(best, "stopped" if budget.told else "feasible")

    def _partner(self, until: float) -> Partner | None:
        budget, options = self._budget, self._options
        if options.workers < 2 or budget.deterministic or budget.left_s() < _PARTNER_WORTH_S:
            return None
        return Partner(self._problem, options.seed + 1, budget.left_s() * until)

    def _search(self, course: Course, partner: Partner | None, until: float) -> Found:
        best = course.found()
        told_at, news = -_PLAN_EVERY_S, False
        while not course.done and not self._budget.over(until):
            news = course.advance(self._budget.used / until) or news
            self._budget.spend(1 / _SLICES_A_UNIT)
            other = partner.news() if partner is not None else None
            if other is not None and (other.left, other.paid) < (best.left, best.paid):
                best = other
                if other.left == 0 and (course.left or course.paid > other.paid):
                    course.take(other)
                news = True
            now = time.monotonic()
            if news and (now - told_at >= _PLAN_EVERY_S or course.done) and not self._budget.deterministic:
                told_at, news = now, False
                best = min(best, course.found(), key=lambda found: (found.left, found.paid))
                self._tell(best)
        return min(best, course.found(), key=lambda found: (found.left, found.paid))

    def _tell(self, found: Found) -> None:
        solution = self._solution(found, "feasible")
        left = len(solution.unplaced)
        if self._first_plan_s is None:
            self._first_plan_s = round(self._budget.seconds, 2)
        by_id = self._problem.activity_by_id
        point = ProgressPoint(
            stage="improve",
            objective=sum(by_id[u.activity].learner_minutes for u in solution.unplaced),
            bound=None if left else 0,
            gap_permille=None if left else 0,
            unplaced=left,
            seconds=None if self._budget.deterministic else round(self._budget.seconds, 2),
        )
        self._history.append(point)
        self._on_progress(point)
        self._on_solution(solution)

    def _solution(self, found: Found, status: str) -> Solution:
        """Return the plan as a solution; what still breaks a rule is taken out."""
        placements = self._layout.placements(found.starts, found.rooms)
        while True:
            solution = self._laid_out(placements, status)
            guilty = self._worst(solution, placements)
            if guilty is None:
                break
            del placements[guilty]
        return solution.model_copy(update={"score": checker.score(self._problem, solution)})

    def _worst(self, solution: Solution, placements: dict[str, Placement]) -> str | None:
        """Return the placed activity that most breaches name; None when there is none."""
        named: dict[str, int] = {}
        for violation in checker.check(self._problem, solution):
            for name in violation.activities:
                if name in placements:
                    named[name] = named.get(name, 0) + 1
        return max(named, key=lambda name: (named[name], name)) if named else None

    def _laid_out(self, placements: dict[str, Placement], status: str) -> Solution:
        clock = not self._budget.deterministic
        report = SolveReport.model_validate(
            {
                "status": status,
                "seed": self._options.seed,
                "workers": self._options.workers if clock else 1,
                "deterministic_units": self._options.deterministic_units,
                "seconds": round(self._budget.seconds, 2) if clock else None,
                "first_plan_seconds": self._first_plan_s if clock else None,
                "history": tuple(self._history),
            }
        )
        activities = self._problem.activities
        return Solution(
            problem_sha256=self._sha256,
            placements=tuple(placements[a.id] for a in activities if a.id in placements),
            unplaced=tuple(
                Unplaced(activity=a.id, reasons=(_NOT_FOUND,)) for a in activities if a.id not in placements
            ),
            report=report,
        )
