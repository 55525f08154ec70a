"""Kinds that our problem keeps more strictly than asked: each plan that it allows keeps them, FET agrees.

As in `test_fet_kinds`, each constraint is stated once more as a condition; here on starts and rooms.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest

from benchmarks.fet.draft import ROOM
from benchmarks.fet.judge import COMMAND, judge
from benchmarks.fet.posing import Posed, pose
from benchmarks.fet.school import School, read
from benchmarks.fet.writing import write
from solver.checker import check
from solver.solution import Placement, Solution
from tests.benchmarks.fet_schools import constraint, lesson, of, school, slots

Slot = tuple[int, int]
Plan = dict[str, tuple[Slot, str]]
IDS = ("1", "2")
HOURS = tuple(product(range(2), range(3)))
ROOMS = {"north": None, "south": None}
STUDENTS = (
    "<Year><Name>Y</Name><Number_of_Students>0</Number_of_Students>"
    "<Group><Name>Y1</Name><Number_of_Students>0</Number_of_Students></Group></Year>"
)
LESSONS = (
    lesson("1", teachers=["Anna"], students=["Y1"], tags=["lab"]),
    lesson("2", teachers=["Anna"], students=["Y1"], tags=["talk"]),
)
TAGS = (
    "<First_Activity_Tag>lab</First_Activity_Tag><Second_Activity_Tag>talk</Second_Activity_Tag>"
    "<MinGaps>1</MinGaps>"
)
NOT_THERE = "<Teacher>Anna</Teacher><Room>north</Room>" + slots("Not_Available_Time", "", [(0, 0), (0, 1)])


def from_to(plan: Plan) -> int:
    """Free hours from lesson 1 to lesson 2; negative where it comes later, many on another day."""
    (day, hour), (other_day, other_hour) = plan["1"][0], plan["2"][0]
    return other_hour - hour - 1 if day == other_day else 9


def next_to(plan: Plan) -> bool:
    return from_to(plan) in (0, -2)


@dataclass(frozen=True)
class Case:
    """A constraint on lessons that may be in either room or, as `rooms` says, in some."""

    kind: str
    texts: str
    allows: Callable[[Plan], bool]
    space: bool = True
    rooms: tuple[tuple[str, ...], tuple[str, ...]] = (("north", "south"), ("north", "south"))

    def __str__(self) -> str:
        return self.kind


def same_if_next(plan: Plan) -> bool:
    return plan["1"][1] == plan["2"][1] or not next_to(plan)


def not_there_then(plan: Plan) -> bool:
    return all((slot, room) not in (((0, 0), "north"), ((0, 1), "north")) for slot, room in plan.values())


CASES = (
    Case("ActivitiesSameRoomIfConsecutive", of(1, 2), same_if_next),
    Case("ActivitiesSameRoomIfConsecutive", of(1, 2), same_if_next, rooms=(("north",), ("south",))),
    Case("TeacherRoomNotAvailableTimes", NOT_THERE, not_there_then),
    Case("TeacherRoomNotAvailableTimes", NOT_THERE, not_there_then, rooms=(("north",), ("south", "north"))),
    Case(
        "TeachersMinGapsBetweenRoomChanges",
        "<Min_Gaps_Between_Room_Changes>1</Min_Gaps_Between_Room_Changes>",
        same_if_next,
    ),
    Case(
        "StudentsSetMinGapsBetweenRoomChanges",
        "<Students>Y1</Students><Min_Gaps_Between_Room_Changes>1</Min_Gaps_Between_Room_Changes>",
        same_if_next,
    ),
    *(
        Case(f"{prefix}MinGapsBetweenOrderedPairOfActivityTags", who + TAGS, lambda p: from_to(p) != 0, False)
        for prefix, who in (
            ("Teacher", "<Teacher>Anna</Teacher>"),
            ("Teachers", ""),
            ("StudentsSet", "<Students>Y1</Students>"),
            ("Students", ""),
        )
    ),
    Case(
        "TeacherMaxSpanPerDay",
        "<Teacher_Name>Anna</Teacher_Name><Max_Span>1</Max_Span>"
        "<Allow_One_Day_Exception_of_Plus_One>true</Allow_One_Day_Exception_of_Plus_One>",
        lambda p: from_to(p) not in (1, -3),
        False,
    ),
)


def posed(case: Case, folder: Path) -> tuple[Path, School, Posed]:
    rooms = [
        constraint(
            "ActivityPreferredRooms",
            f"<Activity_Id>{name}</Activity_Id><Number_of_Preferred_Rooms>{len(found)}"
            "</Number_of_Preferred_Rooms>" + "".join(f"<Preferred_Room>{r}</Preferred_Room>" for r in found),
        )
        for name, found in zip(IDS, case.rooms, strict=True)
    ]
    asked = [constraint(case.kind, case.texts)]
    space = [*rooms, *asked] if case.space else rooms
    path = folder / "tiny.fet"
    text = school(LESSONS, [] if case.space else asked, space, hours=3, students=STUDENTS, rooms=ROOMS)
    path.write_text(text, encoding="utf-8")
    read_ = read(path)
    return path, read_, pose(read_)


def plans(case: Case) -> Iterator[Plan]:
    """Every plan without a clash of people."""
    one, other = (list(product(HOURS, rooms)) for rooms in case.rooms)
    for a, b in product(one, other):
        if a[0] != b[0]:
            yield {"1": a, "2": b}


def placed(found: Posed, plan: Plan) -> Solution | None:
    """The plan as a solution; None where a lesson may not have its start or room."""
    problem, placements = found.problem, []
    for activity in problem.activities:
        (day, hour), room = plan[activity.id]
        at = day * problem.grid.slots_per_day + hour
        resources = {}
        for need in activity.requirements:
            names = [c.resource for c in problem.candidate_sets[need.candidates]]
            resources[need.role] = room if need.role == ROOM else names[0]
            if resources[need.role] not in names:
                return None
        placements.append(Placement(activity=activity.id, meetings=((at, at + 1),), resources=resources))
    return Solution(problem_sha256="", placements=tuple(placements))


def kept(found: Posed, plan: Plan) -> bool:
    solution = placed(found, plan)
    return solution is not None and not check(found.problem, solution)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_plan_that_breaks_the_constraint_is_allowed(case: Case, tmp_path: Path) -> None:
    _, _, found = posed(case, tmp_path)
    assert not found.uncovered
    every = list(plans(case))
    broken = [plan for plan in every if not case.allows(plan)]
    assert broken
    assert not any(kept(found, plan) for plan in broken)
    assert any(kept(found, plan) for plan in every)


@pytest.mark.skipif(shutil.which(COMMAND) is None, reason="fet-cl is not installed: FET cannot be asked")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_fet_accepts_what_is_allowed_and_refuses_what_breaks_it(case: Case, tmp_path: Path) -> None:
    path, read_, found = posed(case, tmp_path)
    (tmp_path / "free").mkdir()
    _, _, free = posed(replace(case, kind="BasicCompulsoryTime", texts="", space=False), tmp_path / "free")
    every = list(plans(case))
    fine = [plan for plan in every if kept(found, plan)]
    broken = next(plan for plan in every if not case.allows(plan))
    for plan in (fine[0], fine[-1], broken):
        solution = placed(free, plan)
        assert solution is not None
        target = tmp_path / "locked.fet"
        write(path, read_, free, {p.activity: p for p in solution.placements}, target)
        verdict = judge(target, seconds=1, patience_s=0.0 if plan is broken else 20.0)
        assert (verdict.word == "accepted") == (plan is not broken), (plan, verdict)
