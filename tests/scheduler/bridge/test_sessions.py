"""Sessions out of placements and placements out of sessions."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.bridge import BuiltProblem, check_sessions, sessions_of
from scheduler.bridge.sessions import solution_of
from scheduler.domain.horizon import Horizon
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.timetable import VersionSession
from scheduler.policy import SYSTEM
from solver.solution import Placement, Solution
from tests.scheduler.bridge.conftest import Build, MakeRegion, Rows, row
from tests.scheduler.services.plan import make_draft

DAY = 288
ZONES = {"alpha-main": "Europe/Moscow", "beta-main": "Europe/Moscow", "gamma-main": "Europe/Kaliningrad"}
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@dataclass
class Stored:
    key: str
    starts_local: str
    ends_local: str
    uses: list[Any] = field(default_factory=list)


def horizon(built: BuiltProblem) -> Horizon:
    return Horizon(
        date.fromisoformat(built.problem.labels["day:0"]), built.problem.grid.weeks, "Europe/Moscow"
    )


def placed(
    built: BuiltProblem, activity: str, meetings: list[tuple[int, int]], **resources: str
) -> Placement:
    learners = {
        requirement.role: requirement.candidates
        for requirement in built.problem.activity_by_id[activity].requirements
        if requirement.role.startswith("learners")
    }
    return Placement(activity=activity, meetings=tuple(meetings), resources={**resources, **learners})


async def test_a_session_has_the_wall_clock_of_its_place_and_its_slice_of_the_group(build: Build) -> None:
    built = await build()
    solution = Solution(
        problem_sha256=built.sha256,
        placements=(
            placed(built, "R3/2/1", [(DAY + 168, DAY + 206)], room="gamma-cnc", trainer="beta-t2"),
            placed(built, "R2/1/1", [(102, 142)], room="beta-weld", trainer="beta-t2"),
        ),
    )
    first, second = sessions_of(built.problem, solution, horizon(built), ZONES)

    assert (first.key, first.request, first.starts_local, first.ends_local) == (
        "R2/1/1/1",
        "R2",
        "2027-01-11T08:30",
        "2027-01-11T11:50",
    )
    # The whole group, though another request cuts it in two.
    assert (first.learners_from, first.learners_until, first.contact_minutes) == (0, 8, 180)
    assert [(use.role, use.resource, use.amount) for use in first.uses] == [
        ("room", "beta-weld", 8),
        ("trainer", "beta-t2", 1),
    ]
    assert (second.starts_local, second.learners_from, second.learners_until) == ("2027-01-12T13:00", 4, 8)


async def test_meetings_share_the_hours_and_lose_no_minute(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "requests", "R1").update(
            kind="exam", session_kind="final_exam", exam_days=2, hours=10, session_hours=5
        )

    built = await build(edit)
    meetings = [(102, 180), (DAY + 102, DAY + 180), (2 * DAY + 102, 2 * DAY + 181)]
    solution = Solution(
        problem_sha256=built.sha256,
        placements=(placed(built, "R1/1/1", meetings, room="alpha-cnc", trainer="alpha-t1"),),
    )
    sessions = sessions_of(built.problem, solution, horizon(built), ZONES)

    assert [session.key for session in sessions] == ["R1/1/1/1", "R1/1/1/2", "R1/1/1/3"]
    assert sum(session.contact_minutes for session in sessions) == 450


async def test_stored_sessions_are_the_placements_that_they_came_from(build: Build) -> None:
    built = await build()
    placements = (
        placed(built, "R2/1/1", [(102, 142)], room="beta-weld", trainer="beta-t2"),
        placed(built, "R3/2/1", [(DAY + 168, DAY + 206)], room="gamma-cnc", trainer="beta-t2"),
    )
    ids = {code: number for number, code in enumerate(built.problem.resource_by_id)}
    solution = Solution(problem_sha256=built.sha256, placements=placements)
    stored = [
        Stored(
            session.key,
            session.starts_local,
            session.ends_local,
            [
                {"role": use.role, "resource_id": ids[use.resource], "amount": use.amount, "units": []}
                for use in session.uses
            ],
        )
        for session in sessions_of(built.problem, solution, horizon(built), ZONES)
    ]
    codes = {number: code for code, number in ids.items()}
    back = solution_of(built.problem, built.sha256, stored, horizon(built), codes, ZONES)

    assert back.placement_of == solution.placement_of
    assert len(back.unplaced) == len(built.problem.activities) - 2


async def breaches(db: Database, **changes: Any) -> list[tuple[str, str]]:
    """Return the rules and codes that a faultless plan with one changed session breaks."""
    async with db.write_tx(SYSTEM) as tx:
        version_id = await make_draft(tx)
        sessions = list(
            await tx.session.scalars(select(VersionSession).where(VersionSession.version_id == version_id))
        )
        for name, value in changes.items():
            setattr(sessions[0], name, value)
        found = await check_sessions(tx, 1, sessions)
    assert all(breach.ru and breach.en and "{" not in breach.ru for breach in found)
    return [(breach.rule, breach.code) for breach in found]


async def test_a_faultless_plan_stands_and_a_faulty_one_is_told_in_words(region: MakeRegion) -> None:
    db = await region()

    assert await breaches(db) == []
    assert ("structure", "meetings") in await breaches(
        db, starts_local="2027-01-11T08:35", ends_local="2027-01-11T11:55"
    )
    assert ("structure", "unknown_activity") in await breaches(db, key="R9/1/1/1")
    gone = [{"role": "room", "resource_id": 999, "amount": 6, "units": []}]
    assert {("structure", "unknown_resource"), ("structure", "roles")} <= set(await breaches(db, uses=gone))
