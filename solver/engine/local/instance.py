"""A problem laid out for the compiled search, and plans in and out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.engine.local import layout
from solver.engine.local.choices import Choice, Choices
from solver.engine.local.layout import Arena
from solver.engine.local.patterns import Array, Grids, Times, starts_of
from solver.engine.local.statements import Statements
from solver.engine.local.writing import write
from solver.engine.lowering import Lowered
from solver.problem import Problem
from solver.solution import Placement


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A plan as numbers: the option of every activity and the candidate of every role, or -1."""

    options: Array
    candidates: Array


@dataclass(slots=True)
class Instance:
    """The arrays of a problem, and what its numbers mean.

    Attributes
    ----------
    ints, floats, allowed
        What the compiled functions take; see `layout`.
    hard
        Whether each node is hard.
    rule_of
        Position of the rule that each node comes from.
    """

    problem: Problem
    times: Times
    choices: list[Choice]
    ints: Array
    floats: Array
    allowed: Array
    hard: Array
    rule_of: list[int]

    def block(self, name: int, size: int) -> Array:
        """Return a block of the integers as a view."""
        return self.ints[self.ints[name] : self.ints[name] + size]

    def best(self) -> Snapshot:
        """Return the best plan met so far."""
        return Snapshot(
            self.block(layout.BEST_OPT, len(self.choices)).copy(),
            self.block(layout.BEST_CAND, int(self.ints[layout.N_ROLE])).copy(),
        )

    def now(self) -> Snapshot:
        """Return the plan in work."""
        return Snapshot(
            self.block(layout.AT_OPT, len(self.choices)).copy(),
            self.block(layout.AT_CAND, int(self.ints[layout.N_ROLE])).copy(),
        )

    def placements(self, snapshot: Snapshot) -> dict[str, Placement]:
        """Return a plan as placements by activity, without units."""
        first_role = self.block(layout.A_ROLE, len(self.choices) + 1)
        option_time = self.ints[layout.O_TIME]
        resources = self.problem.resources
        found = {}
        for at, choice in enumerate(self.choices):
            option = int(snapshot.options[at])
            if option < 0:
                continue
            taken = {role: resources[resource].id for role, (resource, _) in choice.fixed.items()}
            for k, role in enumerate(choice.roles):
                candidate = snapshot.candidates[first_role[at] + k]
                resource = self.ints[self.ints[layout.C_RES] + candidate]
                taken[role.requirement.role] = resources[resource].id
            found[choice.activity.id] = Placement(
                activity=choice.activity.id,
                meetings=self.times.meetings[self.ints[option_time + option]],
                resources=taken,
            )
        return found

    def snapshot(self, placements: Mapping[str, Placement]) -> Snapshot:
        """Return placements as numbers; what does not fit the choices left is unplaced."""
        first_option = self.block(layout.A_OPT, len(self.choices) + 1)
        first_role = self.block(layout.A_ROLE, len(self.choices) + 1)
        first_candidate = self.block(layout.R_CAND, int(self.ints[layout.N_ROLE]) + 1)
        at_of = {r.id: i for i, r in enumerate(self.problem.resources)}
        options = np.full(len(self.choices), -1, dtype=np.int64)
        candidates = np.full(int(self.ints[layout.N_ROLE]), -1, dtype=np.int64)
        for at, choice in enumerate(self.choices):
            placement = placements.get(choice.activity.id)
            time = self.times.at.get(placement.meetings) if placement is not None else None
            if placement is None or time is None:
                continue
            option = next((k for k, (t, _) in enumerate(choice.times) if t == time), None)
            chosen = []
            for role in choice.roles:
                wanted = at_of[placement.resources[role.requirement.role]]
                chosen.append(next((k for k, s in enumerate(role.seats) if s.resource == wanted), None))
            if option is None or None in chosen:
                continue
            options[at] = first_option[at] + option
            for k, position in enumerate(chosen):
                assert position is not None
                candidates[first_role[at] + k] = first_candidate[first_role[at] + k] + position
        return Snapshot(options, candidates)


