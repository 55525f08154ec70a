"""From a searched plan to a solution: what that takes."""

import pytest

from solver.engine.compile import compile_problem
from solver.engine.finish import Finisher
from solver.engine.reasons import Explainer
from solver.engine.state import State
from solver.rules.examples import example, options, room, session


@pytest.mark.parametrize(("left", "at_most"), [(10, 10), (175, 50)])
def test_how_long_reasons_take_is_told_from_a_few(
    left: int, at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = example(
        "coverage",
        {},
        resources=(room("a"),),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a",)},
        activities=tuple(session(f"x{i}", "t", {"room": "rooms"}) for i in range(left)),
    )
    state = State(compile_problem(problem))
    asked: list[int] = []
    monkeypatch.setattr(Explainer, "reasons", lambda _, template: asked.append(template))
    monkeypatch.setattr("solver.engine.finish.time.monotonic", lambda: 3.0 * len(asked))
    assert Finisher(state.model).explaining_s(state) == pytest.approx(3.0 * left)
    assert 0 < len(asked) <= at_most
