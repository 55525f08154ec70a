"""Problems of single meetings in one week as arrays for the search in `ejection`, and plans read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from solver.problem import Activity, Problem
from solver.solution import Placement

Row = np.ndarray[tuple[int], np.dtype[Any]]
Table = np.ndarray[tuple[int, int], np.dtype[Any]]


class Ground(NamedTuple):
    """What does not change: units (activities that start together), rows (what serves one at a time), shapes.

    Lists of a unit, role or row stand one after another, ``x_from[i]`` to ``x_from[i + 1]``, numbered as in
    `fields`. `tables` say for two starts whether a relation holds; `within`, `pauses` are bits of hours
    of each day; `place` is that of a row, `hint` that of all rows of a role, `picky` tells roles whose room
    rules look at, `way` is the travel between places.
    """

    width: int
    days: int
    cell_from: Row
    cell: Table
    start_from: Row
    start: Row
    dislike: np.ndarray[tuple[int], np.dtype[np.float64]]
    pair_from: Row
    pair: Table
    wish_from: Row
    wish: Table
    tables: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
    role_from: Row
    role_unit: Row
    role_slots: Row
    seat_from: Row
    seat: Row
    open: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    rule_from: Row
    rule: Table
    within: Table
    pauses: Table
    ruled_from: Row
    ruled: Table
    load: Row
    size: Row
    look: Row
    member_from: Row
    member: Table
    place: Row
    hint: Row
    picky: Row
    way: Table


@dataclass
class Layout:
    """The arrays and what their numbers stand for.

    `ground.role_unit[i]` seats the role `roles[i]`; `rows` are the resources of the first rows; of the
    activities `sited` rules look at the rooms.
    """

    problem: Problem
    ground: Ground
    members: list[list[Activity]]
    roles: list[tuple[str, str]]
    rows: list[str]
    sited: frozenset[str]

    def placements(self, starts: Sequence[int], rooms: Sequence[int]) -> dict[str, Placement]:
        """Return the placements that starts of units and rooms of roles stand for."""
        seat = {key: self.rows[row] for key, row in zip(self.roles, rooms, strict=True) if row >= 0}
        found = {}
        for unit, start in enumerate(starts):
            for activity in self.members[unit] if start >= 0 else ():
                meetings = ((int(start), int(start) + slots_of(self.problem, activity)),)
                resources = {
                    r.role: seat.get((activity.id, r.role)) or _stand_in(self.problem, r.candidates)
                    for r in activity.requirements
                }
                found[activity.id] = Placement(activity=activity.id, meetings=meetings, resources=resources)
        return self._seated(found)

    def _seated(self, placements: dict[str, Placement]) -> dict[str, Placement]:
        """Give what has a stand-in a cheaper room that is free, who gains most first."""
        row_of = {name: row for row, name in enumerate(self.rows)}
        taken = {
            (row_of[name], slot)
            for placement in placements.values()
            for name in placement.resources.values()
            if name in row_of
            for start, end in placement.meetings
            for slot in range(start, end)
        }
        gains = []
        for name, placement in placements.items():
            if name in self.sited:
                continue
            for requirement in self.problem.activity_by_id[name].requirements:
                penalties = self.problem.penalty_of_candidate[requirement.candidates]
                now = placement.resources[requirement.role]
                if now not in row_of:
                    gains += [
                        (penalties[now] - cost, name, requirement.role, room)
                        for room, cost in penalties.items()
                        if room in row_of and cost < penalties[now]
                    ]
        found = {name: dict(placement.resources) for name, placement in placements.items()}
        done = set()
        for _, name, role, room in sorted(gains, reverse=True):
            (start, end), row = placements[name].meetings[0], row_of[room]
            slots = {(row, slot) for slot in range(start, end)}
            if (
                (name, role) not in done
                and taken.isdisjoint(slots)
                and self.ground.open[row, start:end].all()
            ):
                done.add((name, role))
                taken |= slots
                found[name][role] = room
        return {
            name: placement.model_copy(update={"resources": found[name]})
            for name, placement in placements.items()
        }


def slots_of(problem: Problem, activity: Activity) -> int:
    """Return how long an activity lasts; 1 if it has no option."""
    options = problem.option_sets[activity.times]
    return options[0].meetings[0][1] - options[0].meetings[0][0] if options else 1


def _stand_in(problem: Problem, candidates: str) -> str:
    """Return the cheapest candidate among those that are never full, among all if none is."""
    found = problem.candidate_sets[candidates]
    free = [c for c in found if problem.resource_by_id[c.resource].mode == "pooled"] or list(found)
    return min(free, key=lambda c: c.penalty).resource
