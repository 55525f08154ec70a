"""A repair keeps what is frozen, serves what it can, and its report says what the two plans say."""

import random
from functools import lru_cache

import pytest

from benchmarks.disruptions import Disruption, draw, kinds
from benchmarks.synthetic import make as synthetic
from solver.checker import check, score
from solver.codec import dump_problem, dump_solution, load_problem
from solver.engine import solve
from solver.engine.units import Named, Take, assign
from solver.errors import InvalidProblem, StoppedEarly
from solver.options import SolveOptions
from solver.problem import Problem, Rule, TimeGrid
from solver.repair import RepairOptions, repair, slot_of
from solver.repair_report import RepairReport
from solver.rules.examples import example, options, part, person, room, session
from solver.solution import Placement, Reason, Solution, Unplaced
from solver.stability import change_rule, changes, touched

ANY = Reason(rule="search", code="not_found")


@lru_cache(maxsize=1)
def cluster() -> tuple[Problem, Solution]:
    """Return a cluster of some 150 sessions with its plan."""
    problem = synthetic(14, 6, 3)
    plan = solve(problem, SolveOptions(deterministic_units=1), lambda _: None, lambda _: None, lambda: False)
    return problem, plan


def disruption(kind: str, seed: int = 1) -> Disruption:
    problem, plan = cluster()
    rng = random.Random(seed)
    for _ in range(100):
        found = draw(problem, plan, kind, rng)
        if found is not None:
            return found._replace(problem=load_problem(dump_problem(found.problem)))
    raise AssertionError(f"no disruption of kind {kind}")


def repaired(
    problem: Problem, previous: Solution, freeze: int = 0, epsilon: int = 0, units: int = 2
) -> Solution:
    given = RepairOptions(freeze, epsilon, deterministic_units=units)
    return repair(problem, previous, given, lambda _: None, lambda _: None, lambda: False)


@lru_cache(maxsize=32)
def after(kind: str, seed: int = 1) -> tuple[Disruption, Solution]:
    """Return a disruption of the cluster, and its repair."""
    happened = disruption(kind, seed)
    return happened, repaired(happened.problem, cluster()[1], happened.freeze_until_slot, epsilon=100)


def report_of(solution: Solution) -> RepairReport:
    assert solution.report is not None
    assert solution.report.repair is not None
    return solution.report.repair


def plan_of(problem: Problem, *placements: Placement) -> Solution:
    there = {p.activity for p in placements}
    left = tuple(Unplaced(activity=a.id, reasons=(ANY,)) for a in problem.activities if a.id not in there)
    return Solution(problem_sha256="", placements=placements, unplaced=left)


def at(activity: str, start: int, end: int, **resources: str) -> Placement:
    return Placement(activity=activity, meetings=((start, end),), resources=resources)


@pytest.mark.parametrize("kind", kinds())
def test_the_report_says_what_the_plans_say(kind: str) -> None:
    _, previous = cluster()
    happened, solution = after(kind)
    problem, freeze = happened.problem, happened.freeze_until_slot
    report = report_of(solution)
    was, now = previous.placement_of, solution.placement_of

    assert check(problem, solution) == []
    assert score(problem, solution) == solution.score
    changed = changes(problem, was, now, from_slot=freeze, hit=report.hit)
    assert report.changes == changed
    assert report.touched == touched(problem, changed)
    assert report.moves == len(changed) >= report.moves_bound
    assert report.change == sum(c.change for c in changed)
    assert report.change_bound <= report.change_minimum <= report.change
    assert report.change <= max(report.change_minimum * 1.1, report.change_minimum)
    assert set(report.added) == now.keys() - was.keys()
    assert set(report.gone) == {a for a in was if a not in problem.activity_by_id}
    known = was.keys() | {u.activity for u in previous.unplaced}
    assert set(report.missing) == {a.id for a in problem.activities} - known - now.keys()
    lost = [a for a in was if a in problem.activity_by_id and a not in now]
    minutes = sum(problem.activity_by_id[a].learner_minutes for a in (*lost, *report.missing))
    assert report.lost_minutes == minutes >= report.lost_minutes_bound

    early = {a for a, p in was.items() if p.meetings[0][0] < freeze and a in problem.activity_by_id}
    frozen = early - set(report.hit)
    assert report.frozen == len(frozen)
    for name in frozen:
        assert (now[name].meetings, now[name].resources) == (was[name].meetings, was[name].resources)
    for name, placement in now.items():
        since = min(freeze, was[name].meetings[0][0]) if name in was else freeze
        assert placement.meetings[0][0] >= since


