"""FET files from reading to FET's word on the plan: rooms, soft constraints, what is not covered."""

import shutil
import xml.etree.ElementTree as ET
from itertools import product
from pathlib import Path

import pytest

from benchmarks.fet.__main__ import posed_school, run
from benchmarks.fet.draft import NO_ROOM, ROOM
from benchmarks.fet.judge import COMMAND, judge
from benchmarks.fet.posing import Posed, pose
from benchmarks.fet.school import Unreadable, read
from benchmarks.fet.writing import as_written, write
from solver.checker import check, score
from solver.engine.lowering import lower
from solver.engine.weekly import suits
from solver.engine.weekly.exact import whole_plan
from solver.engine.weekly.laying import lay_out
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Placement, Solution
from tests.benchmarks.fet_schools import constraint, lesson, of, school, slots

SECONDS = 60.0
"""More than the first compilation takes; a plan that pays nothing ends the search at once."""

needs_fet = pytest.mark.skipif(
    shutil.which(COMMAND) is None, reason="fet-cl is not installed: FET cannot be asked"
)


def posed(folder: Path, text: str) -> Posed:
    path = folder / "tiny.fet"
    path.write_text(text, encoding="utf-8")
    return pose(read(path))


def choices(found: Posed, name: str) -> list[dict[str, int]]:
    """Rooms of each role of an activity, with what FET counts for them."""
    activity = found.counted.activity_by_id[name]
    return [
        found.counted.penalty_of_candidate[r.candidates]
        for r in activity.requirements
        if r.role.startswith(ROOM)
    ]


def paid(problem: Problem, plan: Solution) -> int:
    """What a plan pays for soft rules."""
    return sum(t.value * t.weight for t in score(problem, plan).terms if t.stage == "rest")


ONE = (lesson("1", teachers=["Anna"], students=["Y"], tags=["lab"]),)
ROOMS = {"r1": "north", "r2": "south", "r3": None}


def room(kind: str, who: str, *names: str, percent: str = "100") -> str:
    several = f"<Number_of_Preferred_Rooms>{len(names)}</Number_of_Preferred_Rooms>" + "".join(
        f"<Preferred_Room>{name}</Preferred_Room>" for name in names
    )
    return constraint(
        kind, who + (f"<Room>{names[0]}</Room>" if len(names) == 1 else several), percent=percent
    )


ACTIVITY = "<Activity_Id>1</Activity_Id>"
HOME = room("StudentsSetHomeRoom", "<Students>Y</Students>", "r3", percent="90")


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ([], []),
        ([room("ActivityPreferredRoom", ACTIVITY, "r1")], [{"r1": 0}]),
        (
            [
                room("ActivityPreferredRooms", ACTIVITY, "r1", "r2"),
                room("SubjectPreferredRooms", "<Subject>Maths</Subject>", "r2", "r3"),
            ],
            [{"r2": 0}],
        ),
        (
            [
                room("ActivityPreferredRooms", ACTIVITY, "r1", "r2"),
                room("ActivityTagPreferredRoom", "<Activity_Tag>lab</Activity_Tag>", "r2", percent="95"),
            ],
            [{"r1": 9500, "r2": 0}],
        ),
        ([HOME], [{"r3": 0, NO_ROOM: 9000}]),
        ([HOME, room("ActivityPreferredRoom", ACTIVITY, "r1")], [{"r1": 0}]),
        (
            [HOME, room("ActivityPreferredRoom", ACTIVITY, "r1", percent="50")],
            [{"r1": 0, "r3": 5000, NO_ROOM: 14_000}],
        ),
        ([room("TeacherHomeRoom", "<Teacher>Anna</Teacher>", "r2")], [{"r2": 0}]),
        ([room("TeacherHomeRoom", "<Teacher>Boris</Teacher>", "r2")], []),
    ],
)
def test_rooms_that_an_activity_may_take(
    space: list[str], expected: list[dict[str, int]], tmp_path: Path
) -> None:
    assert choices(posed(tmp_path, school(ONE, space=space, rooms=ROOMS)), "1") == expected


