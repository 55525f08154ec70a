"""Rules about counts, nights, ways and rooms mean in the arrays what the primitives mean on a plan."""

import random
from itertools import product

import pytest

from solver.checker import check
from solver.engine import solve
from solver.engine.lowering import lower
from solver.engine.weekly import ejection, suits
from solver.engine.weekly.arrays import Arrays
from solver.engine.weekly.exact import whole_plan
from solver.engine.weekly.laying import lay_out
from solver.options import SolveOptions
from solver.plan import Plan
from solver.problem import Candidate, Distances, Place, Problem, Requirement, Resource, Rule
from solver.solution import Placement
from tests.solver.engine.weekly.test_weekly import DAYS, HOURS, plan, problem

WINDOW = ((0, 3), (5, 7), (11, 15))
COUNTS = [
    ("concurrent", {"limits": [{"activities": ["a0", "a1", "a2"], "windows": WINDOW, "at_most": 1}]}),
    ("concurrent", {"limits": [{"activities": ["a0", "a1", "a2"], "windows": ((2, 3),), "at_least": 2}]}),
    (
        "concurrent",
        {"limits": [{"activities": ["a0", "a2"], "windows": WINDOW, "at_least": 2, "or_none": True}]},
    ),
    ("rest", {"rests": [{"resources": ["p0"], "min_slots": 4}]}),
    (
        "day_shape",
        {
            "shapes": [
                {
                    "activities": ["a0", "a1", "a2"],
                    "measure": "covered",
                    "period": "horizon",
                    "at_most": 3,
                    "within": WINDOW,
                }
            ]
        },
    ),
    (
        "day_shape",
        {"shapes": [{"activities": ["a0", "a1", "a2"], "measure": "load", "at_most": 3}]},
    ),
    (
        "day_shape",
        {
            "shapes": [
                {
                    "resources": ["p0", "p1"],
                    "together": True,
                    "measure": "gaps",
                    "at_most": 1,
                    "period": "week",
                }
            ]
        },
    ),
]


def named(case: tuple[str, object]) -> str:
    return f"{case[0]}-{case[1]}"


@pytest.mark.parametrize("case", COUNTS, ids=named)
@pytest.mark.parametrize("weight", [None, 7])
def test_a_whole_plan_breaks_and_pays_as_the_rule_says(
    case: tuple[str, dict[str, object]], weight: int | None
) -> None:
    kind, params = case
    of = problem([1, 2, 1], (Rule(id="x", kind=kind, weight=weight, params=params),), people=2)
    layout = lay_out(of, lower(of))
    assert weight is not None or suits(of, lower(of))
    arrays = Arrays(layout.ground, 1)
    arrays.choose_by(1, 0.0, 0.0)
    ways = product(range(15), [s for s in range(15) if s % HOURS < HOURS - 1], range(15))
    free = [s for s in ways if s[0] != s[2]]
    for starts in random.Random(1).sample(free, 200):
        placed = plan(of, list(starts))
        broken, paid = _word_on(of, placed)
        work = arrays.whole(starts, [])
        fixed = arrays.ints, arrays.bytes, arrays.floats, work, arrays.memory, work
        if weight is None:
            ejection.search(*fixed, ejection.TIDY, 0.0, 0.0, 0, 0)
            assert (work[0] == 0) == (not broken), starts
        else:
            assert ejection.search(*fixed, ejection.PAY, 0.0, 0.0, 0, 0) == paid, starts


def _word_on(of: Problem, placed: Plan) -> tuple[bool, int]:
    """Whether the plan breaks the last rule, and what it pays for it, by the primitives themselves."""
    from solver.structure_reading import amount

    missed = sum(amount(of, s.primitive, placed) for s in lower(of).structures)
    return missed > 0, 7 * missed