@pytest.mark.parametrize("kind", kinds())
def test_what_is_hit_could_not_stay(kind: str) -> None:
    _, previous = cluster()
    happened, solution = after(kind)
    problem, report = happened.problem, report_of(solution)
    was = previous.placement_of
    kept = [p for a, p in was.items() if a in problem.activity_by_id and a not in report.hit]
    everything = [p for a, p in was.items() if a in problem.activity_by_id]
    broken = [v for v in check(problem, plan_of(problem, *everything)) if v.kind != "structure"]
    assert bool(broken) >= bool(report.hit)
    for name in report.hit:
        assert check(problem, plan_of(problem, *kept, was[name]))


def test_nothing_happened_nothing_moves() -> None:
    problem, previous = cluster()
    solution = repaired(problem, previous)
    report = report_of(solution)
    assert (report.moves, report.change, report.hit, report.lost_minutes) == (0, 0, (), 0)
    assert report.proved
    assert previous.placement_of.keys() <= solution.placement_of.keys()


def test_equal_work_gives_equal_bytes() -> None:
    _, previous = cluster()
    happened = disruption("room_fortnight")
    _, once = after("room_fortnight")
    first = dump_solution(once)
    assert first == dump_solution(repaired(happened.problem, previous, happened.freeze_until_slot, 100))
    assert b'"seconds":null' in first


@pytest.mark.parametrize("kind", kinds())
def test_d_is_the_cost_of_the_rule_change(kind: str) -> None:
    _, previous = cluster()
    happened, solution = after(kind)
    rule = change_rule(happened.problem, previous.placement_of, happened.freeze_until_slot)
    others = tuple(r for r in happened.problem.rules if r.kind != "change")
    priced = happened.problem.model_copy(update={"rules": (*others, rule)})
    (term,) = score(priced, solution).stage("change")
    assert term.value == report_of(solution).change


def tiny(**sets: tuple[str, ...]) -> Problem:
    """Two rooms, two trainers, two groups; an hour a slot; nothing overlaps."""
    problem = example(
        "no_overlap",
        {"resources": ["a", "b", "anna", "boris", "g1", "g2"]},
        resources=(room("a"), room("b", "p2"), person("anna"), person("boris"), part("g1"), part("g2")),
        option_sets={"t": options((8, 10), (32, 34), (56, 58))},
        candidate_sets={"rooms": ("a",), "trainers": ("anna", "boris"), "g1": ("g1",), "g2": ("g2",)} | sets,
        activities=tuple(
            session(name, "t", {"room": "rooms", "trainer": "trainers", "group": group})
            for name, group in (("x", "g1"), ("y", "g2"))
        ),
    )
    return problem.model_copy(update={"resources": problem.resources})


def test_a_trainer_is_replaced_before_a_session_moves() -> None:
    problem = tiny(trainers=("boris",))
    previous = plan_of(
        problem,
        at("x", 8, 10, room="a", trainer="anna", group="g1"),
        at("y", 32, 34, room="a", trainer="boris", group="g2"),
    )
    report = report_of(repaired(problem, previous))
    (only,) = report.changes
    assert (only.activity, only.kinds, only.hit) == ("x", ("resource",), True)
    assert only.change == 4 * 3 * 1  # four learners, within a week, a trainer
    assert report.touched.resources == ("anna", "boris")
    assert report.touched.people == 4
    assert report.proved


def test_another_place_is_taken_before_another_time() -> None:
    problem = tiny(rooms=("b",))
    previous = plan_of(problem, at("x", 8, 10, room="a", trainer="anna", group="g1"))
    report = report_of(repaired(problem, previous))
    assert report.changes[0].kinds == ("place",)
    assert report.change == 4 * 3 * 3


