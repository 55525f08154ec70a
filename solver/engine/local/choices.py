"""What each activity may take: its times, and for every role with a choice its candidates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from solver.engine.local.patterns import Array, Times
from solver.engine.lowering import Lowered
from solver.primitives import LinearCost
from solver.problem import Activity, Interval, Problem, Requirement
from solver.structure import Distinct, PairResource

STAGE_SCALE: Mapping[str, float] = {"rest": 1.0, "fairness": 1.0, "change": 1 / 1024, "coverage": 0.0}
"""What a point of each aim counts in the cost of a plan that places everything."""


@dataclass(slots=True)
class Seat:
    """A candidate that nothing but the plan can exclude.

    Attributes
    ----------
    mask
        Times at which it may be used.
    """

    resource: int
    mask: Array
    cost: float = 0.0
    cost_per_meeting: float = 0.0


@dataclass(slots=True)
class Role:
    """A requirement with a choice."""

    requirement: Requirement
    seats: list[Seat]


@dataclass(slots=True)
class Choice:
    """What one activity may take.

    Attributes
    ----------
    times
        Its options: ``(number of the time, cost)``, by number.
    fixed
        Requirements with one candidate: its resource and the amount, by role.
    dead
        Nothing can place it.
    """

    activity: Activity
    times: list[tuple[int, float]] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    fixed: dict[str, tuple[int, int]] = field(default_factory=dict)
    unplaced: float = 0.0
    dead: bool = False


class Choices:
    """Reads the choices of all activities of a problem."""

    def __init__(self, problem: Problem, lowered: Lowered, times: Times) -> None:
        self.problem = problem
        self.lowered = lowered
        self.times = times
        self.resource_at = {r.id: i for i, r in enumerate(problem.resources)}
        self.tags_of = [r.tags for r in problem.resources]
        self._number_times()
        self._windows()
        self._compared = {
            (name, s.primitive.role)
            for s in lowered.structures
            if isinstance(s.primitive, PairResource | Distinct)
            for name in s.primitive.activities
        }
        self._capacity = {c.resource: c.capacity for _, c in lowered.cumulatives}
        self.of = [self._choice(activity) for activity in problem.activities]

    def _number_times(self) -> None:
        pinned = {pin.meetings for pins in self.lowered.fixed.values() for _, pin in pins}
        offered = {o.meetings for options in self.problem.option_sets.values() for o in options}
        # Numbers follow the starts, so that an option is found by its start.
        for meetings in sorted(pinned | offered):
            self.times.number(meetings)
        self._options: dict[str, list[int]] = {
            name: [self.times.number(o.meetings) for o in options]
            for name, options in self.problem.option_sets.items()
        }

    def _windows(self) -> None:
        inside: dict[tuple[Interval, ...], Array] = {}
        self.everything = np.ones(len(self.times.meetings), dtype=bool)
        self._of_activity: dict[str, Array] = {}
        self._of_resource: dict[int, Array] = {}
        self._tagged: dict[int, list[tuple[frozenset[str], Array]]] = defaultdict(list)
        self._tagged_activity: dict[str, list[tuple[frozenset[str], Array]]] = defaultdict(list)
        for _, window in self.lowered.windows:
            if window.windows not in inside:
                inside[window.windows] = self.times.inside(window.windows)
            mask = inside[window.windows]
            for name in window.activities:
                if window.on_tags:
                    self._tagged_activity[name].append((window.on_tags, mask))
                else:
                    self._of_activity[name] = self._of_activity.get(name, self.everything) & mask
            for name in window.resources:
                at = self.resource_at[name]
                if window.on_tags:
                    self._tagged[at].append((window.on_tags, mask))
                else:
                    self._of_resource[at] = self._of_resource.get(at, self.everything) & mask

    def _choice(self, activity: Activity) -> Choice:
        problem, name = self.problem, activity.id
        choice = Choice(activity)
        pin = next((fixed for _, fixed in self.lowered.fixed.get(name, ())), None)
        found: dict[str, list[int]] = {}
        for requirement in activity.requirements:
            names = [c.resource for c in problem.candidate_sets[requirement.candidates]]
            if pin is not None and requirement.role in pin.resources:
                names = [pin.resources[requirement.role]]
            denied = set(
                chain.from_iterable(
                    f.resources for _, f in self.lowered.forbidden.get(name, ()) if f.role == requirement.role
                )
            )
            found[requirement.role] = sorted(
                self.resource_at[n]
                for n in names
                if n not in denied and requirement.amount <= self._capacity.get(n, requirement.amount)
            )
        if name in self.lowered.same_place:
            self._one_place(found)
        for requirement in activity.requirements:
            resources = found[requirement.role]
            if len(resources) == 1 and (name, requirement.role) not in self._compared:
                choice.fixed[requirement.role] = (resources[0], requirement.amount)
        sure = {r for r, _ in choice.fixed.values()}
        mask = self._mask(name, sure)
        for requirement in activity.requirements:
            if requirement.role not in choice.fixed:
                seats = [Seat(r, self._seat_mask(name, r, sure)) for r in found[requirement.role]]
                choice.roles.append(Role(requirement, [s for s in seats if (s.mask & mask).any()]))
        times = self._options[activity.times]
        if pin is not None:
            times = [self.times.number(pin.meetings)]
        for role in choice.roles:
            any_seat = np.zeros_like(mask)
            for seat in role.seats:
                any_seat |= seat.mask
            mask = mask & any_seat
        choice.times = [(time, 0.0) for time in sorted(set(times)) if mask[time]]
        choice.dead = not choice.times or any(not role.seats for role in choice.roles)
        for cost in self.lowered.costs.get(name, ()):
            self._price(choice, cost.linear, STAGE_SCALE[cost.stage] * cost.weight)
        return choice

    def _one_place(self, found: dict[str, list[int]]) -> None:
        """Leave candidates in the one place that another role fixes."""
        place = [r.place for r in self.problem.resources]
        sure = {place[r[0]] for r in found.values() if len(r) == 1} - {None}
        if len(sure) == 1:
            for role, resources in found.items():
                found[role] = [r for r in resources if place[r] is None or place[r] in sure]

    def _mask(self, name: str, sure: Iterable[int]) -> Array:
        """Return the times that what the activity surely uses leaves."""
        sure = tuple(sure)
        tags = frozenset(chain.from_iterable(self.tags_of[r] for r in sure))
        mask = self._of_activity.get(name, self.everything)
        for wanted, tagged in self._tagged_activity.get(name, ()):
            if wanted & tags:
                mask = mask & tagged
        for resource in sure:
            mask = mask & self._of_resource.get(resource, self.everything)
            for wanted, tagged in self._tagged.get(resource, ()):
                if wanted & tags:
                    mask = mask & tagged
        return mask

    def _seat_mask(self, name: str, resource: int, sure: set[int]) -> Array:
        """Return the times at which a candidate may be used beside what is sure."""
        return self._mask(name, {*sure, resource})

    def _price(self, choice: Choice, linear: LinearCost, scale: float) -> None:
        choice.unplaced += scale * linear.unplaced
        fixed = sum(
            linear.by_resource.get((role, self.problem.resources[resource].id), 0)
            for role, (resource, _) in choice.fixed.items()
        )
        priced = []
        for time, cost in choice.times:
            meetings = self.times.meetings[time]
            own = linear.by_meetings.get(meetings, linear.other_meetings)
            times = len(meetings) if linear.per_meeting else 1
            priced.append((time, cost + scale * (own + fixed * times)))
        choice.times = priced
        for role in choice.roles:
            for seat in role.seats:
                key = (role.requirement.role, self.problem.resources[seat.resource].id)
                cost = scale * linear.by_resource.get(key, 0)
                if linear.per_meeting:
                    seat.cost_per_meeting += cost
                else:
                    seat.cost += cost
