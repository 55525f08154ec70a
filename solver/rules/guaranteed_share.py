"""A class is owed a share of the hours that a competency offers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field, Strict, field_validator

from solver.plan import Plan
from solver.primitives import Primitive, Quota
from solver.problem import Activity, Problem, Request, Rule
from solver.rules.base import BaseRule, Priority, RequestId, RuleParams, Stage, Total, Words, once, prepared
from solver.rules.examples import example, options, room, session
from solver.solution import Reason, Term

LEARNER_HOUR_MINUTES = 45
Permille = Annotated[int, Strict(), Field(ge=0, le=1000)]


class Guarantee(RuleParams):
    """What a class is owed in one competency: `share_permille` of `offered_minutes`, or all that it asks for.

    `name` is the score term; `owner` the class, and `competency` what the hours are of, as the priority
    table names them. Requests are those of the class in that competency.
    """

    name: str
    owner: str
    competency: str
    requests: tuple[RequestId, ...]
    offered_minutes: Total
    share_permille: Permille


class Standing(RuleParams):
    """By which attributes requests stand where they do: their class, competency and list tags."""

    owner: str
    competency: str
    tags: tuple[str, ...] = ()
    requests: tuple[RequestId, ...]


class GuaranteedShareParams(RuleParams):
    """Guarantees in the order of their classes, each class's together.

    `before` is the priority class before whose coverage they are met, None: before all. `source` is the
    decision that the priority table rests on, or "default". `standings` serve words alone.
    """

    guarantees: tuple[Guarantee, ...]
    before: Priority | None = None
    source: str = "default"
    standings: tuple[Standing, ...] = ()

    @field_validator("guarantees")
    @classmethod
    def _once(cls, guarantees: tuple[Guarantee, ...]) -> tuple[Guarantee, ...]:
        once(guarantee.name for guarantee in guarantees)
        return guarantees


class Kept(RuleParams):
    """What a plan makes of one guarantee, in learner-minutes."""

    name: str
    owner: str
    competency: str
    share_permille: int
    offered_minutes: int
    guaranteed_minutes: int
    demanded_minutes: int
    got_minutes: int


class GuaranteedShare(BaseRule[GuaranteedShareParams]):
    """Served hours of a class in a competency, up to ``min(demand, share × offered)``, before other classes.

    Soft, since what is owed may have no place at all; but an aim before the coverage of all classes that it
    comes before, so that nothing of theirs is served at its expense.
    """

    kind: ClassVar[str] = "guaranteed_share"
    stage: ClassVar[Stage] = "guarantee"
    source: ClassVar[str] = "3.2-2; 3.2-5; R30"
    title: ClassVar[Words] = Words("Гарантированные доли классов", "Guaranteed shares of classes")
    Params: ClassVar[type[RuleParams]] = GuaranteedShareParams
    words: ClassVar[Mapping[str, Words]] = {
        "own": Words(
            "класс «{owner_id}», метки: {tags}; его гарантированная доля ({competency_id}): "
            "{share_permille} ‰ предложенного = {guaranteed_hours} чел.-ч, получено {got_hours}, "
            "просили {demanded_hours}; основание: {source}",
            "class “{owner_id}”, tags: {tags}; its guaranteed share ({competency_id}): "
            "{share_permille} ‰ of what is offered = {guaranteed_hours} learner-hours, got {got_hours}, "
            "asked {demanded_hours}; source: {source}",
        ),
        "others": Words(
            "класс «{owner_id}», метки: {tags}; у него здесь нет гарантированной доли, раньше него "
            "({competency_id}) {other_ids}: гарантировано {guaranteed_hours} чел.-ч, получено {got_hours}; "
            "основание: {source}",
            "class “{owner_id}”, tags: {tags}; it has no guaranteed share here, before it "
            "({competency_id}) {other_ids}: {guaranteed_hours} learner-hours guaranteed, got {got_hours}; "
            "source: {source}",
        ),
        "none": Words(
            "класс «{owner_id}», метки: {tags}; гарантированных долей здесь нет ({competency_id}); "
            "основание: {source}",
            "class “{owner_id}”, tags: {tags}; there are no guaranteed shares here ({competency_id}); "
            "source: {source}",
        ),
        "excluded": Words("место отдано гарантированной доле", "the place went to a guaranteed share"),
    }

    def cost(self, problem: Problem, rule: Rule, params: GuaranteedShareParams, plan: Plan) -> Iterator[Term]:
        """Yield one term a guarantee, what it lacks, in learner-minutes."""
        for kept in standing(problem, params, plan):
            yield Term(
                rule=rule.id,
                stage="guarantee",
                name=kept.name,
                value=max(0, kept.guaranteed_minutes - kept.got_minutes),
                weight=rule.weight or 1,
                unit="learner_minutes",
            )

    def most(self, problem: Problem, params: GuaranteedShareParams) -> int:
        """Return what all guarantees together owe."""
        return sum(_owed(guarantee, guarantee.offered_minutes) for guarantee in params.guarantees)

    def lower(self, problem: Problem, params: GuaranteedShareParams) -> Iterable[Primitive]:
        """One `Quota` a guarantee."""
        owners = list(dict.fromkeys(guarantee.owner for guarantee in params.guarantees))
        first = 0 if params.before is None else problem.priorities.index(params.before)
        for guarantee in params.guarantees:
            worth = tuple((a.id, a.learner_minutes) for a in _activities(problem, guarantee))
            yield Quota(
                guarantee.name,
                _owed(guarantee, sum(minutes for _, minutes in worth)),
                worth,
                before_class=first,
                group=owners.index(guarantee.owner),
            )

    def example(self) -> Problem:
        """Pose camps that are owed half of what a room offers, modules that are owed more than they ask."""
        return example(
            self.kind,
            {
                "guarantees": [
                    {
                        "name": "camp:06",
                        "owner": "camp",
                        "competency": "06",
                        "requests": ["r2"],
                        "offered_minutes": 800,
                        "share_permille": 500,
                    },
                    {
                        "name": "module:06",
                        "owner": "module",
                        "competency": "06",
                        "requests": ["r1"],
                        "offered_minutes": 800,
                        "share_permille": 1000,
                    },
                ],
                "before": "module",
                "standings": [{"owner": "camp", "competency": "06", "requests": ["r2"]}],
            },
            weight=1,
            priorities=("exam", "module", "camp"),
            requests=(
                Request(id="r1", participant="c1", priority="module"),
                Request(id="r2", participant="c2", priority="camp"),
            ),
            resources=(room("a"),),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a",)},
            activities=(
                session("x", "t", {"room": "rooms"}),
                session("y", "t", {"room": "rooms"}, request="r2"),
                session("z", "t", {"room": "rooms"}, request="r2"),
            ),
        )


def standing(problem: Problem, params: GuaranteedShareParams, plan: Plan) -> tuple[Kept, ...]:
    """Return what a plan makes of every guarantee, in the order of the parameters."""
    worth = prepared(
        problem,
        params,
        lambda: [
            [(a.id, a.learner_minutes) for a in _activities(problem, guarantee)]
            for guarantee in params.guarantees
        ],
    )
    return tuple(
        Kept(
            name=guarantee.name,
            owner=guarantee.owner,
            competency=guarantee.competency,
            share_permille=guarantee.share_permille,
            offered_minutes=guarantee.offered_minutes,
            guaranteed_minutes=_owed(guarantee, sum(minutes for _, minutes in rows)),
            demanded_minutes=sum(minutes for _, minutes in rows),
            got_minutes=sum(minutes for name, minutes in rows if name in plan.placements),
        )
        for guarantee, rows in zip(params.guarantees, worth, strict=True)
    )


def told(problem: Problem, params: GuaranteedShareParams, plan: Plan, activity: Activity) -> Reason | None:
    """Return by which class, tags and guaranteed share a request stood where it did; None if unknown."""
    found = next((s for s in params.standings if activity.request in s.requests), None)
    if found is None:
        return None
    facts: dict[str, int | str] = {
        "owner_id": found.owner,
        "tags": ", ".join(found.tags) or "—",
        "competency_id": found.competency,
        "source": params.source,
    }
    here = [kept for kept in standing(problem, params, plan) if kept.competency == found.competency]
    own = next((kept for kept in here if kept.owner == found.owner), None)
    if own is not None:
        facts |= {
            "share_permille": own.share_permille,
            "guaranteed_hours": own.guaranteed_minutes // LEARNER_HOUR_MINUTES,
            "got_hours": own.got_minutes // LEARNER_HOUR_MINUTES,
            "demanded_hours": own.demanded_minutes // LEARNER_HOUR_MINUTES,
        }
        return Reason(rule=GuaranteedShare.kind, code="own", facts=facts)
    if here:
        facts |= {
            "other_ids": ",".join(kept.owner for kept in here),
            "guaranteed_hours": sum(k.guaranteed_minutes for k in here) // LEARNER_HOUR_MINUTES,
            "got_hours": sum(k.got_minutes for k in here) // LEARNER_HOUR_MINUTES,
        }
        return Reason(rule=GuaranteedShare.kind, code="others", facts=facts)
    return Reason(rule=GuaranteedShare.kind, code="none", facts=facts)


def _activities(problem: Problem, guarantee: Guarantee) -> list[Activity]:
    return [a for request in dict.fromkeys(guarantee.requests) for a in problem.activities_of[request]]


def _owed(guarantee: Guarantee, demanded_minutes: int) -> int:
    return min(demanded_minutes, guarantee.offered_minutes * guarantee.share_permille // 1000)
