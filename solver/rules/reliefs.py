"""What the reliefs of several rules have in common."""

from collections.abc import Iterable, Mapping, Sequence

from solver.amendment import Amendment
from solver.problem import Interval, Problem, Resource, Rule
from solver.rules.base import RuleParams
from solver.solution import Fact, Placement
from solver.windows import Windows

MOST_LIKE = 3
"""Of how many resources one more is looked for."""


def amended(rule: Rule, params: RuleParams) -> Amendment:
    """Return the amendment that gives a rule other parameters."""
    return Amendment(rules=(rule.model_copy(update={"params": params.model_dump()}),))


def apart(problem: Problem, rule: Rule, kept: RuleParams, freed: RuleParams) -> Amendment:
    """Return the amendment that splits a rule: what it goes on saying, and what it says of some apart."""
    name = f"{rule.id}~"
    while any(other.id == name for other in problem.rules):
        name += "~"
    return Amendment(
        rules=(
            rule.model_copy(update={"params": kept.model_dump()}),
            rule.model_copy(update={"id": name, "params": freed.model_dump()}),
        )
    )


def outside(windows: Iterable[Interval], placements: Sequence[Placement]) -> tuple[Interval, ...]:
    """Return the meetings of placements that none of the windows holds, each once, in order."""
    holding = Windows(windows)
    meetings = {meeting for placement in placements for meeting in placement.meetings}
    return tuple(sorted(meeting for meeting in meetings if not holding.hold(*meeting)))


def opened(meetings: Sequence[Interval]) -> Mapping[str, Fact]:
    """Return the facts of newly opened time: how often, and when first."""
    first = min(meetings, default=(0, 0))
    return {"times": len(meetings), "from_slot": first[0], "to_clock": first[1]}


def one_more(problem: Problem, rule: Rule, params: RuleParams, like: Resource, role_set: str) -> Amendment:
    """Return the amendment that adds one more resource like this one, free at any time, to a candidate set.

    The rule, which has `resources`, binds it too.
    """
    name = f"{like.id}+"
    while name in problem.resource_by_id:
        name += "+"
    bound = (*getattr(params, "resources", ()), name)
    candidates = problem.candidate_sets[role_set]
    same = next(c for c in candidates if c.resource == like.id)
    return Amendment(
        rules=(rule.model_copy(update={"params": {**params.model_dump(), "resources": bound}}),),
        resources=(like.model_copy(update={"id": name, "units": ()}),),
        candidate_sets={role_set: (*candidates, same.model_copy(update={"resource": name}))},
    )