def housed(rules: tuple[Rule, ...], rooms: int = 1, lengths: tuple[int, ...] = (1, 2, 1, 1)) -> Problem:
    """The same sessions with a room each: any of two rooms in the north and `rooms` in the south."""
    bare = problem(list(lengths), rules, people=2)
    names = ["n0", "n1", *(f"s{i}" for i in range(rooms))]
    people = [r.id for r in bare.resources]
    once = Rule(id="no_overlap", kind="no_overlap", params={"resources": [*names, people[1]]})
    ways = Rule(id="ways", kind="presence", params={"resources": [people[0]]})
    return bare.model_copy(
        update={
            "places": (Place(id="north", area="north"), Place(id="south", area="south")),
            "distances": Distances(areas=("north", "south"), slots=((0, 1), (1, 0))),
            "resources": (
                *bare.resources,
                *(Resource(id=n, kind="room", place="north" if n[0] == "n" else "south") for n in names),
            ),
            "candidate_sets": {
                **bare.candidate_sets,
                "rooms": tuple(Candidate(resource=n) for n in names),
            },
            "activities": tuple(
                a.model_copy(
                    update={"requirements": (*a.requirements, Requirement(role="room", candidates="rooms"))}
                )
                for a in bare.activities
            ),
            "rules": (once, ways, *bare.rules[1:]),
        }
    )


TOWN = Rule(id="town", kind="away_town", params={"resources": ["p0", "p1"], "limit": 1})
ONE_ROOM = Rule(
    id="one",
    kind="same_resource",
    params={"sets": [{"activities": ["a0", "a1"], "role": "room", "same": True}]},
)
FEW_ROOMS = Rule(
    id="few",
    kind="stability",
    params={"sets": [{"activities": ["a0", "a2", "a3"], "role": "room", "at_most": 2}]},
)


@pytest.mark.parametrize("rules", [(TOWN,), (ONE_ROOM,), (FEW_ROOMS,), (TOWN, ONE_ROOM, FEW_ROOMS)], ids=str)
def test_ways_and_rooms_break_a_plan_where_the_rules_say(rules: tuple[Rule, ...]) -> None:
    of = housed(rules)
    assert suits(of, lower(of)) or not lower(of).structures
    layout = lay_out(of, lower(of))
    arrays = Arrays(layout.ground, 1)
    arrays.choose_by(1, 0.0, 0.0)
    chance = random.Random(2)
    seen: set[tuple[int, ...]] = set()
    while len(seen) < 300:
        starts = [chance.randrange(15), chance.choice([0, 1, 2, 3, 5, 6, 10]), *chance.sample(range(15), 2)]
        rooms = [chance.choice(layout.ground.seat[:3].tolist()) for _ in starts]
        placements = layout.placements(starts, rooms)
        if len(placements) < 4 or _taken_twice(placements):
            continue
        seen.add((*starts, *rooms))
        from solver.rules import parsed

        held = Plan(of, list(placements.values()))
        broken = any(list(found.kind.check(of, found.rule, found.params, held)) for found in parsed(of))
        work = arrays.whole(starts, rooms)
        fixed = arrays.ints, arrays.bytes, arrays.floats, work, arrays.memory, work
        ejection.search(*fixed, ejection.TIDY, 0.0, 0.0, 0, 0)
        assert (work[0] == 0) == (not broken), (starts, rooms)


def _taken_twice(placements: dict[str, Placement]) -> bool:
    held = [
        (name, slot)
        for placement in placements.values()
        for name in placement.resources.values()
        for start, end in placement.meetings
        for slot in range(start, end)
    ]
    return len(held) > len(set(held))


def shaped(**shape: object) -> tuple[dict[str, object], ...]:
    return ({"measure": "moves", "resources": ["p0"], **shape},)


