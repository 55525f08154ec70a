"""The search for weekly timetables: its tables and limits mean what the primitives mean, its plans hold."""

import random
from itertools import product

import pytest

from solver.checker import check, score
from solver.engine import solve
from solver.engine.lowering import lower
from solver.engine.weekly import course, ejection, suits
from solver.engine.weekly.arrays import Arrays
from solver.engine.weekly.course import Course
from solver.engine.weekly.laying import lay_out
from solver.engine.weekly.relations import HOLDS
from solver.options import SolveOptions
from solver.plan import Plan
from solver.problem import (
    Activity,
    Candidate,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Placement, Solution
from solver.structure import DayShape, PairTime
from solver.structure_reading import amount

DAYS, HOURS = 3, 5


def problem(lengths: list[int], rules: tuple[Rule, ...] = (), people: int = 1) -> Problem:
    """Sessions of these lengths, each with one of the people in turn, and rules."""
    resources = tuple(Resource(id=f"p{i}", kind="person") for i in range(people))
    return Problem(
        name="week",
        grid=TimeGrid(slot_minutes=60, slots_per_day=HOURS, days_per_week=DAYS, weeks=1),
        resources=resources,
        option_sets={
            f"t{n}": tuple(
                TimeOption(meetings=((d * HOURS + h, d * HOURS + h + n),))
                for d in range(DAYS)
                for h in range(HOURS - n + 1)
            )
            for n in set(lengths)
        },
        candidate_sets={r.id: (Candidate(resource=r.id),) for r in resources},
        requests=(Request(id="r", participant="c", priority="only"),),
        activities=tuple(
            Activity(
                id=f"a{i}",
                request="r",
                chain=f"a{i}",
                times=f"t{n}",
                size=1,
                contact_minutes=1,
                requirements=(Requirement(role="person", candidates=f"p{i % people}"),),
            )
            for i, n in enumerate(lengths)
        ),
        rules=(
            Rule(id="no_overlap", kind="no_overlap", params={"resources": [r.id for r in resources]}),
            Rule(id="coverage", kind="coverage", weight=1),
            *rules,
        ),
    )


def plan(of: Problem, starts: list[int]) -> Plan:
    placements = []
    for activity, start in zip(of.activities, starts, strict=True):
        length = int(activity.times[1:])
        placements.append(
            Placement(
                activity=activity.id,
                meetings=((start, start + length),),
                resources={"person": activity.requirements[0].candidates},
            )
        )
    return Plan(of, placements)


LIMITED = {"min_gap", "days_apart", "days_within"}


@pytest.mark.parametrize("relation", sorted(HOLDS.keys() - {"same_start"}))
@pytest.mark.parametrize("pauses", [(), ((2, 3), (6, 8))])
def test_a_table_holds_where_the_relation_does(relation: str, pauses: tuple[tuple[int, int], ...]) -> None:
    limit = 2 if relation in LIMITED else 0
    related = {"relation": relation, "activities": ["a0", "a1"], "limit": limit, "pauses": pauses}
    params = {"relations": [related]}
    of = problem([1, 2], (Rule(id="x", kind="relation", params=params),), people=2)
    layout = lay_out(of, lower(of))
    primitive = PairTime(relation, ("a0", "a1"), limit, pauses)  # type: ignore[arg-type]
    ground = layout.ground
    (other, table) = ground.pair[ground.pair_from[0]]
    assert other == 1
    for s, t in product(range(DAYS * HOURS), repeat=2):
        if t % HOURS <= HOURS - 2:
            expected = not amount(of, primitive, plan(of, [s, t]))
            assert bool(ground.tables[table, s, t]) == expected, (s, t)


SHAPES = [
    {"measure": "gaps", "at_most": 0},
    {"measure": "gaps", "at_most": 1, "period": "horizon", "pauses": ((1, 2), (7, 9))},
    {"measure": "load", "at_most": 3},
    {"measure": "load", "at_least": 2},
    {"measure": "covered", "at_most": 2, "period": "horizon", "within": ((0, 2), (5, 8))},
    {"measure": "used", "at_most": 2, "period": "horizon"},
    {"measure": "used", "at_least": 2, "period": "horizon"},
    {"measure": "used", "at_most": 1, "period": "horizon", "within": ((3, 5), (8, 10), (13, 15))},
    {"measure": "run", "at_most": 2},
    {"measure": "span", "at_most": 3},
    {"measure": "late", "at_most": 1, "period": "horizon", "within": ((0, 1), (5, 7), (10, 11))},
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("weight", [None, 7])
def test_a_whole_plan_breaks_and_pays_for_a_shape_as_it_reads(
    shape: dict[str, object], weight: int | None
) -> None:
    params = {"shapes": [{"resources": ["p0"], **shape}]}
    of = problem([1, 2, 1], (Rule(id="x", kind="day_shape", weight=weight, params=params),))
    layout = lay_out(of, lower(of))
    arrays = Arrays(layout.ground, 1)
    arrays.choose_by(1, 0.0, 0.0)
    primitive = DayShape(**shape, resources=("p0",))  # type: ignore[arg-type]
    ways = product(range(15), [s for s in range(15) if s % HOURS < HOURS - 1], range(15))
    free = [s for s in ways if len({s[0], s[1], s[1] + 1, s[2]}) == 4]
    for starts in random.Random(1).sample(free, 200):
        missed = amount(of, primitive, plan(of, list(starts)))
        work = arrays.whole(starts, [])
        fixed = arrays.ints, arrays.bytes, arrays.floats, work, arrays.memory, work
        if weight is None:
            ejection.search(*fixed, ejection.TIDY, 0.0, 0.0, 0, 0)
            assert (work[0] == 0) == (missed == 0), starts
        else:
            assert ejection.search(*fixed, ejection.PAY, 0.0, 0.0, 0, 0) == 7 * missed, starts


def full_week() -> Problem:
    """Three people whose days have to be without gaps, sessions that are tied to each other."""
    rules = (
        Rule(
            id="days",
            kind="day_shape",
            params={
                "shapes": [
                    {"resources": ["p0", "p1", "p2"], "measure": "gaps", "at_most": 0},
                    {"resources": ["p0", "p1", "p2"], "measure": "load", "at_least": 2},
                ]
            },
        ),
        Rule(
            id="ties",
            kind="relation",
            params={
                "relations": [
                    {"relation": "same_start", "activities": ["a0", "a1"]},
                    {"relation": "consecutive", "activities": ["a2", "a5"]},
                    {"relation": "days_apart", "activities": ["a3", "a6"], "limit": 1},
                ]
            },
        ),
    )
    return problem([2, 2, 1, 1, 2, 1, 1, 2, 2, 1, 1, 2, 2, 2, 2], rules, people=3)


def test_a_full_week_is_placed_under_all_rules() -> None:
    of = full_week()
    assert suits(of, lower(of))
    done = solve(of, SolveOptions(time_limit_s=60, workers=1), lambda _: None, lambda _: None, lambda: False)
    assert not done.unplaced
    assert not check(of, done)


def test_equal_seeds_give_equal_plans() -> None:
    of = full_week()
    layout = lay_out(of, lower(of))
    found = []
    for _ in range(2):
        course = Course(layout, seed=5)
        for _ in range(20):
            course.advance(0.0)
        found.append(course.found())
    assert found[0] == found[1]
    assert found[0].left == 0


def wishful_week() -> Problem:
    """A full week in which not all sessions can be as far apart as wished."""
    of = full_week()
    far = [
        {"relation": "days_apart", "activities": [f"a{i}", f"a{i + 3 * k}"], "limit": 2}
        for i in range(3)
        for k in (1, 2, 3)
    ]
    wishes = Rule(id="far", kind="relation", weight=9_000, params={"relations": far})
    return of.model_copy(update={"rules": (*of.rules, wishes)})


class Watched(Course):
    """Counts the plans begun anew."""

    begun = 0

    def _begin_anew(self, share: float) -> None:
        self.begun += 1
        super()._begin_anew(share)


def test_plans_begun_anew_never_lose_the_best_and_hold_all_rules() -> None:
    of = wishful_week()
    layout = lay_out(of, lower(of))
    search = Watched(layout, seed=1)
    paid = []
    for at in range(200):
        search.advance(at / 200)
        if search.left == 0:
            paid.append(search.paid)
    assert search.begun > 1
    assert paid == sorted(paid, reverse=True)
    found = search.found()
    plan = layout.placements(found.starts, found.rooms)
    done = Solution(problem_sha256="", placements=tuple(plan[a.id] for a in of.activities))
    assert not check(of, done)
    rest = sum(term.value * term.weight for term in score(of, done).terms if term.stage == "rest")
    assert rest == found.paid == paid[-1]


def test_a_plan_of_another_search_is_taken_over_while_one_is_begun_anew() -> None:
    layout = lay_out(of := wishful_week(), lower(of))
    best, other = Course(layout, seed=1), Course(layout, seed=2)
    for _ in range(100):
        best.advance(0.0)
    while other.left:
        other.advance(0.0)
    other.advance(0.0)
    other.take(best.found())
    assert other.paid == best.paid
    for _ in range(5):
        other.advance(0.0)
    assert other.found().paid <= best.paid


def rooms_for_two_at_once(pairs: int, rooms: int) -> Problem:
    """Pairs of sessions that start together, each session in one of the rooms."""
    same = [{"relation": "same_start", "activities": [f"a{i}", f"a{i + pairs}"]} for i in range(pairs)]
    of = problem([1] * (2 * pairs), (Rule(id="x", kind="relation", params={"relations": same}),), 2 * pairs)
    names = [f"room{i}" for i in range(rooms)]
    roomed = Requirement(role="room", candidates="rooms")
    overlap = Rule(id="rooms", kind="no_overlap", params={"resources": names})
    return of.model_copy(
        update={
            "resources": (*of.resources, *(Resource(id=name, kind="room") for name in names)),
            "candidate_sets": {
                **of.candidate_sets,
                "rooms": tuple(Candidate(resource=name) for name in names),
            },
            "activities": tuple(
                a.model_copy(update={"requirements": (*a.requirements, roomed)}) for a in of.activities
            ),
            "rules": (*of.rules, overlap),
        }
    )


def test_sessions_that_start_together_are_not_meant_for_one_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pairs fill four of five rooms: each pair goes where two rooms are free, and drives nobody out."""
    pairs = 2 * DAYS * HOURS
    of = rooms_for_two_at_once(pairs, 5)
    monkeypatch.setattr(course, "_TURNS", pairs)
    found = Course(lay_out(of, lower(of)), seed=1)
    found.advance(0.0)
    assert found.left == 0


def test_rooms_are_the_cheapest_at_the_times_of_the_plan() -> None:
    """Whoever is seated first takes the one good room; the other has only that one and a bad one."""
    of = problem([5, 5, 5], people=3)
    penalties = {
        "a0": {"good": 0, "fair": 1, "none": 50},
        "a1": {"good": 0, "none": 90},
        "a2": {"fair": 0, "none": 7},
    }
    rooms = [Resource(id="good", kind="room"), Resource(id="fair", kind="room")]
    none = Resource(id="none", kind="room", mode="pooled", capacity=3)
    apart = Rule(
        id="apart",
        kind="relation",
        params={"relations": [{"relation": "same_start", "activities": ["a0", "a1", "a2"]}]},
    )
    of = of.model_copy(
        update={
            "resources": (*of.resources, *rooms, none),
            "candidate_sets": {
                **of.candidate_sets,
                **{
                    name: tuple(Candidate(resource=room, penalty=cost) for room, cost in costs.items())
                    for name, costs in penalties.items()
                },
            },
            "activities": tuple(
                a.model_copy(
                    update={"requirements": (*a.requirements, Requirement(role="room", candidates=a.id))}
                )
                for a in of.activities
            ),
            "rules": (
                *of.rules,
                apart,
                Rule(id="rooms", kind="no_overlap", params={"resources": ["good", "fair"]}),
                Rule(id="cost", kind="preference", weight=1),
            ),
        }
    )
    assert suits(of, lower(of))
    done = solve(of, SolveOptions(time_limit_s=5, workers=1), lambda _: None, lambda _: None, lambda: False)
    assert not check(of, done)
    paid = sum(term.value * term.weight for term in done.score.terms if term.stage == "rest")
    assert paid == 8


def test_a_week_that_cannot_hold_all_holds_most() -> None:
    rule = Rule(
        id="x",
        kind="day_shape",
        params={"shapes": [{"resources": ["p0"], "measure": "load", "at_most": 2}]},
    )
    of = problem([1] * 8, (rule,))
    done = solve(of, SolveOptions(time_limit_s=8, workers=1), lambda _: None, lambda _: None, lambda: False)
    assert len(done.placements) == DAYS * 2
    assert not check(of, done)
