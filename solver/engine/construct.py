"""First plans: sessions one after the other, in several orders, each where it does least harm."""

from collections.abc import Callable, Sequence

from solver.engine.insertion import Inserter
from solver.engine.model import Choice, Model, Template
from solver.engine.times import lowest

Order = Callable[[Template], tuple[float, ...]]


def by_class_then_size(template: Template) -> tuple[float, ...]:
    """Priority class, then the larger session."""
    return (template.priority, -template.worth, template.index)


def first_come(template: Template) -> tuple[float, ...]:
    """Order of the problem."""
    return (template.activities[0],)


def largest_first(template: Template) -> tuple[float, ...]:
    """Put the larger session first, whatever its class."""
    return (-template.worth, template.index)


GREEDY: tuple[tuple[str, Order], ...] = (
    ("class, then size", by_class_then_size),
    ("first come", first_come),
    ("largest first", largest_first),
)
"""Orders that a person would use; a solve is never worse than any of them."""


class EarliestFirst(Inserter):
    """Puts a session at the earliest time that is free anywhere, with the first candidates on the lists."""

    def find(self, template: Template) -> tuple[int, Choice] | None:
        """Return the earliest option and a choice that has it, or None."""
        self.tried += 1
        best: tuple[int, Choice] | None = None
        for choice, mask in self.state.feasible(template):
            option = lowest(mask)
            if best is None or (option, choice) < best:
                best = (option, choice)
        return best


def fill_all(inserter: Inserter, templates: Sequence[Template], stopped: Callable[[], bool]) -> bool:
    """Fill in templates in this order; False when told to stop on the way."""
    for template in templates:
        if template.dead:
            continue
        if stopped():
            return False
        inserter.fill(template)
    return True


def reserve(inserter: Inserter, stopped: Callable[[], bool]) -> bool:
    """Place what quotas owe, and before it the classes that come first; False when told to stop."""
    state = inserter.state
    model = state.model
    templates = [t for t in ordered(model, by_class_then_size) if not t.dead]
    for before, quotas in model.quota_groups:
        for template in templates:
            if stopped():
                return False
            if template.priority < before:
                inserter.fill(template)
        for template in templates:
            mine = [quota for quota, _ in template.owed if quota in quotas]
            while any(state.reserved[q] < model.quotas[q] for q in mine) and inserter.one(template):
                pass
    return True


def ordered(model: Model, order: Order) -> list[Template]:
    """Templates in an order."""
    return sorted(model.templates, key=order)


def fill_in(inserter: Inserter, stopped: Callable[[], bool]) -> int:
    """Place whatever still fits without moving anything; return how many.

    Afterwards, unless stopped, no unplaced activity can be added by itself.
    """
    model, state = inserter.state.model, inserter.state
    placed = 0
    for template in ordered(model, by_class_then_size):
        if stopped():
            break
        if state.waiting[template.index] and not template.dead:
            placed += inserter.fill(template)
    return placed