def test_what_is_hit_in_the_freeze_is_no_earlier_than_it_was_and_the_rest_stays() -> None:
    problem = tiny(trainers=("boris",))
    previous = plan_of(
        problem,
        at("x", 32, 34, room="a", trainer="anna", group="g1"),
        at("y", 32, 34, room="b", trainer="boris", group="g2"),
    )
    problem = problem.model_copy(
        update={
            "candidate_sets": {
                **problem.candidate_sets,
                "rooms": tiny(rooms=("a", "b")).candidate_sets["rooms"],
            }
        }
    )
    solution = repaired(problem, previous, freeze=48)
    assert solution.placement_of["y"] == previous.placement_of["y"]
    # Eight o'clock of the first day is free, but before what people know.
    assert solution.placement_of["x"].meetings == ((56, 58),)
    assert report_of(solution).frozen == 1


def test_without_a_place_it_is_said_to_be_lost_and_proved() -> None:
    problem = tiny(trainers=("boris",))
    problem = problem.model_copy(update={"option_sets": {"t": options((8, 10))}})
    previous = plan_of(
        problem,
        at("x", 8, 10, room="a", trainer="anna", group="g1"),
        at("y", 32, 34, room="a", trainer="boris", group="g2"),
    )
    solution = repaired(problem, previous)
    report = report_of(solution)
    assert report.lost_minutes == 4 * 90
    assert [c.kinds for c in report.changes if c.after is None] == [("unplaced",)]
    assert len(solution.unplaced) == 1
    assert report.proved


@pytest.mark.parametrize("beyond", [False, True])
def test_with_one_session_the_whole_request_is_hit(beyond: bool) -> None:
    """Whether the search keeps every hard rule by itself or asks the exact engine for it."""
    problem = tiny(trainers=("boris",))
    previous = plan_of(
        problem,
        at("x", 8, 10, room="a", trainer="anna", group="g1"),
        at("y", 32, 34, room="a", trainer="boris", group="g2"),
    )
    rules = [*problem.rules, Rule(id="whole", kind="all_or_none", params={"requests": ["r1"]})]
    if beyond:
        rules.append(_apart())
    problem = problem.model_copy(update={"rules": tuple(rules), "option_sets": {"t": options((32, 34))}})
    solution = repaired(problem, previous, freeze=48)
    report = report_of(solution)
    assert solution.placements == ()
    assert (report.frozen, report.hit, report.moves) == (0, ("x", "y"), 2)
    assert report.change == sum(c.change for c in report.changes)


def _apart() -> Rule:
    """Return a rule that binds nobody here and that the search does not keep by itself."""
    return Rule(
        id="apart",
        kind="day_shape",
        params={"shapes": [{"resources": ["anna"], "measure": "span", "at_most": 24}]},
    )


def test_a_chain_of_moves_saves_a_session() -> None:
    problem = tiny(rooms=("a",), trainers=("anna", "boris"))
    late = session("x", "late", {"room": "rooms", "trainer": "trainers", "group": "g1"})
    problem = problem.model_copy(
        update={
            "option_sets": {"t": options((8, 10), (32, 34)), "late": options((32, 34))},
            "activities": (late, problem.activities[1]),
        }
    )
    previous = plan_of(
        problem,
        at("x", 56, 58, room="a", trainer="anna", group="g1"),
        at("y", 32, 34, room="a", trainer="boris", group="g2"),
    )
    solution = repaired(problem, previous)
    assert solution.placement_of["x"].meetings == ((32, 34),)
    assert solution.placement_of["y"].meetings == ((8, 10),)
    report = report_of(solution)
    assert (report.moves, report.moves_bound, report.hit) == (2, 2, ("x",))
    assert report.proved


NOT_TOGETHER = Rule(
    id="few",
    kind="concurrent",
    params={"limits": [{"activities": ["x", "y"], "windows": [(0, 24)], "at_most": 1}]},
)
"""Kept by the exact engine alone."""


NOT_BEFORE = Rule(
    id="later", kind="availability", params={"calendars": [{"resources": ["g1"], "windows": [(32, 56)]}]}
)


