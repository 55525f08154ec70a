"""Faults of a problem that its shape alone does not show: ids, spans, sizes, parameters of rules."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import TypeVar

from solver.errors import Fault, InvalidProblem, UnknownRule
from solver.problem import MOST_SUM, UNREADABLE, Interval, Problem, Rule, Torn
from solver.rules import KINDS, kind, read
from solver.rules.all_or_none import AllOrNoneParams
from solver.rules.base import RuleParams
from solver.rules.pin import PinParams
from solver.words import FIRST_DAY, is_date
from solver.words_of_faults import fault, unknown

P = TypeVar("P", bound=RuleParams)

_MOST_DAYS = 10_000
_MOST_SLOTS = 1 << 24


def validate(problem: Problem) -> None:
    """Refuse a problem with faults.

    Raises
    ------
    InvalidProblem
        Every fault at once, each with its item and field.
    """
    if faults := faults_of(problem):
        raise InvalidProblem(faults)


def faults_of(problem: Problem) -> list[Fault]:
    """Return every fault, each with its item and field; of a torn problem, those of what could be read."""
    found = [
        *_grid(problem),
        *_repeated(problem),
        *_distances(problem),
        *_resources(problem),
        *_sets(problem),
        *_activities(problem),
    ]
    # What a rule may cost is looked up by names that have to be known.
    sound = not found and not isinstance(problem, Torn)
    found += chain(_rules(problem, sound), _whole(problem), _pins(problem))
    # Items without an id go by their number.
    return [Fault(each.where.replace(UNREADABLE, ""), each.words, each.facts) for each in found]


def _grid(problem: Problem) -> Iterator[Fault]:
    grid = problem.grid
    days = grid.weeks * grid.days_per_week
    if days > _MOST_DAYS:
        yield fault("grid.weeks", "days", days=days, most=_MOST_DAYS)
    elif grid.horizon_slots > _MOST_SLOTS:
        yield fault("grid.slots_per_day", "slots", slots=grid.horizon_slots, most=_MOST_SLOTS)
    first = problem.labels.get(FIRST_DAY)
    if first is not None and not is_date(first):
        yield fault(f"labels[{FIRST_DAY}]", "no_date", text=first)
    elif first is not None and date.fromisoformat(first).weekday():
        yield fault(f"labels[{FIRST_DAY}]", "no_monday", text=first)


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
                yield fault(f"{name}[{repeated}]", "repeated_id", times=times)


def _distances(problem: Problem) -> Iterator[Fault]:
    areas, rows = problem.distances.areas, problem.distances.slots
    if isinstance(problem, Torn) and UNREADABLE in areas:
        return
    if len(rows) != len(areas) or any(len(row) != len(areas) for row in rows):
        yield fault("distances.slots", "distance_rows", areas=len(areas))
    unlisted = problem.areas.difference(areas)
    if len(problem.areas) > 1:
        for area in sorted(unlisted):
            if not (isinstance(problem, Torn) and area.startswith(UNREADABLE)):
                yield fault("distances.areas", "lacks_area", name=area)


def _resources(problem: Problem) -> Iterator[Fault]:
    for resource in problem.resources:
        where = f"resources[{resource.id}]"
        if resource.place is not None and not problem.knows("place", resource.place):
            yield unknown(f"{where}.place", "place", resource.place)
        if resource.units and len(resource.units) != resource.capacity:
            named = len(resource.units)
            yield fault(f"{where}.units", "unit_count", named=named, capacity=resource.capacity)
        if len(set(resource.units)) != len(resource.units):
            yield fault(f"{where}.units", "repeated_unit")


def _sets(problem: Problem) -> Iterator[Fault]:
    horizon = problem.grid.horizon_slots
    for key, options in problem.option_sets.items():
        seen: set[tuple[Interval, ...]] = set()
        for at, option in enumerate(options):
            where = f"option_sets[{key}][{at}].meetings"
            if option.meetings in seen:
                yield fault(where, "repeated_option")
            seen.add(option.meetings)
            last = 0
            for start, end in option.meetings:
                if start < last or end <= start:
                    yield fault(where, "meeting", start=start, end=end)
                last = end
            if last > horizon:
                yield fault(where, "past_horizon", end=last, horizon=horizon)
    for key, candidates in problem.candidate_sets.items():
        for name, times in Counter(c.resource for c in candidates).items():
            where = f"candidate_sets[{key}][{name}]"
            if not problem.knows("resource", name):
                yield unknown(where, "resource", name)
            if times > 1:
                yield fault(where, "repeated_candidate", times=times)


def _activities(problem: Problem) -> Iterator[Fault]:
    for request in problem.requests:
        if not problem.knows("priority", request.priority):
            yield unknown(f"requests[{request.id}].priority", "priority", request.priority)
    request_of: dict[str, str] = {}
    for activity in problem.activities:
        where = f"activities[{activity.id}]"
        if not problem.knows("request", activity.request):
            yield unknown(f"{where}.request", "request", activity.request)
        # What belongs to no request says nothing of its chain.
        owned = activity.request in problem.request_by_id
        if owned and request_of.setdefault(activity.chain, activity.request) != activity.request:
            yield fault(f"{where}.chain", "chain", name=activity.chain)
        if not problem.knows("option_set", activity.times):
            yield unknown(f"{where}.times", "option_set", activity.times)
        roles = Counter(requirement.role for requirement in activity.requirements)
        for at, requirement in enumerate(activity.requirements):
            if not problem.knows("candidate_set", requirement.candidates):
                unlisted = f"{where}.requirements[{at}].candidates"
                yield unknown(unlisted, "candidate_set", requirement.candidates)
        for role, times in roles.items():
            if times > 1:
                yield fault(f"{where}.requirements", "repeated_role", name=role, times=times)
    worth = sum(activity.learner_minutes for activity in problem.activities)
    if worth > MOST_SUM:
        largest = max(problem.activities, key=lambda a: a.learner_minutes)
        yield fault(f"activities[{largest.id}].size", "worth", sum=worth, most=MOST_SUM)


def _rules(problem: Problem, sound: bool) -> Iterator[Fault]:
    for rule in problem.rules:
        where = f"rules[{rule.id}]"
        try:
            known = kind(rule.kind)
        except UnknownRule as error:
            yield Fault(f"{where}.kind", error.words, error.facts)
            continue
        if known.stage == "hard" and rule.weight is not None:
            yield fault(f"{where}.weight", "hard_weight", kind=rule.kind)
        if known.stage != "hard" and not known.flexible and rule.weight is None:
            yield fault(f"{where}.weight", "soft_weight", kind=rule.kind)
        found = read(problem, rule)
        if isinstance(found, tuple):
            yield from found
        elif sound:
            most = known.most(problem, found) * (rule.weight or 1)
            if most > MOST_SUM:
                field = "params" if rule.weight is None else "weight"
                yield fault(f"{where}.{field}", "cost", sum=most, most=MOST_SUM)


def _whole(problem: Problem) -> Iterator[Fault]:
    """Yield requests that say that they are placed whole, and no rule makes them so."""
    stated = [params for rule, params in _read_as(problem, AllOrNoneParams)]
    if None in stated or any(rule.kind.startswith(UNREADABLE) for rule in problem.rules):
        return
    whole = {request for params in stated if params is not None for request in params.requests}
    for request in problem.requests:
        of_it = problem.activities_of[request.id]
        if not request.partial and len(of_it) > 1 and request.id not in whole:
            yield fault(f"requests[{request.id}].partial", "not_whole")


def _pins(problem: Problem) -> Iterator[Fault]:
    """Yield what another rule pins already; that one rule pins it twice its parameters tell."""
    pinned: dict[str, str] = {}
    for rule, params in _read_as(problem, PinParams):
        for at, pin in enumerate(params.pins if params is not None else ()):
            if pinned.setdefault(pin.activity, rule.id) != rule.id:
                where = f"rules[{rule.id}].params.pins.{at}.activity"
                yield fault(where, "pinned_elsewhere", name=pin.activity, rule=pinned[pin.activity])


def _read_as(problem: Problem, params: type[P]) -> Iterator[tuple[Rule, P | None]]:
    """Yield the rules that have parameters of a type, None where they are at fault."""
    for rule in problem.rules:
        if rule.kind in KINDS and KINDS[rule.kind].Params is params:
            found = read(problem, rule)
            yield rule, found if isinstance(found, params) else None
