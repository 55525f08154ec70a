"""From a model's values to placements, and from placements to hints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from solver import checker
from solver.codec import sha256_of
from solver.engine.exact.choices import Choices, Chosen, Lit
from solver.engine.exact.classes import colour
from solver.engine.units import Take, assign, held_before
from solver.problem import Problem
from solver.solution import Placement, Reason, Solution, Unplaced, Violation

Values = Callable[[Lit], int]

_NOT_CHOSEN = Reason(rule="search", code="not_found")


def decode(choices: Choices, value: Values) -> dict[str, Placement] | None:
    """Return the whole plan, the fixed rest included; None when units cannot be told apart."""
    taken: dict[str, dict[str, str]] = {}
    option_of: dict[str, int] = {}
    shared: dict[int, list[tuple[int, int, str, str]]] = defaultdict(list)
    for chosen in choices.chosen:
        if not value(chosen.present):
            continue
        option = next(o for o, lit in enumerate(chosen.at) if value(lit))
        option_of[chosen.name] = option
        taken[chosen.name] = {}
        for role, lits in zip(chosen.roles, chosen.seats, strict=True):
            seat = next(s for s, lit in zip(role.seats, lits, strict=True) if value(lit))
            taken[chosen.name][role.name] = seat.resource
            if len(choices.groups[seat.group].members) > 1:
                # Members of a class have uses of one meeting only.
                start, end = chosen.options[option][0]
                shared[seat.group].append((start, end, chosen.name, role.name))
    for group, uses in shared.items():
        members, gap = choices.groups[group].members, choices.groups[group].gap
        if members[0] not in choices.facts.exclusive:
            continue
        numbered = [(start, end, number) for number, (start, end, _, _) in enumerate(uses)]
        for (_, _, name, role_name), member in zip(uses, colour(members, gap, numbered), strict=True):
            taken[name][role_name] = member
    placements = dict(choices.rest.placements)
    for chosen in choices.chosen:
        if chosen.name in taken:
            placements[chosen.name] = Placement(
                activity=chosen.name,
                meetings=chosen.options[option_of[chosen.name]],
                resources=taken[chosen.name],
            )
    return with_units(choices.facts.problem, placements, choices.rest.placements)


def with_units(
    problem: Problem, placements: Mapping[str, Placement], *kept: Mapping[str, Placement]
) -> dict[str, Placement] | None:
    """Name units; what is kept keeps its names where that leaves enough to the others.

    Of several sets of what is kept the first for which it does.
    """
    found = dict(placements)
    index = {a.id: i for i, a in enumerate(problem.activities)}
    takes: dict[str, list[Take]] = defaultdict(list)
    for name, placement in placements.items():
        for requirement in problem.activity_by_id[name].requirements:
            resource = placement.resources.get(requirement.role)
            if resource is not None and problem.resource_by_id[resource].units:
                take = Take(index[name], requirement.role, requirement.amount, placement.meetings)
                takes[resource].append(take)
    for resource, wanted in takes.items():
        pool = problem.resource_by_id[resource]
        held = (held_before(problem, pool, wanted, before) for before in (*kept, {}))
        given = next((given for one in held if (given := assign(pool, wanted, one)) is not None), None)
        if given is None:
            return None
        for take in wanted:
            name = problem.activities[take.activity].id
            units = {**found[name].units, take.role: given[take.activity, take.role]}
            found[name] = found[name].model_copy(update={"units": units})
    return found


def as_solution(problem: Problem, placements: Mapping[str, Placement]) -> Solution:
    """Return placements as a solution without reasons, to be checked and scored."""
    return Solution(
        problem_sha256=sha256_of(problem),
        placements=tuple(placements[a.id] for a in problem.activities if a.id in placements),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=(_NOT_CHOSEN,))
            for a in problem.activities
            if a.id not in placements
        ),
    )


def faults(problem: Problem, placements: Mapping[str, Placement]) -> list[Violation]:
    """Return up to five breaches of a plan."""
    return checker.check(problem, as_solution(problem, placements), limit=5)


def hints(choices: Choices, start: Mapping[str, Placement]) -> Iterator[tuple[Lit, int]]:
    """Yield a value for every literal of the choices that a plan settles."""
    member_of = {name: i for i, group in enumerate(choices.groups) for name in group.members}
    for chosen in choices.chosen:
        placement = start.get(chosen.name)
        option = _option(chosen, placement)
        seats = []
        for role in chosen.roles:
            taken = None if placement is None else placement.resources.get(role.name)
            group = member_of.get(taken, -1) if taken is not None else -1
            seats.append(next((k for k, seat in enumerate(role.seats) if seat.group == group), None))
        placed = option is not None and None not in seats
        yield chosen.present, int(placed)
        for o, lit in enumerate(chosen.at):
            yield lit, int(placed and o == option)
        for r, lits in enumerate(chosen.seats):
            if len(lits) == 1:
                continue
            for k, lit in enumerate(lits):
                yield lit, int(placed and k == seats[r])
            for k, mine in enumerate(chosen.joint.get(r, ())):
                for o, lit in mine.items():
                    yield lit, int(placed and k == seats[r] and o == option)


def _option(chosen: Chosen, placement: Placement | None) -> int | None:
    if placement is None:
        return None
    return next((o for o, meetings in enumerate(chosen.options) if meetings == placement.meetings), None)
