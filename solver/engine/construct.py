"""First plans: sessions one after the other, in several orders, each where it does least harm."""

from collections.abc import Callable, Iterable
from statistics import fmean

from solver.engine.model import Model, Template
from solver.engine.objective import quotas_met
from solver.engine.workbench import Workbench

_SETTLE_STEPS, _SETTLE_SLICE = 4_000, 40
_HEAT = 0.5
"""Loss that is often accepted at first, as a part of a usual activity's worth."""

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


def fill_all(
    fill: Callable[[Template], object], templates: Iterable[Template], stopped: Callable[[], bool]
) -> bool:
    """Fill in templates in this order; False when told to stop on the way."""
    for template in templates:
        if template.dead:
            continue
        if stopped():
            return False
        fill(template)
    return True


def reserve(bench: Workbench, model: Model, stopped: Callable[[], bool]) -> bool:
    """Place what is kept, then what quotas owe, each after the classes before it; False when told to stop."""
    templates = [t for t in ordered(model, by_class_then_size) if not t.dead]
    if not fill_all(bench.fill, (t for t in templates if t.activities[0] in model.kept), stopped):
        return False
    for before, quotas in model.quota_groups:
        if not fill_all(bench.fill, (t for t in templates if t.priority < before), stopped):
            return False
        for template in templates:
            mine = [quota for quota, _ in template.owed if quota in quotas]
            while any(map(bench.lacks, mine)) and bench.fill(template, at_most=1):
                if stopped():
                    return False
    return True


def settle_quotas(bench: Workbench, model: Model, over: Callable[[], bool]) -> None:
    """Improve the plan in work for its quotas alone, until they are met or the steps are used up."""
    owing = [t for t in model.templates if t.owed]
    if not owing or not any(map(bench.lacks, range(len(model.quotas)))):
        return
    usual = fmean(t.worth for t in owing)
    bench.begin()
    for done in range(0, _SETTLE_STEPS, _SETTLE_SLICE):
        if over() or quotas_met(model, bench.best_worth):
            break
        bench.run(_SETTLE_SLICE, _HEAT * usual * (1 - done / _SETTLE_STEPS) ** 2, owed_only=True)
    bench.take(bench.best())


def ordered(model: Model, order: Order) -> list[Template]:
    """Templates in an order, those that are kept before all others."""
    return sorted(model.templates, key=lambda t: (t.activities[0] not in model.kept, *order(t)))
