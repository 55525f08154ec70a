"""The checker on the tiny problem, and on faults of structure.

The right answer of ``fixtures/solver/tiny.problem.json``, found by eye. Only ``cnc`` holds more than four
learners, is open for two pairs on Monday and one on Tuesday, and ``anna`` is its only trainer. R2 may come
on Tuesday only, so both sessions of R1 take Monday, in their order; the ten minutes between the pairs are
just what clean-up needs. R3 goes to the employer with ``boris``. R4 has twelve learners for eight
workplaces and stays unplaced: 12 x 90 learner-minutes. Beta gets 2460 of the 3000 learner-minutes that it
is entitled to, and six of its learners travel 55 minutes once.
"""

import subprocess
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from solver.checker import check, describe, score
from solver.codec import load_problem
from solver.errors import UnknownRule
from solver.problem import Problem, Resource, Rule
from solver.rules.examples import example, options, session
from solver.solution import Placement, Reason, Solution, Unplaced
from solver.words import NARROWED

TINY = Path(__file__).parents[2] / "fixtures" / "solver" / "tiny.problem.json"
TOO_SMALL = Reason(rule="capacity", code="too_small", facts={"needed": 12, "largest": 8, "largest_id": "cnc"})


@pytest.fixture(scope="module")
def tiny() -> Problem:
    return load_problem(TINY.read_bytes())


def placement(activity: str, room: str, trainer: str, learners: str, *meetings: tuple[int, int]) -> Placement:
    return Placement(
        activity=activity,
        meetings=meetings,
        resources={"room": room, "trainer": trainer, "learners:1": learners},
    )


ANSWER = {
    "R1/1/0": placement("R1/1/0", "cnc", "anna", "alfa-8", (108, 126)),
    "R1/1/1": placement("R1/1/1", "cnc", "anna", "alfa-8", (128, 146)),
    "R2/1/0": placement("R2/1/0", "cnc", "anna", "beta-6", (396, 414)),
    "R3/1/0": placement("R3/1/0", "line", "boris", "beta-4", (396, 444), (684, 732)),
}


def plan(problem: Problem, placements: Mapping[str, Placement]) -> Solution:
    return Solution(
        problem_sha256="",
        placements=tuple(placements.values()),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=(TOO_SMALL,))
            for a in problem.activities
            if a.id not in placements
        ),
    )


def test_the_answer_is_valid_and_worth_what_it_should(tiny: Problem) -> None:
    answer = plan(tiny, ANSWER)
    assert check(tiny, answer) == []
    assert [(t.stage, t.name, t.value, t.unit) for t in score(tiny, answer).terms] == [
        ("coverage", "practice", 0, "learner_minutes"),
        ("coverage", "module", 12 * 90, "learner_minutes"),
        ("fairness", "alfa", 0, "permille"),
        ("fairness", "beta", 1000 - 820, "permille"),
        ("rest", "learners", 6 * 55, "learner_minutes_one_way"),
    ]


def test_the_answer_is_the_only_best_one(tiny: Problem) -> None:
    possible: list[list[Placement | None]] = []
    for activity in tiny.activities:
        candidates = [[c.resource for c in tiny.candidate_sets[r.candidates]] for r in activity.requirements]
        found: list[Placement | None] = [None]
        for option in tiny.option_sets[activity.times]:
            for room, trainer, learners in product(*candidates):
                chosen = placement(activity.id, room, trainer, learners, *option.meetings)
                if not check(tiny, plan(tiny, {activity.id: chosen})):
                    found.append(chosen)
        possible.append(found)
    assert possible[-1] == [None], "R4 has no place in any plan"
    valid = []
    for placements in product(*possible):
        placed = {p.activity: p for p in placements if p is not None}
        solution = plan(tiny, placed)
        if not check(tiny, solution):
            valid.append(([t.value for t in score(tiny, solution).terms], placed))
    assert len(valid) > 10
    values, best = min(valid, key=lambda pair: pair[0])
    assert best == ANSWER
    assert [v for v, _ in valid].count(values) == 1


