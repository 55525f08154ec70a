"""How far each participant is from its fair share."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from solver.plan import Plan
from solver.primitives import Primitive, Shares
from solver.problem import Problem, Request, Rule
from solver.rules.base import BaseRule, RuleParams, Stage, Total, Words, prepared, wrong
from solver.rules.examples import example, options, room, session
from solver.solution import Term


class Share(RuleParams):
    """What a participant asks for and what it is entitled to, in learner-minutes.

    `raised` is the part of the entitlement that makes good for earlier terms; it is told, nothing more.
    """

    demand: Total
    entitlement: Total
    raised: Total = 0


class FairShareParams(RuleParams):
    """Shares by participant; who asks for nothing or is entitled to nothing is satisfied."""

    participants: Mapping[str, Share]

    @field_validator("participants")
    @classmethod
    def _known(cls, shares: Mapping[str, Share], info: ValidationInfo) -> Mapping[str, Share]:
        if isinstance(problem := info.context, Problem):
            asking = [name for name, share in shares.items() if share.demand and share.entitlement]
            ghosts = [name for name in asking if not problem.knows("participant", name)]
            if ghosts:
                raise wrong(_GHOSTS, names=", ".join(ghosts))
        return shares


_GHOSTS = Words(
    "заявок нет, и доля всегда была бы нулевой: {names}; уберите их или укажите demand: 0",
    "without a request, so that their shares would be nothing for good: {names}; "
    "remove them or set their demand to 0",
)


class FairShare(BaseRule[FairShareParams]):
    """``s = granted / min(demand, entitlement)`` in thousandths, at most 1000; the term is ``1000 - s``."""

    kind: ClassVar[str] = "fair_share"
    stage: ClassVar[Stage] = "fairness"
    source: ClassVar[str] = "5.2-2; 3.3-1.5"
    title: ClassVar[Words] = Words("Справедливость между участниками", "Fairness between participants")
    Params: ClassVar[type[RuleParams]] = FairShareParams
    words: ClassVar[Mapping[str, Words]] = {}

    def cost(self, problem: Problem, rule: Rule, params: FairShareParams, plan: Plan) -> Iterator[Term]:
        """Yield one term a participant, in thousandths."""
        shares = prepared(problem, params, lambda: _shares(problem, params))
        for name, target in shares.target.items():
            granted = sum(minutes for activity, minutes in shares.worth[name] if activity in plan.placements)
            yield Term(
                rule=rule.id,
                stage="fairness",
                name=name,
                value=1000 - min(1000, granted * 1000 // target),
                weight=rule.weight or 1,
                unit="permille",
            )

    def lower(self, problem: Problem, params: FairShareParams) -> Iterable[Primitive]:
        """One `Shares`."""
        return [_shares(problem, params)]

    def example(self) -> Problem:
        """Pose one college entitled to a part of its demand, one to more, one to nothing."""
        return example(
            self.kind,
            {
                "participants": {
                    "c1": {"demand": 720, "entitlement": 500},
                    "c2": {"demand": 360, "entitlement": 9000},
                    "c3": {"demand": 0, "entitlement": 100},
                }
            },
            weight=1,
            requests=(
                Request(id="r1", participant="c1", priority="only"),
                Request(id="r2", participant="c2", priority="only"),
            ),
            resources=(room("a"),),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a",)},
            activities=(
                session("x", "t", {"room": "rooms"}),
                session("y", "t", {"room": "rooms"}),
                session("z", "t", {"room": "rooms"}, request="r2"),
            ),
        )


def _shares(problem: Problem, params: FairShareParams) -> Shares:
    targets = {name: min(s.demand, s.entitlement) for name, s in params.participants.items()}
    target = {name: minutes for name, minutes in targets.items() if minutes > 0}
    worth: dict[str, list[tuple[str, int]]] = {name: [] for name in target}
    for activity in problem.activities:
        found = worth.get(problem.request_by_id[activity.request].participant)
        if found is not None:
            found.append((activity.id, activity.learner_minutes))
    return Shares(target, {name: tuple(found) for name, found in worth.items()})
