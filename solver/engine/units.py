"""Names of single units for what is taken from a pool of named ones."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from solver.problem import Interval, Problem, Resource
from solver.solution import Placement

Named: TypeAlias = Mapping[tuple[int, str], tuple[str, ...]]
"""Unit names by activity and role."""


class Take(NamedTuple):
    """An activity's use of a resource with named units, in one role."""

    activity: int
    role: str
    amount: int
    meetings: tuple[Interval, ...]


def assign(resource: Resource, takes: list[Take], held: Named | None = None) -> Named | None:
    """Give every use its units, the same ones in all its meetings; those that are `held` stay.

    Uses of one meeting are coloured in order of start, which is enough whenever the capacity holds and
    nothing is held; else a small exact model decides where that fails.

    Returns
    -------
    dict or None
        Unit names by activity and role; None when no assignment was found.
    """
    held = held or {}
    busy = _busy(resource, takes, held)
    if busy is None:
        return None
    open_ = [take for take in takes if (take.activity, take.role) not in held]
    for order in (_by_start, _longest_first):
        there = {unit: list(intervals) for unit, intervals in busy.items()}
        found = _first_fit(resource, sorted(open_, key=order), there)
        if found is not None:
            return {**held, **found}
    return _exact(resource, takes, held)


def held_before(
    problem: Problem, resource: Resource, takes: list[Take], before: Mapping[str, Placement]
) -> Named:
    """Return the units that uses had before, of those at the same times that still exist and are enough."""
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for take in takes:
        was = before.get(problem.activities[take.activity].id)
        if was is None or was.meetings != take.meetings or was.resources.get(take.role) != resource.id:
            continue
        units = was.units.get(take.role, ())
        if len(units) == take.amount and set(units) <= set(resource.units):
            found[take.activity, take.role] = units
    return found


def _busy(resource: Resource, takes: list[Take], held: Named) -> dict[str, list[Interval]] | None:
    """Return when each unit is held; None: one is twice at once."""
    busy: dict[str, list[Interval]] = {unit: [] for unit in resource.units}
    for take in takes:
        for unit in held.get((take.activity, take.role), ()):
            if not _free(busy[unit], _held(resource, take)):
                return None
            busy[unit] += _held(resource, take)
    return busy


def _free(there: list[Interval], held: list[Interval]) -> bool:
    return not any(a < end and start < b for a, b in there for start, end in held)


def _by_start(take: Take) -> tuple[int, ...]:
    return (take.meetings[0][0], take.activity)


def _longest_first(take: Take) -> tuple[int, ...]:
    return (-len(take.meetings), take.meetings[0][0], take.activity)


def _held(resource: Resource, take: Take) -> list[Interval]:
    return [(start - resource.setup_slots, end + resource.cleanup_slots) for start, end in take.meetings]


def _first_fit(resource: Resource, takes: list[Take], busy: dict[str, list[Interval]]) -> Named | None:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for take in takes:
        held = _held(resource, take)
        free = [unit for unit, there in busy.items() if _free(there, held)]
        if len(free) < take.amount:
            return None
        # The unit that was busy last leaves the others free for longer uses.
        free.sort(key=lambda unit: -max((b for _, b in busy[unit]), default=0))
        chosen = tuple(sorted(free[: take.amount], key=resource.units.index))
        for unit in chosen:
            busy[unit].extend(held)
        found[take.activity, take.role] = chosen
    return found


def _exact(resource: Resource, takes: list[Take], kept: Named) -> Named | None:
    # Needed so seldom that no other solve should wait for its import.
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    uses: Mapping[int, list[cp_model.IntVar]] = {
        i: [model.new_bool_var("") for _ in resource.units] for i in range(len(takes))
    }
    for i, take in enumerate(takes):
        model.add(sum(uses[i]) == take.amount)
        for unit in kept.get((take.activity, take.role), ()):
            model.add(uses[i][resource.units.index(unit)] == 1)
    held = [_held(resource, take) for take in takes]
    for i in range(len(takes)):
        for j in range(i):
            if any(a < end and start < b for a, b in held[i] for start, end in held[j]):
                for one, other in zip(uses[i], uses[j], strict=True):
                    model.add_at_most_one(one, other)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 1.0
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return {
        (take.activity, take.role): tuple(
            unit for unit, used in zip(resource.units, uses[i], strict=True) if solver.value(used)
        )
        for i, take in enumerate(takes)
    }
