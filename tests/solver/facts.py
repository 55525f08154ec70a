"""What the facts of a violation must be, whatever its rule."""

from collections.abc import Mapping
from typing import Any

from solver.problem import Problem
from solver.solution import Placement, Violation

SMALLER = (
    ("have_slots", "need_slots"),
    ("limit_slots", "load_slots"),
    ("limit_slots", "travel_slots"),
    ("limit_minutes", "load_minutes"),
    ("limit", "load"),
    ("limit", "areas"),
    ("capacity", "needed"),
    ("placed", "total"),
)


def assert_facts_are_true(breach: Violation, problem: Problem, placed: Mapping[str, Placement]) -> None:
    """Hold the facts of a breach of a rule against the plan."""
    facts: dict[str, Any] = dict(breach.facts)
    known = {*problem.resource_by_id, *problem.activity_by_id, *problem.request_by_id}
    assert all(value in known for name, value in facts.items() if name.endswith("_id"))
    assert set(breach.activities) <= set(problem.activity_by_id)
    assert set(breach.resources) <= set(problem.resource_by_id)
    day_of = problem.grid.day_of
    days = {a: {day_of(start) for start, _ in p.meetings} for a, p in placed.items()}
    for name in breach.activities:
        assert (name in days) == (breach.kind != "all_or_none")
        if "at_day" in facts:
            assert facts["at_day"] in days[name]
        if "at_week" in facts:
            assert facts["at_week"] in {day // problem.grid.days_per_week for day in days[name]}
    for less, more in SMALLER:
        if less in facts and more in facts:
            assert facts[less] < facts[more]
    for name, at, until in (
        ("activity_id", "from_slot", "to_clock"),
        ("other_id", "other_from_slot", "other_to_clock"),
    ):
        meetings = placed[facts[name]].meetings if name in facts else ()
        assert at not in facts or facts[at] in {start for start, _ in meetings}
        assert until not in facts or facts[until] in {end for _, end in meetings}
