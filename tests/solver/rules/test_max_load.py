from collections.abc import Callable

from solver.rules import kind, parsed


def on(trainer: str) -> dict[str, str]:
    return {"room": "a", "learners:1": "g", "trainer": trainer}


def test_contact_minutes_of_a_day(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()  # x, y, z: 95, 85, 40 minutes; g: 180 a day, 2 sessions a week
    assert codes(problem, x=((8, 10), on("boris")), y=((10, 11), on("boris"))) == []
    assert codes(problem, x=((8, 10), on("boris")), y=((32, 34), on("boris")), z=((56, 57), on("boris"))) == [
        "week_activities"
    ]
    assert codes(problem, x=((8, 10), on("boris")), y=((8, 9), on("boris")), z=((10, 11), on("boris"))) == [
        "day_contact_minutes",
        "week_activities",
    ]


def test_hours_by_the_clock_of_a_trainer(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()  # anna: 3 hours a day, 5 in all
    assert codes(problem, x=((8, 10), on("anna")), y=((10, 11), on("anna"))) == []
    assert codes(problem, x=((8, 10), on("anna")), y=((10, 12), on("anna"))) == ["day_clock_slots"]
    assert codes(problem, x=((8, 11), on("anna")), y=((32, 34), on("anna"))) == []
    assert codes(problem, x=((8, 11), on("anna")), y=((32, 35), on("anna"))) == ["horizon_clock_slots"]


def test_another_week_counts_anew_but_for_the_whole_term(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()
    x, y = ((8, 10), on("boris")), ((32, 34), on("boris"))
    assert codes(problem, x=x, y=y, z=((176, 177), on("boris"))) == []
    assert codes(problem, x=x, y=y, z=((166, 167), on("boris"))) == ["week_activities"]
    assert codes(problem, x=((8, 11), on("anna")), y=((176, 179), on("anna"))) == ["horizon_clock_slots"]


def test_a_meeting_counts_where_it_starts(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()
    assert codes(problem, x=((22, 25), on("anna")), y=((25, 27), on("anna"))) == []
    assert codes(problem, x=((22, 26), on("anna"))) == ["day_clock_slots"]


def test_contact_minutes_are_shared_among_meetings(codes: Callable[..., list[str]]) -> None:
    problem = kind("max_load").example()
    spread = (((8, 10), (32, 33)), on("boris"))  # 95 minutes: 63 and 31
    assert codes(problem, x=spread, y=((33, 34), on("boris"))) == []


def test_the_reason_names_whose_load_is_full() -> None:
    problem = kind("max_load").example()
    ((_, rule, params),) = parsed(problem)
    left = {"room": ["a"], "learners:1": ["g"], "trainer": ["anna", "boris"]}
    reason = rule.reason(problem, params, problem.activities[0], left)
    assert reason.code == "full_day_contact_minutes"
    assert dict(reason.facts) == {"resource_id": "g", "limit_minutes": 180}
