"""What a project's search rules out, held against all plans of small random projects."""

import random
from itertools import combinations, product

import numpy as np
import pytest

from benchmarks.mspsp_problem import Instance, problem_of
from solver import checker
from solver.codec import sha256_of
from solver.engine.budget import Budget
from solver.engine.exact.facts import facts_of
from solver.engine.exact.project import Project, ProjectSearch, project_of
from solver.engine.exact.project.preemptive import Preemptive
from solver.engine.exact.project.sets import heaviest
from solver.engine.exact.project.vary import Variation
from solver.solution import Placement, Solution
from tests.benchmarks.test_mspsp import least_end, made


def project(instance: Instance) -> Project:
    found = project_of(facts_of(problem_of(instance)))
    assert found is not None
    return found


def larger(seed: int) -> Instance:
    """Return a random project of a dozen activities and skills that overlap."""
    rng = random.Random(seed)
    masters = tuple(tuple(rng.random() < 0.5 for _ in range(3)) for _ in range(6))
    masters = (*masters, (True, True, True), (True, True, True))
    n = 12
    return Instance(
        f"larger {seed}",
        tuple(rng.randint(1, 5) for _ in range(n)),
        tuple(tuple(rng.choice((0, 0, 1)) for _ in range(3)) for _ in range(n)),
        masters,
        tuple((a, b) for b in range(n) for a in range(b) if rng.random() < 0.1),
    )


def crewed(found: Project, starts: tuple[int, ...]) -> bool:
    """Tell whether people fit to starts, by going through all crews."""
    crews = [
        [frozenset(c) for c in product(*job.roles.values()) if len(set(c)) == len(c)] for job in found.jobs
    ]

    def fill(i: int, taken: list[frozenset[str]]) -> bool:
        if i == len(starts):
            return True
        end = starts[i] + found.jobs[i].length
        beside = [
            crew
            for j, crew in enumerate(taken)
            if starts[j] < end and starts[i] < starts[j] + found.jobs[j].length
        ]
        return any(
            fill(i + 1, [*taken, crew]) for crew in crews[i] if all(not crew & other for other in beside)
        )

    return fill(0, [])


def plans(found: Project, end: int) -> list[tuple[int, ...]]:
    """Return the starts of all plans that end by then."""
    return [
        starts
        for starts in product(*([s for s in job.starts if s + job.length <= end] for job in found.jobs))
        if all(starts[a] + found.jobs[a].length + lag <= starts[b] for (a, b), lag in found.before.items())
        and crewed(found, starts)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_that_a_plan_has_is_ruled_out(seed: int) -> None:
    instance = made(seed)
    found = project(instance)
    least = least_end(instance)
    assert found.least_end() <= least
    programs = Preemptive(found)
    for end in (least, least + 1):
        windows = found.windows(end)
        assert windows is not None
        assert not programs.disprove(windows, lambda: False)
        for starts in plans(found, end):
            assert all(a <= s <= b for s, (a, b) in zip(starts, windows, strict=True))


def test_jobs_in_parts_disprove_what_no_single_bound_rules_out() -> None:
    # Of three jobs that take two of five people only two run at once: fifteen slots in pairs.
    found = project(Instance("pairs", (5, 5, 5), ((2,), (2,), (2,)), ((True,),) * 5, ()))
    assert found.least_end() == 6
    programs = Preemptive(found)
    disproved = [
        end
        for end in range(5, 12)
        if (windows := found.windows(end)) is None or programs.disprove(windows, lambda: False)
    ]
    assert disproved == [5, 6, 7]
    assert not programs.disprove([(0, 0), (0, 0), (5, 5)], lambda: False)
    assert programs.disprove([(0, 0), (0, 0), (4, 4)], lambda: False)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("workers", [1, 2])
def test_plan_and_bound_meet(seed: int, workers: int) -> None:
    found = project(larger(seed))
    plan = ProjectSearch(found, Budget(20, None, lambda: False), workers=workers, seed=1).run(None)
    assert plan is not None
    assert plan.bound == plan.end


@pytest.mark.parametrize("seed", range(12))
def test_the_heaviest_set_is_the_heaviest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 8
    weights = rng.integers(0, 10, n)
    demands = rng.integers(0, 4, (3, n))
    people = rng.integers(2, 7, 3)
    clash = np.triu(rng.random((n, n)) < 0.3, 1)
    clash |= clash.T
    chosen = np.zeros(n, dtype=np.bool_)
    weight = heaviest(weights, demands, people, clash, chosen)

    def fits(jobs: tuple[int, ...]) -> bool:
        at_once = list(jobs)
        return bool(
            (demands[:, at_once].sum(axis=1) <= people).all() and not clash[np.ix_(at_once, at_once)].any()
        )

    sets = (jobs for size in range(n + 1) for jobs in combinations(range(n), size) if fits(jobs))
    assert weight == max(int(weights[list(jobs)].sum()) for jobs in sets)
    assert weight == weights[chosen].sum()
    assert fits(tuple(np.flatnonzero(chosen).tolist()))


@pytest.mark.parametrize("seed", range(8))
def test_every_plan_that_is_varied_keeps_all_rules(seed: int) -> None:
    instance = larger(seed)
    problem = problem_of(instance)
    found = project(instance)
    variation = Variation(found, seed)
    ends = []
    for _ in range(20):
        variation.run(5, 0)
        plan = variation.best()
        assert plan is not None
        ends.append(plan.end)
        placements = tuple(
            Placement(activity=job.name, meetings=((s, s + job.length),), resources=people)
            for job, s, people in zip(found.jobs, plan.starts, plan.people, strict=True)
        )
        solution = Solution(problem_sha256=sha256_of(problem), placements=placements)
        assert checker.check(problem, solution) == []
        assert plan.end == max(s + job.length for job, s in zip(found.jobs, plan.starts, strict=True))
    assert ends == sorted(ends, reverse=True)
