"""A person is in one place at a time, and travels between places."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from solver.plan import Plan, closer_than
from solver.primitives import Disjunctive, Primitive
from solver.problem import Problem, Rule
from solver.rules.base import RuleParams, Stage, Switch, Words, prepared
from solver.rules.examples import example, options, person, room, session
from solver.rules.single_use import SingleUse, SingleUseParams
from solver.solution import Violation


class PresenceParams(SingleUseParams):
    """People and parts of learner groups.

    `host_buffers`: they also set up and clean up where the session is, so travel waits for that; not
    between the meetings of one session.
    """

    host_buffers: Switch = False


class Presence(SingleUse[PresenceParams]):
    """Between two sessions of a person lies the way from one place to the other."""

    kind: ClassVar[str] = "presence"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "R12; 6.4"
    title: ClassVar[Words] = Words("В одном месте в одно время", "In one place at a time")
    Params: ClassVar[type[RuleParams]] = PresenceParams
    words: ClassVar[Mapping[str, Words]] = {
        "overlap": Words(
            "{resource_id}: «{activity_id}» ({from_slot}–{to_clock}) идёт одновременно с «{other_id}» "
            "({other_from_slot}–{other_to_clock})",
            "{resource_id}: “{activity_id}” ({from_slot}–{to_clock}) runs at the same time as “{other_id}” "
            "({other_from_slot}–{other_to_clock})",
        ),
        "gap": Words(
            "{resource_id}: между «{other_id}» и «{activity_id}» ({from_slot}) остаётся {have_slots}, "
            "а с дорогой и подготовкой нужно {need_slots}",
            "{resource_id}: between “{other_id}” and “{activity_id}” ({from_slot}) there are {have_slots}, "
            "travel and preparation need {need_slots}",
        ),
        "excluded": Words(
            "группа или преподаватель в допустимое время заняты или не успевают доехать",
            "the group or the trainer is busy or cannot get there at the allowed times",
        ),
        "one_more": Words(
            "ещё один человек с тем же допуском, что и {like_id}",
            "one more person with the same competencies as {like_id}",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: PresenceParams, plan: Plan) -> Iterator[Violation]:
        """Yield every two uses of a person that overlap or leave too little for the way."""
        travel, buffers, reach = prepared(problem, params, lambda: self._distances(problem, params))
        for name in params.resources:
            resource = problem.resource_by_id[name]
            own = resource.cleanup_slots + resource.setup_slots
            for a, b in closer_than(plan.uses[name], max(own, reach)):
                need = 0 if a.place == b.place else travel.get((a.place, b.place), 0)
                if buffers and a.activity != b.activity:
                    need += buffers.get(a.host, (0, 0))[1] + buffers.get(b.host, (0, 0))[0]
                need = max(need, own)
                if b.start - a.end < need:
                    yield self.breach(rule, name, a, b, need)

    def _distances(
        self, problem: Problem, params: PresenceParams
    ) -> tuple[dict[tuple[str | None, str | None], int], dict[str | None, tuple[int, int]], int]:
        """Travel by places, set-up and clean-up by host, and the most that two uses can need."""
        places = [p.id for p in problem.places]
        travel: dict[tuple[str | None, str | None], int] = {
            (a, b): problem.travel_slots(a, b) for a in places for b in places if a != b
        }
        buffers: dict[str | None, tuple[int, int]] = {}
        if params.host_buffers:
            standing = (r for r in problem.resources if r.place is not None)
            buffers = {r.id: (r.setup_slots, r.cleanup_slots) for r in standing}
        reach = max(travel.values(), default=0)
        reach += max((s for s, _ in buffers.values()), default=0)
        reach += max((c for _, c in buffers.values()), default=0)
        return travel, buffers, reach

    def lower(self, problem: Problem, params: PresenceParams) -> Iterable[Primitive]:
        """One `Disjunctive` with travel a person."""
        return [Disjunctive(name, travel=True, host_buffers=params.host_buffers) for name in params.resources]

    def example(self) -> Problem:
        """Pose one trainer with places two hours apart, that are set up and cleaned."""
        roles = {"room": "rooms", "trainer": "trainers"}
        return example(
            self.kind,
            {"resources": ["anna"], "host_buffers": True},
            resources=(
                room("a", "p1", cleanup_slots=1),
                room("b", "p2", setup_slots=2),
                room("yard", None, cleanup_slots=2),
                person("anna", setup_slots=1),
            ),
            option_sets={"t": options((8, 10), (11, 13), (13, 14), (15, 16))},
            candidate_sets={"rooms": ("a", "b", "yard"), "trainers": ("anna",)},
            activities=(session("x", "t", roles), session("y", "t", roles)),
        )