def with_kits(*units: str, rules: tuple[Rule, ...] = ()) -> Problem:
    """Return two sessions that take a kit of so many each."""
    problem = tiny()
    kit = room("kit", None, mode="pooled", capacity=len(units), units=units)
    return problem.model_copy(
        update={
            "resources": (*problem.resources, kit),
            "candidate_sets": {
                **problem.candidate_sets,
                "kits": (problem.candidate_sets["g1"][0].model_copy(update={"resource": "kit"}),),
            },
            "activities": tuple(
                session(name, "t", {"kit": "kits", "group": group})
                for name, group in (("x", "g1"), ("y", "g2"))
            ),
            "rules": (*problem.rules, *rules),
        }
    )


def holding(name: str, start: int, unit: str) -> Placement:
    group = {"x": "g1", "y": "g2"}[name]
    there = at(name, start, start + 2, kit="kit", group=group)
    return there.model_copy(update={"units": {"kit": (unit,)}})


@pytest.mark.parametrize("rules", [(), (NOT_TOGETHER,)], ids=["state", "exact"])
def test_units_stay_with_those_who_have_them(rules: tuple[Rule, ...]) -> None:
    problem = with_kits("k1", "k2", rules=rules)
    problem = problem.model_copy(update={"rules": (*problem.rules, NOT_BEFORE)})
    solution = repaired(problem, plan_of(problem, holding("x", 8, "k2"), holding("y", 32, "k1")))
    assert solution.placement_of["x"].meetings == ((32, 34),)
    assert solution.placement_of["y"].units == {"kit": ("k1",)}


@pytest.mark.parametrize("rules", [(), (NOT_TOGETHER,)], ids=["state", "exact"])
def test_who_had_a_unit_that_is_gone_has_another(rules: tuple[Rule, ...]) -> None:
    problem = with_kits("k1", rules=rules)
    solution = repaired(problem, plan_of(problem, holding("x", 8, "k2"), holding("y", 32, "k1")))
    assert [p.units for p in solution.placements] == [{"kit": ("k1",)}] * 2
    assert report_of(solution).moves == 0


def test_whoever_has_no_unit_any_more_leaves() -> None:
    problem = with_kits("k1", rules=(NOT_TOGETHER,))
    problem = problem.model_copy(update={"rules": tuple(r for r in problem.rules if r.kind != "capacity")})
    report = report_of(repaired(problem, plan_of(problem, holding("x", 56, "k2"), holding("y", 56, "k1"))))
    assert (report.moves, len(report.hit)) == (1, 1)


def test_what_is_frozen_keeps_its_unit_where_not_all_can() -> None:
    # Whoever needs the unit for two hours finds no place beside two who keep one each.
    kit = room("kit", None, mode="pooled", capacity=2, units=("k1", "k2"))
    takes = [Take(0, "kit", 1, ((0, 2),)), Take(1, "kit", 1, ((4, 6),)), Take(2, "kit", 1, ((0, 2), (4, 6)))]
    held: Named = {(0, "kit"): ("k1",), (1, "kit"): ("k2",)}
    assert assign(kit, takes, held) is None
    named = assign(kit, takes, {(0, "kit"): ("k1",)})
    assert named == {(0, "kit"): ("k1",), (1, "kit"): ("k1",), (2, "kit"): ("k2",)}


def test_what_was_out_for_no_known_reason_is_told_as_a_solve_tells_it() -> None:
    problem = synthetic(25, 6, 3)
    plan = solve(problem, SolveOptions(deterministic_units=1), lambda _: None, lambda _: None, lambda: False)
    solution = repaired(problem, plan_of(problem, *plan.placements))
    told = {u.activity: u.reasons[0].rule for u in solution.unplaced}
    known = {u.activity: u.reasons[0].rule for u in plan.unplaced}
    assert "counting" in known.values()
    assert told == known


def test_a_stop_before_anything_says_so() -> None:
    problem, previous = cluster()
    with pytest.raises(StoppedEarly):
        repair(problem, previous, RepairOptions(), lambda _: None, lambda _: None, lambda: True)


