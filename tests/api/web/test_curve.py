"""The curve of a run."""

from datetime import UTC, datetime

from api.web.curve import curve_of
from scheduler.domain.run import ProgressView

AT = datetime(2026, 12, 8, tzinfo=UTC)


def point(
    seq: int, seconds: float, objective: int, bound: int | None, stage: str = "improve"
) -> ProgressView:
    return ProgressView(
        seq=seq,
        at=AT,
        stage=stage,
        objective=objective,
        bound=bound,
        gap_permille=None,
        unplaced=1,
        seconds=seconds,
    )


def test_without_points_there_is_an_empty_frame() -> None:
    curve = curve_of([], 60)

    assert (curve.objective, curve.bound, curve.last_seq) == ("", "", 0)
    assert curve.view_box == "0 -2 60 3"


def test_steps_go_on_until_the_next_better_plan() -> None:
    curve = curve_of([point(1, 2.5, 9000, None), point(2, 10, 8000, 6000), point(3, 20, 7000, 6500)], 60)

    assert curve.objective == "M2.5 0H10V1000H20V2000"
    assert curve.bound == "M10 3000H20V2500"
    assert (curve.low, curve.high, curve.last_seq) == (5850, 9150, 3)
    assert curve.view_box == "0 -150 60 3300"


def test_a_run_that_has_ended_fills_its_frame() -> None:
    curve = curve_of([point(1, 2, 9000, 8000)], None)

    assert curve.objective == "M2 0H2"
    assert curve.seconds == 2


def test_a_run_that_overran_widens_the_frame() -> None:
    assert curve_of([point(1, 75, 10, None)], 60).seconds == 75


def test_the_counting_is_told_and_not_drawn() -> None:
    curve = curve_of([point(1, 1, 99_000, 5000, "count"), point(2, 4, 9000, 6000)], None)

    assert (curve.objective, curve.bound, curve.last_seq) == ("M4 0H4", "M4 3000H4", 2)
    assert curve.high < 10_000


def test_a_line_stands_where_the_search_turned_to_fair_shares() -> None:
    points = [
        point(1, 2, 9000, None),
        point(2, 30, 8000, None, "fairness"),
        point(3, 40, 8100, None, "fairness"),
    ]

    assert curve_of(points, None).turn == "M30 -1e9V1e9"
    assert curve_of(points[:1], None).turn == ""
