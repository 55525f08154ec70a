"""A second solver agrees on the coverage: HiGHS on a linear programme with a column for every placement.

The rows are written from the readings of the primitives alone and share nothing with the exact search.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

import highspy

from solver.engine.exact import solve_exact
from solver.engine.lowering import lower
from solver.plan import Plan
from solver.primitives import (
    Cumulative,
    Disjunctive,
    Distance,
    PeriodSum,
    SamePresence,
    Sequence,
    violations,
)
from solver.problem import Problem
from solver.rules import parsed
from solver.solution import Placement
from tests.solver.engine.random_problems import make, places_of

CASES = 200
MOST_PLACEMENTS = 130

Row = tuple[Mapping[int, float], float, float]
"""Coefficients by column, least and greatest value."""


def unnamed(problem: Problem) -> Problem:
    """Return the problem without names of units, which no primitive speaks of."""
    plain = tuple(r.model_copy(update={"units": ()}) for r in problem.resources)
    return problem.model_copy(update={"resources": plain})


def cases() -> Iterator[tuple[int, Problem, list[Placement]]]:
    """Yield problems with all placements of their activities."""
    seed = 4_000_000
    found = 0
    while found < CASES:
        seed += 1
        problem = unnamed(make(seed))
        placements = [p for activity in problem.activities for p in places_of(problem, activity)]
        if 20 <= len(placements) <= MOST_PLACEMENTS:
            found += 1
            yield seed, problem, placements


class Programme:
    """Rows of one problem."""

    def __init__(self, problem: Problem, placements: list[Placement]) -> None:
        self.problem = problem
        self.hard = [
            p
            for found in parsed(problem)
            if found.stage == "hard"
            for p in found.kind.lower(problem, found.params)
        ]
        self.columns = [
            p
            for p in placements
            if not any(
                violations(problem, h, Plan(problem, [p]))
                for h in self.hard
                if not isinstance(h, SamePresence)
            )
        ]
        self.extra = 0
        self.rows: list[Row] = []
        self.at: dict[str, list[int]] = defaultdict(list)
        for i, placement in enumerate(self.columns):
            self.at[placement.activity].append(i)
        for columns in self.at.values():
            self.rows.append((dict.fromkeys(columns, 1.0), 0.0, 1.0))
        self._pairs()
        for primitive in self.hard:
            if isinstance(primitive, Cumulative):
                self._cumulative(primitive)
            elif isinstance(primitive, PeriodSum):
                self._sum(primitive)
            elif isinstance(primitive, SamePresence):
                self._presence(primitive)

    def _pairs(self) -> None:
        between = [h for h in self.hard if isinstance(h, Disjunctive | Sequence | Distance)]
        about: dict[str, set[int]] = defaultdict(set)
        for n, primitive in enumerate(between):
            if isinstance(primitive, Disjunctive):
                about[primitive.resource].add(n)
            elif isinstance(primitive, Sequence):
                for stage in primitive.stages:
                    for name in stage:
                        about[name].add(n)
            else:
                for name in primitive.activities:
                    about[name].add(n)
        mine = [
            set().union(about[p.activity], *(about[name] for name in p.resources.values()))
            for p in self.columns
        ]
        for i, j in combinations(range(len(self.columns)), 2):
            if self.columns[i].activity == self.columns[j].activity:
                continue
            plan = Plan(self.problem, [self.columns[i], self.columns[j]])
            if any(violations(self.problem, between[n], plan) for n in mine[i] & mine[j]):
                self.rows.append(({i: 1.0, j: 1.0}, 0.0, 1.0))

    def amount(self, placement: Placement, resource: str) -> int:
        needs = self.problem.activity_by_id[placement.activity].requirements
        return sum(r.amount for r in needs if placement.resources[r.role] == resource)

    def _cumulative(self, primitive: Cumulative) -> None:
        resource = self.problem.resource_by_id[primitive.resource]
        held = [
            (start - resource.setup_slots, end + resource.cleanup_slots, i, amount)
            for i, placement in enumerate(self.columns)
            if (amount := self.amount(placement, resource.id))
            for start, end in placement.meetings
        ]
        for moment in {start for start, _, _, _ in held}:
            row: dict[int, float] = defaultdict(float)
            for start, end, i, amount in held:
                if start <= moment < end:
                    row[i] += amount
            self.rows.append((row, 0.0, float(primitive.capacity)))

    def _sum(self, total: PeriodSum) -> None:
        grid, problem = self.problem.grid, self.problem
        length = {"day": grid.slots_per_day, "week": grid.slots_per_week, "horizon": grid.horizon_slots}
        rows: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        areas: dict[tuple[int, str], list[int]] = defaultdict(list)
        for i, placement in enumerate(self.columns):
            uses = [r for r in total.resources for used in placement.resources.values() if used == r]
            times = len(uses) + (placement.activity in total.activities)
            tags = frozenset().union(*(problem.resource_by_id[r].tags for r in placement.resources.values()))
            if not times or (total.on_tags and not tags & total.on_tags):
                continue
            role = problem.place_role_of[placement.activity]
            host = problem.resource_by_id[placement.resources[role]] if role is not None else None
            whole = sum(end - start for start, end in placement.meetings)
            for start, end in placement.meetings:
                period = start // length[total.period]
                if total.measure == "clock_slots":
                    rows[period][i] += times * (end - start)
                elif total.measure == "contact_minutes":
                    minutes = problem.activity_by_id[placement.activity].contact_minutes
                    rows[period][i] += times * (minutes * (end - start) // whole)
                elif total.measure == "activities":
                    rows[period][i] = 1.0
                elif host is not None and host.place is not None:
                    area = problem.place_by_id[host.place].area
                    if area != total.home:
                        areas[period, area].append(i)
        for (period, _), columns in areas.items():
            there = len(self.columns) + self.extra
            self.extra += 1
            rows[period][there] = 1.0
            for i in columns:
                self.rows.append(({there: 1.0, i: -1.0}, 0.0, 1.0))
        for row in rows.values():
            self.rows.append((row, 0.0, float(total.limit)))

    def _presence(self, primitive: SamePresence) -> None:
        first, *others = primitive.activities
        for other in others:
            row = dict.fromkeys(self.at[first], 1.0)
            row.update(dict.fromkeys(self.at[other], -1.0))
            self.rows.append((row, 0.0, 0.0))

    def unserved(self) -> dict[str, int]:
        """Return the least unserved learner-minutes of each class, within the tolerances of those before."""
        tolerance = lower(self.problem).tolerance_permille
        found: dict[str, int] = {}
        for position, name in enumerate(self.problem.priorities):
            worth = {
                i: float(activity.learner_minutes)
                for i, placement in enumerate(self.columns)
                for activity in [self.problem.activity_by_id[placement.activity]]
                if self.problem.request_by_id[activity.request].priority == name
            }
            asked = sum(
                a.learner_minutes
                for a in self.problem.activities
                if self.problem.request_by_id[a.request].priority == name
            )
            served = self._most(worth) if worth else 0
            found[name] = asked - served
            if worth:
                floor = served - (served * tolerance // 1000 if position else 0)
                self.rows.append((worth, float(floor), 1e9))
        return found

    def _most(self, worth: Mapping[int, float]) -> int:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.silent()
        for column in range(len(self.columns) + self.extra):
            solver.addCol(worth.get(column, 0.0), 0.0, 1.0, 0, [], [])
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        for row, least, most in self.rows:
            solver.addRow(least, most, len(row), list(row), list(row.values()))
        solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        solver.run()
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return round(solver.getInfo().objective_function_value)


def test_highs_serves_as_much_of_every_class() -> None:
    for seed, problem, placements in cases():
        wanted = Programme(problem, placements).unserved()
        found = solve_exact(problem, seconds=60, aims=("coverage",))
        proved = {aim.name: aim.bound for aim in found.aims}
        assert found.status == "optimal", seed
        for name, value in wanted.items():
            assert proved.get(f"coverage:{name}", 0) == value, (seed, name)