def test_a_virtual_room_stands_for_one_room_of_each_set(tmp_path: Path) -> None:
    virtual = (
        "<Room><Name>v</Name><Building></Building><Capacity>30000</Capacity><Virtual>true</Virtual>"
        "<Number_of_Sets_of_Real_Rooms>2</Number_of_Sets_of_Real_Rooms>"
        "<Set_of_Real_Rooms><Number_of_Real_Rooms>2</Number_of_Real_Rooms><Real_Room>r1</Real_Room>"
        "<Real_Room>r2</Real_Room></Set_of_Real_Rooms>"
        "<Set_of_Real_Rooms><Number_of_Real_Rooms>1</Number_of_Real_Rooms><Real_Room>r2</Real_Room>"
        "</Set_of_Real_Rooms></Room>"
    )
    text = school(ONE, space=[room("ActivityPreferredRoom", ACTIVITY, "v")], rooms=ROOMS, more_rooms=virtual)
    path = tmp_path / "tiny.fet"
    path.write_text(text, encoding="utf-8")
    done = run(*posed_school(path), SolveOptions(time_limit_s=SECONDS, workers=1))
    assert choices(done.posed, "1") == [{"r1": 0, "r2": 0}, {"r2": 0}]
    assert done.solved
    assert {r for role, r in done.solution.placements[0].resources.items() if role.startswith(ROOM)} == {
        "r1",
        "r2",
    }
    if shutil.which(COMMAND) is not None:
        placements = {p.activity: p for p in done.solution.placements}
        write(path, done.school, done.posed, placements, tmp_path / "locked.fet")
        assert judge(tmp_path / "locked.fet", seconds=5).word == "accepted"


@pytest.mark.parametrize(
    ("rooms", "counted"), [(("r1", "r2"), 0), ((NO_ROOM, NO_ROOM), 9500), (("r1", NO_ROOM), 9500)]
)
def test_a_virtual_room_that_is_missing_counts_once(
    rooms: tuple[str, str], counted: int, tmp_path: Path
) -> None:
    sets = "".join(f"<Set_of_Real_Rooms><Real_Room>{r}</Real_Room></Set_of_Real_Rooms>" for r in ("r1", "r2"))
    virtual = (
        "<Room><Name>v</Name><Building></Building><Capacity>30000</Capacity>"
        f"<Virtual>true</Virtual>{sets}</Room>"
    )
    space = [room("ActivityPreferredRoom", ACTIVITY, "v", percent="95")]
    found = posed(tmp_path, school(ONE, space=space, rooms=ROOMS, more_rooms=virtual))
    plan = _plan(found, {"1": 0})
    placement = plan.placements[0]
    roles = dict(zip(sorted(r for r in placement.resources if r.startswith(ROOM)), rooms, strict=True))
    moved = placement.model_copy(update={"resources": {**placement.resources, **roles}})
    assert paid(found.counted, as_written(plan.model_copy(update={"placements": (moved,)}))) == counted


def test_a_room_serves_one_at_a_time_and_only_while_it_is_open(tmp_path: Path) -> None:
    closed = constraint(
        "RoomNotAvailableTimes", "<Room>r1</Room>" + slots("Not_Available_Time", "", [(0, 0)])
    )
    lessons = [lesson("1", teachers=["Anna"]), lesson("2", teachers=["Boris"])]
    space = [closed, *(room("ActivityPreferredRoom", f"<Activity_Id>{i}</Activity_Id>", "r1") for i in "12")]
    found = posed(tmp_path, school(lessons, space=space, rooms=ROOMS, days=1, hours=3))
    plans = {
        (a, b): not check(found.problem, _plan(found, {"1": a, "2": b}))
        for a, b in product(range(3), repeat=2)
    }
    assert {pair for pair, fine in plans.items() if fine} == {(1, 2), (2, 1)}


