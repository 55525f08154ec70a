"""All advice on one plan from one place."""

from collections.abc import Iterator
from time import process_time

from solver.advice.alternatives import Alternatives
from solver.advice.chains import Chains
from solver.advice.desk import UNSAID, Desk
from solver.advice.documents import (
    Chain,
    Held,
    Move,
    Paid,
    Ranked,
    Refusal,
    Relaxation,
    RequestAdvice,
)
from solver.advice.moves import Mover
from solver.advice.relaxations import Relaxer
from solver.problem import Problem
from solver.rules import parsed
from solver.rules.guaranteed_share import GuaranteedShareParams, told
from solver.solution import Placement, Reason, Solution

_CHAIN_S = 1.0
_RELAXING = 0.75
"""Share of the time of a request after which no further relaxation is looked at."""


class Adviser:
    """Compiles a problem and its plan once and answers questions about them."""

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.desk = Desk(problem, solution)
        self.mover = Mover(self.desk)

    def request(self, request: str, *, seconds: float = 5.0) -> RequestAdvice:
        """Return all that is to be said of a request, in about so many seconds of work.

        Most of them go to relaxations; what is placed gets what they leave.

        Raises
        ------
        KeyError
            The problem has no such request.
        """
        desk = self.desk
        # To compile the problem is no part of the search; where it cannot be, only what is told is told.
        compiled = desk.compiled
        begun = process_time()
        activities = desk.problem.activities_of[request]
        waiting = [a.id for a in activities if a.id not in desk.plan]
        placed = [a.id for a in activities if a.id in desk.plan]
        refusals = self.refusals(waiting)
        free = Alternatives(desk, waiting[0]).found() if waiting else ()
        found: tuple[Relaxation, ...] = ()
        complete = compiled or not waiting
        if compiled and waiting:
            relaxer = Relaxer(desk, request, begun + _RELAXING * seconds)
            found, complete = relaxer.found(), relaxer.complete
        return RequestAdvice(
            request=request,
            asked=len(activities),
            placed=len(placed),
            refusals=refusals,
            relaxations=found,
            alternatives=free,
            granted=tuple(self._granted(placed, begun + seconds)),
            complete=complete,
        )

    def _granted(self, placed: list[str], until: float) -> Iterator[Paid]:
        for number, name in enumerate(placed):
            if number and process_time() > until:
                return
            yield self.paid(name)

    def refusals(self, waiting: list[str]) -> tuple[Refusal, ...]:
        """Return the reasons of unplaced activities, those with the same deciding reason together."""
        desk = self.desk
        together: dict[str, list[str]] = {}
        reasons_of: dict[str, tuple[Reason, ...]] = {}
        for name in waiting:
            if desk.compiled:
                # It empties the plan for a while.
                with desk.safely():
                    reasons = desk.explainer.reasons(desk.template(name).index)
            else:
                reasons = desk.told.get(name, UNSAID)
            key = "".join(reason.model_dump_json(exclude={"options", "holders"}) for reason in reasons[:1])
            reasons_of.setdefault(key, reasons)
            together.setdefault(key, []).append(name)
        return tuple(
            Refusal(
                activities=tuple(names),
                reasons=tuple(
                    Held(reason=reason, holders=tuple(map(desk.holder, reason.holders)))
                    for reason in (*reasons_of[key], *self._standing(names[0]))
                ),
            )
            for key, names in together.items()
        )

    def _standing(self, activity: str) -> Iterator[Reason]:
        """Yield by which class, tags and guaranteed share the request of an activity stood where it did."""
        problem, plan = self.desk.problem, self.desk.laid_out
        for found in parsed(problem):
            if isinstance(found.params, GuaranteedShareParams):
                said = told(problem, found.params, plan, problem.activity_by_id[activity])
                if said is not None:
                    yield said

    def paid(self, activity: str) -> Paid:
        """Return what a placed activity paid and where it would go next."""
        return self.mover.paid(activity)

    def move(self, placement: Placement) -> Move:
        """Return what a proposed placement does."""
        return self.mover.evaluate(placement)

    def ranked(self, activity: str, *, limit: int = 10) -> tuple[Ranked, ...]:
        """Return the best free placements of an activity."""
        return self.mover.ranked(activity, limit=limit)

    def chain(self, placement: Placement, *, seconds: float = _CHAIN_S) -> Chain | None:
        """Return the repairs that make room for a placement."""
        return Chains(self.desk, seconds=seconds).placing(placement)
