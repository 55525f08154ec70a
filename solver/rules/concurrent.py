"""How many of some sessions take place at the same time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import ClassVar, Self

from pydantic import model_validator

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import Activity, Problem
from solver.rules.base import (
    Breach,
    Count,
    FlexibleRule,
    Left,
    RuleParams,
    Span,
    Subjects,
    Switch,
    Words,
    prepared,
    wrong,
)
from solver.rules.examples import example, options, room, session
from solver.solution import Reason
from solver.structure import Concurrent
from solver.windows import merged
from solver.words_of_faults import FAULTS


class AtOnce(Subjects):
    """In every slot of `windows` so many of the sessions take place; with `or_none`, none is right too."""

    windows: tuple[Span, ...]
    at_most: Count | None = None
    at_least: Count = 0
    or_none: Switch = False

    @model_validator(mode="after")
    def _some_limit(self) -> Self:
        if self.at_most is None and not self.at_least:
            raise wrong(FAULTS["no_limit"])
        if self.at_most is not None and self.at_least > self.at_most:
            raise wrong(FAULTS["crossed"], at_least=self.at_least, at_most=self.at_most)
        return self


class ConcurrentParams(RuleParams):
    """Limits; each of them binds."""

    limits: tuple[AtOnce, ...]


class Together(FlexibleRule[ConcurrentParams]):
    """At most, at least so many sessions in parallel."""

    kind: ClassVar[str] = "concurrent"
    source: ClassVar[str] = "R11; R12"
    title: ClassVar[Words] = Words("Сколько занятий одновременно", "How many sessions at once")
    unit: ClassVar[str] = "slots"
    Params: ClassVar[type[RuleParams]] = ConcurrentParams
    words: ClassVar[Mapping[str, Words]] = {
        "many": Words(
            "с {at_slot}: одновременно {load:занятие|занятия|занятий} при пределе {limit}",
            "from {at_slot}: {load:session|sessions} at once, the limit is {limit}",
        ),
        "few": Words(
            "с {at_slot}: одновременно {load:занятие|занятия|занятий}, а нужно не меньше {need}",
            "from {at_slot}: {load:session|sessions} at once, at least {need} are needed",
        ),
        "left_many": Words(
            "в возможное время уже идёт столько таких занятий, сколько можно: {limit}",
            "at the possible times as many such sessions as may be are there already: {limit}",
        ),
        "left_few": Words(
            "одновременно таких занятий должно быть не меньше {need}, а столько не набирается",
            "at least {need} such sessions must be at the same time, and there are not so many",
        ),
    }

    def breaches(self, problem: Problem, params: ConcurrentParams, plan: Plan) -> Iterator[Breach]:
        """Yield every stretch of slots with too many or too few sessions."""
        for limit, names, windows in prepared(problem, params, lambda: _bound(problem, params)):
            met = []
            for name in names:
                placement = plan.placements.get(name)
                if placement is not None:
                    met += [(start, end, name) for start, end in placement.meetings]
            moments, levels = _levels(met)
            for begin, until in windows:
                first, last = bisect_right(moments, begin), bisect_left(moments, until)
                edges = [begin, *moments[first:last], until]
                for moment, following, now in zip(edges, edges[1:], levels[first : last + 1], strict=False):
                    slots = following - moment
                    if limit.at_most is not None and now > limit.at_most:
                        here = [name for s, e, name in met if s <= moment < e]
                        facts = {"at_slot": moment, "load": now, "limit": limit.at_most}
                        yield Breach(slots * (now - limit.at_most), "many", here, (), facts)
                    if now < limit.at_least and (now or not limit.or_none):
                        here = [name for s, e, name in met if s <= moment < e]
                        facts = {"at_slot": moment, "load": now, "need": limit.at_least}
                        known = here or [name for _, _, name in met]
                        yield Breach(slots * (limit.at_least - now), "few", known, (), facts)

    def reason(self, problem: Problem, params: ConcurrentParams, activity: Activity, left: Left) -> Reason:
        """Name the first limit that the session counts in."""
        limit = next((at for at in params.limits if at.mean(activity)), params.limits[0])
        if limit.at_most is not None:
            return Reason(rule=self.kind, code="left_many", facts={"limit": limit.at_most})
        return Reason(rule=self.kind, code="left_few", facts={"need": limit.at_least})

    def lower(self, problem: Problem, params: ConcurrentParams) -> Iterable[Primitive]:
        """One `Concurrent` a limit."""
        return [
            Concurrent(
                tuple(a.id for a in limit.chosen(problem)),
                limit.windows,
                limit.at_most,
                limit.at_least,
                limit.or_none,
            )
            for limit in params.limits
        ]

    def example(self) -> Problem:
        """Pose three sessions, at most two at once, and in one window two or none."""
        return example(
            self.kind,
            {
                "limits": [
                    {"requests": ["r1"], "windows": [[0, 336]], "at_most": 2},
                    {"requests": ["r1"], "windows": [[9, 10], [30, 33]], "at_least": 2, "or_none": True},
                ]
            },
            resources=(room("a"),),
            option_sets={"t": options((8, 10), (9, 12), ((10, 11), (31, 33)))},
            candidate_sets={"rooms": ("a",)},
            activities=tuple(session(name, "t", {"room": "rooms"}) for name in "xyz"),
        )


def _levels(met: Sequence[tuple[int, int, str]]) -> tuple[list[int], list[int]]:
    """Return the moments at which sessions start or end; how many go on before each, and after the last."""
    steps: dict[int, int] = {}
    for start, end, _ in met:
        steps[start] = steps.get(start, 0) + 1
        steps[end] = steps.get(end, 0) - 1
    moments = sorted(steps)
    return moments, [0, *accumulate(steps[moment] for moment in moments)]


def _bound(
    problem: Problem, params: ConcurrentParams
) -> list[tuple[AtOnce, tuple[str, ...], list[tuple[int, int]]]]:
    return [
        (limit, tuple(a.id for a in limit.chosen(problem)), merged(limit.windows)) for limit in params.limits
    ]
