"""What a plan of a curriculum-based timetable costs (UD2), from the instance and the plan's lines alone."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from benchmarks.cbctt_problem import Instance


@dataclass(frozen=True, slots=True)
class Verdict:
    """Breaches of the hard constraints and the four costs, weighted.

    Attributes
    ----------
    lectures
        Lectures of a course that are missing, too many, or in one period.
    conflicts
        Pairs of lectures in one period that share a teacher or a curriculum.
    availability
        Lectures in a period that is closed to their course.
    occupancy
        Lectures beyond the first in one room and period.
    unknown
        Lines that name no course or room of the instance, or no period of the week.
    """

    lectures: int
    conflicts: int
    availability: int
    occupancy: int
    unknown: int
    capacity: int
    days: int
    compactness: int
    stability: int

    @property
    def faults(self) -> int:
        """All breaches of hard constraints."""
        return self.lectures + self.conflicts + self.availability + self.occupancy + self.unknown

    @property
    def cost(self) -> int:
        """The sum of the four costs."""
        return self.capacity + self.days + self.compactness + self.stability


def score(instance: Instance, plan: str) -> Verdict:
    """Judge a plan; it need not be complete or free of conflicts."""
    courses = {course.id: course for course in instance.courses}
    per_day, periods = instance.periods_per_day, instance.days * instance.periods_per_day
    met: list[tuple[str, str, int]] = []
    unknown = 0
    for line in plan.splitlines():
        name, room, day, period = line.split()
        at = int(day) * per_day + int(period)
        if name in courses and room in instance.rooms and 0 <= int(period) < per_day and 0 <= at < periods:
            met.append((name, room, at))
        else:
            unknown += 1
    curricula_of: dict[str, set[str]] = {name: set() for name in courses}
    for curriculum, members in instance.curricula.items():
        for member in members:
            curricula_of[member].add(curriculum)

    lectures = conflicts = days = stability = 0
    for name, course in courses.items():
        own = [(room, at) for other, room, at in met if other == name]
        at_periods = {at for _, at in own}
        lectures += abs(course.lectures - len(own)) + len(own) - len(at_periods)
        days += 5 * max(0, course.min_days - len({at // per_day for at in at_periods}))
        stability += max(0, len({room for room, _ in own}) - 1)
    by_period: dict[int, list[str]] = {}
    for name, _, at in met:
        by_period.setdefault(at, []).append(name)
    for here in by_period.values():
        for one, other in combinations(sorted(set(here)), 2):
            same_teacher = courses[one].teacher == courses[other].teacher
            conflicts += same_teacher or bool(curricula_of[one] & curricula_of[other])
    compactness = 0
    for members in instance.curricula.values():
        taken = Counter(at for name, _, at in met if name in members)
        for at, times in taken.items():
            before = at % per_day > 0 and at - 1 in taken
            after = at % per_day < per_day - 1 and at + 1 in taken
            compactness += 2 * times * (not before and not after)
    return Verdict(
        lectures=lectures,
        conflicts=conflicts,
        availability=sum(at in courses[name].closed for name, _, at in met),
        occupancy=sum(n - 1 for n in Counter((room, at) for _, room, at in met).values()),
        unknown=unknown,
        capacity=sum(max(0, courses[name].students - instance.rooms[room]) for name, room, _ in met),
        days=days,
        compactness=compactness,
        stability=stability,
    )