def test_a_reason_in_words(tiny: Problem) -> None:
    held = TOO_SMALL.model_copy(update={"holders": ("R1/1/0", "R1/1/1")})
    assert describe(tiny, TOO_SMALL, "ru") == (
        "нужно 12 рабочих мест, а больше всего их здесь: мастерская ЧПУ, 8"
    )
    assert describe(tiny, held, "en") == (
        "12 workplaces needed, the most are in мастерская ЧПУ: 8; "
        "the place is held by: R1, занятие 1 (колледж «Альфа»); and 1 more session"
    )
    one = TOO_SMALL.model_copy(update={"holders": ("R1/1/0",)})
    assert describe(tiny, one, "ru").endswith("; место занимают: R1, занятие 1 (колледж «Альфа»)")
    some = one.model_copy(update={"code": NARROWED, "facts": {"excluded": 2, "total": 3}})
    assert describe(tiny, some, "ru").endswith("; мешают: R1, занятие 1 (колледж «Альфа»)")
    mine = tiny.model_copy(update={"requests": tiny.requests[:1]})
    assert describe(mine, one, "ru").endswith("; место занимают: R1, занятие 1")


def test_a_violation_in_words(tiny: Problem) -> None:
    late = placement("R1/1/1", "cnc", "anna", "alfa-8", (108, 126))
    found = check(tiny, plan(tiny, {**ANSWER, "R1/1/1": late}))
    assert {v.kind for v in found} == {"no_overlap", "presence", "precedence"}
    assert describe(tiny, found[0], "ru") == (
        "мастерская ЧПУ: «R1, занятие 2» (пн 11 января, 09:00–10:30) накладывается на «R1, занятие 1» "
        "(пн 11 января, 09:00–10:30)"
    )


def test_every_activity_is_named_once(tiny: Problem) -> None:
    answer = plan(tiny, ANSWER)
    ghost = ANSWER["R3/1/0"].model_copy(update={"activity": "ghost"})
    placements = (ANSWER["R1/1/0"], *answer.placements[:3], ghost)
    found = check(tiny, answer.model_copy(update={"placements": placements}))
    assert [(v.code, v.activities, dict(v.facts)) for v in found] == [
        ("repeated", ("R1/1/0",), {"activity_id": "R1/1/0", "times": 2}),
        ("missing", ("R3/1/0",), {"activity_id": "R3/1/0"}),
        ("unknown_activity", (), {"activity_id": "ghost"}),
    ]


@pytest.mark.parametrize(
    ("change", "code", "facts"),
    [
        ({"resources": {"room": "cnc", "trainer": "anna"}}, "roles", {"used_ids": "room,trainer"}),
        ({"resources": {"room": "x", "trainer": "anna", "learners:1": "alfa-8"}}, "unknown_resource", {}),
        (
            {"resources": {"room": "cnc", "trainer": "cnc", "learners:1": "alfa-8"}},
            "candidate",
            {"role_id": "trainer"},
        ),
        ({"meetings": ((109, 127),)}, "meetings", {"from_slot": 109}),
        ({"meetings": ((128, 146), (108, 126))}, "meetings", {"from_slot": 128}),
        ({"units": {"room": ("u1",)}}, "unit_count", {"named": 1, "needed": 0}),
    ],
)
def test_a_placement_that_does_not_fit(
    tiny: Problem, change: dict[str, Any], code: str, facts: dict[str, Any]
) -> None:
    changed = ANSWER["R1/1/0"].model_copy(update=change)
    found = next(v for v in check(tiny, plan(tiny, {**ANSWER, "R1/1/0": changed})) if v.code == code)
    assert found.kind == "structure"
    assert found.activities == ("R1/1/0",)
    assert facts.items() <= found.facts.items()