def _plan(found: Posed, starts: dict[str, int], room: str | None = None) -> Solution:
    placements = []
    for activity in found.problem.activities:
        at = starts[activity.id]
        resources = {
            r.role: found.problem.candidate_sets[r.candidates][0].resource for r in activity.requirements
        }
        resources |= {role: room for role in resources if room is not None and role == ROOM}
        placements.append(Placement(activity=activity.id, meetings=((at, at + 1),), resources=resources))
    return Solution(problem_sha256="", placements=tuple(placements))


@pytest.mark.parametrize(
    ("gaps", "limit", "allowed"),
    [(1, None, {(0, 2), (0, 3), (1, 3)}), (None, 0, set()), (2, None, {(0, 3)})],
)
def test_ways_between_buildings(
    gaps: int | None, limit: int | None, allowed: set[tuple[int, int]], tmp_path: Path
) -> None:
    lessons = [lesson("1", teachers=["Anna"]), lesson("2", teachers=["Anna"])]
    space = [room("ActivityPreferredRoom", f"<Activity_Id>{i}</Activity_Id>", f"r{i}") for i in "12"]
    if gaps is not None:
        texts = f"<Min_Gaps_Between_Building_Changes>{gaps}</Min_Gaps_Between_Building_Changes>"
        space.append(constraint("TeachersMinGapsBetweenBuildingChanges", texts))
    if limit is not None:
        texts = f"<Teacher>Anna</Teacher><Max_Building_Changes_Per_Day>{limit}</Max_Building_Changes_Per_Day>"
        space.append(constraint("TeacherMaxBuildingChangesPerDay", texts))
    found = posed(tmp_path, school(lessons, space=space, rooms=ROOMS, days=1))
    assert not found.uncovered
    plans = {
        pair
        for pair in product(range(4), repeat=2)
        if not check(found.problem, _plan(found, {"1": pair[0], "2": pair[1]}))
    }
    assert {pair for pair in plans if pair[0] < pair[1]} == allowed


@pytest.mark.parametrize(
    ("percent", "effort"),
    [("50", 5000), ("90", 9000), ("99", 18_000), ("99.9", 27_000), ("99.9999", 54_000)],
)
@pytest.mark.parametrize("kind", ["times", "rooms", "days"])
def test_the_search_pays_for_the_tries_that_fet_needs(
    kind: str, percent: str, effort: int, tmp_path: Path
) -> None:
    lessons = [lesson("1", teachers=["Anna"]), lesson("2", teachers=["Boris"])]
    slot = "<Preferred_Day>We</Preferred_Day><Preferred_Hour>4</Preferred_Hour>"
    far = "<Consecutive_If_Same_Day>false</Consecutive_If_Same_Day>" + of(1, 2) + "<MinDays>2</MinDays>"
    time, space, misses = {
        "times": ([constraint("ActivityPreferredStartingTime", ACTIVITY + slot, percent=percent)], [], 1),
        "rooms": ([], [room("TeacherHomeRoom", "<Teacher>Anna</Teacher>", "r2", percent=percent)], 1),
        "days": ([constraint("MinDaysBetweenActivities", far, percent=percent)], [], 2),
    }[kind]
    found = posed(tmp_path, school(lessons, time, space, rooms=ROOMS, days=3))
    plan = _plan(found, {"1": 0, "2": 1}, room=NO_ROOM)
    weight = min(10_000, round(float(percent) * 100))
    assert paid(found.counted, plan) == misses * weight
    assert paid(found.problem, plan) == effort + (misses - 1) * weight


def test_a_soft_constraint_costs_its_weight_for_each_pair_that_breaks_it(tmp_path: Path) -> None:
    lessons = [lesson(str(i), teachers=[who]) for i, who in enumerate(("Anna", "Boris", "Clara"), 1)]
    soft = constraint(
        "MinDaysBetweenActivities",
        "<Consecutive_If_Same_Day>false</Consecutive_If_Same_Day>" + of(1, 2, 3) + "<MinDays>1</MinDays>",
        percent="99.75",
    )
    found = posed(tmp_path, school(lessons, [soft]))
    for starts, pairs in (({"1": 0, "2": 1, "3": 2}, 3), ({"1": 0, "2": 1, "3": 4}, 1)):
        plan = _plan(found, starts)
        assert not check(found.problem, plan)
        assert paid(found.counted, plan) == 9975 * pairs


