import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.bridge import build_problem
from scheduler.clock import FixedClock
from scheduler.exchange.dataset import load_dataset, read_dataset
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.register import Membership, Participant
from scheduler.policy import SYSTEM
from solver.codec import dump_problem, load_problem
from solver.problem import Problem
from solver.windows import Windows
from solver.words import named
from tests.conftest import copy_sqlite, sqlite_url
from tests.scheduler.bridge.conftest import TINY_JSON, Build, MakeRegion, Rows, row
from tests.scheduler.conftest import NOW

DAY = 288
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def params(problem: Problem, rule: str) -> dict[str, Any]:
    return next(dict(r.params) for r in problem.rules if r.id == rule)


def windows_of(problem: Problem, resource: str) -> list[tuple[int, int]]:
    return [
        tuple(window)
        for calendar in params(problem, "availability")["calendars"]
        if resource in calendar["resources"]
        for window in calendar["windows"]
    ]


def candidates(problem: Problem, activity: str, role: str) -> list[str]:
    found = problem.activity_by_id[activity].requirements
    name = next(requirement.candidates for requirement in found if requirement.role == role)
    return [candidate.resource for candidate in problem.candidate_sets[name]]


async def test_the_same_region_gives_the_same_bytes_whatever_the_database_and_the_order_of_rows(
    build: Build, sqlite_template: Path, tmp_path: Path
) -> None:
    def reverse(rows: Rows) -> None:
        for name in ("resources", "offers", "learner_groups", "requests", "participants", "towns", "sites"):
            rows[name].reverse()

    copy_sqlite(sqlite_template, tmp_path / "other.sqlite")
    other = Database(sqlite_url(tmp_path / "other.sqlite").render_as_string(), FixedClock(NOW))
    try:
        async with other.write_tx(SYSTEM) as tx:
            await load_dataset(tx, read_dataset(TINY_JSON))
        async with other.read_tx(SYSTEM) as tx:
            expected = await build_problem(tx, 1)
    finally:
        await other.dispose()

    built = await build(reverse)

    assert built.content == expected.content
    assert built.sha256 == hashlib.sha256(built.content).hexdigest()
    assert dump_problem(load_problem(built.content)) == built.content


async def test_requests_become_chains_of_activities_on_parts_of_their_group(build: Build) -> None:
    problem = (await build()).problem

    assert [activity.id for activity in problem.activities] == [
        *("R1/1/1", "R1/1/2", "R1/2/1", "R1/2/2"),
        *("R2/1/1", "R2/1/2"),
        *("R3/1/1", "R3/2/1"),
        "R4/1/1",
    ]
    parts = {r.id: r.size for r in problem.resources if r.kind == "learners"}
    assert parts == {"A-21:0-6": 6, "A-21:6-12": 6, "B-21:0-4": 4, "B-21:4-8": 4}
    whole = problem.activity_by_id["R4/1/1"]
    assert [(r.role, r.amount) for r in whole.requirements] == [
        ("room", 12),
        ("trainer", 1),
        ("learners:1", 1),
        ("learners:2", 1),
    ]
    assert (whole.size, whole.contact_minutes) == (12, 180)


async def test_candidates_are_ones_own_and_what_is_offered(build: Build) -> None:
    problem = (await build()).problem

    assert candidates(problem, "R1/1/1", "room") == ["alpha-cnc", "gamma-cnc"]
    assert candidates(problem, "R1/1/1", "trainer") == ["alpha-t1", "beta-t2"]
    # alpha-t1 is not offered to anybody.
    assert candidates(problem, "R3/1/1", "trainer") == ["beta-t2"]


@on_sqlite
async def test_guests_have_the_windows_of_the_offer_and_the_owner_all_of_its_own(build: Build) -> None:
    problem = (await build()).problem
    terms = {term["resource"]: term for term in params(problem, "terms")["terms"]}

    wednesdays = [[2 * DAY + 102, 2 * DAY + 167], [9 * DAY + 102, 9 * DAY + 167]]
    assert [list(window) for window in terms["alpha-cnc"]["windows"]] == wednesdays
    assert terms["alpha-cnc"]["tags"] == ["of:beta"]
    assert windows_of(problem, "alpha-cnc")[0] == (102, 167)
    own = {tag for r in problem.resources if r.id == "A-21:0-6" for tag in r.tags}
    assert own == {"of:alpha", "home:smolensk", "minors"}


@on_sqlite
async def test_an_offers_hours_a_week_bind_its_guests_together(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "offers", "o-gamma-cnc")["hours_per_week"] = 3

    terms = {term["resource"]: term for term in params((await build(edit)).problem, "terms")["terms"]}

    assert terms["gamma-cnc"]["week_limit_slots"] == 3 * 12
    assert terms["alpha-cnc"]["week_limit_slots"] is None