def test_a_moment_is_a_slot_or_a_local_time() -> None:
    problem = tiny().model_copy(update={"labels": {"day:0": "2027-02-01"}})
    assert slot_of(problem, "30") == 30
    assert slot_of(problem, "2027-02-02") == 24
    assert slot_of(problem, "2027-02-02T08:30") == 33
    assert slot_of(problem, "2026-12-31") == 0
    with pytest.raises(InvalidProblem):
        slot_of(problem, "tomorrow")
    with pytest.raises(InvalidProblem):
        slot_of(tiny(), "2027-02-02")


def test_a_date_beside_a_grid_of_short_weeks_and_days() -> None:
    grid = TimeGrid(slot_minutes=60, slots_per_day=10, days_per_week=5, weeks=3)
    problem = tiny().model_copy(update={"labels": {"day:0": "2027-02-01"}, "grid": grid})
    moments = {
        "2027-02-02T03:00": 13,
        "2027-02-02T12:00": 20,
        "2027-02-05": 40,
        "2027-02-06T09:00": 50,
        "2027-02-07": 50,
        "2027-02-08": 50,
        "2027-02-09T01:30": 62,
        "2027-01-31T23:00": 0,
    }
    assert {moment: slot_of(problem, moment) for moment in moments} == moments


@pytest.mark.parametrize("given", [{"time_limit_s": 0}, {"freeze_until_slot": -1}, {"epsilon_permille": -1}])
def test_limits_are_sensible(given: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"repair|freeze"):
        RepairOptions(**given)


def test_hard_rules_that_only_the_exact_engine_keeps_are_kept() -> None:
    problem = tiny(rooms=("a", "b"))
    # Never both at once on the first two days: what moves has to look at it.
    limit = {"limits": [{"activities": ["x", "y"], "windows": [(0, 48)], "at_most": 1}]}
    problem = problem.model_copy(
        update={"rules": (*problem.rules, Rule(id="few", kind="concurrent", params=limit))}
    )
    previous = plan_of(
        problem,
        at("x", 8, 10, room="a", trainer="anna", group="g1"),
        at("y", 8, 10, room="b", trainer="boris", group="g2"),
    )
    solution = repaired(problem, previous)
    assert check(problem, solution) == []
    report = report_of(solution)
    assert (report.moves, report.lost_minutes) == (1, 0)
    assert report.change == 4 * 3 * 10


def test_what_was_out_without_a_reason_is_explained() -> None:
    problem = synthetic(20, 5, 1, over=1.6)
    plan = solve(problem, SolveOptions(deterministic_units=1), lambda _: None, lambda _: None, lambda: False)
    unsaid = plan.model_copy(
        update={"unplaced": tuple(Unplaced(activity=u.activity, reasons=(ANY,)) for u in plan.unplaced)}
    )
    solution = repaired(problem, unsaid)
    assert len(solution.unplaced) > 20
    told = {u.activity: u.reasons[0].rule for u in plan.unplaced}
    same = [u.reasons[0].rule != "search" for u in solution.unplaced if u.activity in told]
    assert all(same)
    assert {r.rule for u in solution.unplaced for r in u.reasons} >= {"no_overlap"}


@pytest.mark.parametrize("kind", ["room_fortnight", "participant_leaves"])
def test_with_a_partner_what_is_frozen_stays_and_the_bounds_hold(kind: str) -> None:
    happened, alone = after(kind)
    previous = cluster()[1]
    given = RepairOptions(happened.freeze_until_slot, time_limit_s=3.0)
    found = repair(happened.problem, previous, given, lambda _: None, lambda _: None, lambda: False)
    assert check(happened.problem, found) == []
    told = report_of(found)
    # Bounds of one repair hold for every other.
    assert told.lost_minutes_bound <= report_of(alone).lost_minutes
    assert report_of(alone).lost_minutes_bound <= told.lost_minutes
    for name, was in previous.placement_of.items():
        early = was.meetings[0][0] < happened.freeze_until_slot
        if early and name in happened.problem.activity_by_id and name not in told.hit:
            now = found.placement_of[name]
            assert (now.meetings, now.resources) == (was.meetings, was.resources)
