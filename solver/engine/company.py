"""Sessions that only fit together, and what has to leave when one of them does."""

from collections.abc import Callable, Iterator
from itertools import islice

from solver.engine.model import Choice, Template
from solver.engine.state import State
from solver.engine.times import bits_of

_PLACES, _COMPANIONS = 12, 8
"""Places tried for a session that needs others beside it, and how many others at most."""


def never() -> bool:
    """Return False: there is time."""
    return False


def together(
    state: State, template: Template, start: float = 0.0, hurried: Callable[[], bool] = never
) -> bool:
    """Place one more activity of a template with others that make its place possible; tell whether it is.

    `start`, from 0 to 1, is where among the possible places to begin to look. Nothing is tried any more once
    `hurried` says so.
    """
    debt = state.model.debt
    least = debt.total
    if not debt.nodes or not state.waiting[template.index]:
        return False
    with debt.opened():
        ways = [(choice, option) for choice, mask in state.feasible(template) for option in bits_of(mask)]
    first = int(start * len(ways))
    for choice, option in islice((*ways[first:], *ways[:first]), _PLACES):
        if hurried():
            break
        mark = len(state.trail)
        state.place(state.waiting[template.index][-1], option, choice)
        if _accompanied(state, least, template.bundle, hurried):
            return True
        take_back(state, mark)
    return False


def settle(state: State, hurried: Callable[[], bool] = never) -> bool:
    """Place what makes hard limits lack less, as long as there is anything; tell whether there was."""
    mark = len(state.trail)
    _accompanied(state, 0, -1, hurried)
    return len(state.trail) > mark


def _accompanied(state: State, least: int, bundle: int, hurried: Callable[[], bool]) -> bool:
    """Place others until hard limits lack no more than `least`; tell whether they do."""
    debt = state.model.debt
    for _ in range(_COMPANIONS):
        if debt.total <= least:
            return True
        best = max(_mending(state, bundle, hurried), default=None, key=lambda row: row[0])
        if best is None:
            return False
        _, template, option, choice = best
        state.place(state.waiting[template.index][-1], option, choice)
    return debt.total <= least


def _mending(
    state: State, bundle: int, hurried: Callable[[], bool]
) -> Iterator[tuple[int, Template, int, Choice]]:
    """Yield what waiting activities take off, each way at its best option."""
    debt = state.model.debt
    lacking = {id(node): node for node in debt.nodes if node.amount}
    for template in state.model.templates:
        if template.dead or not state.waiting[template.index] or template.bundle not in (-1, bundle):
            continue
        if hurried():
            return
        with debt.opened():
            ways = list(state.feasible(template))
        for choice, mask in ways:
            for node, payload in state.footprint(template, choice):
                found = lacking.get(id(node.meant))
                if found is None:
                    continue
                saved, option = found.mending(template.bits, node.told(payload), mask)
                if saved:
                    yield saved, template, option, choice


def take_back(state: State, mark: int) -> None:
    """Undo what was changed since the trail was this long."""
    while len(state.trail) > mark:
        activity, option, choice, placed = state.trail[-1]
        if placed:
            state.remove(activity)
        else:
            state.place(activity, option, choice)
        del state.trail[-2:]


def mend(state: State, least: int = 0) -> bool:
    """Take out activities until hard limits lack no more than this; tell whether they do.

    All-or-none groups leave whole.
    """
    model = state.model
    while model.debt.total > least:
        leaving = next((out for node in model.debt.nodes if node.amount and (out := node.too_much())), None)
        if leaving is None:
            return False
        for activity in leaving:
            bundle = model.templates[model.template_of[activity]].bundle
            for other in [activity] if bundle < 0 else model.bundles[bundle]:
                if state.at[other] is not None:
                    state.remove(other)
    return True