@on_sqlite
async def test_days_of_notice_begin_when_the_requests_end(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "resources", "gamma-cnc")["lead_days"] = 30  # 15 December + 1 + 30 = 15 January

    terms = params((await build(edit)).problem, "terms")["terms"]
    opened = next(term for term in terms if term["resource"] == "gamma-cnc")["windows"]

    assert [start // DAY for start, _ in opened] == [8, 10]


@on_sqlite
async def test_statutory_holidays_bind_all_and_transfers_five_day_owners_only(build: Build) -> None:
    def edit(rows: Rows) -> None:
        rows["settings"][0]["value"] |= {"statutory": ["2027-01-13"], "transfer": ["2027-01-14"]}
        for code in ("alpha-cnc", "gamma-cnc"):
            row(rows, "resources", code)["availability"] = [
                {"kind": "weekly", "weekday": day, "from_min": 480, "until_min": 1200} for day in (2, 3)
            ]

    problem = (await build(edit)).problem

    assert [start // DAY for start, _ in windows_of(problem, "alpha-cnc")] == [3, 9, 10]
    assert [start // DAY for start, _ in windows_of(problem, "gamma-cnc")] == [9, 10]
    holidays = params(problem, "allowed_time:holidays")["masks"]
    assert not Windows(holidays[0]["windows"]).hold(2 * DAY + 102, 2 * DAY + 142)


@on_sqlite
async def test_times_start_at_the_bells_of_the_group_and_of_its_hosts(build: Build) -> None:
    problem = (await build()).problem
    times = {option.meetings[0] for option in problem.option_sets[problem.activity_by_id["R3/1/1"].times]}

    assert {(start % DAY, end - start) for start, end in times} == {
        (510 // 5, 40),
        (615 // 5, 44),
        (740 // 5, 40),
        (840 // 5, 38),
    }
    assert {start // DAY for start, _ in times} == {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12}


@on_sqlite
async def test_weeks_of_the_groups_calendar_and_days_of_the_request_are_masks(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "learner_groups", "A-21")["weeks"] = {"2027-01-11": "exams", "2027-01-18": "study_practice"}
        row(rows, "requests", "R1").update(weekdays=[2], day_from_min=600, from_on="2027-01-12")

    problem = (await build(edit)).problem
    masks = {
        kind: Windows(mask["windows"])
        for kind in ("days", "weeks")
        for mask in params(problem, f"allowed_time:{kind}")["masks"]
        if "R1" in mask["requests"]
    }

    assert masks["days"].hold(2 * DAY + 120, 3 * DAY)
    assert not masks["days"].hold(2 * DAY + 119, 3 * DAY)
    assert not masks["days"].hold(0, 1)
    assert masks["weeks"].hold(7 * DAY, 14 * DAY)
    assert not masks["weeks"].hold(0, 1)


@on_sqlite
async def test_a_group_without_a_fitting_week_studies_in_any_but_exams_and_holidays(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "requests", "R1")["session_kind"] = "work_practice"
        row(rows, "learner_groups", "A-21")["weeks"] = {"2027-01-18": "holidays"}
        row(rows, "resources", "alpha-cnc")["kind"] = "internship"
        row(rows, "resources", "alpha-cnc")["mode"] = "pooled"

    masks = params((await build(edit)).problem, "allowed_time:weeks")["masks"]
    found = next(mask for mask in masks if "R1" in mask["requests"])

    assert [tuple(window) for window in found["windows"]] == [(0, 7 * DAY)]


@on_sqlite
async def test_travel_is_by_car_closed_under_detours_and_minors_are_limited_by_bus(build: Build) -> None:
    def edit(rows: Rows) -> None:
        rows["towns"].append(
            {"code": "between", "name": "Между", "name_en": "Between", "timezone": "Europe/Moscow"}
        )
        for town, minutes in (("smolensk", 20), ("yartsevo", 21)):
            rows["distances"].append(
                {
                    "a": town, "b": "between", "road_km": 20, "car_min": minutes, "bus_min": 60,
                    "status": "assumed",
                }
            )  # fmt: skip

    problem = (await build(edit)).problem
    limits = params(problem, "travel_limit")["limits"]

    assert problem.distances.between_areas("smolensk", "yartsevo") == 9
    minors = next(limit for limit in limits if "R1" in limit["requests"])
    assert minors["ways"] == {"smolensk": 0, "yartsevo": 16}
    assert minors["limit_slots"] == 12
    assert "ways" not in next(limit for limit in limits if "R3" in limit["requests"])


@on_sqlite
async def test_what_is_asked_of_a_place_is_told_by_tags(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "requests", "R1")["equipment_kind"] = "cnc_lathe"
        row(rows, "resources", "gamma-cnc")["min_age"] = 18

    problem = (await build(edit)).problem
    needs = {
        (request, need["role"]): need["tags"]
        for need in params(problem, "competence")["needs"]
        for request in need["requests"]
    }

    assert needs["R1", "room"] == ["age:16", "competency:06", "equipment:cnc_lathe>=6"]
    assert needs["R3", "room"] == ["age:18", "competency:06"]
    tags = {r.id: r.tags for r in problem.resources}
    assert "equipment:cnc_lathe>=6" in tags["alpha-cnc"]
    assert "equipment:cnc_lathe>=6" not in tags["gamma-cnc"]
    assert "age:16" not in tags["gamma-cnc"]
    assert {"hazard:high", "host:employer", "age:18"} <= tags["gamma-cnc"]


@on_sqlite
async def test_a_refusal_for_lack_of_competency_can_be_told(build: Build) -> None:
    def edit(rows: Rows) -> None:
        rows["resources"] = [r for r in rows["resources"] if r["code"] != "beta-weld"]
        rows["offers"] = [o for o in rows["offers"] if o["resource"] != "beta-weld"]

    problem = (await build(edit)).problem

    assert candidates(problem, "R2/1/1", "room") == ["alpha-cnc", "gamma-cnc"]


@on_sqlite
async def test_a_qualification_ends_within_the_horizon(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "resources", "beta-t2")["competencies"][1]["valid_until"] = "2027-01-14"

    terms = params((await build(edit)).problem, "terms")["terms"]
    ends = next(term for term in terms if term["tags"] == ["competency:10"])

    assert (ends["resource"], [tuple(w) for w in ends["windows"]]) == ("beta-t2", [(0, 4 * DAY)])


@on_sqlite
async def test_an_offer_that_opens_less_than_there_is_caps_the_guests(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "offers", "o-gamma-cnc")["capacity"] = 3

    problem = (await build(edit)).problem

    assert problem.resource_by_id["gamma-cnc"].capacity == 3


@on_sqlite
async def test_a_place_that_its_owner_needs_whole_keeps_guests_of_a_pool_out(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "resources", "alpha-cnc")["mode"] = "pooled"
        row(rows, "offers", "o-alpha-cnc")["capacity"] = 4

    problem = (await build(edit)).problem

    assert problem.resource_by_id["alpha-cnc"].capacity == 6
    assert candidates(problem, "R1/1/1", "room") == ["alpha-cnc", "gamma-cnc"]
    assert candidates(problem, "R3/1/1", "room") == ["gamma-cnc"]


@on_sqlite
@pytest.mark.parametrize("hours", [400, 800])
async def test_fair_shares_follow_curriculum_and_never_what_was_asked(build: Build, hours: int) -> None:
    def more(rows: Rows) -> None:
        row(rows, "requests", "R1")["hours"] = hours  # contested now, however much more is asked

    shares = params((await build(more)).problem, "fair_share")["participants"]

    # Two weeks: alpha offers 3 pairs for 6 on Wednesdays and keeps as many on Mondays, gamma offers 2 × 2
    # pairs for 4. Alpha has 12 learners × 8 h of 06 in the curriculum, beta 8 × 4 h. Welding is not
    # contested: there each gets what it asks for.
    offered, kept = 2 * (3 * 90 * 6 + 4 * 90 * 4), 2 * 3 * 90 * 6
    assert shares["alpha"]["demand"] == 12 * (hours + 4) * 45
    assert shares["alpha"]["entitlement"] == offered * 96 // 128 + kept + 12 * 4 * 45
    assert shares["beta"]["entitlement"] == offered * 32 // 128 + 8 * 8 * 45


@on_sqlite
async def test_membership_gates_requests_and_offers(region: MakeRegion) -> None:
    db = await region()
    async with db.write_tx(SYSTEM) as tx:
        rows = await tx.session.execute(
            select(Participant.code, Membership).join(Membership, Membership.participant_id == Participant.id)
        )
        memberships = dict(rows.all())
        memberships["alpha"].left_on = date(2027, 1, 5)  # before the term
        memberships["gamma"].left_on = date(2027, 1, 19)  # within it

    async with db.read_tx(SYSTEM) as tx:
        problem = (await build_problem(tx, 1)).problem

    assert [request.id for request in problem.requests] == ["R2", "R3"]
    assert candidates(problem, "R3/1/1", "room") == ["gamma-cnc"]
    (gamma,) = (t for t in params(problem, "terms")["terms"] if t["resource"] == "gamma-cnc")
    assert [start // DAY for start, _ in gamma["windows"]] == [1, 3]


@on_sqlite
async def test_no_label_is_a_persons_name(build: Build) -> None:
    built = await build()

    assert "Демо Тренер" not in built.content.decode()
    assert built.problem.labels["day:0"] == date(2027, 1, 11).isoformat()
    assert built.problem.label("R1/2/1") == (
        "Токарная обработка на станках с ЧПУ, А-21, подгруппа 2, занятие 1"
    )


@on_sqlite
async def test_what_we_name_ourselves_has_an_english_name(build: Build) -> None:
    problem = (await build()).problem

    assert named(problem, "R1/2/1", "en") == (
        "Токарная обработка на станках с ЧПУ, А-21, subgroup 2, session 1"
    )
    assert (named(problem, "room", "ru"), named(problem, "room", "en")) == ("место занятия", "place")
    assert named(problem, "competency:06", "en").startswith("competency “")
    assert not re.search("[а-яё]", named(problem, "rank:R2", "en"))
