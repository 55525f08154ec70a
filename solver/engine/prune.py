"""Candidates and options that no plan can use, found by asking an empty plan."""

from math import prod

from solver.engine.state import State

_MOST_CHOICES = 2_000


def prune(state: State) -> None:
    """Drop seats that fit nowhere even when nothing is placed, and options that fit none of the choices.

    The state must be empty and new. A template that is left with nothing is dead: an activity of it has no
    placement in any plan.
    """
    for template in state.model.templates:
        if template.dead or prod(len(role.seats) for role in template.roles) > _MOST_CHOICES:
            continue
        found = [[0] * len(role.seats) for role in template.roles]
        reached = 0
        # What only others beside it make possible is possible in some plan.
        with state.model.debt.opened(wide=True):
            ways = list(state.feasible(template))
        for choice, mask in ways:
            reached |= mask
            for row, position in zip(found, choice, strict=True):
                row[position] |= mask
        template.base = reached
        for role, row in zip(template.roles, found, strict=True):
            for seat, mask in zip(role.seats, row, strict=True):
                seat.mask = mask
            role.seats = [seat for seat in role.seats if seat.mask]
        template.settle_tags()
    state.forget()
