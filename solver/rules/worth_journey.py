"""A day away from home is long enough to be worth the way."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from solver.plan import Plan, Use
from solver.primitives import Primitive
from solver.problem import MOST_NUMBER, Activity, Problem
from solver.rules.base import (
    Breach,
    Fact,
    FlexibleRule,
    Left,
    ResourceId,
    RuleParams,
    Words,
    prepared,
)
from solver.rules.examples import example, options, part, person, room, session
from solver.solution import Reason
from solver.structure import AwayDay


class Journey(RuleParams):
    """People and parts of learner groups, each by itself: how far is away, how much makes it worth while.

    A place is away when the way there from home takes `from_slots` or more. Who has no home is never away.
    """

    resources: tuple[ResourceId, ...]
    from_slots: Annotated[int, Field(strict=True, ge=1, le=MOST_NUMBER)]
    min_minutes: Annotated[int, Field(strict=True, ge=1, le=MOST_NUMBER)]


class WorthJourneyParams(RuleParams):
    """Journeys; each of them binds."""

    journeys: tuple[Journey, ...]


class WorthJourney(FlexibleRule[WorthJourneyParams]):
    """The contact minutes of a day at places that are away from home."""

    kind: ClassVar[str] = "worth_journey"
    source: ClassVar[str] = "R27"
    title: ClassVar[Words] = Words("День на выезде стоит дороги", "An away day worth the journey")
    unit: ClassVar[str] = "days"
    Params: ClassVar[type[RuleParams]] = WorthJourneyParams
    words: ClassVar[Mapping[str, Words]] = {
        "short": Words(
            "{resource_id}, {at_day}: на выезде {have_minutes}, а дорога оправдана от {need_minutes}",
            "{resource_id}, {at_day}: {have_minutes} away, the way is worth it from {need_minutes}",
        ),
        "left": Words(
            "{resource_id}: рядом с домом места нет, ехать ради занятия короче {need_minutes} не стоит",
            "{resource_id}: there is no place near home, and a session of less than {need_minutes} "
            "is not worth the way",
        ),
    }

    def breaches(self, problem: Problem, params: WorthJourneyParams, plan: Plan) -> Iterator[Breach]:
        """Yield every away day that is too short."""
        length = problem.grid.slots_per_day
        for journey, far in prepared(problem, params, lambda: _far(problem, params)):
            for name, places in far:
                days: dict[int, list[Use]] = {}
                for use in plan.uses[name]:
                    if use.place in places:
                        days.setdefault(use.start // length, []).append(use)
                for day, uses in days.items():
                    minutes = sum(use.contact_minutes for use in uses)
                    if minutes < journey.min_minutes:
                        facts: dict[str, Fact] = {
                            "resource_id": name,
                            "at_day": day,
                            "have_minutes": minutes,
                            "need_minutes": journey.min_minutes,
                        }
                        activities = list(dict.fromkeys(use.activity for use in uses))
                        yield Breach(1, "short", activities, (name,), facts)

    def reason(self, problem: Problem, params: WorthJourneyParams, activity: Activity, left: Left) -> Reason:
        """Name the first resource that the session may use and that would travel."""
        likely = {name for names in left.values() for name in names}
        bound = [(journey, name) for journey in params.journeys for name in journey.resources]
        journey, name = next(((j, n) for j, n in bound if n in likely), bound[0])
        facts: dict[str, Fact] = {"resource_id": name, "need_minutes": journey.min_minutes}
        return Reason(rule=self.kind, code="left", facts=facts)

    def lower(self, problem: Problem, params: WorthJourneyParams) -> Iterable[Primitive]:
        """One `AwayDay` a resource with a home."""
        return [
            AwayDay(name, home, journey.from_slots, journey.min_minutes)
            for journey in params.journeys
            for name in journey.resources
            if (home := problem.resource_by_id[name].home) is not None
        ]

    def example(self) -> Problem:
        """Pose a group and a trainer of the north, rooms in three towns, sessions that may add up."""
        roles = {"room": "rooms", "learners:1": "groups", "trainer": "trainers"}
        return example(
            self.kind,
            {"journeys": [{"resources": ["g", "anna", "boris"], "from_slots": 2, "min_minutes": 150}]},
            resources=(
                room("a"),
                room("b", "p2"),
                part("g"),
                person("anna", "west"),
                person("boris"),
            ),
            option_sets={"t": options((8, 10), (12, 14), ((30, 31), (33, 35)))},
            candidate_sets={"rooms": ("a", "b"), "groups": ("g",), "trainers": ("anna", "boris")},
            activities=(
                session("x", "t", roles, contact_minutes=90),
                session("y", "t", roles, contact_minutes=60),
            ),
        )


def _far(
    problem: Problem, params: WorthJourneyParams
) -> list[tuple[Journey, list[tuple[str, frozenset[str]]]]]:
    """Return for every journey its resources, each with the places that are away for it."""
    found = []
    for journey in params.journeys:
        rows = []
        for name in journey.resources:
            home = problem.resource_by_id[name].home
            if home is not None:
                away = (p.id for p in problem.places if problem.travel_from(home, p.id) >= journey.from_slots)
                rows.append((name, frozenset(away)))
        found.append((journey, rows))
    return found
