"""Special times: exams that lock a centre, placements in blocks, evenings, other zones, what is kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from scheduler.bridge import Keep, build_problem
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.policy import SYSTEM
from solver.problem import Problem
from tests.scheduler.bridge.conftest import Build, MakeRegion, Rows, row
from tests.scheduler.bridge.test_build import candidates, params, windows_of
from tests.scheduler.conftest import NOW

DAY = 288
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def meetings(problem: Problem, activity: str) -> list[tuple[tuple[int, int], ...]]:
    return [option.meetings for option in problem.option_sets[problem.activity_by_id[activity].times]]


def days(problem: Problem, activity: str) -> list[list[int]]:
    return [[start // DAY for start, _ in found] for found in meetings(problem, activity)]


async def test_an_exam_locks_its_centre_from_the_day_before_for_all_learners_at_once(build: Build) -> None:
    def edit(rows: Rows) -> None:
        rows["settings"][0]["value"]["statutory"] = ["2027-01-20"]
        row(rows, "requests", "R1").update(
            kind="exam", session_kind="final_exam", exam_days=2, hours=8, session_hours=4, partial=False
        )
        row(rows, "resources", "alpha-cnc")["availability"] = [
            {"kind": "weekly", "weekday": day, "from_min": 480, "until_min": 900} for day in range(6)
        ]

    problem = (await build(edit)).problem

    (activity,) = problem.activities_of["R1"]
    assert (activity.id, activity.size, activity.contact_minutes) == ("R1/1/1", 12, 360)
    # Twelve examinees, two days, two shifts a day of four hours: three seats are enough.
    assert activity.requirements[0].amount == 3
    assert [r.role for r in activity.requirements] == ["room", "trainer", "learners:1"]
    # Three working days in a row, over a weekend too, never over the holiday on Wednesday the 20th.
    assert days(problem, "R1/1/1")[:4] == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 7]]
    assert [4, 7, 8] in days(problem, "R1/1/1")
    assert [7, 8, 10] in days(problem, "R1/1/1")
    times = {(s % DAY, e % DAY) for found in meetings(problem, "R1/1/1") for s, e in found}
    # From the first bell to the end of the room's day; the plant's day has too little left within the bells.
    assert times == {(510 // 5, 900 // 5)}


async def test_of_pooled_centres_the_largest_is_taken_whole(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "requests", "R1").update(
            kind="exam", session_kind="final_exam", exam_days=1, hours=4, session_hours=4
        )
        for code in ("alpha-cnc", "gamma-cnc"):
            row(rows, "resources", code)["mode"] = "pooled"

    problem = (await build(edit)).problem

    (activity,) = problem.activities_of["R1"]
    assert activity.requirements[0].amount == 6
    assert candidates(problem, "R1/1/1", "room") == ["alpha-cnc"]


async def test_a_placement_is_one_block_of_working_days_from_the_begin_of_a_week(build: Build) -> None:
    def edit(rows: Rows) -> None:
        rows["settings"][0]["value"]["statutory"] = ["2027-01-11"]
        row(rows, "requests", "R1").update(
            kind="internship", session_kind="work_practice", hours=24, session_hours=6, subgroup_size=6
        )

    problem = (await build(edit)).problem

    assert [a.id for a in problem.activities_of["R1"]] == ["R1/1/1", "R1/2/1"]
    assert {tuple(found) for found in days(problem, "R1/1/1")} == {(1, 2, 3, 4), (7, 8, 9, 10)}
    starts = {found[0][0] % DAY for found in meetings(problem, "R1/1/1")}
    assert starts == {480 // 5, 780 // 5}
    # Six academic hours and a break of half an hour.
    assert {end - start for found in meetings(problem, "R1/1/1") for start, end in found} == {
        (6 * 45 + 30) // 5
    }


async def test_a_last_session_is_as_short_as_what_is_left(region: MakeRegion) -> None:
    db = await region()
    async with db.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Request).where(Request.code == "R2").values(hours=9))
    async with db.read_tx(SYSTEM) as tx:
        activities = (await build_problem(tx, 1)).problem.activities_of["R2"]

    assert [activity.contact_minutes for activity in activities] == [180, 180, 45]


async def test_adults_study_in_their_own_evenings_even_without_bells(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "learner_groups", "B-21").update(
            kind="adults",
            availability=[
                {"kind": "weekly", "weekday": day, "from_min": 1080, "until_min": 1290} for day in (0, 3)
            ],
        )

    problem = (await build(edit)).problem

    assert (1080 // 5, 1260 // 5) in {(s % DAY, e % DAY) for ((s, e),) in meetings(problem, "R2/1/1")}
    assert windows_of(problem, "B-21:0-4") == [(day * DAY + 216, day * DAY + 258) for day in (0, 3, 7, 10)]


async def test_a_host_in_another_zone_is_seen_in_the_campaigns_clock(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "sites", "gamma-main")["timezone"] = "Europe/Kaliningrad"

    problem = (await build(edit)).problem

    assert windows_of(problem, "gamma-cnc")[0] == (DAY + 900 // 5, DAY + 1090 // 5)
    (opened,) = (t for t in params(problem, "terms")["terms"] if t["resource"] == "gamma-cnc")
    assert tuple(opened["windows"][0]) == (DAY + 180, DAY + 218)
    assert ((DAY + 180, DAY + 218),) in meetings(problem, "R3/1/1")


async def test_modules_of_a_programme_follow_each_other_subgroup_by_subgroup(build: Build) -> None:
    def edit(rows: Rows) -> None:
        module = {"session_hours": 4, "competency": "06"}
        rows["programmes"] = [
            {
                "code": "net", "cluster": "tiny", "base": "alpha", "name": "Сеть", "state": "approved",
                "parties": [{"participant": "alpha"}],
                "modules": [
                    {"code": "m1", "position": 1, "name": "М1", "hours": 8, **module},
                    {"code": "m2", "position": 2, "name": "М2", "hours": 4, **module},
                ],
            }
        ]  # fmt: skip
        first = row(rows, "requests", "R1")
        first.update(kind="module", form="network", module="m1")
        rows["requests"].append(first | {"code": "R0", "module": "m2", "hours": 4})

    problem = (await build(edit)).problem

    assert params(problem, "precedence")["sequences"] == [
        {"stages": [["R1/1/1", "R1/1/2"], ["R0/1/1"]]},
        {"stages": [["R1/2/1", "R1/2/2"], ["R0/2/1"]]},
    ]
    assert [request.priority for request in problem.requests][:2] == ["curriculum", "curriculum"]


async def test_a_gap_of_days_is_kept_from_session_to_session(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "requests", "R2").update(weekdays=[0], min_gap_days=3)

    rules = {r.id: dict(r.params) for r in (await build(edit)).problem.rules if r.kind == "min_gap"}

    assert {(name, tuple(rule["requests"])) for name, rule in rules.items()} == {
        ("min_gap:0-daily", ("R1",)),
        ("min_gap:704-daily", ("R2",)),
    }


async def test_more_sessions_than_days_may_share_a_day(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "requests", "R2").update(weekdays=[0], until_on="2027-01-12")

    rules = [dict(r.params) for r in (await build(edit)).problem.rules if r.kind == "min_gap"]

    assert [rule["requests"] for rule in rules] == [["R1"]]


async def book(db: Database, code: str, starts_local: str, minutes: int, **columns: Any) -> None:
    """Store a confirmed booking of a resource, wall clock of Moscow."""
    async with db.write_tx(SYSTEM) as tx:
        subject = await tx.session.scalar(select(Resource).where(Resource.code == code))
        assert subject is not None
        starts_at = datetime.fromisoformat(starts_local).replace(tzinfo=UTC) - timedelta(hours=3)
        ends_at = starts_at + timedelta(minutes=minutes)
        usual = {
            "uid": f"{code}-{starts_local}",
            "state": "confirmed",
            "participant_id": subject.owner_id,
            "site_id": subject.site_id,
            "title": "Занято",
            "contact_minutes": minutes,
            "starts_local": starts_local,
            "ends_local": (datetime.fromisoformat(starts_local) + timedelta(minutes=minutes)).strftime(
                "%Y-%m-%dT%H:%M"
            ),
            "timezone": "Europe/Moscow",
            "starts_at": starts_at,
            "ends_at": ends_at,
            "created_at": NOW,
            "updated_at": NOW,
        }
        booking_id = await tx.session.scalar(insert(Booking).values(usual | columns).returning(Booking.id))
        await tx.session.execute(
            insert(Claim).values(
                booking_id=booking_id,
                subject_id=subject.id,
                role="room" if subject.person_id is None else "trainer",
                amount=1,
                units=[],
                from_s=int(starts_at.timestamp()) - subject.setup_min * 60,
                until_s=int(ends_at.timestamp()),
                holding=True,
                agreed=True,
            )
        )


async def test_what_others_hold_is_not_available(region: MakeRegion) -> None:
    db = await region()
    await book(db, "beta-weld", "2027-01-11T09:00", 60)
    await book(db, "beta-t2", "2027-01-12T12:00", 60)

    async with db.read_tx(SYSTEM) as tx:
        problem = (await build_problem(tx, 1)).problem

    # Their session from 8:45 with its set-up to 10:00, and our own set-up of 15 minutes after it.
    assert windows_of(problem, "beta-weld")[:2] == [(102, 105), (123, 142)]
    # A person may need up to 55 minutes of travel on either side.
    tuesday = [(s - DAY, e - DAY) for s, e in windows_of(problem, "beta-t2") if s <= 2 * DAY and e > DAY]
    assert tuesday[:2] == [(-DAY, (12 * 60 - 55) // 5), (-(-(13 * 60 + 55) // 5), tuesday[1][1])]


async def test_published_sessions_cost_when_they_move_and_frozen_ones_do_not_move(
    region: MakeRegion,
) -> None:
    db = await region()
    async with db.read_tx(SYSTEM) as tx:
        request_id = await tx.session.scalar(select(Request.id).where(Request.code == "R2"))
    for number, day in enumerate((11, 18), 1):
        key = f"R2/1/{number}/1"
        await book(db, "beta-weld", f"2027-01-{day}T08:30", 200, key=key, request_id=request_id)

    async with db.read_tx(SYSTEM) as tx:
        plain = (await build_problem(tx, 1)).problem
        keep = Keep(published=True, freeze_until=date(2027, 1, 15))
        kept = (await build_problem(tx, 1, keep)).problem

    # One's own published sessions are not in the way.
    assert windows_of(plain, "beta-weld")[0] == (102, 142)
    assert {rule.id for rule in kept.rules} - {rule.id for rule in plain.rules} == {"pin", "change"}
    pins = params(kept, "pin")["pins"]
    assert [(pin["activity"], pin["meetings"]) for pin in pins] == [("R2/1/1", [(102, 142)])]
    assert pins[0]["resources"] == {"room": "beta-weld"}
    previous = params(kept, "change")["previous"]
    assert [(was["activity"], was["people"]) for was in previous] == [("R2/1/1", 8), ("R2/1/2", 8)]
    roles = {r.role for r in kept.activity_by_id["R2/1/1"].requirements}
    assert previous[0]["resources"].keys() == roles - {"trainer"}