def build(problem: Problem, lowered: Lowered, frozen: Sequence[str] = ()) -> Instance:
    """Lay a problem out.

    Activities in `frozen` keep what a plan gives them.
    """
    arena = Arena()
    times = Times(problem.grid)
    choices = Choices(problem, lowered, times)
    times.write(arena)
    grids = Grids(times, arena)
    statements = Statements(problem, lowered, choices, grids, arena)
    allowed = _write(arena, choices, statements, set(frozen))
    write(statements)
    grids.write()
    ints, floats = arena.arrays()
    floats[layout.F_BEST_RAW] = floats[layout.F_BEST_COST] = np.inf
    floats[layout.F_COST] = sum(choice.unplaced for choice in choices.of)
    hard = np.array([node.weight is None for node in statements.nodes], dtype=bool)
    rule_of = [node.rule for node in statements.nodes]
    instance = Instance(problem, times, choices.of, ints, floats, allowed, hard, rule_of)
    _count_what_is_due(instance, statements)
    return instance


def _count_what_is_due(instance: Instance, statements: Statements) -> None:
    """Enter the amounts that an empty plan has."""
    from solver.engine.local.change import note

    for number, node in enumerate(statements.nodes):
        if node.at_first:
            note(instance.ints, instance.floats, number, node.at_first)


def _write(arena: Arena, choices: Choices, statements: Statements, frozen: set[str]) -> Array:
    of = choices.of
    roles = [(at, role) for at, choice in enumerate(of) for role in choice.roles]
    seats = [seat for _, role in roles for seat in role.seats]
    arena.number(layout.N_ACT, len(of))
    arena.number(layout.N_ROLE, len(roles))
    arena.ints(layout.A_OPT, starts_of(len(c.times) for c in of))
    arena.ints(layout.O_TIME, (time for c in of for time, _ in c.times))
    arena.floats(layout.O_COST, (cost for c in of for _, cost in c.times))
    arena.floats(layout.A_UNPLACED, (c.unplaced for c in of))
    arena.ints(layout.A_ROLE, starts_of(len(c.roles) for c in of))
    arena.ints(layout.A_MINUTES, (c.activity.contact_minutes for c in of))
    arena.ints(layout.A_OPEN, (not c.dead and c.activity.id not in frozen for c in of))
    opens = [at for at, c in enumerate(of) if not c.dead and c.activity.id not in frozen]
    arena.number(layout.N_OPEN, len(opens))
    arena.ints(layout.OPENS, opens)
    arena.ints(layout.R_ACT, (at for at, _ in roles))
    arena.ints(layout.R_AMOUNT, (role.requirement.amount for _, role in roles))
    arena.ints(layout.R_CAND, starts_of(len(role.seats) for _, role in roles))
    arena.ints(layout.C_RES, (seat.resource for seat in seats))
    arena.floats(layout.C_COST, (seat.cost for seat in seats))
    arena.floats(layout.C_PER_MEETING, (seat.cost_per_meeting for seat in seats))
    rows: dict[bytes, int] = {}
    masks: list[Array] = []
    classes = []
    for seat in seats:
        key = seat.mask.tobytes()
        if key not in rows:
            rows[key] = len(masks)
            masks.append(seat.mask)
        classes.append(rows[key])
    arena.ints(layout.C_CLASS, classes)
    for name in (layout.AT_OPT, layout.AT_TIME, layout.BEST_OPT):
        arena.ints(name, np.full(len(of), -1, dtype=np.int64))
    for name in (layout.AT_CAND, layout.WANT, layout.KEPT, layout.BEST_CAND):
        arena.ints(name, np.full(len(roles), -1, dtype=np.int64))
    if not masks:
        return np.ones(1, dtype=np.uint8)
    return np.concatenate(masks).astype(np.uint8)
