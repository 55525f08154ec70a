from collections.abc import Callable

from solver.rules import kind, parsed


def on(trainer: str) -> dict[str, str]:
    return {"room": "a", "learners:1": "g", "trainer": trainer}


def test_contact_minutes_of_a_day(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()  # x, y, z: 95, 85, 40 minutes; g: 180 a day
    x, y = ((8, 10), on("boris")), ((10, 11), on("boris"))
    assert codes(problem, x=x, y=y) == []
    assert codes(problem, x=x, y=y, z=((32, 33), on("boris"))) == []
    assert codes(problem, x=x, y=y, z=((11, 12), on("boris"))) == ["day_contact_minutes"]


def test_sessions_of_a_week(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()  # ivan: one a week
    assert codes(problem, x=((8, 10), on("ivan")), y=((176, 177), on("ivan"))) == []
    assert codes(problem, x=((8, 10), on("ivan")), y=((166, 167), on("ivan"))) == ["week_activities"]
    assert codes(problem, x=(((8, 10), (32, 34)), on("ivan"))) == [], "two meetings of one session"


def test_hours_by_the_clock_of_a_trainer(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()  # anna: 3 hours a day, 5 in all
    assert codes(problem, x=((8, 10), on("anna")), y=((10, 11), on("anna"))) == []
    assert codes(problem, x=((8, 10), on("anna")), y=((10, 12), on("anna"))) == ["day_clock_slots"]
    assert codes(problem, x=((8, 11), on("anna")), y=((32, 34), on("anna"))) == []
    assert codes(problem, x=((8, 11), on("anna")), y=((32, 35), on("anna"))) == ["horizon_clock_slots"]


def test_the_whole_term_is_more_than_a_week(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()
    assert codes(problem, x=((8, 11), on("anna")), y=((176, 178), on("anna"))) == []
    assert codes(problem, x=((8, 11), on("anna")), y=((176, 179), on("anna"))) == ["horizon_clock_slots"]


def test_a_meeting_counts_where_it_starts(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()
    assert codes(problem, x=((22, 25), on("anna")), y=((25, 27), on("anna"))) == []
    assert codes(problem, x=((22, 26), on("anna"))) == ["day_clock_slots"]


def test_contact_minutes_are_shared_among_meetings(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()
    spread = (((8, 10), (32, 33)), on("boris"))  # 95 minutes: 63 and 31
    tomorrow = {"y": ((33, 34), on("boris")), "z": ((34, 35), on("boris"))}
    assert codes(problem, x=spread, **tomorrow) == []
    today = {"y": ((10, 11), on("boris")), "z": ((11, 12), on("boris"))}
    assert codes(problem, x=spread, **today) == ["day_contact_minutes"]


def test_the_reason_names_whose_load_is_full() -> None:
    problem = kind("max_load").example()
    ((_, rule, params),) = parsed(problem)
    left = {"room": ["a"], "learners:1": ["g"], "trainer": ["anna", "boris"]}
    reason = rule.reason(problem, params, problem.activities[0], left)
    assert reason.code == "full_day_contact_minutes"
    assert dict(reason.facts) == {"resource_id": "g", "limit_minutes": 180}
