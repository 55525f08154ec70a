"""A resource serves certain users only at the times, and for as long a week, as it is open to them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from solver.plan import Plan
from solver.primitives import PeriodSum, Primitive, Window
from solver.problem import Activity, Interval, Problem, Rule
from solver.rules.base import BaseRule, Count, Relief, ResourceId, RuleParams, Span, Stage, Words, prepared
from solver.rules.examples import example, options, part, room, session
from solver.rules.loads import loads
from solver.rules.reliefs import amended, opened, outside
from solver.solution import Placement, Violation
from solver.windows import Windows


class Term(RuleParams):
    """What holds for uses of the resource whose activity also uses something that carries one of `tags`.

    Guests are told by the tags of their learner groups, a qualification that ends by the tag of the
    workshop. `week_limit_slots` binds all such uses of the resource together, by the clock.
    """

    resource: ResourceId
    tags: Annotated[tuple[str, ...], Field(min_length=1)]
    windows: tuple[Span, ...]
    week_limit_slots: Count | None = None


class TermsParams(RuleParams):
    """Terms; a use that none of them names is free, one that several name obeys all."""

    terms: tuple[Term, ...]


class Terms(BaseRule[TermsParams]):
    """What owners open to guests, and how long a qualification holds."""

    kind: ClassVar[str] = "terms"
    stage: ClassVar[Stage] = "hard"
    source: ClassVar[str] = "1.2; 3.2-3; 6.4"
    title: ClassVar[Words] = Words("Условия владельца", "Terms of the owner")
    Params: ClassVar[type[RuleParams]] = TermsParams
    words: ClassVar[Mapping[str, Words]] = {
        "closed": Words(
            "{resource_id}: «{activity_id}» ({from_slot}–{to_clock}) вне времени, "
            "открытого владельцем для таких занятий",
            "{resource_id}: “{activity_id}” ({from_slot}–{to_clock}) is outside the time "
            "that its owner opened for such sessions",
        ),
        "week": Words(
            "{resource_id}, неделя {at_week}: занято {load_slots}, а владелец открыл {limit_slots}",
            "{resource_id}, week {at_week}: {load_slots} used, its owner opened {limit_slots}",
        ),
        "excluded": Words(
            "в допустимое время владельцы не открыли ни одного подходящего места",
            "at the allowed times no owner has opened a suitable place",
        ),
        "open_to_guests": Words(
            "владельцу открыть для таких занятий ещё {times:раз|раза|раз} "
            "(первый — {from_slot}–{to_clock}): {resource_ids}",
            "the owner opens {times:more time|more times} for such sessions "
            "(the first {from_slot}–{to_clock}): {resource_ids}",
        ),
    }

    def check(self, problem: Problem, rule: Rule, params: TermsParams, plan: Plan) -> Iterator[Violation]:
        """Yield every meeting outside the windows and every week with too much."""
        opened = prepared(problem, params, lambda: [(t, Windows(t.windows)) for t in params.terms])
        week_slots = problem.grid.slots_per_week
        for term, windows in opened:
            bound = plan.on_tags(term.tags)
            uses = [use for use in plan.uses[term.resource] if use.activity in bound]
            for use in uses:
                if not windows.hold(use.start, use.end):
                    yield self.violation(
                        rule,
                        "closed",
                        (use.activity,),
                        (term.resource,),
                        resource_id=term.resource,
                        activity_id=use.activity,
                        from_slot=use.start,
                        to_clock=use.end,
                    )
            if term.week_limit_slots is None:
                continue
            for week, load in loads(uses, week_slots, "clock_slots").items():
                if load > term.week_limit_slots:
                    yield self.violation(
                        rule,
                        "week",
                        (use.activity for use in uses if use.start // week_slots == week),
                        (term.resource,),
                        resource_id=term.resource,
                        at_week=week,
                        load_slots=load,
                        limit_slots=term.week_limit_slots,
                    )

    def relaxations(
        self, problem: Problem, rule: Rule, params: TermsParams, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Free one role's candidates from their terms; narrowed, open what is needed beyond the windows."""
        for role, candidates in {r.role: r.candidates for a in activities for r in a.requirements}.items():
            names = {c.resource for c in problem.candidate_sets[candidates]}
            mine = [term for term in params.terms if term.resource in names]
            if mine:
                yield self._opened(rule, params, role, mine)

    def _opened(self, rule: Rule, params: TermsParams, role: str, mine: list[Term]) -> Relief:
        without = [term for term in params.terms if term not in mine]

        def relief(placements: Sequence[Placement] | None) -> Relief:
            terms, who = list(without), list[str]()
            added: list[Interval] = []
            for term in mine if placements is not None else ():
                uses = [p for p in placements or () if p.resources.get(role) == term.resource]
                more = outside(term.windows, uses)
                added += more
                who += [term.resource] if more else []
                limit = term.week_limit_slots
                if limit is not None:
                    limit += sum(end - start for p in uses for start, end in p.meetings)
                    who += [term.resource] if uses else []
                changed = {"windows": (*term.windows, *more), "week_limit_slots": limit}
                terms.append(term.model_copy(update=changed))
            every = added or [m for p in placements or () for m in p.meetings]
            facts = {**opened(sorted(set(every))), "resource_ids": ",".join(dict.fromkeys(who))}
            amendment = amended(rule, TermsParams(terms=tuple(terms)))
            return Relief("open_to_guests", facts, amendment, ladder=f"open:{role}", narrowed=relief)

        return relief(None)

    def lower(self, problem: Problem, params: TermsParams) -> Iterable[Primitive]:
        """Give a `Window` a term, and a `PeriodSum` where the week is limited."""
        for term in params.terms:
            only, tags = (term.resource,), frozenset(term.tags)
            yield Window(windows=term.windows, resources=only, on_tags=tags)
            if term.week_limit_slots is not None:
                yield PeriodSum("week", "clock_slots", term.week_limit_slots, only, on_tags=tags)

    def example(self) -> Problem:
        """Pose a workshop that a guest may use in the morning, three hours a week; its own group freely."""
        return example(
            self.kind,
            {
                "terms": [
                    {
                        "resource": "a",
                        "tags": ["of:guest"],
                        "windows": [[8, 12], [32, 36]],
                        "week_limit_slots": 3,
                    },
                    {"resource": "b", "tags": ["of:guest"], "windows": []},
                ]
            },
            resources=(
                room("a"),
                room("b"),
                part("g").model_copy(update={"tags": frozenset({"of:guest"})}),
                part("own"),
            ),
            option_sets={"t": options((8, 10), (10, 12), (11, 13), (32, 34))},
            candidate_sets={"rooms": ("a", "b"), "guests": ("g",), "own": ("own",)},
            activities=(
                session("x", "t", {"room": "rooms", "learners:1": "guests"}),
                session("y", "t", {"room": "rooms", "learners:1": "guests"}),
                session("z", "t", {"room": "rooms", "learners:1": "own"}),
            ),
        )
