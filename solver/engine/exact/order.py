"""Constraints between activities: order, distance, presence, one place; of those that may move."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

from solver.engine.exact.choices import Choices, Chosen, Lit
from solver.engine.exact.parts import Item, add_at_most, crowds
from solver.primitives import Sequence


def add_order(choices: Choices) -> None:
    """Add all constraints between activities; against the fixed rest the options are narrowed already."""
    lowered = choices.facts.lowered
    for _, sequence in lowered.sequences:
        _sequence(choices, sequence)
    for _, distance in lowered.distances:
        _apart(
            choices,
            [choices.at[a] for a in dict.fromkeys(distance.activities) if a in choices.at],
            distance.min_slots,
        )
    for _, presence in lowered.presences:
        _together(choices, presence.activities)
    for name in lowered.same_place:
        if name in choices.at:
            _one_place(choices, choices.at[name])


def _sequence(choices: Choices, sequence: Sequence) -> None:
    stages = [[choices.at[name] for name in stage if name in choices.at] for stage in sequence.stages]
    named = [name for stage in sequence.stages for name in dict.fromkeys(stage)]
    for name in {n for n in named if named.count(n) > 1} if len(named) != len(set(named)) else ():
        # Nothing comes after itself.
        if name in choices.at:
            choices.model.add_bool_or([~choices.at[name].present])
    stages = [stage for stage in stages if stage]
    if len(stages) < 2:
        return
    lag = sequence.min_lag_slots
    begins = sorted({int(s) for stage in stages[1:] for c in stage for s in _starts(c)})
    # late[j]: something of the stages so far ends, with the lag, after begins[j]; None: it never does.
    late: list[Lit] = [None] * len(begins)
    for number, stage in enumerate(stages):
        if number:
            _begin_after(choices, stage, begins, late)
        if number + 1 < len(stages):
            late = _ended(choices, stage, begins, late, lag)


def _starts(chosen: Chosen) -> list[int]:
    return [int(chosen.domain.table.span_starts[i]) for i in chosen.index]


def _ends(chosen: Chosen) -> list[int]:
    return [int(chosen.domain.table.span_ends[i]) for i in chosen.index]


def _begin_after(choices: Choices, stage: list[Chosen], begins: list[int], late: list[Lit]) -> None:
    for chosen in stage:
        by_start: dict[int, list[Lit]] = defaultdict(list)
        for start, lit in zip(_starts(chosen), chosen.at, strict=True):
            by_start[bisect_left(begins, start)].append(lit)
        for j, lits in by_start.items():
            if late[j] is not None:
                choices.model.add_at_most_one([*lits, late[j]])


def _ended(choices: Choices, stage: list[Chosen], begins: list[int], late: list[Lit], lag: int) -> list[Lit]:
    rows: list[list[list[Lit]]] = [[] for _ in begins]
    last = -1
    for chosen in stage:
        by_end: dict[int, list[Lit]] = defaultdict(list)
        for end, lit in zip(_ends(chosen), chosen.at, strict=True):
            j = bisect_left(begins, end + lag) - 1
            if j >= 0:
                by_end[j].append(lit)
        for j, lits in by_end.items():
            rows[j].append(lits)
            last = max(last, j)
    last = max([last, *(j for j, lit in enumerate(late) if lit is not None)])
    found: list[Lit] = [None] * len(begins)
    for j in range(last, -1, -1):
        found[j] = choices.bool()
        if j < last:
            choices.model.add_implication(found[j + 1], found[j])
        if late[j] is not None:
            choices.model.add_implication(late[j], found[j])
        for lits in rows[j]:
            choices.model.add_at_most_one([*lits, ~found[j]])
    return found


def _apart(choices: Choices, activities: list[Chosen], min_slots: int) -> None:
    if len(activities) < 2:
        return
    items = [
        Item(start, end + min_slots, lit, 1)
        for chosen in activities
        for start, end, lit in zip(_starts(chosen), _ends(chosen), chosen.at, strict=True)
    ]
    for crowd in crowds(items):
        add_at_most(choices, [(item.lit, 1) for item in crowd], 1)


def _together(choices: Choices, activities: tuple[str, ...]) -> None:
    free = [choices.at[name].present for name in activities if name in choices.at]
    if any(name in choices.rest.placements for name in activities):
        for lit in free:
            choices.model.add_bool_or([lit])
        if len(free) + sum(name in choices.rest.placements for name in activities) < len(set(activities)):
            # One of them has no place at all, and another stays: nothing mends that.
            choices.model.add_bool_or([])
    elif len(free) < len(set(activities)):
        for lit in free:
            choices.model.add_bool_or([~lit])
    else:
        for lit in free[1:]:
            choices.model.add(lit == free[0])


def _one_place(choices: Choices, chosen: Chosen) -> None:
    problem = choices.facts.problem
    standing: list[tuple[int, str, Lit]] = []
    for r, (role, lits) in enumerate(zip(chosen.roles, chosen.seats, strict=True)):
        for seat, lit in zip(role.seats, lits, strict=True):
            place = problem.resource_by_id[seat.resource].place
            if place is not None:
                standing.append((r, place, lit))
    for i, (r, where, lit) in enumerate(standing):
        for other_role, elsewhere, other in standing[i + 1 :]:
            if r != other_role and where != elsewhere:
                choices.model.add_bool_or([~lit, ~other])
