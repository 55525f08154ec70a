"""Refusals that belong together: the same rule with the same numbers, whoever holds the place."""

from collections.abc import Hashable

from scheduler.domain.run import ReasonView


def deciding(reason: ReasonView) -> Hashable:
    """Return what tells one deciding reason from another; who holds the place is left aside."""
    return (reason.rule, reason.code, *sorted((name, str(value)) for name, value in reason.facts.items()))
