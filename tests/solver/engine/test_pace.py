"""When a solve tells of itself: not too often, the curve whole, and no clock where work is counted."""

import pytest

from solver.engine.budget import Budget
from solver.engine.pace import Pace
from solver.options import SolveOptions
from solver.solution import ProgressPoint, Solution, SolveReport


class Clock(Budget):
    """A budget whose clock is set by hand."""

    at = 0.0

    @property
    def seconds(self) -> float:
        return self.at


class Heard:
    """A pace, its clock, and what was heard of it."""

    def __init__(self, units: int | None = None) -> None:
        self.clock = Clock(60.0, units, lambda: False)
        self.points: list[ProgressPoint] = []
        self.plans: list[Solution] = []
        options = SolveOptions(deterministic_units=units)
        self.pace = Pace(options, self.clock, self.points.append, self.plans.append)

    def plan(self, took_s: float) -> Solution:
        """Send out a plan that takes so long to make."""

        def made(report: SolveReport) -> Solution:
            self.clock.at += took_s
            return Solution(problem_sha256="", placements=(), report=report)

        return self.pace.plan(made)


def test_points_are_due_a_second_apart() -> None:
    heard = Heard()
    due = []
    for tenth in range(35):
        heard.clock.at = tenth / 10
        if heard.pace.point_due():
            due.append(heard.clock.at)
            heard.pace.point("improve", 1, 1, None)
    assert due == [0.0, 1.0, 2.0, 3.0]
    assert [point.seconds for point in heard.points] == due


@pytest.mark.parametrize(("took_s", "wait_s"), [(0.05, 2.0), (0.5, 5.0)])
def test_plans_are_due_so_that_they_cost_little(took_s: float, wait_s: float) -> None:
    heard = Heard()
    assert heard.pace.plan_due()
    heard.plan(took_s)
    sent_at = heard.clock.at
    heard.clock.at = sent_at + wait_s - 0.01
    assert not heard.pace.plan_due()
    heard.clock.at = sent_at + wait_s + 0.01
    assert heard.pace.plan_due()


def test_the_report_keeps_when_the_first_plan_was_there() -> None:
    heard = Heard()
    for took_s in (1.5, 4.0):
        heard.plan(took_s)
    report = heard.pace.last()
    assert (report.first_plan_seconds, report.seconds, report.status) == (1.5, 5.5, "feasible")
    assert heard.pace.last(optimal=True).status == "optimal"


def test_a_solve_that_was_told_to_stop_says_so() -> None:
    heard = Heard()
    heard.clock.told = True
    assert heard.pace.last().status == "stopped"
    assert heard.pace.last(optimal=True).status == "optimal"


def test_a_long_history_is_thinned_at_its_old_end() -> None:
    heard = Heard()
    for second in range(1000):
        heard.clock.at = float(second)
        heard.pace.point("improve", 1000 - second, 1, None)
    kept = [point.seconds or 0.0 for point in heard.pace.last().history]
    assert len(heard.points) == 1000
    assert 200 <= len(kept) <= 400
    assert kept[0] == 0.0
    assert kept[-100:] == [float(second) for second in range(900, 1000)]
    assert kept == sorted(set(kept))


@pytest.mark.parametrize(
    ("objective", "bound", "gap"), [(200, 150, 250), (200, 200, 0), (0, 0, 0), (200, None, None)]
)
def test_a_point_tells_the_gap(objective: int, bound: int | None, gap: int | None) -> None:
    heard = Heard()
    heard.pace.point("improve", objective, 1, bound)
    assert heard.points[0].gap_permille == gap


def test_no_clock_shows_when_work_is_counted() -> None:
    heard = Heard(units=3)
    heard.clock.at = 30.0
    assert not heard.pace.point_due()
    assert not heard.pace.plan_due()
    heard.pace.point("construct", 5, 1, 0)
    report = heard.plan(2.0).report
    assert report == heard.pace.last()
    assert report is not None
    assert (report.seconds, report.first_plan_seconds, report.workers) == (None, None, 1)
    assert [point.seconds for point in report.history] == [None]