def test_a_school_with_soft_constraints_alone_is_for_the_search_for_timetables(tmp_path: Path) -> None:
    soft = constraint("TeachersMaxGapsPerWeek", "<Max_Gaps>0</Max_Gaps>", percent="50")
    lessons = [lesson(name, teachers=["Anna"]) for name in "123"]
    found = posed(tmp_path, school(lessons, [soft]))
    assert suits(found.problem, lower(found.problem))
    assert not check(found.problem, _plan(found, {"1": 0, "2": 1, "3": 4}))


def test_students_of_a_group_and_of_its_year_are_never_in_two_lessons(tmp_path: Path) -> None:
    parts = "".join(
        f"<Group><Name>{g}</Name><Number_of_Students>0</Number_of_Students>{sub}</Group>"
        for g, sub in (
            ("A", "<Subgroup><Name>A</Name></Subgroup>"),
            ("B", "<Subgroup><Name>b</Name></Subgroup>"),
        )
    )
    students = f"<Year><Name>Y</Name><Number_of_Students>0</Number_of_Students>{parts}</Year>"
    sets = ("Y", "A", "B", "b")
    lessons = [lesson(str(i), students=[s]) for i, s in enumerate(sets)]
    found = posed(tmp_path, school(lessons, students=students, days=1, hours=2))
    clashes = {
        (a, b)
        for a, b in product("0123", repeat=2)
        if a < b
        and any(
            {a, b} <= set(v.activities)
            for v in check(found.problem, _plan(found, {i: 0 if i in (a, b) else 1 for i in "0123"}))
        )
    }
    assert clashes == {("0", "1"), ("0", "2"), ("0", "3"), ("2", "3")}


