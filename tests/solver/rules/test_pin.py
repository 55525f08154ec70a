from collections.abc import Callable
from typing import Any

import pytest

from solver.errors import InvalidProblem
from solver.rules import kind, parsed
from solver.rules.examples import example, options, room, session
from solver.rules.pin import Pin


def test_meetings_and_named_roles_are_exact(codes: Callable[..., list[str]]) -> None:
    problem = kind("pin").example()  # x: [10, 12) in a
    assert codes(problem, x=((10, 12), {"room": "a", "trainer": "anna"})) == []
    assert codes(problem, x=((10, 12), {"room": "a", "trainer": "boris"})) == []
    assert codes(problem, x=((10, 13), {"room": "a", "trainer": "anna"})) == ["moved"]
    assert codes(problem, x=((10, 12), {"room": "b", "trainer": "anna"})) == ["resource"]
    assert codes(problem) == []


def test_the_reason_names_the_pinned_time() -> None:
    problem = kind("pin").example()
    ((_, rule, params),) = parsed(problem)
    x, y = problem.activities
    assert rule.reason(problem, params, x, {}).facts == {"pinned_slot": 10}
    assert rule.reason(problem, params, y, {}).facts == {"pinned_slot": 14}
    other = x.model_copy(update={"id": "z"})
    assert rule.reason(problem, params, other, {}).code == "excluded"


def test_meetings_of_a_pin_may_touch() -> None:
    pin = Pin.model_validate({"activity": "x", "meetings": [[8, 9], [9, 10]], "resources": {}})
    assert pin.meetings == ((8, 9), (9, 10))


@pytest.mark.parametrize(
    ("pin", "message"),
    [
        (
            {"activity": "x", "meetings": [[8, 10]], "resources": {"trainer": "a"}},
            "has no such roles: trainer",
        ),
        ({"activity": "x", "meetings": [[8, 10]], "resources": {"room": "b"}}, "unknown resource “b”"),
        ({"activity": "y", "meetings": [[8, 10]], "resources": {}}, "unknown activity “y”"),
        ({"activity": "x", "meetings": [[8, 10], [9, 11]], "resources": {}}, "in order"),
        ({"activity": "x", "meetings": [[10, 10]], "resources": {}}, "ends after its start"),
        (
            {"activity": "x", "meetings": [[8, 10], [2016, 2017]], "resources": {}},
            "ends at 2017, the horizon",
        ),
        ({"activity": "x", "meetings": [], "resources": {}}, "has 0, at least 1 needed"),
    ],
)
def test_pins_of_nothing_are_faults(pin: dict[str, Any], message: str) -> None:
    problem = example(
        "pin",
        {"pins": [pin]},
        resources=(room("a"),),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a",)},
        activities=(session("x", "t", {"room": "rooms"}),),
    )
    with pytest.raises(InvalidProblem, match=message):
        parsed(problem)
