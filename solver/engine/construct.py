"""First plans: sessions one after the other, in several orders, each where it does least harm."""

from collections.abc import Callable, Sequence

from solver.engine.insertion import Inserter
from solver.engine.model import Model, Template

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


def fill_all(inserter: Inserter, templates: Sequence[Template], stopped: Callable[[], bool]) -> bool:
    """Fill in templates in this order; False when told to stop on the way."""
    for template in templates:
        if template.dead:
            continue
        if stopped():
            return False
        inserter.fill(template)
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
