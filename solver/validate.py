"""Faults of a problem that its shape alone does not show: ids, spans, sizes, parameters of rules."""

from collections import Counter
from collections.abc import Iterable, Iterator

from solver.errors import Fault, InvalidProblem, UnknownRule
from solver.problem import Interval, Problem
from solver.rules import faults_of, kind
from solver.words import FIRST_DAY, is_date

_MOST_DAYS = 10_000


def validate(problem: Problem) -> None:
    """Refuse a problem with faults.

    Raises
    ------
    InvalidProblem
        Every fault at once, each with its item and field.
    """
    faults = [
        *_grid(problem),
        *_repeated(problem),
        *_distances(problem),
        *_resources(problem),
        *_sets(problem),
        *_activities(problem),
        *_rules(problem),
    ]
    if faults:
        raise InvalidProblem(faults)


def _grid(problem: Problem) -> Iterator[Fault]:
    days = problem.grid.weeks * problem.grid.days_per_week
    if days > _MOST_DAYS:
        yield Fault("grid.weeks", f"the horizon has {days} days; at most {_MOST_DAYS} are served")
    first = problem.labels.get(FIRST_DAY)
    if first is not None and not is_date(first):
        yield Fault(f"labels[{FIRST_DAY}]", f"{first!r} is no date; write it as 2027-01-11")


def _repeated(problem: Problem) -> Iterator[Fault]:
    lists: dict[str, Iterable[str]] = {
        "places": (p.id for p in problem.places),
        "resources": (r.id for r in problem.resources),
        "requests": (r.id for r in problem.requests),
        "activities": (a.id for a in problem.activities),
        "rules": (r.id for r in problem.rules),
        "priorities": problem.priorities,
        "distances.areas": problem.distances.areas,
    }
    for name, ids in lists.items():
        for repeated, times in Counter(ids).items():
            if times > 1:
                yield Fault(f"{name}[{repeated}]", f"the id occurs {times} times; ids are unique")


def _distances(problem: Problem) -> Iterator[Fault]:
    areas, rows = problem.distances.areas, problem.distances.slots
    if len(rows) != len(areas) or any(len(row) != len(areas) for row in rows):
        yield Fault("distances.slots", f"needs {len(areas)} rows of {len(areas)} numbers, one for each area")
    unlisted = problem.areas.difference(areas)
    if len(problem.areas) > 1:
        for area in sorted(unlisted):
            yield Fault("distances.areas", f"lacks the area {area!r} of a place or a home")


def _resources(problem: Problem) -> Iterator[Fault]:
    for resource in problem.resources:
        where = f"resources[{resource.id}]"
        if resource.place is not None and resource.place not in problem.place_by_id:
            yield Fault(f"{where}.place", f"unknown place {resource.place!r}")
        if resource.units and len(resource.units) != resource.capacity:
            named = len(resource.units)
            yield Fault(f"{where}.units", f"names {named} units, the capacity is {resource.capacity}")
        if len(set(resource.units)) != len(resource.units):
            yield Fault(f"{where}.units", "names a unit twice")


def _sets(problem: Problem) -> Iterator[Fault]:
    horizon = problem.grid.horizon_slots
    for key, options in problem.option_sets.items():
        seen: set[tuple[Interval, ...]] = set()
        for at, option in enumerate(options):
            where = f"option_sets[{key}][{at}].meetings"
            if option.meetings in seen:
                yield Fault(where, "repeats an option of the set")
            seen.add(option.meetings)
            last = 0
            for start, end in option.meetings:
                if start < last or end <= start:
                    yield Fault(where, f"[{start}, {end}) is empty or out of order")
                last = end
            if last > horizon:
                yield Fault(where, f"ends at {last}, the horizon at {horizon}")
    for key, candidates in problem.candidate_sets.items():
        for name, times in Counter(c.resource for c in candidates).items():
            where = f"candidate_sets[{key}][{name}]"
            if name not in problem.resource_by_id:
                yield Fault(where, f"unknown resource {name!r}")
            if times > 1:
                yield Fault(where, f"occurs {times} times")


def _activities(problem: Problem) -> Iterator[Fault]:
    for request in problem.requests:
        if request.priority not in problem.priorities:
            yield Fault(f"requests[{request.id}].priority", f"unknown priority {request.priority!r}")
    request_of: dict[str, str] = {}
    for activity in problem.activities:
        where = f"activities[{activity.id}]"
        if activity.request not in problem.request_by_id:
            yield Fault(f"{where}.request", f"unknown request {activity.request!r}")
        if request_of.setdefault(activity.chain, activity.request) != activity.request:
            yield Fault(f"{where}.chain", f"chain {activity.chain!r} belongs to another request")
        if activity.times not in problem.option_sets:
            yield Fault(f"{where}.times", f"unknown option set {activity.times!r}")
        roles = Counter(requirement.role for requirement in activity.requirements)
        for at, requirement in enumerate(activity.requirements):
            if requirement.candidates not in problem.candidate_sets:
                unknown = f"unknown candidate set {requirement.candidates!r}"
                yield Fault(f"{where}.requirements[{at}].candidates", unknown)
        for role, times in roles.items():
            if times > 1:
                yield Fault(f"{where}.requirements", f"role {role!r} occurs {times} times")


def _rules(problem: Problem) -> Iterator[Fault]:
    for rule in problem.rules:
        where = f"rules[{rule.id}]"
        try:
            known = kind(rule.kind)
        except UnknownRule as error:
            yield Fault(f"{where}.kind", str(error))
            continue
        if known.stage == "hard" and rule.weight is not None:
            yield Fault(f"{where}.weight", f"{rule.kind} is a hard rule and has no weight")
        if known.stage != "hard" and not known.flexible and rule.weight is None:
            yield Fault(f"{where}.weight", f"{rule.kind} is a soft rule and needs a weight")
        yield from faults_of(problem, rule)
