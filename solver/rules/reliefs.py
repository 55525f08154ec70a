"""What the reliefs of several rules have in common."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from solver.amendment import Amendment
from solver.problem import Activity, Interval, Problem, Resource, Rule
from solver.rules.base import Relief, RuleParams, Words
from solver.rules.splitting import split
from solver.solution import Fact, Placement
from solver.windows import Windows

TIMES = "times"
OPENED = (TIMES, "from_slot", "to_clock")
"""Facts of newly opened time: how often, and when first."""
MOST_LIKE = 3
"""Of how many resources one more is looked for."""

FITTED: Mapping[str, Words] = {
    "more_places": Words(
        "добавить {more:место|места|мест}: {resource_id}, станет {capacity}",
        "add {more:place|places}: {resource_id}, then {capacity}",
    ),
    "smaller_groups": Words(
        "разделить на подгруппы не больше {size:человека|человек|человек}",
        "split into subgroups of at most {size:learner|learners}",
    ),
}
"""What `fitted` says."""


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
    return dict(zip(OPENED, (len(meetings), *first), strict=True))


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


def fitted(problem: Problem, activities: Sequence[Activity], bound: Collection[str]) -> Iterator[Relief]:
    """Split what is too large for all of these resources; add places where that is not enough, few first."""
    needs = {r.candidates: r.amount for a in activities for r in a.requirements}
    for candidates, amount in needs.items():
        found = [problem.resource_by_id[c.resource] for c in problem.candidate_sets[candidates]]
        found = [r for r in found if r.id in bound and not r.size]
        for size in sorted({r.capacity for r in found if r.capacity < amount}, reverse=True):
            smaller = split(activities, problem, size)
            if smaller is not None:
                yield Relief("smaller_groups", {"size": size}, smaller, ladder="split", own=True)
        short = [r for r in found if r.mode == "pooled" or r.capacity < amount]
        short.sort(key=lambda r: (_more(r, amount), r.id))
        for resource in short[:MOST_LIKE]:
            more = _more(resource, amount)
            units = tuple(f"{resource.id}+{i}" for i in range(1, more + 1)) if resource.units else ()
            changed = {"capacity": resource.capacity + more, "units": resource.units + units}
            amendment = Amendment(resources=(resource.model_copy(update=changed),))
            facts: dict[str, Fact] = {
                "more": more,
                "resource_id": resource.id,
                "capacity": resource.capacity + more,
            }
            yield Relief("more_places", facts, amendment, ladder=f"places:{candidates}")


def _more(resource: Resource, amount: int) -> int:
    """Return how many places a resource lacks for an amount, or for one more use of it."""
    return amount - resource.capacity if resource.capacity < amount else amount
