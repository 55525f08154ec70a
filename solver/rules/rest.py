"""Time for sleep between the last session of a day and the first of the next."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import ClassVar

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import Activity, Problem
from solver.rules.base import Breach, Count, Fact, FlexibleRule, Left, ResourceId, RuleParams, Words
from solver.rules.examples import example, options, part, person, room, session
from solver.solution import Reason
from solver.structure import Rest


class Night(RuleParams):
    """People and parts of learner groups, each by itself, and how long they rest between their days."""

    resources: tuple[ResourceId, ...]
    min_slots: Count


class RestParams(RuleParams):
    """Rests; each of them binds."""

    rests: tuple[Night, ...]


class RestOvernight(FlexibleRule[RestParams]):
    """Between two days with sessions lie so many slots."""

    kind: ClassVar[str] = "rest"
    source: ClassVar[str] = "R25; R08; ТК РФ, ст. 107"
    title: ClassVar[Words] = Words("Отдых между днями", "Rest between days")
    unit: ClassVar[str] = "nights"
    Params: ClassVar[type[RuleParams]] = RestParams
    words: ClassVar[Mapping[str, Words]] = {
        "short": Words(
            "{resource_id}: между концом «{other_id}» и началом «{activity_id}» ({from_slot}) "
            "{have_slots} отдыха, а нужно {need_slots}",
            "{resource_id}: {have_slots} of rest between the end of “{other_id}” and “{activity_id}” "
            "({from_slot}), {need_slots} are needed",
        ),
        "left": Words(
            "{resource_id}: в возможное время между днями осталось бы меньше {need_slots} отдыха",
            "{resource_id}: at the possible times less than {need_slots} of rest would be left between days",
        ),
    }

    def breaches(self, problem: Problem, params: RestParams, plan: Plan) -> Iterator[Breach]:
        """Yield every night that is too short."""
        length = problem.grid.slots_per_day
        for night in params.rests:
            for name in night.resources:
                days: dict[int, tuple[int, str, int, str]] = {}
                for use in plan.uses[name]:
                    day = use[0] // length
                    known = days.get(day)
                    if known is None:
                        days[day] = (use[0], use[2], use[1], use[2])
                    elif use[1] > known[2]:
                        days[day] = (*known[:2], use[1], use[2])
                for (_, _, end, earlier), (start, later, _, _) in pairwise(days.values()):
                    if start - end < night.min_slots:
                        facts: dict[str, Fact] = {
                            "resource_id": name,
                            "other_id": earlier,
                            "activity_id": later,
                            "from_slot": start,
                            "have_slots": max(0, start - end),
                            "need_slots": night.min_slots,
                        }
                        yield Breach(1, "short", (earlier, later), (name,), facts)

    def reason(self, problem: Problem, params: RestParams, activity: Activity, left: Left) -> Reason:
        """Name the first resource that the session may use and that needs rest."""
        likely = {name for names in left.values() for name in names}
        needing = [(night, name) for night in params.rests for name in night.resources]
        night, name = next(((n, r) for n, r in needing if r in likely), needing[0])
        return Reason(rule=self.kind, code="left", facts={"resource_id": name, "need_slots": night.min_slots})

    def lower(self, problem: Problem, params: RestParams) -> Iterable[Primitive]:
        """One `Rest` a resource."""
        return [Rest(name, night.min_slots) for night in params.rests for name in night.resources]

    def example(self) -> Problem:
        """Pose a group with twelve hours of rest and a trainer with nine."""
        roles = {"room": "rooms", "learners:1": "groups", "trainer": "trainers"}
        return example(
            self.kind,
            {"rests": [{"resources": ["g"], "min_slots": 12}, {"resources": ["anna"], "min_slots": 9}]},
            resources=(room("a"), part("g"), part("h"), person("anna"), person("boris")),
            option_sets={"t": options((8, 10), (20, 23), (32, 34), ((34, 47), (56, 57)))},
            candidate_sets={
                "rooms": ("a",),
                "groups": ("g", "h"),
                "g": ("g",),
                "trainers": ("anna", "boris"),
            },
            activities=(
                session("x", "t", {**roles, "learners:1": "g"}),
                session("y", "t", roles),
                session("z", "t", {"room": "rooms", "trainer": "trainers"}),
            ),
        )
