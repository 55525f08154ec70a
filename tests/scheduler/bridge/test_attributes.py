"""What follows from a request's attributes: class, weight, guaranteed share, nights away, lists, weeks."""

import hashlib
from typing import Any

import pytest

from scheduler.bridge import BuiltProblem, Inspection, inspect
from solver.codec import dump_solution
from solver.engine import solve
from solver.options import SolveOptions
from solver.solution import Solution
from solver.windows import Windows
from tests.scheduler.bridge.conftest import Build, Rows, row
from tests.scheduler.bridge.test_build import candidates, params

DAY = 288
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
TABLE: list[dict[str, Any]] = [
    {"name": "camp", "title": "сборы", "session_kinds": ["camp"], "guarantee_permille": 500},
    {"name": "top", "tags": ["ТОП-50"], "level": "study", "weight": 1},
    {"name": "state", "level": "study"},
]


def solved(built: BuiltProblem) -> Solution:
    return solve(
        built.problem, SolveOptions(deterministic_units=1), lambda _: None, lambda _: None, lambda: False
    )


def inspected(built: BuiltProblem) -> Inspection:
    content = dump_solution(solved(built))
    return inspect(built.content, hashlib.sha256(built.content).hexdigest(), content)


def first_reasons(built: BuiltProblem, request: str) -> list[dict[str, Any]]:
    return [draft.reasons[0] for draft in inspected(built).unplaced if draft.request == request]


def decide(rows: Rows, table: list[dict[str, Any]] = TABLE) -> None:
    """Let a council's decision of December put another table in force."""
    for key, value, source in (
        ("priority.classes", table, "протокол 3 от 01.12.2026"),
        ("priority.lists", {"ТОП-50": ["15.01.05"]}, "приказ 831"),
    ):
        rows["settings"].append(
            {"key": key, "value": {"value": value}, "source": source, "valid_from": "2026-12-01"}
        )


async def test_a_dated_decision_gives_classes_weights_and_guaranteed_shares(build: Build) -> None:
    def edit(rows: Rows) -> None:
        decide(rows)
        row(rows, "requests", "R1").update(kind="camp", session_kind="camp")
        row(rows, "learner_groups", "B-21")["speciality"] = "15.01.05"

    built = await build(edit)
    problem = built.problem

    assert problem.priorities == ("camp", "study")
    assert {r.id: r.priority for r in problem.requests} == {
        "R1": "camp",
        "R2": "study",
        "R3": "study",
        "R4": "study",
    }
    owed = params(problem, "guaranteed_share")
    assert owed["source"] == "протокол 3 от 01.12.2026"
    assert owed["before"] == "camp"
    (guarantee,) = owed["guarantees"]
    assert (guarantee["name"], guarantee["requests"], guarantee["share_permille"]) == ("camp/06", ["R1"], 500)
    assert guarantee["offered_minutes"] > 0
    tags = {r: s["tags"] for s in owed["standings"] for r in s["requests"]}
    assert tags == {"R1": [], "R2": ["ТОП-50"], "R3": ["ТОП-50"], "R4": []}
    # What decides between equals weighs more than any way that could be saved: 55 minutes for 8 learners.
    missed = {
        r: entry["penalty"] for entry in params(problem, "preference")["missed"] for r in entry["requests"]
    }
    assert set(missed) == {"R2", "R3"}
    assert min(missed.values()) > 55 * 8


async def test_the_report_and_every_refusal_name_share_class_and_tag(build: Build) -> None:
    def edit(rows: Rows) -> None:
        decide(rows)
        row(rows, "requests", "R1").update(kind="camp", session_kind="camp")
        row(rows, "requests", "R4")["tags"] = ["ТОП-РЕГИОН"]

    built = await build(edit)
    found = inspected(built)

    assert found.fault is None
    (kept,) = found.report["guarantees"]
    assert (kept["priority_class"], kept["title"], kept["share_permille"]) == ("camp", "сборы", 500)
    assert kept["got_minutes"] >= kept["guaranteed_minutes"] > 0
    assert kept["demanded_minutes"] == 12 * 8 * 45
    refused = {draft.request: draft.reasons[-1] for draft in found.unplaced}
    assert "R4" in refused
    for reason in refused.values():
        assert reason["rule"] == "guaranteed_share"
    assert "«state»" in refused["R4"]["ru"]
    assert "ТОП-РЕГИОН" in refused["R4"]["ru"]
    assert "протокол 3" in refused["R4"]["en"]


