"""Figures of fairness against naive recomputation, and what an optimal plan does to an inflated request."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.baselines import BASELINES
from solver.checker import check
from solver.engine import solve
from solver.engine.compile import compile_problem
from solver.engine.worst_off import worst_off_at_most
from solver.fairness import BadTimes, FairnessReport, figures, gini_permille, jain_permille, report
from solver.options import SolveOptions
from solver.problem import (
    Activity,
    Candidate,
    Place,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Placement, Solution
from tests.solver.clusters import planned
from tests.solver.clusters import solution as solution_of
from tests.solver.engine.exhaustive import plans, plans_with_pins, served, small
from tests.solver.engine.random_problems import make

SEEDS = st.integers(min_value=0, max_value=100_000)


def solved(problem: Problem, units: int = 1) -> Solution:
    options = SolveOptions(deterministic_units=units)
    return solve(problem, options, lambda _: None, lambda _: None, lambda: False)


def due_of(problem: Problem) -> dict[str, int]:
    found: dict[str, int] = {}
    for rule in problem.rules:
        if rule.kind == "fair_share":
            for who, share in rule.params["participants"].items():
                found[who] = min(share["demand"], share["entitlement"])
    return found


def shares_of(problem: Problem, placements: Iterable[Placement]) -> dict[str, Fraction]:
    """Return the exact share of everybody who is due something."""
    granted: dict[str, int] = defaultdict(int)
    for placement in placements:
        activity = problem.activity_by_id[placement.activity]
        granted[problem.request_by_id[activity.request].participant] += activity.learner_minutes
    return {who: min(Fraction(1), Fraction(granted[who], due)) for who, due in due_of(problem).items() if due}


# --- figures ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 1000), max_size=12))
def test_jain_and_gini_are_what_their_definitions_say(shares: list[int]) -> None:
    if any(shares):
        mean = Fraction(sum(shares), len(shares))
        square = Fraction(sum(s * s for s in shares), len(shares))
        apart = Fraction(sum(abs(a - b) for a in shares for b in shares), len(shares) ** 2)
        assert jain_permille(shares) == int(mean**2 / square * 1000)
        assert gini_permille(shares) == int(apart / (2 * mean) * 1000)
    else:
        assert (jain_permille(shares), gini_permille(shares)) == (1000, 0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 40), st.integers(6, 20))
def test_every_participant_s_row_against_a_naive_count(seed: int, evening_h: int) -> None:
    problem, plan = planned(seed)
    bad = BadTimes(evening_from_minutes=60 * evening_h, weekdays=frozenset({4}))
    found = report(problem, plan, bad)

    exact = shares_of(problem, plan.placements)
    assert {p.participant: p.share_permille for p in found.participants} == {
        who: int(share * 1000) for who, share in exact.items()
    }
    assert [p.share_permille for p in found.participants] == sorted(
        p.share_permille for p in found.participants
    )
    for row in found.participants:
        attendances, travel, unwanted = 0, 0, Fraction(0)
        for placement in plan.placements:
            activity = problem.activity_by_id[placement.activity]
            if problem.request_by_id[activity.request].participant != row.participant:
                continue
            attendances += activity.size * len(placement.meetings)
            room = problem.resource_by_id[placement.resources["room"]]
            slots = sum(end - start for start, end in placement.meetings)
            for start, end in placement.meetings:
                for name in placement.resources.values():
                    part = problem.resource_by_id[name]
                    if part.kind == "learners":
                        assert part.home is not None
                        travel += part.size * problem.travel_from(part.home, room.place) * 15
                late = (end % 96 or 96) * 15 > 60 * evening_h
                if late or start // 96 % 7 == 4:
                    unwanted += Fraction(activity.learner_minutes * (end - start), slots)
        assert (row.attendances, row.travel_minutes) == (attendances, travel)
        assert 0 <= unwanted - row.bad_minutes <= len(plan.placements)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 40))
def test_figures_of_a_plan_are_those_of_its_score_and_its_report(seed: int) -> None:
    problem, plan = planned(seed)
    found = figures(problem, "it", plan.placements)

    fairness = report(problem, plan)
    assert (found.worst_off, found.worst_off_permille) == (
        fairness.participants[0].participant,
        fairness.participants[0].share_permille,
    )
    assert found.jain_permille == fairness.jain_permille
    assert found.travel_minutes == sum(p.travel_minutes for p in fairness.participants)
    assert tuple(found.served_minutes.values()) == served(problem, plan.placements)
    there = {p.activity for p in plan.placements}
    by_request = [[a.id in there for a in activities] for activities in problem.activities_of.values()]
    assert found.requests_whole == sum(map(all, by_request))
    assert found.requests_none == sum(not any(placed) for placed in by_request)


# --- envy ------------------------------------------------------------------------------------------


def naive_envies(problem: Problem, placements: tuple[Placement, ...]) -> set[tuple[str, str, int]]:
    """Find who envies whom by trying every way to put c's sessions into d's places."""
    due = due_of(problem)
    owner = {a.id: problem.request_by_id[a.request].participant for a in problem.activities}
    granted: dict[str, int] = defaultdict(int)
    for placement in placements:
        granted[owner[placement.activity]] += problem.activity_by_id[placement.activity].learner_minutes
    found = set()
    for c in due:
        mine = [a for a in problem.activities if owner[a.id] == c]
        for d in due:
            if c == d or not due[d] or granted[c] >= due[c]:
                continue
            theirs = [p for p in placements if owner[p.activity] == d]
            suits = [
                [
                    p.resources["room"] in {x.resource for x in problem.candidate_sets["rooms"]}
                    and any(
                        start < o_end and o_start < end
                        for option in problem.option_sets[a.times]
                        for o_start, o_end in option.meetings
                        for start, end in p.meetings
                    )
                    for p in theirs
                ]
                for a in mine
            ]

            best = _best(tuple(a.learner_minutes for a in mine), tuple(map(tuple, suits)))
            gain = min(best * due[c] // due[d], due[c]) - granted[c]
            if gain > max(a.learner_minutes for a in mine):
                found.add((c, d, gain))
    return found


def _best(worths: tuple[int, ...], suits: tuple[tuple[bool, ...], ...]) -> int:
    """Return the most that sessions of these worths come to in places that suit them, each taken once."""

    @cache
    def best(i: int, used: int) -> int:
        if i == len(worths):
            return 0
        value = best(i + 1, used)
        for k, able in enumerate(suits[i]):
            if able and not used & 1 << k:
                value = max(value, worths[i] + best(i + 1, used | 1 << k))
        return value

    return best(0, 0)


def market(rng: random.Random) -> Problem:
    """Return colleges that want slots of a few rooms, with sessions of different worth and times."""
    rooms = [
        Resource(id=f"room{i}", kind="workshop", place=f"p{i % 2}", capacity=30)
        for i in range(rng.randint(1, 3))
    ]
    times = {
        f"t{i}": tuple(
            TimeOption(meetings=((24 * day + 8 + h, 24 * day + 10 + h),)) for day in days for h in (0, 1)
        )
        for i, days in enumerate(([0], [0, 1], [1, 2]))
    }
    activities, requests, groups = [], [], []
    for c in range(rng.randint(2, 3)):
        groups.append(Resource(id=f"g{c}", kind="learners", size=5 + c, home="north"))
        requests.append(Request(id=f"r{c}", participant=f"c{c}", priority="only"))
        for index in range(rng.randint(1, 5)):
            activities.append(
                Activity(
                    id=f"r{c}/{index}",
                    request=f"r{c}",
                    chain=f"r{c}",
                    index=index,
                    times=rng.choice(list(times)),
                    size=5 + c,
                    contact_minutes=rng.choice((60, 90, 240)),
                    requirements=(
                        Requirement(role="room", candidates="rooms", amount=5 + c),
                        Requirement(role="learners:1", candidates=f"g{c}"),
                    ),
                )
            )
    shares = {
        r.participant: {
            "demand": sum(a.learner_minutes for a in activities if a.request == r.id),
            "entitlement": rng.choice((300, 900, 2000)),
        }
        for r in requests
    }
    return Problem(
        name="market",
        grid=TimeGrid(slot_minutes=60, slots_per_day=24, weeks=1),
        places=(Place(id="p0", area="north"), Place(id="p1", area="north")),
        resources=(*rooms, *groups),
        option_sets=times,
        candidate_sets={
            "rooms": tuple(Candidate(resource=r.id) for r in rooms),
            **{g.id: (Candidate(resource=g.id),) for g in groups},
        },
        requests=tuple(requests),
        activities=tuple(activities),
        rules=(
            Rule(id="1", kind="no_overlap", params={"resources": [r.id for r in rooms]}),
            Rule(id="2", kind="presence", params={"resources": [g.id for g in groups]}),
            Rule(id="3", kind="coverage", weight=1),
            Rule(id="4", kind="fair_share", weight=1, params={"participants": shares}),
        ),
    )


@settings(max_examples=120, deadline=None)
@given(SEEDS)
def test_envy_is_the_best_exchange_of_places_and_no_other(seed: int) -> None:
    rng = random.Random(seed)
    problem = market(rng)
    plan: list[Placement] = []
    for activity in sorted(problem.activities, key=lambda _: rng.random()):
        for option in problem.option_sets[activity.times]:
            room = rng.choice(problem.candidate_sets["rooms"]).resource
            used = {"room": room, "learners:1": f"g{activity.request[1:]}"}
            placement = Placement(activity=activity.id, meetings=option.meetings, resources=used)
            trial = {p.activity: p for p in (*plan, placement)}
            if not check(problem, solution_of(trial, problem)):
                plan.append(placement)
                break
    solution = solution_of({p.activity: p for p in plan}, problem)
    found = {(e.participant, e.of, e.gain_minutes) for e in report(problem, solution).envies}
    assert found == naive_envies(problem, tuple(plan))


def test_some_plans_leave_somebody_envious() -> None:
    """The property above would hold of an empty answer if nobody ever envied anybody."""
    envious = 0
    for seed in range(60):
        problem = market(random.Random(seed))
        solution = BASELINES["hand"](problem)
        envious += bool(report(problem, solution).envies)
    assert envious > 3


# --- the aim ---------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_the_worst_off_is_within_a_session_of_what_any_plan_could_give(seed: int) -> None:
    problem = make(seed, 6)
    due = {who: minutes for who, minutes in due_of(problem).items() if minutes}
    assume(due and small(problem))
    solution = solved(problem, 2)
    assert solution.report is not None
    stage = solution.report.fairness_stage
    if stage is None:
        assert not solution.unplaced or solution.report.status != "feasible"
        floors = list(served(problem, solution.placements))
    else:
        floors = list(stage.floor_minutes.values())
    allowed = [
        plan
        for plan in plans_with_pins(problem, solution)
        if all(has >= floor for has, floor in zip(served(problem, plan), floors, strict=True))
    ]
    best = max(min(shares_of(problem, plan).values()) for plan in allowed)
    ours = shares_of(problem, solution.placements)
    worst = min(ours, key=lambda who: ours[who])
    session = max(
        a.learner_minutes for a in problem.activities if problem.request_by_id[a.request].participant == worst
    )
    assert ours[worst] + Fraction(session, due[worst]) >= best
    bound = worst_off_at_most(compile_problem(problem), floors, None)
    assert bound is not None
    assert int(best * 1000) <= bound
    if stage is not None and stage.bound_permille is not None:
        assert int(best * 1000) <= stage.bound_permille


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_price_of_fairness_is_what_the_plan_before_that_stage_had_more(seed: int) -> None:
    problem = make(seed, 10)
    solution = solved(problem)
    found: FairnessReport = report(problem, solution)
    assert solution.report is not None
    stage = solution.report.fairness_stage
    assume(stage is not None and found.price is not None)
    assert stage is not None
    assert found.price is not None
    now = served(problem, solution.placements)
    for before, loss, has, floor in zip(
        stage.served_minutes.values(), found.price.classes, now, stage.floor_minutes.values(), strict=True
    ):
        assert loss.lost_minutes == before - has
        assert has >= floor
    if stage.served_minutes == dict(zip(problem.priorities, now, strict=True)):
        assert found.participants[0].share_permille >= stage.worst_off_permille


# --- inflated requests -----------------------------------------------------------------------------


def contest(wanted: Mapping[str, int], entitled: Mapping[str, int], slots: int) -> Problem:
    """Return colleges of equal groups that want sessions in one room with a few slots."""
    activities, requests, groups = [], [], []
    for who, sessions in wanted.items():
        groups.append(Resource(id=f"g{who}", kind="learners", size=10, home="north"))
        requests.append(Request(id=f"r{who}", participant=who, priority="only"))
        activities += [
            Activity(
                id=f"{who}/{index}",
                request=f"r{who}",
                chain=who,
                index=index,
                times="t",
                size=10,
                contact_minutes=90,
                requirements=(
                    Requirement(role="room", candidates="rooms", amount=10),
                    Requirement(role="learners:1", candidates=f"g{who}"),
                ),
            )
            for index in range(sessions)
        ]
    shares = {who: {"demand": 900 * wanted[who], "entitlement": 900 * entitled[who]} for who in wanted}
    return Problem(
        name="contest",
        grid=TimeGrid(slot_minutes=60, slots_per_day=24, weeks=1),
        places=(Place(id="p", area="north"),),
        resources=(Resource(id="room", kind="workshop", place="p", capacity=10), *groups),
        option_sets={
            "t": tuple(TimeOption(meetings=((24 * day + 8, 24 * day + 10),)) for day in range(slots))
        },
        candidate_sets={
            "rooms": (Candidate(resource="room"),),
            **{g.id: (Candidate(resource=g.id),) for g in groups},
        },
        requests=tuple(requests),
        activities=tuple(activities),
        rules=(
            Rule(id="1", kind="no_overlap", params={"resources": ["room"]}),
            Rule(id="2", kind="coverage", weight=1),
            Rule(id="3", kind="fair_share", weight=1, params={"participants": shares}),
            Rule(id="4", kind="precedence"),
        ),
    )


def most_of(problem: Problem, who: str) -> int:
    """Return the most sessions that a participant has in any optimal plan, by going through all of them."""
    best: tuple[object, ...] | None = None
    most = 0
    for plan in plans(problem):
        worth = (served(problem, plan), sorted(shares_of(problem, plan).values()))
        mine = sum(p.activity.startswith(f"{who}/") for p in plan)
        if best is None or worth > best:
            best, most = worth, mine
        elif worth == best:
            most = max(most, mine)
    return most


@pytest.mark.parametrize("more", [1, 2])
@pytest.mark.parametrize(("a", "b", "b_wants"), [(1, 1, 1), (1, 1, 2), (1, 2, 2), (2, 1, 1), (2, 1, 2)])
def test_asking_for_more_than_one_is_entitled_to_gains_nothing(
    a: int, b: int, b_wants: int, more: int
) -> None:
    """Where a competency is contested, the entitlements are what is offered, whatever anybody asks for."""
    due = {"a": a, "b": b}
    before = contest({"a": a, "b": b_wants}, due, a + b)
    after = contest({"a": a + more, "b": b_wants}, due, a + b)
    assert most_of(after, "a") == most_of(before, "a") == a
    for problem in (before, after):
        placed = [p.activity[0] for p in solved(problem).placements]
        assert (placed.count("a"), placed.count("b")) == (a, b)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_nobody_gets_more_of_what_is_contested_by_asking_for_more(data: st.DataObject) -> None:
    """The same for up to three colleges that together are entitled to all there is, or to more."""
    due = {who: data.draw(st.integers(1, 2), f"due {who}") for who in "abc"[: data.draw(st.integers(2, 3))]}
    wanted = {who: data.draw(st.integers(1, 3), f"wanted {who}") for who in due}
    wanted["a"] = max(wanted["a"], due["a"])
    slots = data.draw(st.integers(1, min(5, sum(min(wanted[who], due[who]) for who in due))))
    before = contest(wanted, due, slots)
    after = contest(wanted | {"a": wanted["a"] + data.draw(st.integers(1, 3), "more")}, due, slots)
    most = most_of(before, "a")
    assert most_of(after, "a") == most
    assert sum(p.activity.startswith("a/") for p in solved(after).placements) <= most


def test_what_nobody_is_entitled_to_goes_to_whoever_asks_at_no_cost_to_others() -> None:
    due = {"a": 1, "b": 1}
    inflated = solved(contest({"a": 3, "b": 1}, due, 3))
    assert sorted(p.activity[0] for p in inflated.placements) == ["a", "a", "b"]


def test_a_solve_tells_the_figures_of_a_person_s_plans() -> None:
    problem = make(11, 14)
    found = solved(problem).report
    assert found is not None
    assert {one.name for one in found.baselines} == set(BASELINES)
    for one in found.baselines:
        plan = BASELINES[one.name](problem)
        assert not check(problem, plan)
        if one.name == "hand":
            assert one == figures(problem, "hand", plan.placements)
