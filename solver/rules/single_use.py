"""What rules about one use at a time have in common."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from solver.plan import Use
from solver.problem import Activity, Problem, Rule
from solver.rules.base import BaseRule, Relief, ResourceId, RuleParams
from solver.rules.reliefs import MOST_LIKE, one_more
from solver.solution import Violation


class SingleUseParams(RuleParams):
    """What serves one activity at a time."""

    resources: tuple[ResourceId, ...]


P = TypeVar("P", bound=SingleUseParams)


class SingleUse(BaseRule[P]):
    """Uses of a resource keep apart: words are wanted for `overlap`, `gap` and `one_more`."""

    def breach(self, rule: Rule, name: str, a: Use, b: Use, need: int) -> Violation:
        """Return what two uses break, the later of which starts too early."""
        pair = (a.activity, b.activity)
        facts = {"resource_id": name, "activity_id": b.activity, "other_id": a.activity}
        if a.end > b.start:
            return self.violation(
                rule,
                "overlap",
                pair,
                (name,),
                from_slot=b.start,
                to_clock=b.end,
                other_from_slot=a.start,
                other_to_clock=a.end,
                **facts,
            )
        return self.violation(
            rule,
            "gap",
            pair,
            (name,),
            from_slot=b.start,
            have_slots=b.start - a.end,
            need_slots=need,
            **facts,
        )

    def relaxations(
        self, problem: Problem, rule: Rule, params: P, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Add one more of what a role could have, whoever it belongs to."""
        bound = set(params.resources)
        needs = {(r.candidates, r.role): r for a in activities for r in a.requirements}
        for (candidates, role), need in needs.items():
            names = [c.resource for c in problem.candidate_sets[candidates]]
            able = [problem.resource_by_id[name] for name in names if name in bound]
            able = [r for r in able if not r.size and r.capacity >= need.amount]
            for like in able[:MOST_LIKE]:
                amendment = one_more(problem, rule, params, like, candidates)
                yield Relief("one_more", {"like_id": like.id}, amendment, ladder=f"one_more:{role}")
