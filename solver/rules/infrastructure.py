"""A workshop holds what the infrastructure list of the competency asks for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from solver.plan import Plan
from solver.primitives import Forbidden, Primitive
from solver.problem import Activity, Positive, Problem, Rule
from solver.rules.base import (
    BaseRule,
    Count,
    Filled,
    Left,
    ResourceId,
    RuleParams,
    Stage,
    Words,
    prepared,
)
from solver.rules.examples import example, options, room, session
from solver.solution import Reason, Violation


class Item(RuleParams):
    """So many pieces of a kind of equipment for every so many workplaces, begun ones too."""

    equipment: str
    count: Positive = 1
    workplaces: Positive = 1

    def pieces(self, workplaces: int) -> int:
        """Return how many pieces so many workplaces need."""
        return -(-workplaces // self.workplaces) * self.count


class ListOf(Filled):
    """The list that the resource in a role has to meet, with as many workplaces as the activity takes."""

    role: str = "room"
    season: str
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Stock(RuleParams):
    """What a resource holds: pieces by kind of equipment."""

    resource: ResourceId
    pieces: Mapping[str, Count]


class InfrastructureParams(RuleParams):
    """Lists, and what resources hold; one that is not named holds nothing."""

    lists: tuple[ListOf, ...]
    stocks: tuple[Stock, ...] = ()


class Infrastructure(BaseRule[InfrastructureParams]):
    """Equipment kind × count a workplace, as the season's list of the competency says."""

    kind: ClassVar[str] = "infrastructure"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "2.1-3; R18"
    title: ClassVar[Words] = Words("Инфраструктурный лист", "Infrastructure list")
    Params: ClassVar[type[RuleParams]] = InfrastructureParams
    words: ClassVar[Mapping[str, Words]] = {
        "lacks": Words(
            "«{activity_id}»: лист «{season}» на {workplaces:рабочее место|рабочих места|рабочих мест} "
            "просит {needed} ({equipment_ids}), в «{resource_id}» — {there}",
            "“{activity_id}”: the list “{season}” asks for {needed} ({equipment_ids}) for "
            "{workplaces:workplace|workplaces}, “{resource_id}” has {there}",
        ),
        "short": Words(
            "инфраструктурный лист «{season}»: {equipment_ids} — {count} на "
            "{each:рабочее место|рабочих места|рабочих мест}, на {workplaces} нужно {needed}, "
            "в «{resource_id}» — {there}",
            "infrastructure list “{season}”: needs {count} ({equipment_ids}) for "
            "{each:workplace|workplaces}, {needed} for {workplaces}; “{resource_id}” has {there}",
        ),
        "excluded": Words(
            "среди подходящих по листу «{season}» мастерских свободной не остаётся",
            "no workshop that meets the list “{season}” is left",
        ),
    }

    def check(
        self, problem: Problem, rule: Rule, params: InfrastructureParams, plan: Plan
    ) -> Iterator[Violation]:
        """Yield everything that a used resource lacks."""
        lists, stock = prepared(
            problem,
            params,
            lambda: ([(one, one.chosen(problem)) for one in params.lists], _stock(params)),
        )
        for one, activities in lists:
            for activity in activities:
                placement = plan.placements.get(activity.id)
                name = placement.resources.get(one.role) if placement is not None else None
                if name is None:
                    continue
                workplaces = _workplaces(activity, one.role)
                for item in one.items:
                    there = stock.get(name, {}).get(item.equipment, 0)
                    if there < item.pieces(workplaces):
                        yield self.violation(
                            rule,
                            "lacks",
                            (activity.id,),
                            (name,),
                            activity_id=activity.id,
                            season=one.season,
                            workplaces=workplaces,
                            needed=item.pieces(workplaces),
                            equipment_ids=item.equipment,
                            resource_id=name,
                            there=there,
                        )

    def reason(
        self, problem: Problem, params: InfrastructureParams, activity: Activity, left: Left
    ) -> Reason:
        """Name what the resource lacks that lacks the fewest kinds of what is left."""
        one = next((one for one in params.lists if one.mean(activity)), params.lists[0])
        stock, workplaces = _stock(params), _workplaces(activity, one.role)
        lacking = []
        for name in left.get(one.role, ()):
            there = stock.get(name, {})
            missing = [i for i in one.items if there.get(i.equipment, 0) < i.pieces(workplaces)]
            lacking.append((len(missing), name, missing))
        if not lacking or not min(lacking)[0]:
            return Reason(rule=self.kind, code="excluded", facts={"season": one.season})
        _, name, missing = min(lacking, key=lambda row: row[:2])
        item = missing[0]
        return Reason(
            rule=self.kind,
            code="short",
            facts={
                "season": one.season,
                "equipment_ids": item.equipment,
                "count": item.count,
                "each": item.workplaces,
                "workplaces": workplaces,
                "needed": item.pieces(workplaces),
                "resource_id": name,
                "there": stock.get(name, {}).get(item.equipment, 0),
            },
        )

    def lower(self, problem: Problem, params: InfrastructureParams) -> Iterable[Primitive]:
        """`Forbidden` candidates of every activity with a list."""
        stock = _stock(params)
        for one in params.lists:
            for activity in one.chosen(problem):
                for requirement in activity.requirements:
                    if requirement.role != one.role:
                        continue
                    bad = frozenset(
                        c.resource
                        for c in problem.candidate_sets[requirement.candidates]
                        if any(
                            stock.get(c.resource, {}).get(item.equipment, 0) < item.pieces(requirement.amount)
                            for item in one.items
                        )
                    )
                    if bad:
                        yield Forbidden(activity.id, one.role, bad)

    def example(self) -> Problem:
        """Pose camps of two and of four workplaces, each with a lathe, every two with a tester."""
        return example(
            self.kind,
            {
                "lists": [
                    {
                        "requests": ["r1"],
                        "season": "2027",
                        "items": [
                            {"equipment": "lathe"},
                            {"equipment": "tester", "count": 1, "workplaces": 2},
                        ],
                    }
                ],
                "stocks": [
                    {"resource": "a", "pieces": {"lathe": 4, "tester": 2}},
                    {"resource": "b", "pieces": {"lathe": 3, "tester": 2}},
                    {"resource": "c", "pieces": {"lathe": 8}},
                ],
            },
            resources=(room("a"), room("b"), room("c"), room("d")),
            option_sets={"t": options((8, 10))},
            candidate_sets={"rooms": ("a", "b", "c", "d")},
            activities=(
                session("x", "t", {"room": "rooms"}, amount=4),
                session("y", "t", {"room": "rooms"}, amount=2),
            ),
        )


def _stock(params: InfrastructureParams) -> dict[str, Mapping[str, int]]:
    return {stock.resource: stock.pieces for stock in params.stocks}


def _workplaces(activity: Activity, role: str) -> int:
    return sum(requirement.amount for requirement in activity.requirements if requirement.role == role)