@pytest.mark.parametrize(
    ("time", "named"),
    [
        (constraint("TeachersMaxThreeConsecutiveDays"), "TeachersMaxThreeConsecutiveDays"),
        (
            constraint("MaxGapsBetweenActivities", of(1) + "<MaxGaps>1</MaxGaps>"),
            "MaxGapsBetweenActivities",
        ),
    ],
)
def test_what_is_not_covered_is_named_and_not_solved(time: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.fet"
    path.write_text(school(ONE, [time]), encoding="utf-8")
    done = run(*posed_school(path), SolveOptions(time_limit_s=SECONDS, workers=1))
    assert done.placed == 1
    assert list(done.posed.uncovered) == [named]
    assert not done.solved


def test_inactive_constraints_and_activities_are_left_out(tmp_path: Path) -> None:
    lessons = [*ONE, lesson("2", teachers=["Anna"], active=False)]
    time = [
        constraint("TeachersMaxThreeConsecutiveDays", active=False),
        constraint("ActivitiesSameStartingTime", of(1, 2)),
    ]
    found = posed(tmp_path, school(lessons, time))
    assert [a.id for a in found.problem.activities] == ["1"]
    assert not found.uncovered
    assert not lower(found.problem).structures


@pytest.mark.parametrize("text", ["<fet", "<school></school>", "<fet version='6'></fet>"])
def test_what_is_no_fet_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.fet"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable):
        read(path)


def full_school() -> str:
    """Two classes whose hours fill the week, three teachers, two rooms, no gaps."""
    students = "".join(
        f"<Year><Name>{y}</Name><Number_of_Students>0</Number_of_Students></Year>" for y in ("Y", "Z")
    )
    lessons = [
        lesson(f"{1 + 4 * at + i}", teachers=[who], students=[y], duration=d, group=f"{1 + 4 * at}")
        for at, (y, who) in enumerate(product(("Y", "Z"), ("Anna", "Boris")))
        for i, d in enumerate((1, 1, 1, 1))
    ]
    time = [
        constraint("StudentsMaxGapsPerWeek", "<Max_Gaps>0</Max_Gaps>"),
        constraint(
            "StudentsEarlyMaxBeginningsAtSecondHour",
            "<Max_Beginnings_At_Second_Hour>0</Max_Beginnings_At_Second_Hour>",
        ),
        constraint("TeachersMaxGapsPerDay", "<Max_Gaps>0</Max_Gaps>"),
        *(
            constraint(
                "MinDaysBetweenActivities",
                "<Consecutive_If_Same_Day>true</Consecutive_If_Same_Day>"
                + of(*range(first, first + 3))
                + "<MinDays>1</MinDays>",
                percent="95",
            )
            for first in (1, 5, 9, 13)
        ),
    ]
    space = [
        constraint(
            "SubjectPreferredRooms",
            "<Subject>Maths</Subject><Number_of_Preferred_Rooms>2</Number_of_Preferred_Rooms>"
            "<Preferred_Room>r1</Preferred_Room><Preferred_Room>r2</Preferred_Room>",
        )
    ]
    return school(lessons, time, space, students=students, rooms=ROOMS, days=3)


def test_a_full_school_is_placed_whole_by_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "full.fet"
    path.write_text(full_school(), encoding="utf-8")
    done = run(*posed_school(path), SolveOptions(time_limit_s=SECONDS, workers=1, seed=3))
    assert done.solved
    assert not check(done.posed.problem, done.solution)
    lowered = lower(done.posed.problem)
    assert suits(done.posed.problem, lowered)
    layout = lay_out(done.posed.problem, lowered)
    whole = whole_plan(layout, seed=1, over=lambda: False)
    assert whole is not None
    placements = layout.placements(whole.starts, whole.rooms)
    exact = Solution(problem_sha256="", placements=tuple(placements.values()))
    assert not check(done.posed.problem, exact)


@needs_fet
def test_fet_completes_the_written_plan_and_counts_the_same_soft_cost(tmp_path: Path) -> None:
    path = tmp_path / "tiny.fet"
    lessons = [lesson(str(i), teachers=[who]) for i, who in enumerate(("Anna", "Boris", "Clara"), 1)]
    time = [
        constraint(
            "MinDaysBetweenActivities",
            "<Consecutive_If_Same_Day>false</Consecutive_If_Same_Day>" + of(1, 2, 3) + "<MinDays>2</MinDays>",
            percent="60",
        ),
        constraint("MaxDaysBetweenActivities", of(1, 3) + "<MaxDays>1</MaxDays>", percent="40"),
        constraint("MinGapsBetweenActivities", of(1, 2) + "<MinGaps>2</MinGaps>", percent="30"),
        constraint(
            "TeacherMaxHoursDaily",
            "<Teacher_Name>Anna</Teacher_Name><Maximum_Hours_Daily>1</Maximum_Hours_Daily>",
        ),
        constraint("ActivitiesSameStartingHour", of(1, 2), percent="50"),
    ]
    path.write_text(school(lessons, time, days=3), encoding="utf-8")
    read_ = read(path)
    found = pose(read_)
    plan = _plan(found, {"1": 0, "2": 1, "3": 8})
    counted = paid(found.counted, plan) / 10_000
    assert counted == pytest.approx(2 * 0.6 + 0.4 + 2 * 0.3 + 0.5)
    target = tmp_path / "locked.fet"
    write(path, read_, found, {p.activity: p for p in plan.placements}, target)
    locked = (
        ET.parse(target).getroot().iterfind("Time_Constraints_List/ConstraintActivityPreferredStartingTime")
    )
    assert len(list(locked)) == 3
    verdict = judge(target, seconds=20)
    assert verdict.word == "accepted"
    assert verdict.soft == pytest.approx(counted)


def test_without_fet_the_verdict_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    verdict = judge(tmp_path / "any.fet", seconds=1)
    assert verdict.word == "missing"
    assert "not installed" in verdict.says
