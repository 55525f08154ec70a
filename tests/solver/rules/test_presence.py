from collections.abc import Callable

from solver.engine import solve
from solver.options import SolveOptions
from solver.plan import Plan
from solver.primitives import violations
from solver.rules import kind, parsed
from solver.rules.examples import example, options, part, person, room, session


def test_travel_lies_between_clean_up_and_set_up(codes: Callable[..., list[str]]) -> None:
    problem = kind("presence").example()  # a: an hour of clean-up; b: two hours away, set up for two

    def on(name: str) -> dict[str, str]:
        return {"room": name, "trainer": "anna"}

    assert codes(problem, x=((8, 10), on("a")), y=((15, 16), on("b"))) == []
    assert codes(problem, x=((8, 10), on("a")), y=((14, 15), on("b"))) == ["gap"]
    assert codes(problem, x=((8, 10), on("b")), y=((12, 13), on("a"))) == []
    assert codes(problem, x=((8, 10), on("b")), y=((11, 13), on("a"))) == ["gap"]
    assert codes(problem, x=((8, 10), on("yard")), y=((11, 13), on("a"))) == [], "yard stands nowhere"
    assert codes(problem, x=((8, 10), on("yard")), y=((10, 13), on("a"))) == ["gap"], "her own set-up"
    assert codes(problem, x=((8, 10), on("a")), y=((11, 12), on("a"))) == []
    assert codes(problem, x=((8, 10), on("a")), y=((10, 11), on("a"))) == ["gap"]
    assert codes(problem, x=((8, 10), on("b")), y=((9, 11), on("b"))) == ["overlap"]


def test_nobody_cleans_up_between_the_meetings_of_one_session(codes: Callable[..., list[str]]) -> None:
    problem = kind("presence").example()
    without_own = person("anna")
    problem = problem.model_copy(
        update={
            "resources": tuple(without_own if r.id == "anna" else r for r in problem.resources),
            "option_sets": {"t": options(((8, 10), (10, 12)))},
        }
    )
    on_a = {"room": "a", "trainer": "anna"}
    assert codes(problem, x=(((8, 10), (10, 12)), on_a)) == []
    assert codes(problem, x=((8, 10), on_a), y=((10, 12), on_a)) == ["gap"]
    # The search, the primitives and the checker read it alike.
    limits = SolveOptions(deterministic_units=1)
    solution = solve(problem, limits, lambda _: None, lambda _: None, lambda: False)
    assert len(solution.placements) == 1
    (rule,) = parsed(problem)
    (primitive,) = rule.kind.lower(problem, rule.params)
    assert not violations(problem, primitive, Plan(problem, solution.placements))


def test_learners_do_not_clean_up(codes: Callable[..., list[str]]) -> None:
    roles = {"room": "rooms", "learners:1": "groups"}
    problem = example(
        "presence",
        {"resources": ["g"]},
        resources=(room("a", "p1", cleanup_slots=1), room("b", "p2"), part("g")),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a", "b"), "groups": ("g",)},
        activities=(session("x", "t", roles), session("y", "t", roles)),
    )
    at_a, at_b = {"room": "a", "learners:1": "g"}, {"room": "b", "learners:1": "g"}
    assert codes(problem, x=((8, 10), at_a), y=((12, 13), at_b)) == []
    assert codes(problem, x=((8, 10), at_a), y=((11, 13), at_b)) == ["gap"]
    assert codes(problem, x=((8, 10), at_a), y=((10, 11), at_a)) == []


def test_a_short_session_on_the_way_does_not_shorten_the_way(codes: Callable[..., list[str]]) -> None:
    problem = example(
        "presence",
        {"resources": ["anna"]},
        resources=(room("a", "p1"), room("b", "p2"), room("nowhere", None), person("anna")),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a", "b", "nowhere"), "trainers": ("anna",)},
        activities=tuple(session(name, "t", {"room": "rooms", "trainer": "trainers"}) for name in "xyz"),
    )
    between = ((10, 11), {"room": "nowhere", "trainer": "anna"})
    x, at_b = ((8, 10), {"room": "a", "trainer": "anna"}), {"room": "b", "trainer": "anna"}
    assert codes(problem, x=x, y=between, z=((12, 13), at_b)) == []
    assert codes(problem, x=x, y=between, z=((11, 12), at_b)) == ["gap"]


def test_one_person_in_two_roles_is_in_two_places(codes: Callable[..., list[str]]) -> None:
    problem = example(
        "presence",
        {"resources": ["anna"]},
        resources=(person("anna"),),
        option_sets={"t": options((8, 10))},
        candidate_sets={"trainers": ("anna",)},
        activities=(session("x", "t", {"trainer": "trainers", "trainer:2": "trainers"}),),
    )
    assert codes(problem, x=((8, 10), {"trainer": "anna", "trainer:2": "anna"})) == ["overlap"]
