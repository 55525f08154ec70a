"""Curriculum-based timetabling: reader, adapter, writer and the scorer that shares nothing with them."""

import random
from pathlib import Path

import pytest

from benchmarks.cbctt_problem import Instance, lines, problem, read
from benchmarks.cbctt_score import Verdict, score
from solver.checker import check
from solver.checker import score as terms_of
from solver.solution import Placement, Reason, Solution, Unplaced
from solver.validate import validate

TINY = """Name: Tiny
Courses: 4
Rooms: 3
Days: 3
Periods_per_day: 4
Curricula: 2
Constraints: 3

COURSES:
algebra Ada 3 3 40
logic Ada 2 1 25
welding Boris 3 2 12
turning Clara 2 2 55

ROOMS:
A 50
B\t20
C 30

CURRICULA:
q0  3 algebra logic welding
q1  2 welding turning

UNAVAILABILITY_CONSTRAINTS:
algebra 0 0
algebra 2 3
turning 1 1

END.
"""
EXTENDED = (
    TINY.replace(
        "Constraints: 3", "Min_Max_Daily_Lectures: 1 3\nUnavailabilityConstraints: 3\nRoomConstraints: 1"
    )
    .replace("3 3 40", "3 3 40 1")
    .replace("2 1 25", "2 1 25 0")
    .replace("3 2 12", "3 2 12 0")
    .replace("2 2 55", "2 2 55 1")
    .replace("A 50", "A 50 0")
    .replace("B\t20", "B\t20 1")
    .replace("C 30", "C 30 1")
    .replace("END.", "ROOM_CONSTRAINTS:\nlogic B\n\nEND.")
)
PARTS = {
    "room capacity": "capacity",
    "working days": "days",
    "compactness": "compactness",
    "room stability": "stability",
}


@pytest.fixture
def tiny(tmp_path: Path) -> Instance:
    path = tmp_path / "tiny.ctt"
    path.write_text(TINY)
    return read(path)


def random_plan(instance: Instance, seed: int, *, apart: bool) -> Solution:
    """Return lectures at random; with `apart`, none in the period of another that it conflicts with."""
    posed = problem(instance)
    rng = random.Random(seed)
    taken: set[tuple[str, int]] = set()
    placements = []
    for activity in rng.sample(posed.activities, len(posed.activities)):
        for _ in range(100):
            (meeting,) = rng.choice(posed.option_sets[activity.times]).meetings
            used = {
                r.role: rng.choice(posed.candidate_sets[r.candidates]).resource for r in activity.requirements
            }
            held = {(name, meeting[0]) for name in used.values()}
            if not apart or not held & taken:
                taken |= held
                placements.append(Placement(activity=activity.id, meetings=(meeting,), resources=used))
                break
    placed = {p.activity for p in placements}
    reason = Reason(rule="search", code="not_found")
    left = (Unplaced(activity=a.id, reasons=(reason,)) for a in posed.activities if a.id not in placed)
    return Solution(problem_sha256="", placements=tuple(placements), unplaced=tuple(left))


def test_the_file_is_read_whole(tiny: Instance) -> None:
    assert (tiny.days, tiny.periods_per_day, tiny.rooms) == (3, 4, {"A": 50, "B": 20, "C": 30})
    assert [(c.id, c.lectures, c.min_days, c.students) for c in tiny.courses] == [
        ("algebra", 3, 3, 40),
        ("logic", 2, 1, 25),
        ("welding", 3, 2, 12),
        ("turning", 2, 2, 55),
    ]
    assert tiny.courses[0].closed == {0, 11}
    assert tiny.curricula == {"q0": ("algebra", "logic", "welding"), "q1": ("welding", "turning")}


def test_the_extended_format_says_the_same(tiny: Instance, tmp_path: Path) -> None:
    path = tmp_path / "tiny.ectt"
    path.write_text(EXTENDED)
    assert read(path) == tiny


def test_a_section_with_a_line_too_few_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.ctt"
    path.write_text(TINY.replace("B\t20\n", ""))
    with pytest.raises(ValueError, match="ROOMS has 2 lines, not 3"):
        read(path)


def test_a_known_plan_costs_what_it_costs_by_hand(tiny: Instance) -> None:
    plan = "\n".join(
        (
            "algebra A 0 1",
            "algebra A 1 0",
            "algebra B 1 1",  # 20 students stand; a second room
            "logic A 0 2",
            "logic A 0 3",
            "welding A 2 0",
            "welding B 2 2",  # alone for q0; a second room
            "welding B 0 0",
            "turning A 2 1",  # 5 stand
            "turning A 1 2",  # 5 stand; alone for q1
        )
    )
    # algebra is on two days of three. Alone: q0 at (2, 0) and (2, 2); q1 at (1, 2) and (0, 0).
    expected = Verdict(0, 0, 0, 0, 0, capacity=20 + 5 + 5, days=5, compactness=2 * 4, stability=2)
    assert score(tiny, plan) == expected
    assert expected.cost == 45


def test_breaches_are_counted(tiny: Instance) -> None:
    plan = "algebra A 0 0\nlogic A 0 0\nwelding C 0 0\nwelding C 0 0\nnobody A 0 1\nlogic A 0 4\n"
    verdict = score(tiny, plan)
    assert verdict.unknown == 2
    assert verdict.lectures == 2 + 1 + (1 + 1) + 2
    assert verdict.conflicts == 3
    assert verdict.availability == 1
    assert verdict.occupancy == 2


@pytest.mark.parametrize("seed", range(40))
def test_the_scorer_agrees_with_the_checker(tiny: Instance, seed: int) -> None:
    posed = problem(tiny)
    validate(posed)
    plan = random_plan(tiny, seed, apart=True)
    verdict = score(tiny, lines(tiny, plan))
    terms = {t.rule: t.value * t.weight for t in terms_of(posed, plan).stage("rest")}
    assert terms == {rule: getattr(verdict, part) for rule, part in PARTS.items()}
    assert check(posed, plan) == []
    assert verdict.faults == verdict.lectures == len(plan.unplaced)


def test_conflicts_are_breaches_for_both(tiny: Instance) -> None:
    posed = problem(tiny)
    bad = 0
    for seed in range(30):
        plan = random_plan(tiny, seed, apart=False)
        found = score(tiny, lines(tiny, plan)).faults
        assert bool(found) == bool(check(posed, plan))
        bad += bool(found)
    assert bad > 10