def away(rows: Rows, beds: int = 12, **changes: Any) -> None:
    """Let alpha's learners stay in Yartsevo, 79 minutes by bus, where a hostel has beds."""
    rows["resources"] = [r for r in rows["resources"] if r["code"] != "alpha-cnc"]
    rows["offers"] = [o for o in rows["offers"] if o["resource"] != "alpha-cnc"]
    rows["resources"].append(
        {
            "code": "beta-hostel",
            "kind": "hostel",
            "owner": "beta",
            "site": "beta-main",
            "name": "Общежитие",
            "mode": "pooled",
            "capacity": beds,
            "setup_min": 840,
            "availability": [
                {"kind": "weekly", "weekday": d, "from_min": 0, "until_min": 1440} for d in range(7)
            ],
        }
    )
    rows["offers"].append(
        {
            "code": "o-beta-hostel",
            "resource": "beta-hostel",
            "consent": "standing",
            "capacity": beds,
            "valid_from": "2027-01-11",
            "windows": [[d, 0, 1440] for d in range(7)],
            "created_at": "2026-11-16T09:00:00Z",
        }
    )
    plant = row(rows, "resources", "gamma-cnc")
    plant["capacity"] = 6
    plant["availability"] = [
        {"kind": "weekly", "weekday": d, "from_min": 480, "until_min": 1200} for d in range(5)
    ]
    row(rows, "offers", "o-gamma-cnc").update(capacity=6, windows=[[d, 480, 1200] for d in range(5)])
    row(rows, "requests", "R1").update({"overnight": True, "subgroup_size": 6, **changes})


