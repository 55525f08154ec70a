"""The scorer of ITC-2019 plans and our checker read the same file alike."""

import random
from xml.etree import ElementTree

import pytest

from benchmarks.itc2019_problem import Adapter, Instance, named, solution_xml
from benchmarks.itc2019_score import Scorer
from solver import checker
from solver.engine import solve
from solver.options import SolveOptions
from solver.problem import Problem
from solver.solution import Placement, Solution, Unplaced

ROOMS = """
<rooms>
  <room id="1" capacity="10"><travel room="2" value="3"/></room>
  <room id="2" capacity="20"><travel room="3" value="1"/>
    <unavailable days="1100000" start="5" length="4" weeks="10"/></room>
  <room id="3" capacity="20"/>
</rooms>
"""
TIMES = [
    ("1000000", 3, 4, "11"),
    ("0100000", 5, 4, "10"),
    ("1100000", 8, 2, "11"),
    ("0010000", 3, 6, "01"),
    ("1000000", 9, 3, "10"),
]
PAIRS = [
    "SameStart",
    "SameTime",
    "DifferentTime",
    "SameDays",
    "DifferentDays",
    "SameWeeks",
    "DifferentWeeks",
    "Overlap",
    "NotOverlap",
    "SameRoom",
    "DifferentRoom",
    "SameAttendees",
    "Precedence",
    "WorkDay(8)",
    "MinGap(2)",
]
DAILY = ["MaxDays(1)", "MaxDayLoad(6)", "MaxBreaks(0,1)", "MaxBlock(5,2)"]


def instance(kinds: list[str], required: bool) -> ElementTree.Element:
    """Four classes of one course, and one distribution of each kind over all of them."""
    classes = ""
    for number in range(1, 5):
        rooms = "".join(f'<room id="{r}" penalty="{r - 1}"/>' for r in (1, 2, 3)) if number < 4 else ""
        times = "".join(
            f'<time days="{days}" start="{start}" length="{length}" weeks="{weeks}" penalty="{at}"/>'
            for at, (days, start, length, weeks) in enumerate(TIMES)
        )
        room = "" if rooms else ' room="false"'
        classes += f'<class id="{number}" limit="9"{room}>{rooms}{times}</class>'
    asked = 'required="true"' if required else 'penalty="5"'
    distributions = "".join(
        f'<distribution type="{kind}" {asked}>'
        + "".join(f'<class id="{number}"/>' for number in (2, 1, 4, 3))
        + "</distribution>"
        for kind in kinds
    )
    return ElementTree.fromstring(
        f'<problem name="tiny" nrDays="7" slotsPerDay="24" nrWeeks="2">'
        f'<optimization time="2" room="3" distribution="7" student="1"/>{ROOMS}'
        f'<courses><course id="1"><config id="1"><subpart id="1">{classes}</subpart></config></course>'
        "</courses>"
        f"<distributions>{distributions}</distributions></problem>"
    )


def random_plan(problem: Problem, rng: random.Random) -> Solution:
    """Return every activity somewhere, now and then one nowhere."""
    placements, unplaced = [], []
    for activity in problem.activities:
        if rng.random() < 0.05:
            unplaced.append(
                Unplaced.model_validate(
                    {"activity": activity.id, "reasons": [{"rule": "coverage", "code": "excluded"}]}
                )
            )
            continue
        placements.append(
            Placement(
                activity=activity.id,
                meetings=rng.choice(problem.option_sets[activity.times]).meetings,
                resources={
                    r.role: rng.choice(problem.candidate_sets[r.candidates]).resource
                    for r in activity.requirements
                },
            )
        )
    return Solution(problem_sha256="", placements=tuple(placements), unplaced=tuple(unplaced))


def scored(root: ElementTree.Element, read: Instance, solution: Solution) -> tuple[int, bool]:
    """Cost and validity by the scorer, through the written file."""
    verdict = Scorer(root).score(ElementTree.fromstring(solution_xml(read, solution, 1.0)))
    return verdict.total, not verdict.faults


@pytest.mark.parametrize("kind", PAIRS + DAILY)
def test_a_hard_distribution_means_the_same_to_both(kind: str) -> None:
    root = instance([kind], required=True)
    read = Adapter(root).instance()
    rng = random.Random(5)
    verdicts = set()
    for _ in range(400):
        solution = random_plan(read.problem, rng)
        valid = not checker.check(read.problem, solution)
        assert scored(root, read, solution)[1] == valid, solution.placements
        verdicts.add(valid)
    assert verdicts == {True, False}


@pytest.mark.parametrize("kind", PAIRS + DAILY)
def test_a_soft_distribution_costs_the_same_in_both(kind: str) -> None:
    root = instance([kind], required=False)
    read = Adapter(root).instance()
    weeks = read.problem.grid.weeks
    daily = kind.startswith(("MaxDayLoad", "MaxBreaks", "MaxBlock"))
    rng = random.Random(6)
    costs = set()
    for _ in range(300):
        solution = random_plan(read.problem, rng)
        terms = [t for t in checker.score(read.problem, solution).terms if t.stage == "rest"]
        ours = sum(t.weight * t.value for t in terms)
        cost, _ = scored(root, read, solution)
        if daily:
            # The format rounds the penalty of each distribution down after dividing it by the weeks.
            assert cost <= ours / weeks < cost + 7
        else:
            assert cost == ours
        costs.add(cost)
    assert len(costs) > 5


def test_a_solved_instance_is_valid_and_its_file_says_so() -> None:
    root = instance(["NotOverlap", "SameWeeks"], required=True)
    read = Adapter(root).instance()
    solution = solve(
        read.problem,
        SolveOptions(deterministic_units=2, workers=1),
        lambda _: None,
        lambda _: None,
        lambda: False,
    )
    verdict = Scorer(root).score(ElementTree.fromstring(solution_xml(read, solution, 1.0)))
    assert verdict.faults == []
    assert verdict.unplaced == len(solution.unplaced)


def test_faults_of_a_plan_are_named() -> None:
    root = instance([], required=True)
    plan = ElementTree.fromstring(
        '<solution name="tiny">'
        '<class id="1" days="1000000" start="3" weeks="11" room="2"/>'
        '<class id="2" days="1000000" start="3" weeks="11" room="2"/>'
        '<class id="3" days="1000000" start="4" weeks="11" room="2"/>'
        '<class id="4" days="1000000" start="3" weeks="11" room="1"/>'
        '<class id="9" days="1000000" start="3" weeks="11"/>'
        "</solution>"
    )
    verdict = Scorer(root).score(plan)
    assert verdict.unplaced == 2
    assert any("overlap in room 2" in fault for fault in verdict.faults)
    assert any("closed" in fault for fault in verdict.faults)
    assert any("class 3 has no such time" in fault for fault in verdict.faults)
    assert any("class 4 may not be in room 1" in fault for fault in verdict.faults)
    assert any("class 9" in fault for fault in verdict.faults)


def test_names_of_distributions() -> None:
    assert named("MaxBlock(20, 4)") == ("MaxBlock", (20, 4))
    assert named("SameRoom") == ("SameRoom", ())
    with pytest.raises(ValueError, match="Same Room"):
        named("Same Room")