@pytest.mark.parametrize("weight", [None, 7])
@pytest.mark.parametrize(
    "shapes",
    [
        shaped(at_most=1),
        shaped(at_most=0),
        shaped(at_most=1, period="week"),
        shaped(at_least=1),
        shaped(at_least=2, period="week"),
    ],
    ids=str,
)
def test_changes_of_place_count_as_the_primitive_says(
    shapes: tuple[dict[str, object], ...], weight: int | None
) -> None:
    moves = Rule(id="moves", kind="day_shape", weight=weight, params={"shapes": shapes})
    of = housed((moves,), rooms=2, lengths=(1, 2, 1, 1, 1))
    # One room stands nowhere: what is there is neither a move nor the end of one.
    nowhere = tuple(r.model_copy(update={"place": None}) if r.id == "s1" else r for r in of.resources)
    rules = tuple(r.model_copy(update={"kind": "no_overlap"}) if r.id == "ways" else r for r in of.rules)
    of = of.model_copy(update={"resources": nowhere, "rules": rules})
    assert weight is not None or suits(of, lower(of))
    layout = lay_out(of, lower(of))
    arrays = Arrays(layout.ground, 1)
    arrays.choose_by(1, 0.0, 0.0)
    chance = random.Random(3)
    missed: list[int] = []
    while len(missed) < 300:
        starts = [chance.randrange(10), chance.choice([0, 1, 2, 3, 5, 6, 10]), *chance.sample(range(10), 3)]
        rooms = [chance.choice(layout.ground.seat[:4].tolist()) for _ in starts]
        placements = layout.placements(starts, rooms)
        if len(placements) < len(starts) or _taken_twice(placements):
            continue
        missed.append(_word_on(of, Plan(of, list(placements.values())))[1])
        work = arrays.whole(starts, rooms)
        fixed = arrays.ints, arrays.bytes, arrays.floats, work, arrays.memory, work
        if weight is None:
            ejection.search(*fixed, ejection.TIDY, 0.0, 0.0, 0, 0)
            assert (work[0] == 0) == (not missed[-1]), (starts, rooms)
        else:
            assert ejection.search(*fixed, ejection.PAY, 0.0, 0.0, 0, 0) == missed[-1], (starts, rooms)
    assert 0 in missed
    assert any(missed)


@pytest.mark.parametrize(
    "other",
    [
        {"resources": ["p0", "p1"], "together": True},
        {"resources": [], "activities": ["a0", "a1"]},
        {"within": ((0, 3),)},
    ],
    ids=str,
)
def test_changes_of_place_of_others_than_one_person_are_left_to_other_searches(
    other: dict[str, object],
) -> None:
    params = {"shapes": shaped(at_most=0, **other)}
    of = housed((Rule(id="moves", kind="day_shape", params=params),))
    assert not suits(of, lower(of))


def test_a_week_with_ways_and_rooms_is_placed_whole() -> None:
    gaps = {"resources": ["p0"], "measure": "gaps", "at_most": 1}
    shapes = {"shapes": [gaps, *shaped(at_most=0, period="week")]}
    of = housed((TOWN, ONE_ROOM, FEW_ROOMS, Rule(id="days", kind="day_shape", params=shapes)))
    done = solve(of, SolveOptions(time_limit_s=30, workers=1), lambda _: None, lambda _: None, lambda: False)
    assert not done.unplaced
    assert not check(of, done)


def test_the_whole_plan_at_once_keeps_counts_and_nights() -> None:
    sets = ["a0", "a1", "a2", "a3", "a4", "a5"]
    windows = ((0, DAYS * HOURS),)
    rules = (
        Rule(
            id="few",
            kind="concurrent",
            params={"limits": [{"activities": sets, "windows": windows, "at_most": 1}]},
        ),
        Rule(
            id="some",
            kind="concurrent",
            params={"limits": [{"activities": sets, "windows": ((2, 4),), "at_least": 1}]},
        ),
        Rule(id="nights", kind="rest", params={"rests": [{"resources": ["p0", "p1"], "min_slots": 3}]}),
    )
    of = problem([2, 1, 2, 1, 2, 1], rules, people=2)
    layout = lay_out(of, lower(of))
    found = whole_plan(layout, seed=1, over=lambda: False)
    assert found is not None
    plan_found = Plan(of, list(layout.placements(found.starts, found.rooms).values()))
    from solver.rules import parsed

    assert not any(
        list(x.kind.check(of, x.rule, x.params, plan_found)) for x in parsed(of) if x.stage == "hard"
    )