async def test_beyond_the_limit_a_request_becomes_blocks_of_days_in_a_row_with_beds(build: Build) -> None:
    problem = (await build(away)).problem

    first, second = problem.activities_of["R1"]
    assert (first.id, second.id) == ("R1/1/1", "R1/2/1")
    assert first.contact_minutes == 8 * 45
    assert [(r.role, r.amount) for r in first.requirements][:2] == [("room", 6), ("stay", 6)]
    assert candidates(problem, "R1/1/1", "room") == ["gamma-cnc"]
    for option in problem.option_sets[first.times]:
        days = [start // DAY for start, _ in option.meetings]
        assert days[1] == days[0] + 1
        assert len({start % DAY for start, _ in option.meetings}) == 1
    blocks = params(problem, "away_block")
    assert blocks["blocks"] == [{"activities": ["R1/1/1", "R1/2/1"], "nights": 2}]
    assert blocks["hostels"] == [{"resource": "beta-hostel", "elsewhere": []}]
    limits = params(problem, "travel_limit")["limits"]
    assert not any("R1" in limit["requests"] for limit in limits)
    assert "beta-hostel" not in params(problem, "capacity")["resources"]


async def test_blocks_are_placed_one_after_the_other_where_beds_are_few(build: Build) -> None:
    built = await build(lambda rows: away(rows, beds=6))
    solution = solved(built)

    placed = {p.activity: [start // DAY for start, _ in p.meetings] for p in solution.placements}
    first, second = placed["R1/1/1"], placed["R1/2/1"]
    assert not set(first) & set(second)
    assert inspected(built).fault is None


async def test_the_reason_says_how_many_beds_are_short(build: Build) -> None:
    built = await build(lambda rows: away(rows, beds=4))
    assert {reason["en"] for reason in first_reasons(built, "R1")} == {
        "beds: need 6 for 2 nights, “Общежитие (Бета)” has 4"
    }


async def test_who_may_not_stay_is_told_the_minutes(build: Build) -> None:
    reasons = first_reasons(await build(lambda rows: away(rows, overnight=False)), "R1")
    assert reasons
    assert {reason["code"] for reason in reasons} == {"too_far"}
    assert "1 h 20 min one way, the limit is 1 h" in reasons[0]["en"]


async def test_who_needs_a_bus_takes_seats_of_one_at_home(build: Build) -> None:
    def edit(rows: Rows) -> None:
        rows["resources"].append(
            {
                "code": "alpha-bus",
                "kind": "bus",
                "owner": "alpha",
                "site": "alpha-main",
                "name": "Автобус",
                "mode": "pooled",
                "capacity": 20,
                "setup_min": 60,
                "cleanup_min": 60,
            }
        )
        row(rows, "requests", "R1")["needs_bus"] = True

    problem = (await build(edit)).problem

    assert candidates(problem, "R1/1/1", "bus") == ["alpha-bus"]
    seats = next(r for r in problem.activity_by_id["R1/1/1"].requirements if r.role == "bus")
    assert seats.amount == 6
    assert problem.resource_by_id["alpha-bus"].place is None


async def test_groups_from_elsewhere_are_home_in_time_if_a_setting_says_so(build: Build) -> None:
    def edit(rows: Rows) -> None:
        rows["settings"].append(
            {"key": "travel.home_by_min", "value": {"value": 1080}, "source": "х", "valid_from": "2026-12-01"}
        )

    terms = [
        t for t in params((await build(edit)).problem, "terms")["terms"] if t["tags"] == ["home:smolensk"]
    ]

    assert {t["resource"] for t in terms} == {"beta-weld", "gamma-cnc"}
    # 18:00 less the 79 minutes of the bus: sessions there end by 16:40.
    assert {(start % DAY, (end - start) * 5) for t in terms for start, end in t["windows"]} == {(0, 1000)}


async def test_odd_and_even_weeks_of_requests_and_offers(build: Build) -> None:
    def edit(rows: Rows) -> None:
        row(rows, "requests", "R1")["odd_weeks"] = True  # 11 January is in week 20 of the academic year
        row(rows, "offers", "o-gamma-cnc")["odd_weeks"] = False

    problem = (await build(edit)).problem
    masks = [m for m in params(problem, "allowed_time:days")["masks"] if "R1" in m["requests"]]
    days = Windows(masks[0]["windows"])
    assert not days.hold(0, 10)
    assert days.hold(7 * DAY, 7 * DAY + 10)
    terms = {t["resource"]: t for t in params(problem, "terms")["terms"]}
    assert {start // (7 * DAY) for start, _ in terms["gamma-cnc"]["windows"]} == {0}
    assert {start // (7 * DAY) for start, _ in terms["alpha-cnc"]["windows"]} == {0, 1}


LIST = {
    "code": "il-06-2027",
    "competency": "06",
    "season": "2027",
    "valid_from": "2026-09-01",
    "source": "демо",
    "items": [{"kind": "cnc_lathe", "count": 1}],
}


def lathes(rows: Rows) -> None:
    rows["infrastructure_lists"] = [
        LIST,
        LIST | {"code": "il-06-2026", "season": "2026", "valid_from": "2025-09-01"},
        LIST | {"code": "il-06-2028", "season": "2028", "valid_from": "2027-09-01"},
    ]
    row(rows, "resources", "alpha-cnc")["features"] = [{"kind": "cnc_lathe", "count": 4}]
    row(rows, "requests", "R1").update(kind="camp", session_kind="camp", travel_limit_min=30)


async def test_camps_and_exams_meet_the_list_of_the_season_in_force(build: Build) -> None:
    problem = (await build(lathes)).problem
    listed = params(problem, "infrastructure")

    (one,) = listed["lists"]
    assert (one["requests"], one["season"]) == (["R1"], "2027")
    assert one["items"] == [{"equipment": "equipment:cnc_lathe", "count": 1, "workplaces": 1}]
    assert {s["resource"]: s["pieces"] for s in listed["stocks"]} == {
        "alpha-cnc": {"equipment:cnc_lathe": 4},
        "gamma-cnc": {"equipment:cnc_lathe": 4},
    }


async def test_a_refusal_says_what_a_workshop_lacks_of_the_list(build: Build) -> None:
    built = await build(lathes)
    found = inspected(built)
    words = {
        r["en"]
        for d in found.unplaced
        if d.request == "R1"
        for r in d.reasons
        if r["rule"] == "infrastructure"
    }
    (text,) = words
    assert text.startswith("infrastructure list “2027”: needs 1 (")
    assert text.endswith("for 1 workplace, 6 for 6; “Участок станков с ЧПУ (Альфа)” has 4")
