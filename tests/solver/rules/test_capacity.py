from collections.abc import Callable

from solver.rules import kind, parsed
from solver.rules.examples import example, options, room, session


def test_pooled_uses_add_up_until_they_are_cleaned(codes: Callable[..., list[str]]) -> None:
    problem = kind("capacity").example()  # x, y, z need 4, 3, 2 of 6 places; an hour before and after
    lab = {"room": "lab"}
    assert codes(problem, x=((8, 10), lab), z=((8, 10), lab)) == []
    assert codes(problem, x=((8, 10), lab), y=((12, 13), lab)) == []
    assert codes(problem, x=((8, 10), lab), y=((11, 12), lab)) == ["peak"]
    assert codes(problem, x=((8, 10), lab), y=((9, 11), lab), z=((9, 11), lab)) == ["peak"]


def test_a_peak_names_those_who_make_it(concerned: Callable[..., list[tuple[str, ...]]]) -> None:
    problem = kind("capacity").example()
    lab = {"room": "lab"}
    early, late = ((8, 10), lab), ((11, 13), lab)
    assert concerned(problem, x=early, y=late, z=((16, 17), lab)) == [("x", "y")]
    assert concerned(problem, z=((6, 7), lab), x=early, y=late) == [("x", "y")]
    assert concerned(problem, x=early, y=early, z=((12, 13), lab)) == [("x", "y")]


def test_an_exclusive_room_holds_each_use(codes: Callable[..., list[str]]) -> None:
    problem = kind("capacity").example()
    assert codes(problem, y=((8, 10), {"room": "small"})) == []
    assert codes(problem, x=((8, 10), {"room": "small"})) == ["over"]


def test_two_peaks_are_two_breaches(codes: Callable[..., list[str]]) -> None:
    problem = kind("capacity").example()
    lab = {"room": "lab"}
    assert codes(problem, x=(((8, 9), (20, 21)), lab), y=(((8, 9), (20, 21)), lab)) == ["peak", "peak"]


def test_reason_names_the_largest_that_is_left() -> None:
    roles = {"room": "rooms"}
    problem = example(
        "capacity",
        {"resources": ["a", "b"]},
        resources=(room("a", capacity=6), room("b", capacity=3)),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a", "b")},
        activities=(session("x", "t", roles, amount=8), session("y", "t", roles, amount=5)),
    )
    ((_, rule, params),) = parsed(problem)
    x, y = problem.activities
    too_small = rule.reason(problem, params, x, {"room": ["a", "b"]})
    assert (too_small.code, dict(too_small.facts)) == (
        "too_small",
        {"needed": 8, "largest": 6, "largest_id": "a"},
    )
    assert rule.reason(problem, params, y, {"room": ["a", "b"]}).code == "excluded"
    assert rule.reason(problem, params, y, {"room": ["b"]}).facts["largest"] == 3
    just = y.model_copy(update={"requirements": (y.requirements[0].model_copy(update={"amount": 6}),)})
    assert rule.reason(problem, params, just, {"room": ["b", "a"]}).code == "excluded"
    assert rule.reason(problem, params, y, {"room": []}).code == "no_candidate"
