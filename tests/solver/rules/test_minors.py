from collections.abc import Callable

import pytest

from solver.errors import InvalidProblem
from solver.problem import Interval, TimeGrid
from solver.rules import kind, parsed
from solver.rules.minors import MinorsParams, _daytime
from solver.words import describe

PLANT = {"room": "plant", "learners:1": "g"}
FORGE = {"room": "forge", "learners:1": "g"}


def test_hours_of_a_day_and_a_week_at_an_employer(codes: Callable[..., list[str]]) -> None:
    problem = kind("minors").example()  # 3 hours a day, 5 a week
    assert codes(problem, x=((8, 11), PLANT), y=((32, 34), PLANT)) == []
    assert codes(problem, x=((8, 12), PLANT)) == ["employer_day"]
    assert codes(problem, x=((8, 10), PLANT), y=((11, 13), PLANT)) == ["employer_day"]
    assert codes(problem, x=((8, 11), PLANT), y=((32, 35), PLANT)) == ["employer_week"]


def test_hours_at_dangerous_equipment(codes: Callable[..., list[str]]) -> None:
    problem = kind("minors").example()  # 2 hours a day
    assert codes(problem, x=((8, 10), FORGE)) == []
    assert codes(problem, x=((8, 11), FORGE)) == ["hazard_day"]
    assert codes(problem, x=((8, 10), FORGE), y=((10, 13), PLANT)) == []


def test_nights_and_weekends_bind_employers_only(codes: Callable[..., list[str]]) -> None:
    problem = kind("minors").example()  # night from 22 to 6
    assert codes(problem, x=((20, 22), PLANT)) == []
    assert codes(problem, x=((20, 23), PLANT)) == ["employer_time"]
    assert codes(problem, x=((30, 32), PLANT)) == []
    assert codes(problem, x=((29, 32), PLANT)) == ["employer_time"]
    assert codes(problem, x=((128, 130), PLANT)) == ["employer_time"]
    assert codes(problem, x=((128, 130), FORGE)) == []


def test_a_refusal_names_the_limits() -> None:
    problem = kind("minors").example()
    (rule,) = parsed(problem)
    reason = rule.kind.reason(problem, rule.params, problem.activities[0], {})
    said = describe(problem, reason, "en")
    assert "3 h a day and 5 h a week at an employer, 2 h a day at dangerous equipment" in said


def windows(night: Interval, *, weekends: bool = False) -> tuple[Interval, ...]:
    params = MinorsParams(
        resources=(),
        employer_day_slots=1,
        employer_week_slots=1,
        hazard_day_slots=1,
        night=night,
        employer_weekends=weekends,
    )
    return _daytime(TimeGrid(slot_minutes=60, slots_per_day=24, days_per_week=7, weeks=1), params)


def test_windows_of_the_day() -> None:
    assert windows((22, 6))[:2] == ((6, 22), (30, 46))
    assert len(windows((22, 6))) == 5
    assert len(windows((22, 6), weekends=True)) == 7
    assert windows((0, 6))[:2] == ((6, 24), (30, 48))
    assert windows((2, 6))[:3] == ((0, 2), (6, 26), (30, 50)), "an evening goes on into the next day"
    assert windows((0, 0)) == windows((6, 6)) == ((0, 120),), "no night"


def test_a_night_of_another_grid_is_a_fault() -> None:
    problem = kind("minors").example()  # 24 slots a day
    params = {**problem.rules[0].params, "night": [264, 72]}
    changed = (problem.rules[0].model_copy(update={"params": params}),)
    with pytest.raises(InvalidProblem, match="within a day of 24 slots"):
        parsed(problem.model_copy(update={"rules": changed}))
