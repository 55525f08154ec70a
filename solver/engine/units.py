"""Names of single units for what is taken from a pool of named ones."""

from collections.abc import Mapping
from typing import NamedTuple

from solver.problem import Interval, Resource


class Take(NamedTuple):
    """An activity's use of a resource with named units, in one role."""

    activity: int
    role: str
    amount: int
    meetings: tuple[Interval, ...]


def assign(resource: Resource, takes: list[Take]) -> dict[tuple[int, str], tuple[str, ...]] | None:
    """Give every use its units, the same ones in all its meetings.

    Uses of one meeting are coloured in order of start, which is enough whenever the capacity holds; with
    several meetings a small exact model decides where that fails.

    Returns
    -------
    dict or None
        Unit names by activity and role; None when no assignment was found.
    """
    for order in (_by_start, _longest_first):
        found = _first_fit(resource, sorted(takes, key=order))
        if found is not None:
            return found
    return _exact(resource, takes)


def _by_start(take: Take) -> tuple[int, ...]:
    return (take.meetings[0][0], take.activity)


def _longest_first(take: Take) -> tuple[int, ...]:
    return (-len(take.meetings), take.meetings[0][0], take.activity)


def _held(resource: Resource, take: Take) -> list[Interval]:
    return [(start - resource.setup_slots, end + resource.cleanup_slots) for start, end in take.meetings]


def _first_fit(resource: Resource, takes: list[Take]) -> dict[tuple[int, str], tuple[str, ...]] | None:
    busy: dict[str, list[Interval]] = {unit: [] for unit in resource.units}
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for take in takes:
        held = _held(resource, take)
        free = [
            unit
            for unit, there in busy.items()
            if not any(a < end and start < b for a, b in there for start, end in held)
        ]
        if len(free) < take.amount:
            return None
        # The unit that was busy last leaves the others free for longer uses.
        free.sort(key=lambda unit: -max((b for _, b in busy[unit]), default=0))
        chosen = tuple(sorted(free[: take.amount], key=resource.units.index))
        for unit in chosen:
            busy[unit].extend(held)
        found[take.activity, take.role] = chosen
    return found


def _exact(resource: Resource, takes: list[Take]) -> dict[tuple[int, str], tuple[str, ...]] | None:
    # Needed so seldom that no other solve should wait for its import.
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    uses: Mapping[int, list[cp_model.IntVar]] = {
        i: [model.new_bool_var("") for _ in resource.units] for i in range(len(takes))
    }
    for i, take in enumerate(takes):
        model.add(sum(uses[i]) == take.amount)
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
