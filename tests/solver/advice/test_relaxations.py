"""What advice says would have to give does place the session; what it says is free is free."""

from collections.abc import Iterator, Mapping, Sequence
from time import process_time

import pytest

from solver.advice.alternatives import Alternatives
from solver.advice.desk import Desk
from solver.advice.documents import Relaxation
from solver.advice.relaxations import Relaxer
from solver.advice.words import Speaker
from solver.checker import check
from solver.errors import InvalidProblem
from solver.problem import Problem, Request, Rule
from solver.rules import parsed
from solver.rules.examples import example, options, person, room, session
from solver.solution import Placement, Reason, Solution, Unplaced
from solver.validate import validate
from solver.words import describe
from tests.solver.advice.plans import greedy
from tests.solver.engine.random_problems import make, places_of

UNSAID = (Reason(rule="search", code="not_found"),)
OWN = ("allowed_time", "travel_limit", "min_gap", "pin")
SEEDS = range(50)
BOTH = {"room": "rooms", "trainer": "trainers"}
REQUESTS = (
    Request(id="r1", participant="c1", priority="only"),
    Request(id="r2", participant="c2", priority="only"),
)


def broken(problem: Problem, plan: Mapping[str, Placement]) -> list[str]:
    """Say what a plan breaks, units apart."""
    solution = Solution(
        problem_sha256="",
        placements=tuple(plan.values()),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=UNSAID) for a in problem.activities if a.id not in plan
        ),
    )
    return [describe(problem, v, "en") for v in check(problem, solution) if not v.code.startswith("unit")]


def refused(problem: Problem, desk: Desk) -> Iterator[str]:
    for request in problem.requests:
        if any(a.id not in desk.plan for a in problem.activities_of[request.id]):
            yield request.id


def readable(problem: Problem) -> bool:
    try:
        validate(problem)
    except InvalidProblem:
        return False
    return True


def desk_of(seed: int) -> Desk:
    problem = make(seed)
    return Desk(problem, greedy(problem))