@pytest.mark.parametrize(
    ("start", "units_of_x", "units_of_y", "codes"),
    [
        (12, "k1 k2", "k1 k3", []),
        (11, "k1 k2", "k3 k4", []),
        (11, "k1 k2", "k2 k3", ["unit_taken"]),
        (12, "k1 k1", "k3 k4", ["unit_count"]),
        (12, "k1", "k3 k4", ["unit_count"]),
        (12, "k1 k2 k3", "k3 k4", ["unit_count"]),
        (12, "k1 k9", "k3 k4", ["unknown_unit"]),
    ],
)
def test_units_are_held_with_set_up_and_clean_up(
    start: int, units_of_x: str, units_of_y: str, codes: list[str]
) -> None:
    kit = Resource(
        id="kit",
        kind="equipment",
        mode="pooled",
        capacity=4,
        units=("k1", "k2", "k3", "k4"),
        setup_slots=1,
        cleanup_slots=1,
    )
    roles = {"equipment": "kits"}
    problem = example(
        "capacity",
        {"resources": ["kit"]},
        resources=(kit,),
        option_sets={"t": options((8, 10), (11, 13), (12, 13))},
        candidate_sets={"kits": ("kit",)},
        activities=(session("x", "t", roles, amount=2), session("y", "t", roles, amount=2)),
    )
    found = check(
        problem,
        Solution(
            problem_sha256="",
            placements=tuple(
                Placement(
                    activity=name,
                    meetings=(at,),
                    resources={"equipment": "kit"},
                    units={"equipment": tuple(units.split())},
                )
                for name, at, units in (("x", (8, 10), units_of_x), ("y", (start, 13), units_of_y))
            ),
        ),
    )
    assert [v.code for v in found] == codes
    for taken in found:
        if taken.code == "unit_taken":
            assert taken.facts["from_slot"] == start
            assert taken.activities == ("x", "y")


def test_a_pin_may_leave_options_and_candidates(tiny: Problem) -> None:
    at: dict[str, Any] = {"activity": "R2/1/0", "meetings": [[400, 418]], "resources": {"trainer": "boris"}}
    moved = placement("R2/1/0", "cnc", "boris", "beta-6", (400, 418))
    narrow = {**tiny.candidate_sets, "trainers": tiny.candidate_sets["trainers"][:1]}
    activities = [a for a in tiny.activities if a.id != "R3/1/0"]
    problem = tiny.model_copy(update={"candidate_sets": narrow, "activities": tuple(activities), "rules": ()})
    codes = [v.code for v in check(problem, plan(problem, {"R2/1/0": moved}))]
    assert codes == ["meetings", "candidate"]
    pinned = problem.model_copy(update={"rules": (Rule(id="pin", kind="pin", params={"pins": [at]}),)})
    assert check(pinned, plan(pinned, {"R2/1/0": moved})) == []


def test_the_list_ends_at_its_limit(tiny: Problem) -> None:
    nothing = Solution(problem_sha256="", placements=())
    assert len(check(tiny, nothing)) == 5
    assert len(check(tiny, nothing, limit=2)) == 2


def test_an_unknown_rule_is_an_error(tiny: Problem) -> None:
    problem = tiny.model_copy(update={"rules": (Rule(id="x", kind="no_such_rule"),)})
    with pytest.raises(UnknownRule, match=r"“no_such_rule”.*: no_overlap, capacity"):
        check(problem, plan(problem, ANSWER))


def test_a_copy_of_a_problem_is_read_anew(tiny: Problem) -> None:
    answer = plan(tiny, ANSWER)
    assert check(tiny, answer) == []
    smaller = tuple(r.model_copy(update={"capacity": 7}) if r.id == "cnc" else r for r in tiny.resources)
    found = check(tiny.model_copy(update={"resources": smaller}), answer)
    assert [(v.kind, v.code, v.activities) for v in found] == [
        ("capacity", "over", ("R1/1/0",)),
        ("capacity", "over", ("R1/1/1",)),
    ]


def test_the_checker_needs_no_engine() -> None:
    code = "import sys, solver.checker, solver.codec; print(*(m for m in sys.modules), sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = loaded.stdout.split()
    assert "solver.checker" in modules
    assert not [m for m in modules if m.startswith(("ortools", "numpy", "solver.engine"))]
