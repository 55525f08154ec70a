"""Projects in MiniZinc's format: read, solved by the project search, written, judged by the scorer."""

import random
from itertools import product
from pathlib import Path

import pytest

from benchmarks.mspsp_problem import Instance, problem_of, read, solution_text
from benchmarks.mspsp_score import judge
from solver import checker
from solver.engine import solve
from solver.engine.exact import solve_exact
from solver.engine.exact.facts import facts_of
from solver.engine.exact.project import project_of
from solver.options import SolveOptions
from solver.solution import Solution

DATA = """
% a project of four activities between a begin and an end without length
nActs = 6;
dur = [0,3,2,2,4,0];
nSkills = 2;
sreq = [| 0,0,
        | 1,1,
        | 0,1,
        | 1,0,
        | 2,0,
        | 0,0, |];
nResources = 3;
mastery = [| true,false,
           | true,true,
           | false,true, |];
pred = [1,1,2,3,4,5];
succ = [2,3,4,5,6,6];
"""

PLAN = "start = [0, 0, 0, 3, 5, 9];\ncontrib = [| 0,0,0 | 1,0,2 | 0,2,0 | 1,0,0 | 1,1,0 | 0,0,0 |];\n"


def dzn(instance: Instance) -> str:
    """Write an instance as data."""
    shown = {
        "dur": list(instance.lengths),
        "pred": [a + 1 for a, _ in instance.before],
        "succ": [b + 1 for _, b in instance.before],
    }
    rows = [" | " + ",".join(map(str, row)) for row in instance.needs]
    masters = [" | " + ",".join(str(m).lower() for m in row) for row in instance.masters]
    lists = "\n".join(f"{name} = {values};" for name, values in shown.items())
    return f"{lists}\nsreq = [{''.join(rows)} |];\nmastery = [{''.join(masters)} |];\n"


def made(seed: int) -> Instance:
    """Return a random project of a few activities."""
    rng = random.Random(seed)
    n, skills, people = rng.randint(2, 4), rng.randint(1, 2), rng.randint(1, 3)
    masters = [tuple(rng.random() < 0.6 for _ in range(skills)) for _ in range(people)]
    masters[0] = (True,) * skills
    needs = []
    for _ in range(n):
        row = [rng.randint(0, 1) for _ in range(skills)]
        while not staffed(row, masters):
            row[rng.randrange(skills)] = 0
        needs.append(tuple(row))
    before = [(a, b) for b in range(n) for a in range(b) if rng.random() < 0.3]
    lengths = tuple(rng.randint(1, 3) for _ in range(n))
    return Instance(f"made {seed}", lengths, tuple(needs), tuple(masters), tuple(before))


def staffed(needed: list[int], masters: list[tuple[bool, ...]]) -> bool:
    """Tell whether the people can fill one activity."""
    return any(
        all(s == len(needed) or masters[p][s] for p, s in enumerate(given))
        and all(given.count(s) == count for s, count in enumerate(needed))
        for given in product(range(len(needed) + 1), repeat=len(masters))
    )


def least_end(instance: Instance) -> int:
    """Return the least end, by going through all starts and who does what."""
    n, skills = len(instance.lengths), len(instance.needs[0])
    people = len(instance.masters)
    crews = [
        [
            given
            for given in product(range(skills + 1), repeat=people)
            if all(s == 0 or instance.masters[p][s - 1] for p, s in enumerate(given))
            and all(given.count(s + 1) == count for s, count in enumerate(row))
        ]
        for row in instance.needs
    ]

    def fits(i: int, at: list[tuple[int, tuple[int, ...]]], start: int, crew: tuple[int, ...]) -> bool:
        for a, b in instance.before:
            if b == i and a < len(at) and start < at[a][0] + instance.lengths[a]:
                return False
        return not any(
            start < other + instance.lengths[j]
            and other < start + instance.lengths[i]
            and any(x and y for x, y in zip(crew, theirs, strict=True))
            for j, (other, theirs) in enumerate(at)
        )

    def possible(at: list[tuple[int, tuple[int, ...]]], end: int) -> bool:
        i = len(at)
        return i == n or any(
            possible([*at, (start, crew)], end)
            for start in range(end - instance.lengths[i] + 1)
            for crew in crews[i]
            if fits(i, at, start, crew)
        )

    return next(end for end in range(sum(instance.lengths) + 1) if possible([], end))


def solved(instance: Instance, **options: int) -> Solution:
    return solve(
        problem_of(instance),
        SolveOptions(time_limit_s=20, **options),
        lambda _: None,
        lambda _: None,
        lambda: False,
    )


def test_a_file_is_read_solved_written_and_judged(tmp_path: Path) -> None:
    path = tmp_path / "four.dzn"
    path.write_text(DATA)
    instance = read(path)
    assert instance.before[0] == (0, 1)
    solution = solved(instance, workers=1)
    assert checker.check(problem_of(instance), solution) == []
    assert solution.report is not None
    assert solution.report.status == "optimal"
    text = solution_text(instance, solution)
    assert judge(DATA, text) == (9, [])
    (end,) = (t for t in solution.score.terms if t.rule == "end")
    assert (end.value, end.bound) == (9, 9)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("0, 3, 5, 9]", "0, 2, 5, 9]"), "before 2 has ended"),
        (("true,false", "false,false"), "does not master"),
        (("1,1,", "1,0,"), "needs 0"),
        (("dur = [0,3,2", "dur = [0,3,9"), "before 3 has ended"),
    ],
)
def test_the_judge_finds_what_is_wrong(wrong: tuple[str, str], said: str) -> None:
    assert judge(DATA, PLAN) == (9, [])
    data, plan = (DATA + "=====" + PLAN).replace(*wrong, 1).split("=====")
    assert data + plan != DATA + PLAN
    _, faults = judge(data, plan)
    assert any(said in fault for fault in faults), faults


def test_the_judge_finds_people_who_are_in_two_places() -> None:
    plan = PLAN.replace("| 1,0,2 |", "| 1,2,0 |")
    assert "2 is in activities 3 and 2 at once" in judge(DATA, plan)[1]


@pytest.mark.parametrize("seed", range(25))
def test_the_end_is_the_least_there_is(seed: int) -> None:
    instance = made(seed)
    problem = problem_of(instance)
    assert project_of(facts_of(problem)) is not None
    solution = solved(instance, workers=1 + seed % 2)
    end, faults = judge(dzn(instance), solution_text(instance, solution))
    assert faults == []
    assert solution.report is not None
    assert solution.report.status == "optimal"
    assert end == least_end(instance)
    if seed % 5 == 0:
        found = solve_exact(problem, seconds=20)
        assert found.aims[-1].value == end


def test_counted_work_gives_the_same_plan_twice() -> None:
    one, other = (solved(made(7), deterministic_units=3) for _ in range(2))
    assert one == other
    assert one.report is not None
    assert one.report.seconds is None