def holds(desk: Desk, request: str, one: Relaxation) -> None:
    """Hold a relaxation against the checker on the whole plan under it."""
    problem = desk.problem
    amended = one.amendment.applied(problem)
    validate(amended)
    assert (amended != problem) == bool(one.ways)
    plan = dict(desk.plan)
    plan |= {p.activity: p for p in one.placements}
    places = {(p.meetings, *sorted(p.resources.values())) for p in desk.plan.values()}
    for step in one.cost.renumbered:
        assert step.after is not None
        assert (step.after.meetings, *sorted(step.after.resources.values())) in places
    for step in (*one.cost.moved, *one.cost.renumbered):
        assert problem.activity_by_id[step.activity].request != request
        assert step.before == desk.plan.get(step.activity)
        if step.after is None:
            del plan[step.activity]
        else:
            plan[step.activity] = step.after
    assert not broken(amended, plan), one
    # Whatever gives way has to.
    assert not one.ways or broken(problem, plan)
    asked = [a.id for a in amended.activities_of[request] if a.id not in desk.plan]
    assert (one.placed, one.asked) == (sum(a in plan for a in asked), len(asked))
    assert one.placed
    assert {h.activity for h in one.cost.lost} == desk.plan.keys() - plan.keys()
    for lang in ("ru", "en"):
        assert Speaker(problem, lang).change(one)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_relaxation_places_what_it_says_and_costs_others_what_it_says(seed: int) -> None:
    desk = desk_of(seed)
    problem = desk.problem
    there, rest = desk.state.snapshot(), desk.state.rest
    for request in refused(problem, desk):
        relaxer = Relaxer(desk, request, process_time() + 60)
        found = relaxer.found()
        assert relaxer.complete
        for one in found:
            holds(desk, request, one)
    assert desk.state.snapshot() == there
    assert desk.state.rest == rest


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_relief_does_not_place_has_no_free_place_under_it(seed: int) -> None:
    desk = desk_of(seed)
    problem = desk.problem
    rules = parsed(problem)
    for request in refused(problem, desk):
        relaxer = Relaxer(desk, request, process_time() + 60)
        for giving in relaxer.reliefs():
            rule, relief = giving
            if relaxer.tried((giving,), "nothing") is not None:
                continue
            amended = relief.amendment.applied(problem)
            if relief.code == "unpin" or not readable(amended):
                # Rules may name what is taken away; a pin is no option.
                continue
            for activity in amended.activities_of[request]:
                if activity.id in desk.plan:
                    continue
                free = [
                    place
                    for place in places_of(amended, activity)
                    if not broken(amended, {**desk.plan, activity.id: place})
                ]
                assert not free, (rules[rule].rule.kind, relief.code, free[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_alternatives_are_free_and_the_nearest_first(seed: int) -> None:
    desk = desk_of(seed)
    problem = desk.problem
    free_of_wishes = problem.model_copy(
        update={"rules": tuple(r for r in problem.rules if r.kind not in OWN)}
    )
    for request in refused(problem, desk):
        activity = next(a for a in problem.activities_of[request] if a.id not in desk.plan)
        found = Alternatives(desk, activity.id).found()
        assert [one.away_slots for one in found] == sorted(one.away_slots for one in found)
        for one in found:
            plan = {**desk.plan, **{p.activity: p for p in one.changes}}
            assert not broken(free_of_wishes, plan)
            assert len(plan) == len(desk.plan) + 1
            assert one.differs


def test_a_relaxation_that_costs_others_their_place_is_needed_for_it() -> None:
    lossy = 0
    for seed in SEEDS:
        desk = desk_of(seed)
        for request in refused(desk.problem, desk):
            for one in Relaxer(desk, request, process_time() + 60).found():
                if one.cost.lost:
                    lossy += 1
                    gone = [step.activity for step in one.cost.moved if step.after is None]
                    plan = {**desk.plan, **{p.activity: p for p in one.placements}}
                    steps = (*one.cost.moved, *one.cost.renumbered)
                    plan |= {step.activity: step.after for step in steps if step.after is not None}
                    kept = {name: place for name, place in plan.items() if name not in gone}
                    assert one.cost.lost_learner_minutes > 0
                    assert broken(desk.problem, kept)
    assert lossy


def both_taken(rules: Mapping[str, tuple[str, ...]]) -> Desk:
    """Room and trainer are both taken: one more of either alone is of no use."""
    problem = example(
        "coverage",
        {},
        requests=REQUESTS,
        resources=(room("a"), person("anna")),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a",), "trainers": ("anna",)},
        activities=(session("x", "t", BOTH), session("y", "t", BOTH, request="r2")),
    )
    more = (Rule(id=kind, kind=kind, params={"resources": names}) for kind, names in rules.items())
    problem = problem.model_copy(update={"rules": tuple(more)})
    held = Placement(activity="x", meetings=((8, 10),), resources={"room": "a", "trainer": "anna"})
    left = Unplaced(activity="y", reasons=UNSAID)
    return Desk(problem, Solution(problem_sha256="", placements=(held,), unplaced=(left,)))


@pytest.mark.parametrize(
    "rules", [{"no_overlap": ("a",), "presence": ("anna",)}, {"no_overlap": ("a", "anna")}]
)
def test_two_rules_give_way_together_where_neither_is_enough(rules: Mapping[str, tuple[str, ...]]) -> None:
    desk = both_taken(rules)
    (one,) = Relaxer(desk, "r2", process_time() + 60).found()
    assert [(way.code, way.facts["like_id"]) for way in one.ways] == [("one_more", "a"), ("one_more", "anna")]
    assert one.placed == one.asked == 1
    holds(desk, "r2", one)
    assert Speaker(desk.problem, "en").change(one).count("one more") == 2


def test_nothing_has_to_be_relaxed_where_it_is_enough_that_others_give_way() -> None:
    desk = both_taken({"no_overlap": ("a",), "presence": ("anna",)})
    relaxer = Relaxer(desk, "r2", process_time() + 60)
    reliefs = list(relaxer.reliefs())
    assert len(reliefs) == 2
    assert not any(relaxer.tried((giving,), "losses") for giving in reliefs)


def one_waits(rules: Sequence[Rule], candidates: Mapping[str, Sequence[str]], *times: str) -> Desk:
    """One session stands in room a with Anna, one of another request waits, at times of the sets named."""
    problem = example(
        "coverage",
        {},
        requests=REQUESTS,
        resources=(room("a"), room("b", "p3"), person("anna"), person("boris")),
        option_sets={"t": options((8, 10)), "u": options((12, 14))},
        candidate_sets=candidates,
        activities=(session("x", times[0], BOTH), session("y", times[1], BOTH, request="r2")),
    )
    held = Placement(activity="x", meetings=((8, 10),), resources={"room": "a", "trainer": "anna"})
    left = Unplaced(activity="y", reasons=UNSAID)
    problem = problem.model_copy(update={"rules": tuple(rules)})
    return Desk(problem, Solution(problem_sha256="", placements=(held,), unplaced=(left,)))


def test_nothing_has_to_give_where_others_can_move_or_there_is_a_place() -> None:
    apart = Rule(id="apart", kind="no_overlap", params={"resources": ["a", "b"]})
    limit = {"requests": ["r2"], "home": "north", "role": "room", "limit_slots": 1}
    near = Rule(id="near", kind="travel_limit", params={"limits": [limit]})
    candidates = {"rooms": ("a", "b"), "trainers": ("anna", "boris")}
    desk = one_waits((apart, near), candidates, "t", "t")
    (one,) = Relaxer(desk, "r2", process_time() + 60).found()
    assert one.ways == ()
    assert [(step.activity, step.after and step.after.resources["room"]) for step in one.cost.moved] == [
        ("x", "b")
    ]
    holds(desk, "r2", one)
    assert Speaker(desk.problem, "en").change(one) == "change nothing: it is enough that others move"

    desk = one_waits((apart, near), candidates, "t", "u")
    (one,) = Relaxer(desk, "r2", process_time() + 60).found()
    assert (one.ways, one.cost.moved) == ((), ())
    assert Speaker(desk.problem, "en").change(one) == "change nothing: there is a place"
    assert all(found.differs != ("gap",) for found in Alternatives(desk, "y").found())


@pytest.mark.parametrize("at", [0, 1])
def test_two_limits_of_one_rule_rise_together(at: int) -> None:
    limits = [
        {"resources": ["anna", "boris"], "period": "week", "measure": "activities", "limit": 1},
        {"resources": ["anna"], "period": "week", "measure": "clock_slots", "limit": 2},
    ]
    rule = Rule(id="load", kind="max_load", params={"limits": [limits[at], limits[1 - at]]})
    desk = one_waits((rule,), {"rooms": ("a",), "trainers": ("anna",)}, "t", "u")
    (one,) = Relaxer(desk, "r2", process_time() + 60).found()
    assert {way.code for way in one.ways} == {"more_week_activities", "more_week_clock_slots"}
    # Boris needs no more: he is not asked.
    assert {way.facts["resource_ids"] for way in one.ways} == {"anna"}
    holds(desk, "r2", one)


def test_two_calendars_of_one_rule_open_together() -> None:
    calendars = [{"resources": [name], "windows": [[8, 10]]} for name in ("a", "anna")]
    problem = example(
        "availability",
        {"calendars": calendars},
        resources=(room("a"), person("anna")),
        option_sets={"t": options((12, 14))},
        candidate_sets={"rooms": ("a",), "trainers": ("anna",)},
        activities=(session("x", "t", BOTH),),
    )
    request = problem.requests[0].id
    waits = Unplaced(activity="x", reasons=UNSAID)
    desk = Desk(problem, Solution(problem_sha256="", placements=(), unplaced=(waits,)))
    (one,) = Relaxer(desk, request, process_time() + 60).found()
    opened = [(way.code, way.facts["resource_ids"], way.facts["from_slot"]) for way in one.ways]
    assert opened == [("open_longer", "a", 12), ("open_longer", "anna", 12)]
    holds(desk, request, one)


def test_of_rules_that_give_way_together_none_can_be_spared() -> None:
    pairs = 0
    for seed in SEEDS:
        desk = desk_of(seed)
        for request in refused(desk.problem, desk):
            relaxer = Relaxer(desk, request, process_time() + 60)
            found = [one for one in relaxer.found() if len(one.ways) > 1]
            pairs += len(found)
            for one in found:
                names = {(way.rule, way.code) for way in one.ways}
                for giving in Relaxer(desk, request, process_time() + 60).reliefs():
                    if (parsed(desk.problem)[giving.rule].rule.kind, giving.relief.code) in names:
                        assert relaxer.tried((giving,), "nothing") is None
    assert pairs
